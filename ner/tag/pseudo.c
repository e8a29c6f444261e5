/* Labels for self-training. */
#include "ner/tag/pseudo.h"
#include "ner/data/labels.h"
#include "ner/decode/capitals.h"
#include "ner/decode/ensemble.h"

#include <math.h>
#include <string.h>

#define BATCH_TOKENS 8192

struct sentence {
    size_t first; /* token of the batch */
    uint32_t n;
};
struct labeller {
    const struct isg_ner_model *model; /* the first: for labels and types */
    const struct isg_ner_pseudo_opts *opts;
    struct isg_ner_ensemble *ensemble;
    struct isg_writer *out;
    struct isg_ner_pseudo *totals;
    /* the batch */
    char *text; /* its words, each with a 0 after it */
    size_t n_text, cap_text;
    uint32_t *form;
    size_t *word; /* a token: its word in text */
    size_t n_tokens, cap_form, cap_word;
    struct sentence *sentences;
    size_t n_sentences, cap_sentences;
    /* results */
    const uint32_t **tokens;
    uint32_t *lengths;
    size_t *offset;
    uint32_t *labels;
    float *confidence, *span_probability;
    size_t cap[6];
    uint8_t *allowed; /* a token: its labels' bytes; with `capitals` */
    const uint8_t **allowed_of;
    size_t cap_allowed, cap_allowed_of;
    struct isg_span *spans;
    char *letters;
    uint32_t *types;
    bool *open; /* a token of the sentence: its tag is left open */
    size_t cap_spans, cap_letters, cap_types, cap_open;
};

static void labeller_fini(struct labeller *l)
{
    isg_ner_ensemble_free(l->ensemble);
    void *const all[] = {l->text, l->form, l->word, l->sentences, (void *)l->tokens, l->lengths, l->offset, l->labels,
        l->confidence, l->span_probability, l->spans, l->letters, l->types, l->open, l->allowed, (void *)l->allowed_of};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        isg_free(all[i]);
}

static enum isg_status add_sentence(
    struct labeller *l, const struct isg_columns_reader *r, const struct isg_block *b, struct isg_error *err)
{
    if (!ISG_GROW(l->sentences, l->cap_sentences, l->n_sentences + 1) ||
        !ISG_GROW(l->form, l->cap_form, l->n_tokens + b->n_tokens) ||
        !ISG_GROW(l->word, l->cap_word, l->n_tokens + b->n_tokens))
        return isg_error_nomem(err, "a batch");
    l->sentences[l->n_sentences++] = (struct sentence){l->n_tokens, (uint32_t)b->n_tokens};
    for (size_t i = 0; i < b->n_tokens; i++) {
        size_t n;
        const char *const word = isg_block_word(r, b, i, &n);
        ISG_TRY(isg_ner_ensemble_form(l->ensemble, word, n, &l->form[l->n_tokens], err));
        if (!ISG_GROW(l->text, l->cap_text, l->n_text + n + 1))
            return isg_error_nomem(err, "a batch");
        l->word[l->n_tokens++] = l->n_text;
        memcpy(l->text + l->n_text, word, n);
        l->text[l->n_text + n] = 0;
        l->n_text += n + 1;
    }
    return ISG_OK;
}

/* Which tokens of a sentence stay open, and the weight of the others: the geometric mean of the probabilities
 * of their labels. Returns the number of entities kept. */
static size_t judge(struct labeller *l, const struct sentence *s, size_t n_spans, double *weight)
{
    const float *const p = l->confidence + s->first;
    size_t kept = 0, known = 0;
    double sum = 0;
    for (uint32_t i = 0; i < s->n; i++)
        l->open[i] = (double)p[i] < l->opts->min_probability;
    for (size_t k = 0; k < n_spans; k++) { /* an entity is known as a whole, or not at all */
        const struct isg_span *const e = &l->spans[k];
        const bool sure = (double)l->span_probability[s->first + e->first] >= l->opts->min_probability;
        for (uint32_t i = 0; i < e->n; i++)
            l->open[e->first + i] = !sure;
        kept += sure;
    }
    for (uint32_t i = 0; i < s->n; i++)
        if (!l->open[i]) {
            sum += log(fmax((double)p[i], 1e-12));
            known++;
        }
    l->totals->open += s->n - known;
    *weight = known ? exp(sum / (double)known) : 0;
    return kept;
}

