/* Evidence for a translation besides the vectors: learning its weights, and re-ranking by them. */
#include "align/evidence.h"
#include "align/spelling.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_WEIGHTS = ISG_EVIDENCE_FEATURES + 2, /* a constant, CSLS, the features */
    ENOUGH_WORDS = 100,
    DEFAULT_DEPTH = 10, /* for weights that were not learnt */
    NEWTON_STEPS = 50
};
/* On weights of standardised features: far less than what a hundred words say. */
#define RIDGE 1.0

struct isg_evidence isg_evidence_default(void)
{
    return (struct isg_evidence){.weight = {[ISG_EVIDENCE_SPELLING] = 0.2}};
}

static void features(const struct isg_spellings *spellings, const struct isg_spelt *source, uint32_t row, uint32_t to,
    uint32_t rank, double x[ISG_EVIDENCE_FEATURES])
{
    struct isg_spelt target;
    isg_spellings_get(spellings, ISG_TARGET, to, &target);
    x[ISG_EVIDENCE_RANK] = log((double)rank + 1);
    x[ISG_EVIDENCE_SPELLING] = isg_spelt_similarity(source, &target);
    x[ISG_EVIDENCE_PREFIX] = isg_spelt_prefix(source, &target);
    x[ISG_EVIDENCE_LENGTH] = isg_spelt_length(source, &target);
    x[ISG_EVIDENCE_FREQUENCY] = fabs(log((double)row + 10) - log((double)to + 10));
}

static uint32_t depth_of(const struct isg_evidence *e, uint32_t n)
{
    const uint32_t depth = e->words ? ISG_EVIDENCE_DEPTH : DEFAULT_DEPTH;
    return n < depth ? n : depth;
}

enum isg_status isg_evidence_prepare(const struct isg_evidence *e, struct isg_spellings *spellings, uint32_t row,
    const struct isg_near *near, uint32_t n, struct isg_error *err)
{
    n = depth_of(e, n);
    ISG_TRY(isg_spellings_prepare(spellings, ISG_SOURCE, row, err));
    for (uint32_t r = 0; r < n && near[r].row != ISG_NO_ID; r++)
        ISG_TRY(isg_spellings_prepare(spellings, ISG_TARGET, near[r].row, err));
    return ISG_OK;
}

void isg_evidence_rerank(const struct isg_evidence *e, const struct isg_spellings *spellings, uint32_t row,
    struct isg_near *near, uint32_t n)
{
    struct isg_spelt source;
    n = depth_of(e, n);
    isg_spellings_get(spellings, ISG_SOURCE, row, &source);
    for (uint32_t r = 0; r < n && near[r].row != ISG_NO_ID; r++) {
        double x[ISG_EVIDENCE_FEATURES];
        features(spellings, &source, row, near[r].row, r, x);
        for (int f = 0; f < ISG_EVIDENCE_FEATURES; f++)
            near[r].score += (float)(e->weight[f] * x[f]);
        /* Insertion keeps the order by CSLS where scores are equal. */
        const struct isg_near this = near[r];
        uint32_t at = r;
        for (; at > 0 && near[at - 1].score < this.score; at--)
            near[at] = near[at - 1];
        near[at] = this;
    }
}

/* ---- learning ---- */

/* A translation of a held-out word. */
struct isg_evidence_case {
    double x[N_WEIGHTS];
    uint32_t word; /* number of the held-out word */
    bool right;
};

void isg_evidence_sample_fini(struct isg_evidence_sample *sample)
{
    ISG_ARRAY_FREE(*sample);
    sample->words = 0;
}

