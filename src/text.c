/* Text that grows, and text for XML. */
#include "src/text.h"

#include "src/escape.h"
#include "src/array.h"
#include "src/mem.h"
#include "src/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void isg_text_vput(struct isg_text *t, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    const int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0 || t->failed || !ISG_GROW(t->s, t->cap, t->n + (size_t)n + 1)) {
        t->failed = true;
        return;
    }
    vsnprintf(t->s + t->n, (size_t)n + 1, fmt, ap);
    t->n += (size_t)n;
}

void isg_text_put(struct isg_text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    isg_text_vput(t, fmt, ap);
    va_end(ap);
}

/* The character at s as XML, in `out`: itself, an entity, nothing (control characters, which XML forbids), or U+FFFD
 * (invalid UTF-8, controls of text direction). Returns its length. */
static size_t next_xml(const char *s, size_t n, char out[8])
{
    uint32_t cp = 0;
    const size_t k = isg_utf8_decode(s, n, &cp);
    const char *as = NULL;
    if (cp == '&')
        as = "&amp;";
    else if (cp == '<')
        as = "&lt;";
    else if (cp == '>')
        as = "&gt;";
    else if (cp == '"')
        as = "&quot;";
    else if ((cp < ' ' && cp != '\t' && cp != '\n') || cp == 0xfffe || cp == 0xffff)
        as = "";
    else if (cp == 0xfffd || isg_utf8_is_bidi(cp))
        as = "\xef\xbf\xbd";
    if (as)
        snprintf(out, 8, "%s", as);
    else
        snprintf(out, 8, "%.*s", (int)k, s);
    return k;
}

void isg_text_put_xml(struct isg_text *t, const char *s)
{
    char out[8];
    for (size_t n = strlen(s), k; n > 0; s += k, n -= k) {
        k = next_xml(s, n, out);
        isg_text_put(t, "%s", out);
    }
}

void isg_writer_xml(struct isg_writer *w, const char *s)
{
    char out[8];
    for (size_t n = strlen(s), k; n > 0; s += k, n -= k) {
        k = next_xml(s, n, out);
        isg_writer_text(w, out);
    }
}

void isg_text_put_visible(struct isg_text *t, const char *s)
{
    char out[256];
    for (size_t n = strlen(s), used; n > 0; s += used, n -= used) {
        (void)isg_escape(out, sizeof out, s, n, false, &used);
        isg_text_put(t, "%s", out);
    }
}

char *isg_text_finish(struct isg_text *t)
{
    if (!t->failed)
        return t->s;
    isg_free(t->s);
    return NULL;
}

static ssize_t memstream_write(void *cookie, const char *text, size_t n)
{
    struct isg_memstream *const m = cookie;
    if (m->failed || !ISG_GROW(m->text, m->cap, m->n + n + 1)) {
        m->failed = true;
        return 0;
    }
    memcpy(m->text + m->n, text, n);
    m->n += n;
    m->text[m->n] = 0;
    return (ssize_t)n;
}

void isg_memstream_open(struct isg_memstream *m)
{
    *m = (struct isg_memstream){0};
    m->to = fopencookie(m, "w", (cookie_io_functions_t){.write = memstream_write});
}

enum isg_status isg_memstream_close(
    struct isg_memstream *m, enum isg_status status, const char *what, struct isg_error *err)
{
    const bool cut = !m->to || ferror(m->to);
    const bool closed = m->to && fclose(m->to) == 0;
    m->to = NULL;
    if (!m->text && closed) /* nothing was written */
        m->failed |= memstream_write(m, "", 0) != 0;
    if (!cut && closed && !m->failed)
        return status;
    isg_free(m->text);
    *m = (struct isg_memstream){0};
    return status == ISG_OK ? isg_error_nomem(err, what) : status;
}
