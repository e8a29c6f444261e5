/** @file src/text.h  Text for reports and pictures: growing by printf, and escaped for XML and HTML. */
#ifndef ISG_SRC_TEXT_H
#define ISG_SRC_TEXT_H
#include "src/writer.h"

/** A zeroed struct is empty; once memory has run out, `failed` is set and nothing more is added. */
struct isg_text {
    char *s;
    size_t n, cap;
    bool failed;
};
void isg_text_put(struct isg_text *t, const char *fmt, ...) ISG_PRINTF(2, 3);
/** The same with & < > " of s as XML wants them, without the control characters that it forbids, and with
 * U+FFFD for controls of text direction. */
void isg_text_put_xml(struct isg_text *t, const char *s);
/** s for people, in a terminal or a report: control characters (escape sequences among them), bidirectional controls and
 * bytes that are not UTF-8 come out as \u001b, \u202e, \xff. */
void isg_text_put_visible(struct isg_text *t, const char *s);
/** The text, the caller's to isg_free; NULL = no memory. */
char *isg_text_finish(struct isg_text *t);

/** `one` for 1, else `many`: "%llu %s", n, isg_plural(n, "entity", "entities"). */
const char *isg_plural(uint64_t n, const char *one, const char *many);

/** isg_text_put_xml to a file. */
void isg_writer_xml(struct isg_writer *w, const char *s);

#endif
