/** @file ner/train/trainer.h  The state of a training run, and what checkpoints keep of it. */
#ifndef ISG_NER_TRAIN_TRAINER_H
#define ISG_NER_TRAIN_TRAINER_H
#include "ner/data/encode.h"
#include "ner/decode/score_corpus.h"
#include "ner/model/words.h"
#include "ner/model/model.h"
#include "ner/train/train.h"
#include "ner/engine/optim.h"

/** One part of a batch, computed by one thread. */
struct isg_ner_shard {
    struct isg_tape *tape;
    struct isg_ner_batch batch;
    const uint32_t **tokens; /**< of its sentences */
    uint32_t *n_tokens, *sentence;
    const uint32_t **features;
    uint32_t n;
    struct isg_ner_target target;
    size_t cap[4];
    double loss;
    enum isg_status status;
    struct isg_error err;
};

struct isg_ner_trainer {
    const struct isg_ner_train_opts *opts;
    const struct isg_env *env;
    struct isg_ner_model model;
    struct isg_ner_forms forms;
    struct isg_ner_encoded train, dev;
    bool *rare; /**< a form of the training corpus: to be taken as unknown now and then */
    struct isg_optim *optim;
    struct isg_ner_decoder *decoder;
    struct isg_ner_shard *shards;
    struct isg_tape **used; /**< tapes of the shards that hold sentences */
    uint32_t *order;        /**< sentences of this epoch */
    uint32_t *lengths, *shard_of;
    char *fingerprint; /**< what a checkpoint must agree with */
    char *checkpoint;  /**< path */
    /* where the run stands; all of it is in a checkpoint */
    uint32_t epoch, at; /**< sentences of this epoch done */
    uint64_t step;
    double loss_sum, norm_sum;
    uint32_t n_clipped;
    double best_f1;
    uint32_t best_epoch, bad_epochs;
    isg_real **best; /**< values of each parameter at the best epoch; NULL = none yet */
    char *history;   /**< JSON array of the epochs so far */
};

/** Reads the inputs, makes vocabularies and network. */
ISG_MUST_CHECK enum isg_status isg_ner_train_load(struct isg_ner_trainer *t, struct isg_error *err);
/** Fills the provenance's inputs and the fingerprint (these, the settings, the seed and the version). */
ISG_MUST_CHECK enum isg_status isg_ner_train_identify(struct isg_ner_trainer *t, struct isg_error *err);
/** Optimiser, decoder, shards. */
ISG_MUST_CHECK enum isg_status isg_ner_train_ready(struct isg_ner_trainer *t, struct isg_error *err);
void isg_ner_trainer_fini(struct isg_ner_trainer *t);
/** One step on the next n sentences of the epoch. */
ISG_MUST_CHECK enum isg_status isg_ner_train_batch(
    struct isg_ner_trainer *t, uint32_t n, double lr, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_ner_checkpoint_save(const struct isg_ner_trainer *t, struct isg_error *err);
/** ISG_EUSAGE where it was made with other inputs, settings or seed. *found is false where there is none. */
ISG_MUST_CHECK enum isg_status isg_ner_checkpoint_load(struct isg_ner_trainer *t, bool *found, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_ner_best_alloc(struct isg_ner_trainer *t, struct isg_error *err);

#endif
