#include "tests/test.h"

#include "src/pool.h"

enum { N = 20000, THREADS = 3 };
struct job {
    int seen[N];
    int by_worker[THREADS];
    unsigned bad;
};
static void mark(void *cookie, size_t i, unsigned worker)
{
    struct job *job = cookie;
    if (worker >= THREADS) {
        job->bad++;
        return;
    }
    job->seen[i]++; /* each index goes to one worker alone, or the count (and ThreadSanitizer) shows it */
    job->by_worker[worker]++;
}

static void every_index_once(void **state)
{
    (void)state;
    struct isg_pool *pool = isg_pool_new(THREADS);
    assert_int_equal(isg_pool_threads(pool), THREADS);
    static struct job job;
    static const size_t sizes[] = {0, 1, 2, 3, 7, 100, N};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        memset(&job, 0, sizeof job);
        isg_pool_run(pool, sizes[k], mark, &job);
        int total = 0;
        for (size_t i = 0; i < N; i++)
            assert_int_equal(job.seen[i], i < sizes[k]);
        for (int w = 0; w < THREADS; w++)
            total += job.by_worker[w];
        assert_int_equal(total, sizes[k]);
        assert_int_equal(job.bad, 0);
    }
    isg_pool_free(pool);
}

static void many_short_runs(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= THREADS; threads++) {
        struct isg_pool *pool = isg_pool_new(threads);
        static struct job job;
        memset(&job, 0, sizeof job);
        for (int run = 0; run < 3000; run++) {
            isg_pool_run(pool, 5, mark, &job);
            if (run % 500 == 0)
                usleep(2000); /* long enough for the workers to fall asleep */
        }
        for (int i = 0; i < 5; i++)
            assert_int_equal(job.seen[i], 3000);
        isg_pool_free(pool);
    }
}

static void in_order(void *cookie, size_t i, unsigned worker)
{
    size_t *next = cookie;
    if (*next == i && worker == 0)
        (*next)++;
}

static void without_a_pool(void **state)
{
    (void)state;
    size_t next = 0;
    isg_pool_run(NULL, 100, in_order, &next);
    assert_int_equal(next, 100);
    assert_int_equal(isg_pool_threads(NULL), 1);
    isg_pool_free(NULL);
    struct isg_pool *pool = isg_pool_new(0);
    assert_true(isg_pool_threads(pool) >= 1);
    isg_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_index_once), cmocka_unit_test(many_short_runs), cmocka_unit_test(without_a_pool)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
