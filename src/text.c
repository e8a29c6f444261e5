/* Text that grows, and text for XML. */
#include "src/text.h"

#include "src/mem.h"

#include <stdarg.h>
#include <stdio.h>

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

void isg_text_put_xml(struct isg_text *t, const char *s)
{
    for (char plain[2]; *s; s++)
        isg_text_put(t, "%s", xml_of(*s, plain));
}

void isg_writer_xml(struct isg_writer *w, const char *s)
{
    for (char plain[2]; *s; s++)
        isg_writer_text(w, xml_of(*s, plain));
}

char *isg_text_finish(struct isg_text *t)
{
    if (!t->failed)
        return t->s;
    isg_free(t->s);
    return NULL;
}
