/** @file ner/tag/pseudo.h  Pseudo-labels for self-training. */
#ifndef ISG_NER_TAG_PSEUDO_H
#define ISG_NER_TAG_PSEUDO_H
#include "ner/model/model.h"

struct isg_ner_pseudo_opts {
    const char *in, *out; /**< "-" = standard input, output; columns, raw text or JSON lines, as isg_ner_tag detects */
    bool force;
    struct isg_columns columns; /**< column of the word; tags are ignored */
    double min_probability;     /**< [0, 1]: less probable entities, and tokens outside entities, are left open */
    bool capitals;              /**< treat mid-sentence capitalised words as part of a name (ner/decode/capitals.h) */
    bool entities_only;         /**< leave out sentences without an entity of that probability */
    uint64_t max_sentences;     /**< read at most; 0 = all */
    enum isg_scheme scheme;     /**< of the tags written */
};
struct isg_ner_pseudo {
    uint64_t read, sentences, left_out; /**< sentences read, written, left out */
    uint64_t tokens, entities;          /**< written */
    uint64_t open;                      /**< tokens written as "?" */
    double weight;                      /**< mean over the sentences written */
};
/**
 * Labels text for self-training (Yarowsky 1995), by one tagger or by several as one (ner/decode/ensemble.h). Each token
 * is written with its tag, or with "?" if the taggers are unsure; above each sentence "# weight = W", W the geometric mean
 * of the marginal probabilities of the tags written. Sentences in which nothing is sure are left out. Training uses both
 * (ner/data/corpus.h). Models that read features: ISG_EUSAGE.
 */
ISG_MUST_CHECK enum isg_status isg_ner_pseudo_label(struct isg_ner_pseudo *out,
    const struct isg_ner_model *const *models, size_t n_models, const char *const *paths,
    const struct isg_ner_pseudo_opts *opts, const struct isg_env *env, struct isg_error *err);

#endif
