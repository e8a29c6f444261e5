#include "tests/test.h"

#include "src/blas.h"
#include "src/mem.h"
#include "src/pool.h"
#include "src/rng.h"

static void fill(double *x, size_t n, const char *name)
{
    struct isg_rng r = isg_rng_stream(1, name, 0);
    for (size_t i = 0; i < n; i++)
        x[i] = isg_rng_normal(&r);
}

/* Element of op(X) whose rows are ld apart. */
static double at(const double *x, enum isg_trans t, size_t ld, size_t i, size_t j)
{
    return t == ISG_T ? x[j * ld + i] : x[i * ld + j];
}

static void products(void **state)
{
    (void)state;
    enum { M = 5, N = 4, K = 3, LD = 7 };
    double a[LD * LD], b[LD * LD], c[LD * LD], c0[LD * LD];
    float fa[LD * LD], fb[LD * LD], fc[LD * LD];
    fill(a, LD * LD, "a");
    fill(b, LD * LD, "b");
    fill(c0, LD * LD, "c");
    for (int ta = 0; ta < 2; ta++)
        for (int tb = 0; tb < 2; tb++) {
            memcpy(c, c0, sizeof c);
            for (int i = 0; i < LD * LD; i++) {
                fa[i] = (float)a[i];
                fb[i] = (float)b[i];
                fc[i] = (float)c[i];
            }
            isg_dgemm((enum isg_trans)ta, (enum isg_trans)tb, M, N, K, 0.5, a, LD, b, LD, 2, c, LD);
            isg_sgemm((enum isg_trans)ta, (enum isg_trans)tb, M, N, K, 0.5f, fa, LD, fb, LD, 2, fc, LD);
            for (size_t i = 0; i < LD; i++)
                for (size_t j = 0; j < LD; j++) {
                    double want = c0[i * LD + j];
                    if (i < M && j < N) {
                        want *= 2;
                        for (size_t k = 0; k < K; k++)
                            want += 0.5 * at(a, (enum isg_trans)ta, LD, i, k) * at(b, (enum isg_trans)tb, LD, k, j);
                    }
                    assert_near(c[i * LD + j], want, 1e-13); /* a few roundings of numbers below 10 */
                    assert_near(fc[i * LD + j], want, 1e-5);
                }
        }
    isg_dgemm(ISG_N, ISG_N, 0, 4, 3, 1, a, 3, b, 4, 0, c, 4); /* nothing to do is fine */
    c[0] = 3;
    isg_dgemm(ISG_N, ISG_N, 1, 1, 0, 1, a, 1, b, 1, 2, c, 1);
    assert_near(c[0], 6, 0); /* an empty sum: beta C */
}

static void same_bytes_for_any_number_of_threads(void **state)
{
    (void)state;
    enum { M = 1000, N = 33, K = 50 };
    float *a = isg_malloc(M * K, sizeof *a), *b = isg_malloc(K * N, sizeof *b);
    float *c[4];
    struct isg_rng r = isg_rng_stream(1, "gemm", 0);
    for (size_t i = 0; i < M * K; i++)
        a[i] = isg_rng_float(&r) - 0.5f;
    for (size_t i = 0; i < K * N; i++)
        b[i] = isg_rng_float(&r) - 0.5f;
    for (int t = 0; t < 2; t++) {
        for (unsigned threads = 0; threads < 4; threads++) {
            struct isg_pool *pool = threads ? isg_pool_new(threads) : NULL;
            c[threads] = isg_calloc(M * N, sizeof(float));
            isg_sgemm_pool(pool, t ? ISG_T : ISG_N, ISG_N, M, N, K, 1, a, t ? M : K, b, N, 0, c[threads], N);
            isg_pool_free(pool);
            assert_memory_equal(c[threads], c[0], M * N * sizeof(float));
        }
        for (size_t i = 0; i < M; i += 37)
            for (size_t j = 0; j < N; j++) {
                double want = 0;
                for (size_t k = 0; k < K; k++)
                    want += (double)(t ? a[k * M + i] : a[i * K + k]) * (double)b[k * N + j];
                assert_near(c[0][i * N + j], want, 1e-5);
            }
        for (int i = 0; i < 4; i++)
            isg_free(c[i]);
    }
    isg_free(a);
    isg_free(b);
}

