/** @file align/topk.h  Exact k largest inner products between two sets of rows, both ways in one pass.
 * Private to align. */
#ifndef ISG_ALIGN_TOPK_H
#define ISG_ALIGN_TOPK_H
#include "align/align.h"

/** What is wanted for the rows of one set: the k rows of the other set with the largest x . y - penalty(y). */
struct isg_topk {
    uint32_t k;           /**< 0 = nothing is wanted for this set */
    bool on_disk;         /**< the rows of this set lie in a mapped file: each tile's memory is given back after use */
    const float *penalty; /**< of each row of the OTHER set; NULL = 0; INFINITY keeps a row out */
    struct isg_near *out; /**< rows x k, best first, ties by the lower row; unused places ISG_NO_ID, -INFINITY */
};
/**
 * a (n x d) against b (m x d). The product is computed tile by tile and never stored, a tile is searched
 * while it is in the cache: a threshold test of whole vectors lets through only what enters the k best. Tiles
 * have fixed places, so that the bytes do not depend on the number of threads. Memory beyond out: 1 MiB a
 * thread, and for of_b another m * k * 8 bytes a thread.
 * @param stage  name for progress
 */
ISG_MUST_CHECK enum isg_status isg_topk_both(struct isg_mat a, struct isg_mat b, const struct isg_topk *of_a,
    const struct isg_topk *of_b, const char *stage, const struct isg_env *env, struct isg_error *err);
/** Gives the memory of rows of a file that is mapped and shared back to the system; they are read again when wanted. */
void isg_mat_give_back(struct isg_mat m, size_t first, size_t n);
/** out[i] = mean score of the k best of row i (fewer where there are fewer; 0 where there are none). */
void isg_topk_means(const struct isg_near *best, size_t n, uint32_t k, float *out);
#endif
