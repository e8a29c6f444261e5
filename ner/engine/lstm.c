/** @file ner/engine/lstm.c  LSTM over packed sequences, both directions.
 *
 * Forward: x Wx + b of all tokens is one product; then, step by step, the recurrent product, the gates and
 * the cell of all sequences still running are one kernel that keeps the sums in registers (kernels.inc).
 * Sequences are taken longest first, so that those running are always the first ones. Rows stay in the
 * caller's order throughout. Backward: step by step dz (by element) and dh = dz Wh^T; then dWx, dWh, dx and
 * db are one product each over all tokens.
 */
#include "ner/engine/lstm.h"
#include "ner/engine/private.h"

/** The rows of each time step: step u of a direction is rows[at[u]] .. rows[at[u + 1] - 1]. */
struct steps {
    uint32_t n, max;
    uint32_t *at;
    uint32_t *rows;
};
struct direction {
    const struct isg_lstm *l;
    bool reverse;
    struct steps steps;
    isg_real *z, *c, *tc;
    size_t column; /* of y */
};
struct lstm {
    struct isg_op op;
    struct isg_node *x;
    struct direction dir[2];
};

static bool steps_make(struct isg_tape *t, const struct isg_seqs *seqs, bool reverse, struct steps *out)
{
    uint32_t max = 0;
    for (uint32_t s = 0; s < seqs->n; s++)
        max = isg_seqs_len(seqs, s) > max ? isg_seqs_len(seqs, s) : max;
    *out = (struct steps){.n = seqs->n, .max = max};
    out->at = isg_tape_alloc(t, (size_t)max + 2, sizeof *out->at);
    out->rows = isg_tape_alloc(t, isg_seqs_rows(seqs), sizeof *out->rows);
    uint32_t *const order = isg_tape_alloc(t, seqs->n, sizeof *order);
    uint32_t *const first = isg_tape_alloc(t, (size_t)max + 2, sizeof *first);
    if (!out->at || !out->rows || !order || !first)
        return false;
    /* Counting sort by falling length, stable. first[k] = sequences longer than k. */
    memset(first, 0, ((size_t)max + 2) * sizeof *first);
    for (uint32_t s = 0; s < seqs->n; s++)
        if (isg_seqs_len(seqs, s) > 0)
            first[isg_seqs_len(seqs, s) - 1]++;
    for (uint32_t k = max; k-- > 0;)
        first[k] += first[k + 1];
    out->at[0] = 0;
    for (uint32_t u = 0; u < max; u++)
        out->at[u + 1] = out->at[u] + first[u];
    for (uint32_t s = 0; s < seqs->n; s++)
        order[first[isg_seqs_len(seqs, s)]++] = s;
    for (uint32_t u = 0; u < max; u++) {
        for (uint32_t r = out->at[u]; r < out->at[u + 1]; r++) {
            const uint32_t s = order[r - out->at[u]];
            out->rows[r] = reverse ? seqs->offset[s + 1] - 1 - u : seqs->offset[s] + u;
        }
    }
    return true;
}

static size_t padded(const struct isg_tape *t, size_t hidden)
{
    return (hidden + t->k->vw - 1) / t->k->vw * t->k->vw;
}

static bool forward(struct isg_tape *t, struct lstm *m, struct direction *d, const struct isg_seqs *seqs)
{
    const struct isg_node *const x = m->x;
    const size_t hidden = d->l->wh->rows, hp = padded(t, hidden), rows = x->rows;
    const isg_real *const wx = isg_tape_pack(t, d->l->wx, ISG_PACK_GATES),
                          *const wh = isg_tape_pack(t, d->l->wh, ISG_PACK_GATES),
                          *const b = isg_tape_pack(t, d->l->b, ISG_PACK_GATES);
    d->z = isg_tape_reals(t, rows * 4 * hp);
    d->c = isg_tape_reals(t, rows * hp);
    d->tc = isg_tape_reals(t, rows * hp);
    if (!wx || !wh || !b || !d->z || !d->c || !d->tc || !steps_make(t, seqs, d->reverse, &d->steps))
        return false;
    t->k->gemm(rows, 4 * hp, x->cols, x->x, x->cols, 1, NULL, wx, b, d->z, 4 * hp, false);
    const struct isg_lstm_fwd f = {.hidden = (uint32_t)hidden,
        .wh = wh,
        .z = d->z,
        .c = d->c,
        .tc = d->tc,
        .h = m->op.y.x + d->column,
        .ldh = m->op.y.cols,
        .prev = d->reverse ? 1 : -1};
    const struct steps *const s = &d->steps;
    for (uint32_t u = 0; u < s->max; u++)
        t->k->lstm_step(&f, s->rows + s->at[u], s->at[u + 1] - s->at[u], u == 0);
    return true;
}

