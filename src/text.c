/* Text that grows, and text for XML. */
#include "src/text.h"

#include "src/mem.h"
#include "src/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void isg_text_put(struct isg_text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || t->failed || !ISG_GROW(t->s, t->cap, t->n + (size_t)n + 1)) {
        t->failed = true;
        return;
    }
    va_start(ap, fmt);
    vsnprintf(t->s + t->n, (size_t)n + 1, fmt, ap);
    va_end(ap);
    t->n += (size_t)n;
}

/* What stands for a byte in XML: an entity, itself (in `plain`), or nothing. */
static const char *xml_of(char c, char plain[2])
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        plain[0] = (unsigned char)c < ' ' && c != '\t' && c != '\n' ? 0 : c;
        plain[1] = 0;
        return plain;
    }
}

/* Length of a control of text direction at s, with which a word could reorder the page around it; else 0: U+061C,
 * U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069. */
static size_t direction(const char *s)
{
    const unsigned char *b = (const unsigned char *)s;
    if (b[0] == 0xd8 && b[1] == 0x9c)
        return 2;
    if (b[0] != 0xe2 || (b[1] != 0x80 && b[1] != 0x81))
        return 0;
    return (b[1] == 0x80 ? b[2] == 0x8e || b[2] == 0x8f || (b[2] >= 0xaa && b[2] <= 0xae)
                         : b[2] >= 0xa6 && b[2] <= 0xa9)
               ? 3
               : 0;
}

/* The next piece of s as XML, and s moved past it. */
static const char *next_xml(const char **s, char plain[2])
{
    const size_t n = direction(*s);
    *s += n ? n : 1;
    return n ? "\xef\xbf\xbd" : xml_of((*s)[-1], plain);
}

void isg_text_put_xml(struct isg_text *t, const char *s)
{
    for (char plain[2]; *s;)
        isg_text_put(t, "%s", next_xml(&s, plain));
}

void isg_writer_xml(struct isg_writer *w, const char *s)
{
    for (char plain[2]; *s;)
        isg_writer_text(w, next_xml(&s, plain));
}

static bool is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x61c || cp == 0x200e || cp == 0x200f ||
           (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

void isg_text_put_visible(struct isg_text *t, const char *s)
{
    for (size_t n = strlen(s); n > 0;) {
        uint32_t cp = 0;
        const bool valid = isg_utf8_valid(s, n < 4 ? n : 4) > 0;
        const size_t len = valid ? isg_utf8_decode(s, n, &cp) : 1;
        if (!valid)
            isg_text_put(t, "\\x%02x", (unsigned)(unsigned char)*s);
        else if (is_control(cp))
            isg_text_put(t, "\\u%04x", (unsigned)cp);
        else
            isg_text_put(t, "%.*s", (int)len, s);
        s += len;
        n -= len;
    }
}

char *isg_text_finish(struct isg_text *t)
{
    if (!t->failed)
        return t->s;
    isg_free(t->s);
    return NULL;
}

const char *isg_plural(uint64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}
