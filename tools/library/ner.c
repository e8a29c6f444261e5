/* Taggers and scores of the library. */
#include "tools/library/private.h"
#include "ner/ner.h"
#include <isogloss/ner.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* ---- taggers ---- */

/* The buffers of one call at a time. */
struct session {
    struct session *next;
    struct isg_pool *pool;
    unsigned threads; /* that the pool was made for */
    struct isg_ner_session *s;
};
struct isogloss_tagger {
    struct isg_ner_models models;
    char **paths;
    char **types; /* n_types */
    size_t n_types;
    pthread_mutex_t lock; /* of idle */
    struct session *idle; /* that no call uses now */
};

static void free_session(struct session *x)
{
    if (!x)
        return;
    isg_ner_session_free(x->s);
    isg_pool_free(x->pool);
    isg_free(x);
}

void isogloss_tagger_free(struct isogloss_tagger *t)
{
    if (!t)
        return;
    while (t->idle) {
        struct session *const x = t->idle;
        t->idle = x->next;
        free_session(x);
    }
    for (size_t i = 0; t->types && i < t->n_types; i++)
        isg_free(t->types[i]);
    for (size_t i = 0; t->paths && i < t->models.n; i++)
        isg_free(t->paths[i]);
    isg_free(t->types);
    isg_free(t->paths);
    isg_ner_models_close(&t->models);
    (void)pthread_mutex_destroy(&t->lock);
    isg_free(t);
}

static enum isg_status load(struct isogloss_tagger *t, const char *const *paths, size_t n, struct isg_error *err)
{
    if (n == 0)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "no model");
    for (size_t i = 0; i < n; i++)
        ISG_TRY(isg_library_path(paths[i], err));
    ISG_TRY(isg_ner_models_open(&t->models, paths, n, err));
    t->n_types = isg_ner_model_types(t->models.items[0]);
    t->types = isg_calloc(t->n_types, sizeof *t->types);
    t->paths = isg_calloc(n, sizeof *t->paths);
    bool memory = t->types && t->paths;
    for (size_t i = 0; memory && i < t->n_types; i++) {
        size_t length;
        const char *const name = isg_ner_model_type(t->models.items[0], (uint32_t)i, &length);
        memory = (t->types[i] = isg_strndup(name, length)) != NULL;
    }
    for (size_t i = 0; memory && i < n; i++)
        memory = (t->paths[i] = isg_strndup(paths[i], strlen(paths[i]))) != NULL;
    return memory ? ISG_OK : isg_error_nomem(err, "a tagger");
}

/* An idle session for as many threads as the context has, or a new one. */
static enum isg_status take_session(
    struct isogloss_tagger *t, const struct isogloss_context *c, struct session **out, struct isg_error *err)
{
    (void)pthread_mutex_lock(&t->lock);
    struct session **at = &t->idle;
    while (*at && (*at)->threads != c->threads)
        at = &(*at)->next;
    struct session *x = *at;
    if (x)
        *at = x->next;
    (void)pthread_mutex_unlock(&t->lock);
    *out = x;
    if (x)
        return ISG_OK;
    x = isg_calloc(1, sizeof *x);
    if (!x)
        return isg_error_nomem(err, "tagging");
    x->threads = c->threads;
    if (x->threads != 1)
        x->pool = isg_pool_new(x->threads);
    const enum isg_status status = isg_ner_session_new(
        &x->s, t->models.items, t->models.n, (const char *const *)t->paths, x->pool, err);
    if (status == ISG_OK)
        *out = x;
    else
        free_session(x);
    return status;
}

static void give_session(struct isogloss_tagger *t, struct session *x)
{
    (void)pthread_mutex_lock(&t->lock);
    x->next = t->idle;
    t->idle = x;
    (void)pthread_mutex_unlock(&t->lock);
}

enum isogloss_status isogloss_tagger_load(
    struct isogloss_context *c, const char *const *paths, size_t n, struct isogloss_tagger **out)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_tagger *t = isg_calloc(1, sizeof *t);
    struct session *x = NULL;
    *out = NULL;
    if (!t)
        return isg_library_end(c, isg_error_nomem(err, "a tagger"));
    (void)pthread_mutex_init(&t->lock, NULL);
    enum isg_status status = load(t, paths, n, err);
    /* models that do not fit together are an error here, not when they tag; those that read feature columns can tag files */
    if (status == ISG_OK && n > 1) {
        status = take_session(t, c, &x, err);
        if (status == ISG_OK)
            give_session(t, x);
    }
    if (status != ISG_OK) {
        isogloss_tagger_free(t);
        t = NULL;
    }
    *out = t;
    return isg_library_end(c, status);
}