static enum isg_status write_sentence(struct labeller *l, const struct sentence *s, struct isg_error *err)
{
    if (!ISG_GROW(l->spans, l->cap_spans, (size_t)s->n + 1) || !ISG_GROW(l->letters, l->cap_letters, s->n) ||
        !ISG_GROW(l->types, l->cap_types, s->n) || !ISG_GROW(l->open, l->cap_open, s->n))
        return isg_error_nomem(err, "a sentence");
    const struct isg_ner_vocab *const v = &l->model->vocab;
    const size_t n_spans = isg_ner_spans_from_labels(v, l->labels + s->first, s->n, l->spans);
    double weight;
    const uint64_t open = l->totals->open;
    const size_t kept = judge(l, s, n_spans, &weight);
    if (l->totals->open - open == s->n || (l->opts->entities_only && kept == 0)) {
        l->totals->open = open;
        l->totals->left_out++;
        return ISG_OK;
    }
    isg_spans_to_tags(l->spans, n_spans, l->opts->scheme, s->n, l->letters, l->types);
    isg_writer_printf(l->out, "# weight = %.4f\n", weight);
    for (uint32_t i = 0; i < s->n; i++) {
        isg_writer_text(l->out, l->text + l->word[s->first + i]);
        if (l->open[i]) {
            isg_writer_text(l->out, " ?\n");
        } else if (l->letters[i] == 'O') {
            isg_writer_text(l->out, " O\n");
        } else {
            size_t n;
            const char *const name = isg_ner_type_name(v, l->types[i], &n);
            isg_writer_printf(l->out, " %c-%.*s\n", l->letters[i], (int)n, name);
        }
    }
    isg_writer_text(l->out, "\n");
    l->totals->sentences++;
    l->totals->tokens += s->n;
    l->totals->entities += kept;
    l->totals->weight += weight;
    return ISG_OK;
}

static enum isg_status flush(struct labeller *l, struct isg_error *err)
{
    const size_t n = l->n_sentences;
    if (!ISG_GROW(l->tokens, l->cap[0], n + 1) || !ISG_GROW(l->lengths, l->cap[1], n + 1) ||
        !ISG_GROW(l->offset, l->cap[2], n + 1) || !ISG_GROW(l->labels, l->cap[3], l->n_tokens + 1) ||
        !ISG_GROW(l->confidence, l->cap[4], l->n_tokens + 1) ||
        !ISG_GROW(l->span_probability, l->cap[5], l->n_tokens + 1))
        return isg_error_nomem(err, "results of a batch");
    for (size_t s = 0; s < n; s++) {
        l->tokens[s] = l->form + l->sentences[s].first;
        l->lengths[s] = l->sentences[s].n;
        l->offset[s] = l->sentences[s].first;
    }
    if (l->opts->capitals) {
        const uint32_t n_labels = isg_strtab_size(l->model->vocab.labels);
        if (!ISG_GROW(l->allowed, l->cap_allowed, l->n_tokens * n_labels + 1) ||
            !ISG_GROW(l->allowed_of, l->cap_allowed_of, n + 1))
            return isg_error_nomem(err, "results of a batch");
        memset(l->allowed, 1, l->n_tokens * n_labels);
        for (size_t s = 0; s < n; s++) {
            uint8_t *const may = l->allowed + l->offset[s] * n_labels;
            isg_ner_capitals(l->ensemble, l->tokens[s], l->lengths[s], n_labels, may);
            l->allowed_of[s] = may;
        }
    }
    const struct isg_ner_decode job = {.n = (uint32_t)n,
        .tokens = l->tokens,
        .n_tokens = l->lengths,
        .offset = l->offset,
        .allowed = l->opts->capitals ? l->allowed_of : NULL,
        .labels = l->labels,
        .confidence = l->confidence,
        .span_probability = l->span_probability};
    ISG_TRY(isg_ner_ensemble_run(l->ensemble, &job, err));
    for (size_t s = 0; s < n; s++)
        ISG_TRY(write_sentence(l, &l->sentences[s], err));
    l->n_sentences = l->n_tokens = l->n_text = 0;
    return isg_ner_ensemble_forms(l->ensemble) > 1000000 ? isg_ner_ensemble_forget(l->ensemble, err) : ISG_OK;
}

enum isg_status isg_ner_pseudo_label(struct isg_ner_pseudo *out, const struct isg_ner_model *const *models,
    size_t n_models, const char *const *paths, const struct isg_ner_pseudo_opts *opts, const struct isg_env *env,
    struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct labeller l = {.model = models[0], .opts = opts, .totals = out};
    struct isg_columns_reader *r = NULL;
    memset(out, 0, sizeof *out);
    if (isg_ner_features_count(&models[0]->vocab.features)) {
        (void)isg_error_set(err, ISG_EUSAGE, paths ? paths[0] : NULL, 0, "a model that reads features beside words");
        status = isg_error_expected(err, "models that read words alone");
        goto out;
    }
    ISG_GOTO(isg_ner_ensemble_new(&l.ensemble, models, n_models, paths, env->pool, err));
    ISG_GOTO(isg_columns_open(&r, opts->in, opts->columns, err));
    ISG_GOTO(isg_writer_open(&l.out, opts->out, opts->force, err));
    for (;;) {
        struct isg_block *b;
        ISG_GOTO(isg_columns_next(r, &b, err));
        if (!b || (opts->max_sentences && out->read >= opts->max_sentences))
            break;
        if (!b->n_tokens)
            continue;
        out->read++;
        ISG_GOTO(add_sentence(&l, r, b, err));
        if (l.n_tokens >= BATCH_TOKENS)
            ISG_GOTO(flush(&l, err));
        uint64_t done, total;
        isg_columns_position(r, &done, &total);
        ISG_GOTO(isg_progress(env, "labelling", done, total, err));
    }
    ISG_GOTO(flush(&l, err));
    if (out->sentences)
        out->weight /= (double)out->sentences;
    status = isg_writer_commit(l.out, err);
    l.out = NULL;
out:
    if (l.out)
        isg_writer_abort(l.out);
    isg_columns_close(r);
    labeller_fini(&l);
    return status;
}
