/** @file ner/transfer/losses.h  Losses of a transfer step: CRF, discriminator, perturbed embeddings. */
#ifndef ISG_NER_TRANSFER_LOSSES_H
#define ISG_NER_TRANSFER_LOSSES_H
#include "ner/train/step.h"
#include "ner/transfer/schedule.h"

/** The gradient of CRF and, in a run with one, of the discriminator; cookie: struct isg_transfer_plan. */
isg_ner_gradient_fn isg_transfer_gradient;
/** The same, and that on perturbed embeddings: x + eps g / |g|, g the gradient of the first at x, taken as a constant
 * (Zhou et al. 2019, eq. 6-8). */
isg_ner_gradient_fn isg_transfer_gradient_perturbed;

#endif
