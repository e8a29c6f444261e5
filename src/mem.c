/* Checked allocation and arenas. */
#include "src/mem.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64, ARENA_FIRST = 1 << 16 };

/* Bytes of n elements, rounded up to whole cache lines; false where that does not fit. */
static bool bytes_of(size_t n, size_t size, size_t *out)
{
    size_t b;
    if (__builtin_mul_overflow(n, size, &b) || b > PTRDIFF_MAX - ALIGN)
        return false;
    *out = (b + ALIGN - 1) / ALIGN * ALIGN;
    if (*out == 0)
        *out = ALIGN;
    return true;
}

void *isg_malloc(size_t n, size_t size)
{
    size_t b;
    return bytes_of(n, size, &b) ? aligned_alloc(ALIGN, b) : NULL;
}

void *isg_calloc(size_t n, size_t size)
{
    size_t b;
    if (!bytes_of(n, size, &b))
        return NULL;
    void *const p = aligned_alloc(ALIGN, b);
    if (p)
        memset(p, 0, b);
    return p;
}

void *isg_realloc(void *p, size_t old_n, size_t n, size_t size)
{
    void *const q = isg_malloc(n, size);
    if (!q)
        return NULL;
    if (p)
        memcpy(q, p, (old_n < n ? old_n : n) * size);
    free(p);
    return q;
}

void isg_free(void *p)
{
    free(p);
}

char *isg_strndup(const char *s, size_t n)
{
    if (n == SIZE_MAX)
        return NULL;
    char *const out = isg_malloc(n + 1, 1);
    if (!out)
        return NULL;
    if (n)
        memcpy(out, s, n);
    out[n] = 0;
    return out;
}

bool isg_grow(void **v, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return true;
    size_t n = *cap < 8 ? 8 : *cap;
    while (n < need) {
        if (n > SIZE_MAX / 2)
            return false;
        n *= 2;
    }
    void *const p = isg_realloc(*v, *cap, n, size);
    if (!p)
        return false;
    *v = p;
    *cap = n;
    return true;
}

struct isg_arena_block {
    struct isg_arena_block *next;
    size_t size, used; /* of data */
    alignas(ALIGN) unsigned char data[];
};

void *isg_arena_alloc(struct isg_arena *arena, size_t n, size_t size)
{
    size_t b;
    if (!bytes_of(n, size, &b))
        return NULL;
    struct isg_arena_block *block = arena->head;
    if (!block || block->size - block->used < b) {
        size_t want = block ? block->size * 2 : ARENA_FIRST;
        if (want < b)
            want = b;
        block = isg_malloc(1, sizeof *block + want);
        if (!block)
            return NULL;
        block->size = want;
        block->used = 0;
        block->next = arena->head;
        arena->head = block;
    }
    void *const p = block->data + block->used;
    block->used += b;
    arena->used += b;
    return p;
}

void isg_arena_reset(struct isg_arena *arena)
{
    struct isg_arena_block *const head = arena->head;
    if (head && head->next) {
        /* One block that holds all of the last round, so that the next round touches one stretch of memory. */
        size_t total = 0;
        for (const struct isg_arena_block *b = head; b; b = b->next)
            total += b->size;
        struct isg_arena_block *const merged = isg_malloc(1, sizeof *merged + total);
        if (merged) {
            isg_arena_fini(arena);
            merged->size = total;
            merged->next = NULL;
            arena->head = merged;
        }
    }
    for (struct isg_arena_block *b = arena->head; b; b = b->next)
        b->used = 0;
    arena->used = 0;
}

void isg_arena_fini(struct isg_arena *arena)
{
    while (arena->head) {
        struct isg_arena_block *const next = arena->head->next;
        isg_free(arena->head);
        arena->head = next;
    }
    arena->used = 0;
}
