/* Confusion between types, and scores of entities that the training text held or not. */
#include "ner/score/detail.h"
#include "ner/score/match.h"

#include <stdlib.h>
#include <string.h>

/* Tags of a sentence, gold or predicted, and its entities. */
struct tags {
    ISG_ARRAY(char) letters;
    ISG_ARRAY(uint32_t) types;
    struct isg_spans spans;
};
struct pair {
    uint32_t gold, predicted; /* types; ISG_NO_ID = no entity */
    bool gold_seen, predicted_seen;
};
struct isg_ner_detailer {
    struct isg_strtab *types, *shown; /* shown: "TYPE\tword word" of the training text, NULL = not wanted */
    /* the sentence */
    ISG_ARRAY(char) words;       /* one after another */
    ISG_ARRAY(uint32_t) word_at; /* n + 1 */
    size_t n;
    struct tags gold, predicted;
    ISG_ARRAY(char) key;
    /* all of them */
    ISG_ARRAY(struct pair) pairs;
};

/* ---- a sentence ---- */

static enum isg_status add_word(struct isg_ner_detailer *c, const char *word, size_t n, struct isg_error *err)
{
    const size_t from = c->n ? c->word_at.v[c->n] : 0;
    if (n > UINT32_MAX - from)
        return isg_error_set(err, ISG_EDATA, NULL, 0, "a sentence of more than 4 GiB");
    if (!ISG_RESERVE(c->word_at, c->n + 2) || !ISG_RESERVE(c->words, from + n))
        return isg_error_nomem(err, "a sentence");
    memcpy(c->words.v + from, word, n);
    c->word_at.v[0] = 0;
    c->word_at.v[++c->n] = (uint32_t)(from + n);
    return ISG_OK;
}

/* Tag i of the sentence; "?" and what isg_tag_split does not read are no entity. */
static enum isg_status add_tag(
    struct isg_ner_detailer *c, struct tags *t, size_t i, const char *tag, size_t n, struct isg_error *err)
{
    const char *type;
    size_t type_n;
    if (!ISG_RESERVE(t->letters, i + 1) || !ISG_RESERVE(t->types, i + 1))
        return isg_error_nomem(err, "a sentence");
    t->letters.v[i] = isg_tag_split(tag, n, &type, &type_n);
    t->types.v[i] = ISG_NO_ID;
    return t->letters.v[i] && t->letters.v[i] != 'O' ? isg_strtab_add(c->types, type, type_n, &t->types.v[i], NULL, err)
                                                     : ISG_OK;
}

static enum isg_status find_spans(struct isg_ner_detailer *c, struct tags *t, struct isg_error *err)
{
    return isg_spans_from_tags(t->letters.v, t->types.v, c->n, &t->spans, err);
}

/* "TYPE\tword word " of an entity, *n bytes in c->key; false = no memory. */
static bool make_key(struct isg_ner_detailer *c, const struct isg_span *s, size_t *n)
{
    size_t type_n;
    const char *const type = isg_strtab_get(c->types, s->type, &type_n);
    const size_t words_n = c->word_at.v[s->first + s->n] - c->word_at.v[s->first];
    if (!ISG_RESERVE(c->key, type_n + 1 + words_n + s->n))
        return false;
    memcpy(c->key.v, type, type_n);
    c->key.v[type_n] = '\t';
    *n = type_n + 1;
    for (uint32_t i = s->first; i < s->first + s->n; i++) {
        const size_t len = c->word_at.v[i + 1] - c->word_at.v[i];
        memcpy(c->key.v + *n, c->words.v + c->word_at.v[i], len);
        c->key.v[*n + len] = ' ';
        *n += len + 1;
    }
    return true;
}

/* ---- the training text ---- */

static enum isg_status show_sentence(
    struct isg_ner_detailer *c, const struct isg_columns_reader *r, const struct isg_block *b, struct isg_error *err)
{
    c->n = 0;
    for (size_t i = 0; i < b->tokens.n; i++) {
        size_t n, tag_n;
        const char *const word = isg_block_word(r, b, i, &n), *const tag = isg_block_tag(r, b, i, &tag_n);
        ISG_TRY(add_word(c, word, n, err));
        ISG_TRY(add_tag(c, &c->gold, i, tag ? tag : "?", tag ? tag_n : 1, err));
    }
    ISG_TRY(find_spans(c, &c->gold, err));
    for (size_t k = 0; k < c->gold.spans.n; k++) {
        size_t n;
        uint32_t id;
        if (!make_key(c, &c->gold.spans.v[k], &n))
            return isg_error_nomem(err, "the entities of the training text");
        ISG_TRY(isg_strtab_add(c->shown, c->key.v, n, &id, NULL, err));
    }
    c->n = 0;
    return ISG_OK;
}

static enum isg_status show(struct isg_ner_detailer *c, const char *train, struct isg_error *err)
{
    struct isg_columns_reader *r;
    struct isg_columns columns = ISG_COLUMNS_DEFAULT;
    columns.open_tags = true;
    if (!(c->shown = isg_strtab_new()))
        return isg_error_nomem(err, "the entities of the training text");
    ISG_TRY(isg_columns_open(&r, train, columns, err));
    enum isg_status status = ISG_OK;
    for (struct isg_block *b; status == ISG_OK;) {
        status = isg_columns_next(r, &b, err);
        if (status != ISG_OK || !b)
            break;
        status = show_sentence(c, r, b, err);
    }
    isg_columns_close(r);
    return status;
}

