/** @file tests/engine.h  What tests of the engine see of a tape and do to parameters, and no trainer needs. */
#ifndef ISG_TESTS_ENGINE_H
#define ISG_TESTS_ENGINE_H
#include "ner/engine/private.h"

/** A copy of rows x cols numbers as the start of a graph; x NULL = zeros; wants = compute its gradient. */
static inline struct isg_node *test_input(
    struct isg_tape *t, const isg_real *x, uint32_t rows, uint32_t cols, bool wants)
{
    struct isg_op *const op = isg_op_new(t, sizeof *op, rows, cols, wants && t->run.training, NULL);
    if (!op)
        return NULL;
    const size_t n = (size_t)rows * cols;
    if (x)
        memcpy(op->y.x, x, n * sizeof *x);
    else
        memset(op->y.x, 0, n * sizeof *x);
    return &op->y;
}

/** Normally distributed values. */
static inline void test_normal(struct isg_param *p, isg_real deviation, uint64_t seed)
{
    struct isg_rng r = isg_rng_stream(seed, p->name, 0);
    for (size_t i = 0; i < isg_param_size(p); i++)
        p->value[i] = (isg_real)((double)deviation * isg_rng_normal(&r));
    isg_param_changed(p);
}

/** Gradient of a dense parameter as gathered in this tape, rows * cols; NULL if none reached it. */
static inline const isg_real *test_grad(const struct isg_tape *t, const struct isg_param *p)
{
    return t->grads[p->index].touched ? t->grads[p->index].g : NULL;
}

/** Adds the gradient of one row of a sparse parameter to out (cols numbers). */
static inline void test_sparse_grad(const struct isg_tape *t, const struct isg_param *p, uint32_t row, isg_real *out)
{
    const struct isg_param_grad *const g = &t->grads[p->index];
    for (size_t i = 0; i < g->rows.n; i++)
        if (g->rows.v[i].row == row)
            for (uint32_t j = 0; j < p->cols; j++)
                out[j] += g->rows.v[i].g[j];
}

#endif
