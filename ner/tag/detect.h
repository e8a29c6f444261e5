/** @file ner/tag/detect.h  What kind of text a file holds. */
#ifndef ISG_NER_TAG_DETECT_H
#define ISG_NER_TAG_DETECT_H
#include "ner/tag/tagfile.h"

/** A file that can be read twice: itself, or a temporary copy of a pipe or of standard input. */
struct isg_tag_input {
    const char *path, *name; /**< to open; for messages */
    FILE *copy;
    char copy_path[64];
};
void isg_tag_input_close(struct isg_tag_input *in); /**< a zeroed struct is fine */
/** Lets an error about the copy name the input instead. */
void isg_tag_input_rename(const struct isg_tag_input *in, struct isg_error *err, enum isg_status status);
/**
 * Looks at the first 200 lines that are neither empty, comments nor document marks:
 *   - JSON lines: each begins with "{";
 *   - columns: one field a line; or a tag at the end of each; or the same number of columns, by tabs, or by spaces in at
 *     most six columns of more than two lines; or a tag at the end of three lines in four, so that a malformed column
 *     file meets the reader's error instead of passing for text;
 *   - else raw text.
 * CoNLL-U (columns only) sets columns->word. Logs once what the file is read as.
 */
ISG_MUST_CHECK enum isg_status isg_tag_detect(struct isg_tag_input *in, const char *path, enum isg_ner_format *format,
    struct isg_columns *columns, const struct isg_env *env, struct isg_error *err);

#endif
