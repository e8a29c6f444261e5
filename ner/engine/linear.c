/** @file ner/engine/linear.c  Linear layer. */
#include "ner/engine/linear.h"
#include "ner/engine/private.h"

struct linear {
    struct isg_op op;
    struct isg_node *x;
    const struct isg_param *w, *b;
};

/* dW = x^T dy, db = column sums of dy, dx = dy W^T */
static void linear_back(struct isg_tape *t, struct isg_op *op)
{
    const struct linear *const l = (const struct linear *)op;
    const size_t rows = op->y.rows, n = op->y.cols, d = l->x->cols;
    if (isg_param_wants(t, l->w)) {
        bool fresh;
        isg_real *const dw = isg_dparam(t, l->w, &fresh);
        if (!dw)
            return;
        isg_tape_gemm(t, d, n, rows, l->x->x, 1, d, op->y.dx, n, 1, dw, n, !fresh);
    }
    if (l->b && isg_param_wants(t, l->b)) {
        isg_real *const db = isg_dparam_zero(t, l->b);
        if (!db)
            return;
        isg_add_columns(op->y.dx, rows, n, db);
    }
    if (l->x->wants) {
        bool fresh;
        isg_real *const dx = isg_dx(t, l->x, &fresh);
        const isg_real *const wt = isg_tape_pack(t, l->w, ISG_PACK_T);
        if (dx && wt)
            t->k->gemm(rows, d, n, op->y.dx, n, 1, NULL, wt, NULL, dx, d, !fresh);
    }
}

struct isg_node *isg_linear(
    struct isg_tape *t, struct isg_node *x, const struct isg_param *w, const struct isg_param *b)
{
    if (!x)
        return NULL;
    if (x->cols != w->rows || (b && isg_param_size(b) != w->cols))
        return isg_tape_fail(t, ISG_EUSAGE, "input of %u columns for %s (%u x %u)", x->cols, w->name, w->rows, w->cols);
    const bool wants = x->wants || isg_param_wants(t, w) || (b && isg_param_wants(t, b));
    struct linear *const l = isg_op_new(t, sizeof *l, x->rows, w->cols, wants, linear_back);
    const isg_real *const packed = isg_tape_pack(t, w, ISG_PACK_B);
    if (!l || !packed)
        return NULL;
    l->x = x;
    l->w = w;
    l->b = b;
    t->k->gemm(
        x->rows, w->cols, w->rows, x->x, x->cols, 1, NULL, packed, b ? b->value : NULL, l->op.y.x, w->cols, false);
    return &l->op.y;
}
