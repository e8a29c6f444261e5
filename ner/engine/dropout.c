/** @file ner/engine/dropout.c  Dropout of numbers, of columns by sequence, and of rows.
 *
 * Masks are not stored: a row's mask is a function of two key words (one Philox block of seed, layer, step,
 * shard and row) and is computed again on the way back. */
#include "ner/engine/dropout.h"
#include "ner/engine/private.h"

struct dropout {
    struct isg_op op;
    struct isg_node *x;
    const uint32_t *row_key; /* rows of the mask by row of x; NULL = the row itself */
    struct isg_drop_key key;
    uint32_t limit;
    isg_real scale;
};

static void apply(
    const struct isg_tape *t, const struct dropout *d, const isg_real *from, isg_real *to, bool accumulate)
{
    const size_t cols = d->op.y.cols;
    for (uint32_t r = 0; r < d->op.y.rows; r++) {
        uint32_t key[2];
        isg_drop_row(&d->key, d->row_key ? d->row_key[r] : r, key);
        t->k->dropout(cols, key, d->limit, d->scale, from + r * cols, to + r * cols, accumulate);
    }
}

static void dropout_back(struct isg_tape *t, struct isg_op *op)
{
    const struct dropout *const d = (const struct dropout *)op;
    bool fresh;
    isg_real *const dx = isg_dx(t, d->x, &fresh);
    if (dx)
        apply(t, d, op->y.dx, dx, !fresh);
}

static struct isg_node *dropout_new(
    struct isg_tape *t, struct isg_node *x, isg_real rate, const char *name, const uint32_t *row_key)
{
    if (!x)
        return NULL;
    if (!(rate >= 0 && rate < 1))
        return isg_tape_fail(t, ISG_EUSAGE, "dropout rate %g; it must be at least 0 and below 1", (double)rate);
    if (!t->run.training || rate == 0)
        return x;
    struct dropout *const d = isg_op_new(t, sizeof *d, x->rows, x->cols, x->wants, dropout_back);
    if (!d)
        return NULL;
    d->x = x;
    d->row_key = row_key;
    d->key = isg_drop_key(&t->run, name);
    d->limit = (uint32_t)(rate * 65536 + ISG_R(0.5));
    d->scale = 1 / (1 - (isg_real)d->limit / 65536); /* of the rate as rounded, so that the mean is kept exactly */
    apply(t, d, x->x, d->op.y.x, false);
    return &d->op.y;
}

struct isg_node *isg_dropout(struct isg_tape *t, struct isg_node *x, isg_real rate, const char *name)
{
    return dropout_new(t, x, rate, name, NULL);
}

struct isg_node *isg_dropout_seq(
    struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs, isg_real rate, const char *name)
{
    if (!x)
        return NULL;
    if (isg_seqs_rows(seqs) != x->rows)
        return isg_tape_fail(t, ISG_EUSAGE, "%u rows in sequences of %u", x->rows, isg_seqs_rows(seqs));
    uint32_t *const row_key = isg_tape_alloc(t, x->rows, sizeof *row_key);
    if (!row_key)
        return NULL;
    for (uint32_t s = 0; s < seqs->n; s++)
        for (uint32_t r = seqs->offset[s]; r < seqs->offset[s + 1]; r++)
            row_key[r] = s;
    return dropout_new(t, x, rate, name, row_key);
}

struct row_scale {
    struct isg_op op;
    struct isg_node *x;
    isg_real *keep; /* T: 0 or 1 */
};

static void row_back(struct isg_tape *t, struct isg_op *op)
{
    const struct row_scale *const d = (const struct row_scale *)op;
    isg_real *const dx = isg_dx_zero(t, d->x);
    for (uint32_t r = 0; dx && r < op->y.rows; r++)
        t->k->axpy(op->y.cols, d->keep[r], op->y.dx + (size_t)r * op->y.cols, dx + (size_t)r * op->y.cols);
}

static bool dropped(const struct isg_drop_key *key, uint32_t row, isg_real rate)
{
    uint32_t block[2];
    isg_drop_row(key, row, block);
    return (double)block[0] < (double)rate * 4294967296.0;
}

struct isg_node *isg_dropout_row(struct isg_tape *t, struct isg_node *x, isg_real rate, const char *name)
{
    if (!x || !t->run.training || rate == 0)
        return x;
    struct row_scale *const d = isg_op_new(t, sizeof *d, x->rows, x->cols, x->wants, row_back);
    isg_real *const keep = isg_tape_reals(t, x->rows);
    if (!d || !keep)
        return NULL;
    d->x = x;
    d->keep = keep;
    const struct isg_drop_key key = isg_drop_key(&t->run, name);
    for (uint32_t r = 0; r < x->rows; r++) {
        keep[r] = dropped(&key, r, rate) ? 0 : 1;
        for (uint32_t j = 0; j < x->cols; j++)
            d->op.y.x[(size_t)r * x->cols + j] = keep[r] * x->x[(size_t)r * x->cols + j];
    }
    return &d->op.y;
}
