/** @file align/procrustes.h  Orthogonal Procrustes. Private to align. */
#ifndef ISG_ALIGN_PROCRUSTES_H
#define ISG_ALIGN_PROCRUSTES_H
#include "align/learn.h"

/** w (d x d, may be c) = U V^T of the SVD of c = U S V^T (d x d, overwritten): the orthogonal matrix that maximises
 * tr(w^T c). Returns ISG_ENOMEM and what isg_svd does. */
ISG_MUST_CHECK enum isg_status isg_rotation(size_t d, double *c, double *w, struct isg_error *err);
/** W = argmin |x W - y|_F over orthogonal W: U V^T of the SVD of x^T y (Schoenemann 1966). m[ISG_TARGET] =
 * NULL. */
ISG_MUST_CHECK enum isg_status isg_solve_procrustes(
    const struct isg_learn *learn, const struct isg_training *training, struct isg_linear *out, struct isg_error *err);

#endif
