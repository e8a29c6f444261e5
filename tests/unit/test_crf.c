/* The CRF against all paths: Z, loss, best paths, marginals, span probabilities, with and without masks, pair
 * terms and temperature. Float and double. */
#include "tests/engine.h"
#include "tests/test.h"

#include "ner/engine/crf.h"
#include "ner/engine/crf_decode.h"
#include "ner/engine/lookup.h"

enum { L = 3, MAX = 5, PATHS = 243 };
#ifdef ISG_DOUBLE
static const double eps = 1e-11;
#else
static const double eps = 2e-6; /* probabilities and log Z of sentences of five tokens in float */
#endif

/* A random CRF and sentence; which parts are there is drawn too. */
struct problem {
    struct isg_params *params;
    struct isg_crf crf;
    uint8_t start[L], end[L], trans[L * L], allowed[MAX * L];
    isg_real emit[MAX * L], pair[MAX * L * L];
    struct isg_crf_input in;
    double scale;
};

static void problem_make(struct problem *p, uint64_t seed)
{
    struct isg_error err;
    struct isg_rng r = isg_rng_stream(seed, "problem", 0);
    assert_ok(isg_params_new(&p->params, &err));
    assert_ok(isg_crf_add(p->params, &p->crf, "crf", L, &err));
    assert_ok(isg_params_seal(p->params, &err));
    const isg_real size = seed % 7 == 0 ? 60 : 2; /* now and then scores whose exp would overflow */
    for (uint32_t i = 0; i < 3; i++)
        test_normal(isg_params_at(p->params, i), size, seed);
    for (int i = 0; i < MAX * L; i++) {
        p->emit[i] = size * (isg_real)isg_rng_normal(&r);
        p->allowed[i] = isg_rng_below(&r, 4) > 0;
    }
    for (int i = 0; i < MAX * L * L; i++)
        p->pair[i] = (isg_real)isg_rng_normal(&r);
    for (int i = 0; i < L; i++) {
        p->start[i] = isg_rng_below(&r, 4) > 0;
        p->end[i] = isg_rng_below(&r, 4) > 0;
    }
    for (int i = 0; i < L * L; i++)
        p->trans[i] = isg_rng_below(&r, 4) > 0;
    if (isg_rng_below(&r, 2))
        p->crf.legal = (struct isg_crf_legal){p->start, p->end, p->trans};
    if (isg_rng_below(&r, 4) == 0)
        p->crf.start = p->crf.end = NULL;
    p->in = (struct isg_crf_input){.crf = &p->crf,
        .n = isg_rng_below(&r, MAX + 1),
        .emit = p->emit,
        .pair = isg_rng_below(&r, 2) ? p->pair : NULL,
        .allowed = isg_rng_below(&r, 2) ? p->allowed : NULL,
        .temperature = isg_rng_below(&r, 2) ? ISG_R(2.5) : 0};
    p->scale = p->in.temperature > 0 ? 1 / 2.5 : 1;
}

static double path_score(const struct problem *p, const uint32_t *y, bool with_allowed)
{
    const struct isg_crf *crf = &p->crf;
    const uint32_t n = p->in.n;
    double s = 0;
    if (n == 0)
        return 0;
    if (crf->start)
        s += (double)crf->start->value[y[0]] + (double)crf->end->value[y[n - 1]];
    bool legal = !crf->legal.start || (crf->legal.start[y[0]] && crf->legal.end[y[n - 1]]);
    for (uint32_t t = 0; t < n; t++) {
        s += (double)p->emit[t * L + y[t]];
        legal = legal && (!with_allowed || !p->in.allowed || p->allowed[t * L + y[t]]);
        if (t == 0)
            continue;
        const uint32_t at = y[t - 1] * L + y[t];
        s += (double)crf->trans->value[at] + (p->in.pair ? (double)p->pair[t * L * L + at] : 0);
        legal = legal && (!crf->legal.trans || crf->legal.trans[at]);
    }
    return legal ? s * p->scale : -(double)INFINITY;
}

/* All L^n paths: path i has digits y. */
static uint32_t all_paths(const struct problem *p, bool with_allowed, uint32_t y[PATHS][MAX], double score[PATHS])
{
    uint32_t n = 1;
    for (uint32_t t = 0; t < p->in.n; t++)
        n *= L;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t t = 0, x = i; t < p->in.n; t++, x /= L)
            y[i][t] = x % L;
        score[i] = path_score(p, y[i], with_allowed);
    }
    return n;
}

static double log_sum(const double *x, uint32_t n)
{
    double top = -(double)INFINITY, sum = 0;
    for (uint32_t i = 0; i < n; i++)
        top = fmax(top, x[i]);
    for (uint32_t i = 0; i < n && !isinf(top); i++)
        sum += exp(x[i] - top);
    return isinf(top) ? top : top + log(sum);
}

