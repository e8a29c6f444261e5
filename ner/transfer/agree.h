/** @file ner/transfer/agree.h  Selection without labels: agreement of an epoch's output with that of the epoch before. */
#ifndef ISG_NER_TRANSFER_AGREE_H
#define ISG_NER_TRANSFER_AGREE_H
#include "ner/transfer/state.h"

/** Entities of the unlabelled text: by the last epoch (gold), by this one (predicted), by both (correct). Keeps this
 * one's labels in t->trainer.kept. */
ISG_MUST_CHECK enum isg_status isg_transfer_agreement(
    struct isg_transfer *t, struct isg_ner_counts *out, struct isg_error *err);

#endif
