/* Builds the vocabulary of a training corpus: words, characters, values of features, labels. */
#include "ner/data/vocab_build.h"
#include "ner/data/labels.h"

#include <string.h>

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
            ISG_GOTO(isg_ner_find_word(vectors->words, form, n, &row, err));
        normal_of[f] = ISG_NO_ID;
        if (row != ISG_NO_ID) {
            const char *word = isg_strtab_get(vectors->words, row, &len);
            ISG_GOTO(add_word(m, word, len, row, err));
            continue;
        }
        char *key = isg_ner_normal_form(form, n, &len);
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
