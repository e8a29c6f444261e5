/** @file translate/lm/lm.h  Language models: n-grams with back-off, trained, saved, read from ARPA, and asked.
 *
 * Source: Chen, Goodman 1998, "An Empirical Study of Smoothing Techniques for Language Modeling". */
#ifndef ISG_TRANSLATE_LM_LM_H
#define ISG_TRANSLATE_LM_LM_H
#include "src/isg.h"

#define ISG_LM_MAX_ORDER 6
struct isg_lm; /**< n-grams with back-off. Reading is safe from several threads. */
/** Context of the next word, most recent word first, with the back-off weights that its words brought. */
struct isg_lm_state {
    uint32_t n;
    uint32_t words[ISG_LM_MAX_ORDER - 1];
    float backoff[ISG_LM_MAX_ORDER - 1]; /**< log10; [i] = of the context of i + 1 words */
};
struct isg_lm_opts {
    int order;      /**< 1 to ISG_LM_MAX_ORDER, default 3 */
    bool lower;     /**< lower-case the text, default yes */
    bool tokenised; /**< the text is one sentence a line, split at spaces and tabs alone; default no: isg_tokenise */
};
/**
 * Learns from plain text by interpolated modified Kneser-Ney (Chen and Goodman 1998, section 3; the raw count
 * at the highest order and after <s>, else N1+(. w)): p(w|h) = (a(hw) - D(a(hw))) / sum_x a(hx) + g(h)
 * p(w|h'), with Y = t1 / (t1 + 2 t2), D1 = 1 - 2Y t2/t1, D2 = 2 - 3Y t3/t2, D3+ = 3 - 4Y t4/t3 from the
 * counts of counts t_k of each order (0.5, 1, 1.5 where these do not exist), unigrams interpolated with 1/V,
 * V counting </s> and <unk>. The text is streamed; memory is 4 (order + 1) bytes for each different n-gram of
 * the highest order, about 2.5 times at the peak. A text without a word is ISG_EDATA.
 */
ISG_MUST_CHECK enum isg_status isg_lm_train(struct isg_lm **out, const char *const *paths, size_t n_paths,
    const struct isg_lm_opts *opts, const struct isg_env *env, struct isg_error *err);
/** Binary file (memory-mapped) or ARPA, recognised by content. */
ISG_MUST_CHECK enum isg_status isg_lm_load(
    struct isg_lm **out, const char *path, const struct isg_env *env, struct isg_error *err);
/** ARPA where path ends in ".arpa" (only of a model just trained or read from ARPA), else binary. */
ISG_MUST_CHECK enum isg_status isg_lm_save(
    const struct isg_lm *lm, const char *path, bool force, struct isg_error *err);
void isg_lm_free(struct isg_lm *lm); /**< NULL is fine */
int isg_lm_order(const struct isg_lm *lm);
bool isg_lm_lower(const struct isg_lm *lm);                             /**< its words are all lower-cased */
uint64_t isg_lm_count(const struct isg_lm *lm, int order);              /**< n-grams of an order */
uint32_t isg_lm_word(const struct isg_lm *lm, const char *s, size_t n); /**< id; 0 = <unk>. Cased as the model's text */
#define ISG_LM_END 2U                                                   /**< id of </s> */
void isg_lm_begin(const struct isg_lm *lm, struct isg_lm_state *s);     /**< the context <s> */
void isg_lm_empty(struct isg_lm_state *s);                              /**< no context at all */
/** log10 p(word | in); *out (may be `in` itself) gets the context after it. */
float isg_lm_score(const struct isg_lm *lm, const struct isg_lm_state *in, uint32_t word, struct isg_lm_state *out);
struct isg_lm_perplexity {
    uint64_t sentences, tokens, oov; /**< tokens: words and </s>; oov: words that are <unk> */
    double log10_all, log10_known;   /**< with and without the words that are <unk> */
    double all, known;               /**< perplexities: 10^(-log10_all / tokens), 10^(-log10_known / (tokens - oov)) */
};
ISG_MUST_CHECK enum isg_status isg_lm_measure(
    const struct isg_lm *lm, const char *path, bool tokenised, struct isg_lm_perplexity *out, struct isg_error *err);

#endif
