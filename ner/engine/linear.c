/** @file ner/engine/linear.c  Linear layers, highway layers, layer normalisation. */
#include "ner/engine/tape_priv.h"

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

struct highway {
    struct isg_op op;
    struct isg_node *x, *gate, *h; /* y = x + gate * (h - x) */
};

static void highway_back(struct isg_tape *t, struct isg_op *op)
{
    const struct highway *const w = (const struct highway *)op;
    const size_t n = (size_t)op->y.rows * op->y.cols;
    isg_real *const dg = isg_dx_zero(t, w->gate), *const dh = isg_dx_zero(t, w->h);
    isg_real *const dx = w->x->wants ? isg_dx_zero(t, w->x) : NULL;
    if (!dg || !dh)
        return;
    for (size_t i = 0; i < n; i++) {
        dg[i] += op->y.dx[i] * (w->h->x[i] - w->x->x[i]);
        dh[i] += op->y.dx[i] * w->gate->x[i];
        if (dx)
            dx[i] += op->y.dx[i] * (1 - w->gate->x[i]);
    }
}

struct isg_node *isg_highway(struct isg_tape *t, struct isg_node *x, const struct isg_param *wg,
    const struct isg_param *bg, const struct isg_param *wh, const struct isg_param *bh)
{
    struct isg_node *const gate = isg_sigmoid(t, isg_linear(t, x, wg, bg));
    struct isg_node *const h = isg_relu(t, isg_linear(t, x, wh, bh));
    if (!gate || !h)
        return NULL;
    if (gate->cols != x->cols || h->cols != x->cols)
        return isg_tape_fail(t, ISG_EUSAGE, "a highway layer from %u to %u columns", x->cols, h->cols);
    struct highway *const w = isg_op_new(
        t, sizeof *w, x->rows, x->cols, x->wants || gate->wants || h->wants, highway_back);
    if (!w)
        return NULL;
    w->x = x;
    w->gate = gate;
    w->h = h;
    for (size_t i = 0; i < (size_t)x->rows * x->cols; i++)
        w->op.y.x[i] = x->x[i] + gate->x[i] * (h->x[i] - x->x[i]);
    return &w->op.y;
}

struct norm {
    struct isg_op op;
    struct isg_node *x;
    const struct isg_param *gain, *bias;
    isg_real *hat; /* T x D: (x - mean) / sd */
    isg_real *rsd; /* T: 1 / sd */
};

/* With u = gain * dy and n = hat: dx = (u - mean(u) - n mean(u n)) / sd */
static void norm_back(struct isg_tape *t, struct isg_op *op)
{
    const struct norm *const m = (const struct norm *)op;
    const size_t d = op->y.cols;
    isg_real *const dg = isg_param_wants(t, m->gain) ? isg_dparam_zero(t, m->gain) : NULL;
    isg_real *const db = isg_param_wants(t, m->bias) ? isg_dparam_zero(t, m->bias) : NULL;
    isg_real *const dx = m->x->wants ? isg_dx_zero(t, m->x) : NULL;
    for (uint32_t r = 0; r < op->y.rows; r++) {
        const isg_real *const dy = op->y.dx + r * d, *const hat = m->hat + r * d;
        isg_real mean = 0, mean_hat = 0;
        for (size_t j = 0; j < d; j++) {
            const isg_real u = m->gain->value[j] * dy[j];
            mean += u;
            mean_hat += u * hat[j];
            if (dg)
                dg[j] += dy[j] * hat[j];
            if (db)
                db[j] += dy[j];
        }
        mean /= (isg_real)d;
        mean_hat /= (isg_real)d;
        for (size_t j = 0; dx && j < d; j++)
            dx[r * d + j] += m->rsd[r] * (m->gain->value[j] * dy[j] - mean - hat[j] * mean_hat);
    }
}

struct isg_node *isg_layer_norm(
    struct isg_tape *t, struct isg_node *x, const struct isg_param *gain, const struct isg_param *bias)
{
    if (!x)
        return NULL;
    const size_t d = x->cols;
    if (isg_param_size(gain) != d || isg_param_size(bias) != d)
        return isg_tape_fail(t, ISG_EUSAGE, "input of %u columns for %s", x->cols, gain->name);
    const bool wants = x->wants || isg_param_wants(t, gain) || isg_param_wants(t, bias);
    struct norm *const m = isg_op_new(t, sizeof *m, x->rows, x->cols, wants, norm_back);
    isg_real *const hat = isg_tape_reals(t, x->rows * d), *const rsd = isg_tape_reals(t, x->rows);
    if (!m || !hat || !rsd)
        return NULL;
    m->x = x;
    m->gain = gain;
    m->bias = bias;
    m->hat = hat;
    m->rsd = rsd;
    for (uint32_t r = 0; r < x->rows; r++) {
        const isg_real *const in = x->x + r * d;
        isg_real mean = 0, variance = 0;
        for (size_t j = 0; j < d; j++)
            mean += in[j];
        mean /= (isg_real)d;
        for (size_t j = 0; j < d; j++)
            variance += (in[j] - mean) * (in[j] - mean);
        rsd[r] = 1 / ISG_SQRT(variance / (isg_real)d + ISG_R(1e-5));
        for (size_t j = 0; j < d; j++) {
            hat[r * d + j] = (in[j] - mean) * rsd[r];
            m->op.y.x[r * d + j] = gain->value[j] * hat[r * d + j] + bias->value[j];
        }
    }
    return &m->op.y;
}
