/** @file src/vectors/vectors.h  Word-vector files: word2vec / fastText / GloVe text, word2vec binary, each also gzipped; our cache. */
#ifndef ISG_SRC_VECTORS_VECTORS_H
#define ISG_SRC_VECTORS_VECTORS_H
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
    size_t max_vocab;           /**< rows kept, from the top; 0 = all */
    enum isg_bad_utf8 bad_utf8; /**< default: error with the line */
};
/** What was seen on the way; said by the caller, never silent. */
struct isg_vectors_report {
    char format[24]; /**< "text", "text+header", "word2vec-binary", "safetensors", "fasttext-bin" */
    bool gzip;
    bool header;
    uint64_t rows_in_file;        /**< of the header, or rows_read where there is none */
    uint64_t rows_read;           /**< rows seen; != rows_in_file of a header, where complete, means a wrong header */
    bool complete;                /**< the file was read to its end: max_vocab did not stop the reading */
    uint64_t duplicates;          /**< words seen before: the first row is kept */
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
/** Rows first .. first+n-1 are no longer needed: their memory goes back to the system, their values are lost. */
void isg_vectors_give_back(struct isg_vectors *v, size_t first, size_t n);
/** Text with header (the shorter of 6 or 7 significant digits that reads back within 1e-6), word2vec binary where path
 * ends in ".bin", safetensors where it ends in ".safetensors" or ".isgv". */
ISG_MUST_CHECK enum isg_status isg_vectors_save(
    const struct isg_vectors *v, const char *path, bool force, struct isg_error *err);
enum isg_vectors_format {
    ISG_VECTORS_BY_NAME,
    ISG_VECTORS_TEXT,
    ISG_VECTORS_WORD2VEC, /**< binary; words with blanks or line ends are refused: the format cannot hold them */
    ISG_VECTORS_CACHE, /**< safetensors: `embedding.weight` F32 n x dim, `vocab.bytes` U8, `vocab.offsets` I64 n + 1 */
    ISG_VECTORS_CACHE_F16 /**< the same, rounded to half precision: relative error 2^-11; beyond 65504 is refused */
};
ISG_MUST_CHECK enum isg_status isg_vectors_save_as(
    const struct isg_vectors *v, const char *path, enum isg_vectors_format format, bool force, struct isg_error *err);
/** Row of a word as it is, else of its lower-cased form; ISG_NO_ID if neither is there. */
uint32_t isg_vectors_find(const struct isg_vectors *v, const char *word, size_t n);
/** Parses one decimal number as vector files have them; returns the end, or s where there is none. Exact to 1 ulp of float. */
const char *isg_parse_float(const char *s, const char *end, float *out);

/** fastText model (.bin, version 11 or 12, not quantised): vectors for any string, from its character n-grams. */
struct isg_fasttext;
ISG_MUST_CHECK enum isg_status isg_fasttext_open(struct isg_fasttext **out, const char *path, struct isg_error *err);
void isg_fasttext_close(struct isg_fasttext *ft); /**< NULL is fine */
size_t isg_fasttext_dim(const struct isg_fasttext *ft);
uint32_t isg_fasttext_size(const struct isg_fasttext *ft); /**< words in its vocabulary, most frequent first */
const char *isg_fasttext_word(const struct isg_fasttext *ft, uint32_t id, size_t *n);
/** Mean of the rows of the word (if known) and its n-grams, as fastText computes it; out gets dim floats. False (and
 * zeroes) where the word is unknown and has no n-gram. Safe from several threads. */
bool isg_fasttext_vector(const struct isg_fasttext *ft, const char *word, size_t n, float *out);
/** n words' vectors (words[i], terminated) as vectors, duplicates dropped. */
ISG_MUST_CHECK enum isg_status isg_fasttext_vectors(
    const struct isg_fasttext *ft, const char *const *words, size_t n, struct isg_vectors *out, struct isg_error *err);

#endif
