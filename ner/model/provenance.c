/* The record of how a model was made: one writer, one reader. */
#include "ner/model/provenance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const selections[] = {"last", "source_dev", "agreement", "dev"};

void isg_ner_provenance_fini(struct isg_ner_provenance *p)
{
    for (size_t i = 0; i < p->inputs.n; i++) {
        isg_free(p->inputs.v[i].role);
        isg_free(p->inputs.v[i].file);
    }
    for (size_t i = 0; i < p->types.n; i++)
        isg_free(p->types.v[i].name);
    isg_free(p->inputs.v);
    isg_free(p->types.v);
    isg_free(p->mode);
    json_decref(p->settings);
    json_decref(p->history);
    memset(p, 0, sizeof *p);
}

/* ---- filling it ---- */

static enum isg_status add_input(
    struct isg_ner_provenance *p, const char *role, const char *file, const char *xxh3, struct isg_error *err)
{
    if (!ISG_RESERVE(p->inputs, p->inputs.n + 1))
        return isg_error_nomem(err, "a model's inputs");
    struct isg_ner_input_file *const in = &p->inputs.v[p->inputs.n++];
    *in = (struct isg_ner_input_file){isg_strndup(role, strlen(role)), isg_strndup(file, strlen(file)), ""};
    snprintf(in->xxh3, sizeof in->xxh3, "%s", xxh3);
    return in->role && in->file ? ISG_OK : isg_error_nomem(err, "a model's inputs");
}

enum isg_status isg_ner_provenance_input(
    struct isg_ner_provenance *p, const char *role, uint32_t which, const char *path, struct isg_error *err)
{
    char sum[17], numbered[64];
    if (!path)
        return ISG_OK;
    ISG_TRY(isg_file_checksum(path, sum, err));
    snprintf(numbered, sizeof numbered, which > 1 ? "%s %u" : "%s", role, which);
    const char *const slash = strrchr(path, '/');
    return add_input(p, numbered, slash ? slash + 1 : path, sum, err);
}

static int compare(const char *a, const char *b, size_t n)
{
    const int order = strncmp(a, b, n);
    return order ? order : a[n] != 0;
}

struct isg_ner_type_record *isg_ner_provenance_type(struct isg_ner_provenance *p, const char *name, size_t n)
{
    size_t at = 0;
    while (at < p->types.n && compare(p->types.v[at].name, name, n) < 0)
        at++;
    if (at < p->types.n && compare(p->types.v[at].name, name, n) == 0)
        return &p->types.v[at];
    char *const copy = isg_strndup(name, n);
    if (!copy || !ISG_RESERVE(p->types, p->types.n + 1)) {
        isg_free(copy);
        return NULL;
    }
    memmove(&p->types.v[at + 1], &p->types.v[at], (p->types.n++ - at) * sizeof *p->types.v);
    p->types.v[at] = (struct isg_ner_type_record){.name = copy};
    return &p->types.v[at];
}

enum isg_status isg_ner_provenance_text(
    struct isg_ner_provenance *p, const struct isg_ner_corpus *c, bool source, struct isg_error *err)
{
    struct isg_ner_text_size *const size = source ? &p->source : &p->train;
    size->sentences += c->n_sentences;
    size->tokens += c->n_tokens;
    if (!c->types)
        return ISG_OK; /* no text */
    const uint32_t n_types = isg_strtab_size(c->types);
    uint64_t *const entities = isg_calloc((size_t)n_types + 1, sizeof *entities);
    enum isg_status status = entities ? ISG_OK : isg_error_nomem(err, "counts of entities");
    for (uint32_t i = 0; status == ISG_OK && i < c->span_offset.v[c->n_sentences]; i++)
        entities[c->spans.v[i].type]++;
    for (uint32_t t = 0; status == ISG_OK && t < n_types; t++) {
        size_t n;
        const char *const name = isg_strtab_get(c->types, t, &n);
        struct isg_ner_type_record *const type = isg_ner_provenance_type(p, name, n);
        if (!type)
            status = isg_error_nomem(err, "counts of entities");
        else
            *(source ? &type->source : &type->train) += entities[t];
    }
    isg_free(entities);
    return status;
}