enum isg_status isg_evidence_add(struct isg_evidence_sample *sample, const struct isg_learn *learn,
    const struct isg_judged *judged, const struct isg_align_pairs *held, struct isg_error *err)
{
    size_t g = 0;
    for (size_t q = 0; q < judged->n; q++) {
        struct isg_spelt source;
        const struct isg_near *const near = judged->near + q * judged->depth;
        const uint32_t row = learn->row[0][judged->row[q]];
        const size_t first = g;
        while (g < held->n && held->row[0][g] == judged->row[q])
            g++;
        ISG_TRY(isg_spellings_prepare(learn->spellings, ISG_SOURCE, row, err));
        isg_spellings_get(learn->spellings, ISG_SOURCE, row, &source);
        for (uint32_t r = 0; r < judged->depth && near[r].row != ISG_NO_ID; r++) {
            const uint32_t to = learn->row[1][near[r].row];
            ISG_TRY(isg_spellings_prepare(learn->spellings, ISG_TARGET, to, err));
            struct isg_evidence_case c = {.x = {1, (double)near[r].score}, .word = sample->words};
            features(learn->spellings, &source, row, to, r, c.x + 2);
            for (size_t i = first; i < g; i++)
                c.right |= held->row[1][i] == near[r].row;
            if (!ISG_PUSH(*sample, c))
                return isg_error_nomem(err, "weighing the evidence");
        }
        sample->words++;
    }
    return ISG_OK;
}

/* Which translations a fit looks at: all (2), or those of every other word. */
enum part { EVEN, ODD, ALL };
static bool is_in(const struct isg_evidence_sample *s, size_t i, enum part part)
{
    return part == ALL || s->v[i].word % 2 == (uint32_t)part;
}

/* The first `used` weights by penalised maximum likelihood (Newton's method on standardised features), the others 0. The
 * weights are for features as they are. */
static enum isg_status fit(
    const struct isg_evidence_sample *s, enum part part, int used, double weight[N_WEIGHTS], struct isg_error *err)
{
    double mean[N_WEIGHTS] = {0}, scale[N_WEIGHTS] = {0}, w[N_WEIGHTS] = {0}, n = 0;
    for (size_t i = 0; i < s->n; i++)
        for (int a = 0; a < N_WEIGHTS && is_in(s, i, part); a++) {
            n += a == 0;
            mean[a] += s->v[i].x[a];
            scale[a] += s->v[i].x[a] * s->v[i].x[a];
        }
    for (int a = 1; a < N_WEIGHTS; a++) {
        mean[a] /= n;
        scale[a] = sqrt(fmax(scale[a] / n - mean[a] * mean[a], 0)) + 1e-9;
    }
    for (int step = 0; step < NEWTON_STEPS; step++) {
        double gradient[N_WEIGHTS], hessian[N_WEIGHTS * N_WEIGHTS] = {0}, longest = 0;
        for (int a = 0; a < N_WEIGHTS; a++) {
            const double ridge = a ? RIDGE : 1e-6;
            gradient[a] = -ridge * w[a];
            hessian[a * N_WEIGHTS + a] = ridge;
        }
        for (size_t i = 0; i < s->n; i++) {
            if (!is_in(s, i, part))
                continue;
            double x[N_WEIGHTS] = {1}, z = w[0];
            for (int a = 1; a < N_WEIGHTS; a++) {
                x[a] = a < used ? (s->v[i].x[a] - mean[a]) / scale[a] : 0;
                z += w[a] * x[a];
            }
            const double p = 1 / (1 + exp(-z));
            for (int a = 0; a < N_WEIGHTS; a++) {
                gradient[a] += ((double)s->v[i].right - p) * x[a];
                for (int b = 0; b < N_WEIGHTS; b++)
                    hessian[a * N_WEIGHTS + b] += p * (1 - p) * x[a] * x[b];
            }
        }
        ISG_TRY(isg_solve_spd(N_WEIGHTS, 1, hessian, gradient, err));
        for (int a = 0; a < N_WEIGHTS; a++)
            longest = fmax(longest, fabs(gradient[a]));
        /* Far from the optimum a whole step may overshoot. */
        for (int a = 0; a < N_WEIGHTS; a++)
            w[a] += gradient[a] * (longest > 4 ? 4 / longest : 1);
        if (longest < 1e-9)
            break;
    }
    weight[0] = w[0];
    for (int a = 1; a < N_WEIGHTS; a++) {
        weight[a] = w[a] / scale[a];
        weight[0] -= w[a] * mean[a] / scale[a];
    }
    return ISG_OK;
}