size_t isogloss_tagger_types(const struct isogloss_tagger *t)
{
    return t->n_types;
}

const char *isogloss_tagger_type(const struct isogloss_tagger *t, size_t i)
{
    return i < t->n_types ? t->types[i] : NULL;
}

/* ---- tagging ---- */

static const char letters[] = "BIESM"; /* of tags; number of a tag = 1 + type * 5 + letter, 0 = O */
enum { N_LETTERS = sizeof letters - 1 };

struct isogloss_tagged {
    struct isogloss_entity *entities;
    size_t n_entities, n_tokens, n_texts, n_tags;
    size_t *first_token;
    uint32_t *tag_ids;
    float *probabilities;
    uint32_t *offsets;
    char **tags;  /* n_tags, of which all but the first lie in names */
    char *names;  /* tags and types */
    char **types; /* into names */
};

void isogloss_tagged_free(struct isogloss_tagged *r)
{
    if (!r)
        return;
    isg_free(r->entities);
    isg_free(r->first_token);
    isg_free(r->tag_ids);
    isg_free(r->probabilities);
    isg_free(r->offsets);
    isg_free(r->tags);
    isg_free(r->names);
    isg_free(r->types);
    isg_free(r);
}

/* The names that the results speak of, which then need no tagger any more. */
static bool name_tags(struct isogloss_tagged *r, const struct isogloss_tagger *t)
{
    static char outside[] = "O";
    size_t bytes = 1;
    for (size_t i = 0; i < t->n_types; i++)
        bytes += N_LETTERS * (strlen(t->types[i]) + 3);
    r->n_tags = 1 + N_LETTERS * t->n_types;
    r->tags = isg_malloc(r->n_tags, sizeof *r->tags);
    r->types = isg_malloc(t->n_types, sizeof *r->types);
    char *to = r->names = isg_malloc(bytes, 1);
    if (!r->tags || !r->types || !to)
        return false;
    r->tags[0] = outside;
    for (size_t i = 0; i < t->n_types; i++)
        for (size_t k = 0; k < N_LETTERS; k++) {
            const size_t n = strlen(t->types[i]);
            to[0] = letters[k];
            to[1] = '-';
            memcpy(to + 2, t->types[i], n + 1);
            r->tags[1 + i * N_LETTERS + k] = to;
            r->types[i] = to + 2;
            to += n + 3;
        }
    return true;
}

static enum isg_status make_tagged(struct isogloss_tagged **out, const struct isogloss_tagger *t,
    const struct isg_ner_results *x, struct isg_error *err)
{
    struct isogloss_tagged *const r = *out = isg_calloc(1, sizeof *r);
    if (!r)
        return isg_error_nomem(err, "entities");
    r->entities = isg_malloc(x->n_entities, sizeof *r->entities);
    r->first_token = isg_malloc(x->n_texts + 1, sizeof *r->first_token);
    r->tag_ids = isg_malloc(x->n_tokens, sizeof *r->tag_ids);
    r->probabilities = isg_malloc(x->n_tokens, sizeof *r->probabilities);
    r->offsets = isg_malloc(x->n_tokens, 2 * sizeof *r->offsets);
    if (!r->entities || !r->first_token || !r->tag_ids || !r->probabilities || !r->offsets || !name_tags(r, t))
        return isg_error_nomem(err, "entities");
    r->n_entities = x->n_entities;
    r->n_tokens = x->n_tokens;
    r->n_texts = x->n_texts;
    memcpy(r->first_token, x->first_token, (x->n_texts + 1) * sizeof *r->first_token);
    for (size_t i = 0; i < x->n_entities; i++) {
        const struct isg_ner_entity *const e = &x->entities[i];
        r->entities[i] = (struct isogloss_entity){.type = r->types[e->type],
            .probability = (double)e->probability,
            .text = e->text,
            .first = e->first - x->first_token[e->text],
            .n = e->n,
            .start = e->start,
            .end = e->end,
            .byte_start = e->byte_start,
            .byte_end = e->byte_end};
    }
    for (size_t i = 0; i < x->n_tokens; i++) {
        const struct isg_ner_token *const k = &x->tokens[i];
        const char *const letter = k->type == ISG_NO_ID ? NULL : memchr(letters, k->letter, N_LETTERS);
        r->tag_ids[i] = letter ? 1 + k->type * N_LETTERS + (uint32_t)(letter - letters) : 0;
        r->probabilities[i] = k->probability;
        r->offsets[2 * i] = k->start;
        r->offsets[2 * i + 1] = k->end;
    }
    return ISG_OK;
}

