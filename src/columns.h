/** @file src/columns.h  Labelled text in columns, read sentence by sentence without loss. */
#ifndef ISG_SRC_COLUMNS_H
#define ISG_SRC_COLUMNS_H
#include "src/array.h"
#include "src/error.h"
#include "src/reader.h"
#include "src/writer.h"

enum isg_line_kind {
    ISG_LINE_TOKEN,
    ISG_LINE_BLANK,    /**< empty, or spaces and tabs only */
    ISG_LINE_COMMENT,  /**< starts with '#' and is no token line (see isg_columns_next) */
    ISG_LINE_DOCUMENT, /**< -DOCSTART-, with or without further columns */
    ISG_LINE_EXTRA     /**< CoNLL-U: a surface token over several words ("1-2") or an empty node ("2.1") */
};
struct isg_field {
    uint32_t start, n; /**< bytes from the start of the line */
};
struct isg_line {
    enum isg_line_kind kind;
    char *text; /**< the whole line without its end, terminated */
    uint32_t n;
    uint64_t number;          /**< 1-based line in the file */
    struct isg_field *fields; /**< of token lines and document marks, else NULL */
    uint32_t n_fields;
    bool crlf;  /**< a CR follows the text */
    bool bom;   /**< a byte order mark precedes the text (first line only) */
    bool no_lf; /**< no LF ends the line: it is the file's last, or a lone CR ends it */
};
/** A sentence: its token lines, the lines of other kinds among them and before them, and the blank lines after it. */
struct isg_block {
    ISG_ARRAY(struct isg_line) lines;
    ISG_ARRAY(uint32_t) tokens; /**< indexes of the token lines in `lines` */
};
#define ISG_MAX_FEATURES 8
/** Which columns hold what. Negative numbers count from the last column (-1). */
struct isg_columns {
    int word;       /**< default 0 */
    int tag;        /**< default -1; ISG_NO_COLUMN = the file has no tags */
    char separator; /**< 0 = detect: tabs if the first token line holds one, else runs of whitespace (' ') */
    bool any_tag;   /**< for checkers: accept any text as a tag, and any number of columns */
    int features[ISG_MAX_FEATURES]; /**< further columns that the caller reads; each token line must have them */
    uint32_t n_features;
    bool open_tags;   /**< accept the tag "?": unknown */
    bool ragged;      /**< accept lines with more or fewer columns than the first token line */
    bool allow_empty; /**< accept a file without a token */
};
#define ISG_NO_COLUMN INT32_MAX
#define ISG_COLUMNS_DEFAULT ((struct isg_columns){.word = 0, .tag = -1})
/** Columns as a user writes them: names as in "word,_,_,tag", or the numbers of word and tag as in "0,3"; "word" or "0"
 * alone = no tags. Among names, "feature" is a further column, at most ISG_MAX_FEATURES of them. Where word and tag are
 * counted from the front, lines may differ in their number of columns. Else ISG_EUSAGE. */
ISG_MUST_CHECK enum isg_status isg_columns_parse(struct isg_columns *out, const char *text, struct isg_error *err);

struct isg_columns_reader;
ISG_MUST_CHECK enum isg_status isg_columns_open(
    struct isg_columns_reader **out, const char *path, struct isg_columns columns, struct isg_error *err);
/** isg_reader_watch for the file below. */
void isg_columns_watch(struct isg_columns_reader *r, const struct isg_env *env, const char *stage);
/** Would isg_columns_next wait for input now, because a pipe or terminal has nothing to read? */
bool isg_columns_waits(const struct isg_columns_reader *r);
void isg_columns_close(struct isg_columns_reader *r);
/**
 * Next block; *block is NULL at the end. Valid until the next call. Blocks without a token (comments or document marks
 * alone) are returned, too. Writing every line of every block with isg_line_write restores the file's bytes (after
 * decompression). Errors, with the line: invalid UTF-8, a zero byte, a line of more than 16 MiB, a token
 * line with other columns than the first (unless `ragged` or `any_tag`) or too few for what is read, an empty word, a
 * malformed tag; without a line: a file without a token (unless `allow_empty`).
 *
 * Lines end in LF, CRLF or CR. Tabs separate one field from the next (fields may be empty or contain spaces), other
 * whitespace in runs; spaces around a field are not part of it. What a line is depends on the file alone, whatever
 * columns are read:
 *   -DOCSTART-   a document mark, which also ends a sentence;
 *   #...         a word ("#wow") if the line has as many columns as the first line without '#' and, in tagged files, a
 *                tag; in untagged files of whitespace, if no space follows '#'. Else a comment; in CoNLL-U always one;
 *   CoNLL-U      (ten columns or more separated by tabs, the first a token number): ranges and empty nodes are
 *                ISG_LINE_EXTRA. Read with word = 0, it gets word = 1; with tag = -1, no tag if the first word has none.
 */
ISG_MUST_CHECK enum isg_status isg_columns_next(
    struct isg_columns_reader *r, struct isg_block **block, struct isg_error *err);
/** The columns in use and the separator detected, once the first block was read. */
struct isg_columns isg_columns_effective(const struct isg_columns_reader *r);
/** Columns of the first token line; 0 before the first block was read. */
uint32_t isg_columns_width(const struct isg_columns_reader *r);
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
