/** @file src/vectors/cache.h  Private: vectors in a safetensors file, used in place. Tensors `embedding.weight` (F32 or
 * F16, n x dim), `vocab.bytes` (U8, all words one after the other) and `vocab.offsets` (I64, n + 1). */
#ifndef ISG_SRC_VECTORS_CACHE_H
#define ISG_SRC_VECTORS_CACHE_H
#include "src/vectors/build.h"

/** Fills b->v, which is fresh, from b->path. */
ISG_MUST_CHECK enum isg_status isg_vectors_load_cache(struct isg_vectors_build *b, struct isg_error *err);
/** @param half  round to half precision; values beyond 65504 are ISG_ENUMERIC */
ISG_MUST_CHECK enum isg_status isg_vectors_save_cache(
    const struct isg_vectors *v, const char *path, bool force, bool half, struct isg_error *err);

#endif
