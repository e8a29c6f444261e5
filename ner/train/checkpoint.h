/** @file ner/train/checkpoint.h  Checkpoints: all that an unbroken run would have in memory, so that going on gives the
 * same bits.
 *
 * One safetensors file: for each parameter "value.NAME" and, where the run has them, "state0.NAME", "state1.NAME"
 * (optimiser), "average.NAME", "best.NAME", "start.NAME"; "kept"; metadata "format", "version", "fingerprint", "state"
 * (struct isg_ner_position and the rounds of the tasks), "history", and "checksum" (XXH3 over all of these).
 */
#ifndef ISG_NER_TRAIN_CHECKPOINT_H
#define ISG_NER_TRAIN_CHECKPOINT_H
#include "ner/train/trainer.h"

/**
 * To be called before training, once fingerprint and tasks are there. Looks at the file at t->checkpoint:
 * - no checkpoint of a training run: ISG_EUSAGE, as it would be replaced;
 * - another run's: ISG_EUSAGE; without `resume`, `force` gives it up for this run;
 * - with `resume`, damaged: ISG_EDATA. Else the run goes on from it: t->at and t->history are set, and the phase loads
 *   the rest.
 */
ISG_MUST_CHECK enum isg_status isg_ner_checkpoint_begin(
    struct isg_ner_trainer *t, bool resume, bool force, struct isg_error *err);
/** Writes one; does nothing where none is kept. */
ISG_MUST_CHECK enum isg_status isg_ner_checkpoint_save(const struct isg_ner_trainer *t, struct isg_error *err);
/** Parameters, optimiser and rounds of t->resumed, which is closed. */
ISG_MUST_CHECK enum isg_status isg_ner_checkpoint_load(struct isg_ner_trainer *t, struct isg_error *err);
/** Removes this run's checkpoint, once its model is written. */
void isg_ner_checkpoint_remove(const struct isg_ner_trainer *t);
/** Sets t->checkpoint to "OUT.checkpoint". */
ISG_MUST_CHECK enum isg_status isg_ner_checkpoint_name(
    struct isg_ner_trainer *t, const char *out, struct isg_error *err);

#endif
