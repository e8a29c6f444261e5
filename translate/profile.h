/** @file translate/profile.h  What the text of a language is like, and which settings follow from it. */
#ifndef ISG_TRANSLATE_PROFILE_H
#define ISG_TRANSLATE_PROFILE_H
#include "src/isg.h"

/** A word, sign or script and how often it occurs. */
struct isg_profile_item {
    const char *text; /**< of the profile */
    uint64_t n;
    uint64_t other; /**< capitals: also written small; marks: without the mark; else 0 */
};
#define ISG_PROFILE_ITEMS 20
struct isg_profile_list {
    struct isg_profile_item v[ISG_PROFILE_ITEMS]; /**< most frequent first */
    size_t n;
};
/** Words are tokens that hold a letter; they are counted in lower case. A word is inside a sentence unless it is its
 * first; sentences without a small letter (headlines) are not asked about capitals. */
struct isg_profile {
    uint64_t lines, sentences, tokens, words, types;
    uint64_t not_nfc; /**< lines that are not in Unicode normal form C */
    uint64_t letters, cased,
        unspaced; /**< letters; those of a pair small and capital; those of scripts without spaces */
    uint64_t inside, capital,
        all_caps; /**< cased words inside sentences; with a first capital; of capitals alone, two or
                                           more */
    uint64_t
        capital_both; /**< of `capital` + `all_caps`: occurrences of words that are written small at least one time in
                              ten */
    uint64_t no_end;  /**< sentences without an end mark */
    uint64_t marked;  /**< words with a mark over, under or in a letter that others leave out (ɓ for b, é for e) */
    uint64_t long_lines;  /**< sentences of ten words or more */
    uint64_t bare_lines;  /**< those without a marked word */
    double bare_expected; /**< as many as there would be if marked words were spread evenly: sum of (1-p)^n */
    struct isg_profile_list scripts, digits, signs, ends, frequent, capitals, both, marks;
    struct isg_arena arena; /**< of the texts */
};
/** Reads texts, each "-" or a file. Free with isg_profile_fini in any case. */
ISG_MUST_CHECK enum isg_status isg_profile_texts(struct isg_profile *out, const char *const *paths, size_t n_paths,
    bool tokenised, const struct isg_env *env, struct isg_error *err);
void isg_profile_fini(struct isg_profile *p);
/** The share of words inside sentences that have a first capital or are of capitals alone, 0 to 1. */
double isg_profile_capitals(const struct isg_profile *p);

struct isg_suggestion {
    const char *setting; /**< "casing", "capitals", ... */
    char option[200];    /**< how it is written on the command line; "" = no option is needed */
    char reason[240];
};
#define ISG_MAX_SUGGESTIONS 16
/**
 * The settings for translating into, and tagging, a language with this profile; how many.
 * @param source  profile of the labelled language; NULL = one written like English: Latin letters, capitals, "." and 0-9
 */
size_t isg_suggest(
    const struct isg_profile *target, const struct isg_profile *source, struct isg_suggestion out[ISG_MAX_SUGGESTIONS]);

#endif
