/** @file translate/beam.h  The best path through the lattice of all options under the language model. */
#ifndef ISG_TRANSLATE_BEAM_H
#define ISG_TRANSLATE_BEAM_H
#include "translate/types.h"

/** Appends units that cover all words of s to s->units. Returns ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_tr_beam(struct isg_translator *t, struct isg_tr_sentence *s, struct isg_error *err);

#endif
