/* Evidence for a translation besides the vectors: learning its weights, and re-ranking by them. */
#include "align/evidence.h"
#include "align/spelling.h"
#include "align/topk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_WEIGHTS = ISG_EVIDENCE_FEATURES + 2, /* a constant, CSLS, the features */
    ENOUGH_WORDS = 100,
    NEWTON_STEPS = 50
};
/* On weights of standardised features: far less than what a hundred words say. */
#define RIDGE 1.0

struct isg_evidence isg_evidence_default(void)
{
    return (struct isg_evidence){.weight = {[ISG_EVIDENCE_SPELLING] = 0.2}};
}

static void features(const struct isg_vectors *src, const struct isg_vectors *tgt, const struct isg_spelt *source,
    uint32_t row, uint32_t to, uint32_t rank, double x[ISG_EVIDENCE_FEATURES])
{
    struct isg_spelt target;
    size_t n;
    const char *const word = isg_strtab_get(tgt->words, to, &n);
    (void)src;
    isg_spell(&target, word, n);
    x[ISG_EVIDENCE_RANK] = log((double)rank + 1);
    x[ISG_EVIDENCE_SPELLING] = isg_spelt_similarity(source, &target);
    x[ISG_EVIDENCE_PREFIX] = isg_spelt_prefix(source, &target);
    x[ISG_EVIDENCE_LENGTH] = isg_spelt_length(source, &target);
    x[ISG_EVIDENCE_FREQUENCY] = fabs(log((double)row + 10) - log((double)to + 10));
}

static void spell_row(struct isg_spelt *out, const struct isg_vectors *v, uint32_t row)
{
    size_t n;
    const char *const word = isg_strtab_get(v->words, row, &n);
    isg_spell(out, word, n);
}

