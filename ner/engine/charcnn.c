/** @file ner/engine/charcnn.c  Convolution over the characters of words, and the maximum over positions.
 *
 * The words' rows are copied once with the zero rows of the padding between them; a window of `width` rows is
 * then width * D numbers in a row, so that the convolution of a word is one product whose left factor has
 * overlapping rows. The maximum lets one position a filter through, so the way back touches that position
 * alone. */
#include "ner/engine/charcnn.h"
#include "ner/engine/private.h"

struct cnn {
    struct isg_op op;
    struct isg_node *x;
    struct isg_seqs seqs; /* a copy: the caller's struct may be gone when the tape goes back */
    const struct isg_param *w, *b;
    uint32_t width;
    isg_real *padded; /* rows of seqs, each with width - 1 rows more */
    uint32_t *best;   /* S x F: window that won, a row of padded; ISG_NO_ID for an empty word */
};

static size_t padded_at(const struct isg_seqs *seqs, uint32_t s, uint32_t width)
{
    return seqs->offset[s] + (size_t)s * (width - 1);
}

static void cnn_back(struct isg_tape *t, struct isg_op *op)
{
    const struct cnn *const c = (const struct cnn *)op;
    const uint32_t filters = op->y.cols, d = c->x->cols;
    const size_t window = (size_t)c->width * d, rows = padded_at(&c->seqs, c->seqs.n, c->width);
    const bool wants_w = isg_param_wants(t, c->w);
    isg_real *const db = c->b && isg_param_wants(t, c->b) ? isg_dparam_zero(t, c->b) : NULL;
    isg_real *const dwt = wants_w ? isg_tape_zeros(t, filters * window) : NULL; /* dW^T, F x window */
    isg_real *const dp = c->x->wants ? isg_tape_zeros(t, rows * d) : NULL;
    const isg_real *const wt = dp ? isg_tape_pack(t, c->w, ISG_PACK_FLIP) : NULL;
    if ((wants_w && !dwt) || (c->x->wants && (!dp || !wt)))
        return;
    for (uint32_t s = 0; s < c->seqs.n; s++) {
        for (uint32_t f = 0; f < filters; f++) {
            const isg_real dy = op->y.dx[(size_t)s * filters + f];
            const uint32_t best = c->best[(size_t)s * filters + f];
            if (best == ISG_NO_ID || dy == 0)
                continue;
            if (db)
                db[f] += dy;
            if (dwt)
                t->k->axpy(window, dy, c->padded + (size_t)best * d, dwt + f * window);
            if (dp)
                t->k->axpy(window, dy, wt + f * window, dp + (size_t)best * d);
        }
    }
    if (dwt) {
        isg_real *const dw = isg_dparam_zero(t, c->w);
        if (!dw)
            return;
        for (size_t i = 0; i < window; i++)
            for (uint32_t f = 0; f < filters; f++)
                dw[i * filters + f] += dwt[f * window + i];
    }
    isg_real *const dx = dp ? isg_dx_zero(t, c->x) : NULL;
    for (uint32_t s = 0; dx && s < c->seqs.n; s++)
        t->k->axpy((size_t)isg_seqs_len(&c->seqs, s) * d, 1, dp + (padded_at(&c->seqs, s, c->width) + c->width / 2) * d,
            dx + (size_t)c->seqs.offset[s] * d);
}

struct isg_node *isg_char_cnn(struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs, uint32_t width,
    const struct isg_param *w, const struct isg_param *b)
{
    if (!x)
        return NULL;
    const uint32_t d = x->cols, filters = w->cols;
    if (width == 0 || (uint64_t)width * d != w->rows || (b && isg_param_size(b) != filters) ||
        isg_seqs_rows(seqs) != x->rows)
        return isg_tape_fail(t, ISG_EUSAGE, "convolution of width %u over %u columns with %s (%u x %u)", width, d,
            w->name, w->rows, w->cols);
    const bool wants = x->wants || isg_param_wants(t, w) || (b && isg_param_wants(t, b));
    struct cnn *const c = isg_op_new(t, sizeof *c, seqs->n, filters, wants, cnn_back);
    uint32_t longest = 0;
    for (uint32_t s = 0; s < seqs->n; s++)
        longest = isg_seqs_len(seqs, s) > longest ? isg_seqs_len(seqs, s) : longest;
    isg_real *const padded = isg_tape_reals(t, padded_at(seqs, seqs->n, width) * d);
    uint32_t *const best = isg_tape_alloc(t, (size_t)seqs->n * filters, sizeof *best);
    isg_real *const scores = isg_tape_reals(t, (size_t)longest * filters);
    const isg_real *const packed = isg_tape_pack(t, w, ISG_PACK_B);
    if (!c || !padded || !best || !scores || !packed)
        return NULL;
    c->x = x;
    c->seqs = *seqs;
    c->w = w;
    c->b = b;
    c->width = width;
    c->padded = padded;
    c->best = best;
    for (uint32_t s = 0; s < seqs->n; s++) {
        const size_t at = padded_at(seqs, s, width), n = isg_seqs_len(seqs, s), left = width / 2;
        isg_real *const in = padded + at * d, *const y = c->op.y.x + (size_t)s * filters;
        uint32_t *const arg = best + (size_t)s * filters;
        memset(in, 0, left * d * sizeof *in);
        memcpy(in + left * d, x->x + (size_t)seqs->offset[s] * d, n * d * sizeof *in);
        memset(in + (left + n) * d, 0, (width - 1 - left) * d * sizeof *in);
        if (n == 0) {
            for (uint32_t f = 0; f < filters; f++) {
                y[f] = 0;
                arg[f] = ISG_NO_ID;
            }
            continue;
        }
        t->k->gemm(n, filters, (size_t)width * d, in, d, 1, NULL, packed, b ? b->value : NULL, scores, filters, false);
        t->k->max_rows(n, filters, scores, (uint32_t)at, y, arg);
    }
    return &c->op.y;
}
