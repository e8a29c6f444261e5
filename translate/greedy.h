/** @file translate/greedy.h  Mayhew et al. 2017: left to right, the longest phrase of the table first. */
#ifndef ISG_TRANSLATE_GREEDY_H
#define ISG_TRANSLATE_GREEDY_H
#include "translate/types.h"

/** Appends units that cover all words of s to s->units. Returns ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_tr_greedy(
    struct isg_translator *t, struct isg_tr_sentence *s, struct isg_error *err);

#endif
