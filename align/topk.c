/* Exact k largest inner products: sgemm tiles that are searched while they are in the cache. */
#include "align/topk.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>

/* A tile of 512 x 512 floats is 1 MiB: it stays in the second-level cache of the processors this is meant
 * for, and is deep enough in both directions that sgemm spends its time on multiplying, not on packing. */
enum { TILE_A = 512, TILE_B = 512, CHUNK = 64, BLOCKS_A_ROUND = 16 };

/* Which clone to run is asked before ThreadSanitizer has started, so there are none in its builds (gcc, clang). */
#if defined(__has_feature)
#define ISG_TSAN __has_feature(thread_sanitizer)
#elif defined(__SANITIZE_THREAD__)
#define ISG_TSAN 1
#else
#define ISG_TSAN 0
#endif
#if defined(__x86_64__) && defined(__gnu_linux__) && !ISG_TSAN
#define ISG_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define ISG_CLONES
#endif

/* Which of n chunks of scores have one above the threshold of their row, as bits? `|=` and not a maximum: that the compiler
 * vectorises. All chunks of a row in one call: the call of a clone costs as much as a chunk. */
ISG_CLONES static unsigned chunks_of_row(const float *x, const float *penalty, float threshold, size_t n)
{
    unsigned chunks = 0;
    for (size_t c = 0; c < n; c++) {
        int any = 0;
        for (int j = 0; j < CHUNK; j++)
            any |= x[c * CHUNK + j] - penalty[c * CHUNK + j] > threshold;
        chunks |= (unsigned)any << c;
    }
    return chunks;
}

/* The same for scores at or above the thresholds of their columns. */
ISG_CLONES static unsigned chunks_of_columns(const float *x, float penalty, const float *threshold, size_t n)
{
    unsigned chunks = 0;
    for (size_t c = 0; c < n; c++) {
        int any = 0;
        for (int j = 0; j < CHUNK; j++)
            any |= x[c * CHUNK + j] - penalty >= threshold[c * CHUNK + j];
        chunks |= (unsigned)any << c;
    }
    return chunks;
}

/* Best first; equal scores by row. */
static bool before(float score, uint32_t row, struct isg_near than)
{
    return score > than.score || (score == than.score && row < than.row);
}

static void insert(struct isg_near *best, uint32_t k, uint32_t row, float score)
{
    if (!before(score, row, best[k - 1]))
        return;
    uint32_t lo = 0, hi = k - 1;
    while (lo < hi) {
        const uint32_t mid = (lo + hi) / 2;
        if (before(score, row, best[mid]))
            hi = mid;
        else
            lo = mid + 1;
    }
    memmove(best + lo + 1, best + lo, (k - 1 - lo) * sizeof *best);
    best[lo] = (struct isg_near){row, score};
}

static void clear(struct isg_near *best, size_t n)
{
    for (size_t i = 0; i < n; i++)
        best[i] = (struct isg_near){ISG_NO_ID, -INFINITY};
}

struct worker {
    float *tile;           /* TILE_A x TILE_B */
    float *threshold;      /* m: the k-th best of each row of b so far */
    struct isg_near *best; /* m x k, of the rows of b */
};
struct job {
    struct isg_mat a, b;
    struct isg_topk of_a, of_b;
    const float *penalty_b; /* padded to whole chunks, never NULL */
    struct worker *workers;
    size_t first_block;
};

static void search_rows(const struct job *job, const float *tile, size_t i0, size_t rows, size_t j0, size_t cols)
{
    const uint32_t k = job->of_a.k;
    const size_t n_chunks = (cols + CHUNK - 1) / CHUNK;
    for (size_t i = 0; i < rows; i++) {
        struct isg_near *const best = job->of_a.out + (i0 + i) * k;
        const float *const x = tile + i * TILE_B;
        const float *const penalty = job->penalty_b + j0;
        for (unsigned left = chunks_of_row(x, penalty, best[k - 1].score, n_chunks); left; left &= left - 1) {
            const size_t j = (size_t)__builtin_ctz(left) * CHUNK, end = j + CHUNK < cols ? j + CHUNK : cols;
            for (size_t c = j; c < end; c++)
                if (x[c] - penalty[c] > best[k - 1].score)
                    insert(best, k, (uint32_t)(j0 + c), x[c] - penalty[c]);
        }
    }
}

static void search_columns(
    const struct job *job, struct worker *w, const float *tile, size_t i0, size_t rows, size_t j0, size_t cols)
{
    const uint32_t k = job->of_b.k;
    const size_t n_chunks = (cols + CHUNK - 1) / CHUNK;
    float *const threshold = w->threshold + j0;
    for (size_t i = 0; i < rows; i++) {
        const float *const x = tile + i * TILE_B;
        const float penalty = job->of_b.penalty ? job->of_b.penalty[i0 + i] : 0.0F;
        if (penalty == INFINITY)
            continue;
        for (unsigned left = chunks_of_columns(x, penalty, threshold, n_chunks); left; left &= left - 1) {
            const size_t j = (size_t)__builtin_ctz(left) * CHUNK, end = j + CHUNK < cols ? j + CHUNK : cols;
            for (size_t c = j; c < end; c++)
                if (x[c] - penalty >= threshold[c]) {
                    struct isg_near *const best = w->best + (j0 + c) * k;
                    insert(best, k, (uint32_t)(i0 + i), x[c] - penalty);
                    threshold[c] = best[k - 1].score;
                }
        }
    }
}

