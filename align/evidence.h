/** @file align/evidence.h  What speaks for a translation besides the vectors: spelling, frequency, rank. Private to align.
 *
 * The ISG_EVIDENCE_DEPTH best by CSLS of a word are put in order by
 *     score = csls + sum_f weight_f x_f,       p(right) = 1 / (1 + exp(-(bias + slope score)))
 * a logistic regression over translations of held-out seed words by a map that has not seen them. The features x_f:
 *     rank       log of the rank by CSLS
 *     spelling   similarity by edit distance, without case and accents, across scripts in Latin letters (align/spelling.h)
 *     prefix     share of the longer word that both begin with
 *     length     difference of the lengths over the longer one
 *     frequency  |log(rank of the source word + 10) - log(rank of the target word + 10)|, ranks in the vector files
 * Re-ranking by spelling: Riley & Gildea 2018; by a classifier over such features: Karan et al. 2020. */
#ifndef ISG_ALIGN_EVIDENCE_H
#define ISG_ALIGN_EVIDENCE_H
#include "align/judge.h"
#include "align/spelling.h"

enum isg_evidence_feature {
    ISG_EVIDENCE_RANK,
    ISG_EVIDENCE_SPELLING,
    ISG_EVIDENCE_PREFIX,
    ISG_EVIDENCE_LENGTH,
    ISG_EVIDENCE_FREQUENCY,
    ISG_EVIDENCE_FEATURES
};
#define ISG_EVIDENCE_DEPTH 40

struct isg_evidence {
    double weight[ISG_EVIDENCE_FEATURES]; /**< in units of CSLS; all 0 = the order by CSLS */
    double bias, slope;                   /**< of the probability; slope 0 = not fitted */
    uint64_t words;                       /**< held-out words it was learnt from; 0 = the default weights */
};
/** For seeds too small to learn from: a small weight on spelling. */
struct isg_evidence isg_evidence_default(void);

/** The n nearest of a source word, best first by CSLS: re-ranked by the evidence, their scores with it. */
void isg_evidence_rerank(const struct isg_evidence *e, const struct isg_spellings *spellings, uint32_t row,
    struct isg_near *near, uint32_t n);
/** Makes the spellings ready that isg_evidence_rerank looks at. */
ISG_MUST_CHECK enum isg_status isg_evidence_prepare(const struct isg_evidence *e, struct isg_spellings *spellings,
    uint32_t row, const struct isg_near *near, uint32_t n, struct isg_error *err);

/** Precision at 1 of the held-out words, per cent, by CSLS and re-ranked (two-fold cross-validated). */
struct isg_evidence_report {
    double by_csls, reranked;
};
/** Translations of held-out words, by maps that were fitted without them. A zeroed one is valid for fini. */
struct isg_evidence_sample {
    struct isg_evidence_case *v; /**< private to evidence.c */
    size_t n, cap;
    uint32_t words;
};
/** Adds the translations of held-out words. @param held  their pairs, rows of learn->v, by source row */
ISG_MUST_CHECK enum isg_status isg_evidence_add(struct isg_evidence_sample *sample, const struct isg_learn *learn,
    const struct isg_judged *judged, const struct isg_align_pairs *held, struct isg_error *err);
void isg_evidence_sample_fini(struct isg_evidence_sample *sample);
/** Learns the weights from the sample. Fewer than 100 held-out words, or a cross-validated precision below that by CSLS: the
 * default weights, or none. */
ISG_MUST_CHECK enum isg_status isg_evidence_learn(struct isg_evidence *out, const struct isg_evidence_sample *sample,
    struct isg_evidence_report *report, struct isg_error *err);

/** As a line of a map's metadata ("evidence"), and back; false where the text is malformed. */
void isg_evidence_text(const struct isg_evidence *e, char *out, size_t n);
bool isg_evidence_parse(struct isg_evidence *e, const char *text);

#endif
