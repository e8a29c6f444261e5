/** @file align/faiss.h  Nearest neighbours by FAISS, through its C API. Private to align.
 *
 * Rows y with penalties p, searched by x . y - p: an inner product of [x; 1] and [y; -p] in one more dimension. With [x; 0]
 * the same index is searched by x . y alone.
 *
 * What FAISS finds is scored again, x . y by a sum of fixed order, and sorted by that score and then by the lower row: the
 * answer depends neither on FAISS's version nor on how queries are put into blocks. Of an exact index more than k rows are
 * asked for, until the last of them lies below the k-th by more than rounding can amount to, so that no tie is cut. */
#ifndef ISG_ALIGN_FAISS_H
#define ISG_ALIGN_FAISS_H
#include "align/align.h"

struct isg_faiss;
/** What an index is over. */
struct isg_faiss_rows {
    struct isg_mat y;     /**< borrowed: it has to outlive the index */
    const bool *out;      /**< rows that are kept out; copied */
    const float *penalty; /**< of each row, finite; copied; NULL = none */
    size_t tile;          /**< rows in memory a second time, as "Flat" alone can; 0 = all */
    bool on_disk;         /**< y lies in a mapped file: the memory of each tile is given back after use */
};
/**
 * @param factory  a FAISS factory string ("Flat", "HNSW32", "IVF1024,Flat"), and after a semicolon its search parameters
 *                 ("IVF1024,Flat;nprobe=32", "HNSW32;efSearch=128"). A string that FAISS refuses is ISG_EUSAGE.
 */
ISG_MUST_CHECK enum isg_status isg_faiss_new(
    struct isg_faiss **out, const struct isg_faiss_rows *rows, const char *factory, struct isg_error *err);
void isg_faiss_free(struct isg_faiss *index); /**< NULL is fine */
/** Does the index compare a query with every row ("Flat")? */
bool isg_faiss_exact(const struct isg_faiss *index);
/**
 * The n x k best by x . y - penalty(y), best first, ties by the lower row; unused places ISG_NO_ID, -INFINITY.
 * @param penalty  NULL = 0. Else that of the index; or, of an index without penalties, any other: the nearest by x . y are
 *                 put in order by it
 */
ISG_MUST_CHECK enum isg_status isg_faiss_search(const struct isg_faiss *index, struct isg_mat queries,
    const float *penalty, uint32_t k, struct isg_near *out, const struct isg_env *env, struct isg_error *err);

/** Gives the index in FAISS's own format to `put`, piece by piece. */
ISG_MUST_CHECK enum isg_status isg_faiss_write(const struct isg_faiss *index,
    void (*put)(void *cookie, const void *data, size_t n), void *cookie, struct isg_error *err);
/**
 * Reads what a file starts with; inverted lists stay in the file and are mapped. Other rows or dimensions than it was
 * made from: ISG_EDATA.
 * @param parameters  search parameters as after the semicolon, or NULL
 */
ISG_MUST_CHECK enum isg_status isg_faiss_read(struct isg_faiss **out, const char *path,
    const struct isg_faiss_rows *rows, const char *parameters, struct isg_error *err);
#endif