void isg_ner_provenance_scored(struct isg_ner_provenance *p)
{
    struct isg_ner_counts all = {0};
    for (size_t i = 0; i < p->types.n; i++) {
        all.gold += p->types.v[i].dev.gold;
        all.predicted += p->types.v[i].dev.predicted;
        all.correct += p->types.v[i].dev.correct;
    }
    p->has_dev = true;
    p->precision = isg_ner_precision(&all);
    p->recall = isg_ner_recall(&all);
    p->f1 = isg_ner_f1(&all);
}

/* ---- writing it ---- */

/* Takes the reference; isg_free the text; NULL = no memory. */
static char *dump(json_t *o)
{
    char *const text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    char *const copy = text ? isg_strndup(text, strlen(text)) : NULL;
    isg_reserve_free(text);
    json_decref(o);
    return copy;
}

/* Sets o[key] to the value, whose reference it takes; *good becomes false where memory has run out. */
static void put(json_t *o, const char *key, json_t *value, bool *good)
{
    *good &= json_object_set_new(o, key, value) == 0;
}

/* File names need not be UTF-8, JSON has to be. */
static json_t *name_json(const char *s)
{
    json_t *const as_it_is = json_string(s);
    if (as_it_is)
        return as_it_is;
    char *const ascii = isg_strndup(s, strlen(s));
    for (char *c = ascii; c && *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    json_t *const o = ascii ? json_string(ascii) : NULL;
    isg_free(ascii);
    return o;
}

static json_t *inputs_json(const struct isg_ner_provenance *p)
{
    json_t *const o = json_object();
    bool good = o != NULL;
    for (size_t i = 0; i < p->inputs.n; i++)
        put(o, p->inputs.v[i].role,
            json_pack("{s:o, s:s}", "file", name_json(p->inputs.v[i].file), "xxh3", p->inputs.v[i].xxh3), &good);
    if (good)
        return o;
    json_decref(o);
    return NULL;
}

static json_t *types_json(const struct isg_ner_provenance *p)
{
    json_t *const o = json_object();
    bool good = o != NULL;
    for (size_t i = 0; i < p->types.n; i++) {
        const struct isg_ner_type_record *const t = &p->types.v[i];
        json_t *const type = json_pack("{s:I}", "train", (json_int_t)t->train);
        if (p->mode)
            put(type, "source", json_integer((json_int_t)t->source), &good);
        if (p->has_dev)
            put(type, "dev",
                json_pack("{s:I, s:I, s:I}", "gold", (json_int_t)t->dev.gold, "predicted", (json_int_t)t->dev.predicted,
                    "correct", (json_int_t)t->dev.correct),
                &good);
        put(o, t->name, type, &good);
    }
    if (good)
        return o;
    json_decref(o);
    return NULL;
}

static json_t *real_or_null(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

/* The fields of a calibration, for writer and reader. */
static const struct {
    const char *key;
    size_t at;
} calibration_keys[] = {{"temperature", offsetof(struct isg_ner_calibration, temperature)},
    {"nll_before", offsetof(struct isg_ner_calibration, nll_before)},
    {"nll_after", offsetof(struct isg_ner_calibration, nll_after)},
    {"entity_ece_before", offsetof(struct isg_ner_calibration, entity_ece_before)},
    {"entity_ece_after", offsetof(struct isg_ner_calibration, entity_ece_after)},
    {"entity_ece_held_out", offsetof(struct isg_ner_calibration, entity_ece_held_out)},
    {"token_ece_before", offsetof(struct isg_ner_calibration, token_ece_before)},
    {"token_ece_after", offsetof(struct isg_ner_calibration, token_ece_after)}};
#define N_CALIBRATION_KEYS (sizeof calibration_keys / sizeof *calibration_keys)

static double *calibration_field(struct isg_ner_calibration *c, size_t i)
{
    return (double *)(void *)((char *)c + calibration_keys[i].at);
}

static json_t *calibration_json(struct isg_ner_calibration c)
{
    json_t *const o = json_object();
    bool good = o != NULL;
    for (size_t i = 0; i < N_CALIBRATION_KEYS; i++)
        put(o, calibration_keys[i].key, real_or_null(*calibration_field(&c, i)), &good);
    if (good)
        return o;
    json_decref(o);
    return NULL;
}

char *isg_ner_provenance_inputs(const struct isg_ner_provenance *p)
{
    return dump(inputs_json(p));
}

char *isg_ner_provenance_json(const struct isg_ner_provenance *p)
{
    bool good = true;
    json_t *const o = json_object();
    put(o, "inputs", inputs_json(p), &good);
    if (p->mode) {
        put(o, "transfer", json_string(p->mode), &good);
        put(o, "transfer_settings", p->settings ? json_incref(p->settings) : json_object(), &good);
        put(o, "source_epochs", json_integer(p->source_epochs), &good);
        put(o, "source_sentences", json_integer((json_int_t)p->source.sentences), &good);
        put(o, "source_tokens", json_integer((json_int_t)p->source.tokens), &good);
    }
    put(o, "epochs", json_integer(p->epochs), &good);
    put(o, "best_epoch", json_integer(p->best_epoch), &good);
    put(o, "selected_by", json_string(selections[p->selection]), &good);
    put(o, "scheme_of_train", json_string(isg_scheme_name(p->scheme)), &good);
    put(o, "train_sentences", json_integer((json_int_t)p->train.sentences), &good);
    put(o, "train_tokens", json_integer((json_int_t)p->train.tokens), &good);
    put(o, "types", types_json(p), &good);
    if (p->has_dev)
        put(o, "dev",
            json_pack("{s:o, s:o, s:o}", "precision", real_or_null(p->precision), "recall", real_or_null(p->recall),
                "f1", real_or_null(p->f1)),
            &good);
    put(o, "history", p->history ? json_incref(p->history) : json_array(), &good);
    if (p->calibrated)
        put(o, "calibration", calibration_json(p->calibration), &good);
    if (good)
        return dump(o);
    json_decref(o);
    return NULL;
}

/* ---- reading it ---- */

static uint64_t number(const json_t *o, const char *key)
{
    const json_int_t n = json_integer_value(json_object_get(o, key));
    return n > 0 ? (uint64_t)n : 0;
}

static double real_or_nan(const json_t *v)
{
    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

static bool has_input(const struct isg_ner_provenance *p, const char *role)
{
    for (size_t i = 0; i < p->inputs.n; i++)
        if (strncmp(p->inputs.v[i].role, role, strlen(role)) == 0)
            return true;
    return false;
}

/* Version 0.1 did not say what selected the epoch; the inputs do. */
static enum isg_ner_selection guess_selection(const struct isg_ner_provenance *p)
{
    const bool joint = json_is_true(json_object_get(p->settings, "joint"));
    if (has_input(p, "dev"))
        return ISG_SELECT_DEV;
    if (has_input(p, "unlabelled"))
        return ISG_SELECT_AGREEMENT;
    return has_input(p, "source dev") && (joint || !has_input(p, "train")) ? ISG_SELECT_SOURCE_DEV : ISG_SELECT_LAST;
}

static enum isg_ner_selection read_selection(const struct isg_ner_provenance *p, const json_t *o)
{
    const char *const name = json_string_value(json_object_get(o, "selected_by"));
    for (size_t i = 0; name && i < sizeof selections / sizeof *selections; i++)
        if (strcmp(name, selections[i]) == 0)
            return (enum isg_ner_selection)i;
    return guess_selection(p);
}

/* The scores of the kept model; version 0.1 has them in the history: those of the last phase's best epoch. */
static void read_scores(struct isg_ner_provenance *p, const json_t *o)
{
    const json_t *const dev = json_object_get(o, "dev");
    p->has_dev = json_is_object(dev);
    p->precision = real_or_nan(json_object_get(dev, "precision"));
    p->recall = real_or_nan(json_object_get(dev, "recall"));
    p->f1 = real_or_nan(json_object_get(dev, "f1"));
    if (p->has_dev || (p->selection != ISG_SELECT_DEV && p->selection != ISG_SELECT_SOURCE_DEV))
        return;
    for (size_t i = 0; i < json_array_size(p->history); i++) {
        const json_t *const epoch = json_array_get(p->history, i);
        if (number(epoch, "epoch") != p->best_epoch)
            continue;
        p->precision = real_or_nan(json_object_get(epoch, "dev_precision"));
        p->recall = real_or_nan(json_object_get(epoch, "dev_recall"));
        p->f1 = real_or_nan(json_object_get(epoch, "dev_f1"));
        p->has_dev = isfinite(p->f1);
    }
}

static enum isg_status read_inputs(struct isg_ner_provenance *p, json_t *inputs, struct isg_error *err)
{
    const char *role;
    json_t *input;
    json_object_foreach(inputs, role, input)
    {
        const char *const file = json_string_value(json_object_get(input, "file"));
        const char *const xxh3 = json_string_value(json_object_get(input, "xxh3"));
        ISG_TRY(add_input(p, role, file ? file : "", xxh3 ? xxh3 : "", err));
    }
    return ISG_OK;
}

static enum isg_status read_types(struct isg_ner_provenance *p, json_t *types, struct isg_error *err)
{
    const char *name;
    json_t *v;
    json_object_foreach(types, name, v)
    {
        struct isg_ner_type_record *const t = isg_ner_provenance_type(p, name, strlen(name));
        if (!t)
            return isg_error_nomem(err, "a model's record");
        const json_t *const dev = json_object_get(v, "dev");
        t->train = number(v, "train");
        t->source = number(v, "source");
        t->dev = (struct isg_ner_counts){number(dev, "gold"), number(dev, "predicted"), number(dev, "correct")};
    }
    return ISG_OK;
}

static enum isg_scheme read_scheme(const json_t *o)
{
    const char *const name = json_string_value(json_object_get(o, "scheme_of_train"));
    for (enum isg_scheme s = ISG_IOB1; name && s <= ISG_IO; s++)
        if (strcmp(name, isg_scheme_name(s)) == 0)
            return s;
    return ISG_SCHEME_UNKNOWN;
}

static void read_calibration(struct isg_ner_provenance *p, const json_t *c)
{
    p->calibrated = json_is_object(c);
    for (size_t i = 0; p->calibrated && i < N_CALIBRATION_KEYS; i++)
        *calibration_field(&p->calibration, i) = real_or_nan(json_object_get(c, calibration_keys[i].key));
}

static enum isg_status read(struct isg_ner_provenance *p, const json_t *o, struct isg_error *err)
{
    const char *const mode = json_string_value(json_object_get(o, "transfer"));
    if (mode && !(p->mode = isg_strndup(mode, strlen(mode))))
        return isg_error_nomem(err, "a model's record");
    json_t *const settings = json_object_get(o, "transfer_settings"), *const history = json_object_get(o, "history");
    p->settings = json_is_object(settings) ? json_incref(settings) : NULL;
    p->history = json_is_array(history) ? json_incref(history) : NULL;
    ISG_TRY(read_inputs(p, json_object_get(o, "inputs"), err));
    ISG_TRY(read_types(p, json_object_get(o, "types"), err));
    p->train = (struct isg_ner_text_size){number(o, "train_sentences"), number(o, "train_tokens")};
    if (!p->train.sentences)
        p->train.sentences = number(o, "target_sentences"); /* as version 0.1 has it for transfer */
    p->source = (struct isg_ner_text_size){number(o, "source_sentences"), number(o, "source_tokens")};
    p->scheme = read_scheme(o);
    p->source_epochs = (uint32_t)number(o, "source_epochs");
    p->epochs = (uint32_t)number(o, "epochs");
    p->best_epoch = (uint32_t)number(o, "best_epoch");
    p->selection = read_selection(p, o);
    read_scores(p, o);
    read_calibration(p, json_object_get(o, "calibration"));
    return ISG_OK;
}

enum isg_status isg_ner_provenance_read(
    struct isg_ner_provenance *out, const char *json, const char *path, struct isg_error *err)
{
    json_error_t at;
    json_t *const o = json_loads(json, JSON_REJECT_DUPLICATES, &at);
    enum isg_status status;
    memset(out, 0, sizeof *out);
    if (json_is_object(o))
        status = read(out, o, err);
    else
        status = isg_error_set(err, ISG_EDATA, path, 0, "the record of how the model was made cannot be read: %s",
            o ? "not a JSON object" : at.text);
    json_decref(o);
    if (status != ISG_OK)
        isg_ner_provenance_fini(out);
    return status;
}
