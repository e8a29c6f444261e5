/** @file isogloss/vectors.h  Word vectors: files of every known format, rows without copies. */
#ifndef ISOGLOSS_VECTORS_H
#define ISOGLOSS_VECTORS_H
#include <isogloss/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct isogloss_vectors; /**< n words, most frequent first, with a row of dim floats each. Never changes. */

enum isogloss_bad_utf8 { ISOGLOSS_BAD_UTF8_ERROR = 0, ISOGLOSS_BAD_UTF8_SKIP = 1, ISOGLOSS_BAD_UTF8_REPLACE = 2 };
struct isogloss_vectors_options {
    size_t size;
    size_t max_vocab;                /**< rows kept, from the top; 0 = all */
    enum isogloss_bad_utf8 bad_utf8; /**< words of invalid UTF-8; default: an error with the line */
};
/**
 * Reads word2vec, fastText and GloVe text, word2vec binary, fastText models and safetensors, also compressed.
 * ISOGLOSS_EDATA with the line for a row of another length, a malformed number, NaN or infinity.
 * @param options  NULL = defaults
 */
ISOGLOSS_CHECK enum isogloss_status isogloss_vectors_load(struct isogloss_context *c, const char *path,
    const struct isogloss_vectors_options *options, struct isogloss_vectors **out);
/**
 * Vectors of n words from memory. The rows are kept, not copied: they must outlive the object and not change.
 * @param words  n different words; copied. A repeated one is ISOGLOSS_EDATA
 * @param rows   n x dim, finite
 */
ISOGLOSS_CHECK enum isogloss_status isogloss_vectors_new(struct isogloss_context *c, const char *const *words,
    const float *rows, size_t n, size_t dim, struct isogloss_vectors **out);
ISOGLOSS_API void isogloss_vectors_free(struct isogloss_vectors *v);
/** Written whole or not at all. Format by the name: word2vec binary for .bin, safetensors for .safetensors, else text;
 * .gz and the like compress. ISOGLOSS_EUSAGE where the file exists, without `overwrite`. */
ISOGLOSS_CHECK enum isogloss_status isogloss_vectors_save(
    struct isogloss_context *c, const struct isogloss_vectors *v, const char *path, int overwrite);

ISOGLOSS_API size_t isogloss_vectors_count(const struct isogloss_vectors *v);
ISOGLOSS_API size_t isogloss_vectors_dim(const struct isogloss_vectors *v);
/** n x dim floats, one row after another. */
ISOGLOSS_API const float *isogloss_vectors_rows(const struct isogloss_vectors *v);
/** The word of a row; NULL past the end. */
ISOGLOSS_API const char *isogloss_vectors_word(const struct isogloss_vectors *v, size_t row);
/** Row of a word as it is, else of its lower-cased form; words are compared in NFC. -1 = not there. */
ISOGLOSS_API int64_t isogloss_vectors_find(const struct isogloss_vectors *v, const char *word);
/** Copies the words of rows first .. first + n - 1, each with its zero byte, one after another, where the `room` bytes at
 * `to` are enough. Returns how many bytes they take. */
ISOGLOSS_API size_t isogloss_vectors_words(
    const struct isogloss_vectors *v, size_t first, size_t n, char *to, size_t room);

#ifdef __cplusplus
}
#endif
#endif
