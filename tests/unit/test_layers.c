/* Every operation of the tape against a naive reference (loops, in double), at every kernel level, and its
 * gradients against central differences. Compiled twice: with the product's float library (values and levels)
 * and with the double library (values to 1e-11, gradients). Sequences have lengths 0, 1, 2 and 7. */
#include "tests/engine.h"
#include "tests/test.h"

#include "ner/engine/attention.h"
#include "ner/engine/charcnn.h"
#include "ner/engine/crf.h"
#include "ner/engine/dropout.h"
#include "ner/engine/elementwise.h"
#include "ner/engine/linear.h"
#include "ner/engine/lookup.h"
#include "ner/engine/loss.h"
#include "ner/engine/lstm.h"
#include "ner/engine/perturb.h"
#include "ner/engine/pooling.h"
#include "tests/unit/engine_helpers.h"

enum { T = 10, D = 6, H = 5, F = 5, S = 4, L = 6 };
static const uint32_t offset[S + 1] = {0, 0, 1, 3, T};
static const struct isg_seqs seqs = {S, offset};
static const uint32_t all_ids[T] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

/* One set of parameters that every case picks from; x and z are the inputs, so that their gradients are
 * checked too. */
struct world {
    struct isg_params *params;
    struct isg_param *x, *z, *e, *w, *w2, *b, *b2, *conv2, *conv3, *cb, *col, *pair, *probe2;
    struct isg_bilstm lstm, stacked;
    struct isg_crf crf;
    isg_real weights[T], noise[T * D];
};

static void world_make(struct world *o, uint64_t seed)
{
    struct isg_error err;
    const struct {
        struct isg_param **p;
        const char *name;
        uint32_t rows, cols;
        bool sparse;
    } list[] = {{&o->x, "x", T, D, false}, {&o->z, "z", T, D, false}, {&o->e, "e", 9, D, true},
        {&o->w, "w", D, D, false}, {&o->w2, "w2", D, D, false}, {&o->b, "b", 1, D, false}, {&o->b2, "b2", 1, D, false},
        {&o->conv2, "conv2", 2 * D, F, false}, {&o->conv3, "conv3", 3 * D, F, false}, {&o->cb, "cb", 1, F, false},
        {&o->col, "col", D, 1, false}, {&o->pair, "pair", D, L * L, false}, {&o->probe2, "probe2", T, 64, false}};
    assert_ok(isg_params_new(&o->params, &err));
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        assert_ok(isg_params_add(o->params, list[i].p, list[i].name, list[i].rows, list[i].cols, list[i].sparse, &err));
    assert_ok(isg_bilstm_add(o->params, &o->lstm, "lstm", D, H, &err));
    assert_ok(isg_bilstm_add(o->params, &o->stacked, "stacked", 2 * H, H, &err));
    assert_ok(isg_crf_add(o->params, &o->crf, "crf", L, &err));
    assert_ok(isg_params_seal(o->params, &err));
    for (uint32_t i = 0; i < isg_params_count(o->params); i++)
        test_normal(isg_params_at(o->params, i), ISG_R(0.7), seed);
    o->probe2->frozen = true;
    struct isg_rng r = isg_rng_stream(seed, "world", 0);
    for (int i = 0; i < T; i++)
        o->weights[i] = ISG_R(0.5) + (isg_real)isg_rng_float(&r);
    for (int i = 0; i < T * D; i++)
        o->noise[i] = (isg_real)isg_rng_normal(&r);
}

static struct isg_node *input(struct isg_tape *t, const struct world *o)
{
    return isg_lookup(t, o->x, all_ids, T);
}
static struct isg_node *input2(struct isg_tape *t, const struct world *o)
{
    return isg_lookup(t, o->z, all_ids, T);
}

