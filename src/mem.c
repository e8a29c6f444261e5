/* Allocation that checks its products, and arenas. */
#include "src/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ISG_ALIGN = 64, ISG_ARENA_FIRST = 64 * 1024 };

/* Bytes of n elements rounded up to whole cache lines (at least one), or 0 where that does not fit. */
static size_t rounded(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX - ISG_ALIGN)
        return 0;
    return bytes ? (bytes + ISG_ALIGN - 1) / ISG_ALIGN * ISG_ALIGN : ISG_ALIGN;
}

void *isg_malloc(size_t n, size_t size)
{
    const size_t bytes = rounded(n, size);
    return bytes ? aligned_alloc(ISG_ALIGN, bytes) : NULL;
}

void *isg_calloc(size_t n, size_t size)
{
    void *p = isg_malloc(n, size);
    if (p)
        memset(p, 0, n * size);
    return p;
}

void *isg_realloc(void *p, size_t old_n, size_t n, size_t size)
{
    /* realloc() does not keep the alignment. */
    void *q = isg_malloc(n, size);
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
    char *copy = isg_malloc(n + 1, 1);
    if (!copy)
        return NULL;
    if (n)
        memcpy(copy, s, n);
    copy[n] = 0;
    return copy;
}

/* At the start of its own memory; allocations begin one cache line later. */
struct isg_arena_block {
    struct isg_arena_block *next;
    size_t size, used; /* bytes after the first line */
};

static struct isg_arena_block *new_block(size_t size)
{
    if (size > SIZE_MAX - ISG_ALIGN)
        return NULL;
    struct isg_arena_block *b = isg_malloc(size + ISG_ALIGN, 1);
    if (b)
        *b = (struct isg_arena_block){.size = size};
    return b;
}

void *isg_arena_alloc(struct isg_arena *arena, size_t n, size_t size)
{
    const size_t bytes = rounded(n, size);
    if (!bytes)
        return NULL;
    struct isg_arena_block *b = arena->head;
    if (!b || b->size - b->used < bytes) {
        size_t want = b ? b->size : ISG_ARENA_FIRST / 2;
        want = want < SIZE_MAX / 4 ? 2 * want : want;
        b = new_block(want > bytes ? want : bytes);
        if (!b)
            return NULL;
        b->next = arena->head;
        arena->head = b;
    }
    void *p = (char *)b + ISG_ALIGN + b->used;
    b->used += bytes;
    arena->used += bytes;
    return p;
}

void isg_arena_reset(struct isg_arena *arena)
{
    if (arena->head && arena->head->next) {
        size_t total = 0;
        for (const struct isg_arena_block *b = arena->head; b; b = b->next)
            total += b->size;
        isg_arena_fini(arena);
        arena->head = new_block(total); /* NULL is fine: the next allocation tries again */
    }
    if (arena->head)
        arena->head->used = 0;
    arena->used = 0;
}

void isg_arena_fini(struct isg_arena *arena)
{
    struct isg_arena_block *b = arena->head;
    while (b) {
        struct isg_arena_block *next = b->next;
        free(b);
        b = next;
    }
    *arena = (struct isg_arena){0};
}

_Bool isg_grow(void *v, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return 1;
    size_t n = *cap < 16 ? 16 : *cap <= SIZE_MAX / 2 ? 2 * *cap : need;
    if (n < need)
        n = need;
    /* v is the address of a pointer of some type; copying its bytes breaks no aliasing rule, a cast to void
     * ** would. */
    void *p;
    memcpy(&p, v, sizeof p);
    void *q = isg_realloc(p, *cap, n, size);
    if (!q)
        return 0;
    memcpy(v, &q, sizeof q);
    *cap = n;
    return 1;
}
