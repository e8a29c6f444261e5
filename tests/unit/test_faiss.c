/* Neighbours by FAISS: ties, penalties, rows left out, tiles and threads, against a naive search. */
#include "align/faiss.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 1500, QUERIES = 600, D = 9, K = 7 };
static struct isg_error err;
static float y[ROWS * D], x[QUERIES * D], penalty[ROWS];
static bool out[ROWS];

static void unit_rows(float *to, size_t n, size_t distinct, const char *stream)
{
    struct isg_rng r = isg_rng_stream(1, stream, 0);
    for (size_t i = 0; i < n; i++) {
        float sum = 0;
        if (i >= distinct) {
            memcpy(to + i * D, to + i % distinct * D, D * sizeof *to);
            continue;
        }
        for (size_t j = 0; j < D; j++) {
            to[i * D + j] = (float)isg_rng_normal(&r);
            sum += to[i * D + j] * to[i * D + j];
        }
        for (size_t j = 0; j < D; j++)
            to[i * D + j] /= sqrtf(sum);
    }
}

static void make(size_t distinct)
{
    unit_rows(y, ROWS, distinct, "y");
    unit_rows(x, QUERIES, QUERIES, "x");
    for (size_t i = 0; i < ROWS; i++) {
        penalty[i] = 0.25F * (float)(i % 3);
        out[i] = i % 11 == 4;
    }
}

/* Of equal rows with equal penalties the lower ones have to come first, and none may be missing. */
static void check(const struct isg_near *near, const float *p)
{
    for (size_t q = 0; q < QUERIES; q += 7) {
        static double score[ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            score[i] = p ? -(double)p[i] : 0;
            for (size_t j = 0; j < D; j++)
                score[i] += (double)x[q * D + j] * (double)y[i * D + j];
        }
        for (size_t r = 0; r < K; r++) {
            const struct isg_near n = near[q * K + r];
            assert_true(n.row < ROWS && !out[n.row]);
            assert_near(n.score, score[n.row], 1e-6);
            size_t better = 0; /* scores that are not equal differ by more than rounding here */
            for (size_t i = 0; i < ROWS; i++)
                better += !out[i] &&
                          (score[i] > score[n.row] + 1e-9 || (fabs(score[i] - score[n.row]) <= 1e-9 && i < n.row));
            assert_int_equal(better, r);
        }
    }
}

static void finds_what_a_naive_search_finds(void **state)
{
    (void)state;
    static struct isg_near near[QUERIES * K], again[QUERIES * K];
    const size_t distinct[] = {ROWS, 40, 1}, tiles[] = {0, 100, 640};
    for (size_t c = 0; c < 3; c++) {
        make(distinct[c]);
        const float *const penalties[] = {penalty, NULL};
        for (int p = 0; p < 2; p++)
            for (size_t t = 0; t < 3; t++)
                for (unsigned threads = 1; threads <= 2; threads++) {
                    struct isg_faiss *index;
                    struct isg_pool *const pool = isg_pool_new(threads);
                    const struct isg_env env = {.pool = pool};
                    const struct isg_faiss_rows rows = {
                        .y = isg_mat(y, ROWS, D), .out = out, .penalty = penalty, .tile = tiles[t]};
                    assert_ok(isg_faiss_new(&index, &rows, "Flat", &err));
                    assert_true(isg_faiss_exact(index));
                    assert_ok(isg_faiss_search(index, isg_mat(x, QUERIES, D), penalties[p], K, again, &env, &err));
                    isg_faiss_free(index);
                    isg_pool_free(pool);
                    if (t == 0 && threads == 1) {
                        check(again, penalties[p]);
                        memcpy(near, again, sizeof near);
                    }
                    assert_memory_equal(near, again, sizeof near);
                }
    }
}

static void fewer_rows_than_wanted(void **state)
{
    (void)state;
    struct isg_near near[2 * K];
    struct isg_faiss *index;
    const struct isg_env silent = {0};
    make(ROWS);
    for (size_t n = 0; n <= 6; n += 3) {
        const struct isg_faiss_rows rows = {.y = isg_mat(y, n, D), .out = out};
        const size_t there = n > 4 ? n - 1 : n; /* row 4 is kept out */
        assert_ok(isg_faiss_new(&index, &rows, "Flat", &err));
        assert_ok(isg_faiss_search(index, isg_mat(x, 2, D), NULL, K, near, &silent, &err));
        for (size_t r = 0; r < K; r++)
            assert_int_equal(near[r].row == ISG_NO_ID, r >= there);
        isg_faiss_free(index);
    }
}

static void refuses(void **state)
{
    (void)state;
    struct isg_faiss *index;
    make(ROWS);
    const struct isg_faiss_rows rows = {.y = isg_mat(y, ROWS, D)};
    assert_error(isg_faiss_new(&index, &rows, "NoSuchIndex", &err), ISG_EUSAGE, "NoSuchIndex");
    assert_error(isg_faiss_new(&index, &rows, "Flat;nprobe=x", &err), ISG_EUSAGE, "nprobe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_what_a_naive_search_finds),
        cmocka_unit_test(fewer_rows_than_wanted), cmocka_unit_test(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
