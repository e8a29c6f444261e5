/** @file src/vectors.h  Word-vector files: word2vec / fastText / GloVe text, word2vec binary, each also gzipped; our cache. */
#ifndef ISG_SRC_VECTORS_H
#define ISG_SRC_VECTORS_H
#include "src/error.h"
#include "src/mat.h"
#include "src/strtab.h"

/** n words, most frequent first as files have them, with a row of `dim` floats each. */
struct isg_vectors {
    struct isg_strtab *words; /**< id = row */
    struct isg_mat m;         /**< n x dim */
    void *owner;              /**< private: what m.x lives in (heap or a mapping) */
};
enum isg_bad_utf8 { ISG_BAD_UTF8_ERROR, ISG_BAD_UTF8_SKIP, ISG_BAD_UTF8_REPLACE };
struct isg_vectors_opts {
    size_t max_vocab;          /**< rows kept, from the top; 0 = all */
    enum isg_bad_utf8 bad_utf8; /**< default: error with the line */
};
/** What was seen on the way; said by the caller, never silent. */
struct isg_vectors_report {
    char format[24]; /**< "text", "text+header", "word2vec-binary", "safetensors", "fasttext-bin" */
    bool gzip;
    uint64_t rows_in_file;      /**< of the header, or read so far where max_vocab stopped the reading */
    uint64_t duplicates;        /**< words seen before: the first row is kept */
    uint64_t zero_rows, bad_utf8; /**< kept as they are; skipped or replaced */
    uint64_t first_duplicate_line, first_bad_utf8_line;
};
/**
 * Reads a file of any known format, told by its content. Text lines are split from the right at single blanks, so that
 * words may hold blanks; a header is two whole numbers on a line whose successor has exactly that many values. A row
 * of another length, a number that is none, NaN or infinity: ISG_EDATA with the line.
 * @param report  may be NULL
 */
ISG_MUST_CHECK enum isg_status isg_vectors_load(struct isg_vectors *out, const char *path,
    const struct isg_vectors_opts *opts, struct isg_vectors_report *report, const struct isg_env *env,
    struct isg_error *err);
void isg_vectors_fini(struct isg_vectors *v); /**< a zeroed struct is fine */
/** Text with header (`%.6g`, shortest that reads back within 1e-6), or word2vec binary where path ends in ".bin". */
ISG_MUST_CHECK enum isg_status isg_vectors_save(const struct isg_vectors *v, const char *path, bool force,
    struct isg_error *err);
/** Row of a word as it is, else of its lower-cased form; ISG_NO_ID if neither is there. */
uint32_t isg_vectors_find(const struct isg_vectors *v, const char *word, size_t n);
/** Parses one decimal number as vector files have them; returns the end, or s where there is none. Exact to 1 ulp of float. */
const char *isg_parse_float(const char *s, const char *end, float *out);

#endif
