/** @file translate/lm/private.h  What a language model holds. */
#ifndef ISG_TRANSLATE_LM_PRIVATE_H
#define ISG_TRANSLATE_LM_PRIVATE_H
#include "translate/lm/table.h"

#define ISG_LM_UNK 0U
#define ISG_LM_START 1U
/** Below it a float of log10 p is "never" (ARPA's -99 for <s>). */
#define ISG_LM_NEVER (-99.0F)

/** n-grams in the open, for ARPA: order words each, the last one first. */
struct isg_lm_grams {
    ISG_ARRAY(uint32_t) words; /* n x order */
    uint64_t n;
};
struct isg_lm {
    int order;
    bool lower, closed; /* closed: with an n-gram its last n-1 words are there too, so a search may stop early */
    struct isg_safetensors *file; /* what the arrays live in, or NULL: they are ours */
    struct isg_strtab *words;     /* while building */
    uint64_t n_words;
    struct isg_keytab vocabulary; /* hash of the word -> id in values[].p's bits; mapped files only */
    ISG_ARRAY(struct isg_lm_value) unigrams;
    struct isg_keytab tables[ISG_LM_MAX_ORDER + 1]; /* [n], n >= 2 */
    struct isg_lm_grams grams[ISG_LM_MAX_ORDER + 1];
};

/** An empty model with <unk>, <s> and </s>; NULL = no memory. */
struct isg_lm *isg_lm_new(int order);
/** Id of a word, added where new (its unigram "never"). */
ISG_MUST_CHECK enum isg_status isg_lm_add_word(
    struct isg_lm *lm, const char *s, size_t n, uint32_t *id, struct isg_error *err);
/** Hash of a word, which binary model files hold: FNV-1a over its bytes, mixed; never 0. */
uint64_t isg_lm_hash_word(const char *s, size_t n);

#endif
