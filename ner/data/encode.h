/** @file ner/data/encode.h  A labelled corpus as the network reads it: form numbers, features, gold labels. */
#ifndef ISG_NER_DATA_ENCODE_H
#define ISG_NER_DATA_ENCODE_H
#include "ner/data/forms.h"
#include "ner/engine/crf.h"

/** A corpus as the network takes it. A zeroed struct is empty. */
struct isg_ner_encoded {
    struct isg_ner_corpus corpus;
    uint32_t *form;          /**< n_tokens: number in the run's forms */
    const uint32_t **tokens; /**< n_sentences: into form */
    uint32_t *n_tokens;
    uint32_t *feature;         /**< n_tokens x the vocabulary's features */
    const uint32_t **features; /**< n_sentences: into feature; NULL where there are no features */
    uint32_t *labels;          /**< n_tokens: gold labels; NULL where they are not needed. As if "?" were O: see the
                         corpus's doubt */
};
void isg_ner_encoded_fini(struct isg_ner_encoded *e);
/** Fills form, tokens, n_tokens and the features from the corpus, which is loaded with the features' columns. */
ISG_MUST_CHECK enum isg_status isg_ner_encode(
    struct isg_ner_encoded *e, struct isg_ner_forms *forms, struct isg_error *err);
/** Fills labels; types that the vocabulary lacks come out as O. */
ISG_MUST_CHECK enum isg_status isg_ner_encode_labels(
    struct isg_ner_encoded *e, const struct isg_ner_vocab *v, bool bioes, struct isg_error *err);
/** What a shard's sentences are to learn, for the loss. A zeroed struct is empty; memory is kept. */
struct isg_ner_target {
    ISG_ARRAY(uint32_t) tags;
    ISG_ARRAY(uint8_t) allowed;
    ISG_ARRAY(isg_real) weights;
};
void isg_ner_target_fini(struct isg_ner_target *t);
/**
 * The target of n sentences of e (with labels), in order: a token in doubt gets no tag, but the labels that
 * are possible there. *out borrows from t.
 */
ISG_MUST_CHECK enum isg_status isg_ner_target_build(struct isg_ner_target *t, const struct isg_ner_encoded *e,
    const struct isg_ner_vocab *v, const uint32_t *sentences, uint32_t n, struct isg_crf_target *out,
    struct isg_error *err);

#endif
