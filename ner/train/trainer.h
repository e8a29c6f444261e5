/** @file ner/train/trainer.h  The state of a training run: tasks on one parameter table, and where the run is. */
#ifndef ISG_NER_TRAIN_TRAINER_H
#define ISG_NER_TRAIN_TRAINER_H
#include "ner/engine/optim.h"
#include "ner/model/provenance.h"
#include "ner/train/task.h"

enum { ISG_NER_MAX_PHASES = 2 };

/** One part of a batch, computed by one thread. */
struct isg_ner_shard {
    struct isg_tape *tape;
    struct isg_ner_batch batch;
    uint32_t n;                 /**< sentences */
    struct isg_crf_target gold; /**< what they are to learn */
    double loss;                /**< out: summed over them */
    /* private to step.c */
    ISG_ARRAY(const uint32_t *) tokens;
    ISG_ARRAY(const uint32_t *) features;
    ISG_ARRAY(uint32_t) n_tokens;
    ISG_ARRAY(uint32_t) sentence;
    struct isg_ner_target target;
    enum isg_status status;
    struct isg_error err;
};

/** Where a run is. All of it is in a checkpoint. */
struct isg_ner_position {
    uint32_t phase;                      /**< from 0 */
    uint32_t epoch;                      /**< of the phase, done */
    uint32_t step;                       /**< batches of this epoch done */
    uint64_t steps;                      /**< batches of the whole run done */
    uint32_t epochs[ISG_NER_MAX_PHASES]; /**< done in each phase */
    /* of this epoch */
    uint64_t sentences;
    double loss, norm; /**< sums over sentences and batches */
    uint32_t clipped;  /**< batches whose gradient was clipped */
    double lr;         /**< of the last batch */
    /* of this phase */
    double best_f1;
    uint32_t best_epoch; /**< 0 = none yet */
    uint32_t bad_epochs; /**< since the best one */
};

struct isg_ner_trainer {
    /* what the caller fills */
    const struct isg_ner_config *config; /**< how it learns: optimiser, rates, batch, shards, patience, average */
    const struct isg_env *env;
    uint64_t seed;
    const char *order;         /**< name of the random stream that orders sentences */
    struct isg_params *params; /**< of all tasks; sealed. Owned, as is what follows */
    struct isg_ner_task *tasks;
    uint32_t n_tasks;
    char *checkpoint;  /**< path; NULL = none is kept */
    char *fingerprint; /**< inputs, settings, seed and version: what a checkpoint must agree with */
    /* the run */
    struct isg_ner_position at;
    uint32_t n_phases;              /**< begun, or skipped as done before */
    double progress;                /**< of the phase, 0 to 1 */
    json_t *history;                /**< array: an object an epoch */
    struct isg_ner_provenance made; /**< the record for the model: inputs before training, the rest when it is written */
    isg_real **best;                /**< values of each parameter at the best epoch; NULL = none yet */
    uint32_t *kept; /**< n_kept numbers that a score keeps from epoch to epoch, and checkpoints too; or NULL */
    size_t n_kept;
    double seconds; /**< of training batches in this call */
    uint64_t tokens;
    /* memory */
    struct isg_optim *optim;
    struct isg_ner_shard *shards;
    struct isg_tape **used;
    uint32_t *lengths, *shard_of;
    struct isg_safetensors *resumed; /**< the checkpoint to go on from, until its phase begins */
    bool owns_checkpoint;            /**< the file at `checkpoint` is this run's, or there is none */
};

/** Makes the memory of steps and of the run; the caller's part is filled and the tasks are ready. */
ISG_MUST_CHECK enum isg_status isg_ner_trainer_ready(struct isg_ner_trainer *t, struct isg_error *err);
void isg_ner_trainer_fini(struct isg_ner_trainer *t); /**< a zeroed struct is fine */

#endif