/* ---- the cases: each builds a node from x ---- */
static struct isg_node *c_linear(struct isg_tape *t, const struct world *o)
{
    return isg_linear(t, input(t, o), o->w, o->b);
}
static struct isg_node *c_linear_plain(struct isg_tape *t, const struct world *o)
{
    return isg_linear(t, input(t, o), o->pair, NULL);
}
static struct isg_node *c_add(struct isg_tape *t, const struct world *o)
{
    struct isg_node *x = input(t, o);
    return isg_add(t, input2(t, o), isg_scale(t, x, ISG_R(-1.5)));
}
static struct isg_node *c_functions(struct isg_tape *t, const struct world *o)
{
    struct isg_node *x = input(t, o), *z = input2(t, o);
    return isg_concat(t, (struct isg_node *[]){isg_tanh(t, x), x, isg_tanh(t, isg_add(t, x, z))}, 3);
}
static struct isg_node *c_rows(struct isg_tape *t, const struct world *o)
{
    return isg_rows(t, input(t, o), (const uint32_t[]){3, 3, 9, 0}, 4);
}
static struct isg_node *c_lookup(struct isg_tape *t, const struct world *o)
{
    return isg_lookup(t, o->e, (const uint32_t[]){3, ISG_NO_ID, 3, 8, 0}, 5);
}
static struct isg_node *c_cnn3(struct isg_tape *t, const struct world *o)
{
    return isg_char_cnn(t, input(t, o), &seqs, 3, o->conv3, o->cb);
}
static struct isg_node *c_cnn2(struct isg_tape *t, const struct world *o)
{
    return isg_char_cnn(t, input(t, o), &seqs, 2, o->conv2, NULL);
}
static struct isg_node *c_cnn1(struct isg_tape *t, const struct world *o)
{
    return isg_char_cnn(t, input(t, o), &seqs, 1, o->w, NULL);
}
static struct isg_node *c_bilstm(struct isg_tape *t, const struct world *o)
{
    return isg_bilstm(t, input(t, o), &seqs, &o->lstm);
}
static struct isg_node *c_stacked(struct isg_tape *t, const struct world *o)
{
    return isg_bilstm(t, isg_bilstm(t, input(t, o), &seqs, &o->lstm), &seqs, &o->stacked);
}
/* twice the same weights in one graph: gradients add up */
static struct isg_node *c_shared(struct isg_tape *t, const struct world *o)
{
    return isg_add(t, isg_bilstm(t, input(t, o), &seqs, &o->lstm),
        isg_bilstm(t, isg_linear(t, input2(t, o), o->w, o->b), &seqs, &o->lstm));
}
static struct isg_node *c_ends(struct isg_tape *t, const struct world *o)
{
    return isg_bilstm_ends(t, isg_bilstm(t, input(t, o), &seqs, &o->lstm), &seqs);
}
static struct isg_node *c_self_paper(struct isg_tape *t, const struct world *o)
{
    return isg_self_attention(t, input(t, o), &seqs, o->w, o->b, ISG_SELF_PAPER);
}
static struct isg_node *c_self_code(struct isg_tape *t, const struct world *o)
{
    return isg_self_attention(t, input(t, o), &seqs, o->w, o->b, ISG_SELF_CODE);
}
static struct isg_node *c_self_clean(struct isg_tape *t, const struct world *o)
{
    return isg_self_attention(t, input(t, o), &seqs, o->w, o->b, ISG_SELF_CLEAN);
}
static struct isg_node *c_heads(struct isg_tape *t, const struct world *o)
{
    struct isg_node *x = input(t, o);
    return isg_attention(t, isg_linear(t, x, o->w, NULL), isg_linear(t, x, o->w2, NULL), input2(t, o), &seqs, 3, 0);
}
static struct isg_node *c_pools(struct isg_tape *t, const struct world *o)
{
    struct isg_node *x = input(t, o);
    return isg_concat(t,
        (struct isg_node *[]){isg_pool_max(t, x, &seqs),
            isg_pool_attention(t, x, isg_linear(t, isg_tanh(t, isg_linear(t, x, o->w, o->b)), o->col, NULL), &seqs)},
        2);
}
static struct isg_node *c_dropouts(struct isg_tape *t, const struct world *o)
{
    struct isg_node *x = input(t, o);
    return isg_concat(t,
        (struct isg_node *[]){isg_dropout(t, x, ISG_R(0.4), "a"), isg_dropout_seq(t, x, &seqs, ISG_R(0.4), "b"),
            isg_dropout_row(t, x, ISG_R(0.4), "c")},
        3);
}
static struct isg_node *c_perturb(struct isg_tape *t, const struct world *o)
{
    return isg_tanh(t, isg_perturb(t, input(t, o), o->noise, &seqs, 2, ISG_NORM_SEQ));
}
static const bool sources[T] = {true, false, true, true, false, false, true, false, true, false};
static struct isg_node *c_grad(struct isg_tape *t, const struct world *o)
{
    return isg_grad_loss(t, isg_linear(t, input(t, o), o->col, NULL), sources, ISG_R(0.25), 2);
}
static const uint32_t tags[T] = {0, 5, 3, 2, 2, 1, 0, 3, 4, 5};
static struct isg_node *c_crf(struct isg_tape *t, const struct world *o)
{
    return isg_crf_loss(t, input(t, o), NULL, &seqs, &o->crf, &(struct isg_crf_target){.tags = tags});
}
static struct isg_node *c_sum(struct isg_tape *t, const struct world *o)
{
    return isg_loss_sum(
        t, (struct isg_node *[]){c_crf(t, o), c_grad(t, o), c_grad(t, o)}, (const isg_real[]){0, ISG_R(0.3), -2}, 3);
}
static struct isg_node *c_crf_pair(struct isg_tape *t, const struct world *o)
{
    return isg_crf_loss(t, input(t, o), isg_linear(t, input2(t, o), o->pair, NULL), &seqs, &o->crf,
        &(struct isg_crf_target){.tags = tags, .weights = o->weights});
}
static const uint32_t partial[T] = {0, ISG_NO_ID, 3, 2, ISG_NO_ID, ISG_NO_ID, 0, 3, 4, ISG_NO_ID};
static struct isg_node *crf_masked(struct isg_tape *t, const struct world *o, bool pair)
{
    static uint8_t start[L] = {1, 0, 1, 1, 1, 1}, end[L] = {1, 1, 1, 1, 0, 1}, trans[L * L], allowed[T * L];
    memset(trans, 1, sizeof trans);
    trans[0 * L + 4] = trans[3 * L + 5] = trans[2 * L + 2] = 0;
    memset(allowed, 1, sizeof allowed);
    allowed[1 * L + 2] = allowed[4 * L + 1] = allowed[5 * L + 0] = allowed[9 * L + 5] = 0;
    struct isg_crf crf = o->crf;
    crf.legal = (struct isg_crf_legal){start, end, trans};
    return isg_crf_loss(t, input(t, o), pair ? isg_linear(t, input2(t, o), o->pair, NULL) : NULL, &seqs, &crf,
        &(struct isg_crf_target){.tags = partial, .allowed = allowed, .weights = o->weights});
}
static struct isg_node *c_crf_partial(struct isg_tape *t, const struct world *o)
{
    return crf_masked(t, o, false);
}
static struct isg_node *c_crf_partial_pair(struct isg_tape *t, const struct world *o)
{
    return crf_masked(t, o, true);
}

