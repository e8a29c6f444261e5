/** @file src/vectors/word2vec.h  Private: reads word2vec's binary format. */
#ifndef ISG_SRC_VECTORS_WORD2VEC_H
#define ISG_SRC_VECTORS_WORD2VEC_H
#include "src/reader.h"
#include "src/vectors/build.h"

/** Fills b->v, which is fresh, from a reader at the start of the file. */
ISG_MUST_CHECK enum isg_status isg_vectors_load_word2vec(
    struct isg_vectors_build *b, struct isg_reader *r, struct isg_error *err);

#endif
