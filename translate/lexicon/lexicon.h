/** @file translate/lexicon/lexicon.h  Lexicons: source phrases and their translations, in order of preference.
 *
 * Source: Mayhew, Tsai, Roth 2017, "Cheap Translation for Cross-Lingual NER" (prominence). */
#ifndef ISG_TRANSLATE_LEXICON_LEXICON_H
#define ISG_TRANSLATE_LEXICON_LEXICON_H
#include "align/align.h"

struct isg_lexicon; /**< Words of a phrase are joined by single spaces. Reading is safe from several threads. */
struct isg_lexicon_entry {
    uint32_t target; /**< id for isg_lexicon_target */
    float score;     /**< as the file gives it (similarity, probability), else 0 */
};
struct isg_lexicon_report {
    char format[16];     /**< "muse", "tsv", "dict", "dictd", "stardict" */
    uint64_t entries;    /**< pairs kept */
    uint64_t duplicates; /**< pairs seen before: the first is kept */
    uint64_t skipped;    /**< headwords of dictd and StarDict without a translation that can be read */
};
struct isg_lexicon *isg_lexicon_new(void); /**< empty; NULL = no memory */
void isg_lexicon_free(struct isg_lexicon *lex);
/** Appends a pair to the source phrase's list, unless it is in it already; runs of whitespace count as one space. */
ISG_MUST_CHECK enum isg_status isg_lexicon_add(struct isg_lexicon *lex, const char *source, size_t n,
    const char *target, size_t m, float score, struct isg_error *err);
/**
 * Adds a file's pairs in file order. Formats: dictd (path ends in .index; its .dict or .dict.dz beside it), StarDict
 * (.ifo; with .idx and .dict or .dict.dz), else lines of pairs as isg_pairfile reads them, where "#" starts a comment in
 * a line without a tab. A malformed line is ISG_EDATA with its number.
 */
ISG_MUST_CHECK enum isg_status isg_lexicon_load(struct isg_lexicon *lex, const char *path,
    struct isg_lexicon_report *report, const struct isg_env *env, struct isg_error *err);
/** Id of a source phrase exactly as given, or ISG_NO_ID. */
uint32_t isg_lexicon_find(const struct isg_lexicon *lex, const char *source, size_t n);
/** Copies at most max entries of a source phrase, in order of preference; returns how many it has. */
size_t isg_lexicon_entries(const struct isg_lexicon *lex, uint32_t source, struct isg_lexicon_entry *out, size_t max);
const char *isg_lexicon_source(const struct isg_lexicon *lex, uint32_t id, size_t *n);
const char *isg_lexicon_target(const struct isg_lexicon *lex, uint32_t id, size_t *n);
uint32_t isg_lexicon_size(const struct isg_lexicon *lex);  /**< source phrases; ids are 0 .. size-1 */
uint64_t isg_lexicon_count(const struct isg_lexicon *lex); /**< entries of all of them */
/**
 * Mayhew's phrase table: a new lexicon with prominence scores p(f|e) = n(e,f) / max(0.1, sum_f' n(e,f')),
 * best first. For each entry n(e,f) and n(low e, low f) grow by one, and so do n(ew,fw) and n(low ew, low fw)
 * for each word ew of e and fw of f; candidates of e are candidates of low e, too. (Mayhew et al. 2017 and its code;
 * papers' "woman" is "mujer" because most phrases with the one have the other.)
 */
ISG_MUST_CHECK enum isg_status isg_lexicon_prominence(
    struct isg_lexicon **out, const struct isg_lexicon *in, struct isg_error *err);
/** Pivot: s to t through a third language, p(t|s) = sum_e p(e|s) p(t|e), each normalised over the candidates;
 * scored lexicons in, best first out. A result without entries is ISG_EDATA. */
ISG_MUST_CHECK enum isg_status isg_lexicon_pivot(
    struct isg_lexicon **out, const struct isg_lexicon *first, const struct isg_lexicon *second, struct isg_error *err);
/** Where the candidates of a map come from. */
struct isg_map_source {
    struct isg_align_space *space;
    const struct isg_vectors *src, *tgt; /**< of the space; their words alone are looked at */
    const struct isg_fasttext *subwords; /**< vectors of words that src lacks, from their character n-grams; or NULL */
};
/**
 * The k best CSLS translations of words through a map, as a lexicon with scores. words: source words in lower case.
 * @param words     NULL = the whole source vocabulary
 * @param by_subwords  may be NULL; how many words got their vector from the n-grams
 */
ISG_MUST_CHECK enum isg_status isg_lexicon_from_map(struct isg_lexicon *lex, const struct isg_map_source *from,
    const struct isg_strtab *words, uint32_t k, uint64_t *by_subwords, const struct isg_env *env,
    struct isg_error *err);

#endif
