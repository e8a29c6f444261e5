/** @file align/whiten.h  The whitened family: canonical directions, re-weighted. Private to align. */
#ifndef ISG_ALIGN_WHITEN_H
#define ISG_ALIGN_WHITEN_H
#include "align/learn.h"

/** Steps of the whitened family. */
struct isg_whiten {
    double ridge; /**< share of the mean eigenvalue added to each before whitening */
    double power; /**< each side's canonical direction j is scaled by s_j^power */
    size_t dim;   /**< leading directions kept; 0 = all */
};
/**
 * x -> x Cxx^(-1/2) U S^power, y -> y Cyy^(-1/2) V S^power, with U S V^T the SVD of Cxx^(-1/2) Cxy Cyy^(-1/2)
 * over the pairs: canonical correlation analysis with each direction weighted by how well it agrees. The
 * sides may differ in dimension.
 */
ISG_MUST_CHECK enum isg_status isg_solve_whitened(const struct isg_learn *learn, const struct isg_training *training,
    const struct isg_whiten *opts, struct isg_linear *out, struct isg_error *err);

#endif
