/** @file isogloss/align.h  Maps between two vector spaces, and the translations of words that they give.
 *
 *     vectors, seed --isogloss_map_fit--> map;  map, vectors --isogloss_space_new--> space --isogloss_space_translate--> words
 */
#ifndef ISOGLOSS_ALIGN_H
#define ISOGLOSS_ALIGN_H
#include <isogloss/vectors.h>

#ifdef __cplusplus
extern "C" {
#endif

enum isogloss_side { ISOGLOSS_SOURCE = 0, ISOGLOSS_TARGET = 1 };
struct isogloss_map; /**< Never changes. */

/** The options of `isogloss align fit`, by the same names and values. */
struct isogloss_map_options {
    size_t size;
    const char *seed_dict;           /**< file of word pairs; NULL = none */
    const char *const *source_words; /**< or n_pairs pairs of words from memory */
    const char *const *target_words;
    size_t n_pairs;
    const char *seed_from; /**< or "identical", "numerals", "unsupervised"; one of the three seeds is needed */
    const char *method;    /**< "auto" (default), "procrustes", "advanced", "rcsls", "procb" */
    const char *norm;      /**< preprocessing, default "unit,centre,unit" */
    const char *dict_case; /**< "auto" (default), "lower", "keep" */
    int refine;            /**< rounds of refinement; 0 = what the method chooses, -1 = none */
    uint32_t csls_k;       /**< neighbourhood of CSLS, default 10 */
    uint32_t vocab_cutoff; /**< most frequent words per language to refine on, default 20,000 */
    uint64_t seed;         /**< of randomness, default 1 */
};
/**
 * Learns a map of src to tgt. ISOGLOSS_EDATA where no pair has vectors on both sides; ISOGLOSS_EFAILED where the map that
 * came out is not to be trusted (it is given out all the same, for those who want to look at it).
 */
ISOGLOSS_CHECK enum isogloss_status isogloss_map_fit(struct isogloss_context *c, const struct isogloss_vectors *src,
    const struct isogloss_vectors *tgt, const struct isogloss_map_options *options, struct isogloss_map **out);
ISOGLOSS_CHECK enum isogloss_status isogloss_map_load(
    struct isogloss_context *c, const char *path, struct isogloss_map **out);
ISOGLOSS_CHECK enum isogloss_status isogloss_map_save(
    struct isogloss_context *c, const struct isogloss_map *m, const char *path, int overwrite);
ISOGLOSS_API void isogloss_map_free(struct isogloss_map *m);
ISOGLOSS_API size_t isogloss_map_dim(const struct isogloss_map *m); /**< of the common space */
/** A line of the map's metadata ("method", "source", "held_out", ...), or NULL. */
ISOGLOSS_API const char *isogloss_map_meta(const struct isogloss_map *m, const char *key);
/**
 * out (n x isogloss_map_dim) = rows of one language in the common space, each of length 1; zero rows stay zero.
 * @param rows  n x dim; a dim other than that side's is ISOGLOSS_EDATA
 */
ISOGLOSS_CHECK enum isogloss_status isogloss_map_apply(struct isogloss_context *c, const struct isogloss_map *m,
    enum isogloss_side side, const float *rows, size_t n, size_t dim, float *out);

/** Both vocabularies in the common space. */
struct isogloss_space;
struct isogloss_space_options {
    size_t size;
    const char *retrieval; /**< "csls" (default), "nn", "isf" */
    uint32_t csls_k;       /**< 0 = the map's */
    int no_rerank;         /**< by CSLS alone, without the map's evidence of spelling and frequency */
    const char *index;     /**< FAISS index instead of exact search ("HNSW32;efSearch=128"); NULL = exact */
};
/** The map and both vectors are kept: they must outlive the space. */
ISOGLOSS_CHECK enum isogloss_status isogloss_space_new(struct isogloss_context *c, const struct isogloss_map *m,
    const struct isogloss_vectors *src, const struct isogloss_vectors *tgt,
    const struct isogloss_space_options *options, struct isogloss_space **out);
ISOGLOSS_API void isogloss_space_free(struct isogloss_space *s);
/** Row of a dictionary word in the source vectors: as written, else in lower case, phrases also joined by "_"; -1. */
ISOGLOSS_API int64_t isogloss_space_find(const struct isogloss_space *s, const char *word);
/**
 * The k best translations of n words or phrases, best first. A phrase without a vector gets the mean of its
 * words'.
 * @param rows    n x k rows of the target vectors; UINT32_MAX where there is no translation (more)
 * @param scores  n x k, higher is better: CSLS and evidence, cosine, or log probability, by options.retrieval
 */
ISOGLOSS_CHECK enum isogloss_status isogloss_space_translate(struct isogloss_context *c, struct isogloss_space *s,
    const char *const *words, size_t n, size_t k, uint32_t *rows, float *scores);
/** Writes the dictionary of the max_words (0 = all) most frequent source words. @param format  "tsv" (also NULL), "muse",
 * "jsonl", "stardict" */
ISOGLOSS_CHECK enum isogloss_status isogloss_space_write_dictionary(struct isogloss_context *c,
    struct isogloss_space *s, size_t k, size_t max_words, const char *format, const char *path, int overwrite);

#ifdef __cplusplus
}
#endif
#endif
