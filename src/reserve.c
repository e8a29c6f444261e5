/* An allocator with a reserve, for libraries that go wrong without memory. */
#include "src/reserve.h"

#include <malloc.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 16 /* of blocks; the size goes before each */
static alignas(ALIGN) char reserve[(size_t)4 << 20];
static size_t used;
static bool touched, exhausted;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool in_reserve(const void *p)
{
    const char *c = p;
    return c >= reserve && c < reserve + sizeof reserve;
}

static void *take(size_t n)
{
    void *p = NULL;
    (void)pthread_mutex_lock(&lock);
    touched = true;
    const size_t free_bytes = sizeof reserve - used;
    if (n <= free_bytes && (n + 2 * ALIGN - 1) / ALIGN * ALIGN <= free_bytes) {
        char *block = reserve + used;
        memcpy(block, &n, sizeof n);
        used += (n + 2 * ALIGN - 1) / ALIGN * ALIGN;
        p = block + ALIGN;
    } else {
        exhausted = true;
    }
    (void)pthread_mutex_unlock(&lock);
    return p;
}

void *isg_reserve_malloc(size_t n)
{
    void *p = malloc(n ? n : 1);
    return p ? p : take(n);
}

void *isg_reserve_realloc(void *p, size_t n)
{
    const bool inside = in_reserve(p);
    void *q = inside ? NULL : realloc(p, n ? n : 1);
    if (q)
        return q;
    size_t old = 0;
    if (inside)
        memcpy(&old, (char *)p - ALIGN, sizeof old);
    else if (p)
        old = malloc_usable_size(p);
    q = take(n);
    if (q && p)
        memcpy(q, p, old < n ? old : n);
    if (q && !inside)
        free(p);
    return q;
}

void isg_reserve_free(void *p)
{
    if (!in_reserve(p)) /* the reserve is not given back: there is no second run after it */
        free(p);
}

static bool read_flag(const bool *flag)
{
    (void)pthread_mutex_lock(&lock);
    const bool yes = *flag;
    (void)pthread_mutex_unlock(&lock);
    return yes;
}

bool isg_reserve_touched(void)
{
    return read_flag(&touched);
}

bool isg_reserve_exhausted(void)
{
    return read_flag(&exhausted);
}
