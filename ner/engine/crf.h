/** @file ner/engine/crf.h  Linear-chain CRF (Lafferty et al. 2001; Lample et al. 2016): parameters and loss.
 *
 * Score of tags y_1 .. y_n of a sentence of n tokens, L tags:
 *     start[y_1] + sum_t emit[t, y_t] + sum_{t>1} (trans[y_{t-1}, y_t] + pair[t, y_{t-1}, y_t]) + end[y_n]
 * trans[i * L + j] scores tag i followed by tag j. All in log space, shifted by the maximum at each step. An empty
 * sentence has one path, of score 0.
 */
#ifndef ISG_NER_ENGINE_CRF_H
#define ISG_NER_ENGINE_CRF_H
#include "ner/engine/tape.h"

/** Which tags may start a sentence, end it, follow each other: bytes, non-zero = legal; NULL = all are. */
struct isg_crf_legal {
    const uint8_t *start, *end; /**< L */
    const uint8_t *trans;       /**< L x L, [i * L + j]: i may be followed by j */
};
/** A CRF layer: views of three parameters and the legality mask, which training and decoding share. */
struct isg_crf {
    uint32_t n_tags;
    const struct isg_param *trans; /**< L x L */
    const struct isg_param *start; /**< 1 x L, or NULL */
    const struct isg_param *end;   /**< 1 x L, or NULL */
    struct isg_crf_legal legal;
};
/** Adds "<prefix>.trans", "<prefix>.start" and "<prefix>.end". `out->legal` is left empty (all legal). */
ISG_MUST_CHECK enum isg_status isg_crf_add(
    struct isg_params *p, struct isg_crf *out, const char *prefix, uint32_t n_tags, struct isg_error *err);

struct isg_crf_target {
    const uint32_t *tags;    /**< T: the tag of each token; ISG_NO_ID = unknown (any); NULL = all unknown */
    const uint8_t *allowed;  /**< T x L: non-zero = the tag is allowed there; NULL = all are. On top of `tags`. */
    const isg_real *weights; /**< S: weight of each sentence; NULL = 1 */
};
/**
 * sum over sentences of weight * (log Z - log of the sum over all legal paths that agree with the target): the negative
 * log-likelihood where every tag is known, the marginal one of partial labels where not (Tsuboi et al. 2008). 1 x 1.
 * If no legal path agrees with the target, the error names the sentence (ISG_EDATA).
 * @param emit  T x L
 * @param pair  T x L*L, input-dependent transitions into token t (row of a first token unused), or NULL
 */
struct isg_node *isg_crf_loss(struct isg_tape *t, struct isg_node *emit, struct isg_node *pair,
    const struct isg_seqs *seqs, const struct isg_crf *crf, const struct isg_crf_target *target);

#endif
