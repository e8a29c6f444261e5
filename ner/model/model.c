/* The model file. */
#include "ner/model/model.h"
#include "ner/engine/pack.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "isogloss-ner/1"

void isg_ner_model_fini(struct isg_ner_model *m)
{
    isg_ner_network_fini(&m->net);
    isg_ner_vocab_fini(&m->vocab);
    isg_free(m->version);
    isg_ner_provenance_fini(&m->provenance);
    memset(m, 0, sizeof *m);
}

/* A string table as text, one string a line; NULL = no memory. */
static char *join(const struct isg_strtab *t, size_t *n)
{
    size_t total = 0;
    for (uint32_t i = 0; i < isg_strtab_size(t); i++) {
        size_t len;
        (void)isg_strtab_get(t, i, &len);
        total += len + 1;
    }
    char *out = isg_malloc(total + 1, 1);
    if (!out)
        return NULL;
    size_t at = 0;
    for (uint32_t i = 0; i < isg_strtab_size(t); i++) {
        size_t len;
        const char *s = isg_strtab_get(t, i, &len);
        memcpy(out + at, s, len);
        out[at + len] = '\n';
        at += len + 1;
    }
    *n = total;
    return out;
}

static enum isg_status split(
    struct isg_strtab **out, const struct isg_safetensors *st, const char *name, struct isg_error *err)
{
    const char *path = isg_safetensors_path(st);
    const struct isg_tensor *t;
    ISG_TRY(isg_safetensors_want(st, name, ISG_U8, 1, (uint64_t[]){0}, &t, err));
    *out = isg_strtab_new();
    if (!*out)
        return isg_error_nomem(err, "a vocabulary");
    const char *text = t->data;
    const size_t n = (size_t)t->shape[0];
    if (isg_utf8_valid(text, n) != n)
        return isg_error_set(err, ISG_EDATA, path, 0, "%s: invalid UTF-8", name);
    for (size_t at = 0; at < n;) {
        const char *end = memchr(text + at, '\n', n - at);
        uint32_t id;
        bool is_new;
        if (!end)
            return isg_error_set(err, ISG_EDATA, path, 0, "%s: no newline at the end", name);
        ISG_TRY(isg_strtab_add_spelling(*out, text + at, (size_t)(end - text) - at, &id, &is_new, err));
        if (!is_new)
            return isg_error_set(err, ISG_EDATA, path, 0, "%s: duplicate line %u", name, id + 1);
        at = (size_t)(end - text) + 1;
    }
    return ISG_OK;
}

/* Labels have to be O and then whole groups of one type each: the legality table and the spans build on it. */
static enum isg_status check_labels(struct isg_ner_vocab *v, bool bioes, const char *path, struct isg_error *err)
{
    const char *letters = bioes ? "BIES" : "BI";
    const uint32_t per_type = (uint32_t)strlen(letters), n = isg_strtab_size(v->labels);
    bool good = n >= 1 && (n - 1) % per_type == 0 && strcmp(isg_strtab_get(v->labels, 0, NULL), "O") == 0;
    for (uint32_t i = 1; good && i < n; i++) {
        size_t len, first_len;
        const char *label = isg_strtab_get(v->labels, i, &len);
        const char *first = isg_strtab_get(v->labels, i - (i - 1) % per_type, &first_len);
        good = len >= 3 && label[0] == letters[(i - 1) % per_type] && label[1] == '-' && len == first_len &&
               memcmp(label + 2, first + 2, len - 2) == 0;
    }
    if (!good)
        return isg_error_set(err, ISG_EDATA, path, 0, "the model's labels do not match its scheme");
    v->n_types = (n - 1) / per_type;
    return ISG_OK;
}

/* The columns of the features as a JSON array; NULL = no memory. */
static char *columns_json(const struct isg_ner_features *f)
{
    json_t *a = json_array();
    for (uint32_t k = 0; k < f->n_columns; k++)
        json_array_append_new(a, json_integer(f->column[k]));
    char *text = a ? json_dumps(a, JSON_COMPACT) : NULL;
    json_decref(a);
    return text;
}

