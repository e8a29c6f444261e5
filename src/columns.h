/** @file src/columns.h  Labelled text in columns, read sentence by sentence without loss. */
#ifndef ISG_SRC_COLUMNS_H
#define ISG_SRC_COLUMNS_H
#include "src/error.h"
#include "src/reader.h"
#include "src/writer.h"

enum isg_line_kind {
    ISG_LINE_TOKEN,
    ISG_LINE_BLANK,   /**< empty, or blanks and tabs only */
    ISG_LINE_COMMENT, /**< starts with '#' and cannot be a token line (see isg_columns_next); kept */
    ISG_LINE_DOCUMENT /**< -DOCSTART- */
};
struct isg_field {
    uint32_t start, n; /**< bytes from the start of the line */
};
struct isg_line {
    enum isg_line_kind kind;
    char *text; /**< the whole line without its end, terminated */
    uint32_t n;
    uint64_t number;          /**< 1-based line in the file */
    struct isg_field *fields; /**< of a token line or document mark */
    uint32_t n_fields;
    bool crlf;
    bool bom;   /**< the file's first line, after a byte order mark */
    bool no_lf; /**< the file's last line, without an end of line */
};
/** A sentence: its token lines, with the other lines before and the blank line(s) after it in place. */
struct isg_block {
    struct isg_line *lines;
    size_t n_lines, cap_lines;
    uint32_t *tokens; /**< indexes into lines of the token lines */
    size_t n_tokens;
};
#define ISG_MAX_FEATURES 8
/** Which columns hold what. Negative numbers count from the last column (-1). */
struct isg_columns {
    int word;                       /**< default 0 */
    int tag;                        /**< default -1; ISG_NO_COLUMN = the file has no tags */
    char separator;                 /**< 0 = detect: '\t' where the first token line holds a tab, else runs of blanks */
    bool any_tag;                   /**< let every text pass in the tag column (for checkers; isg_tag_split tells) */
    int features[ISG_MAX_FEATURES]; /**< further columns that the caller reads; every token has to have them */
    uint32_t n_features;
    bool allow_empty; /**< a file without a token is no error */
    bool open_tags; /**< let "?" pass as a tag: one that is not known */
};
#define ISG_NO_COLUMN INT32_MAX
#define ISG_COLUMNS_DEFAULT ((struct isg_columns){.word = 0, .tag = -1})
/** "word,_,_,tag" or "0,3" (word, tag) as a user writes it; "word" or "0" alone = no tags; among names "feature" is a
 * further column, up to ISG_MAX_FEATURES of them. Else ISG_EUSAGE. */
ISG_MUST_CHECK enum isg_status isg_columns_parse(struct isg_columns *out, const char *text, struct isg_error *err);

struct isg_columns_reader;
ISG_MUST_CHECK enum isg_status isg_columns_open(
    struct isg_columns_reader **out, const char *path, struct isg_columns columns, struct isg_error *err);
void isg_columns_close(struct isg_columns_reader *r);
/**
 * Next block; *block is NULL at the end. Borrowed until the next call. A block of no tokens (comments or
 * document marks alone) is handed out too. Writing every line of every block with isg_line_write gives the
 * file's bytes again (those inside where it is gzipped). Errors, with the line: invalid UTF-8, a zero byte, a
 * line of more than 16 MiB, a token line too short for the columns asked for, an empty word, a tag without a
 * type ("B-" or "B"), a file without a token.
 *
 * Tabs separate exactly (fields may be empty or hold blanks), blanks in runs. Hashtags are words: a line that
 * starts with '#' is a token where it has a tab in a file of tabs, or a tag in the tag column of a file of
 * blanks, or, in a file without tags, as many fields as the first token line. Otherwise it is a comment. A
 * document mark starts a new block even without a blank line. CoNLL-U (ten columns of tabs, the first a token
 * number) read with the default columns gets word = 1, and no tag where its last column holds none.
 */
ISG_MUST_CHECK enum isg_status isg_columns_next(
    struct isg_columns_reader *r, struct isg_block **block, struct isg_error *err);
/** The columns in force, with the separator seen; settled once the first token line was read. */
struct isg_columns isg_columns_effective(const struct isg_columns_reader *r);
/** Bytes read and size of the file, for progress, as isg_reader_position. */
void isg_columns_position(const struct isg_columns_reader *r, uint64_t *done, uint64_t *total);
/** Field of a token line by the reader's numbering (negative from the end); NULL where there is none. Not
 * terminated: *n. */
const char *isg_line_field(const struct isg_line *line, int column, size_t *n);
const char *isg_block_word(const struct isg_columns_reader *r, const struct isg_block *b, size_t token, size_t *n);
const char *isg_block_tag(const struct isg_columns_reader *r, const struct isg_block *b, size_t token, size_t *n);
/** Writes a line as it was, CRLF included, or with field `column` replaced by (text, n). */
void isg_line_write(const struct isg_line *line, struct isg_writer *w);
void isg_line_write_field(const struct isg_line *line, int column, const char *text, size_t n, struct isg_writer *w);
/** The line without its end, and the end alone: for callers that append columns. */
void isg_line_write_body(const struct isg_line *line, struct isg_writer *w);
void isg_line_write_end(const struct isg_line *line, struct isg_writer *w);

#endif
