/** @file src/array.h  Growing arrays of any type: a pointer, a count and a capacity, zeroed = empty.
 *
 *     ISG_ARRAY(uint32_t) ids = {0};
 *     if (!ISG_PUSH(ids, 7))
 *         return isg_error_nomem(err, "ids");
 *     for (size_t i = 0; i < ids.n; i++)
 *         use(ids.v[i]);
 *     ISG_ARRAY_FREE(ids);
 *
 * An array that crosses functions is a named struct with the same members: struct isg_tokens { struct isg_token *v;
 * size_t n, cap; }. The macros take the array itself, not its address, and evaluate it more than once. Those that grow
 * are true on success; on failure (out of memory, a size that overflows) the array stays as it was. Capacity doubles, so
 * n pushes cost O(n). */
#ifndef ISG_SRC_ARRAY_H
#define ISG_SRC_ARRAY_H
#include "src/mem.h"

#include <stdint.h>
#include <string.h>

#define ISG_ARRAY(type)                                                                                                \
    struct {                                                                                                           \
        type *v;                                                                                                       \
        size_t n, cap;                                                                                                 \
    }

/** Makes room for `need` elements in all; n stays. */
#define ISG_RESERVE(a, need) ISG_GROW((a).v, (a).cap, (need))

/** Makes room for `more` elements beyond n, which stays. */
#define ISG_RESERVE_MORE(a, more) ((more) <= SIZE_MAX - (a).n && ISG_RESERVE(a, (a).n + (more)))

/** Appends one element, given as a value or a compound literal. */
#define ISG_PUSH(a, ...) (((a).n < (a).cap || ISG_RESERVE(a, (a).n + 1)) && ((void)((a).v[(a).n++] = (__VA_ARGS__)), 1))

/** Appends `count` elements from `items`, which may be NULL where count is 0. */
#define ISG_APPEND(a, items, count)                                                                                    \
    (ISG_RESERVE_MORE(a, count) &&                                                                                     \
        (isg_copy((a).n ? (a).v + (a).n : (a).v, (items), (count) * sizeof *(a).v), (a).n += (count), 1))

/** Appends `count` elements of zero bytes. */
#define ISG_APPEND_ZEROS(a, count)                                                                                     \
    (ISG_RESERVE_MORE(a, count) &&                                                                                     \
        ((count) ? (void)memset((a).v + (a).n, 0, (count) * sizeof *(a).v) : (void)0, (a).n += (count), 1))

/** Frees the elements and leaves an empty array. */
#define ISG_ARRAY_FREE(a) (isg_free((a).v), (void)((a).v = NULL, (a).n = (a).cap = 0))

/** memcpy that takes NULL where n is 0. */
static inline void isg_copy(void *to, const void *from, size_t n)
{
    if (n)
        memcpy(to, from, n);
}

#endif
