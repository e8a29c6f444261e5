/** @file ner/engine/crf.c  The CRF's loss. Its gradient (expected less observed counts) is computed with its value. */
#include "ner/engine/crf.h"
#include "ner/engine/crf_lattice.h"
#include "ner/engine/private.h"

enum isg_status isg_crf_add(
    struct isg_params *p, struct isg_crf *out, const char *prefix, uint32_t n_tags, struct isg_error *err)
{
    static const char *const part[3] = {"trans", "start", "end"};
    struct isg_param *x[3];
    for (int i = 0; i < 3; i++) {
        char name[256];
        snprintf(name, sizeof name, "%s.%s", prefix, part[i]);
        ISG_TRY(isg_params_add(p, &x[i], name, i == 0 ? n_tags : 1, n_tags, false, err));
    }
    *out = (struct isg_crf){.n_tags = n_tags, .trans = x[0], .start = x[1], .end = x[2]};
    return ISG_OK;
}

struct crf_loss {
    struct isg_op op;
    struct isg_node *emit, *pair;
    const struct isg_param *trans, *start, *end;
    isg_real *d_emit, *d_pair;           /* d loss / d input; NULL where not wanted */
    isg_real *d_trans, *d_start, *d_end; /* L x L, L, L */
};

static void add_to(struct isg_tape *t, isg_real scale, const isg_real *g, size_t n, isg_real *out)
{
    if (out)
        t->k->axpy(n, scale, g, out);
}

static void crf_back(struct isg_tape *t, struct isg_op *op)
{
    const struct crf_loss *const l = (const struct crf_loss *)op;
    const isg_real dy = op->y.dx[0];
    const size_t n = l->trans->rows;
    if (l->d_emit)
        add_to(t, dy, l->d_emit, (size_t)l->emit->rows * n, isg_dx_zero(t, l->emit));
    if (l->d_pair)
        add_to(t, dy, l->d_pair, (size_t)l->pair->rows * n * n, isg_dx_zero(t, l->pair));
    if (isg_param_wants(t, l->trans))
        add_to(t, dy, l->d_trans, n * n, isg_dparam_zero(t, l->trans));
    if (l->start && isg_param_wants(t, l->start))
        add_to(t, dy, l->d_start, n, isg_dparam_zero(t, l->start));
    if (l->end && isg_param_wants(t, l->end))
        add_to(t, dy, l->d_end, n, isg_dparam_zero(t, l->end));
}

/** Adds w * the expected counts of a sweep. pairs: L x ld, gathers the transitions of all sentences. */
static void add_expected(struct crf_loss *l, const struct isg_crf_sweep *s, isg_real w, size_t first, isg_real *pairs)
{
    const size_t n = s->c->n_tags, ld = s->c->ld;
    for (uint32_t t = 0; l->d_emit && t < s->n; t++)
        isg_crf_add_nodes(s, t, w, l->d_emit + (first + t) * n);
    if (!pairs)
        return;
    isg_crf_add_nodes(s, 0, w, l->d_start);
    isg_crf_add_nodes(s, s->n - 1, w, l->d_end);
    for (uint32_t t = 1; t < s->n; t++) {
        if (!l->d_pair) {
            isg_crf_add_pairs(s, t, w, pairs);
            continue;
        }
        /* This token's own transitions are wanted too: gather them apart, in scratch at the end of `pairs`. */
        isg_real *const own = pairs + n * ld;
        memset(own, 0, n * ld * sizeof *own);
        isg_crf_add_pairs(s, t, w, own);
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                pairs[i * ld + j] += own[i * ld + j];
                l->d_pair[(first + t) * n * n + i * n + j] += own[i * ld + j];
            }
        }
    }
}

/** Score of a fully known path, its counts taken off with weight w. -inf where it is not legal. */
static double add_path(struct crf_loss *l, const struct isg_crf_tables *c, const isg_real *emit, const isg_real *pair,
    const uint32_t *tags, uint32_t n, isg_real w, size_t first, bool counts)
{
    const size_t n_tags = c->n_tags;
    double score = (double)c->start[tags[0]] + (double)c->end[tags[n - 1]];
    for (uint32_t t = 0; t < n; t++) {
        const size_t j = tags[t];
        score += (double)emit[t * n_tags + j];
        if (l->d_emit)
            l->d_emit[(first + t) * n_tags + j] -= w;
        if (t == 0)
            continue;
        const size_t i = tags[t - 1];
        score += (double)c->trans[i * c->ld + j];
        if (pair)
            score += (double)pair[t * n_tags * n_tags + i * n_tags + j];
        if (counts)
            l->d_trans[i * n_tags + j] -= w;
        if (l->d_pair)
            l->d_pair[(first + t) * n_tags * n_tags + i * n_tags + j] -= w;
    }
    if (counts) {
        l->d_start[tags[0]] -= w;
        l->d_end[tags[n - 1]] -= w;
    }
    return score;
}

/** What the sentences of a loss share. */
struct crf_run {
    struct isg_crf_tables tables;
    const struct isg_crf_target *target;
    isg_real *sweep_memory;
    isg_real *pairs; /* L x ld (and scratch) for expected transitions; NULL = not wanted */
};

