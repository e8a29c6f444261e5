/** @file ner/engine/elementwise.c  Inputs, and operations that work number by number or move rows and columns about. */
#include "ner/engine/tape_priv.h"

struct isg_node *isg_input(struct isg_tape *t, const isg_real *x, uint32_t rows, uint32_t cols, bool wants)
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

/* ---- lookup ---- */
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
    if (!ISG_GROW(g->rows, g->cap_rows, g->n_rows + op->y.rows)) {
        isg_tape_fail(t, ISG_ENOMEM, "out of memory for the gradient of %s", l->e->name);
        return;
    }
    for (uint32_t i = 0; i < op->y.rows; i++)
        if (l->ids[i] != ISG_NO_ID)
            g->rows[g->n_rows++] = (struct isg_row_grad){l->ids[i], op->y.dx + (size_t)i * cols};
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
            return isg_tape_fail(t, ISG_EUSAGE, "row %u asked of %s, which has %u", ids[i], e->name, e->rows);
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

/* ---- moving rows and columns ---- */
struct gather {
    struct isg_op op;
    struct isg_node *x;
    uint32_t *index;
};

static void rows_back(struct isg_tape *t, struct isg_op *op)
{
    const struct gather *const g = (const struct gather *)op;
    isg_real *const dx = isg_dx_zero(t, g->x);
    if (!dx)
        return;
    for (uint32_t i = 0; i < op->y.rows; i++)
        t->k->axpy(op->y.cols, 1, op->y.dx + (size_t)i * op->y.cols, dx + (size_t)g->index[i] * op->y.cols);
}

struct isg_node *isg_rows(struct isg_tape *t, struct isg_node *x, const uint32_t *index, uint32_t n)
{
    if (!x)
        return NULL;
    struct gather *const g = isg_op_new(t, sizeof *g, n, x->cols, x->wants, rows_back);
    uint32_t *const copy = isg_tape_alloc(t, n, sizeof *copy);
    if (!g || !copy)
        return NULL;
    g->x = x;
    g->index = copy;
    for (uint32_t i = 0; i < n; i++) {
        if (index[i] >= x->rows)
            return isg_tape_fail(t, ISG_EUSAGE, "row %u asked of a node of %u", index[i], x->rows);
        copy[i] = index[i];
        memcpy(g->op.y.x + (size_t)i * x->cols, x->x + (size_t)index[i] * x->cols, x->cols * sizeof *x->x);
    }
    return &g->op.y;
}

struct columns {
    struct isg_op op;
    struct isg_node **x;
    uint32_t n, first;
};

static void concat_back(struct isg_tape *t, struct isg_op *op)
{
    const struct columns *const c = (const struct columns *)op;
    uint32_t at = 0;
    for (uint32_t i = 0; i < c->n; at += c->x[i++]->cols) {
        struct isg_node *const x = c->x[i];
        isg_real *const dx = x->wants ? isg_dx_zero(t, x) : NULL;
        for (uint32_t r = 0; dx && r < op->y.rows; r++)
            t->k->axpy(x->cols, 1, op->y.dx + (size_t)r * op->y.cols + at, dx + (size_t)r * x->cols);
    }
}

struct isg_node *isg_concat(struct isg_tape *t, struct isg_node *const *x, uint32_t n)
{
    uint64_t cols = 0;
    bool wants = false;
    for (uint32_t i = 0; i < n; i++) {
        if (!x[i])
            return isg_tape_fail(t, ISG_EUSAGE, "a missing node to be put side by side");
        if (x[i]->rows != x[0]->rows)
            return isg_tape_fail(t, ISG_EUSAGE, "nodes of %u and %u rows put side by side", x[0]->rows, x[i]->rows);
        cols += x[i]->cols;
        wants |= x[i]->wants;
    }
    if (n == 0 || cols > UINT32_MAX)
        return isg_tape_fail(t, ISG_EUSAGE, "%u nodes put side by side", n);
    struct columns *const c = isg_op_new(t, sizeof *c, x[0]->rows, (uint32_t)cols, wants, concat_back);
    struct isg_node **const copy = isg_tape_alloc(t, n, sizeof *copy);
    if (!c || !copy)
        return NULL;
    memcpy(copy, x, n * sizeof *copy);
    c->x = copy;
    c->n = n;
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; at += x[i++]->cols)
        for (uint32_t r = 0; r < x[i]->rows; r++)
            memcpy(c->op.y.x + (size_t)r * cols + at, x[i]->x + (size_t)r * x[i]->cols, x[i]->cols * sizeof(isg_real));
    return &c->op.y;
}

