/** @file align/rcsls.h  Relaxed CSLS. Private to align. */
#ifndef ISG_ALIGN_RCSLS_H
#define ISG_ALIGN_RCSLS_H
#include "align/learn.h"

/** Relaxed CSLS from the Procrustes map (rcsls.c). m[ISG_TARGET] = NULL. */
ISG_MUST_CHECK enum isg_status isg_solve_rcsls(
    const struct isg_learn *learn, const struct isg_training *training, struct isg_linear *lin, struct isg_error *err);
/** The loss for fixed neighbours and its gradient g (d x d); everything n x d but w. For tests. */
double isg_rcsls_loss(
    size_t n, size_t d, const double *x, const double *y, const double *z, const double *u, const double *w, double *g);

#endif
