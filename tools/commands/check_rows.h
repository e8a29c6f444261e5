/** @file tools/commands/check_rows.h  Row by row checks of word vectors in text form, which go on after a wrong row. */
#ifndef ISG_TOOLS_COMMANDS_CHECK_ROWS_H
#define ISG_TOOLS_COMMANDS_CHECK_ROWS_H
#include "tools/commands/findings.h"

/** What the rows are, for the figures and for a repaired copy. */
struct isg_check_rows {
    uint64_t rows, good; /**< all; without an error and not a word seen before */
    uint64_t dim;        /**< of the header, or else what most of the first 32 rows have */
};
/**
 * Reads the file once. Findings, each with its line: rows of too few values or with a value that is no finite number, words
 * of invalid UTF-8, repeated words, rows of zeros, a header that counts other rows.
 * @param fixed  NULL, or where the good rows go, under a header; opened and committed by the caller. The file is then read
 *               twice, so that it cannot be a pipe
 * Errors: those of isg_reader_line, as for binary files.
 */
ISG_MUST_CHECK enum isg_status isg_check_rows(struct isg_findings *f, const char *path, struct isg_check_rows *out,
    struct isg_writer *fixed, struct isg_error *err);

#endif