/* ---- naive references: out has room for T * 64 numbers; NULL = another test has it
 * ------------------------------- */
static double value(const struct isg_param *p, size_t i, size_t j)
{
    return (double)p->value[i * p->cols + j];
}
static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}
static void r_linear_of(const struct isg_param *x, const struct isg_param *w, const struct isg_param *b, double *out)
{
    for (size_t i = 0; i < x->rows; i++) {
        for (size_t j = 0; j < w->cols; j++) {
            double s = b ? value(b, 0, j) : 0;
            for (size_t k = 0; k < w->rows; k++)
                s += value(x, i, k) * value(w, k, j);
            out[i * w->cols + j] = s;
        }
    }
}
static void r_linear(const struct world *o, double *out)
{
    r_linear_of(o->x, o->w, o->b, out);
}
static void r_linear_plain(const struct world *o, double *out)
{
    r_linear_of(o->x, o->pair, NULL, out);
}
static void r_add(const struct world *o, double *out)
{
    for (size_t i = 0; i < T; i++)
        for (size_t j = 0; j < D; j++)
            out[i * D + j] = value(o->z, i, j) - 1.5 * value(o->x, i, j);
}
static void r_functions(const struct world *o, double *out)
{
    for (size_t i = 0; i < T; i++) {
        for (size_t j = 0; j < D; j++) {
            const double x = value(o->x, i, j), z = value(o->z, i, j);
            out[i * 3 * D + j] = tanh(x);
            out[i * 3 * D + D + j] = x;
            out[i * 3 * D + 2 * D + j] = tanh(x + z);
        }
    }
}
static void r_rows(const struct world *o, double *out)
{
    static const size_t index[4] = {3, 3, 9, 0};
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < D; j++)
            out[i * D + j] = value(o->x, index[i], j);
}
static void r_lookup(const struct world *o, double *out)
{
    static const int index[5] = {3, -1, 3, 8, 0};
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < D; j++)
            out[i * D + j] = index[i] < 0 ? 0 : value(o->e, (size_t)index[i], j);
}
static void r_cnn(const struct world *o, const struct isg_param *w, const struct isg_param *b, int width, double *out)
{
    for (size_t s = 0; s < S; s++) {
        const int first = (int)offset[s], last = (int)offset[s + 1];
        for (size_t f = 0; f < w->cols; f++) {
            double best = first == last ? 0 : -1e300;
            for (int p = first; p < last; p++) {
                double x = b ? value(b, 0, f) : 0;
                for (int k = 0; k < width; k++) {
                    const int at = p + k - width / 2;
                    for (int d = 0; at >= first && at < last && d < D; d++)
                        x += value(o->x, (size_t)at, (size_t)d) * value(w, (size_t)(k * D + d), f);
                }
                best = fmax(best, x);
            }
            out[s * w->cols + f] = best;
        }
    }
}
static void r_cnn3(const struct world *o, double *out)
{
    r_cnn(o, o->conv3, o->cb, 3, out);
}
static void r_cnn2(const struct world *o, double *out)
{
    r_cnn(o, o->conv2, NULL, 2, out);
}
static void r_cnn1(const struct world *o, double *out)
{
    r_cnn(o, o->w, NULL, 1, out);
}
/* x T x in -> out, columns at .. at + H of rows `wide` numbers long */
static void lstm_naive(
    const double *x, size_t in, const struct isg_lstm *l, bool reverse, double *out, size_t at, size_t wide)
{
    for (size_t s = 0; s < S; s++) {
        double h[H] = {0}, c[H] = {0};
        const size_t n = offset[s + 1] - offset[s];
        for (size_t u = 0; u < n; u++) {
            const size_t t = reverse ? offset[s + 1] - 1 - u : offset[s] + u;
            double z[4 * H];
            for (size_t j = 0; j < 4 * H; j++) {
                z[j] = value(l->b, 0, j);
                for (size_t k = 0; k < in; k++)
                    z[j] += x[t * in + k] * value(l->wx, k, j);
                for (size_t k = 0; k < H; k++)
                    z[j] += h[k] * value(l->wh, k, j);
            }
            for (size_t j = 0; j < H; j++) {
                c[j] = sigmoid(z[H + j]) * c[j] + sigmoid(z[j]) * tanh(z[2 * H + j]);
                h[j] = sigmoid(z[3 * H + j]) * tanh(c[j]);
                out[t * wide + at + j] = h[j];
            }
        }
    }
}
static void x_as_double(const struct world *o, double *x)
{
    for (size_t i = 0; i < T * D; i++)
        x[i] = (double)o->x->value[i];
}
static void r_bilstm(const struct world *o, double *out)
{
    double x[T * D];
    x_as_double(o, x);
    lstm_naive(x, D, &o->lstm.fw, false, out, 0, 2 * H);
    lstm_naive(x, D, &o->lstm.bw, true, out, H, 2 * H);
}
static void r_stacked(const struct world *o, double *out)
{
    double h[T * 2 * H];
    r_bilstm(o, h);
    lstm_naive(h, 2 * H, &o->stacked.fw, false, out, 0, 2 * H);
    lstm_naive(h, 2 * H, &o->stacked.bw, true, out, H, 2 * H);
}
static void r_ends(const struct world *o, double *out)
{
    double h[T * 2 * H];
    r_bilstm(o, h);
    for (size_t s = 0; s < S; s++)
        for (size_t j = 0; j < 2 * H; j++)
            out[s * 2 * H + j] = offset[s] == offset[s + 1] ? 0
                                 : j < H                    ? h[(offset[s + 1] - 1) * 2 * H + j]
                                                            : h[offset[s] * 2 * H + j];
}
enum { NONE, PAPER, CODE, CLEAN };
/* q, k, v T x D, columns from .. from + wide of a head */
static void attend_naive(
    const double *q, const double *k, const double *v, size_t from, size_t wide, double scale, int mask, double *out)
{
    for (size_t s = 0; s < S; s++) {
        for (size_t i = offset[s]; i < offset[s + 1]; i++) {
            double a[T], z = 0;
            for (size_t j = offset[s]; j < offset[s + 1]; j++) {
                double x = 0;
                for (size_t d = from; d < from + wide; d++)
                    x += q[i * D + d] * k[j * D + d] * scale;
                if (i == j && mask == CODE)
                    x = 0;
                a[j] = i == j && mask == CLEAN ? 0 : exp(x);
                z += a[j];
            }
            for (size_t d = from; d < from + wide; d++) {
                double y = 0;
                for (size_t j = offset[s]; j < offset[s + 1]; j++)
                    y += (i == j && mask == PAPER) || z == 0 ? 0 : a[j] / z * v[j * D + d];
                out[i * D + d] = y;
            }
        }
    }
}
static void self_naive(const struct world *o, int mask, double *out)
{
    double x[T * D], q[T * D];
    x_as_double(o, x);
    r_linear(o, q);
    for (size_t i = 0; i < T * D; i++)
        q[i] = tanh(q[i]);
    attend_naive(q, q, x, 0, D, 1, mask, out);
}
static void r_self_paper(const struct world *o, double *out)
{
    self_naive(o, PAPER, out);
}
static void r_self_code(const struct world *o, double *out)
{
    self_naive(o, CODE, out);
}
static void r_self_clean(const struct world *o, double *out)
{
    self_naive(o, CLEAN, out);
}
static void r_heads(const struct world *o, double *out)
{
    double q[T * D], k[T * D], v[T * D];
    r_linear_of(o->x, o->w, NULL, q);
    r_linear_of(o->x, o->w2, NULL, k);
    for (size_t i = 0; i < T * D; i++)
        v[i] = (double)o->z->value[i];
    for (size_t h = 0; h < 3; h++)
        attend_naive(q, k, v, h * 2, 2, 1 / sqrt(2), NONE, out);
}
static void r_pools(const struct world *o, double *out)
{
    double score[T], q[T * D];
    r_linear(o, q);
    for (size_t t = 0; t < T; t++) {
        score[t] = 0;
        for (size_t j = 0; j < D; j++)
            score[t] += tanh(q[t * D + j]) * value(o->col, j, 0);
    }
    for (size_t s = 0; s < S; s++) {
        const size_t n = offset[s + 1] - offset[s];
        double z = 0;
        for (size_t t = offset[s]; t < offset[s + 1]; t++)
            z += exp(score[t]);
        for (size_t j = 0; j < D; j++) {
            double max = n ? -1e300 : 0, weighted = 0;
            for (size_t t = offset[s]; t < offset[s + 1]; t++) {
                max = fmax(max, value(o->x, t, j));
                weighted += exp(score[t]) / z * value(o->x, t, j);
            }
            out[s * 2 * D + j] = max;
            out[s * 2 * D + D + j] = weighted;
        }
    }
}
static void r_perturb(const struct world *o, double *out)
{
    for (size_t s = 0; s < S; s++) {
        double sum = 0;
        for (size_t i = offset[s] * D; i < offset[s + 1] * D; i++)
            sum += (double)o->noise[i] * (double)o->noise[i];
        for (size_t i = offset[s] * D; i < offset[s + 1] * D; i++)
            out[i] = tanh((double)o->x->value[i] + 2 * (double)o->noise[i] / sqrt(sum));
    }
}
static void r_grad(const struct world *o, double *out)
{
    double x[T];
    r_linear_of(o->x, o->col, NULL, x);
    out[0] = 0;
    for (size_t t = 0; t < T; t++) {
        const double r = sigmoid(x[t]);
        out[0] -= sources[t] ? 0.25 * pow(1 - r, 2) * log(r) : 0.75 * pow(r, 2) * log(1 - r);
    }
}
static void r_sum(const struct world *o, double *out)
{
    r_grad(o, out);
    out[0] *= 0.3 - 2;
}

