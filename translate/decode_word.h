/** @file translate/decode_word.h  Word by word: the best option of each. */
#ifndef ISG_TRANSLATE_DECODE_WORD_H
#define ISG_TRANSLATE_DECODE_WORD_H
#include "translate/types.h"

/** Appends units that cover all words of s to s->units. Returns ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_tr_decode_word(
    struct isg_translator *t, struct isg_tr_sentence *s, struct isg_error *err);

#endif
