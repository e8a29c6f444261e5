/** @file ner/engine/elementwise.c  Arithmetic by element, and rows and columns moved. */
#include "ner/engine/elementwise.h"
#include "ner/engine/private.h"

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
            return isg_tape_fail(t, ISG_EUSAGE, "row %u of a node with %u rows", index[i], x->rows);
        copy[i] = index[i];
        memcpy(g->op.y.x + (size_t)i * x->cols, x->x + (size_t)index[i] * x->cols, x->cols * sizeof *x->x);
    }
    return &g->op.y;
}

struct columns {
    struct isg_op op;
    struct isg_node **x;
    uint32_t n;
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
            return isg_tape_fail(t, ISG_EUSAGE, "a missing node to concatenate");
        if (x[i]->rows != x[0]->rows)
            return isg_tape_fail(
                t, ISG_EUSAGE, "nodes of %u and %u rows cannot be concatenated", x[0]->rows, x[i]->rows);
        cols += x[i]->cols;
        wants |= x[i]->wants;
    }
    if (n == 0 || cols > UINT32_MAX)
        return isg_tape_fail(t, ISG_EUSAGE, "%u nodes to concatenate", n);
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

struct isg_node *isg_tanh(struct isg_tape *t, struct isg_node *x)
{
    struct binary *const o = unary_new(t, x, tanh_back);
    if (!o)
        return NULL;
    t->k->tanh(size_of(&o->op), x->x, o->op.y.x);
    return &o->op.y;
}