/** Adds the loss of sentence s, rows first .. first + len - 1, and its gradient. False: an error is kept in the tape. */
static bool add_sentence(
    struct isg_tape *t, struct crf_loss *l, struct crf_run *r, uint32_t s, size_t first, uint32_t len, double *loss)
{
    const size_t n = r->tables.n_tags;
    const isg_real w = r->target->weights ? r->target->weights[s] : 1;
    if (len == 0 || w == 0)
        return true;
    const isg_real *const e = l->emit->x + first * n, *const pr = l->pair ? l->pair->x + first * n * n : NULL;
    const uint32_t *const tags = r->target->tags ? r->target->tags + first : NULL;
    const uint8_t *const allowed = r->target->allowed ? r->target->allowed + first * n : NULL;
    struct isg_crf_sweep sweep;
    if (!isg_crf_sweep_run(&sweep, &r->tables, len, e, pr, NULL, NULL, r->sweep_memory)) {
        isg_tape_fail(t, ISG_EDATA, "no legal tags at all for sentence %u of the batch (%u tokens)", s, len);
        return false;
    }
    const double log_z = sweep.log_z;
    add_expected(l, &sweep, w, first, r->pairs);
    bool known = tags != NULL;
    for (uint32_t i = 0; tags && i < len; i++) {
        if (tags[i] != ISG_NO_ID && tags[i] >= n) {
            isg_tape_fail(t, ISG_EUSAGE, "tag %u of %zu", tags[i], n);
            return false;
        }
        known = known && tags[i] != ISG_NO_ID && (!allowed || allowed[i * n + tags[i]]);
    }
    double good = -(double)INFINITY;
    if (known) {
        good = add_path(l, &r->tables, e, pr, tags, len, w, first, r->pairs != NULL);
    } else if (isg_crf_sweep_run(&sweep, &r->tables, len, e, pr, allowed, tags, r->sweep_memory)) {
        good = sweep.log_z;
        add_expected(l, &sweep, -w, first, r->pairs);
    }
    if (isinf(good)) {
        isg_tape_fail(t, ISG_EDATA, "the tags of sentence %u of the batch (%u tokens) are not legal", s, len);
        return false;
    }
    *loss += (double)w * (log_z - good);
    return true;
}

struct isg_node *isg_crf_loss(struct isg_tape *t, struct isg_node *emit, struct isg_node *pair,
    const struct isg_seqs *seqs, const struct isg_crf *crf, const struct isg_crf_target *target)
{
    if (!emit)
        return NULL;
    const size_t n = crf->n_tags;
    if (emit->cols != n || crf->trans->rows != n || crf->trans->cols != n || isg_seqs_rows(seqs) != emit->rows ||
        (pair && (pair->cols != n * n || pair->rows != emit->rows)))
        return isg_tape_fail(t, ISG_EUSAGE, "scores of %u x %u for a CRF of %zu tags and sequences of %u rows",
            emit->rows, emit->cols, n, isg_seqs_rows(seqs));
    const bool wants_counts = isg_param_wants(t, crf->trans) || (crf->start && isg_param_wants(t, crf->start)) ||
                              (crf->end && isg_param_wants(t, crf->end)) || (pair && pair->wants);
    struct crf_loss *const l = isg_op_new(t, sizeof *l, 1, 1, emit->wants || wants_counts, crf_back);
    struct crf_run r = {.target = target};
    isg_real *const memory = isg_tape_reals(t, isg_crf_tables_size(t->k, crf->n_tags));
    if (!l || !memory)
        return NULL;
    isg_crf_tables_init(&r.tables, t->k, crf, 1, memory);
    uint32_t longest = 0;
    for (uint32_t s = 0; s < seqs->n; s++)
        longest = isg_seqs_len(seqs, s) > longest ? isg_seqs_len(seqs, s) : longest;
    const size_t ld = r.tables.ld;
    isg_real *const counts = isg_tape_zeros(t, n * n + 2 * n), *const pairs = isg_tape_zeros(t, 2 * n * ld);
    r.sweep_memory = isg_tape_reals(t, isg_crf_sweep_size(&r.tables, longest));
    r.pairs = wants_counts ? pairs : NULL;
    if (!r.sweep_memory || !counts || !pairs)
        return NULL;
    l->emit = emit;
    l->pair = pair;
    l->trans = crf->trans;
    l->start = crf->start;
    l->end = crf->end;
    l->d_trans = counts;
    l->d_start = counts + n * n;
    l->d_end = counts + n * n + n;
    l->d_emit = emit->wants ? isg_tape_zeros(t, (size_t)emit->rows * n) : NULL;
    l->d_pair = pair && pair->wants ? isg_tape_zeros(t, (size_t)pair->rows * n * n) : NULL;
    double loss = 0;
    for (uint32_t s = 0; s < seqs->n; s++)
        if (!add_sentence(t, l, &r, s, seqs->offset[s], isg_seqs_len(seqs, s), &loss))
            return NULL;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            l->d_trans[i * n + j] += pairs[i * ld + j];
    l->op.y.x[0] = (isg_real)loss;
    return &l->op.y;
}
