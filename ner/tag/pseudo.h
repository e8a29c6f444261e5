/** @file ner/tag/pseudo.h  Labels for self-training. */
#ifndef ISG_NER_TAG_PSEUDO_H
#define ISG_NER_TAG_PSEUDO_H
#include "ner/model/model.h"

struct isg_ner_pseudo_opts {
    const char *in, *out; /**< "-" = standard input, output */
    bool force;
    struct isg_columns columns; /**< where the word is; tags are not looked at */
    double min_probability; /**< [0, 1]: entities, and tokens outside of them, that are less probable are left open */
    bool capitals;          /**< words with a capital amid a sentence are parts of names (ner/decode/capitals.h) */
    bool entities_only;     /**< leave out sentences without an entity that is sure */
    uint64_t max_sentences; /**< read at most; 0 = all */
    enum isg_scheme scheme; /**< of the tags written */
};
struct isg_ner_pseudo {
    uint64_t read, sentences, left_out, tokens, entities;
    uint64_t open; /**< tokens written as "?" */
    double weight; /**< mean */
};
/**
 * Labels text for self-training (Yarowsky 1995), by one tagger or by several as one (ner/decode/ensemble.h): each
 * token with its tag, or with "?" where the taggers are not sure, and above each sentence
 * "# weight = W", W the geometric mean of the marginal probabilities of the tags that are written. Sentences of
 * which nothing is sure are left out. Training takes both into account (ner/data/corpus.h).
 */
ISG_MUST_CHECK enum isg_status isg_ner_pseudo_label(struct isg_ner_pseudo *out,
    const struct isg_ner_model *const *models, size_t n_models, const char *const *paths,
    const struct isg_ner_pseudo_opts *opts, const struct isg_env *env, struct isg_error *err);

#endif
