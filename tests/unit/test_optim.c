/* Optimisers against their formulas, schedules, and what a step promises: clipping, NaN, lazy rows, averages,
 * the same bits for any number of threads. Also the parameter table. */
#include "tests/engine.h"
#include "tests/test.h"

#include "ner/engine/crf.h"
#include "ner/engine/dropout.h"
#include "ner/engine/lookup.h"
#include "ner/engine/loss.h"
#include "ner/engine/lstm.h"
#include "ner/engine/optim.h"
#include "ner/engine/pack.h"
#include "tests/unit/engine_helpers.h"

/* A loss with gradient c on w (1 x 3), c2 on row 2 of e: sum of softmax losses would hide it, a linear form
 * does not. */
struct world {
    struct isg_params *params;
    struct isg_param *w, *e, *frozen;
    struct isg_tape *t[3];
};
static const isg_real coef[3] = {ISG_R(0.5), -2, ISG_R(0.25)};

static void world_make(struct world *o)
{
    struct isg_error err;
    assert_ok(isg_params_new(&o->params, &err));
    assert_ok(isg_params_add(o->params, &o->w, "w", 1, 3, false, &err));
    assert_ok(isg_params_add(o->params, &o->e, "e", 4, 3, true, &err));
    assert_ok(isg_params_add(o->params, &o->frozen, "frozen", 1, 3, false, &err));
    assert_ok(isg_params_seal(o->params, &err));
    for (int i = 0; i < 3; i++) {
        test_normal(isg_params_at(o->params, (uint32_t)i), 1, 7);
        assert_ok(isg_tape_new(&o->t[i], o->params, ISG_ISA_AUTO, &err));
    }
    o->frozen->frozen = true;
}
static void world_free(struct world *o)
{
    for (int i = 0; i < 3; i++)
        isg_tape_free(o->t[i]);
    isg_params_free(o->params);
}
/* d loss / d p = scale * coef, for a 1 x 3 node */
static struct isg_node *form(struct isg_tape *t, struct isg_node *x)
{
    return linear_form(t, x, coef, 3);
}
static void gradients(struct world *o, uint32_t tapes, isg_real scale, bool with_rows)
{
    struct isg_error err;
    for (uint32_t i = 0; i < tapes; i++) {
        struct isg_tape *t = o->t[i];
        isg_tape_reset(t, &(struct isg_run){.training = true});
        struct isg_node *sum[3] = {form(t, isg_lookup(t, o->w, (const uint32_t[]){0}, 1)),
            form(t, isg_lookup(t, o->frozen, (const uint32_t[]){0}, 1)),
            with_rows ? form(t, isg_lookup(t, o->e, (const uint32_t[]){2}, 1)) : NULL};
        assert_ok(isg_backward(t, isg_loss_sum(t, sum, NULL, with_rows ? 3 : 2), scale, &err));
    }
}

static void sgd_follows_its_formula(void **state)
{
    (void)state;
    struct isg_error err;
    struct world o;
    world_make(&o);
    struct isg_optim_opts opts = isg_optim_defaults();
    opts.clip = 0;
    struct isg_optim *optim;
    assert_ok(isg_optim_new(&optim, o.params, &opts, &err));
    double w[3], v[3] = {0}, e[12], frozen[3];
    assert_ok(isg_param_mark_start(o.params, o.w, &err));
    o.w->l2 = ISG_R(0.1);
    o.w->l2_start = ISG_R(0.2);
    o.w->lr_scale = ISG_R(0.5);
    for (int i = 0; i < 3; i++) {
        w[i] = (double)o.w->value[i];
        frozen[i] = (double)o.frozen->value[i];
    }
    for (int i = 0; i < 12; i++)
        e[i] = (double)o.e->value[i];
    const double start[3] = {w[0], w[1], w[2]};
    for (int step = 0; step < 4; step++) {
        gradients(&o, 3, 2, step == 1); /* three tapes: the gradients add up */
        struct isg_optim_report report;
        double squares = 0;
        assert_ok(isg_optim_step(optim, o.t, 3, 0.1, NULL, &report, &err));
        for (int i = 0; i < 3; i++) {
            const double g = 6 * (double)coef[i] + 0.1 * w[i] + 0.2 * (w[i] - start[i]);
            squares += g * g;
            v[i] = 0.9 * v[i] + g;
            w[i] -= 0.1 * 0.5 * v[i];
            assert_near(o.w->value[i], w[i], 1e-5);
            if (step == 1) {
                squares += 36 * (double)coef[i] * (double)coef[i];
                e[6 + i] -= 0.1 * 6 * (double)coef[i];
            }
            assert_true((double)o.frozen->value[i] == frozen[i]);
        }
        for (int i = 0; i < 12; i++) /* rows that no batch touched stay, momentum or not */
            assert_near(o.e->value[i], e[i], 1e-6);
        assert_near(report.grad_norm, sqrt(squares), 1e-4);
        assert_false(report.clipped);
    }
    assert_int_equal(isg_optim_steps(optim), 4);
    isg_optim_restart(optim);
    assert_int_equal(isg_optim_steps(optim), 0);
    assert_true(o.w->state[0][0] == 0);
    isg_optim_free(optim);
    world_free(&o);
}

