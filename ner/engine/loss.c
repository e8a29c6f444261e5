/** @file ner/engine/loss.c  Losses other than the CRF's. Each computes its gradient with its value. */
#include "ner/engine/loss.h"
#include "ner/engine/private.h"

struct loss {
    struct isg_op op;
    struct isg_node *x;
    isg_real *g; /* d loss / d x */
};

static void loss_back(struct isg_tape *t, struct isg_op *op)
{
    const struct loss *const l = (const struct loss *)op;
    isg_real *const dx = isg_dx_zero(t, l->x);
    if (dx)
        t->k->axpy((size_t)l->x->rows * l->x->cols, op->y.dx[0], l->g, dx);
}

static struct loss *loss_new(struct isg_tape *t, struct isg_node *x)
{
    if (!x)
        return NULL;
    struct loss *const l = isg_op_new(t, sizeof *l, 1, 1, x->wants, loss_back);
    isg_real *const g = isg_tape_zeros(t, (size_t)x->rows * x->cols);
    if (!l || !g)
        return NULL;
    l->x = x;
    l->g = g;
    return l;
}

/** log(sigmoid(x)) without overflow. */
static double log_sigmoid(double x)
{
    return x < 0 ? x - log1p(exp(x)) : -log1p(exp(-x));
}

/**
 * With p the probability given to the row's own domain (r for a source row, 1 - r for a target row) and s =
 * log-odds of it, the row's loss is c (1 - p)^gamma * -log p, and d/ds = -c (1 - p)^gamma (1 - p + gamma p *
 * -log p).
 */
struct isg_node *isg_grad_loss(
    struct isg_tape *t, struct isg_node *x, const bool *is_source, isg_real alpha, isg_real gamma)
{
    struct loss *const l = loss_new(t, x);
    if (!l)
        return NULL;
    if (x->cols != 1)
        return isg_tape_fail(t, ISG_EUSAGE, "a discriminator of %u columns; it must have 1", x->cols);
    double sum = 0;
    for (uint32_t r = 0; r < x->rows; r++) {
        const double s = is_source[r] ? (double)x->x[r] : -(double)x->x[r];
        const double c = is_source[r] ? (double)alpha : 1 - (double)alpha;
        const double log_p = log_sigmoid(s), p = exp(log_p), q = exp(log_sigmoid(-s));
        const double focus = gamma == 0 ? 1 : exp((double)gamma * log_sigmoid(-s));
        sum += c * focus * -log_p;
        const double ds = -c * focus * (q - (double)gamma * p * log_p);
        l->g[r] = (isg_real)(is_source[r] ? ds : -ds);
    }
    l->op.y.x[0] = (isg_real)sum;
    return &l->op.y;
}

struct sum {
    struct isg_op op;
    struct isg_node **x;
    isg_real *c;
    uint32_t n;
};

static void sum_back(struct isg_tape *t, struct isg_op *op)
{
    const struct sum *const s = (const struct sum *)op;
    for (uint32_t i = 0; i < s->n; i++) {
        isg_real *const dx = s->x[i]->wants ? isg_dx_zero(t, s->x[i]) : NULL;
        if (dx)
            dx[0] += s->c[i] * op->y.dx[0];
    }
}

struct isg_node *isg_loss_sum(struct isg_tape *t, struct isg_node *const *x, const isg_real *c, uint32_t n)
{
    bool wants = false;
    for (uint32_t i = 0; i < n; i++) {
        if (!x[i])
            return NULL;
        if (x[i]->rows != 1 || x[i]->cols != 1)
            return isg_tape_fail(t, ISG_EUSAGE, "a loss of %u x %u numbers", x[i]->rows, x[i]->cols);
        wants |= x[i]->wants;
    }
    struct sum *const s = isg_op_new(t, sizeof *s, 1, 1, wants, sum_back);
    struct isg_node **const copy = isg_tape_alloc(t, n, sizeof *copy);
    isg_real *const coef = isg_tape_reals(t, n);
    if (!s || !copy || !coef)
        return NULL;
    s->x = copy;
    s->c = coef;
    s->n = n;
    s->op.y.x[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        copy[i] = x[i];
        coef[i] = c ? c[i] : 1;
        s->op.y.x[0] += coef[i] * x[i]->x[0];
    }
    return &s->op.y;
}
