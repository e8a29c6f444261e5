/** @file translate/realise.h  From a chosen option to target words with their casing. */
#ifndef ISG_TRANSLATE_REALISE_H
#define ISG_TRANSLATE_REALISE_H
#include "translate/types.h"

/** Appends the words of s->units[unit]'s option, cased as opts.casing says, to s->out. Returns ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_tr_realise(
    struct isg_translator *t, struct isg_tr_sentence *s, uint32_t unit, struct isg_error *err);

#endif
