/* Vocabularies of words, characters, features and labels. */
#include "ner/data/data.h"

#include <string.h>

void isg_ner_vocab_fini(struct isg_ner_vocab *v)
{
    isg_strtab_free(v->words);
    isg_strtab_free(v->chars);
    isg_strtab_free(v->labels);
    isg_ner_features_fini(&v->features);
    memset(v, 0, sizeof *v);
}

/* ---- words ---- */

/* Lower-cased, with each digit made 0: what a word without a vector is known by. NULL = no memory. */
static char *normal_form(const char *form, size_t n, size_t *out_n)
{
    char *lower = isg_utf8_lower(form, n, out_n);
    for (size_t i = 0; lower && i < *out_n; i++)
        if (lower[i] >= '1' && lower[i] <= '9')
            lower[i] = '0';
    return lower;
}

/* Looks a form up by its three spellings with find(table, ...). */
static enum isg_status find_word(uint32_t (*find)(const void *table, const char *s, size_t n), const void *table,
    const char *form, size_t n, uint32_t *id, struct isg_error *err)
{
    *id = find(table, form, n);
    if (*id != ISG_NO_ID)
        return ISG_OK;
    size_t len;
    char *lower = isg_utf8_lower(form, n, &len);
    if (!lower)
        return isg_error_nomem(err, "a word");
    *id = find(table, lower, len);
    if (*id == ISG_NO_ID) {
        for (size_t i = 0; i < len; i++)
            if (lower[i] >= '1' && lower[i] <= '9')
                lower[i] = '0';
        *id = find(table, lower, len);
    }
    isg_free(lower);
    return ISG_OK;
}

static uint32_t find_in_strtab(const void *table, const char *s, size_t n)
{
    return isg_strtab_find(table, s, n);
}

enum isg_status isg_ner_vocab_word(
    const struct isg_ner_vocab *v, const char *form, size_t n, uint32_t *row, struct isg_error *err)
{
    ISG_TRY(find_word(find_in_strtab, v->words, form, n, row, err));
    if (*row == ISG_NO_ID)
        *row = 0;
    return ISG_OK;
}

struct word_maker {
    struct isg_ner_vocab *v;
    uint32_t *vector_row;
    size_t cap;
};

static enum isg_status add_word(
    struct word_maker *m, const char *word, size_t n, uint32_t vector, struct isg_error *err)
{
    uint32_t id;
    bool is_new;
    ISG_TRY(isg_strtab_add(m->v->words, word, n, &id, &is_new, err));
    if (!is_new)
        return ISG_OK;
    if (!ISG_GROW(m->vector_row, m->cap, (size_t)id + 1))
        return isg_error_nomem(err, "a vocabulary");
    m->vector_row[id] = vector;
    return ISG_OK;
}

static enum isg_status build_words(struct word_maker *m, const struct isg_ner_corpus *corpus,
    const struct isg_vectors *vectors, const struct isg_ner_config *config, bool *rare, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const uint32_t n_forms = isg_strtab_size(corpus->forms);
    uint32_t *count = isg_calloc((size_t)n_forms + 1, sizeof *count);
    uint32_t *normal_count = NULL;
    size_t cap_normal = 0;
    struct isg_strtab *normal = isg_strtab_new();
    uint32_t *normal_of = isg_malloc((size_t)n_forms + 1, sizeof *normal_of);
    if (!count || !normal || !normal_of) {
        status = isg_error_nomem(err, "a vocabulary");
        goto out;
    }
    for (uint32_t i = 0; i < corpus->n_tokens; i++)
        count[corpus->form[i]]++;
    ISG_GOTO(add_word(m, "", 0, ISG_NO_ID, err)); /* the unknown word */
    for (uint32_t f = 0; f < n_forms; f++) {
        size_t n, len;
        const char *form = isg_strtab_get(corpus->forms, f, &n);
        uint32_t row = ISG_NO_ID;
        if (vectors)
            ISG_GOTO(find_word(find_in_strtab, vectors->words, form, n, &row, err));
        normal_of[f] = ISG_NO_ID;
        if (row != ISG_NO_ID) {
            const char *word = isg_strtab_get(vectors->words, row, &len);
            ISG_GOTO(add_word(m, word, len, row, err));
            continue;
        }
        char *key = normal_form(form, n, &len);
        if (!key) {
            status = isg_error_nomem(err, "a vocabulary");
            goto out;
        }
        bool is_new;
        status = isg_strtab_add(normal, key, len, &normal_of[f], &is_new, err);
        isg_free(key);
        if (status != ISG_OK)
            goto out;
        if (!ISG_GROW(normal_count, cap_normal, (size_t)normal_of[f] + 1)) {
            status = isg_error_nomem(err, "a vocabulary");
            goto out;
        }
        if (is_new)
            normal_count[normal_of[f]] = 0;
        normal_count[normal_of[f]] += count[f];
    }
    for (uint32_t f = 0; f < n_forms; f++) {
        rare[f] = false;
        if (normal_of[f] == ISG_NO_ID)
            continue;
        const uint32_t c = normal_count[normal_of[f]];
        rare[f] = c == 1;
        if (c < (uint64_t)config->word_min_count)
            continue;
        size_t len;
        const char *key = isg_strtab_get(normal, normal_of[f], &len);
        ISG_GOTO(add_word(m, key, len, ISG_NO_ID, err));
    }
    m->v->n_learnt = isg_strtab_size(m->v->words);
    if (vectors) {
        const uint64_t keep = (uint64_t)config->vectors_max < vectors->m.rows ? (uint64_t)config->vectors_max
                                                                              : vectors->m.rows;
        for (uint32_t row = 0; row < keep; row++) {
            size_t len;
            const char *word = isg_strtab_get(vectors->words, row, &len);
            if (!memchr(word, '\n', len)) /* the model file keeps words one a line */
                ISG_GOTO(add_word(m, word, len, row, err));
        }
    }
out:
    isg_free(count);
    isg_free(normal_count);
    isg_free(normal_of);
    isg_strtab_free(normal);
    return status;
}

