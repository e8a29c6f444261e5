/** @file ner/engine/crf_lattice.c  Forward-backward in log space. */
#include "ner/engine/crf_lattice.h"
#include <string.h>

size_t isg_crf_tables_size(const struct isg_kernels *k, uint32_t n_tags)
{
    const size_t ld = (n_tags + k->vw - 1) / k->vw * k->vw;
    return 4 * n_tags * ld + 2 * ld;
}

static isg_real scaled(isg_real x, isg_real scale, const uint8_t *legal, size_t i)
{
    return legal && !legal[i] ? ISG_NEG_INF : x * scale;
}

void isg_crf_tables_init(struct isg_crf_tables *c, const struct isg_kernels *k, const struct isg_crf *crf,
    isg_real temperature, isg_real *memory)
{
    const uint32_t n = crf->n_tags, ld = (n + k->vw - 1) / k->vw * k->vw;
    const size_t square = (size_t)n * ld;
    *c = (struct isg_crf_tables){.k = k,
        .n_tags = n,
        .ld = ld,
        .scale = temperature > 0 ? 1 / temperature : 1,
        .trans = memory,
        .transposed = memory + square,
        .step = memory + 2 * square,
        .step_transposed = memory + 3 * square,
        .start = memory + 4 * square,
        .end = memory + 4 * square + ld};
    for (size_t i = 0; i < isg_crf_tables_size(k, n); i++)
        memory[i] = ISG_NEG_INF;
    for (size_t i = 0; i < n; i++) {
        c->start[i] = scaled(crf->start ? crf->start->value[i] : 0, c->scale, crf->legal.start, i);
        c->end[i] = scaled(crf->end ? crf->end->value[i] : 0, c->scale, crf->legal.end, i);
        for (size_t j = 0; j < n; j++) {
            const isg_real x = scaled(crf->trans->value[i * n + j], c->scale, crf->legal.trans, i * n + j);
            c->trans[i * ld + j] = c->transposed[j * ld + i] = x;
        }
    }
}

size_t isg_crf_sweep_size(const struct isg_crf_tables *c, uint32_t n)
{
    return (size_t)n * (3 * (size_t)c->ld + 2) + c->ld;
}

const isg_real *isg_crf_step(const struct isg_crf_sweep *s, uint32_t t, bool transposed)
{
    const struct isg_crf_tables *const c = s->c;
    if (!s->pair)
        return transposed ? c->transposed : c->trans;
    const size_t n = c->n_tags, ld = c->ld;
    const isg_real *const pair = s->pair + (size_t)t * n * n;
    isg_real *const out = transposed ? c->step_transposed : c->step;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            out[transposed ? j * ld + i : i * ld + j] = c->trans[i * ld + j] + c->scale * pair[i * n + j];
    return out;
}

static isg_real largest(const isg_real *x, uint32_t n)
{
    isg_real top = ISG_NEG_INF;
    for (uint32_t i = 0; i < n; i++)
        top = x[i] > top || isnan(x[i]) ? x[i] : top;
    return top;
}

/** Takes the maximum off and returns it; -inf where nothing is reachable. */
static isg_real level(isg_real *x, uint32_t n, uint32_t ld)
{
    const isg_real top = largest(x, n);
    for (uint32_t i = 0; i < ld && top != ISG_NEG_INF; i++)
        x[i] -= top;
    return top;
}

static isg_real log_sum(
    const struct isg_kernels *k, const isg_real *a, const isg_real *b, uint32_t n, isg_real *scratch)
{
    for (uint32_t i = 0; i < n; i++)
        scratch[i] = a[i] + b[i];
    const isg_real top = largest(scratch, n);
    return top == ISG_NEG_INF ? top : top + ISG_LOG(k->softmax_row(n, scratch));
}

