/** @file ner/engine/crf_decode.h  Best paths and probabilities of one sentence under a CRF. Thread-safe. */
#ifndef ISG_NER_ENGINE_CRF_DECODE_H
#define ISG_NER_ENGINE_CRF_DECODE_H
#include "ner/engine/crf.h"

/** The scores of one sentence of n tokens, L tags. */
struct isg_crf_input {
    const struct isg_crf *crf;
    uint32_t n;
    const isg_real *emit;   /**< n x L */
    const isg_real *pair;   /**< n x L*L, or NULL */
    const uint8_t *allowed; /**< n x L, for forced decoding: non-zero = the tag is allowed there; NULL = all are */
    isg_real temperature;   /**< all scores are divided by it; 0 = 1 */
};
/**
 * The path of the highest score. Ties: the lower tag number, from the end of the sentence on. ISG_EDATA if no path is
 * legal.
 * @param score  may be NULL: its score (not divided by Z)
 */
ISG_MUST_CHECK enum isg_status isg_crf_viterbi(
    const struct isg_crf_input *in, uint32_t *tags, double *score, struct isg_error *err);
/**
 * The k best paths, best first (Huang & Chiang 2005, algorithm 1): tags[r * n + t], scores[r]. *found <= k is less than k
 * if the sentence has fewer legal paths. exp(score - log Z) is the probability of a path.
 */
ISG_MUST_CHECK enum isg_status isg_crf_nbest(
    const struct isg_crf_input *in, uint32_t k, uint32_t *tags, double *scores, uint32_t *found, struct isg_error *err);

struct isg_crf_lattice; /**< Forward and backward scores of one sentence. */
ISG_MUST_CHECK enum isg_status isg_crf_lattice_new(
    struct isg_crf_lattice **out, const struct isg_crf_input *in, struct isg_error *err);
void isg_crf_lattice_free(struct isg_crf_lattice *l); /**< NULL is fine */
double isg_crf_log_z(const struct isg_crf_lattice *l);
/** P(y_t = tag | x) for all t and tags, n x L. */
void isg_crf_marginals(const struct isg_crf_lattice *l, isg_real *out);
/**
 * P(y_first .. y_{first + n - 1} = tags, y_{first - 1} in `before`, y_{first + n} in `after` | x): the probability of an
 * entity if before and after hold the tags that leave its boundaries as they are (in BIO: after = all but I-TYPE). L
 * bytes each, non-zero = in the set; NULL = any tag. Past an end of the sentence there is no such condition.
 */
double isg_crf_span_probability(const struct isg_crf_lattice *l, uint32_t first, uint32_t n, const uint32_t *tags,
    const uint8_t *before, const uint8_t *after);

#endif
