/** @file translate/lm/text.h  Plain text as sentences of words. */
#ifndef ISG_TRANSLATE_LM_TEXT_H
#define ISG_TRANSLATE_LM_TEXT_H
#include "translate/translate.h"

/** Sentences of a plain text file: calls `each` with the ids... of one sentence's words, cut and lower-cased. */
struct isg_lm_text {
    bool tokenised, lower;
};
typedef enum isg_status isg_lm_each(void *cookie, const struct isg_tr_token *words, size_t n, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_lm_sentences(const char *path, struct isg_lm_text how, isg_lm_each *each,
    void *cookie, const struct isg_env *env, struct isg_error *err);

#endif
