/* Whitening, rotation, re-weighting, de-whitening (Artetxe, Labaka & Agirre 2018, AAAI, "Generalizing and
 * improving bilingual word embedding mappings with a multi-step framework of linear transformations"). */
#include "align/whiten.h"

#include <math.h>

/* c (d x d, symmetric) to c^(-1/2); directions in which the pairs hardly vary are not blown up: a ridge of
 * the mean eigenvalue is added, which also makes fewer pairs than dimensions no special case. */
static enum isg_status inverse_root(
    size_t d, double ridge, double *c, double *w, double *tmp, double *root, struct isg_error *err)
{
    double trace = 0;
    for (size_t i = 0; i < d; i++)
        trace += c[i * d + i];
    for (size_t i = 0; i < d; i++)
        c[i * d + i] += ridge * trace / (double)d;
    ISG_TRY(isg_eigh(d, c, w, err));
    for (size_t j = 0; j < d; j++) {
        if (!(w[j] > 0))
            return isg_error_set(err, ISG_ENUMERIC, NULL, 0, "the seed's vectors span fewer than %zu dimensions", d);
        for (size_t i = 0; i < d; i++)
            tmp[i * d + j] = c[i * d + j] / sqrt(w[j]);
    }
    isg_dgemm(ISG_N, ISG_T, d, d, d, 1, tmp, d, c, d, 0, root, d);
    return ISG_OK;
}

enum isg_status isg_solve_whitened(const struct isg_learn *learn, const struct isg_training *training,
    const struct isg_whiten *opts, struct isg_linear *out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t d[2] = {learn->v[0].cols, learn->v[1].cols}, most = d[0] > d[1] ? d[0] : d[1];
    const size_t r = d[0] < d[1] ? d[0] : d[1];
    const size_t dim = opts->dim && opts->dim < r ? opts->dim : r;
    struct isg_linear lin = {.dim = dim};
    struct isg_arena arena = {0};
    double *c = isg_arena_alloc(&arena, most * most, sizeof *c), *tmp = isg_arena_alloc(&arena, most * most, sizeof *c);
    double *w = isg_arena_alloc(&arena, most, sizeof *w), *s = isg_arena_alloc(&arena, r, sizeof *s);
    double *u = isg_arena_alloc(&arena, d[0] * r, sizeof *u), *vt = isg_arena_alloc(&arena, r * d[1], sizeof *vt);
    double *root[2] = {
        isg_arena_alloc(&arena, d[0] * d[0], sizeof *c), isg_arena_alloc(&arena, d[1] * d[1], sizeof *c)};
    for (int i = 0; i < 2; i++)
        lin.m[i] = isg_malloc(d[i], dim * sizeof *lin.m[i]);
    if (!c || !tmp || !w || !s || !u || !vt || !root[0] || !root[1] || !lin.m[0] || !lin.m[1]) {
        status = isg_error_nomem(err, "a whitened map");
        goto out;
    }
    for (int i = 0; i < 2; i++) {
        ISG_GOTO(isg_cross_moments(learn, training, (enum isg_side)i, (enum isg_side)i, c, err));
        ISG_GOTO(inverse_root(d[i], opts->ridge, c, w, tmp, root[i], err));
    }
    /* U S V^T of the cross-moments of the whitened sides: S holds the canonical correlations. */
    ISG_GOTO(isg_cross_moments(learn, training, ISG_SOURCE, ISG_TARGET, c, err));
    isg_dgemm(ISG_N, ISG_N, d[0], d[1], d[0], 1, root[0], d[0], c, d[1], 0, tmp, d[1]);
    isg_dgemm(ISG_N, ISG_N, d[0], d[1], d[1], 1, tmp, d[1], root[1], d[1], 0, c, d[1]);
    ISG_GOTO(isg_svd(d[0], d[1], c, u, s, vt, err));
    for (size_t i = 0; i < d[0]; i++)
        for (size_t j = 0; j < r; j++)
            u[i * r + j] *= pow(s[j], opts->power);
    for (size_t j = 0; j < r; j++)
        for (size_t i = 0; i < d[1]; i++)
            vt[j * d[1] + i] *= pow(s[j], opts->power);
    isg_dgemm(ISG_N, ISG_N, d[0], r, d[0], 1, root[0], d[0], u, r, 0, tmp, r);
    for (size_t i = 0; i < d[0]; i++)
        for (size_t j = 0; j < dim; j++)
            lin.m[0][i * dim + j] = (float)tmp[i * r + j];
    isg_dgemm(ISG_N, ISG_T, d[1], r, d[1], 1, root[1], d[1], vt, d[1], 0, tmp, r);
    for (size_t i = 0; i < d[1]; i++)
        for (size_t j = 0; j < dim; j++)
            lin.m[1][i * dim + j] = (float)tmp[i * r + j];
    isg_linear_move(out, &lin);
out:
    isg_linear_fini(&lin);
    isg_arena_fini(&arena);
    return status;
}
