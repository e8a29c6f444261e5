/* From scores to probabilities: logistic regression on held-out pairs (Platt 1999). */
#include "align/align.h"

#include <math.h>
#include <string.h>

enum { WEIGHTS = 3, ENOUGH = 20, NEWTON_STEPS = 50 };
/* Keeps the weights finite where the pairs can be told apart without an error. */
#define RIDGE 1e-3

static void features(double score, uint32_t rank, double x[WEIGHTS])
{
    x[0] = 1;
    x[1] = score;
    x[2] = log((double)rank);
}

double isg_align_probability(const struct isg_align_calibration *c, double score, uint32_t rank)
{
    double x[WEIGHTS], z = 0;
    features(score, rank, x);
    for (int i = 0; i < WEIGHTS; i++)
        z += c->weight[i] * x[i];
    return 1 / (1 + exp(-z));
}

double isg_dict_probability(const struct isg_dict_write_opts *opts, double score, uint32_t rank)
{
    return opts->calibration ? isg_align_probability(opts->calibration, score, rank) : 1;
}

enum isg_status isg_align_fit_logistic(const double *score, const uint32_t *rank, const bool *right, size_t n,
    struct isg_align_calibration *c, struct isg_error *err)
{
    memset(c->weight, 0, sizeof c->weight);
    for (int step = 0; step < NEWTON_STEPS; step++) {
        double gradient[WEIGHTS], hessian[WEIGHTS * WEIGHTS] = {0}, longest = 0;
        for (int a = 0; a < WEIGHTS; a++) {
            gradient[a] = -RIDGE * c->weight[a];
            hessian[a * WEIGHTS + a] = RIDGE;
        }
        for (size_t i = 0; i < n; i++) {
            double x[WEIGHTS];
            features(score[i], rank[i], x);
            const double p = isg_align_probability(c, score[i], rank[i]);
            for (int a = 0; a < WEIGHTS; a++) {
                gradient[a] += ((double)right[i] - p) * x[a];
                for (int b = 0; b < WEIGHTS; b++)
                    hessian[a * WEIGHTS + b] += p * (1 - p) * x[a] * x[b];
            }
        }
        ISG_TRY(isg_solve_spd(WEIGHTS, 1, hessian, gradient, err));
        for (int a = 0; a < WEIGHTS; a++)
            longest = fabs(gradient[a]) > longest ? fabs(gradient[a]) : longest;
        /* Far from the optimum a whole step may overshoot. */
        for (int a = 0; a < WEIGHTS; a++)
            c->weight[a] += gradient[a] * (longest > 4 ? 4 / longest : 1);
        if (longest < 1e-9)
            break;
    }
    return ISG_OK;
}

enum isg_status isg_align_calibrate(struct isg_align_space *space, const struct isg_dict *held_out,
    const struct isg_vectors *src, const struct isg_vectors *tgt, enum isg_retrieval retrieval, uint32_t k,
    struct isg_align_calibration *out, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status;
    struct isg_align_pairs pairs = {0};
    ISG_TRY(isg_align_pairs_from_dict(&pairs, held_out, src, tgt, ISG_DICT_CASE_AUTO, NULL, err));
    uint32_t *const rows = isg_malloc(pairs.n, sizeof *rows), *const rank = isg_malloc(pairs.n, k * sizeof *rank);
    size_t *const first = isg_malloc(pairs.n + 1, sizeof *first), n = 0, used = 0;
    struct isg_near *const near = isg_malloc(pairs.n, k * sizeof *near);
    double *const score = isg_malloc(pairs.n, k * sizeof *score);
    bool *const right = isg_malloc(pairs.n, k * sizeof *right);
    *out = (struct isg_align_calibration){0};
    if (!rows || !rank || !first || !near || !score || !right) {
        status = isg_error_nomem(err, "calibration");
        goto out;
    }
    for (size_t i = 0; i < pairs.n; i++)
        if (i == 0 || pairs.row[0][i] != pairs.row[0][i - 1]) {
            rows[n] = pairs.row[0][i];
            first[n++] = i;
        }
    first[n] = pairs.n;
    if (n < ENOUGH) {
        isg_error_set(err, ISG_EDATA, NULL, 0, "%zu source words to calibrate on", n);
        status = isg_error_expected(err, "%d or more, with a translation that has a vector", (int)ENOUGH);
        goto out;
    }
    ISG_GOTO(isg_align_knn(space, ISG_SOURCE, rows, n, retrieval, k, near, env, err));
    for (size_t q = 0; q < n; q++)
        for (uint32_t r = 0; r < k && near[q * k + r].row != ISG_NO_ID; r++) {
            score[used] = (double)near[q * k + r].score;
            rank[used] = r + 1;
            right[used] = false;
            for (size_t g = first[q]; g < first[q + 1]; g++)
                right[used] |= pairs.row[1][g] == near[q * k + r].row;
            used++;
        }
    ISG_GOTO(isg_align_fit_logistic(score, rank, right, used, out, err));
    if (out->weight[2] > 0) { /* a later translation must not look better than the one before it: by score alone */
        for (size_t i = 0; i < used; i++)
            rank[i] = 1;
        ISG_GOTO(isg_align_fit_logistic(score, rank, right, used, out, err));
    }
    out->words = n;
out:
    isg_align_pairs_fini(&pairs);
    isg_free(rows);
    isg_free(rank);
    isg_free(first);
    isg_free(near);
    isg_free(score);
    isg_free(right);
    return status;
}
