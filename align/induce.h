/** @file align/induce.h  Inducing a dictionary from a pair of linear maps. Private to align. */
#ifndef ISG_ALIGN_INDUCE_H
#define ISG_ALIGN_INDUCE_H
#include "align/learn.h"
#include "align/topk.h"

struct isg_induced {
    struct isg_align_pairs pairs;
    double mean_csls; /**< of the best translation of each frequent source word */
    double mutual;    /**< share of the frequent source words that are the best translation of theirs */
};
/** Mutual CSLS neighbours among the frequent words of both sides, most frequent source word first. */
ISG_MUST_CHECK enum isg_status isg_induce_mutual(
    const struct isg_learn *learn, const struct isg_linear *lin, struct isg_induced *out, struct isg_error *err);

/** The same with n[] words per language, and with a share of the scores left out at random (stochastic dictionary
 * induction, Artetxe et al. 2018, ACL): each of a word's best translations is kept with probability keep,
 * drawn from (seed, round); pairs are those of both directions, in which a mutual pair counts twice. keep = 1
 * leaves nothing out. */
ISG_MUST_CHECK enum isg_status isg_induce_stochastic(const struct isg_learn *learn, const struct isg_linear *lin,
    const size_t n[2], double keep, uint64_t round, struct isg_induced *out, struct isg_error *err);

/** Both ways at once: best[side] (rows x depth) gets the depth best by cos - r/2 among the nearest by cosine,
 * penalty[side] the r/2. */
ISG_MUST_CHECK enum isg_status isg_csls_both_ways(struct isg_mat v[2], uint32_t k, uint32_t depth,
    struct isg_near *best[2], float *penalty[2], const struct isg_env *env, struct isg_error *err);

#endif
