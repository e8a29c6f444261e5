/* Orthogonal Procrustes (Schoenemann 1966). */
#include "align/procrustes.h"

enum isg_status isg_rotation(size_t d, double *c, double *w, struct isg_error *err)
{
    enum isg_status status;
    double *const u = isg_malloc(d, d * sizeof *u), *const vt = isg_malloc(d, d * sizeof *vt);
    double *const s = isg_malloc(d, sizeof *s);
    if (!u || !vt || !s) {
        status = isg_error_nomem(err, "orthogonal Procrustes");
        goto out;
    }
    ISG_GOTO(isg_svd(d, d, c, u, s, vt, err));
    isg_dgemm(ISG_N, ISG_N, d, d, d, 1, u, d, vt, d, 0, w, d);
out:
    isg_free(u);
    isg_free(vt);
    isg_free(s);
    return status;
}

enum isg_status isg_solve_procrustes(
    const struct isg_learn *learn, const struct isg_training *training, struct isg_linear *out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t d = learn->v[0].cols;
    struct isg_linear lin = {.dim = d};
    double *const c = isg_malloc(d, d * sizeof *c);
    lin.m[0] = isg_malloc(d, d * sizeof *lin.m[0]);
    if (!c || !lin.m[0]) {
        status = isg_error_nomem(err, "orthogonal Procrustes");
        goto out;
    }
    ISG_GOTO(isg_cross_moments(learn, training, ISG_SOURCE, ISG_TARGET, c, err));
    ISG_GOTO(isg_rotation(d, c, c, err));
    for (size_t i = 0; i < d * d; i++)
        lin.m[0][i] = (float)c[i];
    isg_linear_move(out, &lin);
out:
    isg_linear_fini(&lin);
    isg_free(c);
    return status;
}