static void singular_values(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{1, 1}, {1, 4}, {4, 1}, {6, 6}, {9, 5}, {5, 9}, {60, 60}};
    struct isg_error err = {0};
    for (size_t q = 0; q < sizeof shapes / sizeof *shapes; q++) {
        const size_t m = shapes[q][0], n = shapes[q][1], r = m < n ? m : n;
        double *a = isg_malloc(m * n, sizeof *a), *copy = isg_malloc(m * n, sizeof *a);
        double *u = isg_malloc(m * r, sizeof *u), *s = isg_malloc(r, sizeof *s), *vt = isg_malloc(r * n, sizeof *vt);
        fill(a, m * n, "svd");
        memcpy(copy, a, m * n * sizeof *a);
        assert_ok(isg_svd(m, n, a, u, s, vt, &err));
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++) {
                double sum = 0;
                for (size_t k = 0; k < r; k++)
                    sum += u[i * r + k] * s[k] * vt[k * n + j];
                assert_near(sum, copy[i * n + j], 1e-12);
            }
        for (size_t i = 0; i < r; i++) {
            assert_true(s[i] >= 0 && (i == 0 || s[i] <= s[i - 1]));
            for (size_t j = 0; j < r; j++) { /* U^T U = V^T V = I */
                double uu = 0, vv = 0;
                for (size_t k = 0; k < m; k++)
                    uu += u[k * r + i] * u[k * r + j];
                for (size_t k = 0; k < n; k++)
                    vv += vt[i * n + k] * vt[j * n + k];
                assert_near(uu, i == j, 1e-12);
                assert_near(vv, i == j, 1e-12);
            }
        }
        isg_free(a);
        isg_free(copy);
        isg_free(u);
        isg_free(s);
        isg_free(vt);
    }
}

/* Procrustes: the rotation that was put in comes out as W = U V^T of the SVD of Y^T X, and W^T W = I. */
static void planted_rotation(void **state)
{
    (void)state;
    enum { D = 20, N = 100 };
    struct isg_error err = {0};
    double g[D * D], q[D * D], s[D], vt[D * D], x[N * D], y[N * D], w[D * D];
    fill(g, D * D, "rotation");
    assert_ok(isg_svd(D, D, g, q, s, vt, &err)); /* the left factor of a random matrix is orthogonal */
    fill(x, N * D, "points");
    isg_dgemm(ISG_N, ISG_T, N, D, D, 1, x, D, q, D, 0, y, D);
    isg_dgemm(ISG_T, ISG_N, D, D, N, 1, y, D, x, D, 0, g, D);
    double u[D * D];
    assert_ok(isg_svd(D, D, g, u, s, vt, &err));
    isg_dgemm(ISG_N, ISG_N, D, D, D, 1, u, D, vt, D, 0, w, D);
    for (int i = 0; i < D * D; i++)
        assert_near(w[i], q[i], 1e-12);
    isg_dgemm(ISG_T, ISG_N, D, D, D, 1, w, D, w, D, 0, g, D);
    for (int i = 0; i < D * D; i++)
        assert_near(g[i], i / D == i % D, 1e-12);
}

