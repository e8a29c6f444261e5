/** @file isogloss/base.h  What all of libisogloss shares: statuses, contexts, errors, callbacks, versions.
 *
 * - Every call that can fail takes a context and returns a status; the context keeps the last failure's message, file and
 *   line. A context is for one thread at a time. Contexts are cheap: give each thread its own.
 * - Objects that were loaded or made (vectors, maps, taggers, ...) do not belong to a context. They may be used from several
 *   threads at once, each with its own context, but freed only once, when no call uses them any more. Where the work itself
 *   cannot be shared (spaces, translators), calls wait for each other.
 * - Option structs begin with `size`, which the caller sets to sizeof of the struct; everything else zero means the default.
 *   Later versions add fields at the end, and take a program that was compiled against an earlier one.
 * - `struct isogloss_x **out` gives an object to the caller, who frees it with isogloss_x_free (NULL is fine); on failure it
 *   is NULL. Pointers in arguments are borrowed for the call unless the function says that they are kept. `const` pointers
 *   returned live as long as the object that they come from.
 * - Strings are UTF-8 and end in a zero byte. Matrices are row-major.
 * - The library never exits, prints or reads standard input, and keeps no state between calls but in its objects. "-" names
 *   standard input and output in no call.
 * - OpenBLAS is one for the whole process. The first matrix product opens it, for which OPENBLAS_* variables are set and put
 *   back: no other thread may change the environment meanwhile. It is set to one thread, since its results change with their
 *   number. Where the process has loaded it before (NumPy), it keeps the kernels that it has.
 */
#ifndef ISOGLOSS_BASE_H
#define ISOGLOSS_BASE_H
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define ISOGLOSS_VERSION_MAJOR 0
#define ISOGLOSS_VERSION_MINOR 1
#define ISOGLOSS_VERSION_PATCH 0

#if defined(__GNUC__)
#define ISOGLOSS_API __attribute__((visibility("default")))
#define ISOGLOSS_CHECK __attribute__((visibility("default"), warn_unused_result))
#else
#define ISOGLOSS_API
#define ISOGLOSS_CHECK
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum isogloss_status {
    ISOGLOSS_OK = 0,
    ISOGLOSS_EUSAGE = -1,    /**< an argument or option is wrong */
    ISOGLOSS_EDATA = -2,     /**< a file or text does not hold what it should */
    ISOGLOSS_EIO = -3,       /**< the system refused: no such file, disk full, no permission */
    ISOGLOSS_ENOMEM = -4,    /**< out of memory, or a size that does not fit */
    ISOGLOSS_ENUMERIC = -5,  /**< NaN, infinity, no convergence */
    ISOGLOSS_ECANCELED = -6, /**< the progress callback asked to stop */
    ISOGLOSS_EFAILED = -7    /**< the call ran and its verdict is bad, as a degenerate map */
};

/** "0.1.0": of the library that is loaded, which may be newer than the headers. */
ISOGLOSS_API const char *isogloss_version(void);

struct isogloss_context;
/** ISOGLOSS_ENOMEM only. */
ISOGLOSS_CHECK enum isogloss_status isogloss_context_new(struct isogloss_context **out);
ISOGLOSS_API void isogloss_context_free(struct isogloss_context *c);
/** Worker threads of calls with this context, 0 = one per core; default 1. Results do not depend on it. */
ISOGLOSS_API void isogloss_context_set_threads(struct isogloss_context *c, unsigned n_threads);
/** Called during long work on the calling thread: done of total (0 = unknown) of the named stage. Non-zero stops the call,
 * which returns ISOGLOSS_ECANCELED. NULL = no callback, the default. */
ISOGLOSS_API void isogloss_context_set_progress(struct isogloss_context *c,
    int (*progress)(void *cookie, const char *stage, uint64_t done, uint64_t total), void *cookie);
enum isogloss_level { ISOGLOSS_WARNING = 0, ISOGLOSS_INFO = 1, ISOGLOSS_DEBUG = 2 };
/** Gets what the program would print on standard error, a line without its end at a time. NULL = nothing, the default. */
ISOGLOSS_API void isogloss_context_set_log(
    struct isogloss_context *c, void (*log)(void *cookie, enum isogloss_level level, const char *text), void *cookie);

/* The last call with this context that failed; each pointer lives until the next call with it. */

ISOGLOSS_API enum isogloss_status isogloss_error_status(const struct isogloss_context *c);
/** "FILE:LINE: what was found; expected ...; what to do", in one line; "" before the first failure. */
ISOGLOSS_API const char *isogloss_error_message(const struct isogloss_context *c);
ISOGLOSS_API const char *isogloss_error_file(const struct isogloss_context *c); /**< "" where no file is concerned */
ISOGLOSS_API uint64_t isogloss_error_line(const struct isogloss_context *c);    /**< 1-based, 0 = no line */
ISOGLOSS_API const char *isogloss_error_found(const struct isogloss_context *c);
ISOGLOSS_API const char *isogloss_error_expected(const struct isogloss_context *c);
ISOGLOSS_API const char *isogloss_error_advice(const struct isogloss_context *c);

/** Frees a string that a call gave to its caller; NULL is fine. */
ISOGLOSS_API void isogloss_string_free(char *s);

#ifdef __cplusplus
}
#endif
#endif
