/** @file ner/train/progress.h  Reports an epoch to the model's history, the log and the screen. */
#ifndef ISG_NER_TRAIN_PROGRESS_H
#define ISG_NER_TRAIN_PROGRESS_H
#include "ner/train/phase.h"

struct isg_ner_speed {
    double seconds, tokens_per_second;
};
/**
 * Adds the epoch that has ended to t->history: "phase" (where it has a name), "epoch", "loss" (mean over sentences),
 * "lr" (of the last batch), "grad_norm" (mean over batches, before clipping), and "dev_precision", "dev_recall",
 * "dev_f1" or "agreement_f1" (0-100). The event for the log has "clipped" (batches), "seconds" and "tokens_per_second"
 * besides, which differ between machines, and so are not in the history, and "dev_f1": null where there is no dev score.
 */
ISG_MUST_CHECK enum isg_status isg_ner_tell_epoch(struct isg_ner_trainer *t, const struct isg_ner_phase *p,
    const struct isg_ner_counts *counts, const struct isg_ner_speed *speed, struct isg_error *err);
/** Loss of the last epoch in a history; 0 where it has none. */
double isg_ner_last_loss(const json_t *history);

#endif
