/** @file ner/score/stats.h  How reliable a score or a difference of scores is, by resampling sentences. */
#ifndef ISG_NER_SCORE_STATS_H
#define ISG_NER_SCORE_STATS_H
#include "ner/score/score.h"

struct isg_ner_interval {
    double f1, low, high, deviation; /**< 0-100; low and high are the 2.5 % and 97.5 % quantiles */
};
/** Percentile bootstrap of F1 over sentences (Efron 1979). samples >= 2, else ISG_EUSAGE. */
ISG_MUST_CHECK enum isg_status isg_ner_bootstrap(struct isg_ner_interval *out, const struct isg_ner_score *s,
    uint32_t samples, uint64_t seed, struct isg_error *err);

struct isg_ner_comparison {
    double f1_a, f1_b; /**< 0-100 */
    double p;          /**< two-sided: probability of a difference at least as large if the systems were equal */
    uint32_t rounds;
};
/**
 * Approximate randomisation (Noreen 1989; Yeh 2000): in each round the two outputs of each sentence are exchanged with
 * probability 1/2; p = (rounds with |difference of F1| >= the observed one, + 1) / (rounds + 1). Scores of different gold
 * sentences: ISG_EDATA.
 */
ISG_MUST_CHECK enum isg_status isg_ner_compare(struct isg_ner_comparison *out, const struct isg_ner_score *a,
    const struct isg_ner_score *b, uint32_t rounds, uint64_t seed, struct isg_error *err);

#endif
