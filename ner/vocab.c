/* Vocabularies, labels, encoded forms and batches. */
#include "ner/data.h"

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
static enum isg_status find_word(uint32_t (*find)(const void *table, const char *s, size_t n),
    const void *table, const char *form, size_t n, uint32_t *id, struct isg_error *err)
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
        const uint64_t keep =
            (uint64_t)config->vectors_max < vectors->m.rows ? (uint64_t)config->vectors_max : vectors->m.rows;
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

/* ---- labels ---- */

enum isg_status isg_ner_vocab_add_type(
    struct isg_ner_vocab *v, const char *type, size_t n, bool bioes, struct isg_error *err)
{
    uint32_t id;
    if (isg_strtab_size(v->labels) == 0)
        ISG_TRY(isg_strtab_add(v->labels, "O", 1, &id, NULL, err));
    char *label = isg_malloc(n + 3, 1);
    if (!label)
        return isg_error_nomem(err, "labels");
    label[1] = '-';
    memcpy(label + 2, type, n);
    enum isg_status status = ISG_OK;
    for (const char *letter = bioes ? "BIES" : "BI"; *letter && status == ISG_OK; letter++) {
        label[0] = *letter;
        status = isg_strtab_add(v->labels, label, n + 2, &id, NULL, err);
    }
    isg_free(label);
    v->n_types++;
    return status;
}

const char *isg_ner_type_name(const struct isg_ner_vocab *v, uint32_t t, size_t *n)
{
    const uint32_t per_type = (isg_strtab_size(v->labels) - 1) / v->n_types;
    const char *label = isg_strtab_get(v->labels, 1 + t * per_type, n);
    *n -= 2;
    return label + 2;
}

void isg_ner_labels_from_spans(const struct isg_ner_vocab *v, bool bioes, const struct isg_strtab *types,
    const struct isg_span *spans, size_t n_spans, uint32_t n, uint32_t *labels)
{
    const uint32_t per_type = bioes ? 4 : 2;
    memset(labels, 0, n * sizeof *labels);
    for (size_t i = 0; i < n_spans; i++) {
        size_t len;
        const char *name = isg_strtab_get(types, spans[i].type, &len);
        uint32_t t = 0;
        for (; t < v->n_types; t++) {
            size_t other_n;
            const char *other = isg_ner_type_name(v, t, &other_n);
            if (other_n == len && memcmp(other, name, len) == 0)
                break;
        }
        if (t == v->n_types)
            continue;
        const uint32_t first = 1 + t * per_type;
        for (uint32_t k = 0; k < spans[i].n; k++)
            labels[spans[i].first + k] = first + (k > 0);
        if (bioes)
            labels[spans[i].first + spans[i].n - 1] = first + (spans[i].n == 1 ? 3 : 2);
    }
}

void isg_ner_may_stand(const struct isg_ner_vocab *v, uint32_t y, uint8_t doubt, uint8_t *may)
{
    const uint32_t n_labels = isg_strtab_size(v->labels);
    memset(may, (doubt & ISG_DOUBT_TAG) != 0, n_labels);
    if (doubt & ISG_DOUBT_TAG)
        return;
    may[y] = 1;
    if (y == 0 || !doubt)
        return;
    /* per type the labels are B I (E S): B and S start an entity, E and S end one */
    static const bool starts[4] = {true, false, false, true}, ends[4] = {false, false, true, true};
    const uint32_t per_type = (n_labels - 1) / v->n_types, mine = (y - 1) % per_type, first = y - mine;
    for (uint32_t k = 0; k < per_type; k++)
        if ((starts[k] == starts[mine] || doubt & ISG_DOUBT_START) &&
            (ends[k] == ends[mine] || doubt & ISG_DOUBT_END))
            may[first + k] = 1;
}

