/* Relaxed CSLS loss (Joulin, Bojanowski, Mikolov, Jegou & Grave 2018, "Loss in Translation"), equation 4. */
#include "align/rcsls.h"
#include "align/procrustes.h"
#include "align/topk.h"

#include <math.h>
#include <string.h>

enum { ITERATIONS = 10 };
#define LEARNING_RATE 1.0

/* f(W) = 1/n sum_i [-2 x_i W y_i + x_i W z_i + u_i W y_i], z_i = mean of the targets nearest to x_i W, u_i =
 * mean of the sources whose images are nearest to y_i. The neighbours are held, so f is linear in W: g = its
 * coefficients. */
double isg_rcsls_loss(
    size_t n, size_t d, const double *x, const double *y, const double *z, const double *u, const double *w, double *g)
{
    const double scale = 1.0 / (double)n;
    isg_dgemm(ISG_T, ISG_N, d, d, n, -2 * scale, x, d, y, d, 0, g, d);
    isg_dgemm(ISG_T, ISG_N, d, d, n, scale, x, d, z, d, 1, g, d);
    isg_dgemm(ISG_T, ISG_N, d, d, n, scale, u, d, y, d, 1, g, d);
    double f = 0;
    for (size_t i = 0; i < d * d; i++)
        f += g[i] * w[i];
    return f;
}

struct rcsls {
    const struct isg_learn *learn;
    const struct isg_training *training;
    size_t n, d;
    double *x, *y, *z, *u, *g, *w, *trial;
    struct isg_mat queries[2], base[2]; /* the seed's rows and the frequent rows, the source's mapped */
    struct isg_near *near;
};

static void mean_of(struct isg_mat rows, const struct isg_near *near, uint32_t k, double *out)
{
    memset(out, 0, rows.cols * sizeof *out);
    uint32_t n = 0;
    for (; n < k && near[n].row != ISG_NO_ID; n++)
        for (size_t j = 0; j < rows.cols; j++)
            out[j] += (double)isg_mat_row(rows, near[n].row)[j];
    for (size_t j = 0; n && j < rows.cols; j++)
        out[j] /= n;
}

/* Neighbours under w, then loss and gradient there. */
static enum isg_status evaluate(struct rcsls *r, const double *w, double *loss, struct isg_error *err)
{
    const struct isg_learn *const learn = r->learn;
    const uint32_t k = learn->opts->csls_k;
    struct isg_linear lin = {.dim = r->d};
    lin.m[0] = isg_malloc(r->d, r->d * sizeof *lin.m[0]);
    if (!lin.m[0])
        return isg_error_nomem(err, "RCSLS");
    for (size_t i = 0; i < r->d * r->d; i++)
        lin.m[0][i] = (float)w[i];
    /* Queries and base rows are compared by inner product, as the loss does. */
    for (int side = 0; side < 2; side++) {
        const uint32_t *const rows = r->training->pairs.row[side];
        const struct isg_mat v = learn->v[side];
        for (size_t i = 0; i < r->n; i++)
            memcpy(isg_mat_row(r->queries[side], i), isg_mat_row(v, rows[i]), r->d * sizeof(float));
    }
    float *const mapped = isg_malloc(r->n, r->d * sizeof *mapped);
    if (!mapped) {
        isg_linear_fini(&lin);
        return isg_error_nomem(err, "RCSLS");
    }
    isg_sgemm_pool(learn->env->pool, ISG_N, ISG_N, r->n, r->d, r->d, 1.0F, r->queries[0].x, r->d, lin.m[0], r->d, 0.0F,
        mapped, r->d);
    const struct isg_mat frequent[2] = {
        isg_mat_rows(learn->v[0], 0, learn->frequent[0]), isg_mat_rows(learn->v[1], 0, learn->frequent[1])};
    isg_sgemm_pool(learn->env->pool, ISG_N, ISG_N, frequent[0].rows, r->d, r->d, 1.0F, frequent[0].x,
        frequent[0].stride, lin.m[0], r->d, 0.0F, r->base[0].x, r->d);
    const struct isg_topk wanted = {.k = k, .out = r->near};
    enum isg_status status;
    ISG_GOTO(isg_topk_both(isg_mat(mapped, r->n, r->d), frequent[1], &wanted, NULL, "RCSLS", learn->env, err));
    for (size_t i = 0; i < r->n; i++)
        mean_of(frequent[1], r->near + i * k, k, r->z + i * r->d);
    ISG_GOTO(isg_topk_both(r->queries[1], r->base[0], &wanted, NULL, "RCSLS", learn->env, err));
    for (size_t i = 0; i < r->n; i++)
        mean_of(frequent[0], r->near + i * k, k, r->u + i * r->d);
    *loss = isg_rcsls_loss(r->n, r->d, r->x, r->y, r->z, r->u, w, r->g);
out:
    isg_free(mapped);
    isg_linear_fini(&lin);
    return status;
}

