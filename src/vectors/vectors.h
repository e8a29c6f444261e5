/** @file src/vectors/vectors.h  Loads word vectors: word2vec / fastText / GloVe text and word2vec binary (also
 * compressed, as src/reader.h lists), fastText models, and our own cache. */
#ifndef ISG_SRC_VECTORS_VECTORS_H
#define ISG_SRC_VECTORS_VECTORS_H
#include "src/packing.h"
#include "src/vectors/rows.h"

enum isg_bad_utf8 { ISG_BAD_UTF8_ERROR, ISG_BAD_UTF8_SKIP, ISG_BAD_UTF8_REPLACE };
struct isg_vectors_opts {
    size_t max_vocab;           /**< rows kept, from the top; 0 = all */
    enum isg_bad_utf8 bad_utf8; /**< default: error with the line */
    uint64_t memory;            /**< rows of more bytes lie in a temporary file (isg_vectors_limit); 0 = any size */
    const char *folder;         /**< of that file; NULL = /var/tmp */
};
/** What the file held; the caller reports it, nothing is dropped in silence. */
struct isg_vectors_report {
    char format[24]; /**< "text", "text+header", "word2vec-binary", "safetensors", "fasttext-bin" */
    enum isg_packing packing;
    bool header;
    uint64_t rows_in_file; /**< from the header, or rows_read without one */
    uint64_t rows_read;
    bool complete;                /**< the file was read to its end: max_vocab did not stop the reading */
    uint64_t duplicates;          /**< repeated words: the first row is kept */
    uint64_t zero_rows, bad_utf8; /**< rows of zeros, kept; words with invalid UTF-8, skipped or replaced */
    uint64_t first_duplicate_line, first_bad_utf8_line;
};
/**
 * Reads a file of any known format, recognised by its content. Text lines are split from the right at single spaces or
 * tabs, so that words may contain spaces; a header is a line of two whole numbers, n and dim.
 * Errors: ISG_EDATA with the line for a row of another length, a malformed number, NaN or infinity.
 * @param report  may be NULL
 */
ISG_MUST_CHECK enum isg_status isg_vectors_load(struct isg_vectors *out, const char *path,
    const struct isg_vectors_opts *opts, struct isg_vectors_report *report, const struct isg_env *env,
    struct isg_error *err);

#endif
