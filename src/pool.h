/** @file src/pool.h  Threads: a fixed set of workers that share a loop. */
#ifndef ISG_SRC_POOL_H
#define ISG_SRC_POOL_H
#include "src/error.h"

struct isg_pool;
/** n_threads workers, the calling thread included; 0 = the cores there are. NULL where threads cannot be had. */
struct isg_pool *isg_pool_new(unsigned n_threads);
void isg_pool_free(struct isg_pool *pool);              /**< NULL is fine */
unsigned isg_pool_threads(const struct isg_pool *pool); /**< NULL gives 1 */
/**
 * Calls fn(cookie, i, worker) for each i in 0 .. n-1, in any order, and returns when all are done. worker is
 * in 0 .. threads-1 and says whose scratch memory to use. pool NULL = on the calling thread, in order. For
 * the same bytes with any number of threads, split work by i alone, never by worker. One run at a time for a
 * pool; not from inside fn. Waiting workers spin a few microseconds and then sleep, so that short loops are
 * cheap.
 */
void isg_pool_run(struct isg_pool *pool, size_t n, void (*fn)(void *cookie, size_t i, unsigned worker), void *cookie);

#endif