void isg_mat_give_back(struct isg_mat m, size_t first, size_t n)
{
    enum { PAGE = 4096 };
    const uintptr_t start = ((uintptr_t)isg_mat_row(m, first) + PAGE - 1) / PAGE * PAGE;
    const uintptr_t end = (uintptr_t)isg_mat_row(m, first + n) / PAGE * PAGE;
    if (end > start)
        (void)madvise((void *)start, end - start, MADV_DONTNEED); /* where it fails, more memory is used */
}

static void block(void *cookie, size_t i, unsigned worker)
{
    const struct job *const job = cookie;
    struct worker *const w = &job->workers[worker];
    const size_t i0 = (job->first_block + i) * TILE_A;
    const size_t rows = job->a.rows - i0 < TILE_A ? job->a.rows - i0 : TILE_A;
    for (size_t j0 = 0; j0 < job->b.rows; j0 += TILE_B) {
        const size_t cols = job->b.rows - j0 < TILE_B ? job->b.rows - j0 : TILE_B;
        isg_sgemm(ISG_N, ISG_T, rows, cols, job->a.cols, 1.0F, isg_mat_row(job->a, i0), job->a.stride,
            isg_mat_row(job->b, j0), job->b.stride, 0.0F, w->tile, TILE_B);
        if (job->of_a.k)
            search_rows(job, w->tile, i0, rows, j0, cols);
        if (job->of_b.k)
            search_columns(job, w, w->tile, i0, rows, j0, cols);
        if (job->of_b.on_disk)
            isg_mat_give_back(job->b, j0, cols);
    }
    if (job->of_a.on_disk)
        isg_mat_give_back(job->a, i0, rows);
}

/* A row's k best over all workers; which worker saw what does not matter, only the set of scores and rows. */
static void merge(const struct job *job, unsigned n_workers)
{
    const uint32_t k = job->of_b.k;
    for (size_t j = 0; j < job->b.rows; j++) {
        struct isg_near *const out = job->of_b.out + j * k;
        memcpy(out, job->workers[0].best + j * k, k * sizeof *out);
        for (unsigned w = 1; w < n_workers; w++)
            for (uint32_t r = 0; r < k && job->workers[w].best[j * k + r].row != ISG_NO_ID; r++)
                insert(out, k, job->workers[w].best[j * k + r].row, job->workers[w].best[j * k + r].score);
    }
}

enum isg_status isg_topk_both(struct isg_mat a, struct isg_mat b, const struct isg_topk *of_a,
    const struct isg_topk *of_b, const char *stage, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const unsigned n_workers = isg_pool_threads(env->pool);
    const size_t n_blocks = (a.rows + TILE_A - 1) / TILE_A, padded = (b.rows + CHUNK - 1) / CHUNK * CHUNK;
    struct job job = {
        .a = a, .b = b, .of_a = of_a ? *of_a : (struct isg_topk){0}, .of_b = of_b ? *of_b : (struct isg_topk){0}};
    float *const penalty_b = isg_calloc(padded, sizeof *penalty_b);
    job.workers = isg_calloc(n_workers, sizeof *job.workers);
    if (!penalty_b || !job.workers) {
        status = isg_error_nomem(err, "a search for neighbours");
        goto out;
    }
    if (job.of_a.penalty)
        memcpy(penalty_b, job.of_a.penalty, b.rows * sizeof *penalty_b);
    job.penalty_b = penalty_b;
    for (unsigned w = 0; w < n_workers; w++) {
        struct worker *const worker = &job.workers[w];
        worker->tile = isg_calloc(TILE_A * TILE_B, sizeof *worker->tile);
        if (job.of_b.k) {
            worker->threshold = isg_malloc(padded, sizeof *worker->threshold);
            worker->best = isg_malloc(b.rows, job.of_b.k * sizeof *worker->best);
        }
        if (!worker->tile || (job.of_b.k && (!worker->threshold || !worker->best))) {
            status = isg_error_nomem(err, "a search for neighbours");
            goto out;
        }
        if (job.of_b.k) {
            clear(worker->best, b.rows * job.of_b.k);
            for (size_t j = 0; j < padded; j++) /* nothing of the padding is ever let through */
                worker->threshold[j] = j < b.rows ? -INFINITY : INFINITY;
        }
    }
    if (job.of_a.k)
        clear(job.of_a.out, a.rows * job.of_a.k);
    for (job.first_block = 0; job.first_block < n_blocks; job.first_block += BLOCKS_A_ROUND) {
        const size_t left = n_blocks - job.first_block;
        isg_pool_run(env->pool, left < BLOCKS_A_ROUND ? left : BLOCKS_A_ROUND, block, &job);
        ISG_GOTO(
            isg_progress(env, stage, job.first_block + (left < BLOCKS_A_ROUND ? left : BLOCKS_A_ROUND), n_blocks, err));
    }
    if (job.of_b.k)
        merge(&job, n_workers);
out:
    for (unsigned w = 0; job.workers && w < n_workers; w++) {
        isg_free(job.workers[w].tile);
        isg_free(job.workers[w].threshold);
        isg_free(job.workers[w].best);
    }
    isg_free(job.workers);
    isg_free(penalty_b);
    return status;
}

void isg_topk_means(const struct isg_near *best, size_t n, uint32_t k, float *out)
{
    for (size_t i = 0; i < n; i++) {
        float sum = 0.0F;
        uint32_t found = 0;
        for (; found < k && best[i * k + found].row != ISG_NO_ID; found++)
            sum += best[i * k + found].score;
        out[i] = found ? sum / (float)found : 0.0F;
    }
}
