/* Tagging of texts and tokens in memory: the batches of isg_ner_tag, whose results go into arrays. */
#include "ner/tag/session.h"
#include "ner/data/labels.h"
#include "ner/tag/read.h"

#include <string.h>

struct isg_ner_session {
    const struct isg_ner_model **models;
    struct isg_ner_tag_opts opts;
    struct isg_ner_tagged totals;
    struct isg_tagger t;
    char *patterns; /* that the tokeniser was made with; NULL = built in */
    const struct isg_ner_run *run;
    struct isg_ner_results *out;
    struct isg_span *spans;
    char *letters;
    uint32_t *types;
    size_t cap_spans, cap_letters, cap_types;
    size_t *texts; /* of each sentence of the batch */
    size_t cap_texts;
};

void isg_ner_results_fini(struct isg_ner_results *r)
{
    isg_free(r->entities);
    isg_free(r->tokens);
    isg_free(r->first_token);
    *r = (struct isg_ner_results){0};
}

const char *isg_ner_model_type(const struct isg_ner_model *m, uint32_t type, size_t *n)
{
    return isg_ner_type_name(&m->vocab, type, n);
}

uint32_t isg_ner_model_types(const struct isg_ner_model *m)
{
    return m->vocab.n_types;
}

void isg_ner_session_free(struct isg_ner_session *s)
{
    if (!s)
        return;
    isg_tag_fini(&s->t);
    isg_free(s->models);
    isg_free(s->patterns);
    isg_free(s->spans);
    isg_free(s->letters);
    isg_free(s->types);
    isg_free(s->texts);
    isg_free(s);
}

static void add_entities(struct isg_ner_session *s, size_t sentence, size_t n_spans, size_t base)
{
    const struct isg_tagger *const t = &s->t;
    struct isg_ner_results *const r = s->out;
    const size_t at = t->offset.v[sentence];
    for (size_t i = 0; i < n_spans; i++) {
        const struct isg_span *const x = &s->spans[i];
        const struct isg_tag_place a = t->place.v[at + x->first], b = t->place.v[at + x->first + x->n - 1];
        r->entities[r->n_entities++] = (struct isg_ner_entity){.text = s->texts[sentence],
            .first = base + x->first,
            .n = x->n,
            .type = x->type,
            .probability = t->span_probability.v[at + x->first],
            .start = a.cp_start,
            .end = b.cp_end,
            .byte_start = a.start,
            .byte_end = b.start + b.n};
    }
}

/* A sentence of the batch into the results, whose tokens come in the order of the sentences. */
static enum isg_status add_sentence(struct isg_ner_session *s, size_t sentence, struct isg_error *err)
{
    const struct isg_tagger *const t = &s->t;
    struct isg_ner_results *const r = s->out;
    const uint32_t n = t->length.v[sentence];
    const size_t at = t->offset.v[sentence], base = r->n_tokens;
    if (!ISG_GROW(s->spans, s->cap_spans, n + 1) || !ISG_GROW(s->letters, s->cap_letters, n + 1) ||
        !ISG_GROW(s->types, s->cap_types, n + 1) || !ISG_GROW(r->tokens, r->cap_tokens, base + n))
        return isg_error_nomem(err, "the tags of a sentence");
    const size_t n_all = isg_ner_spans_from_labels(&t->model->vocab, t->labels.v + at, n, s->spans);
    size_t kept = 0;
    for (size_t i = 0; i < n_all; i++)
        if ((double)t->span_probability.v[at + s->spans[i].first] >= s->run->min_probability)
            s->spans[kept++] = s->spans[i];
    if (!ISG_GROW(r->entities, r->cap_entities, r->n_entities + kept))
        return isg_error_nomem(err, "the entities of a sentence");
    isg_spans_to_tags(s->spans, kept, t->scheme, n, s->letters, s->types);
    for (uint32_t i = 0; i < n; i++) {
        const struct isg_tag_place p = t->place.v[at + i];
        r->tokens[base + i] = (struct isg_ner_token){.start = p.cp_start,
            .end = p.cp_end,
            .byte_start = p.start,
            .byte_end = p.start + p.n,
            .letter = s->letters[i],
            .type = s->letters[i] == 'O' ? ISG_NO_ID : s->types[i],
            .probability = t->confidence.v[at + i]};
    }
    r->n_tokens += n;
    add_entities(s, sentence, kept, base);
    return ISG_OK;
}

static enum isg_status write_results(struct isg_tagger *t, struct isg_error *err)
{
    struct isg_ner_session *const s = t->cookie;
    for (size_t i = 0; i < t->n_sentences; i++)
        ISG_TRY(add_sentence(s, i, err));
    return ISG_OK;
}

