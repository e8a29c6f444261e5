/* Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, SC'11, section 4 and table 2). */
#include "src/rng.h"

#include "src/checksum.h"

#include <math.h>
#include <string.h>

void isg_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        const uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

struct isg_rng isg_rng_stream(uint64_t seed, const char *name, uint64_t index)
{
    /* The name goes into the key, the index into the upper half of the counter: 2^64 blocks for each stream. */
    const uint64_t key = isg_checksum(name, strlen(name), seed);
    return (struct isg_rng){.key = {(uint32_t)key, (uint32_t)(key >> 32)},
        .counter = {0, 0, (uint32_t)index, (uint32_t)(index >> 32)},
        .used = 4};
}

uint32_t isg_rng_u32(struct isg_rng *r)
{
    if (r->used == 4) {
        isg_philox4x32(r->counter, r->key, r->block);
        if (++r->counter[0] == 0)
            r->counter[1]++;
        r->used = 0;
    }
    return r->block[r->used++];
}

uint64_t isg_rng_u64(struct isg_rng *r)
{
    const uint64_t low = isg_rng_u32(r);
    return low | (uint64_t)isg_rng_u32(r) << 32;
}

uint32_t isg_rng_below(struct isg_rng *r, uint32_t n)
{
    /* Lemire 2019: the high half of a product, redrawn in the few cases that would favour small numbers. */
    uint64_t m = (uint64_t)isg_rng_u32(r) * n;
    if ((uint32_t)m < n) {
        const uint32_t threshold = -n % n;
        while ((uint32_t)m < threshold)
            m = (uint64_t)isg_rng_u32(r) * n;
    }
    return (uint32_t)(m >> 32);
}

float isg_rng_float(struct isg_rng *r)
{
    return (float)(isg_rng_u32(r) >> 8) * 0x1p-24f;
}

double isg_rng_double(struct isg_rng *r)
{
    return (double)(isg_rng_u64(r) >> 11) * 0x1p-53;
}

double isg_rng_normal(struct isg_rng *r)
{
    const double u = 1.0 - isg_rng_double(r), v = isg_rng_double(r);
    return sqrt(-2.0 * log(u)) * cos(2.0 * 3.14159265358979323846 * v);
}

void isg_rng_shuffle(struct isg_rng *r, uint32_t *ids, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        const size_t j = isg_rng_below(r, (uint32_t)i);
        const uint32_t t = ids[i - 1];
        ids[i - 1] = ids[j];
        ids[j] = t;
    }
}
