/* Text that grows. */
#include "ner/text.h"

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

void isg_text_put_xml(struct isg_text *t, const char *s)
{
    for (; *s; s++)
        switch (*s) {
        case '&':
            isg_text_put(t, "&amp;");
            break;
        case '<':
            isg_text_put(t, "&lt;");
            break;
        case '>':
            isg_text_put(t, "&gt;");
            break;
        case '"':
            isg_text_put(t, "&quot;");
            break;
        default:
            isg_text_put(t, "%c", *s);
        }
}

char *isg_text_finish(struct isg_text *t)
{
    if (!t->failed)
        return t->s;
    isg_free(t->s);
    return NULL;
}
