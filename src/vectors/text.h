/** @file src/vectors/text.h  Private: reads vectors in text form, "word v1 ... vdim" a line. */
#ifndef ISG_SRC_VECTORS_TEXT_H
#define ISG_SRC_VECTORS_TEXT_H
#include "src/reader.h"
#include "src/vectors/build.h"

/** Fills b->v, which is fresh, from a reader at the start of the file. */
ISG_MUST_CHECK enum isg_status isg_vectors_load_text(
    struct isg_vectors_build *b, struct isg_reader *r, struct isg_error *err);

#endif