size_t isg_ner_spans_from_labels(
    const struct isg_ner_vocab *v, const uint32_t *labels, uint32_t n, struct isg_span *spans)
{
    if (!v->n_types)
        return 0;
    const uint32_t per_type = (isg_strtab_size(v->labels) - 1) / v->n_types;
    size_t found = 0;
    uint32_t open = ISG_NO_ID; /* type of the span that can go on */
    for (uint32_t i = 0; i < n; i++) {
        if (labels[i] == 0) {
            open = ISG_NO_ID;
            continue;
        }
        const uint32_t t = (labels[i] - 1) / per_type, k = (labels[i] - 1) % per_type; /* k: B I E S */
        const bool goes_on = (k == 1 || k == 2) && open == t;
        if (goes_on)
            spans[found - 1].n++;
        else
            spans[found++] = (struct isg_span){i, 1, t};
        open = k >= 2 ? ISG_NO_ID : t;
    }
    return found;
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
        for (; k > 0 && strcmp(isg_strtab_get(types, order[k - 1], NULL), isg_strtab_get(types, i, NULL)) > 0;
             k--)
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
    const struct isg_vectors *vectors, const struct isg_ner_config *config, uint32_t **vector_row,
    bool **rare, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    *out = (struct isg_ner_vocab){
        .words = isg_strtab_new(), .chars = isg_strtab_new(), .labels = isg_strtab_new()};
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

/* ---- forms ---- */

uint32_t isg_ner_shape(const char *form, size_t n)
{
    uint32_t digits = 0, punct = 0, length = 0;
    for (size_t at = 0; at < n; length++) {
        uint32_t cp;
        at += isg_utf8_decode(form + at, n - at, &cp);
        digits += isg_utf8_is_digit(cp);
        punct += isg_utf8_is_punct(cp);
    }
    const uint32_t digit_kind = digits == 0 ? 0 : digits + punct == length ? 2 : 1;
    return ((uint32_t)isg_utf8_case(form, n) * 3 + digit_kind) * 2 + (punct > 0);
}

enum isg_status isg_ner_forms_init(
    struct isg_ner_forms *f, const struct isg_ner_vocab *vocab, struct isg_error *err)
{
    *f = (struct isg_ner_forms){.vocab = vocab, .index = isg_strtab_new()};
    if (!f->index || !ISG_GROW(f->char_offset, f->cap_offset, 1)) {
        isg_ner_forms_fini(f);
        return isg_error_nomem(err, "word forms");
    }
    f->char_offset[0] = 0;
    return ISG_OK;
}

void isg_ner_forms_fini(struct isg_ner_forms *f)
{
    isg_strtab_free(f->index);
    isg_free(f->word);
    isg_free(f->shape);
    isg_free(f->char_offset);
    isg_free(f->chars);
    memset(f, 0, sizeof *f);
}

enum isg_status isg_ner_forms_add(
    struct isg_ner_forms *f, const char *form, size_t n, uint32_t *id, struct isg_error *err)
{
    bool is_new;
    ISG_TRY(isg_strtab_add(f->index, form, n, id, &is_new, err));
    if (!is_new)
        return ISG_OK;
    const size_t k = *id;
    const size_t from = f->char_offset[k];
    if (!ISG_GROW(f->word, f->cap_word, k + 1) || !ISG_GROW(f->shape, f->cap_shape, k + 1) ||
        !ISG_GROW(f->char_offset, f->cap_offset, k + 2) || !ISG_GROW(f->chars, f->cap_chars, from + n))
        return isg_error_nomem(err, "word forms");
    ISG_TRY(isg_ner_vocab_word(f->vocab, form, n, &f->word[k], err));
    f->shape[k] = isg_ner_shape(form, n);
    size_t to = from;
    for (size_t at = 0; at < n;) {
        uint32_t cp;
        const size_t len = isg_utf8_decode(form + at, n - at, &cp);
        const uint32_t c = isg_strtab_find(f->vocab->chars, form + at, len);
        f->chars[to++] = c == ISG_NO_ID ? 0 : c;
        at += len;
    }
    if (to > UINT32_MAX)
        return isg_error_set(
            err, ISG_ENOMEM, NULL, 0, "more than 4,294,967,295 characters in distinct words");
    f->char_offset[k + 1] = (uint32_t)to;
    return ISG_OK;
}

enum isg_status isg_ner_forms_of_corpus(
    struct isg_ner_forms *f, const struct isg_ner_corpus *corpus, uint32_t **map, struct isg_error *err)
{
    const uint32_t n = isg_strtab_size(corpus->forms);
    *map = isg_malloc((size_t)n + 1, sizeof **map);
    if (!*map)
        return isg_error_nomem(err, "word forms");
    for (uint32_t i = 0; i < n; i++) {
        size_t len;
        const char *form = isg_strtab_get(corpus->forms, i, &len);
        const enum isg_status status = isg_ner_forms_add(f, form, len, &(*map)[i], err);
        if (status != ISG_OK) {
            isg_free(*map);
            *map = NULL;
            return status;
        }
    }
    return ISG_OK;
}

/* ---- batches ---- */

void isg_ner_batch_fini(struct isg_ner_batch *b)
{
    isg_free(b->offset);
    isg_free(b->word);
    isg_free(b->shape);
    isg_free(b->kind);
    isg_free(b->feature);
    isg_free(b->char_offset);
    isg_free(b->chars);
    isg_free(b->kind_form);
    isg_free(b->seen);
    memset(b, 0, sizeof *b);
}

enum isg_status isg_ner_batch_build(struct isg_ner_batch *b, const struct isg_ner_forms *forms,
    const uint32_t *const *tokens, const uint32_t *n_tokens, const uint32_t *const *features, uint32_t n,
    struct isg_error *err)
{
    const uint32_t n_features = isg_ner_features_count(&forms->vocab->features);
    size_t total = 0;
    for (uint32_t i = 0; i < n; i++)
        total += n_tokens[i];
    if (total > UINT32_MAX)
        return isg_error_nomem(err, "a batch");
    const size_t n_forms = isg_strtab_size(forms->index), had = b->cap_seen;
    if (!ISG_GROW(b->offset, b->cap[0], (size_t)n + 1) || !ISG_GROW(b->word, b->cap[1], total + 1) ||
        !ISG_GROW(b->shape, b->cap[2], total + 1) || !ISG_GROW(b->kind, b->cap[3], total + 1) ||
        !ISG_GROW(b->char_offset, b->cap[4], total + 1) || !ISG_GROW(b->kind_form, b->cap[5], total + 1) ||
        !ISG_GROW(b->feature, b->cap[7], n_features * (total + 1)) ||
        !ISG_GROW(b->seen, b->cap_seen, n_forms + 1))
        return isg_error_nomem(err, "a batch");
    memset(b->seen + had, 0, (b->cap_seen - had) * sizeof *b->seen);
    b->offset[0] = b->char_offset[0] = 0;
    b->n_kinds = 0;
    uint32_t t = 0;
    size_t n_chars = 0;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n_tokens[i]; k++, t++) {
            const uint32_t form = tokens[i][k];
            b->word[t] = forms->word[form];
            b->shape[t] = forms->shape[form];
            for (uint32_t f = 0; f < n_features; f++)
                b->feature[f * total + t] = features ? features[i][(size_t)k * n_features + f] : 0;
            if (!b->seen[form]) {
                n_chars += forms->char_offset[form + 1] - forms->char_offset[form];
                b->kind_form[b->n_kinds] = form;
                b->seen[form] = ++b->n_kinds;
            }
            b->kind[t] = b->seen[form] - 1;
        }
        b->offset[i + 1] = t;
    }
    for (uint32_t k = 0; k < b->n_kinds; k++)
        b->seen[b->kind_form[k]] = 0;
    if (n_chars > UINT32_MAX || !ISG_GROW(b->chars, b->cap[6], n_chars + 1))
        return isg_error_nomem(err, "a batch");
    uint32_t c = 0;
    for (uint32_t k = 0; k < b->n_kinds; k++) {
        const uint32_t from = forms->char_offset[b->kind_form[k]];
        const uint32_t len = forms->char_offset[b->kind_form[k] + 1] - from;
        memcpy(b->chars + c, forms->chars + from, len * sizeof *b->chars);
        c += len;
        b->char_offset[k + 1] = c;
    }
    b->n_tokens = t;
    b->sentences = (struct isg_seqs){n, b->offset};
    b->kind_chars = (struct isg_seqs){b->n_kinds, b->char_offset};
    return ISG_OK;
}
