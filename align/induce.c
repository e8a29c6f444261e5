/* Inducing a dictionary: mutual CSLS neighbours among the frequent words. */
#include "align/learn.h"

#include <math.h>

static bool has_vector(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] != 0.0F)
            return true;
    return false;
}

/* Half the mean similarity to the nearest rows: ranking by cos - r/2 is ranking by CSLS. Rows of zeroes stay
 * out. */
static void penalties(struct isg_mat v, const struct isg_near *best, uint32_t k, float *out)
{
    isg_topk_means(best, v.rows, k, out);
    for (size_t i = 0; i < v.rows; i++)
        out[i] = has_vector(isg_mat_row(v, i), v.cols) ? out[i] / 2 : INFINITY;
}

enum isg_status isg_induce_mutual(const struct isg_learn *learn, const struct isg_linear *lin,
    struct isg_induced *out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t n[2] = {learn->frequent[0], learn->frequent[1]};
    const uint32_t k = learn->opts->csls_k;
    struct isg_induced result = {0};
    struct isg_mat v[2] = {0};
    struct isg_near *best[2] = {0};
    float *penalty[2] = {0};
    for (int s = 0; s < 2; s++) {
        best[s] = isg_malloc(n[s], k * sizeof *best[s]);
        penalty[s] = isg_malloc(n[s], sizeof *penalty[s]);
        if (!best[s] || !penalty[s]) {
            status = isg_error_nomem(err, "inducing a dictionary");
            goto out;
        }
        ISG_GOTO(isg_linear_project(learn, lin, (enum isg_side)s, n[s], &v[s], err));
    }
    struct isg_topk wanted[2] = {{.k = k, .out = best[0]}, {.k = k, .out = best[1]}};
    ISG_GOTO(isg_topk_both(v[0], v[1], &wanted[0], &wanted[1], "neighbourhoods", learn->env, err));
    for (int s = 0; s < 2; s++)
        penalties(v[s], best[s], k, penalty[s]);
    for (int s = 0; s < 2; s++)
        wanted[s] = (struct isg_topk){.k = 1, .penalty = penalty[1 - s], .out = best[s]};
    ISG_GOTO(isg_topk_both(v[0], v[1], &wanted[0], &wanted[1], "dictionary", learn->env, err));
    double sum = 0;
    size_t scored = 0;
    for (size_t i = 0; i < n[0]; i++) {
        const struct isg_near to = best[0][i];
        if (penalty[0][i] == INFINITY || to.row == ISG_NO_ID)
            continue;
        sum += 2 * ((double)to.score - (double)penalty[0][i]);
        scored++;
        if (best[1][to.row].row == i)
            ISG_GOTO(isg_align_pairs_add(&result.pairs, (uint32_t)i, to.row, err));
    }
    result.mean_csls = scored ? sum / (double)scored : 0;
    *out = result;
    result = (struct isg_induced){0};
out:
    isg_align_pairs_fini(&result.pairs);
    for (int s = 0; s < 2; s++) {
        isg_free(v[s].x);
        isg_free(best[s]);
        isg_free(penalty[s]);
    }
    return status;
}
