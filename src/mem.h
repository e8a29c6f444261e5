/** @file src/mem.h  Allocation that checks its products, and arenas. */
#ifndef ISG_SRC_MEM_H
#define ISG_SRC_MEM_H
#include <stddef.h>

/** n * size zeroed bytes aligned to 64, or NULL (also where the product overflows). n * size = 0 gives a
 * valid pointer. */
void *isg_calloc(size_t n, size_t size);
/** Like isg_calloc without the zeroes. */
void *isg_malloc(size_t n, size_t size);
/** Grows or shrinks p (from here, or NULL) from old_n to n elements; the old block is kept where NULL is
 * returned. */
void *isg_realloc(void *p, size_t old_n, size_t n, size_t size);
void isg_free(void *p); /**< NULL is fine */
/** Copy of n bytes with a final 0; NULL on failure; free with isg_free. */
char *isg_strndup(const char *s, size_t n);

/** Blocks freed all at once. A zeroed struct is an empty arena. Not thread-safe. */
struct isg_arena {
    struct isg_arena_block *head;
    size_t used; /**< bytes handed out since the last reset */
};
/** n * size bytes aligned to 64, not zeroed, or NULL. */
void *isg_arena_alloc(struct isg_arena *arena, size_t n, size_t size);
/** Forgets all that was handed out and keeps the memory (merged into one block) for the next round. */
void isg_arena_reset(struct isg_arena *arena);
void isg_arena_fini(struct isg_arena *arena);

/**
 * Ensures room for `need` elements in a growing array: ISG_GROW(v, cap, need) with `T *v; size_t cap`.
 * True on success; on failure v and cap stay as they were. Doubles, so that n pushes cost O(n).
 */
#define ISG_GROW(v, cap, need) isg_grow(&(v), &(cap), (need), sizeof *(v))
_Bool isg_grow(void *v, size_t *cap, size_t need, size_t size);

#endif
