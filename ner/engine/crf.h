/** @file ner/engine/crf.h  Linear-chain CRF (Lafferty et al. 2001; Lample et al. 2016): loss, decoding,
 * probabilities.
 *
 * Score of tags y_1 .. y_n of a sentence of n tokens, L tags:
 *     start[y_1] + sum_t emit[t, y_t] + sum_{t>1} (trans[y_{t-1} * L + y_t] + pair[t, y_{t-1} * L + y_t]) +
 * end[y_n] trans[i * L + j] scores tag i followed by tag j, everywhere. All in log space, shifted by the
 * maximum at each step. A sentence of length 0 has one path, of score 0.
 */
#ifndef ISG_NER_ENGINE_CRF_H
#define ISG_NER_ENGINE_CRF_H
#include "ner/engine/tape.h"

/** Which tags may start a sentence, end it, follow each other: bytes, non-zero = legal. NULL parts = all
 * legal. */
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
    const uint32_t *tags;    /**< T: the tag of each token, ISG_NO_ID = not known (any); NULL = nothing is known */
    const uint8_t *allowed;  /**< T x L: non-zero = tag may stand there; NULL = all. Applies on top of `tags`. */
    const isg_real *weights; /**< S: weight of each sentence; NULL = 1 */
};
/**
 * sum over sentences of weight * (log Z - log of the sum over all legal paths that agree with the target).
 * With every tag known that is the negative log-likelihood; with sets it is that of partial labels (Tsuboi et
 * al. 2008). No legal path agrees with the target: the error names the sentence (ISG_EDATA).
 * @param emit  T x L
 * @param pair  T x L*L, input-dependent transitions into token t (row of a first token unused), or NULL
 */
struct isg_node *isg_crf_loss(struct isg_tape *t, struct isg_node *emit, struct isg_node *pair,
    const struct isg_seqs *seqs, const struct isg_crf *crf, const struct isg_crf_target *target);

/* ---- decoding: one sentence at a time, any thread ---- */
/** The scores of one sentence. */
struct isg_crf_input {
    const struct isg_crf *crf;
    uint32_t n;             /**< tokens */
    const isg_real *emit;   /**< n x L */
    const isg_real *pair;   /**< n x L*L, or NULL */
    const uint8_t *allowed; /**< n x L forced decoding: non-zero = may stand there; NULL = all */
    isg_real temperature;   /**< all scores are divided by it; 0 = 1 */
};
/** Best path. Ties: the lower tag number, from the end of the sentence on. ISG_EDATA where no path is legal.
 * @param score  may be NULL: its score (not divided by Z) */
ISG_MUST_CHECK enum isg_status isg_crf_viterbi(
    const struct isg_crf_input *in, uint32_t *tags, double *score, struct isg_error *err);
/**
 * The k best paths, best first: tags[r * n + t], scores[r]. *found <= k, fewer where the sentence has fewer
 * legal paths. Sum of exp(score - log Z) is their share of the probability.
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
 * P(y_first .. y_{first + n - 1} = tags, and the tag before is in `before`, and the tag after is in `after` |
 * x): the probability of an entity where before and after say which neighbours leave its ends where they are
 * (in BIO: after = all but I-TYPE). L bytes each, non-zero = in; NULL = any; the sentence's ends are always
 * in.
 */
double isg_crf_span_probability(const struct isg_crf_lattice *l, uint32_t first, uint32_t n, const uint32_t *tags,
    const uint8_t *before, const uint8_t *after);

#endif
