/** @file src/reserve.h  An allocator for libraries that go wrong without memory (ICU follows NULL, jansson drops text).
 *
 * What malloc refuses comes from a reserve of 4 MiB, so that the library's call succeeds or ends in order; both are
 * remembered. State of the process, since these libraries' allocators are. Thread-safe. */
#ifndef ISG_SRC_RESERVE_H
#define ISG_SRC_RESERVE_H
#include <stdbool.h>
#include <stddef.h>

void *isg_reserve_malloc(size_t n); /**< NULL where the reserve is used up, too */
void *isg_reserve_realloc(void *p, size_t n);
void isg_reserve_free(void *p);
bool isg_reserve_touched(void);   /**< malloc has failed, and the reserve was needed */
bool isg_reserve_exhausted(void); /**< and it was too small: what a library gave may be incomplete, ISG_ENOMEM */

#endif