enum isg_status isg_ner_detailer_new(struct isg_ner_detailer **out, const char *train, struct isg_error *err)
{
    struct isg_ner_detailer *const c = isg_calloc(1, sizeof *c);
    *out = NULL;
    if (c)
        c->types = isg_strtab_new();
    enum isg_status status = c && c->types ? ISG_OK : isg_error_nomem(err, "the entities of a file");
    if (status == ISG_OK && train)
        status = show(c, train, err);
    if (status == ISG_OK)
        *out = c;
    else
        isg_ner_detailer_free(c);
    return status;
}

static void tags_fini(struct tags *t)
{
    isg_free(t->letters.v);
    isg_free(t->types.v);
    isg_free(t->spans.v);
}

void isg_ner_detailer_free(struct isg_ner_detailer *c)
{
    if (!c)
        return;
    isg_strtab_free(c->types);
    isg_strtab_free(c->shown);
    tags_fini(&c->gold);
    tags_fini(&c->predicted);
    isg_free(c->words.v);
    isg_free(c->word_at.v);
    isg_free(c->key.v);
    isg_free(c->pairs.v);
    isg_free(c);
}

/* ---- gold and predictions ---- */

enum isg_status isg_ner_detailer_token(struct isg_ner_detailer *c, const char *word, size_t word_n, const char *gold,
    size_t gold_n, const char *predicted, size_t predicted_n, struct isg_error *err)
{
    ISG_TRY(add_tag(c, &c->gold, c->n, gold, gold_n, err));
    ISG_TRY(add_tag(c, &c->predicted, c->n, predicted, predicted_n, err));
    return add_word(c, word, word_n, err);
}

static enum isg_status was_seen(struct isg_ner_detailer *c, const struct isg_span *s, bool *seen, struct isg_error *err)
{
    size_t n;
    *seen = false;
    if (!s || !c->shown)
        return ISG_OK;
    if (!make_key(c, s, &n))
        return isg_error_nomem(err, "the entities of a file");
    *seen = isg_strtab_find(c->shown, c->key.v, n) != ISG_NO_ID;
    return ISG_OK;
}

enum isg_status isg_ner_detailer_break(struct isg_ner_detailer *c, struct isg_error *err)
{
    ISG_TRY(find_spans(c, &c->gold, err));
    ISG_TRY(find_spans(c, &c->predicted, err));
    if (!ISG_RESERVE(c->pairs, c->pairs.n + c->gold.spans.n + c->predicted.spans.n))
        return isg_error_nomem(err, "the entities of a file");
    struct isg_ner_match m = {c->gold.spans.v, c->gold.spans.n, c->predicted.spans.v, c->predicted.spans.n};
    for (const struct isg_span *a, *b; isg_ner_match_next(&m, &a, &b);) {
        struct pair p = {a ? a->type : ISG_NO_ID, b ? b->type : ISG_NO_ID, false, false};
        ISG_TRY(was_seen(c, a, &p.gold_seen, err));
        ISG_TRY(was_seen(c, b, &p.predicted_seen, err));
        c->pairs.v[c->pairs.n++] = p;
    }
    c->n = 0;
    return ISG_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum isg_status count(struct isg_ner_detail *d, const struct isg_ner_detailer *c, struct isg_error *err)
{
    const size_t n = isg_strtab_size(c->types), side = n + 1;
    d->types = isg_calloc(side, sizeof *d->types);
    d->confusion = isg_calloc(side * side, sizeof *d->confusion);
    d->seen = isg_calloc(side, sizeof *d->seen);
    d->unseen = isg_calloc(side, sizeof *d->unseen);
    size_t *const place = isg_malloc(side, sizeof *place); /* of a type's id among the sorted names */
    bool good = d->types && d->confusion && d->seen && d->unseen && place;
    for (size_t i = 0; good && i < n; i++) {
        size_t len;
        const char *const name = isg_strtab_get(c->types, (uint32_t)i, &len);
        good = (d->types[i] = isg_strndup(name, len)) != NULL;
        d->n_types = i + good;
    }
    if (!good) {
        isg_free(place);
        return isg_error_nomem(err, "the entities of a file");
    }
    qsort(d->types, n, sizeof *d->types, by_name);
    for (size_t i = 0; i < n; i++)
        place[isg_strtab_find(c->types, d->types[i], strlen(d->types[i]))] = i;
    for (size_t i = 0; i < c->pairs.n; i++) {
        const struct pair *const p = &c->pairs.v[i];
        const size_t gold = p->gold == ISG_NO_ID ? n : place[p->gold];
        const size_t predicted = p->predicted == ISG_NO_ID ? n : place[p->predicted];
        d->confusion[gold * side + predicted]++;
        if (gold < n) {
            struct isg_ner_counts *const of = p->gold_seen ? d->seen : d->unseen;
            of[gold].gold++;
            of[n].gold++;
            of[gold].correct += predicted == gold;
            of[n].correct += predicted == gold;
        }
        if (predicted < n) {
            struct isg_ner_counts *const of = p->predicted_seen ? d->seen : d->unseen;
            of[predicted].predicted++;
            of[n].predicted++;
        }
    }
    isg_free(place);
    return ISG_OK;
}

enum isg_status isg_ner_detailer_finish(struct isg_ner_detailer *c, struct isg_ner_detail *out, struct isg_error *err)
{
    memset(out, 0, sizeof *out);
    ISG_TRY(isg_ner_detailer_break(c, err));
    const enum isg_status status = count(out, c, err);
    out->has_seen = c->shown != NULL;
    if (status != ISG_OK)
        isg_ner_detail_fini(out);
    return status;
}

void isg_ner_detail_fini(struct isg_ner_detail *d)
{
    for (size_t i = 0; i < d->n_types; i++)
        isg_free(d->types[i]);
    isg_free(d->types);
    isg_free(d->confusion);
    isg_free(d->seen);
    isg_free(d->unseen);
    memset(d, 0, sizeof *d);
}