static void eigenvalues(void **state)
{
    (void)state;
    enum { N = 12 };
    struct isg_error err = {0};
    double a[N * N], copy[N * N], w[N];
    fill(a, N * N, "eigh");
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++)
            a[i * N + j] = a[j * N + i];
    memcpy(copy, a, sizeof a);
    assert_ok(isg_eigh(N, a, w, &err));
    for (int k = 0; k < N; k++) {
        assert_true(k == 0 || w[k] >= w[k - 1]);
        for (int i = 0; i < N; i++) { /* A v = w v with v in column k */
            double av = 0;
            for (int j = 0; j < N; j++)
                av += copy[i * N + j] * a[j * N + k];
            assert_near(av, w[k] * a[i * N + k], 1e-12);
        }
    }
    double one = 5;
    assert_ok(isg_eigh(1, &one, w, &err));
    assert_near(one * one, 1, 0);
    assert_near(w[0], 5, 0);
}

static void equations(void **state)
{
    (void)state;
    enum { N = 8, M = 3 };
    struct isg_error err = {0};
    double g[N * N], a[N * N], copy[N * N], x[N * M], b[N * M];
    fill(g, N * N, "spd");
    isg_dgemm(ISG_T, ISG_N, N, N, N, 1, g, N, g, N, 0, a, N);
    for (int i = 0; i < N; i++)
        a[i * N + i] += 1;
    memcpy(copy, a, sizeof a);
    fill(x, N * M, "x");
    isg_dgemm(ISG_N, ISG_N, N, M, N, 1, a, N, x, M, 0, b, M);
    assert_ok(isg_solve_spd(N, M, a, b, &err));
    for (int i = 0; i < N * M; i++)
        assert_near(b[i], x[i], 1e-12);
    copy[0] = -1;
    assert_error(isg_solve_spd(N, M, copy, b, &err), ISG_ENUMERIC, "not positive definite");
    assert_ok(isg_solve_spd(0, 0, NULL, NULL, &err));
}

static void what_is_refused(void **state)
{
    (void)state;
    struct isg_error err = {0};
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        double a[4] = {1, 0, bad[i], 1}, u[4], s[2], vt[4], b[2] = {1, 1};
        assert_error(isg_svd(2, 2, a, u, s, vt, &err), ISG_ENUMERIC, "NaN or infinity");
        assert_error(isg_eigh(2, a, s, &err), ISG_ENUMERIC, "NaN or infinity");
        assert_error(isg_solve_spd(2, 1, a, b, &err), ISG_ENUMERIC, "NaN or infinity");
        double good[4] = {1, 0, 0, 1};
        b[1] = bad[i];
        assert_error(isg_solve_spd(2, 1, good, b, &err), ISG_ENUMERIC, "NaN or infinity");
    }
    double x = 0;
    assert_error(isg_svd(0, 3, &x, &x, &x, &x, &err), ISG_EUSAGE, "empty matrix");
    assert_error(isg_eigh(0, &x, &x, &err), ISG_EUSAGE, "empty matrix");
    assert_error(isg_svd(100000, 100000, &x, &x, &x, &x, &err), ISG_ENOMEM, "too large");
    assert_error(isg_svd((size_t)1 << 32, 1, &x, &x, &x, &x, &err), ISG_ENOMEM, "too large");
}

static void kernel(void **state)
{
    (void)state;
    const char *const words = isg_blas_describe();
    assert_non_null(strstr(words, "OpenBLAS"));
    assert_null(getenv("OPENBLAS_NUM_THREADS")); /* set to open it, and taken back */
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        assert_null(strstr(words, "Prescott")); /* what old releases choose on processors that they do not know */
#endif
    assert_null(getenv("OPENBLAS_CORETYPE"));
}

int main(void)
{
    unsetenv("OPENBLAS_NUM_THREADS");
    unsetenv("OPENBLAS_CORETYPE");
    const struct CMUnitTest tests[] = {cmocka_unit_test(products),
        cmocka_unit_test(same_bytes_for_any_number_of_threads), cmocka_unit_test(singular_values),
        cmocka_unit_test(planted_rotation), cmocka_unit_test(eigenvalues), cmocka_unit_test(equations),
        cmocka_unit_test(what_is_refused), cmocka_unit_test(kernel)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
