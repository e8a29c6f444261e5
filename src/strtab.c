/* String table: strings one after another in big chunks, each with a final 0, which never move once they are
 * in; an open-addressed table of ids finds them by hash. */
#include "src/strtab.h"

#include "src/mem.h"

#include <string.h>
#include <xxhash.h>

struct slot {
    uint32_t id;  /* ISG_NO_ID = free */
    uint32_t tag; /* upper half of the hash: most other strings are told apart without touching the string */
};
struct entry {
    const char *s;
    size_t n;
};
enum { CHUNK = 64 * 1024 };
struct isg_strtab {
    struct isg_arena chunks;
    char *room; /* of the current chunk */
    size_t n_room;
    struct entry *entries; /* by id */
    size_t cap_entries;
    uint32_t n;
    struct slot *slots;
    size_t mask; /* number of slots - 1, a power of two less one */
};

static struct slot *new_slots(size_t n)
{
    struct slot *s = isg_malloc(n, sizeof *s);
    if (s)
        memset(s, 0xff, n * sizeof *s);
    return s;
}

struct isg_strtab *isg_strtab_new(void)
{
    struct isg_strtab *t = isg_calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->mask = 63;
    t->slots = new_slots(t->mask + 1);
    if (!t->slots) {
        isg_strtab_free(t);
        return NULL;
    }
    return t;
}

void isg_strtab_free(struct isg_strtab *t)
{
    if (!t)
        return;
    isg_arena_fini(&t->chunks);
    isg_free(t->entries);
    isg_free(t->slots);
    isg_free(t);
}

/* Where the string is, or the free slot where it belongs. */
static size_t probe(const struct isg_strtab *t, const char *s, size_t n, uint64_t hash)
{
    const uint32_t tag = (uint32_t)(hash >> 32);
    for (size_t i = hash & t->mask;; i = (i + 1) & t->mask) {
        const struct slot slot = t->slots[i];
        if (slot.id == ISG_NO_ID)
            return i;
        if (slot.tag != tag)
            continue;
        const struct entry e = t->entries[slot.id];
        if (e.n == n && (n == 0 || memcmp(e.s, s, n) == 0))
            return i;
    }
}

static bool grow_slots(struct isg_strtab *t)
{
    const size_t mask = 2 * t->mask + 1;
    struct slot *slots = new_slots(mask + 1);
    if (!slots)
        return false;
    for (uint32_t id = 0; id < t->n; id++) {
        const uint64_t hash = XXH3_64bits(t->entries[id].s, t->entries[id].n);
        size_t i = hash & mask;
        while (slots[i].id != ISG_NO_ID)
            i = (i + 1) & mask;
        slots[i] = (struct slot){id, (uint32_t)(hash >> 32)};
    }
    isg_free(t->slots);
    t->slots = slots;
    t->mask = mask;
    return true;
}

static char *new_room(struct isg_strtab *t, size_t bytes)
{
    if (bytes > t->n_room) {
        const size_t chunk = bytes > CHUNK / 4 ? bytes : CHUNK;
        char *room = isg_arena_alloc(&t->chunks, chunk, 1);
        if (!room || chunk == bytes) /* a long string has a chunk to itself */
            return room;
        t->room = room;
        t->n_room = chunk;
    }
    char *room = t->room;
    t->room += bytes;
    t->n_room -= bytes;
    return room;
}

enum isg_status isg_strtab_add(
    struct isg_strtab *t, const char *s, size_t n, uint32_t *id, bool *is_new, struct isg_error *err)
{
    const uint64_t hash = XXH3_64bits(n ? s : "", n);
    size_t i = probe(t, s, n, hash);
    if (is_new)
        *is_new = t->slots[i].id == ISG_NO_ID;
    if (t->slots[i].id != ISG_NO_ID) {
        *id = t->slots[i].id;
        return ISG_OK;
    }
    if (t->n == ISG_NO_ID - 1)
        return isg_error_set(err, ISG_ENOMEM, NULL, 0, "more than %u different strings", ISG_NO_ID - 1);
    char *copy = n < SIZE_MAX && ISG_GROW(t->entries, t->cap_entries, (size_t)t->n + 1) ? new_room(t, n + 1) : NULL;
    if (!copy)
        return isg_error_nomem(err, "a table of strings");
    if (2 * ((size_t)t->n + 1) > t->mask) { /* at most half full */
        if (!grow_slots(t))
            return isg_error_nomem(err, "a table of strings");
        i = probe(t, s, n, hash);
    }
    if (n)
        memcpy(copy, s, n);
    copy[n] = 0;
    t->entries[t->n] = (struct entry){copy, n};
    t->slots[i] = (struct slot){t->n, (uint32_t)(hash >> 32)};
    *id = t->n++;
    return ISG_OK;
}

uint32_t isg_strtab_find(const struct isg_strtab *t, const char *s, size_t n)
{
    return t->slots[probe(t, s, n, XXH3_64bits(n ? s : "", n))].id;
}

const char *isg_strtab_get(const struct isg_strtab *t, uint32_t id, size_t *n)
{
    if (n)
        *n = t->entries[id].n;
    return t->entries[id].s;
}

uint32_t isg_strtab_size(const struct isg_strtab *t)
{
    return t->n;
}
