/** @file ner/train/train.h  Training a tagger. */
#ifndef ISG_NER_TRAIN_TRAIN_H
#define ISG_NER_TRAIN_TRAIN_H
#include "ner/config.h"
#include "ner/score/score.h"

struct isg_ner_train_opts {
    const char *const *train; /**< labelled texts, n_train of them; together they are the training text */
    size_t n_train;
    const char *dev;            /**< labelled text that chooses the epoch; NULL = the last epoch is kept */
    const char *vectors;        /**< word vectors; NULL = random ones of config.word_dim */
    const char *gazetteer;      /**< names, as isg_ner_gazetteer_load reads them; NULL = none. The model keeps them */
    const char *out;            /**< the model file; "OUT.checkpoint" is kept beside it during training */
    bool force;                 /**< replace a model that exists */
    bool resume;                /**< go on from the checkpoint where there is one */
    struct isg_columns columns; /**< its features are read by the model, in train, dev and what is tagged */
    struct isg_ner_config config;
    uint64_t seed;
};
struct isg_ner_trained {
    uint32_t epochs, best_epoch; /**< run; the one kept, from 1 */
    double loss;                 /**< of the last epoch: mean negative log-likelihood of a sentence */
    bool has_dev;
    struct isg_ner_counts dev; /**< of the model kept */
    uint64_t parameters;
    uint32_t words, labels;
    double seconds, tokens_per_second; /**< of this call; of training alone, dev not counted */
};
/**
 * Trains a tagger and writes its model. Words come from the training text and the vectors, characters and
 * labels from the training text; dev serves for scores alone. One event a epoch goes to env->event, with
 * epoch, loss, dev_f1, seconds, tokens_per_second. Same seed, inputs and configuration give the same file for
 * any number of threads. When the progress callback asks to stop, the run is saved in the checkpoint first
 * (ISG_ECANCELED); otherwise a checkpoint is written after each epoch. Going on from one leads to the same
 * bytes as an unbroken run.
 */
ISG_MUST_CHECK enum isg_status isg_ner_train(struct isg_ner_trained *out, const struct isg_ner_train_opts *opts,
    const struct isg_env *env, struct isg_error *err);

#endif