static void slice_back(struct isg_tape *t, struct isg_op *op)
{
    const struct columns *const c = (const struct columns *)op;
    struct isg_node *const x = c->x[0];
    isg_real *const dx = isg_dx_zero(t, x);
    for (uint32_t r = 0; dx && r < op->y.rows; r++)
        t->k->axpy(op->y.cols, 1, op->y.dx + (size_t)r * op->y.cols, dx + (size_t)r * x->cols + c->first);
}

struct isg_node *isg_slice(struct isg_tape *t, struct isg_node *x, uint32_t first, uint32_t n)
{
    if (!x)
        return NULL;
    if (first > x->cols || n > x->cols - first)
        return isg_tape_fail(t, ISG_EUSAGE, "columns %u .. %u of a node of %u", first, first + n, x->cols);
    struct columns *const c = isg_op_new(t, sizeof *c, x->rows, n, x->wants, slice_back);
    struct isg_node **const copy = isg_tape_alloc(t, 1, sizeof *copy);
    if (!c || !copy)
        return NULL;
    copy[0] = x;
    c->x = copy;
    c->first = first;
    for (uint32_t r = 0; r < x->rows; r++)
        memcpy(c->op.y.x + (size_t)r * n, x->x + (size_t)r * x->cols + first, n * sizeof *x->x);
    return &c->op.y;
}

/* ---- arithmetic ---- */
struct binary {
    struct isg_op op;
    struct isg_node *a, *b;
    isg_real c;
};

static size_t size_of(const struct isg_op *op)
{
    return (size_t)op->y.rows * op->y.cols;
}

static void add_back(struct isg_tape *t, struct isg_op *op)
{
    const struct binary *const b = (const struct binary *)op;
    struct isg_node *const in[2] = {b->a, b->b};
    for (int i = 0; i < 2; i++) {
        isg_real *const dx = in[i]->wants ? isg_dx_zero(t, in[i]) : NULL;
        if (dx)
            t->k->axpy(size_of(op), 1, op->y.dx, dx);
    }
}

static void mul_back(struct isg_tape *t, struct isg_op *op)
{
    const struct binary *const b = (const struct binary *)op;
    isg_real *const da = b->a->wants ? isg_dx_zero(t, b->a) : NULL;
    isg_real *const db = b->b->wants ? isg_dx_zero(t, b->b) : NULL;
    for (size_t i = 0; da && i < size_of(op); i++)
        da[i] += op->y.dx[i] * b->b->x[i];
    for (size_t i = 0; db && i < size_of(op); i++)
        db[i] += op->y.dx[i] * b->a->x[i];
}

static struct binary *binary_new(
    struct isg_tape *t, struct isg_node *a, struct isg_node *b, void (*back)(struct isg_tape *, struct isg_op *))
{
    if (!a || !b)
        return NULL;
    if (a->rows != b->rows || a->cols != b->cols)
        return isg_tape_fail(
            t, ISG_EUSAGE, "nodes of %u x %u and %u x %u combined", a->rows, a->cols, b->rows, b->cols);
    struct binary *const o = isg_op_new(t, sizeof *o, a->rows, a->cols, a->wants || b->wants, back);
    if (o) {
        o->a = a;
        o->b = b;
    }
    return o;
}

