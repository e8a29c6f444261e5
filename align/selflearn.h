/** @file align/selflearn.h  Self-learning from weak pairs or none. Private to align. */
#ifndef ISG_ALIGN_SELFLEARN_H
#define ISG_ALIGN_SELFLEARN_H
#include "align/induce.h"

/** Pairs by similarity distributions: the sorted rows of (X X^T)^(1/2), over the first `words` words, as
 * vectors in which both languages compare (Artetxe et al. 2018, ACL, section 3.2). */
ISG_MUST_CHECK enum isg_status isg_seed_unsupervised(
    const struct isg_learn *learn, size_t words, struct isg_align_pairs *out, struct isg_error *err);

/** Self-learning from weak pairs: orthogonal maps and stochastic induction in turn, until nothing improves. coarse =
 * begin on the most frequent words, with most candidates left out; false = the start is good, only polish. */
ISG_MUST_CHECK enum isg_status isg_self_learn(const struct isg_learn *learn, const struct isg_align_pairs *start,
    bool coarse, uint64_t restart, struct isg_linear *lin, struct isg_induced *last, int *rounds,
    struct isg_error *err);

#endif
