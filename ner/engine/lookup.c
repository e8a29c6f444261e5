/** @file ner/engine/lookup.c  Inputs: matrices, and rows of embedding tables with their sparse gradients. */
#include "ner/engine/lookup.h"
#include "ner/engine/private.h"

struct lookup {
    struct isg_op op;
    const struct isg_param *e;
    uint32_t *ids;
};

static void lookup_back(struct isg_tape *t, struct isg_op *op)
{
    const struct lookup *const l = (const struct lookup *)op;
    const uint32_t cols = op->y.cols;
    if (!isg_param_wants(t, l->e))
        return; /* the gradient was wanted for itself (isg_want_grad) */
    if (!l->e->sparse) {
        isg_real *const g = isg_dparam_zero(t, l->e);
        if (!g)
            return;
        for (uint32_t i = 0; i < op->y.rows; i++)
            if (l->ids[i] != ISG_NO_ID)
                for (uint32_t j = 0; j < cols; j++)
                    g[(size_t)l->ids[i] * cols + j] += op->y.dx[(size_t)i * cols + j];
        return;
    }
    struct isg_param_grad *const g = &t->grads[l->e->index];
    if (!ISG_RESERVE(g->rows, g->rows.n + op->y.rows)) {
        isg_tape_fail(t, ISG_ENOMEM, "out of memory for the gradient of %s", l->e->name);
        return;
    }
    for (uint32_t i = 0; i < op->y.rows; i++)
        if (l->ids[i] != ISG_NO_ID)
            g->rows.v[g->rows.n++] = (struct isg_row_grad){l->ids[i], op->y.dx + (size_t)i * cols};
    g->touched = true;
}

struct isg_node *isg_lookup(struct isg_tape *t, const struct isg_param *e, const uint32_t *ids, uint32_t n)
{
    struct lookup *const l = isg_op_new(t, sizeof *l, n, e->cols, isg_param_wants(t, e), lookup_back);
    uint32_t *const copy = isg_tape_alloc(t, n, sizeof *copy);
    if (!l || !copy)
        return NULL;
    l->e = e;
    l->ids = copy;
    for (uint32_t i = 0; i < n; i++) {
        copy[i] = ids[i];
        isg_real *const y = l->op.y.x + (size_t)i * e->cols;
        if (ids[i] == ISG_NO_ID)
            memset(y, 0, e->cols * sizeof *y);
        else if (ids[i] < e->rows)
            memcpy(y, e->value + (size_t)ids[i] * e->cols, e->cols * sizeof *y);
        else
            return isg_tape_fail(t, ISG_EUSAGE, "row %u of %s, which has %u rows", ids[i], e->name, e->rows);
    }
    return &l->op.y;
}

struct isg_node *isg_lookup_const(
    struct isg_tape *t, const float *table, uint32_t table_rows, uint32_t cols, const uint32_t *ids, uint32_t n)
{
    struct isg_op *const op = isg_op_new(t, sizeof *op, n, cols, false, NULL);
    if (!op)
        return NULL;
    for (uint32_t i = 0; i < n; i++) {
        isg_real *const y = op->y.x + (size_t)i * cols;
        if (ids[i] >= table_rows) {
            memset(y, 0, cols * sizeof *y);
            continue;
        }
        const float *const row = table + (size_t)ids[i] * cols;
        for (uint32_t j = 0; j < cols; j++)
            y[j] = (isg_real)row[j];
    }
    return &op->y;
}
