/* Calibration on held-out text. */
#include "ner/decode/calibrate.h"
#include "ner/data/labels.h"
#include "ner/score/match.h"

#include <math.h>
#include <string.h>

#define N_BINS 15

struct bins {
    double right[N_BINS], sum[N_BINS];
    uint64_t n[N_BINS], total;
};

static void see(struct bins *b, double probability, bool right)
{
    int i = (int)(probability * N_BINS);
    i = i < 0 ? 0 : i >= N_BINS ? N_BINS - 1 : i;
    b->n[i]++;
    b->total++;
    b->right[i] += right;
    b->sum[i] += probability;
}

static double ece(const struct bins *b)
{
    double out = 0;
    for (int i = 0; i < N_BINS; i++)
        out += fabs(b->right[i] - b->sum[i]);
    return b->total ? 100 * out / (double)b->total : 0;
}

struct run {
    struct isg_ner_decoder *d;
    const struct isg_ner_forms *forms;
    const struct isg_ner_vocab *vocab;
    const struct isg_ner_encoded *e;
    size_t *offset;
    uint32_t *labels;
    float *confidence, *span_probability;
    double *nll;
    struct isg_span *gold, *found;
};

static enum isg_status nll_at(const struct run *r, double temperature, double *out, struct isg_error *err)
{
    const struct isg_ner_corpus *c = &r->e->corpus;
    const struct isg_ner_decode job = {.n = c->n_sentences,
        .tokens = r->e->tokens,
        .n_tokens = r->e->n_tokens,
        .features = r->e->features,
        .offset = r->offset,
        .labels = r->labels,
        .gold = r->e->labels,
        .nll = r->nll,
        .temperature = temperature};
    ISG_TRY(isg_ner_decode_run(r->d, r->forms, r->vocab, &job, err));
    *out = 0;
    for (uint32_t s = 0; s < c->n_sentences; s++)
        *out += r->nll[s];
    *out /= c->n_tokens;
    return ISG_OK;
}

static enum isg_status errors_at(
    const struct run *r, double temperature, double *token, double *entity, struct isg_error *err)
{
    const struct isg_ner_corpus *c = &r->e->corpus;
    const struct isg_ner_decode job = {.n = c->n_sentences,
        .tokens = r->e->tokens,
        .n_tokens = r->e->n_tokens,
        .features = r->e->features,
        .offset = r->offset,
        .labels = r->labels,
        .confidence = r->confidence,
        .span_probability = r->span_probability,
        .temperature = temperature};
    ISG_TRY(isg_ner_decode_run(r->d, r->forms, r->vocab, &job, err));
    struct bins tokens = {0}, entities = {0};
    for (uint32_t i = 0; i < c->n_tokens; i++)
        see(&tokens, (double)r->confidence[i], r->labels[i] == r->e->labels[i]);
    for (uint32_t s = 0; s < c->n_sentences; s++) {
        const uint32_t at = c->offset[s], n = r->e->n_tokens[s];
        const size_t n_gold = isg_ner_spans_from_labels(r->vocab, r->e->labels + at, n, r->gold);
        const size_t n_found = isg_ner_spans_from_labels(r->vocab, r->labels + at, n, r->found);
        struct isg_ner_match m = {r->gold, n_gold, r->found, n_found};
        for (const struct isg_span *a, *b; isg_ner_match_next(&m, &a, &b);)
            if (b)
                see(&entities, (double)r->span_probability[at + b->first], a && a->type == b->type);
    }
    *token = ece(&tokens);
    *entity = ece(&entities);
    return ISG_OK;
}

static enum isg_status search(const struct run *r, struct isg_ner_calibration *out, struct isg_error *err)
{
    const double ratio = (sqrt(5) - 1) / 2;
    double low = log(0.1), high = log(10), left = high - ratio * (high - low), right = low + ratio * (high - low);
    double at_left, at_right;
    ISG_TRY(nll_at(r, 1, &out->nll_before, err));
    ISG_TRY(nll_at(r, exp(left), &at_left, err));
    ISG_TRY(nll_at(r, exp(right), &at_right, err));
    while (high - low > 0.02) {
        if (at_left < at_right) {
            high = right;
            right = left;
            at_right = at_left;
            left = high - ratio * (high - low);
            ISG_TRY(nll_at(r, exp(left), &at_left, err));
        } else {
            low = left;
            left = right;
            at_left = at_right;
            right = low + ratio * (high - low);
            ISG_TRY(nll_at(r, exp(right), &at_right, err));
        }
    }
    out->temperature = exp((low + high) / 2);
    ISG_TRY(nll_at(r, out->temperature, &out->nll_after, err));
    if (!(out->nll_after < out->nll_before)) { /* nothing to gain */
        out->temperature = 1;
        out->nll_after = out->nll_before;
    }
    return ISG_OK;
}

enum isg_status isg_ner_calibrate(struct isg_ner_calibration *out, struct isg_ner_decoder *d,
    const struct isg_ner_forms *forms, const struct isg_ner_vocab *vocab, const struct isg_ner_encoded *e,
    struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const struct isg_ner_corpus *c = &e->corpus;
    uint32_t longest = 0;
    const size_t n = (size_t)c->n_tokens + 1;
    struct run r = {d, forms, vocab, e, isg_malloc((size_t)c->n_sentences + 1, sizeof *r.offset),
        isg_malloc(n, sizeof *r.labels), isg_malloc(n, sizeof *r.confidence), isg_malloc(n, sizeof *r.span_probability),
        isg_calloc((size_t)c->n_sentences + 1, sizeof *r.nll), NULL, NULL};
    memset(out, 0, sizeof *out);
    out->temperature = 1;
    for (uint32_t s = 0; r.offset && s < c->n_sentences; s++) {
        r.offset[s] = c->offset[s];
        longest = e->n_tokens[s] > longest ? e->n_tokens[s] : longest;
    }
    r.gold = isg_malloc((size_t)longest + 1, sizeof *r.gold);
    r.found = isg_malloc((size_t)longest + 1, sizeof *r.found);
    if (!r.offset || !r.labels || !r.confidence || !r.span_probability || !r.nll || !r.gold || !r.found) {
        status = isg_error_nomem(err, "calibration");
        goto out;
    }
    ISG_GOTO(search(&r, out, err));
    ISG_GOTO(errors_at(&r, 1, &out->token_ece_before, &out->entity_ece_before, err));
    ISG_GOTO(errors_at(&r, out->temperature, &out->token_ece_after, &out->entity_ece_after, err));
out:
    isg_free(r.offset);
    isg_free(r.labels);
    isg_free(r.confidence);
    isg_free(r.span_probability);
    isg_free(r.nll);
    isg_free(r.gold);
    isg_free(r.found);
    return status;
}
