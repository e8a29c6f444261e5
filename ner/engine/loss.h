/** @file ner/engine/loss.h  Losses other than the CRF's: 1 x 1 nodes, summed (not averaged) over rows. */
#ifndef ISG_NER_ENGINE_LOSS_H
#define ISG_NER_ENGINE_LOSS_H
#include "ner/engine/tape.h"

/**
 * DATNet's GRAD (section 3.2, eq. 1), x S x 1, r = sigmoid(x_s) the probability of the source:
 *     sum over source rows of -alpha (1 - r)^gamma log r, over target rows of -(1 - alpha) r^gamma log(1 - r).
 * alpha in [0, 1], gamma >= 0; gamma 0 with alpha 0.5 gives half the cross-entropy.
 */
struct isg_node *isg_grad_loss(
    struct isg_tape *t, struct isg_node *x, const bool *is_source, isg_real alpha, isg_real gamma);
/** sum_i c[i] * x[i] of n losses; c NULL = 1. */
struct isg_node *isg_loss_sum(struct isg_tape *t, struct isg_node *const *x, const isg_real *c, uint32_t n);

#endif
