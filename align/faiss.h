/** @file align/faiss.h  Approximate (or exact) neighbours by FAISS, through its C API. Private to align. */
#ifndef ISG_ALIGN_FAISS_H
#define ISG_ALIGN_FAISS_H
#include "align/align.h"

struct isg_faiss; /**< Rows y with penalties p, searched by x . y - p: an inner product of [x; 1] and [y; -p]. */
/**
 * @param factory  a FAISS factory string ("Flat", "HNSW32", "IVF1024,Flat"), and after a semicolon its search
 * parameters
 *                 ("IVF1024,Flat;nprobe=32", "HNSW32;efSearch=128"). A string that FAISS refuses is
 * ISG_EUSAGE.
 * @param penalty  of each row; INFINITY keeps a row out
 */
ISG_MUST_CHECK enum isg_status isg_faiss_new(struct isg_faiss **out, struct isg_mat rows, const float *penalty,
    const char *factory, const struct isg_env *env, struct isg_error *err);
void isg_faiss_free(struct isg_faiss *index); /**< NULL is fine */
/** out: n x k, best first, ties by the lower row. In blocks of fixed size: the same bytes for any number of
 * threads. */
ISG_MUST_CHECK enum isg_status isg_faiss_search(const struct isg_faiss *index, struct isg_mat queries, uint32_t k,
    struct isg_near *out, const struct isg_env *env, struct isg_error *err);
#endif
