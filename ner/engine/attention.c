/** @file ner/engine/attention.c  Attention inside each sequence: Xie's self-attention and scaled dot-product heads. */
#include "ner/engine/attention.h"
#include "ner/engine/elementwise.h"
#include "ner/engine/linear.h"
#include "ner/engine/private.h"

enum mask { MASK_NONE, MASK_PAPER, MASK_CODE, MASK_CLEAN };

struct attention {
    struct isg_op op;
    struct isg_node *q, *k, *v;
    struct isg_seqs seqs; /* a copy: the caller's struct may be gone when the tape goes back */
    uint32_t heads;
    isg_real scale;
    enum mask mask;
    isg_real **a; /* S x heads: weights n x n, rows sum to 1 (before MASK_PAPER's zeroes) */
};

/** A as it meets V: the paper's variant takes the diagonal out here. */
static void masked(const struct attention *m, const isg_real *a, size_t n, isg_real *out)
{
    memcpy(out, a, n * n * sizeof *out);
    for (size_t i = 0; m->mask == MASK_PAPER && i < n; i++)
        out[i * n + i] = 0;
}

/* out = A' V: dA' = dout V^T, dV = A'^T dout; dA = dA' off the mask; dS = A (dA - row sum of A dA);
 * S = scale Q K^T: dQ = scale dS K, dK = scale dS^T Q. */
static void attention_back(struct isg_tape *t, struct isg_op *op)
{
    const struct attention *const m = (const struct attention *)op;
    const size_t dk = m->q->cols, dv = m->v->cols, wk = dk / m->heads, wv = dv / m->heads;
    isg_real *const dq = m->q->wants ? isg_dx_zero(t, m->q) : NULL;
    isg_real *const dkey = m->k->wants ? isg_dx_zero(t, m->k) : NULL;
    isg_real *const dval = m->v->wants ? isg_dx_zero(t, m->v) : NULL;
    for (uint32_t s = 0; s < m->seqs.n; s++) {
        const size_t first = m->seqs.offset[s], n = isg_seqs_len(&m->seqs, s);
        isg_real *const da = isg_tape_reals(t, n * n), *const am = isg_tape_reals(t, n * n);
        if (!da || !am)
            return;
        for (uint32_t h = 0; h < m->heads && n > 0; h++) {
            const isg_real *const a = m->a[(size_t)s * m->heads + h];
            const isg_real *const dy = op->y.dx + first * dv + h * wv;
            const size_t at = first * dk + h * wk;
            masked(m, a, n, am);
            if (dval)
                isg_tape_gemm(t, n, wv, n, am, 1, n, dy, dv, 1, dval + first * dv + h * wv, dv, true);
            if (!dq && !dkey)
                continue;
            isg_tape_gemm(t, n, n, wv, dy, dv, 1, m->v->x + first * dv + h * wv, 1, dv, da, n, false);
            for (size_t i = 0; i < n; i++) {
                isg_real sum = 0;
                if (m->mask == MASK_PAPER)
                    da[i * n + i] = 0;
                for (size_t j = 0; j < n; j++)
                    sum += a[i * n + j] * da[i * n + j];
                for (size_t j = 0; j < n; j++)
                    da[i * n + j] = m->scale * a[i * n + j] * (da[i * n + j] - sum);
                if (m->mask == MASK_CODE)
                    da[i * n + i] = 0; /* that logit is the constant 0 */
            }
            if (dq)
                isg_tape_gemm(t, n, wk, n, da, n, 1, m->k->x + at, dk, 1, dq + at, dk, true);
            if (dkey)
                isg_tape_gemm(t, n, wk, n, da, 1, n, m->q->x + at, dk, 1, dkey + at, dk, true);
        }
    }
}

static struct isg_node *attend(struct isg_tape *t, struct isg_node *q, struct isg_node *k, struct isg_node *v,
    const struct isg_seqs *seqs, uint32_t heads, isg_real scale, enum mask mask)
{
    if (!q || !k || !v)
        return NULL;
    if (isg_seqs_rows(seqs) != q->rows || k->rows != q->rows || v->rows != q->rows || k->cols != q->cols ||
        heads == 0 || q->cols % heads || v->cols % heads)
        return isg_tape_fail(t, ISG_EUSAGE, "attention of %u heads over %u columns, %u rows in sequences of %u", heads,
            q->cols, q->rows, isg_seqs_rows(seqs));
    struct attention *const m = isg_op_new(
        t, sizeof *m, q->rows, v->cols, q->wants || k->wants || v->wants, attention_back);
    isg_real **const weights = isg_tape_alloc(t, (size_t)seqs->n * heads, sizeof *weights);
    if (!m || !weights)
        return NULL;
    m->q = q;
    m->k = k;
    m->v = v;
    m->seqs = *seqs;
    m->heads = heads;
    m->scale = scale;
    m->mask = mask;
    m->a = weights;
    const size_t dk = q->cols, dv = v->cols, wk = dk / heads, wv = dv / heads;
    for (uint32_t s = 0; s < seqs->n; s++) {
        const size_t first = seqs->offset[s], n = isg_seqs_len(seqs, s);
        isg_real *const am = isg_tape_reals(t, n * n);
        for (uint32_t h = 0; h < heads && am && n > 0; h++) {
            isg_real *const a = isg_tape_reals(t, n * n);
            if (!a)
                return NULL;
            weights[(size_t)s * heads + h] = a;
            const size_t at = first * dk + h * wk;
            isg_tape_gemm(t, n, n, wk, q->x + at, dk, 1, k->x + at, 1, dk, a, n, false);
            for (size_t i = 0; i < n; i++) {
                isg_real *const row = a + i * n;
                for (size_t j = 0; j < n; j++)
                    row[j] *= scale;
                if (mask == MASK_CODE)
                    row[i] = 0;
                else if (mask == MASK_CLEAN)
                    row[i] = ISG_NEG_INF;
                const isg_real sum = t->k->softmax_row(n, row);
                for (size_t j = 0; sum > 0 && j < n; j++)
                    row[j] /= sum;
            }
            masked(m, a, n, am);
            isg_tape_gemm(
                t, n, wv, n, am, n, 1, v->x + first * dv + h * wv, dv, 1, m->op.y.x + first * dv + h * wv, dv, false);
        }
    }
    return t->err.status == ISG_OK ? &m->op.y : NULL;
}

struct isg_node *isg_self_attention(struct isg_tape *t, struct isg_node *h, const struct isg_seqs *seqs,
    const struct isg_param *w, const struct isg_param *b, enum isg_mask_self mask)
{
    struct isg_node *const q = isg_tanh(t, isg_linear(t, h, w, b));
    return attend(t, q, q, h, seqs, 1, 1,
        mask == ISG_SELF_PAPER  ? MASK_PAPER
        : mask == ISG_SELF_CODE ? MASK_CODE
                                : MASK_CLEAN);
}

struct isg_node *isg_attention(struct isg_tape *t, struct isg_node *q, struct isg_node *k, struct isg_node *v,
    const struct isg_seqs *seqs, uint32_t heads, isg_real scale)
{
    if (q && heads && scale == 0)
        scale = 1 / ISG_SQRT((isg_real)q->cols / (isg_real)heads);
    return attend(t, q, k, v, seqs, heads, scale, MASK_NONE);
}
