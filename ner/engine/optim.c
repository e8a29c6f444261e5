/** @file ner/engine/optim.c  Optimiser steps.
 *
 * The table is cut into blocks of a fixed number of numbers (or of touched rows of a sparse parameter); a
 * first loop over the blocks adds up the tapes' gradients and squares, the norm is summed over blocks in
 * order, a second loop updates. */
#include "ner/engine/optim.h"
#include "ner/engine/pack.h"
#include "ner/engine/private.h"

enum { BLOCK = 16384, ROWS = 64 };

struct isg_optim_opts isg_optim_defaults(void)
{
    return (struct isg_optim_opts){.kind = ISG_SGD,
        .lr = 0.015,
        .momentum = 0.9,
        .beta1 = 0.9,
        .beta2 = 0.999,
        .epsilon = 1e-8,
        .weight_decay = 0,
        .clip = 5,
        .average = 0};
}

double isg_schedule_rate(const struct isg_schedule_opts *s, double lr, double epoch, double epochs)
{
    const double done = epochs > 0 ? fmin(fmax(epoch / epochs, 0), 1) : 0;
    double rate = lr;
    switch (s->kind) {
    case ISG_LR_CONSTANT:
        break;
    case ISG_LR_INVERSE:
        rate = lr / (1 + s->decay * floor(epoch));
        break;
    case ISG_LR_EXP:
        rate = lr * pow(s->decay, epoch);
        break;
    case ISG_LR_COSINE:
        rate = lr * (1 + cos(3.14159265358979323846 * done)) / 2;
        break;
    case ISG_LR_LINEAR:
        rate = lr * (1 - done);
        break;
    }
    if (s->warmup > 0 && done < s->warmup)
        return lr * done / s->warmup;
    return fmax(rate, s->minimum);
}

/** Work of one block: `rows` numbers of a dense parameter from `first` on, or touched rows of a sparse one. */
struct block {
    struct isg_param *p;
    size_t first, n;
    double squares;
};
/** The rows of a sparse parameter that have a gradient, in order of their first appearance. */
struct sparse {
    size_t n_rows;
    ISG_ARRAY(uint32_t) row;             /* n_rows */
    ISG_ARRAY(size_t) starts;            /* n_rows + 1: row i's gradients are entries starts[i] .. starts[i + 1] - 1 */
    ISG_ARRAY(const isg_real *) entries; /* by tape and place in it within a row */
    ISG_ARRAY(isg_real) sum;             /* n_rows * cols */
    uint32_t *place;                     /* a row of the parameter: index into `row` + 1 while collecting, else 0 */
};
struct isg_optim {
    struct isg_params *params;
    struct isg_optim_opts opts;
    uint64_t steps;
    ISG_ARRAY(struct block) blocks;
    struct sparse *sparse; /* by parameter */
    /* of the step that runs */
    const struct isg_kernels *k;
    struct isg_tape *const *tapes;
    uint32_t n_tapes;
    isg_real lr, scale;
    ISG_ARRAY(const isg_real *) sources; /* parameter * tapes + tape */
    uint32_t *n_sources;
};

enum isg_status isg_optim_new(
    struct isg_optim **out, struct isg_params *params, const struct isg_optim_opts *opts, struct isg_error *err)
{
    *out = NULL;
    if (!(opts->lr > 0) || !(opts->momentum >= 0 && opts->momentum < 1) || !(opts->beta1 >= 0 && opts->beta1 < 1) ||
        !(opts->beta2 >= 0 && opts->beta2 < 1) || !(opts->clip >= 0) || !(opts->average >= 0 && opts->average <= 1) ||
        !(opts->weight_decay >= 0))
        return isg_error_set(err, ISG_EUSAGE, NULL, 0,
            "optimiser settings out of range (lr %g, momentum %g, beta1 %g, beta2 %g, clip %g, average %g)", opts->lr,
            opts->momentum, opts->beta1, opts->beta2, opts->clip, opts->average);
    struct isg_optim *const o = isg_calloc(1, sizeof *o);
    if (o) {
        o->sparse = isg_calloc(isg_params_count(params), sizeof *o->sparse);
        o->n_sources = isg_calloc(isg_params_count(params), sizeof *o->n_sources);
    }
    if (!o || !o->sparse || !o->n_sources) {
        if (o) {
            isg_free(o->sparse);
            isg_free(o->n_sources);
        }
        isg_free(o);
        return isg_error_nomem(err, "an optimiser");
    }
    o->params = params;
    o->opts = *opts;
    *out = o;
    return ISG_OK;
}

