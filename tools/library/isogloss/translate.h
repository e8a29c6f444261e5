/** @file isogloss/translate.h  Labelled sentences into another language, word by word, with their labels kept. */
#ifndef ISOGLOSS_TRANSLATE_H
#define ISOGLOSS_TRANSLATE_H
#include <isogloss/align.h>

#ifdef __cplusplus
extern "C" {
#endif

struct isogloss_translator; /**< May be shared by threads; their calls wait for each other. */

/** What to translate with, and how: the options of `isogloss translate`, by the same names and values. */
struct isogloss_translator_options {
    size_t size;
    const char *const *lexicons; /**< n_lexicons files; the lexicon goes before the map */
    size_t n_lexicons;
    const struct isogloss_map *map; /**< or NULL; with both vectors. Not needed after isogloss_translator_new */
    const struct isogloss_vectors *src, *tgt; /**< tgt is kept: it must outlive the translator */
    const char *decoder;                      /**< "word" (default), "greedy", "beam" */
    const char *casing;                       /**< "source" (default), "target", "both", "sample", "none" */
    const char *case_table;                   /**< file of `translate case`, which "target", "both" and "sample" need */
    const char *lm;                           /**< language model of `translate lm`, or NULL */
    const char *policy;                 /**< "PER=copy,O=translate"; NULL = the default: PER=copy, others translated */
    const char *locale, *source_locale; /**< languages, for letter case; NULL = rules that all share */
    uint32_t candidates;                /**< of a word, 1 to 64, default 8 */
    uint64_t seed;                      /**< default 1 */
};
/** Nothing to translate with: ISOGLOSS_EUSAGE. With a map, the candidates of all source words are computed here. */
ISOGLOSS_CHECK enum isogloss_status isogloss_translator_new(
    struct isogloss_context *c, const struct isogloss_translator_options *options, struct isogloss_translator **out);
ISOGLOSS_API void isogloss_translator_free(struct isogloss_translator *t);

struct isogloss_sentence; /**< A translated sentence. Never changes. */
struct isogloss_word {
    const char *text, *tag; /**< tag NULL where none were given */
    size_t source;          /**< 0-based: the source word whose place it takes */
    const char *method;     /**< "lexicon", "map", "class", "policy", "evidence", "unknown", ... */
    unsigned rank;          /**< of the candidate, 1 = best; 0 = none */
    double score;           /**< as the lexicon or the map gives it */
};
/** Translates n words. @param tags  a tag for each ("B-PER"), or NULL. ISOGLOSS_EDATA for empty words, malformed tags */
ISOGLOSS_CHECK enum isogloss_status isogloss_translator_sentence(struct isogloss_context *c,
    struct isogloss_translator *t, const char *const *words, const char *const *tags, size_t n,
    struct isogloss_sentence **out);
ISOGLOSS_API void isogloss_sentence_free(struct isogloss_sentence *s);
ISOGLOSS_API size_t isogloss_sentence_count(const struct isogloss_sentence *s);
/** Target word i, NULL past the end. Later versions add fields at the end. */
ISOGLOSS_API const struct isogloss_word *isogloss_sentence_word(const struct isogloss_sentence *s, size_t i);

/** Translates a corpus in columns, first the word, last the tag; whole or not at all. */
ISOGLOSS_CHECK enum isogloss_status isogloss_translator_corpus(
    struct isogloss_context *c, struct isogloss_translator *t, const char *in, const char *out, int overwrite);

#ifdef __cplusplus
}
#endif
#endif
