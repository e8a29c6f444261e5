/** @file tests/faults/state.h  What the injectors (alloc.c, syscalls.c) and loop.py share: a file of this layout.
 * alloc.c maps it, so that the count goes on over exec() and is there after a crash. */
#ifndef ISG_TESTS_FAULTS_STATE_H
#define ISG_TESTS_FAULTS_STATE_H
#include <stdint.h>

enum { FAULTS_TRACE = 1 << 20, FAULTS_WHERE = 4096 };

struct faults {
    uint64_t count;           /**< allocations so far */
    uint64_t at;              /**< the one that fails, from 1; 0 = none */
    uint64_t all;             /**< 1: all after it fail, too */
    uint64_t fired;           /**< how many failed */
    uint64_t trace;           /**< 1: hash of the stack of the first FAULTS_TRACE allocations into stacks */
    char where[FAULTS_WHERE]; /**< the stack of the first that failed, a line each: object, offset, symbol */
    uint64_t stacks[];        /**< FAULTS_TRACE of them where trace is 1 */
};

#endif
