/** @file align/spelling.h  How alike two words are spelt. Private to align. */
#ifndef ISG_ALIGN_SPELLING_H
#define ISG_ALIGN_SPELLING_H
#include "src/isg.h"

/** Longer words are compared by their first so many letters. */
#define ISG_SPELT_MAX 48
/** A word stripped down for comparison: case, accents and compatibility forms make no difference. */
struct isg_spelt {
    uint32_t letter[ISG_SPELT_MAX]; /**< code points */
    uint32_t n;
};
void isg_spell(struct isg_spelt *out, const char *word, size_t n);
/** 1 - edit distance / length of the longer word, 0 to 1 (Levenshtein 1966); two empty words: 0. */
double isg_spelt_similarity(const struct isg_spelt *a, const struct isg_spelt *b);
/** Length of the common prefix / length of the longer word, 0 to 1. */
double isg_spelt_prefix(const struct isg_spelt *a, const struct isg_spelt *b);
/** Difference of the lengths / length of the longer word, 0 to 1. */
double isg_spelt_length(const struct isg_spelt *a, const struct isg_spelt *b);

/** The words of two vector files, made ready to be compared: in Latin letters where the files' scripts differ (ICU's
 * Any-Latin; Riley & Gildea 2020 compare words across scripts after transliteration, too). */
struct isg_spellings;
/** @param v  both outlive the spellings */
ISG_MUST_CHECK enum isg_status isg_spellings_new(
    struct isg_spellings **out, const struct isg_vectors *const v[2], struct isg_error *err);
void isg_spellings_free(struct isg_spellings *s); /**< NULL is fine */
/** Makes a word ready, once; not for several threads. */
ISG_MUST_CHECK enum isg_status isg_spellings_prepare(
    struct isg_spellings *s, int side, uint32_t row, struct isg_error *err);
/** A word that has been made ready; for several threads. */
void isg_spellings_get(const struct isg_spellings *s, int side, uint32_t row, struct isg_spelt *out);

#endif
