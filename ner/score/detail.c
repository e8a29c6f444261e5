/* Confusion between types, and scores of entities that training had shown or not. */
#include "ner/data/corpus.h"
#include "ner/score/evalfile.h"

#include <stdlib.h>
#include <string.h>

/* Entities of one side of a sentence. */
struct tags {
    char *letters;
    uint32_t *types;
    struct isg_span *spans;
    size_t cap_letters, cap_types, cap_spans;
};
struct pair {
    uint32_t gold, predicted; /* types; ISG_NO_ID = none */
    bool gold_seen, predicted_seen;
};
struct collector {
    struct isg_strtab *types, *shown; /* shown: "TYPE\tword word" of the training text, NULL = not wanted */
    /* the sentence */
    char *words;       /* one after another */
    uint32_t *word_at; /* n + 1 */
    size_t n, cap_words, cap_word_at;
    struct tags side[2];
    char *key;
    size_t cap_key;
    /* all of them */
    struct pair *pairs;
    size_t n_pairs, cap_pairs;
    struct isg_error err; /* a sentence's end has no status: the first failure is kept */
};

static void fail(struct collector *c)
{
    if (c->err.status == ISG_OK)
        (void)isg_error_nomem(&c->err, "the entities of a file");
}

/* Adds to a key of n bytes; false = no memory. */
static bool key_add(struct collector *c, size_t *n, const char *s, size_t len, char after)
{
    if (!ISG_GROW(c->key, c->cap_key, *n + len + 1))
        return false;
    memcpy(c->key + *n, s, len);
    c->key[*n + len] = after;
    *n += len + 1;
    return true;
}

static bool seen(struct collector *c, const struct isg_span *s)
{
    size_t n = 0, len;
    if (!c->shown)
        return false;
    const char *const type = isg_strtab_get(c->types, s->type, &len);
    bool good = key_add(c, &n, type, len, '\t');
    for (uint32_t i = s->first; good && i < s->first + s->n; i++)
        good = key_add(c, &n, c->words + c->word_at[i], c->word_at[i + 1] - c->word_at[i], ' ');
    if (!good)
        fail(c);
    return good && isg_strtab_find(c->shown, c->key, n) != ISG_NO_ID;
}

static enum isg_status add_token(void *cookie, const char *word, size_t word_n, const char *gold, size_t gold_n,
    const char *predicted, size_t predicted_n, struct isg_error *err)
{
    struct collector *const c = cookie;
    const size_t i = c->n, from = i ? c->word_at[i] : 0;
    const char *const tag[2] = {gold, predicted};
    const size_t tag_n[2] = {gold_n, predicted_n};
    if (!ISG_GROW(c->word_at, c->cap_word_at, i + 2) || !ISG_GROW(c->words, c->cap_words, from + word_n))
        return isg_error_nomem(err, "a sentence");
    memcpy(c->words + from, word, word_n);
    c->word_at[0] = 0;
    c->word_at[i + 1] = (uint32_t)(from + word_n);
    for (int k = 0; k < 2; k++) {
        struct tags *const t = &c->side[k];
        const char *type;
        size_t type_n;
        if (!ISG_GROW(t->letters, t->cap_letters, i + 1) || !ISG_GROW(t->types, t->cap_types, i + 1))
            return isg_error_nomem(err, "a sentence");
        t->letters[i] = isg_tag_split(tag[k], tag_n[k], &type, &type_n);
        t->types[i] = ISG_NO_ID;
        if (t->letters[i] && t->letters[i] != 'O')
            ISG_TRY(isg_strtab_add(c->types, type, type_n, &t->types[i], NULL, err));
    }
    c->n++;
    return ISG_OK;
}

static bool same_tokens(const struct isg_span *a, const struct isg_span *b)
{
    return a->first == b->first && a->n == b->n;
}