static void adam_follows_its_formula(void **state)
{
    (void)state;
    struct isg_error err;
    for (int decoupled = 0; decoupled < 2; decoupled++) {
        struct world o;
        world_make(&o);
        struct isg_optim_opts opts = isg_optim_defaults();
        opts.kind = decoupled ? ISG_ADAMW : ISG_ADAM;
        opts.weight_decay = 0.3; /* of AdamW alone */
        opts.clip = 0;
        struct isg_optim *optim;
        assert_ok(isg_optim_new(&optim, o.params, &opts, &err));
        double w[3], m[3] = {0}, v[3] = {0};
        for (int i = 0; i < 3; i++)
            w[i] = (double)o.w->value[i];
        for (int step = 1; step <= 5; step++) {
            gradients(&o, 1, (isg_real)step, false);
            assert_ok(isg_optim_step(optim, o.t, 1, 0.01, NULL, NULL, &err));
            for (int i = 0; i < 3; i++) {
                const double g = step * (double)coef[i];
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.999 * v[i] + 0.001 * g * g;
                const double mh = m[i] / (1 - pow(0.9, step)), vh = v[i] / (1 - pow(0.999, step));
                w[i] -= 0.01 * (mh / (sqrt(vh) + 1e-8) + (decoupled ? 0.3 * w[i] : 0));
                assert_near(o.w->value[i], w[i], 2e-6);
            }
        }
        isg_optim_free(optim);
        world_free(&o);
    }
}

static void large_gradients_are_clipped(void **state)
{
    (void)state;
    struct isg_error err;
    struct world o;
    world_make(&o);
    struct isg_optim_opts opts = isg_optim_defaults();
    opts.momentum = 0;
    opts.clip = 3;
    struct isg_optim *optim;
    assert_ok(isg_optim_new(&optim, o.params, &opts, &err));
    const double w0 = (double)o.w->value[1], norm = 100 * sqrt(0.25 + 4 + 0.0625);
    gradients(&o, 1, 100, false);
    struct isg_optim_report report;
    assert_ok(isg_optim_step(optim, o.t, 1, 0.1, NULL, &report, &err));
    assert_true(report.clipped);
    assert_near(report.grad_norm, norm, 1e-3);
    assert_near(o.w->value[1], w0 + 0.1 * 3 * 200 / norm, 1e-5);
    assert_null(o.w->state[0]); /* plain SGD keeps no moments */
    isg_optim_free(optim);
    world_free(&o);
}

static void nan_is_refused_by_name(void **state)
{
    (void)state;
    struct isg_error err;
    struct world o;
    world_make(&o);
    struct isg_optim_opts opts = isg_optim_defaults();
    struct isg_optim *optim;
    assert_ok(isg_optim_new(&optim, o.params, &opts, &err));
    isg_real before[3];
    memcpy(before, o.w->value, sizeof before);
    gradients(&o, 1, 1, true);
    isg_real *g;
    const isg_real *seen = test_grad(o.t[0], o.w);
    memcpy(&g, &seen, sizeof g);
    g[1] = (isg_real)NAN;
    assert_error(isg_optim_step(optim, o.t, 1, 0.1, NULL, NULL, &err), ISG_ENUMERIC, "gradient of w ");
    assert_memory_equal(before, o.w->value, sizeof before);
    o.w->value[2] = (isg_real)INFINITY;
    assert_error(isg_params_check(o.params, &err), ISG_ENUMERIC, "parameter w holds");
    gradients(&o, 0, 1, false);
    isg_tape_reset(o.t[0], &(struct isg_run){.training = true});
    assert_error(isg_backward(o.t[0], form(o.t[0], isg_lookup(o.t[0], o.w, (const uint32_t[]){0}, 1)), 1, &err),
        ISG_ENUMERIC, "the loss is");
    isg_optim_free(optim);
    opts.momentum = 1;
    assert_error(isg_optim_new(&optim, o.params, &opts, &err), ISG_EUSAGE, "out of range");
    assert_null(optim);
    world_free(&o);
}

