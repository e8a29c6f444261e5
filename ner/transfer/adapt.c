/* Word adaptation in closed form. */
#include "ner/transfer/adapt.h"

#include <string.h>

double isg_adapt_confidence(double f_source, double f_target)
{
    const double sum = f_source + f_target;
    return sum > 0 ? 2 * f_source * f_target / sum : 0;
}

enum isg_status isg_adapt_solve(struct isg_mat target, struct isg_mat source, const struct isg_adapt_pivot *pivots,
    size_t n, double ridge, double *z, struct isg_error *err)
{
    const size_t dt = target.cols, ds = source.cols;
    if (n == 0)
        return isg_error_set(err, ISG_EDATA, NULL, 0, "no word pair to learn the adaptation from");
    double *const a = isg_calloc(dt * dt, sizeof *a);
    if (!a)
        return isg_error_nomem(err, "the word adaptation");
    memset(z, 0, dt * ds * sizeof *z);
    for (size_t i = 0; i < n; i++) {
        const float *const t = isg_mat_row(target, pivots[i].target), *const s = isg_mat_row(source, pivots[i].source);
        for (size_t j = 0; j < dt; j++) {
            const double ct = pivots[i].weight * (double)t[j];
            for (size_t k = 0; k < dt; k++)
                a[j * dt + k] += ct * (double)t[k];
            for (size_t k = 0; k < ds; k++)
                z[j * ds + k] += ct * (double)s[k];
        }
    }
    double trace = 0;
    for (size_t j = 0; j < dt; j++)
        trace += a[j * dt + j];
    const double add = ridge >= 0 ? ridge : 1e-6 * trace / (double)dt;
    for (size_t j = 0; j < dt; j++)
        a[j * dt + j] += add;
    const enum isg_status status = isg_solve_spd(dt, ds, a, z, err);
    isg_free(a);
    return status;
}

enum isg_status isg_adapt_identical(const struct isg_vectors *target, const struct isg_vectors *source, uint32_t top,
    struct isg_adapt_pivot **out, size_t *n, struct isg_error *err)
{
    ISG_ARRAY(struct isg_adapt_pivot) pivots = {0};
    *out = NULL;
    for (uint32_t t = 0; t < top && t < target->m.rows; t++) {
        size_t len;
        const char *const word = isg_strtab_get(target->words, t, &len);
        const uint32_t s = isg_strtab_find(source->words, word, len);
        if (s == ISG_NO_ID || s >= top)
            continue;
        const double weight = isg_adapt_confidence(1.0 / (1 + s), 1.0 / (1 + t));
        if (!ISG_PUSH(pivots, (struct isg_adapt_pivot){t, s, weight})) {
            ISG_ARRAY_FREE(pivots);
            return isg_error_nomem(err, "the pivot lexicon");
        }
    }
    *out = pivots.v;
    *n = pivots.n;
    return ISG_OK;
}

enum isg_status isg_adapt_apply(struct isg_mat in, const double *z, size_t cols, float **out, struct isg_error *err)
{
    float *const x = isg_malloc(in.rows * cols, sizeof *x), *const zf = isg_malloc(in.cols * cols, sizeof *zf);
    if (!x || !zf) {
        isg_free(x);
        isg_free(zf);
        return isg_error_nomem(err, "adapted vectors");
    }
    for (size_t i = 0; i < in.cols * cols; i++)
        zf[i] = (float)z[i];
    isg_sgemm(ISG_N, ISG_N, in.rows, cols, in.cols, 1, in.x, in.stride, zf, cols, 0, x, cols);
    isg_free(zf);
    *out = x;
    return ISG_OK;
}