bool isg_crf_sweep_run(struct isg_crf_sweep *s, const struct isg_crf_tables *c, uint32_t n, const isg_real *emit,
    const isg_real *pair, const uint8_t *allowed, const uint32_t *tags, isg_real *memory)
{
    const uint32_t n_tags = c->n_tags, ld = c->ld;
    const size_t block = (size_t)n * ld;
    *s = (struct isg_crf_sweep){.c = c,
        .n = n,
        .pair = pair,
        .emit = memory,
        .alpha = memory + block,
        .beta = memory + 2 * block,
        .shift = memory + 3 * block + ld,
        .node = memory + 3 * block + ld + n};
    isg_real *const scratch = memory + 3 * block;
    if (n == 0)
        return true;
    for (uint32_t t = 0; t < n; t++) {
        isg_real *const e = s->emit + (size_t)t * ld;
        for (uint32_t j = 0; j < ld; j++) {
            const size_t at = (size_t)t * n_tags + j;
            const bool may = j < n_tags && (!allowed || allowed[at]) && (!tags || tags[t] == ISG_NO_ID || tags[t] == j);
            e[j] = may ? c->scale * emit[at] : ISG_NEG_INF;
        }
    }
    double total = 0;
    for (uint32_t t = 0; t < n; t++) {
        isg_real *const a = s->alpha + (size_t)t * ld;
        const isg_real *const e = s->emit + (size_t)t * ld;
        if (t > 0)
            c->k->crf_step(n_tags, ld, a - ld, isg_crf_step(s, t, false), a);
        for (uint32_t j = 0; j < ld; j++)
            a[j] = (t > 0 ? a[j] : c->start[j]) + e[j];
        s->shift[t] = level(a, n_tags, ld);
        if (s->shift[t] == ISG_NEG_INF)
            return false;
        total += (double)s->shift[t];
    }
    for (uint32_t t = n; t-- > 0;) {
        isg_real *const b = s->beta + (size_t)t * ld;
        if (t == n - 1) {
            memcpy(b, c->end, ld * sizeof *b);
        } else {
            for (uint32_t j = 0; j < ld; j++)
                scratch[j] = s->emit[(size_t)(t + 1) * ld + j] + b[ld + j];
            c->k->crf_step(n_tags, ld, scratch, isg_crf_step(s, t + 1, true), b);
        }
        s->node[t] = log_sum(c->k, s->alpha + (size_t)t * ld, b, n_tags, scratch);
        if (t == n - 1)
            s->log_z = total + (double)s->node[t];
        const isg_real top = level(b, n_tags, ld);
        if (top == ISG_NEG_INF || s->node[t] == ISG_NEG_INF)
            return false;
        s->node[t] -= top;
    }
    return true;
}

void isg_crf_add_nodes(const struct isg_crf_sweep *s, uint32_t t, isg_real w, isg_real *out)
{
    const uint32_t n = s->c->n_tags;
    const isg_real *const a = s->alpha + (size_t)t * s->c->ld, *const b = s->beta + (size_t)t * s->c->ld;
    isg_real p[64];
    for (uint32_t i = 0; i < n; i += 64) {
        const uint32_t m = n - i < 64 ? n - i : 64;
        for (uint32_t j = 0; j < m; j++)
            p[j] = a[i + j] + b[i + j] - s->node[t];
        s->c->k->exp(m, p, p);
        for (uint32_t j = 0; j < m; j++)
            out[i + j] += w * p[j];
    }
}

/* The pair's scores are alpha[t-1] + trans + emit[t] + beta[t]; their log-sum is node[t] + shift[t], since
 * alpha[t] is the log-sum over i with shift[t] taken off. */
void isg_crf_add_pairs(const struct isg_crf_sweep *s, uint32_t t, isg_real w, isg_real *acc)
{
    const uint32_t ld = s->c->ld;
    const isg_real *const step = isg_crf_step(s, t, false);
    isg_real v[64 + 16], *e = s->emit + (size_t)t * ld;
    const isg_real *const b = s->beta + (size_t)t * ld;
    if (ld <= sizeof v / sizeof *v) {
        for (uint32_t j = 0; j < ld; j++)
            v[j] = e[j] + b[j];
        s->c->k->crf_pairs(
            s->c->n_tags, ld, s->alpha + (size_t)(t - 1) * ld, step, v, s->node[t] + s->shift[t], w, acc);
        return;
    }
    for (uint32_t j = 0; j < ld; j++) /* many tags: the sums go where the scores are, and back */
        e[j] += b[j];
    s->c->k->crf_pairs(s->c->n_tags, ld, s->alpha + (size_t)(t - 1) * ld, step, e, s->node[t] + s->shift[t], w, acc);
    for (uint32_t j = 0; j < ld; j++)
        if (b[j] != ISG_NEG_INF)
            e[j] -= b[j];
}