static int falling(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

enum { PROBLEMS = 400 };

static void best_paths(void **state)
{
    (void)state;
    struct isg_error err;
    for (uint64_t seed = 1; seed <= PROBLEMS; seed++) {
        static uint32_t y[PATHS][MAX];
        static double score[PATHS];
        struct problem p;
        problem_make(&p, seed);
        const uint32_t n = all_paths(&p, true, y, score);
        qsort(score, n, sizeof *score, falling);
        uint32_t tags[PATHS * MAX], found;
        double best, list[PATHS];
        if (isinf(score[0])) {
            assert_error(isg_crf_viterbi(&p.in, tags, &best, &err), ISG_EDATA, "without legal tags");
            assert_error(isg_crf_nbest(&p.in, 2, tags, list, &found, &err), ISG_EDATA, "without legal tags");
            struct isg_crf_lattice *l;
            assert_error(isg_crf_lattice_new(&l, &p.in, &err), ISG_EDATA, "without legal tags");
            assert_null(l);
        } else {
            assert_ok(isg_crf_viterbi(&p.in, tags, &best, &err));
            assert_near(best, score[0], 1e-9);
            assert_near(path_score(&p, tags, true), score[0], 1e-9);
            const uint32_t ks[3] = {1, 4, PATHS};
            for (int c = 0; c < 3; c++) {
                assert_ok(isg_crf_nbest(&p.in, ks[c], tags, list, &found, &err));
                uint32_t legal = 0;
                while (legal < n && !isinf(score[legal]))
                    legal++;
                assert_int_equal(found, legal < ks[c] ? legal : ks[c]);
                for (uint32_t i = 0; i < found; i++) {
                    assert_near(list[i], score[i], 1e-9);
                    assert_near(path_score(&p, tags + i * p.in.n, true), score[i], 1e-9);
                    for (uint32_t j = 0; j < i && p.in.n > 0; j++) /* no path twice */
                        assert_memory_not_equal(tags + i * p.in.n, tags + j * p.in.n, p.in.n * sizeof *tags);
                }
            }
        }
        isg_params_free(p.params);
    }
}

static void probabilities(void **state)
{
    (void)state;
    struct isg_error err;
    for (uint64_t seed = 1; seed <= PROBLEMS; seed++) {
        static uint32_t y[PATHS][MAX];
        static double score[PATHS];
        struct problem p;
        struct isg_crf_lattice *l = NULL;
        problem_make(&p, seed);
        const uint32_t n = all_paths(&p, true, y, score);
        const double z = log_sum(score, n);
        if (isinf(z)) {
            isg_params_free(p.params);
            continue;
        }
        assert_ok(isg_crf_lattice_new(&l, &p.in, &err));
        assert_near(isg_crf_log_z(l), z, eps * (1 + fabs(z)));
        isg_real marginals[MAX * L];
        isg_crf_marginals(l, marginals);
        for (uint32_t t = 0; t < p.in.n; t++) {
            for (uint32_t j = 0; j < L; j++) {
                double want = 0;
                for (uint32_t i = 0; i < n; i++)
                    want += y[i][t] == j ? exp(score[i] - z) : 0;
                assert_near(marginals[t * L + j], want, 20 * eps);
            }
        }
        static const uint8_t before[L] = {1, 0, 1}, after[L] = {0, 1, 1};
        for (uint32_t first = 0; first < p.in.n; first++) {
            for (uint32_t len = 1; first + len <= p.in.n; len++) {
                const uint32_t last = first + len;
                const uint32_t *span = y[(seed * 7 + first * 3 + len) % n] + first;
                for (int masks = 0; masks < 4; masks++) {
                    const uint8_t *b = masks & 1 ? before : NULL, *a = masks & 2 ? after : NULL;
                    double want = 0;
                    for (uint32_t i = 0; i < n; i++) {
                        const bool in = memcmp(y[i] + first, span, len * sizeof *span) == 0 &&
                                        (!b || first == 0 || b[y[i][first - 1]]) &&
                                        (!a || last == p.in.n || a[y[i][last]]);
                        want += in ? exp(score[i] - z) : 0;
                    }
                    assert_near(isg_crf_span_probability(l, first, len, span, b, a), want, 50 * eps);
                }
            }
        }
        assert_near(isg_crf_span_probability(l, p.in.n, 1, y[0], NULL, NULL), 0, 0);
        isg_crf_lattice_free(l);
        isg_params_free(p.params);
    }
}

/* log Z less the log of the sum over the paths that agree with known tags and allowed sets */
static void losses(void **state)
{
    (void)state;
    struct isg_error err;
    uint32_t refused = 0;
    for (uint64_t seed = 1; seed <= PROBLEMS; seed++) {
        static uint32_t y[PATHS][MAX];
        static double score[PATHS], good[PATHS];
        struct problem p;
        problem_make(&p, seed);
        p.scale = 1;
        struct isg_rng r = isg_rng_stream(seed, "loss", 0);
        uint32_t tags[MAX];
        const uint32_t n = all_paths(&p, false, y, score);
        const uint32_t gold = isg_rng_below(&r, n);
        const bool full = isg_rng_below(&r, 2);
        for (uint32_t t = 0; t < p.in.n; t++)
            tags[t] = full || isg_rng_below(&r, 2) ? y[gold][t] : ISG_NO_ID;
        const uint8_t *allowed = full ? NULL : p.in.allowed;
        for (uint32_t i = 0; i < n; i++) {
            bool agrees = true;
            for (uint32_t t = 0; t < p.in.n; t++)
                agrees = agrees && (tags[t] == ISG_NO_ID || tags[t] == y[i][t]) &&
                         (!allowed || allowed[t * L + y[i][t]]);
            good[i] = agrees ? score[i] : -(double)INFINITY;
        }
        const double want = log_sum(score, n) - log_sum(good, n);
        struct isg_tape *t;
        assert_ok(isg_tape_new(&t, p.params, ISG_ISA_AUTO, &err));
        isg_tape_reset(t, &(struct isg_run){.training = true});
        const uint32_t offset[2] = {0, p.in.n};
        const isg_real weight = ISG_R(0.5);
        struct isg_node *pair = p.in.pair ? test_input(t, p.pair, p.in.n, L * L, true) : NULL;
        struct isg_node *loss = isg_crf_loss(t, test_input(t, p.emit, p.in.n, L, true), pair,
            &(struct isg_seqs){1, offset}, &p.crf,
            &(struct isg_crf_target){.tags = tags, .allowed = allowed, .weights = &weight});
        if (isnan(want) || isinf(want)) {
            assert_null(loss);
            assert_error(isg_tape_status(t, &err), ISG_EDATA, "legal");
            refused++;
        } else {
            assert_ok(isg_tape_status(t, &err));
            assert_near(loss->x[0], want / 2, 10 * eps * (1 + fabs(log_sum(score, n))));
        }
        isg_tape_free(t);
        isg_params_free(p.params);
    }
    assert_true(refused > 10 && refused < PROBLEMS / 2); /* both branches were seen */
}

/* Five hundred tokens: no drift, and every token's marginals sum to 1. */
static void long_sentences(void **state)
{
    (void)state;
    struct isg_error err;
    enum { N = 500 };
    struct problem p;
    problem_make(&p, 1);
    p.crf.legal = (struct isg_crf_legal){0};
    static isg_real emit[N * L], marginals[N * L];
    struct isg_rng r = isg_rng_stream(9, "long", 0);
    for (int i = 0; i < N * L; i++)
        emit[i] = 30 * (isg_real)isg_rng_normal(&r);
    const struct isg_crf_input in = {.crf = &p.crf, .n = N, .emit = emit};
    struct isg_crf_lattice *l;
    assert_ok(isg_crf_lattice_new(&l, &in, &err));
    isg_crf_marginals(l, marginals);
    for (int t = 0; t < N; t++)
        assert_near(marginals[t * L] + marginals[t * L + 1] + marginals[t * L + 2], 1, 10 * eps);
    double best;
    static uint32_t tags[N];
    assert_ok(isg_crf_viterbi(&in, tags, &best, &err));
    assert_true(best <= isg_crf_log_z(l) + 1e-3);
    isg_crf_lattice_free(l);
    isg_params_free(p.params);
}

static void ties_go_to_the_lower_tag(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_params *params;
    struct isg_crf crf;
    assert_ok(isg_params_new(&params, &err));
    assert_ok(isg_crf_add(params, &crf, "crf", L, &err));
    assert_ok(isg_params_seal(params, &err));
    const isg_real emit[3 * L] = {0};
    uint32_t tags[3] = {9, 9, 9};
    assert_ok(isg_crf_viterbi(&(struct isg_crf_input){.crf = &crf, .n = 3, .emit = emit}, tags, NULL, &err));
    for (int t = 0; t < 3; t++)
        assert_int_equal(tags[t], 0);
    isg_params_free(params);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(best_paths), cmocka_unit_test(probabilities),
        cmocka_unit_test(losses), cmocka_unit_test(long_sentences), cmocka_unit_test(ties_go_to_the_lower_tag)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