static void averages(void **state)
{
    (void)state;
    struct isg_error err;
    for (int polyak = 0; polyak < 2; polyak++) {
        struct world o;
        world_make(&o);
        struct isg_optim_opts opts = isg_optim_defaults();
        opts.average = polyak ? 1 : 0.8;
        struct isg_optim *optim;
        assert_ok(isg_optim_new(&optim, o.params, &opts, &err));
        double want = 0;
        for (int step = 1; step <= 5; step++) {
            gradients(&o, 1, 1, true);
            assert_ok(isg_optim_step(optim, o.t, 1, 0.1, NULL, NULL, &err));
            const double w = (double)o.w->value[0];
            want = step == 1 ? w : polyak ? want + (w - want) / step : 0.8 * want + 0.2 * w;
            assert_near(o.w->average[0], want, 1e-5);
        }
        const isg_real now = o.w->value[0];
        isg_params_swap_average(o.params);
        assert_near(o.w->value[0], want, 1e-5);
        isg_params_swap_average(o.params);
        assert_true(o.w->value[0] == now);
        assert_null(o.frozen->average);
        isg_optim_free(optim);
        world_free(&o);
    }
}

static void schedules(void **state)
{
    (void)state;
    const struct isg_schedule_opts inverse = {ISG_LR_INVERSE, .decay = 0.05}, exponential = {ISG_LR_EXP, .decay = 0.5},
                                   cosine = {ISG_LR_COSINE, .minimum = 0.01}, linear = {ISG_LR_LINEAR, .warmup = 0.5},
                                   constant = {.kind = ISG_LR_CONSTANT};
    assert_near(isg_schedule_rate(&inverse, 0.015, 0.9, 30), 0.015, 1e-12);
    assert_near(isg_schedule_rate(&inverse, 0.015, 10.5, 30), 0.01, 1e-12);
    assert_near(isg_schedule_rate(&exponential, 1, 3, 30), 0.125, 1e-12);
    assert_near(isg_schedule_rate(&cosine, 1, 15, 30), 0.5, 1e-12);
    assert_near(isg_schedule_rate(&cosine, 1, 30, 30), 0.01, 1e-12);
    assert_near(isg_schedule_rate(&linear, 1, 3, 12), 0.5, 1e-12);
    assert_near(isg_schedule_rate(&linear, 1, 9, 12), 0.25, 1e-12);
    assert_near(isg_schedule_rate(&constant, 0.3, 9, 12), 0.3, 1e-12);
}

/* The gradient adds over tapes in order whatever the threads: a model large enough for many blocks, four
 * shards. */
static void threads_change_no_bit(void **state)
{
    (void)state;
    struct isg_error err;
    enum { N = 40, D = 60, SHARDS = 4 };
    static isg_real results[3][D * 4 * 80];
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct isg_params *params;
        struct isg_bilstm lstm;
        struct isg_param *e;
        struct isg_tape *t[SHARDS];
        struct isg_optim *optim;
        struct isg_optim_opts opts = isg_optim_defaults();
        assert_ok(isg_params_new(&params, &err));
        assert_ok(isg_params_add(params, &e, "e", 50, D, true, &err));
        assert_ok(isg_bilstm_add(params, &lstm, "lstm", D, 80, &err));
        assert_ok(isg_params_seal(params, &err));
        isg_bilstm_init(params, &lstm, 1, 1);
        isg_param_uniform(e, 1, 1);
        for (int s = 0; s < SHARDS; s++)
            assert_ok(isg_tape_new(&t[s], params, ISG_ISA_AUTO, &err));
        assert_ok(isg_optim_new(&optim, params, &opts, &err));
        struct isg_pool *pool = isg_pool_new(threads);
        for (uint64_t step = 0; step < 3; step++) {
            for (int s = 0; s < SHARDS; s++) {
                uint32_t ids[N];
                static isg_real form[SHARDS][N * 160];
                struct isg_rng r = isg_rng_stream(1, "ids", (uint64_t)s + 10 * step);
                for (int i = 0; i < N; i++)
                    ids[i] = isg_rng_below(&r, 50);
                for (int i = 0; i < N * 160; i++)
                    form[s][i] = (isg_real)isg_rng_normal(&r);
                const uint32_t offset[4] = {0, 3, 20, N};
                isg_tape_reset(
                    t[s], &(struct isg_run){.training = true, .seed = 1, .step = step, .shard = (uint64_t)s});
                struct isg_node *x = isg_dropout(t[s], isg_lookup(t[s], e, ids, N), ISG_R(0.3), "x");
                struct isg_node *h = isg_bilstm(t[s], x, &(struct isg_seqs){3, offset}, &lstm);
                assert_ok(isg_backward(t[s], linear_form(t[s], h, form[s], 160), 1, &err));
            }
            assert_ok(isg_optim_step(optim, t, SHARDS, 0.1, pool, NULL, &err));
        }
        memcpy(results[threads - 1], lstm.fw.wx->value, sizeof results[0]);
        assert_memory_equal(results[0], results[threads - 1], sizeof results[0]);
        isg_pool_free(pool);
        isg_optim_free(optim);
        for (int s = 0; s < SHARDS; s++)
            isg_tape_free(t[s]);
        isg_params_free(params);
    }
}