static const struct {
    const char *name;
    struct isg_node *(*build)(struct isg_tape *t, const struct world *o);
    void (*naive)(const struct world *o, double *out);
} cases[] = {{"linear", c_linear, r_linear}, {"linear without bias", c_linear_plain, r_linear_plain},
    {"add, scale", c_add, r_add}, {"tanh, concat", c_functions, r_functions}, {"rows", c_rows, r_rows},
    {"sparse lookup", c_lookup, r_lookup}, {"char cnn 3", c_cnn3, r_cnn3}, {"char cnn 2", c_cnn2, r_cnn2},
    {"char cnn 1", c_cnn1, r_cnn1}, {"bilstm", c_bilstm, r_bilstm}, {"stacked bilstm", c_stacked, r_stacked},
    {"weights used twice", c_shared, NULL}, {"final states", c_ends, r_ends},
    {"self-attention, paper", c_self_paper, r_self_paper}, {"self-attention, code", c_self_code, r_self_code},
    {"self-attention, clean", c_self_clean, r_self_clean}, {"heads", c_heads, r_heads}, {"pooling", c_pools, r_pools},
    {"dropout", c_dropouts, NULL}, {"perturbation", c_perturb, r_perturb}, {"GRAD loss", c_grad, r_grad},
    {"sum of losses", c_sum, r_sum}, {"crf", c_crf, NULL}, {"crf with pairs", c_crf_pair, NULL},
    {"crf, partial labels", c_crf_partial, NULL}, {"crf, partial labels, pairs", c_crf_partial_pair, NULL}};
