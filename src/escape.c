/* Escapes of control characters: a corpus, a model or a project must not be able to steer somebody's terminal. */
#include "src/escape.h"

#include "src/mem.h"
#include "src/utf8.h"

#include <errno.h>
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

/* ---- piece by piece ---- */

static int pass_on(const struct isg_escaping *e, const char *text, size_t n)
{
    while (n > 0) {
        char out[4096];
        size_t used;
        const size_t k = isg_escape(out, sizeof out, text, n, true, &used);
        const int failure = e->write(e->cookie, out, k);
        if (failure)
            return failure;
        text += used;
        n -= used;
    }
    return 0;
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

int isg_escaping_write(struct isg_escaping *e, const char *text, size_t n)
{
    size_t done = 0;
    while (e->n_held > 0 && done < n) { /* byte by byte until the character is whole */
        e->held[e->n_held++] = text[done++];
        if (open_end(e->held, e->n_held) == e->n_held && e->n_held < sizeof e->held)
            continue;
        const int failure = isg_escaping_end(e);
        if (failure)
            return failure;
    }
    const size_t rest = open_end(text + done, n - done);
    const int failure = pass_on(e, text + done, n - done - rest);
    if (failure)
        return failure;
    memcpy(e->held + e->n_held, text + n - rest, rest);
    e->n_held += rest;
    return 0;
}

int isg_escaping_end(struct isg_escaping *e)
{
    const size_t n = e->n_held;
    e->n_held = 0;
    return pass_on(e, e->held, n);
}

/* ---- a stream ---- */

static int to_stream(void *cookie, const void *data, size_t n)
{
    return fwrite(data, 1, n, cookie) == n ? 0 : EIO;
}

static ssize_t stream_write(void *cookie, const char *text, size_t n)
{
    return isg_escaping_write(cookie, text, n) == 0 ? (ssize_t)n : 0;
}

static int stream_close(void *cookie)
{
    struct isg_escaping *e = cookie;
    const bool good = isg_escaping_end(e) == 0 && fflush(e->cookie) == 0;
    isg_free(e);
    return good ? 0 : EOF;
}

FILE *isg_escape_stream(FILE *to)
{
    struct isg_escaping *e = isg_calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->write = to_stream;
    e->cookie = to;
    FILE *stream = fopencookie(e, "w", (cookie_io_functions_t){.write = stream_write, .close = stream_close});
    if (!stream)
        isg_free(e);
    return stream;
}
