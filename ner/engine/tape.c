/** @file ner/engine/tape.c  The tape itself: memory, gradients, walking back. */
#include "ner/engine/private.h"

enum isg_status isg_tape_new(
    struct isg_tape **out, const struct isg_params *params, enum isg_level_isa isa, struct isg_error *err)
{
    *out = NULL;
    const struct isg_kernels *const k = isg_kernels_get(isa);
    if (!k)
        return isg_error_set(
            err, ISG_EUSAGE, NULL, 0, "this processor does not have the instruction set %s", isg_isa_name(isa));
    struct isg_tape *const t = isg_calloc(1, sizeof *t);
    if (t) {
        t->n_params = isg_params_count(params);
        t->grads = isg_calloc(t->n_params, sizeof *t->grads);
    }
    if (!t || !t->grads) {
        isg_free(t);
        return isg_error_nomem(err, "a tape");
    }
    t->params = params;
    t->k = k;
    *out = t;
    return ISG_OK;
}

void isg_tape_free(struct isg_tape *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < t->n_params; i++) {
        isg_free(t->grads[i].g);
        isg_free(t->grads[i].rows.v);
    }
    isg_free(t->grads);
    isg_arena_fini(&t->arena);
    isg_free(t);
}

void isg_tape_reset(struct isg_tape *t, const struct isg_run *run)
{
    isg_arena_reset(&t->arena);
    t->last = t->done = NULL;
    t->run = *run;
    t->err = (struct isg_error){0};
    for (uint32_t i = 0; i < t->n_params; i++) {
        t->grads[i].touched = false;
        t->grads[i].rows.n = 0;
    }
}

enum isg_status isg_tape_status(const struct isg_tape *t, struct isg_error *err)
{
    if (t->err.status != ISG_OK)
        *err = t->err;
    return t->err.status;
}

void *isg_tape_fail(struct isg_tape *t, enum isg_status status, const char *fmt, ...)
{
    if (t->err.status != ISG_OK)
        return NULL;
    char text[sizeof t->err.found];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    isg_error_set(&t->err, status, NULL, 0, "%s", text);
    return NULL;
}

void *isg_tape_alloc(struct isg_tape *t, size_t n, size_t size)
{
    void *const p = isg_arena_alloc(&t->arena, n, size);
    return p ? p : isg_tape_fail(t, ISG_ENOMEM, "out of memory for a batch");
}

isg_real *isg_tape_reals(struct isg_tape *t, size_t n)
{
    return n > SIZE_MAX / 16 ? isg_tape_fail(t, ISG_ENOMEM, "a batch too large")
                             : isg_tape_alloc(t, n + 64 / sizeof(isg_real), sizeof(isg_real));
}

isg_real *isg_tape_zeros(struct isg_tape *t, size_t n)
{
    isg_real *const p = isg_tape_reals(t, n);
    if (p)
        memset(p, 0, n * sizeof *p);
    return p;
}

void *isg_op_new(struct isg_tape *t, size_t size, uint32_t rows, uint32_t cols, bool wants,
    void (*back)(struct isg_tape *, struct isg_op *))
{
    struct isg_op *const op = isg_tape_alloc(t, 1, size);
    isg_real *const x = isg_tape_reals(t, (size_t)rows * cols);
    if (!op || !x)
        return NULL;
    memset(op, 0, size);
    op->y = (struct isg_node){.rows = rows, .cols = cols, .x = x, .wants = wants, .op = op};
    op->back = back;
    op->before = t->last;
    t->last = op;
    return op;
}

isg_real *isg_dx(struct isg_tape *t, struct isg_node *n, bool *fresh)
{
    *fresh = n->dx == NULL;
    if (*fresh)
        n->dx = isg_tape_reals(t, (size_t)n->rows * n->cols);
    return n->dx;
}

isg_real *isg_dx_zero(struct isg_tape *t, struct isg_node *n)
{
    if (!n->dx)
        n->dx = isg_tape_zeros(t, (size_t)n->rows * n->cols);
    return n->dx;
}

isg_real *isg_dparam(struct isg_tape *t, const struct isg_param *p, bool *fresh)
{
    struct isg_param_grad *const g = &t->grads[p->index];
    if (!g->g) {
        g->g = isg_malloc(isg_param_size(p), sizeof *g->g);
        if (!g->g)
            return isg_tape_fail(t, ISG_ENOMEM, "out of memory for the gradient of %s", p->name);
    }
    *fresh = !g->touched;
    g->touched = true;
    return g->g;
}

isg_real *isg_dparam_zero(struct isg_tape *t, const struct isg_param *p)
{
    bool fresh = false;
    isg_real *const g = isg_dparam(t, p, &fresh);
    if (g && fresh)
        memset(g, 0, isg_param_size(p) * sizeof *g);
    return g;
}

enum isg_status isg_backward(struct isg_tape *t, struct isg_node *loss, isg_real scale, struct isg_error *err)
{
    ISG_TRY(isg_tape_status(t, err));
    if (!loss || loss->rows != 1 || loss->cols != 1)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "the loss is not a single number");
    if (!isfinite(loss->x[0]))
        return isg_error_set(err, ISG_ENUMERIC, NULL, 0, "the loss is %f", (double)loss->x[0]);
    isg_real *const d = isg_dx_zero(t, loss);
    if (d) {
        d[0] += scale;
        for (struct isg_op *op = t->last; op && op != t->done && t->err.status == ISG_OK; op = op->before)
            if (op->back && op->y.wants && op->y.dx)
                op->back(t, op);
    }
    t->done = t->last;
    return isg_tape_status(t, err);
}

void isg_want_grad(struct isg_node *x)
{
    if (x)
        x->wants = true;
}

void isg_tape_gemm(struct isg_tape *t, size_t m, size_t n, size_t k, const isg_real *a, size_t rsa, size_t csa,
    const isg_real *b, size_t rsb, size_t csb, isg_real *c, size_t ldc, bool accumulate)
{
    isg_real *const packed = isg_tape_reals(t, t->k->packed_size(k, n));
    if (!packed)
        return;
    t->k->pack(k, n, b, rsb, csb, packed);
    t->k->gemm(m, n, k, a, rsa, csa, NULL, packed, NULL, c, ldc, accumulate);
}

void isg_add_columns(const isg_real *x, size_t rows, size_t cols, isg_real *out)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            out[j] += x[i * cols + j];
}

struct isg_drop_key isg_drop_key(const struct isg_run *run, const char *name)
{
    const struct isg_rng r = isg_rng_stream(run->seed, name, run->step);
    return (struct isg_drop_key){
        {r.key[0], r.key[1]}, {(uint32_t)run->step, (uint32_t)(run->step >> 32)}, (uint32_t)run->shard};
}

void isg_drop_row(const struct isg_drop_key *k, uint32_t row, uint32_t out[2])
{
    const uint32_t counter[4] = {row, k->shard, k->step[0], k->step[1]};
    uint32_t block[4];
    isg_philox4x32(counter, k->key, block);
    out[0] = block[0];
    out[1] = block[1];
}