enum { N_CASES = sizeof cases / sizeof *cases };

#ifdef ISG_DOUBLE
static const double tolerance = 1e-11;
#else
static const double tolerance = 2e-5; /* a few ulp of sums of some 20 terms of size 1 to 5 */
#endif

static void values_match_the_references(void **state)
{
    (void)state;
    struct isg_error err;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct world o;
        world_make(&o, seed);
        for (enum isg_level_isa isa = ISG_ISA_BASE; isa <= isg_isa_best(); isa++) {
            struct isg_tape *t;
            assert_ok(isg_tape_new(&t, o.params, isa, &err));
            for (int training = 0; training < 2; training++) {
                for (size_t c = 0; c < N_CASES; c++) {
                    double want[T * 64];
                    if (!cases[c].naive)
                        continue;
                    isg_tape_reset(t, &(struct isg_run){.training = training, .seed = 1});
                    const struct isg_node *y = cases[c].build(t, &o);
                    assert_ok(isg_tape_status(t, &err));
                    cases[c].naive(&o, want);
                    for (size_t i = 0; i < (size_t)y->rows * y->cols; i++) {
                        if (!(fabs((double)y->x[i] - want[i]) <= tolerance * (1 + fabs(want[i])))) {
                            print_error("%s (%s): number %zu is %.12g, reference %.12g\n", cases[c].name,
                                isg_isa_name(isa), i, (double)y->x[i], want[i]);
                            fail();
                        }
                    }
                }
            }
            isg_tape_free(t);
        }
        isg_params_free(o.params);
    }
}

