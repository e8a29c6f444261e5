/* Pairs of ids, each with a number. */
#include "translate/lexicon/pairset.h"

/** Slot of a key, or the empty one where it belongs. */
static size_t slot(const struct isg_pairset *p, uint64_t key)
{
    size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (p->slots - 1);
    while (p->keys[i] && p->keys[i] != key)
        i = (i + 1) & (p->slots - 1);
    return i;
}

static uint64_t key_of(uint32_t a, uint32_t b)
{
    return ((uint64_t)a << 32 | b) + 1;
}

const double *isg_pairset_find(const struct isg_pairset *p, uint32_t a, uint32_t b)
{
    if (p->slots == 0)
        return NULL;
    const size_t i = slot(p, key_of(a, b));
    return p->keys[i] ? &p->n[i] : NULL;
}

static enum isg_status grow(struct isg_pairset *p, struct isg_error *err)
{
    struct isg_pairset big = {.slots = p->slots ? 2 * p->slots : 1024, .used = p->used};
    big.keys = isg_calloc(big.slots, sizeof *big.keys);
    big.n = isg_calloc(big.slots, sizeof *big.n);
    if (!big.keys || !big.n) {
        isg_pairset_fini(&big);
        return isg_error_nomem(err, "the pairs of a lexicon");
    }
    for (size_t i = 0; i < p->slots; i++)
        if (p->keys[i]) {
            const size_t to = slot(&big, p->keys[i]);
            big.keys[to] = p->keys[i];
            big.n[to] = p->n[i];
        }
    isg_pairset_fini(p);
    *p = big;
    return ISG_OK;
}

enum isg_status isg_pairset_put(
    struct isg_pairset *p, uint32_t a, uint32_t b, double **n, bool *fresh, struct isg_error *err)
{
    if (2 * (p->used + 1) > p->slots)
        ISG_TRY(grow(p, err));
    const size_t i = slot(p, key_of(a, b));
    *fresh = p->keys[i] == 0;
    p->keys[i] = key_of(a, b);
    p->used += *fresh;
    *n = &p->n[i];
    return ISG_OK;
}

void isg_pairset_fini(struct isg_pairset *p)
{
    isg_free(p->keys);
    isg_free(p->n);
    *p = (struct isg_pairset){0};
}
