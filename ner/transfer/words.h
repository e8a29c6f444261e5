/** @file ner/transfer/words.h  Words, characters, features and labels of the tasks of a transfer run. */
#ifndef ISG_NER_TRANSFER_WORDS_H
#define ISG_NER_TRANSFER_WORDS_H
#include "ner/transfer/state.h"

/** Vocabularies of all tasks, whose texts have been loaded. Tasks with the same vectors, or without any, read words from
 * one table (config.share_words); characters and values of features are numbered alike for all tasks. */
ISG_MUST_CHECK enum isg_status isg_transfer_vocabularies(struct isg_transfer *t, struct isg_error *err);
void isg_transfer_vocabularies_fini(struct isg_transfer *t);

#endif
