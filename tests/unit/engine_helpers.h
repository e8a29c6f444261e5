/* What tests of the engine share: a linear form of a node as the loss, whose gradient is known. */
#ifndef ISG_TESTS_UNIT_ENGINE_HELPERS_H
#define ISG_TESTS_UNIT_ENGINE_HELPERS_H
#include "ner/engine/private.h"

struct linear_form {
    struct isg_op op;
    struct isg_node *x;
    const isg_real *c;
    size_t ld;
};

static void linear_form_back(struct isg_tape *t, struct isg_op *op)
{
    const struct linear_form *const f = (const struct linear_form *)op;
    isg_real *const dx = isg_dx_zero(t, f->x);
    for (size_t i = 0; dx && i < f->x->rows; i++)
        for (size_t j = 0; j < f->x->cols; j++)
            dx[i * f->x->cols + j] += op->y.dx[0] * f->c[i * f->ld + j];
}

/* sum_ij c[i * ld + j] x[i, j]; c is borrowed until the tape's reset. */
static inline struct isg_node *linear_form(struct isg_tape *t, struct isg_node *x, const isg_real *c, size_t ld)
{
    if (!x)
        return NULL;
    struct linear_form *const f = isg_op_new(t, sizeof *f, 1, 1, x->wants, linear_form_back);
    if (!f)
        return NULL;
    f->x = x;
    f->c = c;
    f->ld = ld;
    double sum = 0;
    for (size_t i = 0; i < x->rows; i++)
        for (size_t j = 0; j < x->cols; j++)
            sum += (double)c[i * ld + j] * (double)x->x[i * x->cols + j];
    f->op.y.x[0] = (isg_real)sum;
    return &f->op.y;
}

#endif