static enum isg_status load_features(
    struct isg_ner_features *f, const struct isg_safetensors *st, struct isg_error *err)
{
    const char *const text = isg_safetensors_meta(st, "features"), *const path = isg_safetensors_path(st);
    json_t *a = text ? json_loads(text, 0, NULL) : json_array();
    enum isg_status status = ISG_OK;
    bool good = json_is_array(a) && json_array_size(a) <= ISG_MAX_FEATURES;
    for (size_t k = 0; good && k < json_array_size(a); k++) {
        const json_t *const column = json_array_get(a, k);
        good = json_is_integer(column) && json_integer_value(column) >= -10000 && json_integer_value(column) <= 10000;
        f->column[k] = (int)json_integer_value(column);
    }
    if (!good) {
        status = isg_error_set(err, ISG_EDATA, path, 0, "malformed feature columns");
        goto out;
    }
    for (; f->n_columns < json_array_size(a); f->n_columns++) {
        char name[32];
        snprintf(name, sizeof name, "vocab.feature.%u", f->n_columns);
        ISG_GOTO(split(&f->values[f->n_columns], st, name, err));
        if (isg_strtab_size(f->values[f->n_columns]) == 0) {
            status = isg_error_set(err, ISG_EDATA, path, 0, "%s is empty", name);
            goto out;
        }
    }
    if (isg_safetensors_find(st, "gazetteer")) {
        const struct isg_tensor *t;
        ISG_GOTO(isg_safetensors_want(st, "gazetteer", ISG_U8, 1, (uint64_t[]){0}, &t, err));
        status = isg_ner_gazetteer_parse(&f->gazetteer, t->data, (size_t)t->shape[0], path, err);
    }
out:
    json_decref(a);
    return status;
}

/* All parameters, and the rows of words that were never trained; half has room for those. */
static void add_weights(const struct isg_ner_model *m, struct isg_tensor *tensors, size_t *n, uint16_t *half)
{
    const struct isg_ner_input *const in = &m->net.input;
    const size_t size = (size_t)in->n_table * in->word->cols;
    for (uint32_t i = 0; i < isg_params_count(m->net.params); i++) {
        const struct isg_param *const p = isg_params_at(m->net.params, i);
        tensors[(*n)++] = (struct isg_tensor){p->name, ISG_F32, 2, {p->rows, p->cols}, p->value};
    }
    for (size_t i = 0; i < size; i++)
        half[i] = isg_half_from_float(in->table[i]);
    if (size)
        tensors[(*n)++] = (struct isg_tensor){"word.table", ISG_F16, 2, {in->n_table, in->word->cols}, half};
}

enum isg_status isg_ner_model_save(const struct isg_ner_model *m, const char *path, bool force, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const struct isg_params *params = m->net.params;
    const struct isg_param *word = m->net.input.word;
    const uint32_t n_params = isg_params_count(params);
    enum { MAX_TABLES = 3 + ISG_MAX_FEATURES };
    struct isg_tensor *tensors = isg_calloc((size_t)n_params + MAX_TABLES + 2, sizeof *tensors);
    const struct isg_ner_features *f = &m->vocab.features;
    const struct isg_strtab *tables[MAX_TABLES] = {m->vocab.words, m->vocab.chars, m->vocab.labels};
    char names[MAX_TABLES][32] = {"vocab.words", "vocab.chars", "vocab.labels"};
    char *text[MAX_TABLES] = {0}, *columns = columns_json(f);
    const int n_tables = 3 + (int)f->n_columns;
    const uint32_t rest = m->net.input.n_table;
    uint16_t *half = isg_malloc((size_t)rest * word->cols, sizeof *half);
    char *config = isg_ner_config_json(&m->config), *provenance = isg_ner_provenance_json(&m->provenance);
    size_t n = 0;
    if (!tensors || !half || !config || !columns || !provenance) {
        status = isg_error_nomem(err, "the model file");
        goto out;
    }
    for (uint32_t k = 0; k < f->n_columns; k++) {
        tables[3 + k] = f->values[k];
        snprintf(names[3 + k], sizeof names[3 + k], "vocab.feature.%u", k);
    }
    for (int i = 0; i < n_tables; i++) {
        size_t len;
        text[i] = join(tables[i], &len);
        if (!text[i]) {
            status = isg_error_nomem(err, "the model file");
            goto out;
        }
        tensors[n++] = (struct isg_tensor){names[i], ISG_U8, 1, {len}, text[i]};
    }
    add_weights(m, tensors, &n, half);
    if (f->gazetteer) {
        size_t len;
        const char *const list = isg_ner_gazetteer_text(f->gazetteer, &len);
        tensors[n++] = (struct isg_tensor){"gazetteer", ISG_U8, 1, {len}, list};
    }
    char seed[24], temperature[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)m->seed);
    snprintf(temperature, sizeof temperature, "%.17g", m->temperature);
    const struct isg_meta meta[] = {{"format", FORMAT}, {"version", ISG_VERSION}, {"seed", seed},
        {"temperature", temperature}, {"config", config}, {"features", columns}, {"provenance", provenance}};
    status = isg_safetensors_save(path, force, tensors, n, meta, sizeof meta / sizeof *meta, err);
