/* Escapes of control characters: a corpus, a model or a project must not be able to steer somebody's terminal. */
#include "src/escape.h"

#include "src/mem.h"
#include "src/utf8.h"

#include <string.h>

static bool acts(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || isg_utf8_is_bidi(c);
}

/* One character, or one byte that belongs to none; returns the bytes it takes. */
static size_t escape_one(char out[8], const char *text, size_t n, bool lines)
{
    const size_t longest = n < 4 ? n : 4;
    uint32_t c = 0;
    size_t k = 1;
    while (k <= longest && isg_utf8_valid(text, k) != k)
        k++;
    if (k > longest) {
        snprintf(out, 8, "\\x%02x", (unsigned)(unsigned char)*text);
        return 1;
    }
    (void)isg_utf8_decode(text, k, &c);
    if (lines && (c == '\n' || c == '\t'))
        snprintf(out, 8, "%c", (char)c);
    else if (c == '\n' || c == '\t' || c == '\r')
        snprintf(out, 8, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
    else if (!acts(c))
        snprintf(out, 8, "%.*s", (int)k, text);
    else
        snprintf(out, 8, c < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)c);
    return k;
}

size_t isg_escape(char *out, size_t cap, const char *text, size_t n, bool lines, size_t *used)
{
    size_t at = 0, written = 0;
    while (at < n) {
        char one[8];
        const size_t k = escape_one(one, text + at, n - at, lines), size = strlen(one);
        if (written + size >= cap)
            break;
        memcpy(out + written, one, size);
        written += size;
        at += k;
    }
    out[written] = 0;
    if (used)
        *used = at;
    return written;
}

/* ---- a stream ---- */

struct escaping {
    FILE *to;
    char held[4]; /* the start of a character whose rest has not been written yet */
    size_t n_held;
};

static bool pass_on(const struct escaping *e, const char *text, size_t n)
{
    while (n > 0) {
        char out[4096];
        size_t used;
        const size_t k = isg_escape(out, sizeof out, text, n, true, &used);
        if (fwrite(out, 1, k, e->to) != k)
            return false;
        text += used;
        n -= used;
    }
    return true;
}

/* Bytes at the end of text that may be the start of a longer character. */
static size_t open_end(const char *text, size_t n)
{
    for (size_t k = 1; k <= 3 && k <= n; k++) {
        const unsigned char c = (unsigned char)text[n - k];
        if (c >= 0xc0)
            return (c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2) > k ? k : 0;
        if (c < 0x80)
            return 0;
    }
    return 0;
}

static ssize_t escaping_write(void *cookie, const char *text, size_t n)
{
    struct escaping *e = cookie;
    size_t done = 0;
    while (e->n_held > 0 && done < n) { /* byte by byte until the character is whole */
        e->held[e->n_held++] = text[done++];
        if (open_end(e->held, e->n_held) == e->n_held && e->n_held < sizeof e->held)
            continue;
        if (!pass_on(e, e->held, e->n_held))
            return 0;
        e->n_held = 0;
    }
    const size_t rest = open_end(text + done, n - done);
    if (!pass_on(e, text + done, n - done - rest))
        return 0;
    memcpy(e->held + e->n_held, text + n - rest, rest);
    e->n_held += rest;
    return (ssize_t)n;
}

static int escaping_close(void *cookie)
{
    struct escaping *e = cookie;
    const bool good = pass_on(e, e->held, e->n_held) && fflush(e->to) == 0;
    isg_free(e);
    return good ? 0 : EOF;
}

FILE *isg_escape_stream(FILE *to)
{
    struct escaping *e = isg_calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->to = to;
    FILE *stream = fopencookie(e, "w", (cookie_io_functions_t){.write = escaping_write, .close = escaping_close});
    if (!stream)
        isg_free(e);
    return stream;
}
