/** @file tools/commands/convert_text.h  Labelled text between columns, tag schemes and JSON lines. */
#ifndef ISG_TOOLS_COMMANDS_CONVERT_TEXT_H
#define ISG_TOOLS_COMMANDS_CONVERT_TEXT_H
#include "src/isg.h"
#include <jansson.h>

enum isg_text_form {
    ISG_TEXT_COLUMNS, /**< CoNLL: a token a line */
    ISG_TEXT_TOKENS,  /**< JSON lines: {"tokens": [...], "tags": [...]} */
    ISG_TEXT_SPANS,   /**< {"text": ..., "entities": [{"start", "end", "type"}]} */
    ISG_TEXT_DOCCANO  /**< {"text": ..., "label": [[start, end, "PER"]]} */
};
struct isg_convert {
    enum isg_text_form from, to;
    struct isg_columns columns; /**< of the input */
    enum isg_scheme scheme;     /**< of the tags written; ISG_SCHEME_UNKNOWN = as they are */
    char separator;             /**< of columns made from JSON: ' ' or '\t' */
};
struct isg_converted {
    uint64_t sentences, tokens, entities;
    uint64_t lines_left_out; /**< comments and document marks that the form has no place for */
};
/** Columns to columns keeps every other byte. Text of spans is the words with single blanks between them;
 * offsets count code points, end exclusive. Read, a text becomes words at blanks and at the edges of
 * entities, and tags in BIO. Which JSON form a line has, it says itself. Broken lines are ISG_EDATA with file
 * and line. */
ISG_MUST_CHECK enum isg_status isg_convert_text(const struct isg_convert *c, const char *in, const char *out,
    bool force, struct isg_converted *done, const struct isg_env *env, struct isg_error *err);

#endif
