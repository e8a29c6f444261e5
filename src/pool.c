/* A fixed set of threads that share loops. Work is handed out one index at a time by an atomic counter. */
#include "src/pool.h"
#include "src/mem.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

enum {
    SPINS = 1000
}; /* some tens of microseconds: the next loop of a training step often comes before a wake-up would */

struct isg_pool {
    unsigned n_threads;
    pthread_t *threads; /* n_threads - 1 */
    pthread_mutex_t lock;
    pthread_cond_t wake, finished;
    void (*fn)(void *, size_t, unsigned);
    void *cookie;
    size_t n;
    atomic_size_t next;
    atomic_uint round;  /* goes up by one for each run */
    atomic_uint active; /* workers that have not yet left the present run */
    atomic_uint asleep; /* workers that wait for `wake` */
    bool stop;
    atomic_uint started; /* gives each thread its number */
};

static void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void share(struct isg_pool *p, unsigned worker)
{
    for (;;) {
        const size_t i = atomic_fetch_add_explicit(&p->next, 1, memory_order_relaxed);
        if (i >= p->n)
            return;
        p->fn(p->cookie, i, worker);
    }
}

static void *work(void *arg)
{
    struct isg_pool *const p = arg;
    const unsigned worker = 1 + atomic_fetch_add(&p->started, 1);
    unsigned seen = 0;
    for (;;) {
        for (int i = 0; i < SPINS && atomic_load_explicit(&p->round, memory_order_acquire) == seen; i++)
            pause_cpu();
        if (atomic_load(&p->round) == seen) {
            pthread_mutex_lock(&p->lock);
            atomic_fetch_add(&p->asleep, 1);
            while (atomic_load(&p->round) == seen)
                pthread_cond_wait(&p->wake, &p->lock);
            atomic_fetch_sub(&p->asleep, 1);
            pthread_mutex_unlock(&p->lock);
        }
        seen = atomic_load(&p->round);
        if (p->stop)
            return NULL;
        share(p, worker);
        if (atomic_fetch_sub(&p->active, 1) == 1) {
            pthread_mutex_lock(&p->lock);
            pthread_cond_signal(&p->finished);
            pthread_mutex_unlock(&p->lock);
        }
    }
}

/* Starts a round that all workers enter. A worker counts itself asleep before it looks at the round for the
 * last time, so that either it sees the new round or we see it asleep. */
static void begin(struct isg_pool *p)
{
    atomic_fetch_add(&p->round, 1);
    if (atomic_load(&p->asleep) == 0)
        return;
    pthread_mutex_lock(&p->lock);
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

/* Those that this process may run on: fewer than there are under taskset and in most containers. */
static unsigned usable_cores(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (unsigned)cores : 1;
}

struct isg_pool *isg_pool_new(unsigned n_threads)
{
    if (n_threads == 0) {
        n_threads = usable_cores();
    }
    struct isg_pool *const p = isg_calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->threads = isg_calloc(n_threads, sizeof *p->threads);
    if (!p->threads) {
        isg_free(p);
        return NULL;
    }
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    pthread_cond_init(&p->finished, NULL);
    p->n_threads = 1;
    for (unsigned i = 0; i + 1 < n_threads; i++) {
        if (pthread_create(&p->threads[i], NULL, work, p) != 0) {
            isg_pool_free(p);
            return NULL;
        }
        p->n_threads++;
    }
    return p;
}

void isg_pool_free(struct isg_pool *p)
{
    if (!p)
        return;
    p->stop = true;
    begin(p);
    for (unsigned i = 0; i + 1 < p->n_threads; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->finished);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    isg_free(p->threads);
    isg_free(p);
}

unsigned isg_pool_threads(const struct isg_pool *p)
{
    return p ? p->n_threads : 1;
}

void isg_pool_run(struct isg_pool *p, size_t n, void (*fn)(void *cookie, size_t i, unsigned worker), void *cookie)
{
    if (!p || p->n_threads == 1 || n <= 1) {
        for (size_t i = 0; i < n; i++)
            fn(cookie, i, 0);
        return;
    }
    p->fn = fn;
    p->cookie = cookie;
    p->n = n;
    atomic_store(&p->next, 0);
    atomic_store(&p->active, p->n_threads - 1);
    begin(p);
    share(p, 0);
    for (int i = 0; i < SPINS && atomic_load_explicit(&p->active, memory_order_acquire) != 0; i++)
        pause_cpu();
    if (atomic_load(&p->active) != 0) {
        pthread_mutex_lock(&p->lock);
        while (atomic_load(&p->active) != 0)
            pthread_cond_wait(&p->finished, &p->lock);
        pthread_mutex_unlock(&p->lock);
    }
}