void isg_evidence_rerank(const struct isg_evidence *e, const struct isg_vectors *src, const struct isg_vectors *tgt,
    uint32_t row, struct isg_near *near, uint32_t n)
{
    struct isg_spelt source;
    n = n < ISG_EVIDENCE_DEPTH ? n : ISG_EVIDENCE_DEPTH;
    spell_row(&source, src, row);
    for (uint32_t r = 0; r < n && near[r].row != ISG_NO_ID; r++) {
        double x[ISG_EVIDENCE_FEATURES];
        features(src, tgt, &source, row, near[r].row, r, x);
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

/* Translations of held-out words: ISG_EVIDENCE_DEPTH or fewer a word. */
struct sample {
    double (*x)[N_WEIGHTS];
    bool *right;
    uint32_t *word; /* number of the source word */
    size_t n, words;
};

/* The best by CSLS of the held-out words under a map; n gets their number. */
static enum isg_status candidates(const struct isg_learn *learn, const struct isg_linear *lin,
    const struct isg_align_pairs *held, uint32_t *rows, struct isg_near *out, size_t *n, struct isg_error *err)
{
    enum isg_status status;
    const uint32_t k = learn->opts->csls_k;
    const size_t n_targets = learn->v[1].rows;
    struct isg_mat v[2] = {0};
    struct isg_near *const near = isg_malloc(n_targets > held->n ? n_targets : held->n, k * sizeof *near);
    float *const penalty = isg_malloc(n_targets, sizeof *penalty), *const mean = isg_malloc(held->n, sizeof *mean);
    float *const x = isg_malloc(held->n, lin->dim * sizeof *x);
    if (!near || !penalty || !mean || !x) {
        status = isg_error_nomem(err, "weighing the evidence");
        goto out;
    }
    for (int s = 0; s < 2; s++)
        ISG_GOTO(isg_linear_project(learn, lin, (enum isg_side)s, learn->v[s].rows, &v[s], err));
    struct isg_topk wanted = {.k = k, .out = near};
    const char *const what = "weighing the evidence";
    ISG_GOTO(isg_topk_both(v[1], isg_mat_rows(v[0], 0, learn->frequent[0]), &wanted, NULL, what, learn->env, err));
    isg_topk_means(near, n_targets, k, penalty);
    for (size_t j = 0; j < n_targets; j++)
        penalty[j] /= 2;
    *n = 0;
    for (size_t i = 0; i < held->n; i++)
        if (i == 0 || held->row[0][i] != held->row[0][i - 1]) {
            rows[*n] = held->row[0][i];
            memcpy(x + *n * lin->dim, isg_mat_row(v[0], rows[*n]), lin->dim * sizeof *x);
            ++*n;
        }
    const struct isg_mat queries = isg_mat(x, *n, lin->dim);
    wanted = (struct isg_topk){.k = k, .out = near};
    ISG_GOTO(isg_topk_both(queries, v[1], &wanted, NULL, what, learn->env, err));
    isg_topk_means(near, *n, k, mean);
    wanted = (struct isg_topk){.k = ISG_EVIDENCE_DEPTH, .penalty = penalty, .out = out};
    ISG_GOTO(isg_topk_both(queries, v[1], &wanted, NULL, what, learn->env, err));
    for (size_t i = 0; i < *n * ISG_EVIDENCE_DEPTH; i++)
        if (out[i].row != ISG_NO_ID)
            out[i].score = 2 * out[i].score - mean[i / ISG_EVIDENCE_DEPTH];
out:
    isg_free(near);
    isg_free(penalty);
    isg_free(mean);
    isg_free(x);
    isg_free(v[0].x);
    isg_free(v[1].x);
    return status;
}

static void fill(struct sample *s, const struct isg_learn *learn, const struct isg_align_pairs *held,
    const uint32_t *rows, const struct isg_near *near)
{
    const struct isg_vectors *const src = learn->vectors[0], *const tgt = learn->vectors[1];
    size_t g = 0;
    for (size_t q = 0; q < s->words; q++) {
        struct isg_spelt source;
        const uint32_t row = learn->row[0][rows[q]];
        const size_t first = g;
        while (g < held->n && held->row[0][g] == rows[q])
            g++;
        spell_row(&source, src, row);
        for (uint32_t r = 0; r < ISG_EVIDENCE_DEPTH && near[q * ISG_EVIDENCE_DEPTH + r].row != ISG_NO_ID; r++) {
            const struct isg_near *const to = &near[q * ISG_EVIDENCE_DEPTH + r];
            double *const x = s->x[s->n];
            x[0] = 1;
            x[1] = (double)to->score;
            features(src, tgt, &source, row, learn->row[1][to->row], r, x + 2);
            s->right[s->n] = false;
            for (size_t i = first; i < g; i++)
                s->right[s->n] |= held->row[1][i] == to->row;
            s->word[s->n++] = (uint32_t)q;
        }
    }
}

/* Which translations a fit looks at: all (2), or those of every other word. */
enum part { EVEN, ODD, ALL };
static bool is_in(const struct sample *s, size_t i, enum part part)
{
    return part == ALL || s->word[i] % 2 == (uint32_t)part;
}

/* Penalised maximum likelihood by Newton's method, on standardised features; the weights are for those as they are. */
static enum isg_status fit(const struct sample *s, enum part part, double weight[N_WEIGHTS], struct isg_error *err)
{
    double mean[N_WEIGHTS] = {0}, scale[N_WEIGHTS] = {0}, w[N_WEIGHTS] = {0}, n = 0;
    for (size_t i = 0; i < s->n; i++)
        for (int a = 0; a < N_WEIGHTS && is_in(s, i, part); a++) {
            n += a == 0;
            mean[a] += s->x[i][a];
            scale[a] += s->x[i][a] * s->x[i][a];
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
                x[a] = (s->x[i][a] - mean[a]) / scale[a];
                z += w[a] * x[a];
            }
            const double p = 1 / (1 + exp(-z));
            for (int a = 0; a < N_WEIGHTS; a++) {
                gradient[a] += ((double)s->right[i] - p) * x[a];
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
static size_t count_right(const struct sample *s, enum part part, const double weight[N_WEIGHTS])
{
    size_t right = 0;
    for (size_t i = 0; i < s->n;) {
        const uint32_t word = s->word[i];
        const bool counts = is_in(s, i, part);
        double best = -INFINITY;
        bool hit = false;
        for (; i < s->n && s->word[i] == word; i++) {
            double z = 0;
            for (int a = 1; a < N_WEIGHTS; a++)
                z += weight[a] * s->x[i][a];
            if (z > best) {
                best = z;
                hit = s->right[i];
            }
        }
        right += counts && hit;
    }
    return right;
}

static enum isg_status weigh(
    struct isg_evidence *out, const struct sample *s, struct isg_evidence_report *report, struct isg_error *err)
{
    double weight[N_WEIGHTS];
    const double by_csls[N_WEIGHTS] = {0, 1};
    size_t right = 0;
    for (int part = EVEN; part <= ODD; part++) {
        ISG_TRY(fit(s, part == EVEN ? ODD : EVEN, weight, err));
        right += count_right(s, (enum part)part, weight);
    }
    report->by_csls = 100 * (double)count_right(s, ALL, by_csls) / (double)s->words;
    report->reranked = 100 * (double)right / (double)s->words;
    ISG_TRY(fit(s, ALL, weight, err));
    *out = (struct isg_evidence){.words = s->words};
    if (report->reranked <= report->by_csls || weight[1] <= 0) {
        report->reranked = report->by_csls;
        return ISG_OK;
    }
    out->bias = weight[0];
    out->slope = weight[1];
    for (int f = 0; f < ISG_EVIDENCE_FEATURES; f++)
        out->weight[f] = weight[2 + f] / weight[1];
    return ISG_OK;
}

enum isg_status isg_evidence_learn(struct isg_evidence *out, const struct isg_learn *learn,
    const struct isg_linear *lin, const struct isg_align_pairs *held, struct isg_evidence_report *report,
    struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t most = held->n * ISG_EVIDENCE_DEPTH;
    struct sample s = {.x = isg_malloc(most, sizeof *s.x),
        .right = isg_malloc(most, sizeof *s.right),
        .word = isg_malloc(most, sizeof *s.word)};
    uint32_t *const rows = isg_malloc(held->n, sizeof *rows);
    struct isg_near *const near = isg_malloc(most, sizeof *near);
    *out = isg_evidence_default();
    *report = (struct isg_evidence_report){-1, -1};
    if (!s.x || !s.right || !s.word || !rows || !near) {
        status = isg_error_nomem(err, "weighing the evidence");
        goto out;
    }
    ISG_GOTO(candidates(learn, lin, held, rows, near, &s.words, err));
    if (s.words >= ENOUGH_WORDS) {
        fill(&s, learn, held, rows, near);
        ISG_GOTO(weigh(out, &s, report, err));
    }
out:
    isg_free(s.x);
    isg_free(s.right);
    isg_free(s.word);
    isg_free(rows);
    isg_free(near);
    return status;
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