#ifdef ISG_DOUBLE
static double loss_of(struct isg_tape *t, const struct world *o, size_t c)
{
    struct isg_error err;
    isg_tape_reset(t, &(struct isg_run){.training = true, .seed = 5, .step = 2});
    struct isg_node *y = cases[c].build(t, o);
    assert_ok(isg_tape_status(t, &err));
    if (y->rows == 1 && y->cols == 1)
        return y->x[0];
    double s = 0;
    for (uint32_t i = 0; i < y->rows; i++)
        for (uint32_t j = 0; j < y->cols; j++)
            s += y->x[i * y->cols + j] * o->probe2->value[i * 64 + j];
    return s;
}

/* |analytic - (f(x + h) - f(x - h)) / 2h| with h = 1e-5: the error of the difference is some 1e-10. */
static void gradients_match_differences(void **state)
{
    (void)state;
    struct isg_error err;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct world o;
        world_make(&o, seed);
        struct isg_tape *t;
        assert_ok(isg_tape_new(&t, o.params, ISG_ISA_AUTO, &err));
        for (size_t c = 0; c < N_CASES; c++) {
            isg_tape_reset(t, &(struct isg_run){.training = true, .seed = 5, .step = 2});
            struct isg_node *y = cases[c].build(t, &o);
            assert_ok(isg_tape_status(t, &err));
            struct isg_node *const loss = y->rows * y->cols == 1 ? y : linear_form(t, y, o.probe2->value, 64);
            assert_ok(isg_backward(t, loss, 1, &err));
            double *grads[32] = {0};
            uint32_t reached = 0;
            for (uint32_t i = 0; i < isg_params_count(o.params); i++) {
                const struct isg_param *p = isg_params_at(o.params, i);
                grads[i] = calloc(isg_param_size(p), sizeof(double));
                const isg_real *g = test_grad(t, p);
                if (p->sparse)
                    for (uint32_t r = 0; r < p->rows; r++)
                        test_sparse_grad(t, p, r, grads[i] + r * p->cols);
                else if (g)
                    memcpy(grads[i], g, isg_param_size(p) * sizeof *g);
                reached += g || p->sparse;
            }
            assert_true(reached > 0);
            for (uint32_t i = 0; i < isg_params_count(o.params); i++) {
                struct isg_param *p = isg_params_at(o.params, i);
                for (size_t k = 0; !p->frozen && k < isg_param_size(p); k++) {
                    const double keep = p->value[k], h = 1e-5;
                    p->value[k] = keep + h;
                    isg_param_changed(p);
                    const double up = loss_of(t, &o, c);
                    p->value[k] = keep - h;
                    isg_param_changed(p);
                    const double down = loss_of(t, &o, c);
                    p->value[k] = keep;
                    isg_param_changed(p);
                    const double d = (up - down) / (2 * h);
                    if (!(fabs(d - grads[i][k]) <= 1e-7 * (1 + fabs(d)))) {
                        print_error("%s: d loss / d %s[%zu] is %.10g, difference %.10g\n", cases[c].name, p->name, k,
                            grads[i][k], d);
                        fail();
                    }
                }
                free(grads[i]);
            }
        }
        isg_tape_free(t);
        isg_params_free(o.params);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_match_the_references),
#ifdef ISG_DOUBLE
        cmocka_unit_test(gradients_match_differences),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
