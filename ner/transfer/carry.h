/** @file ner/transfer/carry.h  What goes from the source tasks to the target task between the phases. */
#ifndef ISG_NER_TRANSFER_CARRY_H
#define ISG_NER_TRANSFER_CARRY_H
#include "ner/transfer/state.h"

/** What is copied to the target, what is reinitialised, and the rates of the parts that come from the sources. */
ISG_MUST_CHECK enum isg_status isg_transfer_carry_over(struct isg_transfer *t, struct isg_error *err);
/** Applies opts->rates. ISG_EUSAGE: a pattern that matches no parameter. */
ISG_MUST_CHECK enum isg_status isg_transfer_set_rates(struct isg_transfer *t, struct isg_error *err);
/** Without target sentences: the target's own parts become the first source's. */
void isg_transfer_hand_over(struct isg_transfer *t);

#endif
