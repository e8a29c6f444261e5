/** @file translate/lm/table.h  Tables of n-grams of one order, by a 64-bit key of their words. */
#ifndef ISG_TRANSLATE_LM_TABLE_H
#define ISG_TRANSLATE_LM_TABLE_H
#include "translate/lm/lm.h"

/** log10 p and log10 back-off of an n-gram. */
struct isg_lm_value {
    float p, backoff;
};
/** Key of an n-gram: of its last word alone, then each word before it in turn. */
static inline uint64_t isg_lm_key(uint32_t last)
{
    return isg_mix64((uint64_t)last + UINT64_C(0x9e3779b97f4a7c15)) | 1;
}
static inline uint64_t isg_lm_key_add(uint64_t key, uint32_t before)
{
    return isg_mix64(key * UINT64_C(0x9e3779b97f4a7c15) + before + 1) | 1;
}

/** The value of a key; NULL = the table lacks it. */
struct isg_lm_value *isg_lm_table_find(const struct isg_keytab *t, uint64_t key);
/** Slot of the key, made where new (values zero). */
ISG_MUST_CHECK enum isg_status isg_lm_table_put(
    struct isg_keytab *t, uint64_t key, struct isg_lm_value **out, struct isg_error *err);

#endif
