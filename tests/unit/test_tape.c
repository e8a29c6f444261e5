/* What the tape promises beyond values and gradients: errors that name what does not fit, gradient reversal,
 * GRAD, perturbation, frozen parameters, two passes, sentences that do not see their batch. Float and double.
 */
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
#include "ner/engine/pack.h"
#include "ner/engine/perturb.h"
#include "ner/engine/pooling.h"

#ifdef ISG_DOUBLE
static const double eps = 1e-12;
#else
static const double eps = 1e-5;
#endif
static const struct isg_run training = {.training = true, .seed = 1};
static const uint32_t ids[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

struct world {
    struct isg_params *params;
    struct isg_param *x, *w, *b, *col;
    struct isg_bilstm lstm;
    struct isg_crf crf;
    struct isg_tape *t;
};
static void world_make(struct world *o)
{
    struct isg_error err;
    assert_ok(isg_params_new(&o->params, &err));
    assert_ok(isg_params_add(o->params, &o->x, "x", 10, 6, false, &err));
    assert_ok(isg_params_add(o->params, &o->w, "w", 6, 6, false, &err));
    assert_ok(isg_params_add(o->params, &o->b, "b", 1, 6, false, &err));
    assert_ok(isg_params_add(o->params, &o->col, "col", 6, 1, false, &err));
    assert_ok(isg_bilstm_add(o->params, &o->lstm, "lstm", 6, 21, &err));
    assert_ok(isg_crf_add(o->params, &o->crf, "crf", 6, &err));
    assert_ok(isg_params_seal(o->params, &err));
    for (uint32_t i = 0; i < isg_params_count(o->params); i++)
        test_normal(isg_params_at(o->params, i), 1, 3);
    assert_ok(isg_tape_new(&o->t, o->params, ISG_ISA_AUTO, &err));
    isg_tape_reset(o->t, &training);
}
static void world_free(struct world *o)
{
    isg_tape_free(o->t);
    isg_params_free(o->params);
}
static struct isg_node *input(const struct world *o, uint32_t rows)
{
    return isg_lookup(o->t, o->x, ids, rows);
}

/* Each line: a call that cannot work, and part of its message. */
static void misuse_is_named(void **state)
{
    (void)state;
    struct isg_error err;
    struct world o;
    world_make(&o);
    struct isg_tape *t = o.t;
    static const uint32_t nine[2] = {0, 9};
    const struct isg_seqs seqs = {1, nine};
#define REFUSED(call, part)                                                                                            \
    do {                                                                                                               \
        isg_tape_reset(t, &training);                                                                                  \
        struct isg_node *x = input(&o, 10);                                                                            \
        assert_non_null(x);                                                                                            \
        assert_null(call);                                                                                             \
        assert_error(isg_tape_status(t, &err), ISG_EUSAGE, part);                                                      \
    } while (0)
    REFUSED(isg_lookup(t, o.x, (const uint32_t[]){10}, 1), "row 10 of x, which has 10 rows");
    REFUSED(isg_rows(t, x, (const uint32_t[]){99}, 1), "row 99");
    REFUSED(isg_add(t, x, input(&o, 9)), "10 x 6 and 9 x 6");
    REFUSED(isg_concat(t, (struct isg_node *[]){x, input(&o, 9)}, 2), "10 and 9 rows");
    REFUSED(isg_concat(t, (struct isg_node *[]){x, NULL}, 2), "missing node");
    REFUSED(isg_linear(t, x, o.lstm.fw.wh, NULL), "lstm.fw.wh (21 x 84)");
    REFUSED(isg_dropout(t, x, 1, "a"), "dropout rate 1");
    REFUSED(isg_dropout_seq(t, x, &seqs, ISG_R(0.5), "a"), "10 rows in sequences of 9");
    REFUSED(isg_bilstm(t, x, &seqs, &o.lstm), "10 rows in sequences of 9");
    REFUSED(isg_char_cnn(t, x, &seqs, 2, o.w, NULL), "convolution of width 2");
    REFUSED(isg_self_attention(t, x, &seqs, o.w, o.b, ISG_SELF_CLEAN), "10 rows in sequences of 9");
    REFUSED(isg_pool_max(t, x, &seqs), "10 rows in sequences of 9");
    REFUSED(isg_pool_attention(t, x, x, &seqs), "10 x 6 attention scores");
    REFUSED(isg_grad_loss(t, x, NULL, 1, 2), "discriminator of 6 columns");
    REFUSED(isg_perturb(t, x, NULL, &seqs, 1, ISG_NORM_ROW), "no gradient to perturb");
    REFUSED(isg_crf_loss(t, x, NULL, &seqs, &o.crf, &(struct isg_crf_target){0}), "CRF of 6 tags");
    REFUSED(isg_loss_sum(t, (struct isg_node *[]){x}, NULL, 1), "a loss of 10 x 6");
#undef REFUSED
    /* the first error stays; what follows on NULL nodes is silent */
    isg_tape_reset(t, &training);
    struct isg_node *bad = isg_rows(t, input(&o, 10), (const uint32_t[]){10}, 1);
    assert_null(isg_tanh(t, isg_linear(t, bad, o.w, NULL)));
    assert_error(isg_backward(t, bad, 1, &err), ISG_EUSAGE, "row 10");
    isg_tape_reset(t, &training);
    assert_error(isg_backward(t, input(&o, 2), 1, &err), ISG_EUSAGE, "not a single number");
    if (isg_isa_best() < ISG_ISA_AVX512) {
        struct isg_tape *none;
        assert_error(isg_tape_new(&none, o.params, ISG_ISA_AVX512, &err), ISG_EUSAGE, "avx512");
    }
    world_free(&o);
}

static struct isg_node *total(struct isg_tape *t, struct isg_node *x)
{
    static const bool sources[10] = {true, true, false, false, true, false, true, true, false, true};
    return isg_grad_loss(t, x, sources, ISG_R(0.5), 0);
}

static void reversal_turns_the_gradient(void **state)
{
    (void)state;
    struct isg_error err;
    struct world o;
    world_make(&o);
    double plain[60] = {0}, head[6] = {0};
    for (int reversed = 0; reversed < 2; reversed++) {
        isg_tape_reset(o.t, &training);
        struct isg_node *x = input(&o, 10), *r = reversed ? isg_reverse(o.t, x, ISG_R(0.7)) : x;
        assert_memory_equal(r->x, x->x, 60 * sizeof *x->x);
        assert_ok(isg_backward(o.t, total(o.t, isg_linear(o.t, r, o.col, NULL)), 1, &err));
        const isg_real *g = test_grad(o.t, o.x), *c = test_grad(o.t, o.col);
        for (int i = 0; i < 60; i++) {
            if (reversed)
                assert_near(g[i], -0.7 * plain[i], eps);
            plain[i] = (double)g[i];
        }
        for (int i = 0; i < 6; i++) { /* the discriminator itself learns as ever */
            if (reversed)
                assert_near(c[i], head[i], eps);
            head[i] = (double)c[i];
        }
    }
    world_free(&o);
}

/* Eq. 1: alpha weighs the source, 1 - alpha the target; gamma 0 and alpha 0.5 give half the cross-entropy. */
static void grad_weighs_its_sides(void **state)
{
    (void)state;
    struct world o;
    world_make(&o);
    const isg_real r = ISG_R(0.4);
    const double p = 1 / (1 + exp(-(double)r));
    const bool source = true, target = false;
    struct isg_node *x = test_input(o.t, &r, 1, 1, true);
    assert_near(isg_grad_loss(o.t, x, &source, ISG_R(0.25), 2)->x[0], -0.25 * pow(1 - p, 2) * log(p), eps);
    assert_near(isg_grad_loss(o.t, x, &target, ISG_R(0.25), 2)->x[0], -0.75 * pow(p, 2) * log(1 - p), eps);
    assert_near(isg_grad_loss(o.t, x, &source, ISG_R(0.8), 2)->x[0], -0.8 * pow(1 - p, 2) * log(p), eps);
    assert_near(isg_grad_loss(o.t, x, &source, ISG_R(0.5), 0)->x[0], -log(p) / 2, eps);
    assert_near(isg_grad_loss(o.t, x, &target, ISG_R(0.5), 0)->x[0], -log(1 - p) / 2, eps);
    const isg_real far[2] = {-200, 200}; /* log of a probability that underflows */
    const bool both[2] = {true, false};
    struct isg_node *y = isg_grad_loss(o.t, test_input(o.t, far, 2, 1, true), both, ISG_R(0.25), 2);
    assert_near(y->x[0], 200, 1e-3);
    world_free(&o);
}

static double norm(const isg_real *x, const isg_real *y, size_t n, size_t stride)
{
    double s = 0;
    for (size_t i = 0; i < n; i++)
        s += pow((double)x[i * stride] - (double)y[i * stride], 2);
    return sqrt(s);
}

static void perturbations_have_their_norm(void **state)
{
    (void)state;
    struct world o;
    world_make(&o);
    static const uint32_t offset[5] = {0, 0, 1, 3, 10};
    const struct isg_seqs seqs = {4, offset};
    isg_real g[60];
    for (int i = 0; i < 60; i++)
        g[i] = i < 6 ? 0 : (isg_real)((i * 37) % 11 - 5) * (i < 18 ? ISG_R(1e-30) : ISG_R(1e15));
    struct isg_node *x = input(&o, 10);
    const struct isg_node *s = isg_perturb(o.t, x, g, &seqs, 5, ISG_NORM_SEQ);
    const struct isg_node *d = isg_perturb(o.t, x, g, &seqs, 5, ISG_NORM_SEQ_DIM);
    const struct isg_node *r = isg_perturb(o.t, x, g, &seqs, 5, ISG_NORM_ROW);
    assert_memory_equal(s->x, x->x, 6 * sizeof *x->x); /* zero gradient: no step, no NaN */
    assert_near(norm(s->x + 6, x->x + 6, 12, 1), 5, 1e-4);
    assert_near(norm(s->x + 18, x->x + 18, 42, 1), 5, 1e-4);
    for (size_t j = 0; j < 6; j++)
        assert_near(norm(d->x + 18 + j, x->x + 18 + j, 7, 6), 5, 1e-4);
    for (size_t i = 3; i < 10; i++)
        assert_near(norm(r->x + i * 6, x->x + i * 6, 6, 1), 5, 1e-4);
    world_free(&o);
}

/* The second pass steps along the first one's gradient: the loss rises; parameter gradients of both add up. */
static void two_passes(void **state)
{
    (void)state;
    struct isg_error err;
    struct world o;
    world_make(&o);
    static const uint32_t offset[2] = {0, 10};
    const struct isg_seqs seqs = {1, offset};
    o.x->frozen = true; /* fixed embeddings: their gradient has to be asked for */
    struct isg_node *x = input(&o, 10);
    isg_want_grad(x);
    struct isg_node *loss = total(o.t, isg_linear(o.t, x, o.col, NULL));
    assert_ok(isg_backward(o.t, loss, 1, &err));
    assert_non_null(x->dx);
    assert_null(test_grad(o.t, o.x));
    double once[6], seen[60];
    for (int i = 0; i < 6; i++)
        once[i] = (double)test_grad(o.t, o.col)[i];
    for (int i = 0; i < 60; i++)
        seen[i] = (double)x->dx[i];
    struct isg_node *moved = isg_perturb(o.t, input(&o, 10), x->dx, &seqs, ISG_R(0.01), ISG_NORM_SEQ);
    struct isg_node *second = total(o.t, isg_linear(o.t, moved, o.col, NULL));
    assert_ok(isg_backward(o.t, second, 1, &err));
    assert_true(second->x[0] > loss->x[0]);
    for (int i = 0; i < 60; i++)
        assert_true((double)x->dx[i] == seen[i]);
    /* the second pass alone gives the difference */
    double both[6];
    for (int i = 0; i < 6; i++)
        both[i] = (double)test_grad(o.t, o.col)[i];
    isg_real eta[60];
    memcpy(eta, x->dx, sizeof eta);
    isg_tape_reset(o.t, &training);
    moved = isg_perturb(o.t, input(&o, 10), eta, &seqs, ISG_R(0.01), ISG_NORM_SEQ);
    assert_ok(isg_backward(o.t, total(o.t, isg_linear(o.t, moved, o.col, NULL)), 1, &err));
    for (int i = 0; i < 6; i++)
        assert_near(test_grad(o.t, o.col)[i], both[i] - once[i], eps);
    world_free(&o);
}

static void frozen_parameters_get_nothing(void **state)
{
    (void)state;
    struct isg_error err;
    struct world o;
    world_make(&o);
    o.w->frozen = true;
    assert_ok(
        isg_backward(o.t, total(o.t, isg_linear(o.t, isg_linear(o.t, input(&o, 10), o.w, o.b), o.col, NULL)), 1, &err));
    assert_null(test_grad(o.t, o.w));
    assert_non_null(test_grad(o.t, o.b));
    assert_non_null(test_grad(o.t, o.x)); /* the gradient passes through */
    world_free(&o);
}

/* A sentence's numbers are the same bits alone and in any batch: nothing is padded, no sum depends on its
 * neighbours. */
static void sentences_do_not_see_their_batch(void **state)
{
    (void)state;
    struct isg_error err;
    for (enum isg_level_isa isa = ISG_ISA_BASE; isa <= isg_isa_best(); isa++) {
        struct world o;
        world_make(&o);
        isg_tape_free(o.t);
        assert_ok(isg_tape_new(&o.t, o.params, isa, &err));
        static const uint32_t offset[5] = {0, 0, 1, 3, 10};
        isg_real together[10 * 42];
        isg_tape_reset(o.t, &(struct isg_run){0});
        struct isg_node *h = isg_bilstm(o.t, input(&o, 10), &(struct isg_seqs){4, offset}, &o.lstm);
        memcpy(together, h->x, sizeof together);
        for (uint32_t s = 0; s < 4; s++) {
            const uint32_t n = offset[s + 1] - offset[s], alone[2] = {0, n};
            isg_tape_reset(o.t, &(struct isg_run){0});
            h = isg_bilstm(o.t, isg_lookup(o.t, o.x, ids + offset[s], n), &(struct isg_seqs){1, alone}, &o.lstm);
            assert_ok(isg_tape_status(o.t, &err));
            assert_memory_equal(h->x, together + offset[s] * 42, n * 42 * sizeof *h->x);
        }
        world_free(&o);
    }
}

/* Packed copies are only copies: with and without isg_params_pack the bits are the same, also after a change. */
static void packing_changes_no_bit(void **state)
{
    (void)state;
    struct isg_error err;
    struct world o;
    world_make(&o);
    static const uint32_t offset[2] = {0, 10};
    isg_real fresh[10 * 42];
    for (int round = 0; round < 3; round++) {
        if (round == 2) {
            struct isg_param *wx = isg_params_find(o.params, "lstm.fw.wx");
            wx->value[5] += 1;
            isg_param_changed(wx);
        }
        for (int packed = 0; packed < 2; packed++) {
            if (packed)
                assert_ok(isg_params_pack(o.params, true, NULL, &err));
            isg_tape_reset(o.t, &training);
            struct isg_node *h = isg_bilstm(o.t, input(&o, 10), &(struct isg_seqs){1, offset}, &o.lstm);
            if (packed)
                assert_memory_equal(h->x, fresh, sizeof fresh);
            else if (round == 2)
                assert_memory_not_equal(h->x, fresh, sizeof fresh);
            memcpy(fresh, h->x, sizeof fresh);
        }
    }
    world_free(&o);
}

/* Values 1: a context is the sum of its weights. Clean rows sum to 1 (0 for a sentence of one), the paper's
 * to less. */
static void masks_of_self_attention(void **state)
{
    (void)state;
    struct world o;
    world_make(&o);
    isg_param_fill(o.x, 1);
    static const uint32_t offset[3] = {0, 1, 5};
    const struct isg_seqs seqs = {2, offset};
    const isg_real *paper = isg_self_attention(o.t, input(&o, 5), &seqs, o.w, o.b, ISG_SELF_PAPER)->x;
    const isg_real *code = isg_self_attention(o.t, input(&o, 5), &seqs, o.w, o.b, ISG_SELF_CODE)->x;
    const isg_real *clean = isg_self_attention(o.t, input(&o, 5), &seqs, o.w, o.b, ISG_SELF_CLEAN)->x;
    assert_near(paper[0], 0, eps);
    assert_near(code[0], 1, eps);
    assert_near(clean[0], 0, eps);
    assert_near(paper[6], 0.75, eps); /* four equal logits, one taken out */
    assert_near(code[6], 1, eps);
    assert_near(clean[6], 1, eps);
    world_free(&o);
}

static void dropout_is_for_training(void **state)
{
    (void)state;
    struct world o;
    world_make(&o);
    struct isg_node *x = input(&o, 10);
    const struct isg_node *a = isg_dropout(o.t, x, ISG_R(0.5), "a"), *again = isg_dropout(o.t, x, ISG_R(0.5), "a"),
                          *b = isg_dropout(o.t, x, ISG_R(0.5), "b");
    assert_memory_equal(a->x, again->x, 60 * sizeof *x->x);
    assert_memory_not_equal(a->x, b->x, 60 * sizeof *x->x);
    static const uint32_t offset[3] = {0, 6, 10};
    const struct isg_node *s = isg_dropout_seq(o.t, x, &(struct isg_seqs){2, offset}, ISG_R(0.5), "a");
    for (size_t i = 1; i < 6; i++)
        for (size_t j = 0; j < 6; j++)
            assert_true((s->x[i * 6 + j] == 0) == (s->x[j] == 0));
    isg_real kept[60];
    memcpy(kept, a->x, sizeof kept);
    const struct isg_run others[3] = {{.training = true, .seed = 2}, {.training = true, .seed = 1, .step = 1},
        {.training = true, .seed = 1, .shard = 1}};
    for (int i = 0; i < 3; i++) {
        isg_tape_reset(o.t, &others[i]);
        assert_memory_not_equal(isg_dropout(o.t, input(&o, 10), ISG_R(0.5), "a")->x, kept, sizeof kept);
    }
    isg_real ones[1000];
    for (int i = 0; i < 1000; i++)
        ones[i] = 1;
    const struct isg_node *const rows = isg_dropout_row(
        o.t, test_input(o.t, ones, 1000, 1, false), ISG_R(0.2), "words");
    uint32_t dropped = 0;
    for (int i = 0; i < 1000; i++)
        dropped += rows->x[i] == 0;
    assert_in_range(dropped, 150, 250); /* four deviations of 12.6 */
    isg_tape_reset(o.t, &(struct isg_run){.training = false, .seed = 1});
    x = input(&o, 10);
    assert_ptr_equal(isg_dropout(o.t, x, ISG_R(0.5), "a"), x);
    assert_ptr_equal(isg_dropout_row(o.t, x, ISG_R(0.5), "a"), x);
    world_free(&o);
}

static void constant_tables(void **state)
{
    (void)state;
    struct world o;
    world_make(&o);
    const float table[4] = {1, 2, 3, 4};
    const struct isg_node *y = isg_lookup_const(o.t, table, 2, 2, (const uint32_t[]){1, 2, ISG_NO_ID, 0}, 4);
    const double want[8] = {3, 4, 0, 0, 0, 0, 1, 2};
    for (int i = 0; i < 8; i++)
        assert_near(y->x[i], want[i], 0);
    world_free(&o);
}

/* Ties of a maximum: the first position takes the gradient. */
static void ties(void **state)
{
    (void)state;
    struct isg_error err;
    struct world o;
    world_make(&o);
    isg_param_fill(o.x, 2);
    static const uint32_t offset[3] = {0, 4, 10};
    const struct isg_seqs seqs = {2, offset};
    static const bool sources[2] = {true, false};
    assert_ok(isg_backward(o.t,
        isg_grad_loss(
            o.t, isg_linear(o.t, isg_pool_max(o.t, input(&o, 10), &seqs), o.col, NULL), sources, ISG_R(0.5), 0),
        1, &err));
    const isg_real *g = test_grad(o.t, o.x);
    for (int i = 0; i < 60; i++)
        assert_true((g[i] != 0) == (i / 6 == 0 || i / 6 == 4));
    world_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(misuse_is_named), cmocka_unit_test(reversal_turns_the_gradient),
        cmocka_unit_test(grad_weighs_its_sides), cmocka_unit_test(perturbations_have_their_norm),
        cmocka_unit_test(two_passes), cmocka_unit_test(frozen_parameters_get_nothing),
        cmocka_unit_test(sentences_do_not_see_their_batch), cmocka_unit_test(packing_changes_no_bit),
        cmocka_unit_test(masks_of_self_attention), cmocka_unit_test(dropout_is_for_training),
        cmocka_unit_test(constant_tables), cmocka_unit_test(ties)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
