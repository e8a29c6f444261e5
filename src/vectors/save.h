/** @file src/vectors/save.h  Writes word vectors. */
#ifndef ISG_SRC_VECTORS_SAVE_H
#define ISG_SRC_VECTORS_SAVE_H
#include "src/vectors/rows.h"

enum isg_vectors_format {
    ISG_VECTORS_BY_NAME,
    ISG_VECTORS_TEXT,     /**< header, then the shorter of 6 or 7 significant digits that reads back within 1e-6 */
    ISG_VECTORS_WORD2VEC, /**< binary; words with spaces or line ends are refused: the format cannot hold them */
    ISG_VECTORS_CACHE, /**< safetensors: `embedding.weight` F32 n x dim, `vocab.bytes` U8, `vocab.offsets` I64 n + 1 */
    ISG_VECTORS_CACHE_F16 /**< the same in half precision: relative error 2^-11; beyond 65504 is refused */
};
/** Compressed where path says so (src/writer.h). ISG_VECTORS_BY_NAME: word2vec binary for ".bin", safetensors for
 * ".safetensors" or ".isgv", else text; an ending ".gz" and the like is not counted. */
ISG_MUST_CHECK enum isg_status isg_vectors_save_as(
    const struct isg_vectors *v, const char *path, enum isg_vectors_format format, bool force, struct isg_error *err);
/** isg_vectors_save_as with ISG_VECTORS_BY_NAME. */
ISG_MUST_CHECK enum isg_status isg_vectors_save(
    const struct isg_vectors *v, const char *path, bool force, struct isg_error *err);

#endif
