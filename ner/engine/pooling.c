/** @file ner/engine/pooling.c  From the rows of a sequence to one row: final states, maximum, attention. */
#include "ner/engine/pooling.h"
#include "ner/engine/private.h"

struct pool {
    struct isg_op op;
    struct isg_node *x, *score;
    struct isg_seqs seqs; /* a copy: the caller's struct may be gone when the tape goes back */
    uint32_t *best;       /* max: S x D, row that won */
    isg_real *a;          /* attention: T weights */
};

static struct pool *pool_new(struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs,
    void (*back)(struct isg_tape *, struct isg_op *))
{
    if (!x)
        return NULL;
    if (isg_seqs_rows(seqs) != x->rows)
        return isg_tape_fail(t, ISG_EUSAGE, "%u rows in sequences of %u", x->rows, isg_seqs_rows(seqs));
    struct pool *const p = isg_op_new(t, sizeof *p, seqs->n, x->cols, x->wants, back);
    if (p) {
        p->x = x;
        p->seqs = *seqs;
        memset(p->op.y.x, 0, (size_t)seqs->n * x->cols * sizeof *x->x);
    }
    return p;
}

/* Forward half from the last row, backward half from the first. */
static void ends_copy(const struct isg_seqs *seqs, uint32_t cols, const isg_real *from, isg_real *to, bool back)
{
    const uint32_t half = cols / 2;
    for (uint32_t s = 0; s < seqs->n; s++) {
        if (isg_seqs_len(seqs, s) == 0)
            continue;
        for (uint32_t j = 0; j < cols; j++) {
            const size_t row = j < half ? seqs->offset[s + 1] - 1 : seqs->offset[s];
            const size_t wide = row * cols + j, narrow = (size_t)s * cols + j;
            if (back)
                to[wide] += from[narrow];
            else
                to[narrow] = from[wide];
        }
    }
}

static void ends_back(struct isg_tape *t, struct isg_op *op)
{
    const struct pool *const p = (const struct pool *)op;
    isg_real *const dx = isg_dx_zero(t, p->x);
    if (dx)
        ends_copy(&p->seqs, op->y.cols, op->y.dx, dx, true);
}

struct isg_node *isg_bilstm_ends(struct isg_tape *t, struct isg_node *h, const struct isg_seqs *seqs)
{
    struct pool *const p = pool_new(t, h, seqs, ends_back);
    if (!p)
        return NULL;
    ends_copy(seqs, h->cols, h->x, p->op.y.x, false);
    return &p->op.y;
}

static void max_back(struct isg_tape *t, struct isg_op *op)
{
    const struct pool *const p = (const struct pool *)op;
    const size_t cols = op->y.cols;
    isg_real *const dx = isg_dx_zero(t, p->x);
    for (uint32_t s = 0; dx && s < op->y.rows; s++)
        for (size_t j = 0; isg_seqs_len(&p->seqs, s) && j < cols; j++)
            dx[p->best[s * cols + j] * cols + j] += op->y.dx[s * cols + j];
}

struct isg_node *isg_pool_max(struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs)
{
    struct pool *const p = pool_new(t, x, seqs, max_back);
    if (!p)
        return NULL;
    const size_t cols = x->cols;
    p->best = isg_tape_alloc(t, seqs->n * cols, sizeof *p->best);
    if (!p->best)
        return NULL;
    for (uint32_t s = 0; s < seqs->n; s++) {
        for (uint32_t r = seqs->offset[s]; r < seqs->offset[s + 1]; r++) {
            for (size_t j = 0; j < cols; j++) {
                if (r == seqs->offset[s] || x->x[r * cols + j] > p->op.y.x[s * cols + j]) {
                    p->op.y.x[s * cols + j] = x->x[r * cols + j];
                    p->best[s * cols + j] = r;
                }
            }
        }
    }
    return &p->op.y;
}

/* da_t = dy . x_t;  dscore_t = a_t (da_t - sum_u a_u da_u);  dx_t += a_t dy */
static void attention_back(struct isg_tape *t, struct isg_op *op)
{
    const struct pool *const p = (const struct pool *)op;
    const size_t cols = op->y.cols;
    isg_real *const dx = p->x->wants ? isg_dx_zero(t, p->x) : NULL;
    isg_real *const ds = p->score->wants ? isg_dx_zero(t, p->score) : NULL;
    isg_real *const da = isg_tape_reals(t, p->x->rows);
    if (!da)
        return;
    for (uint32_t s = 0; s < op->y.rows; s++) {
        isg_real sum = 0;
        for (size_t r = p->seqs.offset[s]; r < p->seqs.offset[s + 1]; r++) {
            da[r] = t->k->dot(cols, op->y.dx + s * cols, p->x->x + r * cols);
            sum += p->a[r] * da[r];
            if (dx)
                t->k->axpy(cols, p->a[r], op->y.dx + s * cols, dx + r * cols);
        }
        for (size_t r = p->seqs.offset[s]; ds && r < p->seqs.offset[s + 1]; r++)
            ds[r] += p->a[r] * (da[r] - sum);
    }
}

struct isg_node *isg_pool_attention(
    struct isg_tape *t, struct isg_node *x, struct isg_node *score, const struct isg_seqs *seqs)
{
    if (!x || !score)
        return NULL;
    if (score->rows != x->rows || score->cols != 1)
        return isg_tape_fail(t, ISG_EUSAGE, "%u x %u attention scores for %u rows", score->rows, score->cols, x->rows);
    struct pool *const p = pool_new(t, x, seqs, attention_back);
    if (!p)
        return NULL;
    p->op.y.wants |= score->wants;
    p->score = score;
    p->a = isg_tape_reals(t, x->rows);
    if (!p->a)
        return NULL;
    memcpy(p->a, score->x, x->rows * sizeof *p->a);
    for (uint32_t s = 0; s < seqs->n; s++) {
        const uint32_t n = isg_seqs_len(seqs, s);
        if (n == 0)
            continue;
        isg_real *const a = p->a + seqs->offset[s];
        const isg_real sum = t->k->softmax_row(n, a);
        for (uint32_t i = 0; i < n; i++) {
            a[i] /= sum;
            t->k->axpy(x->cols, a[i], x->x + ((size_t)seqs->offset[s] + i) * x->cols, p->op.y.x + (size_t)s * x->cols);
        }
    }
    return &p->op.y;
}
