/** @file src/text.h  Text for reports and pictures: growing by printf, and escaped for XML and HTML. */
#ifndef ISG_SRC_TEXT_H
#define ISG_SRC_TEXT_H
#include "src/writer.h"

#include <stdarg.h>

/** A zeroed struct is empty; once memory has run out, `failed` is set and nothing more is added. */
struct isg_text {
    char *s;
    size_t n, cap;
    bool failed;
};
void isg_text_put(struct isg_text *t, const char *fmt, ...) ISG_PRINTF(2, 3);
void isg_text_vput(struct isg_text *t, const char *fmt, va_list ap) ISG_PRINTF(2, 0);
/** s escaped for XML and HTML; control characters are dropped, controls of text direction and invalid UTF-8 become
 * U+FFFD. */
void isg_text_put_xml(struct isg_text *t, const char *s);
/** s for people, in a terminal or a report, escaped by isg_escape (src/escape.h). */
void isg_text_put_visible(struct isg_text *t, const char *s);
/** The text, the caller's to isg_free; NULL = no memory. */
char *isg_text_finish(struct isg_text *t);

/** isg_text_put_xml to a file. */
void isg_writer_xml(struct isg_writer *w, const char *s);

#endif