static enum isg_status read_options(
    const struct isogloss_tag_options *o, enum isg_scheme *scheme, struct isg_error *err)
{
    static const char *const names[] = {"model", "iob1", "bio", "bioes", "bmes", NULL};
    static const enum isg_scheme schemes[] = {ISG_SCHEME_UNKNOWN, ISG_IOB1, ISG_BIO, ISG_BIOES, ISG_BMES};
    int which;
    ISG_TRY(isg_library_choice(o->scheme, names, "scheme", &which, err));
    *scheme = schemes[which];
    if (o->min_probability >= 0 && o->min_probability <= 1)
        return ISG_OK;
    (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "min_probability %g", o->min_probability);
    return isg_error_expected(err, "0 to 1");
}

static enum isogloss_status tag(struct isogloss_context *c, struct isogloss_tagger *t, struct isg_ner_run *run,
    const struct isogloss_tag_options *options, struct isogloss_tagged **out)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_tag_options o;
    struct isg_ner_results results = {0};
    struct session *x = NULL;
    enum isg_status status;
    *out = NULL;
    ISG_GOTO(isg_library_options(&o, sizeof o, options, err));
    ISG_GOTO(read_options(&o, &run->scheme, err));
    run->capitals = o.capitals;
    run->patterns = o.tokens;
    run->min_probability = o.min_probability;
    ISG_GOTO(take_session(t, c, &x, err));
    status = isg_ner_session_run(x->s, run, &results, &c->env, err);
    give_session(t, x);
    if (status == ISG_OK)
        status = make_tagged(out, t, &results, err);
    if (status != ISG_OK) {
        isogloss_tagged_free(*out);
        *out = NULL;
    }
out:
    isg_ner_results_fini(&results);
    return isg_library_end(c, status);
}

enum isogloss_status isogloss_tag_texts(struct isogloss_context *c, struct isogloss_tagger *t, const char *const *texts,
    const size_t *lengths, size_t n, const struct isogloss_tag_options *options, struct isogloss_tagged **out)
{
    static const char *const none[1] = {NULL};
    struct isg_ner_run run = {.texts = texts ? texts : none, .lengths = lengths, .n_texts = n};
    return tag(c, t, &run, options, out);
}

enum isogloss_status isogloss_tag_sentences(struct isogloss_context *c, struct isogloss_tagger *t,
    const char *const *tokens, const size_t *lengths, size_t n, const struct isogloss_tag_options *options,
    struct isogloss_tagged **out)
{
    struct isg_ner_run run = {.tokens = tokens, .lengths = lengths, .n_texts = n};
    return tag(c, t, &run, options, out);
}

enum isogloss_status isogloss_tag_file(struct isogloss_context *c, struct isogloss_tagger *t, const char *in,
    const char *out, int overwrite, const struct isogloss_tag_options *options)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_tag_options o;
    struct isg_ner_tagged tagged;
    struct isg_ner_tag_opts opts = {.in = in, .out = out, .force = overwrite};
    enum isg_status status;
    ISG_GOTO(isg_library_options(&o, sizeof o, options, err));
    ISG_GOTO(isg_library_path(in, err));
    ISG_GOTO(isg_library_path(out, err));
    ISG_GOTO(read_options(&o, &opts.scheme, err));
    opts.min_confidence = o.min_probability;
    opts.capitals = o.capitals;
    opts.tokens = o.tokens;
    status = isg_ner_tag(&tagged, t->models.items, t->models.n, (const char *const *)t->paths, &opts, &c->env, err);
out:
    return isg_library_end(c, status);
}

size_t isogloss_tagged_entities(const struct isogloss_tagged *r)
{
    return r->n_entities;
}

