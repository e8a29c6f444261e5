/** @file ner/train/phase.h  Epochs of training until the phase ends: by its number of epochs, or by patience. */
#ifndef ISG_NER_TRAIN_PHASE_H
#define ISG_NER_TRAIN_PHASE_H
#include "ner/score/score.h"
#include "ner/train/step.h"

/** Where a phase takes its batches from, what it learns from them, and what chooses its epoch. */
struct isg_ner_phase {
    const char *name; /**< in the history and the log; NULL in a run of one phase */
    uint32_t epochs;  /**< at most */
    void *cookie;     /**< of the functions below */
    /** Batches of an epoch (from 0); NULL = those of task 0's text. */
    uint32_t (*steps)(void *cookie, uint32_t epoch);
    /** The task of the next batch, from the epoch's own random stream (name, epoch); NULL = task 0. */
    uint32_t (*draw)(void *cookie, uint32_t epoch, struct isg_rng *rng);
    isg_ner_gradient_fn *gradient; /**< NULL = isg_ner_crf_gradient */
    /** Entities that choose the epoch by their F1; NULL = the last epoch is kept. */
    enum isg_status (*score)(void *cookie, struct isg_ner_counts *out, struct isg_error *err);
    const char *scored; /**< what is scored, for the log: "dev" */
    bool agreement;     /**< the score is no dev score but agreement with the epoch before */
};
/**
 * Runs the phase, or skips it where the checkpoint that the run goes on from lies behind it. Sentences of each task are
 * put in order when the phase begins and whenever a round over them is done. The learning rate goes by the share of
 * sentences done in an epoch of task 0 alone, else by the share of batches. A checkpoint is written after each epoch but
 * the last, and when the progress callback asks to stop (ISG_ECANCELED). Afterwards the parameters have the best epoch's
 * weights, or the last one's; t->at.best_epoch is its number. With config.average these are averaged weights.
 */
ISG_MUST_CHECK enum isg_status isg_ner_run_phase(
    struct isg_ner_trainer *t, const struct isg_ner_phase *p, struct isg_error *err);
/** Entities on the dev texts of n tasks together. types: NULL, or a record that gets the counts of each type. */
ISG_MUST_CHECK enum isg_status isg_ner_score_dev(const struct isg_ner_task *tasks, uint32_t n,
    struct isg_ner_provenance *types, struct isg_ner_counts *out, struct isg_error *err);

#endif
