/* Contexts of the library: environment of a call, its last error, option structs. */
#include "tools/library/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)ISOGLOSS_EFAILED == (int)ISG_EFAILED && (int)ISOGLOSS_ECANCELED == (int)ISG_ECANCELED &&
                   (int)ISOGLOSS_ENUMERIC == (int)ISG_ENUMERIC && (int)ISOGLOSS_ENOMEM == (int)ISG_ENOMEM &&
                   (int)ISOGLOSS_EIO == (int)ISG_EIO && (int)ISOGLOSS_EDATA == (int)ISG_EDATA &&
                   (int)ISOGLOSS_EUSAGE == (int)ISG_EUSAGE && (int)ISOGLOSS_DEBUG == (int)ISG_LOG_DEBUG,
    "public statuses and levels are those of src/error.h");

const char *isogloss_version(void)
{
    return ISG_VERSION;
}

static int pass_progress(void *cookie, const char *stage, uint64_t done, uint64_t total)
{
    const struct isogloss_context *const c = cookie;
    return c->progress ? c->progress(c->progress_cookie, stage, done, total) : 0;
}

ISG_PRINTF(3, 0)
static void pass_log(void *cookie, enum isg_level level, const char *fmt, va_list ap)
{
    const struct isogloss_context *const c = cookie;
    char text[1024];
    if (!c->log)
        return;
    vsnprintf(text, sizeof text, fmt, ap);
    c->log(c->log_cookie, (enum isogloss_level)level, text);
}

enum isogloss_status isogloss_context_new(struct isogloss_context **out)
{
    struct isogloss_context *const c = isg_calloc(1, sizeof *c);
    if (c) {
        c->threads = 1;
        c->env = (struct isg_env){.cookie = c, .log = pass_log, .progress = pass_progress};
    }
    *out = c;
    return c ? ISOGLOSS_OK : ISOGLOSS_ENOMEM;
}

void isogloss_context_free(struct isogloss_context *c)
{
    if (!c)
        return;
    isg_pool_free(c->pool);
    isg_free(c);
}

void isogloss_context_set_threads(struct isogloss_context *c, unsigned n_threads)
{
    if (c->threads == n_threads)
        return;
    isg_pool_free(c->pool);
    c->pool = NULL;
    c->threads = n_threads;
}

void isogloss_context_set_progress(struct isogloss_context *c,
    int (*progress)(void *cookie, const char *stage, uint64_t done, uint64_t total), void *cookie)
{
    c->progress = progress;
    c->progress_cookie = cookie;
}

void isogloss_context_set_log(
    struct isogloss_context *c, void (*log)(void *cookie, enum isogloss_level level, const char *text), void *cookie)
{
    c->log = log;
    c->log_cookie = cookie;
}

struct isg_error *isg_library_begin(struct isogloss_context *c)
{
    if (c->threads != 1 && !c->pool)
        c->pool = isg_pool_new(c->threads);
    c->env.pool = c->pool;
    return &c->err;
}

enum isogloss_status isg_library_end(struct isogloss_context *c, enum isg_status status)
{
    if (status != ISG_OK) {
        c->err.status = status;
        isg_error_format(&c->err, c->message, sizeof c->message);
    }
    return (enum isogloss_status)status;
}

enum isogloss_status isogloss_error_status(const struct isogloss_context *c)
{
    return (enum isogloss_status)c->err.status;
}

const char *isogloss_error_message(const struct isogloss_context *c)
{
    return c->message;
}

const char *isogloss_error_file(const struct isogloss_context *c)
{
    return c->err.file;
}

uint64_t isogloss_error_line(const struct isogloss_context *c)
{
    return c->err.line;
}

const char *isogloss_error_found(const struct isogloss_context *c)
{
    return c->err.found;
}

const char *isogloss_error_expected(const struct isogloss_context *c)
{
    return c->err.expected;
}

const char *isogloss_error_advice(const struct isogloss_context *c)
{
    return c->err.advice;
}

void isogloss_string_free(char *s)
{
    isg_free(s);
}

enum isg_status isg_library_options(void *to, size_t n, const void *given, struct isg_error *err)
{
    size_t size = 0;
    if (given) {
        memcpy(&size, given, sizeof size);
        if (size < sizeof size) {
            (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "options without their size");
            return isg_error_advice(err, "set the member size to sizeof of the struct");
        }
        for (size_t i = n; i < size; i++)
            if (((const char *)given)[i])
                return isg_error_set(
                    err, ISG_EUSAGE, NULL, 0, "an option that libisogloss %s does not know", ISG_VERSION);
    }
    memset(to, 0, n);
    memcpy(to, given ? given : to, size < n ? size : n);
    return ISG_OK;
}

enum isg_status isg_library_path(const char *path, struct isg_error *err)
{
    if (path && strcmp(path, "-") != 0)
        return ISG_OK;
    (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, path ? "standard input or output as a file" : "no file");
    return isg_error_expected(err, "the path of a file");
}

enum isg_status isg_library_choice(
    const char *name, const char *const *names, const char *option, int *index, struct isg_error *err)
{
    char all[160] = "";
    *index = 0;
    if (!name)
        return ISG_OK;
    for (int i = 0; names[i]; i++) {
        *index = i;
        if (strcmp(name, names[i]) == 0)
            return ISG_OK;
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", names[i]);
    }
    (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "%s \"%.60s\"", option, name);
    return isg_error_expected(err, "%s", all);
}
