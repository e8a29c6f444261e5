/** @file ner/transfer/schedule.h  Which task each batch comes from. */
#ifndef ISG_NER_TRANSFER_SCHEDULE_H
#define ISG_NER_TRANSFER_SCHEDULE_H
#include "ner/transfer/state.h"

/** What a phase trains on. */
struct isg_transfer_plan {
    struct isg_transfer *t;
    bool source, target; /**< batches of the sources, of the target */
    uint32_t epochs;
};
/**
 * Share of source batches in an epoch where both take part: config.p_source (to p_source_end, evenly), else by the square
 * roots of the numbers of batches, sqrt(S) / (sqrt(S) + sqrt(T)). 1 where only sources, 0 where only the target does.
 */
double isg_transfer_source_share(const struct isg_transfer_plan *p, uint32_t epoch);
/** Batches of an epoch: those of the text that the phase is about (the target's, where it takes part) and the sources'
 * drawn in between; but config.epoch_batches at least, for which small corpora are repeated. */
uint32_t isg_transfer_steps(const struct isg_transfer_plan *p, uint32_t epoch);
/** Number of the task of the next batch. Sources are drawn by the square roots of their numbers of batches, so that a
 * small one is not lost. */
uint32_t isg_transfer_draw(const struct isg_transfer_plan *p, uint32_t epoch, struct isg_rng *rng);

#endif
