/** @file translate/options.h  What a word or phrase may become, and how probable that is. */
#ifndef ISG_TRANSLATE_OPTIONS_H
#define ISG_TRANSLATE_OPTIONS_H
#include "translate/types.h"

#define ISG_TR_MAX_OPTIONS 64

/** Options of words first .. first + n - 1 as a unit, at most max, best first; *n_out = 0 where they are no unit.
 * A single word always has one option. Texts live as long as the translator's arena. Returns ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_tr_options(struct isg_translator *t, const struct isg_tr_sentence *s, uint32_t first,
    uint32_t n, struct isg_tr_option *out, size_t max, size_t *n_out, struct isg_error *err);
/** Replaces the entity that starts at `first` by a name of its type drawn from the gazetteer by (seed, sample,
 * sentence, first). *found = false where its policy is another, or the gazetteer has no name of the type. */
void isg_tr_name_option(
    struct isg_translator *t, const struct isg_tr_sentence *s, uint32_t first, struct isg_tr_option *out, bool *found);
/** Sets lm_words of an option: the ids of its words in the language model, if there is one. Returns ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_tr_lm_words(
    struct isg_translator *t, struct isg_tr_option *o, struct isg_error *err);
/** A lexicon's entries for a phrase, at most max: for the form given, else for its lower-cased form. logp is not set. */
size_t isg_tr_from_lexicon(const struct isg_lexicon *lex, const char *form, size_t n, const char *low, size_t low_n,
    enum isg_method method, struct isg_tr_option *out, size_t max);

#endif