/* ---- characters ---- */

static enum isg_status build_chars(struct isg_ner_vocab *v, const struct isg_ner_corpus *corpus,
    const struct isg_ner_config *config, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_strtab *all = isg_strtab_new();
    uint64_t *count = NULL;
    size_t cap = 0;
    uint32_t id;
    if (!all) {
        status = isg_error_nomem(err, "a vocabulary");
        goto out;
    }
    ISG_GOTO(isg_strtab_add(v->chars, "", 0, &id, NULL, err));
    for (uint32_t i = 0; i < corpus->n_tokens; i++) {
        size_t n;
        const char *s = isg_strtab_get(corpus->forms, corpus->form[i], &n);
        for (size_t at = 0; at < n;) {
            uint32_t cp;
            const size_t len = isg_utf8_decode(s + at, n - at, &cp);
            bool is_new;
            ISG_GOTO(isg_strtab_add(all, s + at, len, &id, &is_new, err));
            if (!ISG_GROW(count, cap, (size_t)id + 1)) {
                status = isg_error_nomem(err, "a vocabulary");
                goto out;
            }
            count[id] = is_new ? 1 : count[id] + 1;
            at += len;
        }
    }
    for (uint32_t c = 0; c < isg_strtab_size(all); c++) {
        size_t n;
        const char *s = isg_strtab_get(all, c, &n);
        if (count[c] >= (uint64_t)config->char_min_count && s[0] != '\n')
            ISG_GOTO(isg_strtab_add(v->chars, s, n, &id, NULL, err));
    }
out:
    isg_strtab_free(all);
    isg_free(count);
    return status;
}

/* Values of the feature columns, in order of appearance. */
static enum isg_status build_features(
    struct isg_ner_features *f, const struct isg_ner_corpus *corpus, struct isg_error *err)
{
    f->n_columns = corpus->n_features;
    for (uint32_t k = 0; k < f->n_columns; k++) {
        uint32_t id;
        if (!(f->values[k] = isg_strtab_new()))
            return isg_error_nomem(err, "features");
        ISG_TRY(isg_strtab_add(f->values[k], "", 0, &id, NULL, err));
        for (uint32_t i = 0; i < isg_strtab_size(corpus->values[k]); i++) {
            size_t n;
            const char *const value = isg_strtab_get(corpus->values[k], i, &n);
            ISG_TRY(isg_strtab_add(f->values[k], value, n, &id, NULL, err));
        }
    }
    return ISG_OK;
}

enum isg_status isg_ner_vocab_labels(
    struct isg_ner_vocab *v, const struct isg_strtab *types, bool bioes, struct isg_error *err)
{
    const uint32_t n = isg_strtab_size(types);
    if (n == 0) /* nothing but O can be learnt; a model of one label works all the same */
    {
        uint32_t id;
        return isg_strtab_add(v->labels, "O", 1, &id, NULL, err);
    }
    /* by name, so that the order of sentences does not change the model */
    uint32_t *order = isg_malloc(n, sizeof *order);
    if (!order)
        return isg_error_nomem(err, "labels");
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = i;
        for (; k > 0 && strcmp(isg_strtab_get(types, order[k - 1], NULL), isg_strtab_get(types, i, NULL)) > 0; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    enum isg_status status = ISG_OK;
    for (uint32_t i = 0; i < n && status == ISG_OK; i++) {
        size_t len;
        const char *type = isg_strtab_get(types, order[i], &len);
        status = isg_ner_vocab_add_type(v, type, len, bioes, err);
    }
    isg_free(order);
    return status;
}

enum isg_status isg_ner_vocab_build(struct isg_ner_vocab *out, const struct isg_ner_corpus *corpus,
    const struct isg_vectors *vectors, const struct isg_ner_config *config, uint32_t **vector_row, bool **rare,
    struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    *out = (struct isg_ner_vocab){.words = isg_strtab_new(), .chars = isg_strtab_new(), .labels = isg_strtab_new()};
    *vector_row = NULL;
    *rare = isg_calloc((size_t)isg_strtab_size(corpus->forms) + 1, sizeof **rare);
    struct word_maker m = {.v = out};
    if (!out->words || !out->chars || !out->labels || !*rare) {
        status = isg_error_nomem(err, "a vocabulary");
        goto out;
    }
    ISG_GOTO(build_words(&m, corpus, vectors, config, *rare, err));
    ISG_GOTO(build_chars(out, corpus, config, err));
    ISG_GOTO(build_features(&out->features, corpus, err));
    ISG_GOTO(isg_ner_vocab_labels(out, corpus->types, config->scheme == 0, err));
out:
    if (status != ISG_OK) {
        isg_ner_vocab_fini(out);
        isg_free(m.vector_row);
        isg_free(*rare);
        *rare = NULL;
        return status;
    }
    *vector_row = m.vector_row;
    return ISG_OK;
}