void isg_optim_free(struct isg_optim *o)
{
    if (!o)
        return;
    for (uint32_t i = 0; i < isg_params_count(o->params); i++) {
        isg_free(o->sparse[i].row.v);
        isg_free((void *)o->sparse[i].entries.v);
        isg_free(o->sparse[i].place);
        isg_free(o->sparse[i].starts.v);
        isg_free(o->sparse[i].sum.v);
    }
    isg_free(o->sparse);
    isg_free(o->blocks.v);
    isg_free((void *)o->sources.v);
    isg_free(o->n_sources);
    isg_free(o);
}

uint64_t isg_optim_steps(const struct isg_optim *o)
{
    return o->steps;
}

void isg_optim_set_steps(struct isg_optim *o, uint64_t steps)
{
    o->steps = steps;
}

void isg_optim_restart(struct isg_optim *o)
{
    o->steps = 0;
    for (uint32_t i = 0; i < isg_params_count(o->params); i++) {
        struct isg_param *const p = isg_params_at(o->params, i);
        for (int s = 0; s < 2; s++)
            if (p->state[s])
                memset(p->state[s], 0, isg_param_size(p) * sizeof(isg_real));
        isg_free(p->average);
        p->average = NULL;
    }
}

static enum isg_status want(isg_real **x, size_t n, struct isg_error *err)
{
    if (!*x)
        *x = isg_calloc(n, sizeof **x);
    return *x ? ISG_OK : isg_error_nomem(err, "an optimiser's state");
}

/** Gathers the rows of a sparse parameter that any tape has a gradient for: a counting sort by first
 * appearance. */
static enum isg_status collect_rows(struct isg_optim *o, const struct isg_param *p, struct isg_error *err)
{
    struct sparse *const s = &o->sparse[p->index];
    size_t n = 0;
    s->n_rows = 0;
    for (uint32_t i = 0; i < o->n_tapes; i++)
        n += o->tapes[i]->grads[p->index].rows.n;
    if (n == 0)
        return ISG_OK;
    if (!s->place)
        s->place = isg_calloc(p->rows, sizeof *s->place);
    if (!s->place || !ISG_RESERVE(s->row, n) || !ISG_RESERVE(s->starts, n + 2) || !ISG_RESERVE(s->entries, n))
        return isg_error_nomem(err, "the gradient of an embedding table");
    memset(s->starts.v, 0, (n + 2) * sizeof *s->starts.v);
    for (uint32_t i = 0; i < o->n_tapes; i++) {
        const struct isg_param_grad *const g = &o->tapes[i]->grads[p->index];
        for (size_t r = 0; r < g->rows.n; r++) {
            const uint32_t row = g->rows.v[r].row;
            if (!s->place[row]) {
                s->row.v[s->n_rows++] = row;
                s->place[row] = (uint32_t)s->n_rows;
            }
            s->starts.v[s->place[row] + 1]++;
        }
    }
    for (size_t i = 2; i <= s->n_rows + 1; i++) /* starts[k + 1]: where the next entry of row k goes */
        s->starts.v[i] += s->starts.v[i - 1];
    for (uint32_t i = 0; i < o->n_tapes; i++) {
        const struct isg_param_grad *const g = &o->tapes[i]->grads[p->index];
        for (size_t r = 0; r < g->rows.n; r++)
            s->entries.v[s->starts.v[s->place[g->rows.v[r].row]]++] = g->rows.v[r].g;
    }
    for (size_t i = 0; i < s->n_rows; i++)
        s->place[s->row.v[i]] = 0;
    return ISG_RESERVE(s->sum, s->n_rows * p->cols) ? ISG_OK
                                                    : isg_error_nomem(err, "the gradient of an embedding table");
}

