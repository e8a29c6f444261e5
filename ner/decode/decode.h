/** @file ner/decode/decode.h  From encoded sentences to labels: forward pass in chunks, Viterbi, n-best, probabilities. */
#ifndef ISG_NER_DECODE_DECODE_H
#define ISG_NER_DECODE_DECODE_H
#include "ner/model/model.h"

/** Tapes and batches for decoding with a model, one for each worker; kept between calls. */
struct isg_ner_decoder;
/** @param pool  borrowed, also by later calls; NULL = one thread */
ISG_MUST_CHECK enum isg_status isg_ner_decoder_new(struct isg_ner_decoder **out, const struct isg_ner_network *net,
    const struct isg_ner_config *config, struct isg_pool *pool, struct isg_error *err);
/** Forgets the encoded spellings of word forms, which are computed once: call it when another table of forms is used.
 * (Changes of the weights are noticed without it.) */
void isg_ner_decoder_forget(struct isg_ner_decoder *d);
void isg_ner_decoder_free(struct isg_ner_decoder *d); /**< NULL is fine */

/** Scores of the tokens of a decoding, at the sentences' offsets, and the CRF's. */
struct isg_ner_scores {
    isg_real *emit;     /**< total x L */
    isg_real *pair;     /**< total x L x L, or NULL: transitions that depend on the input */
    struct isg_crf crf; /**< the other transitions */
};

/** A decoding job. Results go to the caller's arrays; NULL = not wanted. Token t of sentence s is at offset[s] + t; L
 * labels, `total` tokens. */
struct isg_ner_decode {
    uint32_t n;                    /**< sentences */
    const uint32_t *const *tokens; /**< form numbers of each */
    const uint32_t *n_tokens;
    const uint32_t *const *features; /**< n: of each token, as isg_ner_batch_build takes them; NULL = none */
    const size_t *offset;            /**< n: where each sentence's results start */
    const uint8_t *const *allowed;   /**< n: forced labels, n_tokens x L bytes each; NULL = free */
    uint32_t *labels;                /**< best path */
    float *confidence;               /**< probability of each token's label given the sentence */
    uint32_t nbest;                  /**< paths of labels_n and probability_n, best first */
    uint32_t *labels_n;              /**< total x nbest, at (offset + t) * nbest + rank */
    float *probability_n;            /**< n x nbest: of each path, 0 where there are fewer */
    float *span_probability;       /**< at the first token of each predicted entity: its probability; else untouched */
    float *label_marginals;        /**< total x L */
    const uint32_t *gold;          /**< with nll: labels of each token */
    double *nll;                   /**< n: -log P(gold | sentence) */
    double temperature;            /**< 0 = 1 */
    struct isg_ner_scores *add_to; /**< add the network's emit and pair to these and do nothing else */
    const struct isg_ner_scores *scores; /**< decoded instead of the network's */
};
/**
 * Results do not depend on the number of threads. A sentence of length 0 has none.
 * @param forms  every form number in tokens must be below its size
 */
ISG_MUST_CHECK enum isg_status isg_ner_decode_run(struct isg_ner_decoder *d, const struct isg_ner_forms *forms,
    const struct isg_ner_vocab *vocab, const struct isg_ner_decode *job, struct isg_error *err);

#endif
