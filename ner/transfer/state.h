/** @file ner/transfer/state.h  The state of a transfer run. */
#ifndef ISG_NER_TRANSFER_STATE_H
#define ISG_NER_TRANSFER_STATE_H
#include "ner/train/trainer.h"
#include "ner/transfer/transfer.h"

/** Words of the tasks that read them from one table: the same vectors, all their training texts. */
struct isg_transfer_words {
    const char *path; /**< of the vectors; NULL = none */
    struct isg_vectors vectors;
    float *adapted;             /**< word adaptation: vectors times Z */
    struct isg_ner_corpus all;  /**< tokens and features of the training texts, one after another; no sentences */
    struct isg_ner_vocab vocab; /**< its labels are unused */
    struct isg_ner_forms forms; /**< those of `all` come first, with the same numbers */
    uint32_t *vector_row;
    bool *rare;
    uint32_t dim;
};
/** What a transfer run knows of a task in addition to the trainer's part. */
struct isg_transfer_task {
    const struct isg_ner_task_files *files;
    struct isg_transfer_words *words;
};
/** Task 0 is the target's, the sources' follow. */
enum { ISG_TASK_TARGET, ISG_TASK_SOURCE };

struct isg_discriminator {
    struct isg_param *w1, *b1, *score; /**< attention pooling: score = v tanh(h W1 + b1) */
    struct isg_param *w, *b;
};

struct isg_transfer {
    const struct isg_ner_transfer_opts *opts;
    const struct isg_ner_transfer_config *x;
    struct isg_ner_trainer trainer; /**< its tasks: the target's, then the sources' */
    struct isg_transfer_task *task; /**< one for each of these */
    struct isg_transfer_words *words;
    uint32_t n_words;
    struct isg_ner_gazetteer *gazetteer; /**< of all tasks; NULL = none */
    struct isg_ner_encoded unlabelled;   /**< empty where there is none */
    struct isg_discriminator disc;
    double epsilon, epsilon_char; /**< absolute norms of the perturbations */
};

static inline bool isg_transfer_is_source(const struct isg_transfer *t, const struct isg_ner_task *k)
{
    return k != &t->trainer.tasks[ISG_TASK_TARGET];
}

#endif
