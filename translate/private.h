/** @file translate/private.h  What the files of this folder share. */
#ifndef ISG_TRANSLATE_PRIVATE_H
#define ISG_TRANSLATE_PRIVATE_H
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
    const char *text; /**< words separated by single blanks, cased as the lexicon has them */
    uint32_t n, n_words;
    uint32_t rank; /**< 1 = best; 0 = none */
    float logp;    /**< natural log of its probability among the unit's options */
    float score;   /**< as the lexicon or the map gives it, for people */
    enum isg_method method;
    bool fixed;               /**< its casing is final: copied */
    const uint32_t *lm_words; /**< n_words ids of the language model */
};
/** Consecutive source words said together. */
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
    struct isg_tr_unit *units;
    size_t n_units, cap_units;
    struct isg_tr_out *out;
    size_t n_out, cap_out;
};
struct isg_transliterator;
struct isg_translator {
    struct isg_transliterator *transliterator; /* or NULL */
    struct isg_translate_parts parts;
    struct isg_translate_opts opts;
    struct isg_classes *classes;
    struct isg_strtab *types;  /**< entity types; 0 = "O" */
    enum isg_policy *policies; /**< by type */
    size_t cap_policies;
    enum isg_policy otherwise; /**< of types that no rule names */
    struct isg_arena arena;    /**< of one sentence */
};

/** Id of an entity type, with its policy; new types get the policy for all others. */
ISG_MUST_CHECK enum isg_status isg_tr_type(
    struct isg_translator *t, const char *s, size_t n, uint32_t *id, struct isg_error *err);
/** Class, shape and first letter of a word whose other members are set. */
void isg_tr_look(struct isg_translator *t, struct isg_tr_word *w);
/** Chooses units and makes the target words: s->words in, s->units and s->out set. Valid until the next
 * sentence. */
ISG_MUST_CHECK enum isg_status isg_tr_translate(
    struct isg_translator *t, struct isg_tr_sentence *s, struct isg_error *err);

/** Options of words first .. first+n-1 as a unit: at most max of them, best first; 0 = this is no unit
 * (options.c). A single word always has one. Texts live as long as the translator's arena. */
ISG_MUST_CHECK enum isg_status isg_tr_options(struct isg_translator *t, const struct isg_tr_sentence *s, uint32_t first,
    uint32_t n, struct isg_tr_option *out, size_t max, size_t *n_out, struct isg_error *err);

/** A name of a type from the gazetteer: the k-th of n in file order; NULL where the type has none (n = 0). */
const char *isg_gazetteer_name(
    const struct isg_gazetteer *g, const char *type, size_t type_n, size_t k, size_t *n, size_t *length);
/** Is everything here to make options of a span that a policy names as a whole? (gazetteer) */
ISG_MUST_CHECK enum isg_status isg_tr_name_option(struct isg_translator *t, const struct isg_tr_sentence *s,
    uint32_t first, uint32_t n, struct isg_tr_option *out, bool *found, struct isg_error *err);
/** Decoders: choose units for all words. */
ISG_MUST_CHECK enum isg_status isg_tr_greedy(
    struct isg_translator *t, struct isg_tr_sentence *s, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_tr_beam(struct isg_translator *t, struct isg_tr_sentence *s, struct isg_error *err);
/** Sets lm_words of an option: ids of its words in the language model. */
ISG_MUST_CHECK enum isg_status isg_tr_lm_words(
    struct isg_translator *t, struct isg_tr_option *o, struct isg_error *err);
/** Words that may stand in one unit: all of one entity, or all outside. How many from `first` on, at most
 * max. */
uint32_t isg_tr_reach(const struct isg_tr_sentence *s, uint32_t first, uint32_t max);

ISG_MUST_CHECK enum isg_status isg_transliterator_new(
    struct isg_transliterator **out, const char *id, struct isg_error *err);
void isg_transliterator_free(struct isg_transliterator *t);
/** Transliterated text in the arena; NULL = failed. */
const char *isg_transliterate(
    struct isg_transliterator *t, struct isg_arena *arena, const char *s, size_t n, size_t *out_n);

/** Words of the chosen option, cased (realise.c), appended to s->out. */
ISG_MUST_CHECK enum isg_status isg_tr_realise(
    struct isg_translator *t, struct isg_tr_sentence *s, uint32_t unit, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_tr_push_unit(
    struct isg_tr_sentence *s, uint32_t first, uint32_t n, const struct isg_tr_option *option, struct isg_error *err);

#endif
