/* The kernels of every level this processor has: error bounds of the functions, products of every small shape
 * against loops, masks of dropout. Float and double. */
#include "tests/test.h"

#include "ner/engine/kernels.h"

#ifdef ISG_DOUBLE
static const double eps = 1e-14, exp_bound = 1e-15, function_bound = 1e-15;
static const double exp_low = -700;
#else
static const double eps = 1e-5, exp_bound = 2e-7, function_bound = 3e-7;
static const double exp_low = -87;
#endif

static const struct isg_kernels *level(enum isg_level_isa isa)
{
    const struct isg_kernels *k = isg_kernels_get(isa);
    assert_non_null(k);
    assert_int_equal(k->isa, isa);
    return k;
}
#define EACH_LEVEL(k)                                                                                                  \
    for (enum isg_level_isa isa = ISG_ISA_BASE; isa <= isg_isa_best(); isa++)                                          \
        for (const struct isg_kernels *k = level(isa); k; k = NULL)

static void functions_keep_their_bounds(void **state)
{
    (void)state;
    enum { N = 4099 }; /* not a multiple of any vector */
    static isg_real x[N], y[N];
    EACH_LEVEL(k)
    {
        for (int scale = 0; scale < 3; scale++) {
            const double reach = scale == 0 ? 1 : scale == 1 ? 12 : -exp_low;
            for (int i = 0; i < N; i++)
                x[i] = (isg_real)(reach * (2.0 * i / (N - 1) - 1));
            k->exp(N, x, y);
            for (int i = 0; i < N; i++)
                assert_near((double)y[i] / exp((double)x[i]), 1, exp_bound);
            k->sigmoid(N, x, y);
            for (int i = 0; i < N; i++)
                assert_near(y[i], 1 / (1 + exp(-(double)x[i])), function_bound);
            k->tanh(N, x, y);
            for (int i = 0; i < N; i++)
                assert_near(y[i], tanh((double)x[i]), function_bound);
        }
        const isg_real odd[5] = {ISG_NEG_INF, -1000, (isg_real)NAN, 0, -(ISG_R(exp_low) + 1)};
        k->exp(5, odd, y);
        assert_true(y[0] == 0 && y[1] == 0 && isnan(y[2]) && y[3] == 1 && y[4] > ISG_R(1e37));
        const isg_real ends[5] = {ISG_NEG_INF, (isg_real)INFINITY, (isg_real)NAN, -1000, 1000};
        k->tanh(5, ends, y);
        assert_true(y[0] == -1 && y[1] == 1 && isnan(y[2]) && y[3] == -1 && y[4] == 1);
        k->sigmoid(5, ends, y);
        assert_true(y[0] >= 0 && y[0] < ISG_R(1e-37) && y[1] == 1 && isnan(y[2]));
    }
}

static void fill(isg_real *x, size_t n, uint64_t seed)
{
    struct isg_rng r = isg_rng_stream(seed, "fill", n);
    for (size_t i = 0; i < n; i++)
        x[i] = (isg_real)isg_rng_normal(&r);
}

/* Every m up to two register tiles and one, every n around the panel widths, k from 0 on; strides, row lists,
 * bias. */
static void products_of_every_shape(void **state)
{
    (void)state;
    enum { M = 13, N = 150, K = 19, LDC = N + 3 };
    static isg_real a[40 * 40], at[40 * 40], b[K * N], bt[K * N], bias[N + 16], packed[K * (N + 16)], c[M * LDC];
    fill(a, 40 * 40, 1);
    fill(b, K * N, 2);
    fill(bias, N + 16, 3);
    for (size_t i = 0; i < 40; i++)
        for (size_t j = 0; j < 40; j++)
            at[j * 40 + i] = a[i * 40 + j];
    uint32_t rows[M];
    for (uint32_t i = 0; i < M; i++)
        rows[i] = 39 - 2 * i;
    static const size_t widths[] = {1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 48, 50, 63, 64, 65, 100, 128, 129, 150};
    EACH_LEVEL(k)
    {
        for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
            for (size_t kk = 0; kk <= K; kk += kk < 3 ? 1 : 8) {
                const size_t n = widths[w];
                for (size_t i = 0; i < kk; i++)
                    for (size_t j = 0; j < n; j++)
                        bt[j * kk + i] = b[i * n + j];
                for (size_t m = 0; m <= M; m++) {
                    const unsigned how = (unsigned)(m + w + kk) % 8;
                    const bool accumulate = how & 1, with_bias = how & 2, listed = how & 4, flipped = (m + w) % 3 == 0;
                    if (flipped)
                        k->pack(kk, n, bt, 1, kk, packed);
                    else
                        k->pack(kk, n, b, n, 1, packed);
                    for (size_t i = 0; i < M * LDC; i++)
                        c[i] = (isg_real)(i % 7);
                    k->gemm(m, n, kk, flipped ? at : a, flipped ? 1 : 40, flipped ? 40 : 1, listed ? rows : NULL,
                        packed, with_bias ? bias : NULL, c, LDC, accumulate);
                    for (size_t i = 0; i < M; i++) {
                        for (size_t j = 0; j < LDC; j++) {
                            double want = (double)((i * LDC + j) % 7);
                            if (i < m && j < n) {
                                want = accumulate ? want : 0;
                                want += with_bias ? (double)bias[j] : 0;
                                for (size_t l = 0; l < kk; l++)
                                    want += (double)a[(listed ? rows[i] : i) * 40 + l] * (double)b[l * n + j];
                            }
                            assert_near(c[i * LDC + j], want, eps * 20); /* outside m x n: untouched */
                        }
                    }
                }
            }
        }
    }
}

