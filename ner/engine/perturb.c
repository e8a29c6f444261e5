/** @file ner/engine/perturb.c  Adversarial perturbation of an input by its own gradient. */
#include "ner/engine/perturb.h"
#include "ner/engine/private.h"

struct perturb {
    struct isg_op op;
    struct isg_node *x;
};

static void perturb_back(struct isg_tape *t, struct isg_op *op)
{
    isg_real *const dx = isg_dx_zero(t, ((const struct perturb *)op)->x);
    if (dx)
        t->k->axpy((size_t)op->y.rows * op->y.cols, 1, op->y.dx, dx);
}

/**
 * eps / ||g|| of the numbers g[i * rs + j * cs]. Scaled by the largest so that neither tiny nor huge
 * gradients lose the norm to under- or overflow; 0 where all are 0.
 */
static double factor(const isg_real *g, size_t n, size_t rs, size_t m, size_t cs, isg_real eps)
{
    double top = 0, sum = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            top = fmax(top, fabs((double)g[i * rs + j * cs]));
    if (top == 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < m; j++) {
            const double v = (double)g[i * rs + j * cs] / top;
            sum += v * v;
        }
    }
    return (double)eps / top / sqrt(sum);
}

static void move(const isg_real *g, size_t n, size_t rs, size_t m, size_t cs, isg_real eps, isg_real *y)
{
    const double f = factor(g, n, rs, m, cs, eps);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            y[i * rs + j * cs] += (isg_real)(f * (double)g[i * rs + j * cs]);
}

struct isg_node *isg_perturb(struct isg_tape *t, struct isg_node *x, const isg_real *g, const struct isg_seqs *seqs,
    isg_real eps, enum isg_norm norm)
{
    if (!x)
        return NULL;
    if (!g)
        return isg_tape_fail(t, ISG_EUSAGE, "no gradient to perturb an input by; request it with isg_want_grad");
    if (norm != ISG_NORM_ROW && isg_seqs_rows(seqs) != x->rows)
        return isg_tape_fail(t, ISG_EUSAGE, "%u rows in sequences of %u", x->rows, isg_seqs_rows(seqs));
    struct perturb *const p = isg_op_new(t, sizeof *p, x->rows, x->cols, x->wants, perturb_back);
    if (!p)
        return NULL;
    p->x = x;
    isg_real *const y = p->op.y.x;
    const size_t cols = x->cols;
    memcpy(y, x->x, x->rows * cols * sizeof *y);
    if (norm == ISG_NORM_ROW) {
        for (size_t r = 0; r < x->rows; r++)
            move(g + r * cols, 1, cols, cols, 1, eps, y + r * cols);
        return &p->op.y;
    }
    for (uint32_t s = 0; s < seqs->n; s++) {
        const size_t at = seqs->offset[s] * cols, n = isg_seqs_len(seqs, s);
        if (norm == ISG_NORM_SEQ)
            move(g + at, n, cols, cols, 1, eps, y + at);
        else
            for (size_t j = 0; j < cols; j++)
                move(g + at + j, n, cols, 1, 1, eps, y + at + j);
    }
    return &p->op.y;
}
