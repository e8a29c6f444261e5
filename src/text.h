/** @file src/text.h  Text for reports and pictures: growing by printf, and escaped for XML and HTML. */
#ifndef ISG_SRC_TEXT_H
#define ISG_SRC_TEXT_H
#include "src/writer.h"

#include <stdarg.h>
#include <stdio.h>

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

/** A stream into memory, whose end says whether the text is whole; glibc's open_memstream does not notice a write for
 * which it had no memory. The struct stays where it is while the stream is open. */
struct isg_memstream {
    FILE *to;   /**< NULL = no memory, or closed */
    char *text; /**< after isg_memstream_close; the caller's to isg_free */
    size_t n, cap;
    bool failed;
};
void isg_memstream_open(struct isg_memstream *m);
/** Closes the stream, if there is one. @param status  how the work on the text ended: if not ISG_OK, returned as it is.
 * ISG_ENOMEM, and no text, where what was written is not all there; `what` is for the message. */
ISG_MUST_CHECK enum isg_status isg_memstream_close(
    struct isg_memstream *m, enum isg_status status, const char *what, struct isg_error *err);

/** isg_text_put_xml to a file. */
void isg_writer_xml(struct isg_writer *w, const char *s);

#endif
