/** @file ner/transfer/private.h  The state of a transfer run. Private to ner/transfer*.c. */
#ifndef ISG_NER_TRANSFER_PRIVATE_H
#define ISG_NER_TRANSFER_PRIVATE_H
#include "ner/data/encode.h"
#include "ner/decode/decode.h"
#include "ner/model/model.h"
#include "ner/model/words.h"
#include "ner/engine/optim.h"
#include "ner/transfer/transfer.h"
#include <jansson.h>

/** The words of the tasks that read them by one table: the same vectors, the union of their training texts.
 */
struct isg_transfer_words {
    const char *path; /**< of the vectors; NULL = none */
    struct isg_vectors vectors;
    float *adapted;             /**< word adaptation: vectors times Z */
    struct isg_ner_corpus all;  /**< forms of the training texts, one after another; no sentences */
    struct isg_ner_vocab vocab; /**< its labels serve nobody */
    struct isg_ner_forms forms; /**< those of `all` come first, by the same numbers */
    uint32_t *vector_row;
    bool *rare;
    uint32_t dim;
};

/** A task: the target's, or a source's. */
struct isg_transfer_task {
    const struct isg_ner_task_files *files;
    struct isg_ner_config config; /**< of its network */
    struct isg_transfer_words *words;
    struct isg_ner_vocab vocab; /**< words and characters are lent by `words`; labels are its own */
    struct isg_ner_encoded train, dev;
    struct isg_ner_network net;
    struct isg_ner_decoder *decoder;
    bool has_train, has_dev, is_source;
    uint32_t *order; /**< sentences of the present round */
    uint32_t at;
    uint64_t rounds; /**< over the sentences, begun */
};
/** Task 0 is the target's, the sources' follow. */
enum { ISG_TASK_TARGET, ISG_TASK_SOURCE };

struct isg_discriminator {
    struct isg_param *w1, *b1, *score; /**< attention pooling: score = v tanh(h W1 + b1) */
    struct isg_param *w, *b;
};

struct isg_transfer_shard {
    struct isg_tape *tape;
    struct isg_ner_batch batch;
    const uint32_t **tokens;
    uint32_t *n_tokens, *sentence;
    struct isg_ner_target target;
    struct isg_crf_target gold;
    bool *is_source;
    size_t cap[4];
    uint32_t n;
    double loss;
    enum isg_status status;
    struct isg_error err;
};

struct isg_transfer {
    const struct isg_ner_transfer_opts *opts;
    const struct isg_ner_transfer_config *x;
    const struct isg_env *env;
    struct isg_params *params;
    struct isg_transfer_task *task;   /**< n_tasks, the target's first */
    struct isg_transfer_words *words; /**< n_words <= n_tasks */
    uint32_t n_tasks, n_words;
    struct isg_ner_encoded unlabelled; /**< no sentences where there is none */
    uint32_t *found;                   /**< its labels by the last epoch; NULL before the first */
    struct isg_discriminator disc;
    double epsilon, epsilon_char; /**< absolute norms of the perturbations */
    struct isg_optim *optim;
    struct isg_transfer_shard *shards;
    struct isg_tape **used;
    uint32_t *lengths, *shard_of;
    uint64_t step;
    double progress; /**< of the phase, 0 to 1 */
    isg_real **best; /**< a value block a parameter */
    double best_f1;
    uint32_t best_epoch, bad_epochs;
    json_t *history;
    struct isg_ner_provenance made; /**< of the model to be written */
};

/** Words, characters and labels of all tasks, whose texts have been loaded. */
ISG_MUST_CHECK enum isg_status isg_transfer_vocabularies(struct isg_transfer *t, struct isg_error *err);
void isg_transfer_words_fini(struct isg_transfer_words *w);
/** Loads the inputs and builds all tasks' networks on one table. */
ISG_MUST_CHECK enum isg_status isg_transfer_ready(struct isg_transfer *t, struct isg_error *err);
void isg_transfer_fini(struct isg_transfer *t);
/** One step on the task's next sentences; adds their loss to *loss. adversarial: also on perturbed
 * embeddings. */
ISG_MUST_CHECK enum isg_status isg_transfer_batch(struct isg_transfer *t, struct isg_transfer_task *k, double lr,
    bool adversarial, double *loss, struct isg_error *err);
/** Entities of the unlabelled text: by the last epoch (gold), by this one (predicted), by both (correct). */
ISG_MUST_CHECK enum isg_status isg_transfer_agreement(
    struct isg_transfer *t, struct isg_ner_counts *out, struct isg_error *err);
/** Writes the target's network as a plain tagger, with inputs, settings and history. */
ISG_MUST_CHECK enum isg_status isg_transfer_write(
    struct isg_transfer *t, const struct isg_ner_transferred *out, struct isg_error *err);
/** Between the phases: what is copied to the target, what starts anew, and at which rate the shared parts go
 * on. */
ISG_MUST_CHECK enum isg_status isg_transfer_carry_over(struct isg_transfer *t, struct isg_error *err);
/** Applies opts->rates. ISG_EUSAGE: a pattern that no parameter matches. */
ISG_MUST_CHECK enum isg_status isg_transfer_set_rates(struct isg_transfer *t, struct isg_error *err);
/** Without target sentences the target's own parts become the first source's. */
void isg_transfer_hand_over(struct isg_transfer *t);

#endif