out:
    for (int i = 0; i < n_tables; i++)
        isg_free(text[i]);
    isg_reserve_free(columns);
    isg_free(tensors);
    isg_free(half);
    isg_free(config);
    isg_free(provenance);
    return status;
}

static enum isg_status load_params(struct isg_ner_model *m, const struct isg_safetensors *st, struct isg_error *err)
{
    const struct isg_param *word = m->net.input.word;
    for (uint32_t i = 0; i < isg_params_count(m->net.params); i++) {
        struct isg_param *p = isg_params_at(m->net.params, i);
        const struct isg_tensor *t;
        ISG_TRY(isg_safetensors_want(st, p->name, ISG_F32, 2, (uint64_t[]){p->rows, p->cols}, &t, err));
        memcpy(p->value, t->data, isg_param_size(p) * sizeof *p->value);
    }
    const uint32_t rest = m->net.input.n_table;
    if (rest) {
        const struct isg_tensor *t;
        ISG_TRY(isg_safetensors_want(st, "word.table", ISG_F16, 2, (uint64_t[]){rest, word->cols}, &t, err));
        const uint16_t *half = t->data;
        float *to = m->net.input.table;
        for (size_t i = 0; i < (size_t)rest * word->cols; i++)
            if (!isfinite(to[i] = isg_half_to_float(half[i])))
                return isg_error_set(err, ISG_EDATA, isg_safetensors_path(st), 0, "word.table holds NaN or infinity");
    }
    for (uint32_t i = 0; i < isg_params_count(m->net.params); i++)
        isg_param_changed(isg_params_at(m->net.params, i));
    return ISG_OK;
}

/* The network that the configuration, the vocabularies and the size of the word table describe. */
static enum isg_status make_network(struct isg_ner_model *m, const struct isg_safetensors *st, struct isg_error *err)
{
    const char *const path = isg_safetensors_path(st);
    const uint32_t n_words = isg_strtab_size(m->vocab.words);
    const struct isg_tensor *weight;
    ISG_TRY(isg_safetensors_want(st, "word.weight", ISG_F32, 2, (uint64_t[]){0, 0}, &weight, err));
    if (weight->shape[0] < 1 || weight->shape[0] > n_words || weight->shape[1] < 1 || weight->shape[1] > 1000000 ||
        isg_strtab_size(m->vocab.chars) < 1)
        return isg_error_set(err, ISG_EDATA, path, 0, "word.weight of %llu x %llu does not match %u words",
            (unsigned long long)weight->shape[0], (unsigned long long)weight->shape[1], n_words);
    m->vocab.n_learnt = (uint32_t)weight->shape[0];
    const enum isg_status status = isg_ner_network_new(&m->net, &m->config, &m->vocab, (uint32_t)weight->shape[1], err);
    if (status == ISG_OK)
        return ISG_OK;
    if (status == ISG_EUSAGE) /* what is a wrong setting at training is a damaged file here */
        err->status = ISG_EDATA;
    snprintf(err->file, sizeof err->file, "%s", path);
    return err->status;
}

/* Everything is checked: sizes, labels, NaN. */
static enum isg_status load(struct isg_ner_model *out, const char *path, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_ner_model m = {0};
    struct isg_safetensors *st = NULL;
    memset(out, 0, sizeof *out);
    ISG_GOTO(isg_safetensors_open(&st, path, err));
    const char *format = isg_safetensors_meta(st, "format"), *config = isg_safetensors_meta(st, "config");
    const char *seed = isg_safetensors_meta(st, "seed"), *temperature = isg_safetensors_meta(st, "temperature");
    const char *provenance = isg_safetensors_meta(st, "provenance"), *version = isg_safetensors_meta(st, "version");
    if (!format || strcmp(format, FORMAT) != 0 || !config) {
        status = isg_error_set(err, ISG_EDATA, path, 0, "not a tagger: format \"%.60s\"", format ? format : "none");
        (void)isg_error_expected(err, "\"%s\"", FORMAT);
        (void)isg_error_advice(err, "give a file written by `isogloss ner train`");
        goto out;
    }
    ISG_GOTO(isg_ner_config_from_json(&m.config, config, path, err));
    ISG_GOTO(split(&m.vocab.words, st, "vocab.words", err));
    ISG_GOTO(split(&m.vocab.chars, st, "vocab.chars", err));
    ISG_GOTO(split(&m.vocab.labels, st, "vocab.labels", err));
    ISG_GOTO(check_labels(&m.vocab, m.config.scheme == ISG_LABELS_BIOES, path, err));
    ISG_GOTO(load_features(&m.vocab.features, st, err));
    ISG_GOTO(make_network(&m, st, err));
    ISG_GOTO(load_params(&m, st, err));
    isg_ner_network_configure(&m.net, &m.config);
    if (isg_params_check(m.net.params, err) != ISG_OK) {
        status = err->status = ISG_EDATA;
        snprintf(err->file, sizeof err->file, "%s", path);
        goto out;
    }
    ISG_GOTO(isg_params_pack(m.net.params, false, NULL, err));
    m.seed = seed ? strtoull(seed, NULL, 10) : 0;
    m.temperature = temperature ? strtod(temperature, NULL) : 1;
    if (!(m.temperature > 0 && m.temperature < 1e6))
        m.temperature = 1;
    ISG_GOTO(isg_ner_provenance_read(&m.provenance, provenance ? provenance : "{}", path, err));
    m.version = isg_strndup(version ? version : "", version ? strlen(version) : 0);
    if (!m.version) {
        status = isg_error_nomem(err, "a model");
        goto out;
    }
    *out = m;
    memset(&m, 0, sizeof m);
    /* the vocabulary and the table of legal labels moved with the struct; the CRF points into heap memory,
     * which stays */
out:
    isg_safetensors_close(st);
    isg_ner_model_fini(&m);
    return status;
}

