/* Labels text for self-training: as tagging, but tags that are unsure are left open. */
#include "ner/tag/pseudo.h"
#include "ner/data/labels.h"
#include "ner/tag/detect.h"
#include "ner/tag/read.h"

#include <math.h>
#include <string.h>

struct labeller {
    const struct isg_ner_pseudo_opts *opts;
    struct isg_ner_pseudo *totals;
    /* of a sentence */
    struct isg_spans spans;
    ISG_ARRAY(char) letters;
    ISG_ARRAY(uint32_t) types;
    ISG_ARRAY(bool) open; /* the token's tag is left open */
    size_t record;        /* of the batch: the line of the token being written */
};

/* Which tokens of a sentence are left open, and the weight of the others: the geometric mean of the probabilities of
 * their labels. Returns the number of entities kept. */
static size_t judge(const struct isg_tagger *t, struct labeller *l, size_t s, size_t n_spans, double *weight)
{
    const size_t first = t->offset.v[s];
    const uint32_t n = t->length.v[s];
    const float *const p = t->confidence.v + first;
    size_t kept = 0, known = 0;
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        l->open.v[i] = (double)p[i] < l->opts->min_probability;
    for (size_t k = 0; k < n_spans; k++) { /* an entity is known as a whole, or not at all */
        const struct isg_span *const e = &l->spans.v[k];
        const bool sure = (double)t->span_probability.v[first + e->first] >= l->opts->min_probability;
        for (uint32_t i = 0; i < e->n; i++)
            l->open.v[e->first + i] = !sure;
        kept += sure;
    }
    for (uint32_t i = 0; i < n; i++)
        if (!l->open.v[i]) {
            sum += log(fmax((double)p[i], 1e-12));
            known++;
        }
    l->totals->open += n - known;
    *weight = known ? exp(sum / (double)known) : 0;
    return kept;
}

/* The token as its line has it. Tokens are asked for in order. */
static const char *word_of(const struct isg_tagger *t, struct labeller *l, size_t token, size_t *n)
{
    while (token >= t->records.v[l->record].token + t->records.v[l->record].n_tokens)
        l->record++;
    const struct isg_tag_record *const r = &t->records.v[l->record];
    const json_t *const text = json_object_get(r->json, "text");
    if (r->kind == ISG_TAG_JSON && !json_is_string(text)) {
        const json_t *const word = json_array_get(json_object_get(r->json, "tokens"), token - r->token);
        *n = json_string_length(word);
        return json_string_value(word);
    }
    *n = t->place.v[token].n;
    return (r->kind == ISG_TAG_JSON ? json_string_value(text) : t->text.v + r->text) + t->place.v[token].start;
}

static enum isg_status write_token(
    struct isg_tagger *t, struct labeller *l, size_t s, uint32_t i, struct isg_error *err)
{
    size_t n;
    const char *const word = word_of(t, l, t->offset.v[s] + i, &n);
    for (size_t k = 0; k < n; k++)
        if (strchr(" \t\r\n", word[k])) {
            (void)isg_error_set(err, ISG_EDATA, l->opts->in, t->records.v[l->record].line.number,
                "the token \"%.*s\" contains whitespace", (int)(n < 80 ? n : 80), word);
            return isg_error_expected(err, "tokens that fit into a column");
        }
    isg_writer_write(t->out, word, n);
    if (l->open.v[i]) {
        isg_writer_text(t->out, " ?\n");
    } else if (l->letters.v[i] == 'O') {
        isg_writer_text(t->out, " O\n");
    } else {
        const char *const name = isg_ner_type_name(&t->model->vocab, l->types.v[i], &n);
        isg_writer_printf(t->out, " %c-%.*s\n", l->letters.v[i], (int)n, name);
    }
    return ISG_OK;
}

static enum isg_status write_sentence(struct isg_tagger *t, struct labeller *l, size_t s, struct isg_error *err)
{
    const uint32_t n = t->length.v[s];
    if (!ISG_RESERVE(l->spans, (size_t)n + 1) || !ISG_RESERVE(l->letters, n) || !ISG_RESERVE(l->types, n) ||
        !ISG_RESERVE(l->open, n))
        return isg_error_nomem(err, "a sentence");
    const size_t n_spans = isg_ner_spans_from_labels(&t->model->vocab, t->labels.v + t->offset.v[s], n, l->spans.v);
    double weight;
    const uint64_t open = l->totals->open;
    const size_t kept = judge(t, l, s, n_spans, &weight);
    l->totals->read++;
    if (l->totals->open - open == n || (l->opts->entities_only && kept == 0)) {
        l->totals->open = open;
        l->totals->left_out++;
        return ISG_OK;
    }
    isg_spans_to_tags(l->spans.v, n_spans, l->opts->scheme, n, l->letters.v, l->types.v);
    isg_writer_printf(t->out, "# weight = %.4f\n", weight);
    for (uint32_t i = 0; i < n; i++)
        ISG_TRY(write_token(t, l, s, i, err));
    isg_writer_text(t->out, "\n");
    l->totals->sentences++;
    l->totals->tokens += n;
    l->totals->entities += kept;
    l->totals->weight += weight;
    return ISG_OK;
}

static enum isg_status write_batch(struct isg_tagger *t, struct isg_error *err)
{
    struct labeller *const l = t->cookie;
    const uint64_t most = l->opts->max_sentences;
    l->record = 0;
    for (size_t s = 0; s < t->n_sentences && (!most || l->totals->read < most); s++)
        ISG_TRY(write_sentence(t, l, s, err));
    return ISG_OK;
}

enum isg_status isg_ner_pseudo_label(struct isg_ner_pseudo *out, const struct isg_ner_model *const *models,
    size_t n_models, const char *const *paths, const struct isg_ner_pseudo_opts *opts, const struct isg_env *env,
    struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct labeller l = {.opts = opts, .totals = out};
    struct isg_ner_tagged tagged = {0};
    const struct isg_ner_tag_opts tag_opts = {.capitals = opts->capitals, .confidence = true};
    struct isg_tagger t = {.model = models[0],
        .opts = &tag_opts,
        .env = env,
        .totals = &tagged,
        .write = write_batch,
        .cookie = &l,
        .want_spans = true,
        .max_sentences = opts->max_sentences};
    struct isg_columns columns = opts->columns;
    struct isg_tag_input in = {0};
    enum isg_ner_format format;
    memset(out, 0, sizeof *out);
    if (isg_ner_features_count(&models[0]->vocab.features)) {
        (void)isg_error_set(err, ISG_EUSAGE, paths ? paths[0] : NULL, 0, "a model that reads features");
        status = isg_error_expected(err, "a model that reads words alone");
        goto out;
    }
    ISG_GOTO(isg_tag_detect(&in, opts->in, &format, &columns, env, err));
    ISG_GOTO(isg_ner_ensemble_new(&t.ensemble, models, n_models, paths, env->pool, err));
    ISG_GOTO(isg_writer_open(&t.out, opts->out, opts->force, err));
    status = isg_tag_read(&t, in.path, format, columns, err);
    if (out->sentences)
        out->weight /= (double)out->sentences;
    if (status == ISG_OK)
        status = isg_writer_commit(t.out, err);
    else
        isg_writer_abort(t.out);
out:
    isg_tag_input_rename(&in, err, status);
    isg_tag_input_close(&in);
    isg_tag_fini(&t);
    isg_free(l.spans.v);
    isg_free(l.letters.v);
    isg_free(l.types.v);
    isg_free(l.open.v);
    return status;
}
