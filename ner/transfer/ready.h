/** @file ner/transfer/ready.h  Inputs of a transfer run, and networks that share their parts. */
#ifndef ISG_NER_TRANSFER_READY_H
#define ISG_NER_TRANSFER_READY_H
#include "ner/transfer/state.h"

/** Loads the inputs and builds all tasks' networks on one parameter table. */
ISG_MUST_CHECK enum isg_status isg_transfer_ready(struct isg_transfer *t, struct isg_error *err);
void isg_transfer_fini(struct isg_transfer *t);

#endif