/** dWx, dWh and db from dz, T x 4H. */
static bool weight_gradients(struct isg_tape *t, const struct lstm *m, const struct direction *d, const isg_real *dz)
{
    const struct isg_node *const x = m->x, *const y = &m->op.y;
    const size_t hidden = d->l->wh->rows, rows = x->rows, n4 = 4 * hidden;
    const struct steps *const s = &d->steps;
    const ptrdiff_t prev = d->reverse ? 1 : -1;
    isg_real *packed = NULL; /* dz as the right factor of both weights' gradients */
    if (isg_param_wants(t, d->l->wx) || isg_param_wants(t, d->l->wh)) {
        packed = isg_tape_reals(t, t->k->packed_size(rows, n4));
        if (!packed)
            return false;
        t->k->pack(rows, n4, dz, n4, 1, packed);
    }
    bool fresh;
    if (isg_param_wants(t, d->l->wx)) {
        isg_real *const g = isg_dparam(t, d->l->wx, &fresh);
        if (!g)
            return false;
        t->k->gemm(x->cols, n4, rows, x->x, 1, x->cols, NULL, packed, NULL, g, n4, !fresh);
    }
    if (isg_param_wants(t, d->l->wh)) {
        isg_real *const g = isg_dparam(t, d->l->wh, &fresh), *const before = isg_tape_reals(t, rows * hidden);
        if (!g || !before)
            return false;
        for (uint32_t i = 0; i < s->at[s->max ? 1 : 0]; i++) /* step 0 has nothing before it */
            memset(before + s->rows[i] * hidden, 0, hidden * sizeof *before);
        for (size_t i = s->at[s->max ? 1 : 0]; i < rows; i++) {
            const size_t row = s->rows[i];
            memcpy(before + row * hidden, y->x + (size_t)((ptrdiff_t)row + prev) * y->cols + d->column,
                hidden * sizeof *before);
        }
        t->k->gemm(hidden, n4, rows, before, 1, hidden, NULL, packed, NULL, g, n4, !fresh);
    }
    if (isg_param_wants(t, d->l->b)) {
        isg_real *const g = isg_dparam_zero(t, d->l->b);
        if (!g)
            return false;
        for (size_t i = 0; i < rows; i++)
            t->k->axpy(n4, 1, dz + i * n4, g);
    }
    return true;
}

static bool backward(struct isg_tape *t, struct lstm *m, struct direction *d)
{
    struct isg_node *const x = m->x, *const y = &m->op.y;
    const size_t hidden = d->l->wh->rows, hp = padded(t, hidden), rows = x->rows, n4 = 4 * hidden;
    const struct steps *const s = &d->steps;
    isg_real *const dz = isg_tape_reals(t, rows * n4), *const dh = isg_tape_zeros(t, s->n * hp),
                    *const dc = isg_tape_zeros(t, s->n * hp);
    const isg_real *const wht = isg_tape_pack(t, d->l->wh, ISG_PACK_T);
    if (!dz || !dh || !dc || !wht)
        return false;
    const struct isg_lstm_bwd b = {.hidden = (uint32_t)hidden,
        .z = d->z,
        .c = d->c,
        .tc = d->tc,
        .dy = y->dx + d->column,
        .lddy = y->cols,
        .dh = dh,
        .dc = dc,
        .dz = dz,
        .prev = d->reverse ? 1 : -1};
    for (uint32_t u = s->max; u-- > 0;) {
        const uint32_t *const r = s->rows + s->at[u];
        const uint32_t n = s->at[u + 1] - s->at[u];
        t->k->lstm_back(&b, r, n, u == 0);
        if (u > 0)
            t->k->gemm(n, hidden, n4, dz, n4, 1, r, wht, NULL, dh, hp, false);
    }
    if (!weight_gradients(t, m, d, dz))
        return false;
    if (x->wants) {
        bool fresh;
        isg_real *const dx = isg_dx(t, x, &fresh);
        const isg_real *const wxt = isg_tape_pack(t, d->l->wx, ISG_PACK_T);
        if (!dx || !wxt)
            return false;
        t->k->gemm(rows, x->cols, n4, dz, n4, 1, NULL, wxt, NULL, dx, x->cols, !fresh);
    }
    return true;
}

