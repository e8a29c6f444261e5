/** @file translate/types.h  What the parts of the translator share: words, options, units, a sentence, the translator. */
#ifndef ISG_TRANSLATE_TYPES_H
#define ISG_TRANSLATE_TYPES_H
#include "translate/translate.h"

/** A source word as the decoders see it. */
struct isg_tr_word {
    const char *s;
    uint32_t n;
    uint32_t entity;         /**< index of its entity in the sentence, ISG_NO_ID = outside */
    uint32_t type;           /**< of the entity, in the translator's types; 0 = "O" */
    const char *token_class; /**< or NULL */
    enum isg_case shape;
    bool upper_first; /**< its first letter is a capital */
};
/** One way to say a unit of source words. */
struct isg_tr_option {
    const char *text; /**< words separated by single spaces, cased as in the lexicon */
    uint32_t n, n_words;
    uint32_t rank; /**< 1 = best; 0 = none */
    float logp;    /**< natural log of its probability among the unit's options */
    float score;   /**< as the lexicon or the map gives it, for people */
    enum isg_method method;
    bool fixed;               /**< its casing is final: copied */
    const uint32_t *lm_words; /**< n_words ids of the language model */
};
/** Consecutive source words translated together. */
struct isg_tr_unit {
    uint32_t first, n;
    struct isg_tr_option option;
};
/** A target word. */
struct isg_tr_out {
    const char *s; /**< in the translator's arena */
    uint32_t n;
    uint32_t source; /**< the source word whose columns it takes */
    uint32_t unit;
};
struct isg_tr_sentence {
    const struct isg_tr_word *words;
    size_t n;
    uint64_t index;  /**< in the corpus, from 0 */
    uint32_t sample; /**< from 0 */
    bool headline;   /**< written in capitals throughout, which say nothing of its words (isg_tr_translate) */
    bool one_to_one; /**< no unit may change its number of words (CoNLL-U) */
    ISG_ARRAY(struct isg_tr_unit) units;
    ISG_ARRAY(struct isg_tr_out) out;
};
struct isg_transliterator;
struct isg_translator {
    struct isg_transliterator *transliterator;      /**< or NULL */
    struct isg_case_map *source_case, *target_case; /**< of the words' languages */
    struct isg_translate_parts parts;
    struct isg_translate_opts opts;
    struct isg_patterns *classes;
    struct isg_strtab *types;            /**< entity types; 0 = "O" */
    ISG_ARRAY(enum isg_policy) policies; /**< by type */
    enum isg_policy otherwise;           /**< of types that no rule names */
    struct isg_arena arena;              /**< of one sentence */
};

#endif
