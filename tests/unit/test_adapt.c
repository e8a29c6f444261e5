/* Word adaptation (Lin & Lu 2018): the closed form really is the minimum. */
#include "tests/test.h"
#include "ner/transfer/adapt.h"

#include <math.h>

static void confidence_is_the_harmonic_mean(void **state)
{
    (void)state;
    assert_near(isg_adapt_confidence(1, 1), 1, 1e-15);
    assert_near(isg_adapt_confidence(0.5, 0.25), 1.0 / 3, 1e-15);
    assert_near(isg_adapt_confidence(0.25, 0.5), 1.0 / 3, 1e-15);
    assert_true(isg_adapt_confidence(0, 0.5) == 0);
    assert_true(isg_adapt_confidence(0, 0) == 0);
}

enum { N = 40, DT = 5, DS = 3 };

static void fill(float *x, size_t n, const char *name)
{
    struct isg_rng r = isg_rng_stream(1, name, 0);
    for (size_t i = 0; i < n; i++)
        x[i] = 2 * isg_rng_float(&r) - 1;
}

static void gradient_at_the_solution_is_zero(void **state)
{
    (void)state;
    static float t[N * DT], s[N * DS];
    struct isg_adapt_pivot p[N];
    struct isg_error err;
    double z[DT * DS];
    const double ridge = 0.125;
    fill(t, N * DT, "target");
    fill(s, N * DS, "source");
    for (uint32_t i = 0; i < N; i++)
        p[i] = (struct isg_adapt_pivot){i, (i * 7) % N, 0.1 + 0.05 * i};
    assert_int_equal(isg_adapt_solve(isg_mat(t, N, DT), isg_mat(s, N, DS), p, N, ridge, z, &err), ISG_OK);
    /* d/dZ [sum c |t Z - s|^2 + ridge |Z|^2] / 2 = sum c t^T (t Z - s) + ridge Z */
    for (size_t a = 0; a < DT; a++)
        for (size_t b = 0; b < DS; b++) {
            double g = ridge * z[a * DS + b];
            for (size_t i = 0; i < N; i++) {
                double e = -(double)s[p[i].source * DS + b];
                for (size_t k = 0; k < DT; k++)
                    e += (double)t[i * DT + k] * z[k * DS + b];
                g += p[i].weight * (double)t[i * DT + a] * e;
            }
            assert_near(g, 0, 1e-12);
        }
    /* weights matter: without them the solution is another one */
    double plain[DT * DS], difference = 0;
    for (uint32_t i = 0; i < N; i++)
        p[i].weight = 1;
    assert_int_equal(isg_adapt_solve(isg_mat(t, N, DT), isg_mat(s, N, DS), p, N, ridge, plain, &err), ISG_OK);
    for (size_t i = 0; i < DT * DS; i++)
        difference += fabs(z[i] - plain[i]);
    assert_true(difference > 1e-3);
}

static void planted_map_is_recovered(void **state)
{
    (void)state;
    static float t[N * DT], s[N * DS];
    double planted[DT * DS], z[DT * DS];
    struct isg_adapt_pivot p[N];
    struct isg_error err;
    fill(t, N * DT, "planted");
    for (size_t i = 0; i < DT * DS; i++)
        planted[i] = 0.25 * (double)i - 1;
    for (uint32_t i = 0; i < N; i++) {
        for (size_t b = 0; b < DS; b++) {
            double x = 0;
            for (size_t a = 0; a < DT; a++)
                x += (double)t[i * DT + a] * planted[a * DS + b];
            s[i * DS + b] = (float)x;
        }
        p[i] = (struct isg_adapt_pivot){i, i, 1.0 / (1 + i)};
    }
    assert_int_equal(isg_adapt_solve(isg_mat(t, N, DT), isg_mat(s, N, DS), p, N, 0, z, &err), ISG_OK);
    float *applied;
    assert_int_equal(isg_adapt_apply(isg_mat(t, N, DT), z, DS, &applied, &err), ISG_OK);
    for (size_t i = 0; i < DT * DS; i++)
        assert_near(z[i], planted[i], 1e-5); /* s was rounded to float */
    for (size_t i = 0; i < N * DS; i++)
        assert_near((double)applied[i], (double)s[i], 1e-4);
    isg_free(applied);
}

static void degenerate_systems_are_errors(void **state)
{
    (void)state;
    static float t[2 * DT], s[2 * DS];
    double z[DT * DS];
    struct isg_error err;
    struct isg_adapt_pivot p = {0, 0, 1};
    assert_int_equal(isg_adapt_solve(isg_mat(t, 2, DT), isg_mat(s, 2, DS), &p, 0, 0, z, &err), ISG_EDATA);
    assert_int_equal(isg_adapt_solve(isg_mat(t, 2, DT), isg_mat(s, 2, DS), &p, 1, 0, z, &err), ISG_ENUMERIC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confidence_is_the_harmonic_mean),
        cmocka_unit_test(gradient_at_the_solution_is_zero),
        cmocka_unit_test(planted_map_is_recovered),
        cmocka_unit_test(degenerate_systems_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
