/** @file translate/lm/table.h  Hash tables of n-grams: open addressing by a 64-bit key of the words. */
#ifndef ISG_TRANSLATE_LM_TABLE_H
#define ISG_TRANSLATE_LM_TABLE_H
#include "translate/lm/lm.h"

/** log10 p and log10 back-off of an n-gram. */
struct isg_lm_value {
    float p, backoff;
};
/** n-grams of one order by a 64-bit hash of their words: open addressing, key 0 = empty slot. */
struct isg_lm_table {
    uint64_t *keys;
    struct isg_lm_value *values;
    uint64_t slots, used; /* slots: 0 or a power of two */
};
static inline uint64_t isg_lm_mix(uint64_t x)
{
    x ^= x >> 32; /* splitmix64's finaliser (Steele, Lea, Flood 2014) */
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}
/** Key of an n-gram: of its last word alone, then each word before it in turn. */
static inline uint64_t isg_lm_key(uint32_t last)
{
    return isg_lm_mix((uint64_t)last + UINT64_C(0x9e3779b97f4a7c15)) | 1;
}
static inline uint64_t isg_lm_key_add(uint64_t key, uint32_t before)
{
    return isg_lm_mix(key * UINT64_C(0x9e3779b97f4a7c15) + before + 1) | 1;
}

struct isg_lm_value *isg_lm_table_find(const struct isg_lm_table *t, uint64_t key);
/** Slot of the key, made where new (values zero). */
ISG_MUST_CHECK enum isg_status isg_lm_table_put(
    struct isg_lm_table *t, uint64_t key, struct isg_lm_value **out, struct isg_error *err);

#endif
