/** @file align/contrast.h  Contrastive refinement of a pair of linear maps. Private to align. */
#ifndef ISG_ALIGN_CONTRAST_H
#define ISG_ALIGN_CONTRAST_H
#include "align/learn.h"

/**
 * What the contrastive loss looks at, all held while it falls: for pairs i of rows (a_i, b_i), candidates N_i of b_i's
 * side and M_i of a_i's, u = unit(x A), v = unit(y B), p = half the neighbourhood means r of CSLS, and t a temperature,
 *     L = sum_i w_i (- log softmax_{b in b_i, N_i} [(u_a_i . v_b - p_b) / t] at b_i - the same with sides exchanged).
 */
struct isg_contrast {
    size_t n, rows[2], d[2], dim;
    const double *x[2];          /**< rows x d: preprocessed rows */
    const uint32_t *pair[2];     /**< n rows */
    const double *weight;        /**< n, of sum 1 */
    const double *penalty[2];    /**< rows: p */
    const uint32_t *negative[2]; /**< n x n_negatives rows of that side; ISG_NO_ID = none */
    size_t n_negatives;
    double temperature;
};
/** Memory that the loss works in; private to it. */
struct isg_contrast_work {
    double *unit[2], *slope[2], *length[2], *share[2], *loss;
};
ISG_MUST_CHECK enum isg_status isg_contrast_work_new(
    struct isg_contrast_work *work, const struct isg_contrast *c, struct isg_error *err);
void isg_contrast_work_fini(struct isg_contrast_work *work); /**< a zeroed struct is fine */
/** L, and in g (NULL = not wanted) its derivatives in the maps w; w[s] and g[s] are d[s] x dim. */
double isg_contrast_loss(const struct isg_contrast *c, const double *const w[2], double *const g[2],
    struct isg_contrast_work *work, const struct isg_env *env);
struct isg_contrast_opts {
    uint32_t negatives;  /**< hard negatives of each pair and side */
    uint32_t steps;      /**< of gradient descent over all pairs */
    uint32_t mine_every; /**< steps after which neighbourhoods and negatives are looked for again */
    double rate;         /**< length of a step, as a share of the map's own size */
    double temperature;
};
/** Refines both maps on the pairs; both become matrices, whatever they were. */
ISG_MUST_CHECK enum isg_status isg_refine_contrast(const struct isg_learn *learn, const struct isg_training *training,
    const struct isg_contrast_opts *opts, struct isg_linear *lin, struct isg_error *err);

#endif