/* Words of a part whose best translation by these weights is right. */
static size_t count_right(const struct isg_evidence_sample *s, enum part part, const double weight[N_WEIGHTS])
{
    size_t right = 0;
    for (size_t i = 0; i < s->n;) {
        const uint32_t word = s->v[i].word;
        const bool counts = is_in(s, i, part);
        double best = -INFINITY;
        bool hit = false;
        for (; i < s->n && s->v[i].word == word; i++) {
            double z = 0;
            for (int a = 1; a < N_WEIGHTS; a++)
                z += weight[a] * s->v[i].x[a];
            if (z > best) {
                best = z;
                hit = s->v[i].right;
            }
        }
        right += counts && hit;
    }
    return right;
}

static enum isg_status weigh(struct isg_evidence *out, const struct isg_evidence_sample *s,
    struct isg_evidence_report *report, struct isg_error *err)
{
    double weight[N_WEIGHTS];
    const double by_csls[N_WEIGHTS] = {0, 1};
    size_t right = 0;
    for (int part = EVEN; part <= ODD; part++) {
        ISG_TRY(fit(s, part == EVEN ? ODD : EVEN, N_WEIGHTS, weight, err));
        right += count_right(s, (enum part)part, weight);
    }
    report->by_csls = 100 * (double)count_right(s, ALL, by_csls) / (double)s->words;
    report->reranked = 100 * (double)right / (double)s->words;
    ISG_TRY(fit(s, ALL, N_WEIGHTS, weight, err));
    *out = (struct isg_evidence){.words = s->words};
    if (report->reranked <= report->by_csls || weight[1] <= 0) {
        /* The order by CSLS stays; how sure it is can still be learnt. */
        report->reranked = report->by_csls;
        ISG_TRY(fit(s, ALL, 2, weight, err));
        if (weight[1] <= 0)
            return ISG_OK;
    }
    out->bias = weight[0];
    out->slope = weight[1];
    for (int f = 0; f < ISG_EVIDENCE_FEATURES; f++)
        out->weight[f] = weight[2 + f] / weight[1];
    return ISG_OK;
}

enum isg_status isg_evidence_learn(struct isg_evidence *out, const struct isg_evidence_sample *sample,
    struct isg_evidence_report *report, struct isg_error *err)
{
    *out = isg_evidence_default();
    *report = (struct isg_evidence_report){-1, -1};
    return sample->words >= ENOUGH_WORDS ? weigh(out, sample, report, err) : ISG_OK;
}

/* ---- in a map's metadata ---- */

void isg_evidence_text(const struct isg_evidence *e, char *out, size_t n)
{
    int used = snprintf(out, n, "%llu %.17g %.17g", (unsigned long long)e->words, e->bias, e->slope);
    for (int f = 0; f < ISG_EVIDENCE_FEATURES && used > 0 && (size_t)used < n; f++)
        used += snprintf(out + used, n - (size_t)used, " %.17g", e->weight[f]);
}

bool isg_evidence_parse(struct isg_evidence *e, const char *text)
{
    double *const to[] = {
        &e->bias, &e->slope, &e->weight[0], &e->weight[1], &e->weight[2], &e->weight[3], &e->weight[4]};
    char *end;
    *e = (struct isg_evidence){0};
    e->words = strtoull(text, &end, 10);
    for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
        const char *const start = end;
        *to[i] = strtod(start, &end);
        if (end == start || !isfinite(*to[i]))
            return false;
    }
    return *end == '\0';
}
