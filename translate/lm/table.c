/* Hash tables of n-grams. */
#include "translate/lm/table.h"

struct isg_lm_value *isg_lm_table_find(const struct isg_lm_table *t, uint64_t key)
{
    if (t->slots == 0)
        return NULL;
    for (uint64_t i = key & (t->slots - 1); t->keys[i]; i = (i + 1) & (t->slots - 1))
        if (t->keys[i] == key)
            return &t->values[i];
    return NULL;
}

static enum isg_status grow(struct isg_lm_table *t, struct isg_error *err)
{
    struct isg_lm_table big = {.slots = t->slots ? 2 * t->slots : 1024, .used = t->used};
    big.keys = isg_calloc(big.slots, sizeof *big.keys);
    big.values = isg_calloc(big.slots, sizeof *big.values);
    if (!big.keys || !big.values) {
        isg_free(big.keys);
        isg_free(big.values);
        return isg_error_nomem(err, "the n-grams of a language model");
    }
    for (uint64_t i = 0; i < t->slots; i++) {
        if (!t->keys[i])
            continue;
        uint64_t j = t->keys[i] & (big.slots - 1);
        while (big.keys[j])
            j = (j + 1) & (big.slots - 1);
        big.keys[j] = t->keys[i];
        big.values[j] = t->values[i];
    }
    isg_free(t->keys);
    isg_free(t->values);
    *t = big;
    return ISG_OK;
}

enum isg_status isg_lm_table_put(struct isg_lm_table *t, uint64_t key, struct isg_lm_value **out, struct isg_error *err)
{
    *out = isg_lm_table_find(t, key);
    if (*out)
        return ISG_OK;
    if (t->used + t->used / 3 >= t->slots)
        ISG_TRY(grow(t, err));
    uint64_t i = key & (t->slots - 1);
    while (t->keys[i])
        i = (i + 1) & (t->slots - 1);
    t->keys[i] = key;
    t->used++;
    *out = &t->values[i];
    return ISG_OK;
}