const struct isogloss_entity *isogloss_tagged_entity(const struct isogloss_tagged *r, size_t i)
{
    return i < r->n_entities ? &r->entities[i] : NULL;
}

size_t isogloss_tagged_texts(const struct isogloss_tagged *r)
{
    return r->n_texts;
}

const size_t *isogloss_tagged_first_tokens(const struct isogloss_tagged *r)
{
    return r->first_token;
}

size_t isogloss_tagged_tokens(const struct isogloss_tagged *r)
{
    return r->n_tokens;
}

const uint32_t *isogloss_tagged_tag_ids(const struct isogloss_tagged *r)
{
    return r->tag_ids;
}

const char *isogloss_tagged_tag(const struct isogloss_tagged *r, size_t id)
{
    return id < r->n_tags ? r->tags[id] : NULL;
}

const float *isogloss_tagged_probabilities(const struct isogloss_tagged *r)
{
    return r->probabilities;
}

const uint32_t *isogloss_tagged_offsets(const struct isogloss_tagged *r)
{
    return r->offsets;
}

/* ---- scores ---- */

struct isogloss_score {
    struct isg_ner_score s;
    struct isogloss_counts overall, *types;
    char *report;
};

void isogloss_score_free(struct isogloss_score *s)
{
    if (!s)
        return;
    isg_ner_score_fini(&s->s);
    isg_free(s->types);
    isg_free(s->report);
    isg_free(s);
}

static struct isogloss_counts counts(const char *type, const struct isg_ner_counts *c)
{
    return (struct isogloss_counts){.type = type,
        .precision = isg_ner_precision(c),
        .recall = isg_ner_recall(c),
        .f1 = isg_ner_f1(c),
        .gold = c->gold,
        .predicted = c->predicted,
        .correct = c->correct};
}

static enum isg_status evaluate(struct isogloss_score *s, const char *gold, const char *predicted,
    const struct isogloss_score_options *options, struct isg_error *err)
{
    struct isogloss_score_options o;
    ISG_TRY(isg_library_options(&o, sizeof o, options, err));
    ISG_TRY(isg_library_path(gold, err));
    if (predicted)
        ISG_TRY(isg_library_path(predicted, err));
    const struct isg_ner_eval_opts opts = {.gold = gold,
        .predicted = {predicted},
        .n_predicted = predicted != NULL,
        .raw = o.raw,
        .gold_column = o.gold_column,
        .predicted_column = o.predicted_column};
    ISG_TRY(isg_ner_eval_files(&s->s, NULL, &opts, err));
    s->report = isg_ner_score_report(&s->s, false);
    s->types = isg_malloc(s->s.n_types, sizeof *s->types);
    if (!s->report || !s->types)
        return isg_error_nomem(err, "scores");
    s->overall = counts(NULL, &s->s.overall);
    for (size_t i = 0; i < s->s.n_types; i++)
        s->types[i] = counts(s->s.types[i].name, &s->s.types[i].counts);
    return ISG_OK;
}

enum isogloss_status isogloss_evaluate(struct isogloss_context *c, const char *gold, const char *predicted,
    const struct isogloss_score_options *options, struct isogloss_score **out)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_score *s = isg_calloc(1, sizeof *s);
    const enum isg_status status = s ? evaluate(s, gold, predicted, options, err) : isg_error_nomem(err, "scores");
    if (status != ISG_OK) {
        isogloss_score_free(s);
        s = NULL;
    }
    *out = s;
    return isg_library_end(c, status);
}

uint64_t isogloss_score_tokens(const struct isogloss_score *s)
{
    return s->s.tokens;
}

double isogloss_score_accuracy(const struct isogloss_score *s)
{
    return s->s.tokens ? 100.0 * (double)s->s.correct_tags / (double)s->s.tokens : 0.0;
}

const struct isogloss_counts *isogloss_score_overall(const struct isogloss_score *s)
{
    return &s->overall;
}

size_t isogloss_score_types(const struct isogloss_score *s)
{
    return s->s.n_types;
}

const struct isogloss_counts *isogloss_score_type(const struct isogloss_score *s, size_t i)
{
    return i < s->s.n_types ? &s->types[i] : NULL;
}

const char *isogloss_score_report(const struct isogloss_score *s)
{
    return s->report;
}
