/** @file ner/train/best.h  The weights of the best epoch of a phase. */
#ifndef ISG_NER_TRAIN_BEST_H
#define ISG_NER_TRAIN_BEST_H
#include "ner/train/trainer.h"

/** Makes t->best, whose values are not set. */
ISG_MUST_CHECK enum isg_status isg_ner_best_alloc(struct isg_ner_trainer *t, struct isg_error *err);
/** Remembers the present weights. */
ISG_MUST_CHECK enum isg_status isg_ner_best_keep(struct isg_ner_trainer *t, struct isg_error *err);
/** Puts them back, where there are some. */
void isg_ner_best_take(struct isg_ner_trainer *t);
void isg_ner_best_free(struct isg_ner_trainer *t);

#endif
