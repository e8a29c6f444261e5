/** @file ner/engine/crf_lattice.h  Forward and backward scores of a sentence (Rabiner 1989, section III), shared by the
 * loss and the probabilities. Private to the engine. */
#ifndef ISG_NER_ENGINE_CRF_LATTICE_H
#define ISG_NER_ENGINE_CRF_LATTICE_H
#include "ner/engine/crf.h"
#include "ner/engine/kernels.h"

/** A CRF's scores as the kernels read them: rows padded to ld = whole vectors with -inf, illegal transitions -inf, all
 * divided by the temperature. */
struct isg_crf_tables {
    const struct isg_kernels *k;
    uint32_t n_tags, ld;
    isg_real scale;                   /**< 1 / temperature */
    isg_real *trans, *transposed;     /**< L x ld: [i][j] and [j][i] */
    isg_real *start, *end;            /**< ld */
    isg_real *step, *step_transposed; /**< L x ld scratch: one token's transitions with `pair` */
};
/** Workspace size of isg_crf_tables_init, in elements. */
size_t isg_crf_tables_size(const struct isg_kernels *k, uint32_t n_tags);
void isg_crf_tables_init(struct isg_crf_tables *c, const struct isg_kernels *k, const struct isg_crf *crf,
    isg_real temperature, isg_real *memory);

/**
 * alpha[t][j] = log of the sum over all prefixes that end in tag j at token t, less its maximum over j; the maxima are
 * summed in double. beta likewise over suffixes, without the token's own score. So no number grows with the length of the
 * sentence, and probabilities are normalised token by token.
 */
struct isg_crf_sweep {
    const struct isg_crf_tables *c;
    uint32_t n;
    const isg_real *pair; /**< n x L*L or NULL */
    isg_real *emit;       /**< n x ld: scaled, -inf where a tag is not allowed */
    isg_real *alpha, *beta;
    isg_real *shift; /**< n: maximum taken off alpha[t] */
    isg_real *node;  /**< n: log sum_j exp(alpha[t][j] + beta[t][j]) */
    double log_z;
};
/** Workspace size, in elements, for n tokens. */
size_t isg_crf_sweep_size(const struct isg_crf_tables *c, uint32_t n);
/** Runs both sweeps over n tokens. allowed (n x L bytes) and tags (n ids, ISG_NO_ID = any) limit the paths; either may be
 * NULL. memory: isg_crf_sweep_size elements. False: no path is left. */
bool isg_crf_sweep_run(struct isg_crf_sweep *s, const struct isg_crf_tables *c, uint32_t n, const isg_real *emit,
    const isg_real *pair, const uint8_t *allowed, const uint32_t *tags, isg_real *memory);
/** out[j] += w P(y_t = j). */
void isg_crf_add_nodes(const struct isg_crf_sweep *s, uint32_t t, isg_real w, isg_real *out);
/** acc[i * ld + j] += w P(y_{t-1} = i, y_t = j), t > 0. */
void isg_crf_add_pairs(const struct isg_crf_sweep *s, uint32_t t, isg_real w, isg_real *acc);
/** Transitions into token t, L x ld; in the scratch of the tables if there is a pair term. */
const isg_real *isg_crf_step(const struct isg_crf_sweep *s, uint32_t t, bool transposed);

#endif