static enum isg_status add_block(
    struct isg_optim *o, struct isg_param *p, size_t first, size_t n, struct isg_error *err)
{
    return ISG_PUSH(o->blocks, (struct block){p, first, n, 0}) ? ISG_OK : isg_error_nomem(err, "an optimiser");
}

static enum isg_status plan(struct isg_optim *o, struct isg_error *err)
{
    const uint32_t n_params = isg_params_count(o->params);
    o->blocks.n = 0;
    if (!ISG_RESERVE(o->sources, (size_t)n_params * o->n_tapes))
        return isg_error_nomem(err, "an optimiser");
    for (uint32_t i = 0; i < n_params; i++) {
        struct isg_param *const p = isg_params_at(o->params, i);
        if (p->frozen)
            continue;
        size_t n = 0, step = BLOCK;
        if (p->sparse) {
            ISG_TRY(collect_rows(o, p, err));
            n = o->sparse[i].n_rows;
            step = ROWS;
        } else {
            uint32_t *const k = &o->n_sources[i];
            *k = 0;
            for (uint32_t t = 0; t < o->n_tapes; t++)
                if (o->tapes[t]->grads[i].touched)
                    o->sources.v[(size_t)i * o->n_tapes + (*k)++] = o->tapes[t]->grads[i].g;
            n = *k ? isg_param_size(p) : 0;
        }
        if (n == 0)
            continue;
        const size_t size = isg_param_size(p);
        if (o->opts.kind != ISG_SGD || o->opts.momentum > 0)
            ISG_TRY(want(&p->state[0], size, err));
        if (o->opts.kind != ISG_SGD)
            ISG_TRY(want(&p->state[1], size, err));
        for (size_t first = 0; first < n; first += step)
            ISG_TRY(add_block(o, p, first, n - first < step ? n - first : step, err));
    }
    return ISG_OK;
}

static void gather_block(void *cookie, size_t index, unsigned worker)
{
    (void)worker;
    struct isg_optim *const o = cookie;
    struct block *const b = &o->blocks.v[index];
    const struct isg_param *const p = b->p;
    if (!p->sparse) {
        const isg_real *const *const all = o->sources.v + (size_t)p->index * o->n_tapes;
        const isg_real *src[64];
        const uint32_t n = o->n_sources[p->index];
        isg_real *const g = o->tapes[0]->grads[p->index].g;  /* see isg_optim_step: tape 0 always has a buffer */
        for (uint32_t at = 0; at < n || at == 0; at += 63) { /* more than 64 tapes: in several goes, in order */
            uint32_t m = 0;
            if (at > 0)
                src[m++] = g + b->first;
            for (uint32_t i = at; i < n && i < at + 63; i++)
                src[m++] = all[i] + b->first;
            const bool final = at + 63 >= n;
            b->squares = o->k->gather(b->n, g + b->first, src, m, p->value + b->first, final ? p->l2 : 0,
                p->start ? p->start + b->first : NULL, final ? p->l2_start : 0);
        }
        return;
    }
    const struct sparse *const s = &o->sparse[p->index];
    const size_t cols = p->cols;
    b->squares = 0;
    for (size_t r = b->first; r < b->first + b->n; r++) {
        isg_real *const g = s->sum.v + r * cols;
        const size_t at = (size_t)s->row.v[r] * cols;
        memset(g, 0, cols * sizeof *g);
        for (size_t i = s->starts.v[r]; i < s->starts.v[r + 1]; i++)
            o->k->axpy(cols, 1, s->entries.v[i], g);
        const isg_real *const self = g;
        b->squares += o->k->gather(
            cols, g, &self, 1, p->value + at, p->l2, p->start ? p->start + at : NULL, p->l2_start);
    }
}

