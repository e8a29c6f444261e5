/** @file translate/lm/lm.h  Inside of the language model, shared by lm.c, lm_train.c and lm_arpa.c. */
#ifndef ISG_TRANSLATE_LM_LM_H
#define ISG_TRANSLATE_LM_LM_H
#include "translate/translate.h"

#define ISG_LM_UNK 0U
#define ISG_LM_START 1U
/** Below it a float of log10 p is "never" (ARPA's -99 for <s>). */
#define ISG_LM_NEVER (-99.0F)

/** log10 p and log10 back-off of an n-gram. */
struct isg_lm_value {
    float p, backoff;
};
/** n-grams of one order by a 64-bit hash of their words: open addressing, key 0 = empty slot. */
struct isg_lm_table {
    uint64_t *keys;
    struct isg_lm_value *values;
    uint64_t slots, used; /* slots: 0 or a power of two */
};
/** n-grams in the open, for ARPA: order words each, the last one first. */
struct isg_lm_grams {
    uint32_t *words;
    uint64_t n;
};
struct isg_lm {
    int order;
    bool lower, closed; /* closed: with an n-gram its last n-1 words are there too, so a search may stop early */
    struct isg_safetensors *file; /* what the arrays live in, or NULL: they are ours */
    struct isg_strtab *words;     /* while building */
    uint64_t n_words;
    const char *text; /* of a mapped file: the words, each with a 0 */
    uint64_t text_n;
    struct isg_lm_table vocabulary; /* hash of the word -> id in values[].p's bits; mapped files only */
    struct isg_lm_value *unigrams;
    size_t cap_unigrams;
    struct isg_lm_table tables[ISG_LM_MAX_ORDER + 1]; /* [n], n >= 2 */
    struct isg_lm_grams grams[ISG_LM_MAX_ORDER + 1];
    size_t cap_grams[ISG_LM_MAX_ORDER + 1];
};

static inline uint64_t isg_lm_mix(uint64_t x)
{
    x ^= x >> 32; /* splitmix64's finaliser (Steele, Lea, Flood 2014) */
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}
/** Key of an n-gram: of its last word alone, then each word before it in turn. */
static inline uint64_t isg_lm_key(uint32_t last)
{
    return isg_lm_mix((uint64_t)last + UINT64_C(0x9e3779b97f4a7c15)) | 1;
}
static inline uint64_t isg_lm_key_add(uint64_t key, uint32_t before)
{
    return isg_lm_mix(key * UINT64_C(0x9e3779b97f4a7c15) + before + 1) | 1;
}

struct isg_lm_value *isg_lm_table_find(const struct isg_lm_table *t, uint64_t key);
/** Slot of the key, made where new (values zero). */
ISG_MUST_CHECK enum isg_status isg_lm_table_put(
    struct isg_lm_table *t, uint64_t key, struct isg_lm_value **out, struct isg_error *err);
/** An empty model with <unk>, <s> and </s>; NULL = no memory. */
struct isg_lm *isg_lm_new(int order);
/** Id of a word, added where new (its unigram "never"). */
ISG_MUST_CHECK enum isg_status isg_lm_add_word(
    struct isg_lm *lm, const char *s, size_t n, uint32_t *id, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_lm_read_arpa(
    struct isg_lm **out, const char *path, const struct isg_env *env, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_lm_write_arpa(
    const struct isg_lm *lm, const char *path, bool force, struct isg_error *err);

/** Sentences of a plain text file: calls `each` with the ids... of one sentence's words, cut and lower-cased. */
struct isg_lm_text {
    bool tokenised, lower;
};
typedef enum isg_status isg_lm_each(void *cookie, const struct isg_tr_token *words, size_t n, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_lm_sentences(const char *path, struct isg_lm_text how, isg_lm_each *each,
    void *cookie, const struct isg_env *env, struct isg_error *err);

#endif
