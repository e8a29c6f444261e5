/** @file ner/transfer/record.h  The model file of a transfer run, and what it says of how it was made. */
#ifndef ISG_NER_TRANSFER_RECORD_H
#define ISG_NER_TRANSFER_RECORD_H
#include "ner/transfer/state.h"

/** Records inputs, mode and settings, and makes the trainer's fingerprint. */
ISG_MUST_CHECK enum isg_status isg_transfer_identify(struct isg_transfer *t, struct isg_error *err);
/** Writes the target's network as a plain tagger, with the record of how it was made. */
ISG_MUST_CHECK enum isg_status isg_transfer_write(
    struct isg_transfer *t, const struct isg_ner_transferred *out, struct isg_error *err);

#endif