enum isg_status isg_ner_session_new(struct isg_ner_session **out, const struct isg_ner_model *const *models,
    size_t n_models, const char *const *paths, struct isg_pool *pool, struct isg_error *err)
{
    *out = NULL;
    if (models[0]->vocab.features.n_columns) {
        const uint32_t n = models[0]->vocab.features.n_columns;
        (void)isg_error_set(err, ISG_EUSAGE, paths ? paths[0] : NULL, 0, "a model that reads %u feature column%s", n,
            n == 1 ? "" : "s");
        return isg_error_expected(err, "text in columns (tag a file)");
    }
    struct isg_ner_session *s = isg_calloc(1, sizeof *s);
    if (s)
        s->models = isg_malloc(n_models, sizeof *s->models);
    if (!s || !s->models) {
        isg_ner_session_free(s);
        return isg_error_nomem(err, "tagging");
    }
    memcpy((void *)s->models, (const void *)models, n_models * sizeof *models);
    s->opts.confidence = true;
    s->t = (struct isg_tagger){.model = models[0],
        .opts = &s->opts,
        .totals = &s->totals,
        .write = write_results,
        .cookie = s,
        .want_spans = true,
        .n_features = isg_ner_features_count(&models[0]->vocab.features)};
    const enum isg_status status = isg_ner_ensemble_new(&s->t.ensemble, s->models, n_models, paths, pool, err);
    if (status == ISG_OK)
        *out = s;
    else
        isg_ner_session_free(s);
    return status;
}

/* The tokeniser of these patterns; that of the last run is kept where they are the same. */
static enum isg_status set_patterns(struct isg_ner_session *s, const char *path, struct isg_error *err)
{
    if (s->t.tokeniser && !path == !s->patterns && (!path || strcmp(path, s->patterns) == 0))
        return ISG_OK;
    isg_tokeniser_free(s->t.tokeniser);
    isg_free(s->patterns);
    s->t.tokeniser = NULL;
    s->patterns = path ? isg_strndup(path, strlen(path)) : NULL;
    if (path && !s->patterns)
        return isg_error_nomem(err, "token patterns");
    return isg_tokeniser_new(&s->t.tokeniser, path, err);
}

static enum isg_status add_text(struct isg_ner_session *s, size_t i, size_t *n_tokens, struct isg_error *err)
{
    enum { MOST = 16 << 20 };
    const char *const text = s->run->texts[i];
    const size_t n = s->run->lengths ? s->run->lengths[i] : strlen(text), valid = isg_utf8_valid(text, n);
    if (n >= MOST) {
        (void)isg_error_set(err, ISG_EDATA, NULL, 0, "text %zu has %zu bytes", i + 1, n);
        (void)isg_error_expected(err, "less than 16 MiB");
        return isg_error_advice(err, "split it into paragraphs");
    }
    if (valid != n)
        return isg_error_set(
            err, ISG_EDATA, NULL, 0, "text %zu is invalid UTF-8 (byte 0x%02x)", i + 1, (unsigned char)text[valid]);
    return isg_tag_add_text(&s->t, NULL, 0, text, n, n_tokens, err);
}

static enum isg_status add_one(struct isg_ner_session *s, size_t i, size_t *token, struct isg_error *err)
{
    const struct isg_ner_run *const run = s->run;
    const size_t before = s->t.n_sentences;
    size_t n = 0;
    if (run->texts) {
        ISG_TRY(add_text(s, i, &n, err));
    } else {
        n = run->lengths[i];
        ISG_TRY(isg_tag_add_tokens(&s->t, run->tokens + *token, n, i + 1, err));
    }
    *token += n;
    s->out->first_token[i + 1] = *token;
    if (!ISG_GROW(s->texts, s->cap_texts, s->t.n_sentences))
        return isg_error_nomem(err, "a batch of texts");
    for (size_t k = before; k < s->t.n_sentences; k++)
        s->texts[k] = i;
    return isg_tag_flush_if_full(&s->t, err);
}

enum isg_status isg_ner_session_run(struct isg_ner_session *s, const struct isg_ner_run *run,
    struct isg_ner_results *out, const struct isg_env *env, struct isg_error *err)
{
    size_t token = 0;
    enum isg_status status = ISG_OK;
    *out = (struct isg_ner_results){.n_texts = run->n_texts};
    s->run = run;
    s->out = out;
    s->t.env = env;
    s->t.scheme = run->scheme != ISG_SCHEME_UNKNOWN ? run->scheme : isg_ner_scheme(s->models[0]);
    s->opts.capitals = run->capitals;
    if (!ISG_GROW(out->first_token, out->cap_texts, run->n_texts + 1)) {
        status = isg_error_nomem(err, "the results of tagging");
        goto out;
    }
    out->first_token[0] = 0;
    if (run->texts)
        ISG_GOTO(set_patterns(s, run->patterns, err));
    for (size_t i = 0; i < run->n_texts; i++) {
        ISG_GOTO(add_one(s, i, &token, err));
        if (i % 64 == 63 || i + 1 == run->n_texts) /* not for each: a callback may be slow */
            ISG_GOTO(isg_progress(env, "tagging", i + 1, run->n_texts, err));
    }
    status = isg_tag_flush(&s->t, err);
out:
    if (status != ISG_OK)
        isg_ner_results_fini(out);
    isg_tag_clear(&s->t);
    return status;
}
