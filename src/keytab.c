/* A hash table of 64-bit keys. */
#include "src/keytab.h"

#include "src/mem.h"

#include <string.h>

/* Slot of a key, or the empty one where it belongs. */
static uint64_t slot(const uint64_t *keys, uint64_t slots, uint64_t key)
{
    uint64_t i = key & (slots - 1);
    while (keys[i] && keys[i] != key)
        i = (i + 1) & (slots - 1);
    return i;
}

void *isg_keytab_find(const struct isg_keytab *t, uint64_t key, size_t size)
{
    if (t->slots == 0)
        return NULL;
    const uint64_t i = slot(t->keys, t->slots, key);
    return t->keys[i] ? (char *)t->values + i * size : NULL;
}

static int grow(struct isg_keytab *t, size_t size)
{
    struct isg_keytab big = {.slots = t->slots ? 2 * t->slots : 1024, .used = t->used};
    big.keys = isg_calloc(big.slots, sizeof *big.keys);
    big.values = isg_calloc(big.slots, size);
    if (!big.keys || !big.values) {
        isg_keytab_fini(&big);
        return 0;
    }
    for (uint64_t i = 0; i < t->slots; i++) {
        if (!t->keys[i])
            continue;
        const uint64_t to = slot(big.keys, big.slots, t->keys[i]);
        big.keys[to] = t->keys[i];
        memcpy((char *)big.values + to * size, (char *)t->values + i * size, size);
    }
    isg_keytab_fini(t);
    *t = big;
    return 1;
}

void *isg_keytab_put(struct isg_keytab *t, uint64_t key, size_t size)
{
    void *const here = isg_keytab_find(t, key, size);
    if (here)
        return here;
    if (t->used + t->used / 3 >= t->slots && !grow(t, size))
        return NULL;
    const uint64_t i = slot(t->keys, t->slots, key);
    t->keys[i] = key;
    t->used++;
    return (char *)t->values + i * size;
}

void isg_keytab_fini(struct isg_keytab *t)
{
    isg_free(t->keys);
    isg_free(t->values);
    *t = (struct isg_keytab){0};
}
