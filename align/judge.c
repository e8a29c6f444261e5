/* Translates held-out words by a map, to judge it by them or to learn from them. */
#include "align/judge.h"
#include "align/topk.h"

#include <string.h>

void isg_judged_fini(struct isg_judged *judged)
{
    isg_free(judged->row);
    isg_free(judged->near);
    *judged = (struct isg_judged){0};
}

/* The distinct source words of the pairs, and their rows of x. */
static void gather(struct isg_judged *out, const struct isg_align_pairs *pairs, struct isg_mat v, float *x)
{
    for (size_t i = 0; i < pairs->n; i++)
        if (i == 0 || pairs->row[0][i] != pairs->row[0][i - 1]) {
            out->row[out->n] = pairs->row[0][i];
            memcpy(x + out->n * v.cols, isg_mat_row(v, out->row[out->n]), v.cols * sizeof *x);
            out->n++;
        }
}

enum isg_status isg_judge(const struct isg_learn *learn, const struct isg_linear *lin,
    const struct isg_align_pairs *pairs, uint32_t depth, struct isg_judged *out, struct isg_error *err)
{
    enum isg_status status;
    const char *const what = "judging a map";
    const uint32_t k = learn->opts->csls_k;
    const size_t n_targets = learn->v[1].rows;
    struct isg_mat v[2] = {0};
    struct isg_near *const near = isg_malloc(n_targets > pairs->n ? n_targets : pairs->n, k * sizeof *near);
    float *const penalty = isg_malloc(n_targets, sizeof *penalty), *const mean = isg_malloc(pairs->n, sizeof *mean);
    float *const x = isg_malloc(pairs->n, lin->dim * sizeof *x);
    *out = (struct isg_judged){.row = isg_malloc(pairs->n, sizeof *out->row),
        .near = isg_malloc(pairs->n, depth * sizeof *out->near),
        .depth = depth};
    if (!near || !penalty || !mean || !x || !out->row || !out->near) {
        status = isg_error_nomem(err, what);
        goto out;
    }
    for (int s = 0; s < 2; s++)
        ISG_GOTO(isg_linear_project(learn, lin, (enum isg_side)s, learn->v[s].rows, &v[s], err));
    struct isg_topk wanted = {.k = k, .out = near};
    ISG_GOTO(isg_topk_both(v[1], isg_mat_rows(v[0], 0, learn->frequent[0]), &wanted, NULL, what, learn->env, err));
    isg_topk_means(near, n_targets, k, penalty);
    for (size_t j = 0; j < n_targets; j++)
        penalty[j] /= 2;
    gather(out, pairs, v[0], x);
    const struct isg_mat queries = isg_mat(x, out->n, lin->dim);
    wanted = (struct isg_topk){.k = k, .out = near};
    ISG_GOTO(isg_topk_both(queries, v[1], &wanted, NULL, what, learn->env, err));
    isg_topk_means(near, out->n, k, mean);
    wanted = (struct isg_topk){.k = depth, .penalty = penalty, .out = out->near};
    ISG_GOTO(isg_topk_both(queries, v[1], &wanted, NULL, what, learn->env, err));
    for (size_t i = 0; i < out->n * depth; i++)
        if (out->near[i].row != ISG_NO_ID)
            out->near[i].score = 2 * out->near[i].score - mean[i / depth];
out:
    isg_free(near);
    isg_free(penalty);
    isg_free(mean);
    isg_free(x);
    isg_free(v[0].x);
    isg_free(v[1].x);
    if (status != ISG_OK)
        isg_judged_fini(out);
    return status;
}

double isg_judged_precision(const struct isg_judged *judged, const struct isg_align_pairs *pairs, uint32_t k)
{
    size_t right = 0, at = 0;
    for (size_t q = 0; q < judged->n; q++) {
        bool hit = false;
        for (; at < pairs->n && pairs->row[0][at] == judged->row[q]; at++)
            for (uint32_t r = 0; r < k; r++)
                hit |= pairs->row[1][at] == judged->near[q * judged->depth + r].row;
        right += hit;
    }
    return judged->n ? 100 * (double)right / (double)judged->n : 0;
}
