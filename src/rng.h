/** @file src/rng.h  Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy
 * as 1, 2, 3"). A stream is a key (seed, name) and a counter, so that the same place in a computation draws the same
 * numbers whatever thread gets there first. */
#ifndef ISG_SRC_RNG_H
#define ISG_SRC_RNG_H
#include <stddef.h>
#include <stdint.h>

struct isg_rng {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t block[4];
    uint32_t used; /**< numbers of block already handed out; 4 = make a new one */
};
/** Stream of (seed, name, index): independent of each other stream. name is e.g. "dropout", index e.g. the step. */
struct isg_rng isg_rng_stream(uint64_t seed, const char *name, uint64_t index);
uint32_t isg_rng_u32(struct isg_rng *r);
uint64_t isg_rng_u64(struct isg_rng *r);
uint32_t isg_rng_below(struct isg_rng *r, uint32_t n); /**< uniform in 0 .. n-1 without bias, n > 0 */
float isg_rng_float(struct isg_rng *r);                /**< uniform in [0, 1), 24 bits */
double isg_rng_double(struct isg_rng *r);              /**< uniform in [0, 1), 53 bits */
double isg_rng_normal(struct isg_rng *r);              /**< mean 0, deviation 1 (Box-Muller) */
/** Fisher-Yates shuffle of n ids. */
void isg_rng_shuffle(struct isg_rng *r, uint32_t *ids, size_t n);
/** The bare block function, for tests against published vectors. */
void isg_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif
