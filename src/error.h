/** @file src/error.h  Errors as values, and the environment a library call runs in. */
#ifndef ISG_SRC_ERROR_H
#define ISG_SRC_ERROR_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Every status but ISG_OK is negative. The program maps EUSAGE to exit 2, EDATA to 3, ECANCELED to 130, others to 1. */
enum isg_status {
    ISG_OK = 0,
    ISG_EUSAGE = -1,    /**< an option or argument is wrong */
    ISG_EDATA = -2,     /**< an input file does not hold what it should */
    ISG_EIO = -3,       /**< the system refused: no such file, disk full, no permission */
    ISG_ENOMEM = -4,    /**< out of memory, or a size that does not fit */
    ISG_ENUMERIC = -5,  /**< NaN, infinity, no convergence */
    ISG_ECANCELED = -6, /**< the progress callback asked to stop; work was saved where that is promised */
    ISG_EFAILED = -7    /**< the call ran and its verdict is bad (a degenerate map, a failed check) */
};

#define ISG_MUST_CHECK __attribute__((warn_unused_result))
#define ISG_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/** What went wrong: where, what was found, what was expected there, what to do. Unset parts are empty or 0. */
struct isg_error {
    enum isg_status status;
    uint64_t line; /**< 1-based, 0 = no line */
    char file[256];
    char found[320];
    char expected[192];
    char advice[224];
};

/**
 * Fills err (never NULL) and returns `status`: `return isg_error_set(err, ISG_EDATA, path, 7, "99 numbers")`.
 * @param file  NULL where no file is concerned
 * @param fmt   what was found, or what failed, without a final full stop
 */
enum isg_status isg_error_set(struct isg_error *err, enum isg_status status, const char *file, uint64_t line,
    const char *fmt, ...) ISG_PRINTF(5, 6);
/** Adds what was expected to an error already set; returns its status. */
enum isg_status isg_error_expected(struct isg_error *err, const char *fmt, ...) ISG_PRINTF(2, 3);
/** Adds what to do to an error already set; returns its status. */
enum isg_status isg_error_advice(struct isg_error *err, const char *fmt, ...) ISG_PRINTF(2, 3);
/** ISG_ENOMEM with the thing that memory was wanted for. */
enum isg_status isg_error_nomem(struct isg_error *err, const char *what_for);
/** ISG_EIO with the text of errno. */
enum isg_status isg_error_errno(struct isg_error *err, const char *file, const char *doing);
/** One line, "FILE:LINE: FOUND; expected EXPECTED; ADVICE", cut at n bytes; always terminated. */
void isg_error_format(const struct isg_error *err, char *out, size_t n);

/** Forwards a failure unchanged. */
#define ISG_TRY(expr)                                                                                                  \
    do {                                                                                                               \
        const enum isg_status isg_try_status = (expr);                                                                 \
        if (isg_try_status != ISG_OK)                                                                                  \
            return isg_try_status;                                                                                     \
    } while (0)
/** The same in a function that frees at `out:` and returns its local `status`. */
#define ISG_GOTO(expr)                                                                                                 \
    do {                                                                                                               \
        status = (expr);                                                                                               \
        if (status != ISG_OK)                                                                                          \
            goto out;                                                                                                  \
    } while (0)

enum isg_level { ISG_LOG_WARNING, ISG_LOG_INFO, ISG_LOG_DEBUG };
struct isg_pool;

/** What a call needs from its surroundings. All zero = silent, one thread. Passed as `const struct isg_env *`, never NULL. */
struct isg_env {
    void *cookie; /**< first argument of each callback */
    void (*log)(void *cookie, enum isg_level level, const char *fmt, va_list ap) ISG_PRINTF(3, 0);
    /** done of total (0 = unknown) of the named stage. Non-zero = stop: the call returns ISG_ECANCELED. */
    int (*progress)(void *cookie, const char *stage, uint64_t done, uint64_t total);
    /** One event for the JSON-lines log: a complete JSON object in one line, without the newline. */
    void (*event)(void *cookie, const char *json);
    struct isg_pool *pool; /**< borrowed; NULL = run on the calling thread. Never changes a result. */
};
void isg_log(const struct isg_env *env, enum isg_level level, const char *fmt, ...) ISG_PRINTF(3, 4);
/** ISG_OK, or ISG_ECANCELED with err set where the callback asked to stop. */
ISG_MUST_CHECK enum isg_status isg_progress(
    const struct isg_env *env, const char *stage, uint64_t done, uint64_t total, struct isg_error *err);

#endif