enum isg_status isg_ner_model_open(struct isg_ner_model **out, const char *path, struct isg_error *err)
{
    *out = NULL;
    struct isg_ner_model *m = isg_calloc(1, sizeof *m);
    if (!m)
        return isg_error_nomem(err, "a model");
    const enum isg_status status = load(m, path, err);
    if (status == ISG_OK)
        *out = m;
    else
        isg_free(m);
    return status;
}

void isg_ner_model_close(struct isg_ner_model *m)
{
    if (!m)
        return;
    isg_ner_model_fini(m);
    isg_free(m);
}

enum isg_status isg_ner_models_open(
    struct isg_ner_models *out, const char *const *paths, size_t n, struct isg_error *err)
{
    *out = (struct isg_ner_models){.items = isg_calloc(n + 1, sizeof(struct isg_ner_model *))};
    if (!out->items)
        return isg_error_nomem(err, "models");
    for (size_t i = 0; i < n; i++) {
        struct isg_ner_model *m;
        const enum isg_status status = isg_ner_model_open(&m, paths[i], err);
        if (status != ISG_OK) {
            isg_ner_models_close(out);
            return status;
        }
        out->items[out->n++] = m;
    }
    return ISG_OK;
}

void isg_ner_models_close(struct isg_ner_models *m)
{
    for (size_t i = 0; i < m->n; i++)
        isg_ner_model_close((struct isg_ner_model *)(uintptr_t)m->items[i]);
    isg_free(m->items);
    memset(m, 0, sizeof *m);
}

char *isg_ner_model_describe(const struct isg_ner_model *m)
{
    char *config_text = isg_ner_config_json(&m->config);
    json_t *config = config_text ? json_loads(config_text, 0, NULL) : NULL, *labels = json_array();
    char *record = isg_ner_provenance_json(&m->provenance);
    json_t *provenance = record ? json_loads(record, 0, NULL) : NULL;
    bool good = config && provenance && labels;
    for (uint32_t i = 0; labels && i < isg_strtab_size(m->vocab.labels); i++)
        good &= json_array_append_new(labels, json_string(isg_strtab_get(m->vocab.labels, i, NULL))) == 0;
    json_t *o = json_pack("{s:s, s:I, s:f, s:I, s:I, s:I, s:I, s:o?, s:o?, s:o?}", "format", FORMAT, "seed",
        (json_int_t)m->seed, "temperature", m->temperature, "parameters", (json_int_t)isg_params_size(m->net.params),
        "words", (json_int_t)isg_strtab_size(m->vocab.words), "words_learnt", (json_int_t)m->vocab.n_learnt,
        "characters", (json_int_t)isg_strtab_size(m->vocab.chars), "labels", labels, "config", config, "provenance",
        provenance);
    const struct isg_ner_features *const f = &m->vocab.features;
    for (uint32_t k = 0; k < f->n_columns; k++) {
        if (k == 0)
            json_object_set_new(o, "feature_columns", json_array());
        json_array_append_new(json_object_get(o, "feature_columns"), json_integer(f->column[k]));
    }
    if (f->gazetteer)
        json_object_set_new(o, "gazetteer_names", json_integer(isg_ner_gazetteer_size(f->gazetteer)));
    char *text = o && good ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    char *out = text ? isg_strndup(text, strlen(text)) : NULL;
    isg_reserve_free(text);
    json_decref(o);
    isg_free(config_text);
    isg_free(record);
    return out;
}