/* The nearest matrix of spectral norm at most 1, by clipping singular values: keeps the problem convex and
 * bounded. */
static enum isg_status clip(size_t d, double *w, struct isg_error *err)
{
    enum isg_status status;
    double *const copy = isg_malloc(d, d * sizeof *copy), *const u = isg_malloc(d, d * sizeof *u);
    double *const s = isg_malloc(d, sizeof *s), *const vt = isg_malloc(d, d * sizeof *vt);
    if (!copy || !u || !s || !vt) {
        status = isg_error_nomem(err, "RCSLS");
        goto out;
    }
    memcpy(copy, w, d * d * sizeof *copy);
    ISG_GOTO(isg_svd(d, d, copy, u, s, vt, err));
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < d; i++)
            u[i * d + j] *= s[j] > 1 ? 1 : s[j];
    isg_dgemm(ISG_N, ISG_N, d, d, d, 1, u, d, vt, d, 0, w, d);
out:
    isg_free(copy);
    isg_free(u);
    isg_free(s);
    isg_free(vt);
    return status;
}

static enum isg_status descend(struct rcsls *r, struct isg_error *err)
{
    double loss, rate = LEARNING_RATE;
    const size_t size = r->d * r->d;
    ISG_TRY(evaluate(r, r->w, &loss, err));
    double *const g = isg_malloc(size, sizeof *g);
    if (!g)
        return isg_error_nomem(err, "RCSLS");
    memcpy(g, r->g, size * sizeof *g);
    enum isg_status status = ISG_OK;
    for (int i = 0; i < ITERATIONS && rate > 1e-4; i++) {
        double next;
        for (size_t j = 0; j < size; j++)
            r->trial[j] = r->w[j] - rate * (double)r->d * g[j];
        ISG_GOTO(clip(r->d, r->trial, err));
        ISG_GOTO(evaluate(r, r->trial, &next, err));
        isg_log(r->learn->env, ISG_LOG_DEBUG, "RCSLS %d: loss %.6f, rate %g", i + 1, next, rate);
        if (!isfinite(next)) {
            status = isg_error_set(err, ISG_ENUMERIC, NULL, 0, "the RCSLS loss is not a number");
            goto out;
        }
        if (next >= loss) {
            rate /= 2; /* go back and take a shorter step */
            continue;
        }
        loss = next;
        memcpy(r->w, r->trial, size * sizeof *r->w);
        memcpy(g, r->g, size * sizeof *g);
    }
out:
    isg_free(g);
    return status;
}

enum isg_status isg_solve_rcsls(
    const struct isg_learn *learn, const struct isg_training *training, struct isg_linear *lin, struct isg_error *err)
{
    enum isg_status status;
    const size_t n = training->pairs.n, d = learn->v[0].cols;
    struct rcsls r = {.learn = learn, .training = training, .n = n, .d = d};
    double **const arrays[] = {&r.x, &r.y, &r.z, &r.u};
    ISG_TRY(isg_solve_procrustes(learn, training, lin, err));
    for (size_t i = 0; i < 4; i++)
        *arrays[i] = isg_malloc(n, d * sizeof(double));
    r.g = isg_malloc(d, d * sizeof *r.g);
    r.w = isg_malloc(d, d * sizeof *r.w);
    r.trial = isg_malloc(d, d * sizeof *r.trial);
    r.near = isg_malloc(n, learn->opts->csls_k * sizeof *r.near);
    for (int s = 0; s < 2; s++) {
        r.queries[s] = isg_mat(isg_malloc(n, d * sizeof(float)), n, d);
        r.base[s] = isg_mat(isg_malloc(learn->frequent[s], d * sizeof(float)), learn->frequent[s], d);
    }
    if (!r.x || !r.y || !r.z || !r.u || !r.g || !r.w || !r.trial || !r.near || !r.queries[0].x || !r.queries[1].x ||
        !r.base[0].x || !r.base[1].x) {
        status = isg_error_nomem(err, "RCSLS");
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) {
            r.x[i * d + j] = (double)isg_mat_row(learn->v[0], training->pairs.row[0][i])[j];
            r.y[i * d + j] = (double)isg_mat_row(learn->v[1], training->pairs.row[1][i])[j];
        }
    for (size_t i = 0; i < d * d; i++)
        r.w[i] = (double)lin->m[0][i];
    ISG_GOTO(descend(&r, err));
    for (size_t i = 0; i < d * d; i++)
        lin->m[0][i] = (float)r.w[i];
out:
    for (size_t i = 0; i < 4; i++)
        isg_free(*arrays[i]);
    isg_free(r.g);
    isg_free(r.w);
    isg_free(r.trial);
    isg_free(r.near);
    for (int s = 0; s < 2; s++) {
        isg_free(r.queries[s].x);
        isg_free(r.base[s].x);
    }
    return status;
}