struct isg_node *isg_add(struct isg_tape *t, struct isg_node *a, struct isg_node *b)
{
    struct binary *const o = binary_new(t, a, b, add_back);
    if (!o)
        return NULL;
    for (size_t i = 0; i < size_of(&o->op); i++)
        o->op.y.x[i] = a->x[i] + b->x[i];
    return &o->op.y;
}

struct isg_node *isg_mul(struct isg_tape *t, struct isg_node *a, struct isg_node *b)
{
    struct binary *const o = binary_new(t, a, b, mul_back);
    if (!o)
        return NULL;
    for (size_t i = 0; i < size_of(&o->op); i++)
        o->op.y.x[i] = a->x[i] * b->x[i];
    return &o->op.y;
}

static struct binary *unary_new(
    struct isg_tape *t, struct isg_node *x, void (*back)(struct isg_tape *, struct isg_op *))
{
    if (!x)
        return NULL;
    struct binary *const o = isg_op_new(t, sizeof *o, x->rows, x->cols, x->wants, back);
    if (o)
        o->a = x;
    return o;
}

static void scale_back(struct isg_tape *t, struct isg_op *op)
{
    const struct binary *const b = (const struct binary *)op;
    isg_real *const dx = isg_dx_zero(t, b->a);
    if (dx)
        t->k->axpy(size_of(op), b->c, op->y.dx, dx);
}

struct isg_node *isg_scale(struct isg_tape *t, struct isg_node *x, isg_real c)
{
    struct binary *const o = unary_new(t, x, scale_back);
    if (!o)
        return NULL;
    o->c = c;
    for (size_t i = 0; i < size_of(&o->op); i++)
        o->op.y.x[i] = c * x->x[i];
    return &o->op.y;
}

struct isg_node *isg_reverse(struct isg_tape *t, struct isg_node *x, isg_real coef)
{
    struct binary *const o = unary_new(t, x, scale_back);
    if (!o)
        return NULL;
    o->c = -coef;
    memcpy(o->op.y.x, x->x, size_of(&o->op) * sizeof *x->x);
    return &o->op.y;
}

static void tanh_back(struct isg_tape *t, struct isg_op *op)
{
    isg_real *const dx = isg_dx_zero(t, ((const struct binary *)op)->a);
    for (size_t i = 0; dx && i < size_of(op); i++)
        dx[i] += op->y.dx[i] * (1 - op->y.x[i] * op->y.x[i]);
}

static void sigmoid_back(struct isg_tape *t, struct isg_op *op)
{
    isg_real *const dx = isg_dx_zero(t, ((const struct binary *)op)->a);
    for (size_t i = 0; dx && i < size_of(op); i++)
        dx[i] += op->y.dx[i] * op->y.x[i] * (1 - op->y.x[i]);
}

static void relu_back(struct isg_tape *t, struct isg_op *op)
{
    isg_real *const dx = isg_dx_zero(t, ((const struct binary *)op)->a);
    for (size_t i = 0; dx && i < size_of(op); i++)
        dx[i] += op->y.x[i] > 0 ? op->y.dx[i] : 0;
}

struct isg_node *isg_tanh(struct isg_tape *t, struct isg_node *x)
{
    struct binary *const o = unary_new(t, x, tanh_back);
    if (!o)
        return NULL;
    t->k->tanh(size_of(&o->op), x->x, o->op.y.x);
    return &o->op.y;
}

struct isg_node *isg_sigmoid(struct isg_tape *t, struct isg_node *x)
{
    struct binary *const o = unary_new(t, x, sigmoid_back);
    if (!o)
        return NULL;
    t->k->sigmoid(size_of(&o->op), x->x, o->op.y.x);
    return &o->op.y;
}

struct isg_node *isg_relu(struct isg_tape *t, struct isg_node *x)
{
    struct binary *const o = unary_new(t, x, relu_back);
    if (!o)
        return NULL;
    for (size_t i = 0; i < size_of(&o->op); i++)
        o->op.y.x[i] = x->x[i] < 0 ? 0 : x->x[i]; /* NaN stays */
    return &o->op.y;
}
