/** @file align/judge.h  What a map makes of words whose translations it has not seen. Private to align. */
#ifndef ISG_ALIGN_JUDGE_H
#define ISG_ALIGN_JUDGE_H
#include "align/learn.h"

/** The translations of some source words, a zeroed struct is valid for fini. */
struct isg_judged {
    uint32_t *row;         /**< n source words, rows of learn->v */
    struct isg_near *near; /**< n x depth, best first by CSLS among all target rows of learn->v; scores are CSLS */
    size_t n;
    uint32_t depth;
};
/** Translates the source words of pairs (sorted by source row; each word once) by a map. */
ISG_MUST_CHECK enum isg_status isg_judge(const struct isg_learn *learn, const struct isg_linear *lin,
    const struct isg_align_pairs *pairs, uint32_t depth, struct isg_judged *out, struct isg_error *err);
/** Precision at k <= depth, per cent; of a word with several translations in pairs, any counts. */
double isg_judged_precision(const struct isg_judged *judged, const struct isg_align_pairs *pairs, uint32_t k);
void isg_judged_fini(struct isg_judged *judged);

#endif
