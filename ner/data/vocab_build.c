/* Builds the vocabulary of a training corpus: words, characters, values of features, labels. */
#include "ner/data/vocab_build.h"
#include "ner/data/labels.h"

#include <string.h>

struct word_maker {
    struct isg_ner_vocab *v;
    ISG_ARRAY(uint32_t) vector_row;
};

static enum isg_status add_word(
    struct word_maker *m, const char *word, size_t n, uint32_t vector, struct isg_error *err)
{
    uint32_t id;
    bool is_new;
    ISG_TRY(isg_strtab_add(m->v->words, word, n, &id, &is_new, err));
    if (!is_new)
        return ISG_OK;
    if (!ISG_RESERVE(m->vector_row, (size_t)id + 1))
        return isg_error_nomem(err, "a vocabulary");
    m->vector_row.v[id] = vector;
    return ISG_OK;
}

/* Forms of a corpus that have no vector, by their normal forms. */
struct normal_forms {
    struct isg_strtab *names;
    ISG_ARRAY(uint32_t) count; /* occurrences, by normal form */
    uint32_t *of;              /* by form of the corpus: its normal form, ISG_NO_ID = the form has a vector */
};

static enum isg_status count_normal(
    struct normal_forms *f, uint32_t form, const char *s, size_t n, uint32_t occurrences, struct isg_error *err)
{
    size_t len;
    bool is_new;
    char *const key = isg_ner_normal_form(s, n, &len);
    if (!key)
        return isg_error_nomem(err, "a vocabulary");
    const enum isg_status status = isg_strtab_add(f->names, key, len, &f->of[form], &is_new, err);
    isg_free(key);
    if (status != ISG_OK)
        return status;
    if (!ISG_RESERVE(f->count, (size_t)f->of[form] + 1))
        return isg_error_nomem(err, "a vocabulary");
    if (is_new)
        f->count.v[f->of[form]] = 0;
    f->count.v[f->of[form]] += occurrences;
    return ISG_OK;
}

/* Words of the training text: those with a vector, then normal forms that are frequent enough. */
static enum isg_status build_learnt(struct word_maker *m, const struct isg_ner_corpus *corpus, const uint32_t *count,
    const struct isg_vectors *vectors, int64_t min_count, struct normal_forms *f, bool *rare, struct isg_error *err)
{
    const uint32_t n_forms = isg_strtab_size(corpus->forms);
    size_t n;
    ISG_TRY(add_word(m, "", 0, ISG_NO_ID, err)); /* the unknown word */
    for (uint32_t i = 0; i < n_forms; i++) {
        const char *form = isg_strtab_get(corpus->forms, i, &n);
        uint32_t row = ISG_NO_ID;
        f->of[i] = ISG_NO_ID;
        if (vectors)
            ISG_TRY(isg_ner_find_word(vectors->words, form, n, &row, err));
        if (row == ISG_NO_ID) {
            ISG_TRY(count_normal(f, i, form, n, count[i], err));
            continue;
        }
        const char *const word = isg_strtab_get(vectors->words, row, &n);
        ISG_TRY(add_word(m, word, n, row, err));
    }
    for (uint32_t i = 0; i < n_forms; i++) {
        const uint32_t c = f->of[i] == ISG_NO_ID ? 0 : f->count.v[f->of[i]];
        rare[i] = c == 1;
        if (c == 0 || c < (uint64_t)min_count)
            continue;
        const char *const key = isg_strtab_get(f->names, f->of[i], &n);
        ISG_TRY(add_word(m, key, n, ISG_NO_ID, err));
    }
    m->v->n_learnt = isg_strtab_size(m->v->words);
    return ISG_OK;
}

/* The words of the vectors that the training text lacks. */
static enum isg_status build_table(
    struct word_maker *m, const struct isg_vectors *vectors, int64_t most, struct isg_error *err)
{
    const uint64_t keep = (uint64_t)most < vectors->m.rows ? (uint64_t)most : vectors->m.rows;
    for (uint32_t row = 0; row < keep; row++) {
        size_t n;
        const char *const word = isg_strtab_get(vectors->words, row, &n);
        if (!memchr(word, '\n', n)) /* the model file keeps words one a line */
            ISG_TRY(add_word(m, word, n, row, err));
    }
    return ISG_OK;
}

static enum isg_status build_words(struct word_maker *m, const struct isg_ner_corpus *corpus,
    const struct isg_vectors *vectors, const struct isg_ner_config *config, bool *rare, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t n_forms = isg_strtab_size(corpus->forms);
    uint32_t *const count = isg_calloc(n_forms + 1, sizeof *count);
    struct normal_forms f = {.names = isg_strtab_new(), .of = isg_malloc(n_forms + 1, sizeof *f.of)};
    if (!count || !f.names || !f.of) {
        status = isg_error_nomem(err, "a vocabulary");
        goto out;
    }
    for (uint32_t i = 0; i < corpus->n_tokens; i++)
        count[corpus->form.v[i]]++;
    ISG_GOTO(build_learnt(m, corpus, count, vectors, config->word_min_count, &f, rare, err));
    if (vectors)
        ISG_GOTO(build_table(m, vectors, config->vectors_max, err));
out:
    isg_free(count);
    isg_free(f.count.v);
    isg_free(f.of);
    isg_strtab_free(f.names);
    return status;
}

/* ---- characters ---- */

static enum isg_status build_chars(struct isg_ner_vocab *v, const struct isg_ner_corpus *corpus,
    const struct isg_ner_config *config, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_strtab *all = isg_strtab_new_exact();
    ISG_ARRAY(uint64_t) count = {0};
    uint32_t id;
    if (!all) {
        status = isg_error_nomem(err, "a vocabulary");
        goto out;
    }
    ISG_GOTO(isg_strtab_add(v->chars, "", 0, &id, NULL, err));
    for (uint32_t i = 0; i < corpus->n_tokens; i++) {
        size_t n;
        const char *s = isg_strtab_key(corpus->forms, corpus->form.v[i], &n);
        for (size_t at = 0; at < n;) {
            uint32_t cp;
            const size_t len = isg_utf8_decode(s + at, n - at, &cp);
            bool is_new;
            ISG_GOTO(isg_strtab_add(all, s + at, len, &id, &is_new, err));
            if (!ISG_RESERVE(count, (size_t)id + 1)) {
                status = isg_error_nomem(err, "a vocabulary");
                goto out;
            }
            count.v[id] = is_new ? 1 : count.v[id] + 1;
            at += len;
        }
    }
    for (uint32_t c = 0; c < isg_strtab_size(all); c++) {
        size_t n;
        const char *s = isg_strtab_get(all, c, &n);
        if (count.v[c] >= (uint64_t)config->char_min_count && s[0] != '\n')
            ISG_GOTO(isg_strtab_add(v->chars, s, n, &id, NULL, err));
    }
out:
    isg_strtab_free(all);
    ISG_ARRAY_FREE(count);
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
    *out = (struct isg_ner_vocab){
        .words = isg_strtab_new(), .chars = isg_strtab_new_exact(), .labels = isg_strtab_new()};
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
    ISG_GOTO(isg_ner_vocab_labels(out, corpus->types, config->scheme == ISG_LABELS_BIOES, err));
out:
    if (status != ISG_OK) {
        isg_ner_vocab_fini(out);
        isg_free(m.vector_row.v);
        isg_free(*rare);
        *rare = NULL;
        return status;
    }
    *vector_row = m.vector_row.v;
    return ISG_OK;
}
