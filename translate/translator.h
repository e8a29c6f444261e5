/** @file translate/translator.h  Translates one sentence at a time. */
#ifndef ISG_TRANSLATE_TRANSLATOR_H
#define ISG_TRANSLATE_TRANSLATOR_H
#include "translate/types.h"

/** Id of an entity type; a new type gets the policy of types without a rule (t->otherwise). Returns ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_tr_type(
    struct isg_translator *t, const char *s, size_t n, uint32_t *id, struct isg_error *err);
/** Sets a word's class, shape and upper_first from its text. */
ISG_MUST_CHECK enum isg_status isg_tr_look(struct isg_translator *t, struct isg_tr_word *w, struct isg_error *err);
/** Chooses the units (by opts.decoder) and writes out the target words: s->words in, s->units and s->out set. Their
 * texts live until the next call. Returns ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_tr_translate(
    struct isg_translator *t, struct isg_tr_sentence *s, struct isg_error *err);

#endif
