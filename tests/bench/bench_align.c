/* Neighbours against sgemm: the time that the best 10 of all words take by FAISS (IndexFlat through its C API, in one more
 * dimension) and by our own kernel, and the time of exact CSLS (both neighbourhood means and the best translations), over
 * the time that the same multiply-adds take in sgemm alone, in the same process.
 * bench_align [N [M [D [THREADS [DISTINCT [ROUNDS]]]]]]: N x D source and M x D target rows, default 30000 30000 100 1; of
 * these the first DISTINCT are random and the others repeat them, so that there are ties (0 = no repeats); the best of
 * ROUNDS (3) of each counts. */
#include "align/align.h"
#include "align/faiss.h"
#include "align/topk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void must(enum isg_status status, const struct isg_error *err)
{
    char text[1024];
    if (status == ISG_OK)
        return;
    isg_error_format(err, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    exit(1);
}

/* Of the processor, in all threads: what else runs on the machine does not count. */
static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct isg_mat rows(size_t n, size_t d, size_t distinct, uint64_t stream)
{
    struct isg_mat m = isg_mat(isg_malloc(n, d * sizeof(float)), n, d);
    struct isg_rng r = isg_rng_stream(1, "rows", stream);
    if (!m.x)
        exit(1);
    for (size_t i = 0; i < n; i++) {
        double norm = 0;
        if (distinct && i >= distinct) {
            memcpy(m.x + i * d, m.x + i % distinct * d, d * sizeof *m.x);
            continue;
        }
        for (size_t j = 0; j < d; j++) {
            m.x[i * d + j] = (float)isg_rng_normal(&r);
            norm += (double)m.x[i * d + j] * (double)m.x[i * d + j];
        }
        for (size_t j = 0; j < d; j++)
            m.x[i * d + j] /= (float)sqrt(norm);
    }
    return m;
}

struct product {
    struct isg_mat a, b;
    size_t tile_a, tile_b;
    float *out; /* a tile a worker */
};

static void product_block(void *cookie, size_t block, unsigned worker)
{
    const struct product *const p = cookie;
    const size_t i = block * p->tile_a, n = p->a.rows - i < p->tile_a ? p->a.rows - i : p->tile_a;
    for (size_t j = 0; j < p->b.rows; j += p->tile_b) {
        const size_t m = p->b.rows - j < p->tile_b ? p->b.rows - j : p->tile_b;
        isg_sgemm(ISG_N, ISG_T, n, m, p->a.cols, 1, isg_mat_row(p->a, i), p->a.stride, isg_mat_row(p->b, j),
            p->b.stride, 0, p->out + worker * p->tile_a * p->tile_b, p->tile_b);
    }
}

/* All products of rows of a and b, by sgemm alone. */
static double time_product(struct isg_mat a, struct isg_mat b, size_t tile_a, size_t tile_b, struct isg_pool *pool)
{
    struct product p = {.a = a, .b = b, .tile_a = tile_a, .tile_b = tile_b};
    p.out = isg_calloc(isg_pool_threads(pool), tile_a * tile_b * sizeof(float));
    if (!p.out)
        exit(1);
    const double start = cpu_seconds();
    isg_pool_run(pool, (a.rows + tile_a - 1) / tile_a, product_block, &p);
    const double seconds = cpu_seconds() - start;
    isg_free(p.out);
    return seconds;
}

/* The 10 best of all rows of a, by the kernel or by FAISS; making the index counts. */
static double time_search(struct isg_mat a, struct isg_mat b, bool by_faiss, const struct isg_env *env)
{
    enum { K = 10 };
    struct isg_error err;
    struct isg_near *const near = isg_malloc(a.rows, K * sizeof *near);
    float *const penalty = isg_calloc(b.rows, sizeof *penalty);
    if (!near || !penalty)
        exit(1);
    const double start = cpu_seconds();
    if (by_faiss) {
        struct isg_faiss *index;
        must(isg_faiss_new(&index, &(struct isg_faiss_rows){.y = b, .penalty = penalty}, "Flat", &err), &err);
        must(isg_faiss_search(index, a, penalty, K, near, env, &err), &err);
        isg_faiss_free(index);
    } else {
        const struct isg_topk best = {.k = K, .penalty = penalty, .out = near};
        must(isg_topk_both(a, b, &best, NULL, "retrieval", env, &err), &err);
    }
    const double seconds = cpu_seconds() - start;
    isg_free(near);
    isg_free(penalty);
    return seconds;
}

static double time_csls(struct isg_mat a, struct isg_mat b, uint32_t k, const struct isg_env *env)
{
    struct isg_error err;
    struct isg_near *const near_a = isg_malloc(a.rows, k * sizeof *near_a), *const near_b = isg_malloc(
                                                                                b.rows, k * sizeof *near_b);
    float *const mean = isg_malloc(b.rows, sizeof *mean);
    if (!near_a || !near_b || !mean)
        exit(1);
    const double start = cpu_seconds();
    const struct isg_topk both[2] = {{.k = k, .out = near_a}, {.k = k, .out = near_b}};
    must(isg_topk_both(a, b, &both[0], &both[1], "neighbourhoods", env, &err), &err);
    isg_topk_means(near_b, b.rows, k, mean);
    for (size_t j = 0; j < b.rows; j++)
        mean[j] /= 2;
    const struct isg_topk best = {.k = k, .penalty = mean, .out = near_a};
    must(isg_topk_both(a, b, &best, NULL, "retrieval", env, &err), &err);
    const double seconds = cpu_seconds() - start;
    isg_free(near_a);
    isg_free(near_b);
    isg_free(mean);
    return seconds;
}

int main(int argc, char **argv)
{
    const size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 30000, m = argc > 2 ? strtoul(argv[2], NULL, 10) : n;
    const size_t d = argc > 3 ? strtoul(argv[3], NULL, 10) : 100;
    struct isg_pool *const pool = isg_pool_new(argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 1);
    const struct isg_env env = {.pool = pool};
    const size_t distinct = argc > 5 ? strtoul(argv[5], NULL, 10) : 0;
    const struct isg_mat a = rows(n, d, distinct, 0), b = rows(m, d, distinct, 1);
    double sgemm = HUGE_VAL, csls = HUGE_VAL, search[2] = {HUGE_VAL, HUGE_VAL};
    const unsigned long rounds = argc > 6 ? strtoul(argv[6], NULL, 10) : 3;
    for (unsigned long i = 0; i < rounds; i++) { /* in turn: other work on the machine disturbs both */
        const double small = time_product(a, b, 256, 1024, pool), large = time_product(a, b, 2048, 4096, pool);
        const double c = time_csls(a, b, 10, &env);
        for (int by_faiss = 0; by_faiss < 2; by_faiss++)
            search[by_faiss] = fmin(search[by_faiss], time_search(a, b, by_faiss, &env));
        sgemm = small < sgemm ? small : sgemm;
        sgemm = large < sgemm ? large : sgemm;
        csls = c < csls ? c : csls;
    }
    const double flop = 2.0 * (double)n * (double)m * (double)d;
    printf("%s, %u threads\n\n", isg_blas_describe(), isg_pool_threads(pool));
    printf("| %zu x %zu x %zu | CPU seconds | GFLOP/s | of sgemm's time |\n| --- | --- | --- | --- |\n", n, m, d);
    printf("| sgemm, one product | %.2f | %.1f | 1.00 |\n", sgemm, flop / sgemm / 1e9);
    printf("| the best 10 by our own kernel | %.2f | %.1f | %.2f |\n", search[0], flop / search[0] / 1e9,
        search[0] / sgemm);
    printf("| the best 10 by FAISS, IndexFlat | %.2f | %.1f | %.2f |\n", search[1], flop / search[1] / 1e9,
        search[1] / sgemm);
    printf("| sgemm, two products | %.2f | %.1f | 1.00 |\n", 2 * sgemm, flop / sgemm / 1e9);
    printf("| exact CSLS, k = 10: both means, best 10 | %.2f | %.1f | %.2f |\n", csls, 2 * flop / csls / 1e9,
        csls / (2 * sgemm));
    isg_free(a.x);
    isg_free(b.x);
    isg_pool_free(pool);
    return 0;
}
