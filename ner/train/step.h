/** @file ner/train/step.h  One step of training. */
#ifndef ISG_NER_TRAIN_STEP_H
#define ISG_NER_TRAIN_STEP_H
#include "ner/train/trainer.h"

/**
 * Computes the gradient of a shard's loss on its tape, which has been reset, by isg_backward with this scale, and sets
 * s->loss. Called by several threads at once, one a shard.
 */
typedef enum isg_status isg_ner_gradient_fn(const void *cookie, const struct isg_ner_trainer *t,
    const struct isg_ner_task *k, struct isg_ner_shard *s, isg_real scale, struct isg_error *err);
/** The negative log-likelihood of the CRF. */
isg_ner_gradient_fn isg_ner_crf_gradient;
/** One step on the task's next sentences, `batch` of them or what is left of the round. */
ISG_MUST_CHECK enum isg_status isg_ner_step(struct isg_ner_trainer *t, struct isg_ner_task *k,
    isg_ner_gradient_fn *gradient, const void *cookie, double lr, struct isg_error *err);

#endif
