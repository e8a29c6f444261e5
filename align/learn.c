/* What the methods of fitting share: weighted pairs, their moments, pairs of linear maps. */
#include "align/learn.h"

#include <string.h>

void isg_linear_fini(struct isg_linear *lin)
{
    isg_free(lin->m[0]);
    isg_free(lin->m[1]);
    memset(lin, 0, sizeof *lin);
}

void isg_linear_move(struct isg_linear *to, struct isg_linear *from)
{
    isg_linear_fini(to);
    *to = *from;
    memset(from, 0, sizeof *from);
}

/* Rows are gathered into blocks of doubles: the sum over pairs is then a product that BLAS does at full
 * speed. */
enum { BLOCK = 512 };

void isg_training_fini(struct isg_training *t)
{
    isg_align_pairs_fini(&t->pairs);
    isg_free(t->weight);
    memset(t, 0, sizeof *t);
}

static enum isg_status training_add(
    struct isg_training *t, uint32_t src, uint32_t tgt, double weight, struct isg_error *err)
{
    ISG_TRY(isg_align_pairs_add(&t->pairs, src, tgt, err));
    if (!ISG_GROW(t->weight, t->cap, t->pairs.n))
        return isg_error_nomem(err, "pairs to learn from");
    t->weight[t->pairs.n - 1] = weight;
    return ISG_OK;
}

enum isg_status isg_training_make(struct isg_training *out, const struct isg_align_pairs *seed,
    const struct isg_align_pairs *more, double more_weight, const size_t rows[2], struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_training t = {0};
    uint32_t *count[2] = {isg_calloc(rows[0], sizeof *count[0]), isg_calloc(rows[1], sizeof *count[1])};
    if (!count[0] || !count[1]) {
        status = isg_error_nomem(err, "pairs to learn from");
        goto out;
    }
    for (size_t i = 0; i < seed->n; i++)
        for (int s = 0; s < 2; s++)
            count[s][seed->row[s][i]]++;
    for (size_t i = 0; i < seed->n; i++)
        ISG_GOTO(training_add(&t, seed->row[0][i], seed->row[1][i], 1.0 / count[0][seed->row[0][i]], err));
    for (size_t i = 0; more && i < more->n; i++)
        if (!count[0][more->row[0][i]] && !count[1][more->row[1][i]])
            ISG_GOTO(training_add(&t, more->row[0][i], more->row[1][i], more_weight, err));
    isg_training_fini(out);
    *out = t;
    t = (struct isg_training){0};
out:
    isg_training_fini(&t);
    isg_free(count[0]);
    isg_free(count[1]);
    return status;
}

static void gather(struct isg_mat v, const uint32_t *rows, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < v.cols; j++)
            out[i * v.cols + j] = (double)isg_mat_row(v, rows[i])[j];
}

enum isg_status isg_cross_moments(const struct isg_learn *learn, const struct isg_training *training, enum isg_side a,
    enum isg_side b, double *c, struct isg_error *err)
{
    const struct isg_align_pairs *const pairs = &training->pairs;
    const struct isg_mat va = learn->v[a], vb = learn->v[b];
    double *const xa = isg_malloc(BLOCK * va.cols, sizeof *xa), *const xb = isg_malloc(BLOCK * vb.cols, sizeof *xb);
    if (!xa || !xb) {
        isg_free(xa);
        isg_free(xb);
        return isg_error_nomem(err, "the moments of the seed pairs");
    }
    memset(c, 0, va.cols * vb.cols * sizeof *c);
    for (size_t i = 0; i < pairs->n; i += BLOCK) {
        const size_t n = pairs->n - i < BLOCK ? pairs->n - i : BLOCK;
        gather(va, pairs->row[a] + i, n, xa);
        gather(vb, pairs->row[b] + i, n, xb);
        for (size_t r = 0; training->weight && r < n; r++)
            for (size_t j = 0; j < va.cols; j++)
                xa[r * va.cols + j] *= training->weight[i + r];
        isg_dgemm(ISG_T, ISG_N, va.cols, vb.cols, n, 1, xa, va.cols, xb, vb.cols, 1, c, vb.cols);
    }
    isg_free(xa);
    isg_free(xb);
    return ISG_OK;
}

enum isg_status isg_linear_project(const struct isg_learn *learn, const struct isg_linear *lin, enum isg_side side,
    size_t n, struct isg_mat *out, struct isg_error *err)
{
    const struct isg_mat v = learn->v[side];
    float *const x = isg_malloc(n, lin->dim * sizeof *x);
    if (!x)
        return isg_error_nomem(err, "projecting vectors");
    *out = isg_mat(x, n, lin->dim);
    if (lin->m[side])
        isg_sgemm_pool(learn->env->pool, ISG_N, ISG_N, n, lin->dim, v.cols, 1.0F, v.x, v.stride, lin->m[side], lin->dim,
            0.0F, x, lin->dim);
    else
        for (size_t i = 0; i < n; i++)
            memcpy(x + i * lin->dim, isg_mat_row(v, i), lin->dim * sizeof *x);
    for (size_t i = 0; i < n; i++)
        isg_unit_row(x + i * lin->dim, lin->dim);
    return ISG_OK;
}
