/* String table: strings one after another in big chunks, each with a final 0, which never move once they are
 * in; an open-addressed table of ids finds them by hash. */
#include "src/strtab.h"

#include "src/array.h"
#include "src/checksum.h"
#include "src/utf8.h"

struct slot {
    uint32_t id;  /* ISG_NO_ID = free */
    uint32_t tag; /* upper half of the hash: most other strings are told apart without touching the string */
};
struct entry {
    const char *s; /* where it is not in NFC: followed by its final 0, the size_t length of its key, and the key */
    size_t n;      /* with HAS_KEY where one follows */
};
#define HAS_KEY ((size_t)1 << (sizeof(size_t) * 8 - 1))
enum { CHUNK = 64 * 1024 };
struct isg_strtab {
    bool exact;
    uint32_t not_nfc;
    bool spellings; /* some entries have no slot of their own */
    struct isg_arena chunks;
    char *room; /* of the current chunk */
    size_t n_room;
    ISG_ARRAY(struct entry) entries; /* by id */
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

static struct isg_strtab *new_table(bool exact)
{
    struct isg_strtab *t = isg_calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->exact = exact;
    t->mask = 63;
    t->slots = new_slots(t->mask + 1);
    if (!t->slots) {
        isg_strtab_free(t);
        return NULL;
    }
    return t;
}

struct isg_strtab *isg_strtab_new(void)
{
    return new_table(false);
}

struct isg_strtab *isg_strtab_new_exact(void)
{
    return new_table(true);
}

void isg_strtab_free(struct isg_strtab *t)
{
    if (!t)
        return;
    isg_arena_fini(&t->chunks);
    ISG_ARRAY_FREE(t->entries);
    isg_free(t->slots);
    isg_free(t);
}

/* What an entry is compared by. */
static const char *key_of(struct entry e, size_t *n)
{
    *n = e.n & ~HAS_KEY;
    if (!(e.n & HAS_KEY))
        return e.s;
    const char *const after = e.s + *n + 1;
    memcpy(n, after, sizeof *n);
    return after + sizeof *n;
}

/* Where the key is, or the free slot where it belongs. */
static size_t probe(const struct isg_strtab *t, const char *s, size_t n, uint64_t hash)
{
    const uint32_t tag = (uint32_t)(hash >> 32);
    for (size_t i = hash & t->mask;; i = (i + 1) & t->mask) {
        const struct slot slot = t->slots[i];
        if (slot.id == ISG_NO_ID)
            return i;
        if (slot.tag != tag)
            continue;
        size_t key_n;
        const char *const key = key_of(t->entries.v[slot.id], &key_n);
        if (key_n == n && (n == 0 || memcmp(key, s, n) == 0))
            return i;
    }
}

static bool grow_slots(struct isg_strtab *t)
{
    const size_t mask = 2 * t->mask + 1;
    struct slot *slots = new_slots(mask + 1);
    if (!slots)
        return false;
    for (uint32_t id = 0; id < t->entries.n; id++) {
        size_t n;
        const char *const key = key_of(t->entries.v[id], &n);
        const uint64_t hash = isg_checksum(key, n, 0);
        if (t->spellings && t->slots[probe(t, key, n, hash)].id != id)
            continue;
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

/* A new entry; key = s where s is in NFC. */
static enum isg_status put(
    struct isg_strtab *t, const char *s, size_t n, const char *key, size_t key_n, struct isg_error *err)
{
    if (t->entries.n == ISG_NO_ID - 1)
        return isg_error_set(err, ISG_ENOMEM, NULL, 0, "more than %u different strings", ISG_NO_ID - 1);
    const size_t extra = key == s ? 0 : sizeof key_n + key_n + 1;
    char *copy = n < HAS_KEY / 2 && key_n < HAS_KEY / 2 && ISG_RESERVE_MORE(t->entries, 1) ? new_room(t, n + 1 + extra)
                                                                                           : NULL;
    if (!copy)
        return isg_error_nomem(err, "a table of strings");
    isg_copy(copy, s, n);
    copy[n] = 0;
    t->entries.v[t->entries.n] = (struct entry){copy, extra ? n | HAS_KEY : n};
    if (extra) {
        t->not_nfc++;
        memcpy(copy + n + 1, &key_n, sizeof key_n);
        isg_copy(copy + n + 1 + sizeof key_n, key, key_n);
        copy[n + extra] = 0;
    }
    return ISG_OK;
}

enum sameness { SAME_TEXT, SAME_BYTES };

static enum isg_status add(struct isg_strtab *t, const char *s, size_t n, const char *key, size_t key_n,
    enum sameness sameness, uint32_t *id, bool *is_new, struct isg_error *err)
{
    const uint64_t hash = isg_checksum(key_n ? key : "", key_n, 0);
    size_t i = probe(t, key, key_n, hash);
    const bool here = t->slots[i].id != ISG_NO_ID;
    bool same = here;
    if (here && sameness == SAME_BYTES) {
        size_t len;
        const char *const first = isg_strtab_get(t, t->slots[i].id, &len);
        same = len == n && (n == 0 || memcmp(first, s, n) == 0);
    }
    if (is_new)
        *is_new = !same;
    if (same) {
        *id = t->slots[i].id;
        return ISG_OK;
    }
    if (!here && 2 * (t->entries.n + 1) > t->mask) { /* at most half full */
        if (!grow_slots(t))
            return isg_error_nomem(err, "a table of strings");
        i = probe(t, key, key_n, hash);
    }
    ISG_TRY(put(t, s, n, key, key_n, err));
    *id = (uint32_t)t->entries.n++;
    if (here)
        t->spellings = true;
    else
        t->slots[i] = (struct slot){*id, (uint32_t)(hash >> 32)};
    return ISG_OK;
}

static enum isg_status add_in_nfc(struct isg_strtab *t, const char *s, size_t n, enum sameness sameness, uint32_t *id,
    bool *is_new, struct isg_error *err)
{
    char *made = NULL;
    size_t key_n = n;
    const char *const key = t->exact || n == 0 ? s : isg_utf8_nfc(s, n, &key_n, &made);
    if (n > 0 && !key)
        return isg_error_nomem(err, "a table of strings");
    const enum isg_status status = add(t, s, n, key, key_n, sameness, id, is_new, err);
    isg_free(made);
    return status;
}

enum isg_status isg_strtab_add(
    struct isg_strtab *t, const char *s, size_t n, uint32_t *id, bool *is_new, struct isg_error *err)
{
    return add_in_nfc(t, s, n, SAME_TEXT, id, is_new, err);
}

enum isg_status isg_strtab_add_spelling(
    struct isg_strtab *t, const char *s, size_t n, uint32_t *id, bool *is_new, struct isg_error *err)
{
    return add_in_nfc(t, s, n, SAME_BYTES, id, is_new, err);
}

uint32_t isg_strtab_find(const struct isg_strtab *t, const char *s, size_t n)
{
    char *made = NULL;
    const char *const key = t->exact || n == 0 ? s : isg_utf8_nfc(s, n, &n, &made);
    const uint32_t id = n > 0 && !key ? ISG_NO_ID : t->slots[probe(t, key, n, isg_checksum(n ? key : "", n, 0))].id;
    isg_free(made);
    return id;
}

const char *isg_strtab_get(const struct isg_strtab *t, uint32_t id, size_t *n)
{
    if (n)
        *n = t->entries.v[id].n & ~HAS_KEY;
    return t->entries.v[id].s;
}

const char *isg_strtab_key(const struct isg_strtab *t, uint32_t id, size_t *n)
{
    size_t len;
    const char *const key = key_of(t->entries.v[id], &len);
    if (n)
        *n = len;
    return key;
}

uint32_t isg_strtab_size(const struct isg_strtab *t)
{
    return (uint32_t)t->entries.n;
}

uint32_t isg_strtab_not_nfc(const struct isg_strtab *t)
{
    return t->not_nfc;
}
