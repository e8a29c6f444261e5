/** @file tests/test.h  Shared by the unit tests: cmocka with what it wants included before it, and a few
 * helpers. */
#ifndef ISG_TESTS_TEST_H
#define ISG_TESTS_TEST_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/error.h"

/** |a - b| <= eps; false for NaN. */
#define assert_near(a, b, eps) test_near((double)(a), (double)(b), (double)(eps), #a " ~ " #b, __FILE__, __LINE__)
static inline void test_near(double a, double b, double eps, const char *what, const char *file, int line)
{
    if (!(fabs(a - b) <= eps)) {
        print_error("%s: %.17g and %.17g differ by %.3g, allowed %.3g\n", what, a, b, fabs(a - b), eps);
        _fail(file, line);
    }
}

/** The call succeeds; else its message is shown. Needs `struct isg_error err` in scope. */
#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != ISG_OK)                                                                                          \
            test_show_error(&err, #call, __FILE__, __LINE__);                                                          \
    } while (0)
static inline void test_show_error(const struct isg_error *err, const char *what, const char *file, int line)
{
    char text[1024];
    isg_error_format(err, text, sizeof text);
    print_error("%s: %s\n", what, text);
    _fail(file, line);
}

/** The call fails with this status, and the message, as a user reads it, holds `part`. */
#define assert_error(call, status_, part)                                                                              \
    do {                                                                                                               \
        assert_int_equal((call), (status_));                                                                           \
        test_error_holds(&err, (status_), (part), __FILE__, __LINE__);                                                 \
    } while (0)
static inline void test_error_holds(
    const struct isg_error *err, int status, const char *part, const char *file, int line)
{
    char text[1024];
    isg_error_format(err, text, sizeof text);
    if ((int)err->status != status || !strstr(text, part)) {
        print_error("status %d, message \"%s\"; wanted %d and \"%s\"\n", (int)err->status, text, status, part);
        _fail(file, line);
    }
}

/** Writes n bytes to a fresh file and returns its path; the caller unlinks and frees it. */
static inline char *test_file(const void *data, size_t n, const char *suffix)
{
    const char *tmp = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/isg-test-XXXXXX%s", tmp && *tmp ? tmp : "/tmp", suffix);
    const int fd = mkstemps(path, (int)strlen(suffix));
    assert_true(fd >= 0);
    for (size_t at = 0; at < n;) {
        const ssize_t got = write(fd, (const char *)data + at, n - at);
        assert_true(got > 0);
        at += (size_t)got;
    }
    assert_int_equal(close(fd), 0);
    char *copy = strdup(path);
    assert_non_null(copy);
    return copy;
}

#endif
