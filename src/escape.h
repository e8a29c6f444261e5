/** @file src/escape.h  Text that comes from data, made safe to show on a terminal and in a log. */
#ifndef ISG_SRC_ESCAPE_H
#define ISG_SRC_ESCAPE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * Copies text with each character that could act on a terminal written out: C0 controls and DEL as \n, \t, \x1b; C1
 * controls (U+0080-U+009F), line and paragraph separators and controls of text direction (isg_utf8_is_bidi) as \u202e;
 * invalid UTF-8 as \xff. Other text stays as it is.
 * @param lines  keep newlines and tabs
 * @return bytes written, less than cap; *used (or NULL) = bytes of text that they represent. A character is copied whole
 *         or not at all; out is NUL-terminated.
 */
size_t isg_escape(char *out, size_t cap, const char *text, size_t n, bool lines, size_t *used);
/** Text that comes in pieces, a character perhaps in two of them; newlines and tabs are kept. */
struct isg_escaping {
    int (*write)(void *cookie, const void *data, size_t n); /**< 0 or an errno, which ends the call that led to it */
    void *cookie;
    char held[4]; /**< the start of a character whose rest has not come yet */
    size_t n_held;
};
int isg_escaping_write(struct isg_escaping *e, const char *text, size_t n);
int isg_escaping_end(struct isg_escaping *e); /**< writes what is held: no more text comes */
/** A stream that passes what is written to it on to `to`, escaped but for newlines and tabs; fclose flushes it and
 * leaves `to` open. NULL = no memory. */
FILE *isg_escape_stream(FILE *to);

#endif
