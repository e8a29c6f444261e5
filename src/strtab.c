/* String table: open addressing over 32-bit ids, with the strings in one growing blob. */
#include "src/strtab.h"
#include "src/mem.h"

#include <string.h>
#include <xxhash.h>

struct slot {
    uint32_t id;   /* ISG_NO_ID = empty */
    uint32_t hash; /* upper half of the hash: most misses are settled without looking at the string */
};
struct isg_strtab {
    struct slot *slots;
    size_t n_slots; /* a power of two */
    char *blob;
    size_t blob_used, blob_cap;
    size_t *starts; /* of string i; starts[size] = blob_used */
    size_t starts_cap;
    uint32_t size;
};

struct isg_strtab *isg_strtab_new(void)
{
    struct isg_strtab *const t = isg_calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->n_slots = 64;
    t->slots = isg_malloc(t->n_slots, sizeof *t->slots);
    if (!t->slots || !ISG_GROW(t->starts, t->starts_cap, 1)) {
        isg_strtab_free(t);
        return NULL;
    }
    memset(t->slots, 0xff, t->n_slots * sizeof *t->slots);
    t->starts[0] = 0;
    return t;
}

void isg_strtab_free(struct isg_strtab *t)
{
    if (!t)
        return;
    isg_free(t->slots);
    isg_free(t->blob);
    isg_free(t->starts);
    isg_free(t);
}

static size_t length_of(const struct isg_strtab *t, uint32_t id)
{
    return t->starts[id + 1] - t->starts[id] - 1;
}

/* The slot of the string, or the empty one where it would go. */
static struct slot *find_slot(const struct isg_strtab *t, const char *s, size_t n, uint64_t hash)
{
    const size_t mask = t->n_slots - 1;
    const uint32_t tag = (uint32_t)(hash >> 32);
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct slot *const slot = &t->slots[i];
        if (slot->id == ISG_NO_ID)
            return slot;
        if (slot->hash == tag && length_of(t, slot->id) == n && memcmp(t->blob + t->starts[slot->id], s, n) == 0)
            return slot;
    }
}

static bool grow_slots(struct isg_strtab *t)
{
    const size_t n = t->n_slots * 2;
    struct slot *const slots = isg_malloc(n, sizeof *slots);
    if (!slots)
        return false;
    memset(slots, 0xff, n * sizeof *slots);
    for (uint32_t id = 0; id < t->size; id++) {
        const uint64_t hash = XXH3_64bits(t->blob + t->starts[id], length_of(t, id));
        size_t i = hash & (n - 1);
        while (slots[i].id != ISG_NO_ID)
            i = (i + 1) & (n - 1);
        slots[i] = (struct slot){id, (uint32_t)(hash >> 32)};
    }
    isg_free(t->slots);
    t->slots = slots;
    t->n_slots = n;
    return true;
}

enum isg_status isg_strtab_add(
    struct isg_strtab *t, const char *s, size_t n, uint32_t *id, bool *is_new, struct isg_error *err)
{
    const uint64_t hash = XXH3_64bits(s, n);
    struct slot *slot = find_slot(t, s, n, hash);
    if (is_new)
        *is_new = slot->id == ISG_NO_ID;
    if (slot->id != ISG_NO_ID) {
        *id = slot->id;
        return ISG_OK;
    }
    if (t->size == ISG_NO_ID - 1)
        return isg_error_nomem(err, "more than 2^32 - 2 strings");
    if ((size_t)t->size * 3 >= t->n_slots * 2) {
        if (!grow_slots(t))
            return isg_error_nomem(err, "the string table");
        slot = find_slot(t, s, n, hash);
    }
    if (!ISG_GROW(t->blob, t->blob_cap, t->blob_used + n + 1) ||
        !ISG_GROW(t->starts, t->starts_cap, (size_t)t->size + 2))
        return isg_error_nomem(err, "the string table");
    if (n)
        memcpy(t->blob + t->blob_used, s, n);
    t->blob[t->blob_used + n] = 0;
    t->blob_used += n + 1;
    *slot = (struct slot){t->size, (uint32_t)(hash >> 32)};
    *id = t->size++;
    t->starts[t->size] = t->blob_used;
    return ISG_OK;
}

uint32_t isg_strtab_find(const struct isg_strtab *t, const char *s, size_t n)
{
    return find_slot(t, s, n, XXH3_64bits(s, n))->id;
}

const char *isg_strtab_get(const struct isg_strtab *t, uint32_t id, size_t *n)
{
    if (n)
        *n = length_of(t, id);
    return t->blob + t->starts[id];
}

uint32_t isg_strtab_size(const struct isg_strtab *t)
{
    return t->size;
}
