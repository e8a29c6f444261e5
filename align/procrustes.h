/** @file align/procrustes.h  Orthogonal Procrustes. Private to align. */
#ifndef ISG_ALIGN_PROCRUSTES_H
#define ISG_ALIGN_PROCRUSTES_H
#include "align/learn.h"

/** W = argmin |x W - y|_F over orthogonal W: U V^T of the SVD of x^T y (Schoenemann 1966). m[ISG_TARGET] =
 * NULL. */
ISG_MUST_CHECK enum isg_status isg_solve_procrustes(
    const struct isg_learn *learn, const struct isg_training *training, struct isg_linear *out, struct isg_error *err);

#endif