static void rows_and_sums(void **state)
{
    (void)state;
    EACH_LEVEL(k)
    {
        for (size_t n = 1; n < 40; n++) {
            isg_real x[40], y[40], z[40];
            fill(x, n, n);
            fill(y, n, n + 100);
            double dot = 0;
            for (size_t i = 0; i < n; i++)
                dot += (double)x[i] * (double)y[i];
            assert_near(k->dot(n, x, y), dot, eps);
            memcpy(z, y, sizeof z);
            k->axpy(n, ISG_R(-1.5), x, z);
            for (size_t i = 0; i < n; i++)
                assert_near(z[i], (double)y[i] - 1.5 * (double)x[i], eps);
            double sum = 0, top = -1e300;
            for (size_t i = 0; i < n; i++)
                top = fmax(top, (double)x[i]);
            for (size_t i = 0; i < n; i++)
                sum += exp((double)x[i] - top);
            memcpy(z, x, sizeof z);
            assert_near(k->softmax_row(n, z), sum, eps * 10);
            for (size_t i = 0; i < n; i++)
                assert_near(z[i], exp((double)x[i] - top), eps);
            for (size_t i = 0; i < n; i++)
                z[i] = ISG_NEG_INF;
            assert_true(k->softmax_row(n, z) == 0 && z[0] == 0 && z[n - 1] == 0);
            /* ties: the first row wins */
            const isg_real rows[3] = {1, 1, 1};
            isg_real best;
            uint32_t at;
            k->max_rows(3, 1, rows, 70, &best, &at);
            assert_true(best == 1 && at == 70);
        }
        isg_real grid[5 * 21], best[21];
        uint32_t at[21];
        fill(grid, 5 * 21, 5);
        k->max_rows(5, 21, grid, 3, best, at);
        for (size_t j = 0; j < 21; j++) {
            size_t top = 0;
            for (size_t i = 1; i < 5; i++)
                top = grid[i * 21 + j] > grid[top * 21 + j] ? i : top;
            assert_int_equal(at[j], 3 + top);
            assert_true(best[j] == grid[top * 21 + j]);
        }
    }
}

/* The share kept, its mean, independence of neighbours and of rows, the same mask at every level. */
static void dropout_masks(void **state)
{
    (void)state;
    enum { N = 100000 };
    static isg_real x[N], y[N], first[N];
    for (int i = 0; i < N; i++)
        x[i] = 1;
    const uint32_t key[2] = {12345, 678}, other[2] = {12346, 678};
    const uint32_t limit = 19661; /* 0.3 */
    const isg_real scale = 1 / (1 - ISG_R(19661) / 65536);
    EACH_LEVEL(k)
    {
        k->dropout(N, key, limit, scale, x, y, false);
        double kept = 0, pairs = 0, sum = 0, same = 0;
        for (int i = 0; i < N; i++) {
            assert_true(y[i] == 0 || y[i] == scale);
            kept += y[i] != 0;
            sum += (double)y[i];
            pairs += i > 0 && y[i] != 0 && y[i - 1] != 0;
        }
        assert_near(kept / N, 0.7, 0.006); /* four deviations: sqrt(0.21 / N) = 0.00145 */
        assert_near(sum / N, 1, 0.009);
        assert_near(pairs / N, 0.49, 0.008);
        if (isa == ISG_ISA_BASE)
            memcpy(first, y, sizeof y);
        assert_memory_equal(first, y, sizeof y);
        k->dropout(N, other, limit, scale, x, y, false);
        for (int i = 0; i < N; i++)
            same += first[i] != 0 && y[i] != 0;
        assert_near(same / N, 0.49, 0.008);
        k->dropout(N, other, limit, scale, x, y, true);
        for (int i = 0; i < N; i += 997)
            assert_true(y[i] == 0 || y[i] == 2 * scale);
        k->dropout(33, key, 0, 1, x, y, false); /* nothing dropped */
        for (int i = 0; i < 33; i++)
            assert_true(y[i] == 1);
    }
}

static void levels(void **state)
{
    (void)state;
    assert_string_equal(isg_isa_name(ISG_ISA_AVX512), "avx512");
    assert_non_null(isg_kernels_get(ISG_ISA_AUTO));
    if (isg_isa_best() < ISG_ISA_AVX512)
        assert_null(isg_kernels_get(ISG_ISA_AVX512));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(functions_keep_their_bounds),
        cmocka_unit_test(products_of_every_shape), cmocka_unit_test(rows_and_sums), cmocka_unit_test(dropout_masks),
        cmocka_unit_test(levels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