static void end_sentence(void *cookie)
{
    struct collector *const c = cookie;
    size_t n[2];
    for (int k = 0; k < 2; k++) {
        struct tags *const t = &c->side[k];
        if (isg_spans_from_tags(t->letters, t->types, c->n, &t->spans, &t->cap_spans, &n[k], &c->err) != ISG_OK)
            return;
    }
    c->n = 0;
    if (!ISG_GROW(c->pairs, c->cap_pairs, c->n_pairs + n[0] + n[1])) {
        fail(c);
        return;
    }
    const struct isg_span *const a = c->side[0].spans, *const b = c->side[1].spans;
    for (size_t i = 0, j = 0; i < n[0] || j < n[1];) { /* both in order of their first token */
        const bool both = i < n[0] && j < n[1] && same_tokens(&a[i], &b[j]);
        const bool take_a = both || j == n[1] || (i < n[0] && a[i].first <= b[j].first);
        struct pair p = {ISG_NO_ID, ISG_NO_ID, false, false};
        if (take_a) {
            p.gold = a[i].type;
            p.gold_seen = seen(c, &a[i++]);
        }
        if (both || !take_a) {
            p.predicted = b[j].type;
            p.predicted_seen = seen(c, &b[j++]);
        }
        c->pairs[c->n_pairs++] = p;
    }
}

/* All entities of the training text as keys. */
static enum isg_status show(struct collector *c, const char *train, struct isg_error *err)
{
    struct isg_ner_corpus corpus;
    struct isg_columns columns = ISG_COLUMNS_DEFAULT;
    columns.open_tags = true;
    ISG_TRY(isg_ner_corpus_load(&corpus, train, columns, err));
    enum isg_status status = ISG_OK;
    c->shown = isg_strtab_new();
    if (!c->shown)
        status = isg_error_nomem(err, "entities of the training text");
    for (uint32_t s = 0; s < corpus.n_sentences && status == ISG_OK; s++)
        for (uint32_t k = corpus.span_offset[s]; k < corpus.span_offset[s + 1] && status == ISG_OK; k++) {
            const struct isg_span *const span = &corpus.spans[k];
            size_t n = 0, len;
            uint32_t id;
            const char *const type = isg_strtab_get(corpus.types, span->type, &len);
            bool good = key_add(c, &n, type, len, '\t');
            for (uint32_t i = 0; good && i < span->n; i++) {
                const char *const word = isg_strtab_get(
                    corpus.forms, corpus.form[corpus.offset[s] + span->first + i], &len);
                good = key_add(c, &n, word, len, ' ');
            }
            status = good ? isg_strtab_add(c->shown, c->key, n, &id, NULL, err)
                          : isg_error_nomem(err, "entities of the training text");
        }
    isg_ner_corpus_fini(&corpus);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum isg_status count(struct isg_ner_detail *d, const struct collector *c, struct isg_error *err)
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
    for (size_t i = 0; i < c->n_pairs; i++) {
        const struct pair *const p = &c->pairs[i];
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

enum isg_status isg_ner_eval_detail(
    struct isg_ner_detail *out, const char *train, const struct isg_ner_eval_opts *opts, struct isg_error *err)
{
    struct collector c = {.types = isg_strtab_new()};
    enum isg_status status = ISG_OK;
    memset(out, 0, sizeof *out);
    if (!c.types) {
        status = isg_error_nomem(err, "the entities of a file");
        goto out;
    }
    if (train)
        ISG_GOTO(show(&c, train, err));
    ISG_GOTO(isg_ner_eval_read(opts, &(struct isg_ner_pairs){&c, add_token, end_sentence}, err));
    if (c.err.status != ISG_OK) {
        *err = c.err;
        status = c.err.status;
        goto out;
    }
    status = count(out, &c, err);
    out->has_seen = train != NULL;
out:
    if (status != ISG_OK)
        isg_ner_detail_fini(out);
    isg_strtab_free(c.types);
    isg_strtab_free(c.shown);
    for (int k = 0; k < 2; k++) {
        isg_free(c.side[k].letters);
        isg_free(c.side[k].types);
        isg_free(c.side[k].spans);
    }
    isg_free(c.words);
    isg_free(c.word_at);
    isg_free(c.key);
    isg_free(c.pairs);
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