/* ---- the table ---- */
static void globs(void **state)
{
    (void)state;
    assert_true(isg_glob("*", "word.weight"));
    assert_true(isg_glob("shared.*", "shared.lstm.fw.wx"));
    assert_false(isg_glob("shared.*", "private.shared.w"));
    assert_true(isg_glob("*.wx|*.wh", "lstm.fw.wh"));
    assert_true(isg_glob("a*b*c?", "axxbyycz"));
    assert_false(isg_glob("a*b*c?", "axxbyyc"));
    assert_false(isg_glob("word", "word.weight"));
    assert_false(isg_glob("", "x"));
    assert_true(isg_glob("x|", ""));
    assert_true(isg_glob("*b", "bbb"));
}

static void freeze(void *cookie, struct isg_param *p)
{
    (void)cookie;
    p->frozen = true;
}

static void table(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_params *params;
    struct isg_param *a, *b;
    assert_ok(isg_params_new(&params, &err));
    assert_ok(isg_params_add(params, &a, "x.a", 3, 5, false, &err));
    assert_ok(isg_params_add(params, &b, "x.b", 1, 7, false, &err));
    assert_error(isg_params_add(params, &b, "x.a", 1, 1, false, &err), ISG_EUSAGE, "x.a added twice");
    assert_error(isg_params_add(params, &b, "zero", 0, 1, false, &err), ISG_EUSAGE, "0 x 1");
    assert_error(isg_params_add(params, &b, "huge", 1u << 20, 1u << 20, false, &err), ISG_EUSAGE, "huge");
    assert_ok(isg_params_seal(params, &err));
    assert_error(isg_params_seal(params, &err), ISG_EUSAGE, "sealed twice");
    assert_error(isg_params_add(params, &b, "late", 1, 1, false, &err), ISG_EUSAGE, "sealed table");
    assert_int_equal(isg_params_count(params), 2);
    assert_int_equal(isg_params_size(params), 22);
    assert_ptr_equal(isg_params_find(params, "x.a"), a);
    assert_null(isg_params_find(params, "x"));
    assert_int_equal((uintptr_t)isg_params_at(params, 1)->value % 64, 0);
    assert_int_equal(isg_params_each(params, "*.a", freeze, NULL), 1);
    assert_true(a->frozen && !isg_params_at(params, 1)->frozen);
    /* initialisers draw from the parameter's own stream: its neighbours do not matter */
    isg_param_xavier(a, 5);
    const isg_real first = a->value[0];
    for (size_t i = 0; i < 15; i++)
        assert_true(fabs((double)a->value[i]) <= sqrt(6.0 / 8));
    isg_param_uniform(isg_params_at(params, 1), 1, 5);
    isg_param_xavier(a, 5);
    assert_true(a->value[0] == first);
    isg_param_xavier(a, 6);
    assert_true(a->value[0] != first);
    assert_ok(isg_params_check(params, &err));
    isg_params_free(params);
    isg_params_free(NULL);
}

static void shards(void **state)
{
    (void)state;
    struct isg_error err;
    const uint32_t lengths[7] = {3, 30, 3, 10, 12, 0, 9};
    uint32_t shard[7], load[2] = {0, 0};
    assert_ok(isg_seqs_shard(lengths, 7, 2, shard, &err));
    for (int i = 0; i < 7; i++)
        load[shard[i]] += lengths[i];
    assert_true(load[0] + load[1] == 67 && load[0] >= 30 && load[0] <= 37);
    assert_int_equal(shard[1], 0);
    assert_error(isg_seqs_shard(lengths, 7, 0, shard, &err), ISG_EUSAGE, "0 shards");
    assert_ok(isg_seqs_shard(lengths, 0, 3, shard, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sgd_follows_its_formula),
        cmocka_unit_test(adam_follows_its_formula), cmocka_unit_test(large_gradients_are_clipped),
        cmocka_unit_test(nan_is_refused_by_name), cmocka_unit_test(averages), cmocka_unit_test(schedules),
        cmocka_unit_test(threads_change_no_bit), cmocka_unit_test(globs), cmocka_unit_test(table),
        cmocka_unit_test(shards)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
