/** @file align/space.h  What a common space holds. Private to align. */
#ifndef ISG_ALIGN_SPACE_H
#define ISG_ALIGN_SPACE_H
#include "align/evidence.h"
#include "align/faiss.h"
#include "align/map.h"
#include "align/topk.h"

/** Inverse temperature of the inverted softmax. */
#define ISG_ISF_BETA 30.0F

struct isg_align_space {
    const struct isg_align_map *map;
    struct isg_space_opts opts;
    struct isg_mat v[2];
    size_t mapped[2]; /* bytes of a temporary file that v lies in; 0 = in memory */
    bool *zero[2];    /* words without a vector */
    float *mean[2];   /* r of CSLS; NULL until wanted */
    float *isf[2];    /* log sum exp of the inverted softmax; NULL until wanted */
    uint32_t csls_k;
    struct isg_spellings *spellings; /* for the evidence; NULL = by CSLS alone */
    struct isg_evidence evidence;
    char *index;                         /* FAISS factory string; NULL = Flat, which is exact */
    struct isg_faiss *faiss[2];          /* over the rows of a side; NULL until wanted */
    enum isg_retrieval faiss_penalty[2]; /* whose penalties are in it; ISG_RETRIEVE_NN = none */
    bool faiss_saved;                    /* that of the target side comes from a file and is kept */
};
/** Fills space->isf[to], if that has not been done. */
ISG_MUST_CHECK enum isg_status isg_space_isf_sums(
    struct isg_align_space *space, enum isg_side to, const struct isg_env *env, struct isg_error *err);
/** What to subtract from the cosine with each row of a side; INFINITY keeps a row out. The caller's to free. */
ISG_MUST_CHECK enum isg_status isg_space_penalties(struct isg_align_space *space, enum isg_side to,
    enum isg_retrieval retrieval, float **out, const struct isg_env *env, struct isg_error *err);
/** The index over a side, made or made again where there is none that serves this retrieval. */
ISG_MUST_CHECK enum isg_status isg_space_index(struct isg_align_space *space, enum isg_side to,
    enum isg_retrieval retrieval, const float *penalty, struct isg_error *err);
/**
 * The k best rows of the other side for queries in the common space.
 * @param mean   r of each query, for CSLS alone
 * @param index  by FAISS; false = by our own one-pass kernel
 */
ISG_MUST_CHECK enum isg_status isg_space_search(struct isg_align_space *space, enum isg_side from,
    struct isg_mat queries, const float *mean, enum isg_retrieval retrieval, bool index, uint32_t k,
    struct isg_near *out, const struct isg_env *env, struct isg_error *err);
/** A search for the k best of the other side, as isg_align_knn. */
typedef enum isg_status isg_space_finder(struct isg_align_space *space, enum isg_side from, const uint32_t *rows,
    size_t n, enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env,
    struct isg_error *err);
/** What `find` finds, re-ranked by the evidence where the space has words (isg_align_space_set_words). */
ISG_MUST_CHECK enum isg_status isg_space_rerank(struct isg_align_space *space, isg_space_finder *find,
    enum isg_side from, const uint32_t *rows, size_t n, enum isg_retrieval retrieval, uint32_t k, struct isg_near *out,
    const struct isg_env *env, struct isg_error *err);
#endif
