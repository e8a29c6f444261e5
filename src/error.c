/* Errors as values: formatting of struct isg_error, and the calls into struct isg_env. */
#include "src/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum isg_status isg_error_set(
    struct isg_error *err, enum isg_status status, const char *file, uint64_t line, const char *fmt, ...)
{
    memset(err, 0, sizeof *err);
    err->status = status;
    err->line = line;
    if (file)
        snprintf(err->file, sizeof err->file, "%s", file);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->found, sizeof err->found, fmt, ap);
    va_end(ap);
    return status;
}

enum isg_status isg_error_expected(struct isg_error *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->expected, sizeof err->expected, fmt, ap);
    va_end(ap);
    return err->status;
}

enum isg_status isg_error_advice(struct isg_error *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->advice, sizeof err->advice, fmt, ap);
    va_end(ap);
    return err->status;
}

enum isg_status isg_error_nomem(struct isg_error *err, const char *what_for)
{
    return isg_error_set(err, ISG_ENOMEM, NULL, 0, "no memory for %s", what_for);
}

enum isg_status isg_error_errno(struct isg_error *err, const char *file, const char *doing)
{
    return isg_error_set(err, ISG_EIO, file, 0, "%s: %s", doing, strerror(errno));
}

void isg_error_format(const struct isg_error *err, char *out, size_t n)
{
    char where[sizeof err->file + 24] = "";
    if (err->file[0] && err->line)
        snprintf(where, sizeof where, "%s:%llu: ", err->file, (unsigned long long)err->line);
    else if (err->file[0])
        snprintf(where, sizeof where, "%s: ", err->file);
    snprintf(out, n, "%s%s%s%s%s%s", where, err->found, err->expected[0] ? "; expected " : "", err->expected,
        err->advice[0] ? "; " : "", err->advice);
}

void isg_log(const struct isg_env *env, enum isg_level level, const char *fmt, ...)
{
    if (!env->log)
        return;
    va_list ap;
    va_start(ap, fmt);
    env->log(env->cookie, level, fmt, ap);
    va_end(ap);
}

enum isg_status isg_progress(
    const struct isg_env *env, const char *stage, uint64_t done, uint64_t total, struct isg_error *err)
{
    if (env->progress && env->progress(env->cookie, stage, done, total))
        return isg_error_set(err, ISG_ECANCELED, NULL, 0, "stopped during %s", stage);
    return ISG_OK;
}
