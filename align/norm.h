/** @file align/norm.h  Preprocessing of one side's vectors, fitted once and applied to any rows. Private to
 * align. */
#ifndef ISG_ALIGN_NORM_H
#define ISG_ALIGN_NORM_H
#include "align/align.h"

#define ISG_NORM_MAX 8
/** Steps with what they learnt from the rows they were fitted on. A zeroed struct has no steps and is valid. */
struct isg_norm {
    enum isg_align_step step[ISG_NORM_MAX];
    uint32_t n, dim, axes;      /**< steps; floats of a row; principal axes of each ISG_NORM_ABTT */
    float *stats[ISG_NORM_MAX]; /**< CENTRE: mean (dim); ABTT: mean, then axes (axes x dim); UNIT: NULL */
};
/**
 * Learns the statistics of the steps (ended by ISG_NORM_END) from the rows of `in`, each step from rows that
 * went through the steps before it. Rows of zeroes are words without a vector: they count for no mean and
 * stay zero.
 */
ISG_MUST_CHECK enum isg_status isg_norm_fit(
    struct isg_norm *norm, const enum isg_align_step *steps, uint32_t axes, struct isg_mat in, struct isg_error *err);
void isg_norm_fini(struct isg_norm *norm);
/** Floats of stats[i]. */
size_t isg_norm_stats_size(const struct isg_norm *norm, uint32_t i);
/** out row = in row through the first n_steps steps; in and out may be the same. */
void isg_norm_row(const struct isg_norm *norm, uint32_t n_steps, const float *in, float *out);
/** All steps on all rows; `rows` (or NULL) picks rows of `in` for the rows of `out`. */
void isg_norm_apply(const struct isg_norm *norm, struct isg_mat in, const uint32_t *rows, struct isg_mat out,
    const struct isg_env *env);
/** A row to length 1, in place; zero rows stay. */
void isg_unit_row(float *x, size_t n);
#endif
