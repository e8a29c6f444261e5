/** @file translate/lm/text.h  Plain text as sentences of words. */
#ifndef ISG_TRANSLATE_LM_TEXT_H
#define ISG_TRANSLATE_LM_TEXT_H
#include "translate/lm/lm.h"

/** One sentence of n >= 1 words, valid during the call. A failure ends the reading. */
typedef enum isg_status isg_lm_each(void *cookie, const struct isg_word *words, size_t n, struct isg_error *err);
/** Calls `each` for the sentences of a text file ("-" = standard input) in order. env (progress) may be NULL. ISG_EDATA,
 * with the line, for invalid UTF-8. */
ISG_MUST_CHECK enum isg_status isg_lm_sentences(const char *path, struct isg_text_rule how, isg_lm_each *each,
    void *cookie, const struct isg_env *env, struct isg_error *err);

#endif
