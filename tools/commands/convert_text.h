/** @file tools/commands/convert_text.h  Labelled text between columns, tag schemes and JSON lines. */
#ifndef ISG_TOOLS_COMMANDS_CONVERT_TEXT_H
#define ISG_TOOLS_COMMANDS_CONVERT_TEXT_H
#include "src/isg.h"
#include <jansson.h>

enum isg_text_form {
    ISG_TEXT_COLUMNS, /**< CoNLL: a token a line */
    ISG_TEXT_TOKENS,  /**< JSON lines: {"tokens": [...], "tags" or "ner_tags": [...]} */
    ISG_TEXT_SPANS, /**< {"text": ..., "entities" or "spans": [{"start", "end", "type"}]}; doccano's relation export with
                         "start_offset", "end_offset" and "label" is read as well */
    ISG_TEXT_DOCCANO /**< {"text": ..., "label" or "labels": [[start, end, "PER"]]} */
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
    uint64_t widened;        /**< entities that began or ended inside a token, and were widened to whole tokens */
};
/**
 * Columns to columns keeps every other byte. Text with spans is written as the words with single spaces between them;
 * offsets count code points, end exclusive. Read, a text is cut into tokens by src/tokenise.h, as for tagging and whatever
 * its labels; tags are BIO. Each JSON line shows by its keys which form it has. Malformed lines are ISG_EDATA with file and
 * line.
 */
ISG_MUST_CHECK enum isg_status isg_convert_text(const struct isg_convert *c, const char *in, const char *out,
    bool force, struct isg_converted *done, const struct isg_env *env, struct isg_error *err);

#endif