static void update(const struct isg_optim *o, const struct isg_param *p, size_t at, size_t n, isg_real *g)
{
    const double steps = (double)o->steps;
    struct isg_update u = {.n = n,
        .w = p->value + at,
        .g = g,
        .m = p->state[0] ? p->state[0] + at : NULL,
        .v = p->state[1] ? p->state[1] + at : NULL,
        .lr = o->lr * p->lr_scale,
        .scale = o->scale};
    if (o->opts.kind == ISG_SGD) {
        u.beta1 = (isg_real)o->opts.momentum;
        if (o->opts.momentum == 0)
            u.m = NULL;
        o->k->sgd(&u);
        return;
    }
    u.beta1 = (isg_real)o->opts.beta1;
    u.beta2 = (isg_real)o->opts.beta2;
    u.epsilon = (isg_real)o->opts.epsilon;
    u.correct1 = (isg_real)(1 / (1 - pow(o->opts.beta1, steps)));
    u.correct2 = (isg_real)(1 / (1 - pow(o->opts.beta2, steps)));
    u.decay = o->opts.kind == ISG_ADAMW ? (isg_real)o->opts.weight_decay : 0;
    o->k->adam(&u);
}

static void update_block(void *cookie, size_t index, unsigned worker)
{
    (void)worker;
    struct isg_optim *const o = cookie;
    const struct block *const b = &o->blocks.v[index];
    const struct isg_param *const p = b->p;
    if (!p->sparse) {
        update(o, p, b->first, b->n, o->tapes[0]->grads[p->index].g + b->first);
        return;
    }
    const struct sparse *const s = &o->sparse[p->index];
    for (size_t r = b->first; r < b->first + b->n; r++)
        update(o, p, (size_t)s->row.v[r] * p->cols, p->cols, s->sum.v + r * p->cols);
}

/** Running averages cover every number of every parameter that is not frozen, whether it moved or not. */
static enum isg_status average(struct isg_optim *o, struct isg_error *err)
{
    const isg_real keep = o->opts.average < 1 ? (isg_real)o->opts.average : 1 - 1 / (isg_real)o->steps;
    for (uint32_t i = 0; i < isg_params_count(o->params); i++) {
        struct isg_param *const p = isg_params_at(o->params, i);
        const size_t n = isg_param_size(p);
        if (p->frozen)
            continue;
        if (!p->average) {
            ISG_TRY(want(&p->average, n, err));
            memcpy(p->average, p->value, n * sizeof *p->average);
            continue;
        }
        for (size_t j = 0; j < n; j++)
            p->average[j] = keep * p->average[j] + (1 - keep) * p->value[j];
    }
    return ISG_OK;
}

enum isg_status isg_optim_step(struct isg_optim *o, struct isg_tape *const *tapes, uint32_t n_tapes, double lr,
    struct isg_pool *pool, struct isg_optim_report *report, struct isg_error *err)
{
    if (n_tapes == 0 || !(lr >= 0))
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "a step of rate %g from %u tapes", lr, n_tapes);
    o->tapes = tapes;
    o->n_tapes = n_tapes;
    o->k = tapes[0]->k;
    ISG_TRY(plan(o, err));
    for (size_t i = 0; i < o->blocks.n; i++) { /* sums go to tape 0's buffer, which it may not have used */
        const struct isg_param *const p = o->blocks.v[i].p;
        bool fresh;
        if (!p->sparse && !tapes[0]->grads[p->index].touched && !isg_dparam(tapes[0], p, &fresh))
            return isg_tape_status(tapes[0], err);
    }
    isg_pool_run(pool, o->blocks.n, gather_block, o);
    double squares = 0;
    for (size_t i = 0; i < o->blocks.n; i++) {
        squares += o->blocks.v[i].squares;
        if (!isfinite(o->blocks.v[i].squares))
            return isg_error_set(err, ISG_ENUMERIC, NULL, 0, "the gradient of %s holds NaN or infinity at step %llu",
                o->blocks.v[i].p->name, (unsigned long long)o->steps + 1);
    }
    const double norm = sqrt(squares);
    const bool clipped = o->opts.clip > 0 && norm > o->opts.clip;
    o->scale = clipped ? (isg_real)(o->opts.clip / norm) : 1;
    o->lr = (isg_real)lr;
    o->steps++;
    isg_pool_run(pool, o->blocks.n, update_block, o);
    for (size_t i = 0; i < o->blocks.n; i++)
        if (o->blocks.v[i].first == 0)
            isg_param_changed(o->blocks.v[i].p);
    if (report)
        *report = (struct isg_optim_report){norm, clipped};
    if (o->opts.average > 0)
        ISG_TRY(average(o, err));
    return isg_params_pack(o->params, true, pool, err);
}