static void lstm_back(struct isg_tape *t, struct isg_op *op)
{
    struct lstm *const m = (struct lstm *)op;
    if (backward(t, m, &m->dir[0]))
        (void)backward(t, m, &m->dir[1]);
}

static bool wants_any(const struct isg_tape *t, const struct isg_lstm *l)
{
    return isg_param_wants(t, l->wx) || isg_param_wants(t, l->wh) || isg_param_wants(t, l->b);
}

struct isg_node *isg_bilstm(
    struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs, const struct isg_bilstm *l)
{
    if (!x)
        return NULL;
    if (isg_seqs_rows(seqs) != x->rows)
        return isg_tape_fail(t, ISG_EUSAGE, "%u rows in sequences of %u", x->rows, isg_seqs_rows(seqs));
    const struct isg_lstm *const dir[2] = {&l->fw, &l->bw};
    bool wants = x->wants;
    const uint32_t hidden = l->fw.wh->rows;
    for (uint32_t i = 0; i < 2; i++) {
        wants |= wants_any(t, dir[i]);
        if (dir[i]->wx->rows != x->cols || dir[i]->wh->rows != hidden || dir[i]->wx->cols != 4 * hidden ||
            dir[i]->wh->cols != 4 * hidden || dir[i]->b->cols != 4 * hidden)
            return isg_tape_fail(t, ISG_EUSAGE, "input of %u columns for %s (%u x %u)", x->cols, dir[i]->wx->name,
                dir[i]->wx->rows, dir[i]->wx->cols);
    }
    struct lstm *const m = isg_op_new(t, sizeof *m, x->rows, 2 * hidden, wants, lstm_back);
    struct isg_bilstm *const copy = isg_tape_alloc(t, 1, sizeof *copy); /* the caller's struct may be gone by then */
    if (!m || !copy)
        return NULL;
    *copy = *l;
    m->x = x;
    m->dir[0] = (struct direction){.l = &copy->fw};
    m->dir[1] = (struct direction){.l = &copy->bw, .reverse = true, .column = hidden};
    return forward(t, m, &m->dir[0], seqs) && forward(t, m, &m->dir[1], seqs) ? &m->op.y : NULL;
}

static enum isg_status add_direction(struct isg_params *p, struct isg_lstm *out, const char *prefix, const char *dir,
    uint32_t input, uint32_t hidden, struct isg_error *err)
{
    static const char *const part[3] = {"wx", "wh", "b"};
    const uint32_t rows[3] = {input, hidden, 1};
    const struct isg_param **const slot[3] = {&out->wx, &out->wh, &out->b};
    for (int i = 0; i < 3; i++) {
        char name[256];
        struct isg_param *x;
        snprintf(name, sizeof name, "%s.%s.%s", prefix, dir, part[i]);
        ISG_TRY(isg_params_add(p, &x, name, rows[i], 4 * hidden, false, err));
        *slot[i] = x;
    }
    return ISG_OK;
}

enum isg_status isg_bilstm_add(struct isg_params *p, struct isg_bilstm *out, const char *prefix, uint32_t input,
    uint32_t hidden, struct isg_error *err)
{
    if (hidden > UINT32_MAX / 4)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "an LSTM of %u hidden units", hidden);
    ISG_TRY(add_direction(p, &out->fw, prefix, "fw", input, hidden, err));
    return add_direction(p, &out->bw, prefix, "bw", input, hidden, err);
}

void isg_bilstm_init(struct isg_params *p, const struct isg_bilstm *l, isg_real forget_bias, uint64_t seed)
{
    const struct isg_lstm *const dir[2] = {&l->fw, &l->bw};
    for (int i = 0; i < 2; i++) {
        struct isg_param *const b = isg_params_at(p, dir[i]->b->index);
        const uint32_t hidden = b->cols / 4;
        isg_param_xavier(isg_params_at(p, dir[i]->wx->index), seed);
        isg_param_xavier(isg_params_at(p, dir[i]->wh->index), seed);
        isg_param_fill(b, 0);
        for (uint32_t j = 0; j < hidden; j++)
            b->value[hidden + j] = forget_bias;
        isg_param_changed(b);
    }
}
