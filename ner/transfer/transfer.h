/** @file ner/transfer/transfer.h  Transfer: one trainer over several tasks; published systems are its presets
 * (ner/transfer/modes.h).
 *
 * There are source tasks and a target task. All share the character encoder, the shared encoder and its attention. Each
 * has its own label set and head, or shares transitions or the whole head with the others (`share`); a word table, which
 * tasks with the same vectors share; and possibly a private encoder and adaptation layers. Training has two phases: the
 * sources alone (`pretrain`), then the target, alone or in turn with the sources (`joint`; after pretraining this is
 * replay against forgetting). A discriminator may tell source from target by the shared features through a gradient
 * reversal, and the embeddings may be perturbed. The result is a plain tagger for the target task.
 */
#ifndef ISG_NER_TRANSFER_TRANSFER_H
#define ISG_NER_TRANSFER_TRANSFER_H
#include "ner/config.h"
#include "ner/score/score.h"
#include "ner/transfer/modes.h"

struct isg_ner_task_files {
    const char *train, *dev, *vectors; /**< dev may be NULL; vectors NULL = random; target: train NULL = no sentence */
};
/** A group of parameters by the pattern of their names (isg_glob): "word.*", "char.*", "encoder.*|attention.*",
 * "private.*", "sal.*", "oal.*", "head.*". */
struct isg_ner_rate {
    const char *pattern;
    double rate; /**< learning rate in the target phase over the others'; 0 = frozen. Comes on top of psi */
};
struct isg_ner_transfer_opts {
    const char *mode;                         /**< for the record in the model */
    const struct isg_ner_task_files *sources; /**< n_sources; each has `train`. None: the target alone */
    size_t n_sources;
    struct isg_ner_task_files target;
    const struct isg_ner_rate *rates; /**< n_rates, applied in order */
    size_t n_rates;
    const char *unlabelled; /**< target text that chooses the epoch where there is no target dev text: the one that
                               agrees best with the epoch before it (F1 of the entities of both); NULL = none */
    uint32_t sentences;     /**< of the target's training text; 0 = all */
    bool first;             /**< the first ones, as DATNet's code has it; else a seeded random choice, in file order */
    const char *gazetteer;  /**< names of any of the languages, as isg_ner_gazetteer_load reads them; NULL = none */
    const char *out;        /**< the model file; "OUT.checkpoint" is kept beside it during training */
    bool force;             /**< replace an existing model */
    bool resume;            /**< continue from the checkpoint if there is one */
    bool no_checkpoint;     /**< keep none: a stopped run is lost */
    struct isg_columns columns; /**< of all texts; its features are read by the model */
    struct isg_ner_config config;
    struct isg_ner_transfer_config transfer;
    uint64_t seed;
};
struct isg_ner_transferred {
    uint32_t source_epochs, epochs, best_epoch;
    uint32_t target_sentences;
    bool has_dev;
    struct isg_ner_counts dev; /**< of the model written, on target dev, else on source dev by the source's head */
    double temperature;        /**< fitted to that dev text (config.calibrate); 1 = not calibrated */
    double seconds;
};
/**
 * Trains and writes a tagger for the target task. Selection by target dev, else by agreement on unlabelled
 * target text, else by the sources' dev texts (entities of all together), else the last epoch; never by
 * anything else. Without target sentences the model is the sources' tagger with the target's vectors: for
 * translated text, whose vectors are the target's, or for vectors of a common space. Same seed, inputs and
 * options: same file for any number of threads.
 */
ISG_MUST_CHECK enum isg_status isg_ner_transfer(struct isg_ner_transferred *out,
    const struct isg_ner_transfer_opts *opts, const struct isg_env *env, struct isg_error *err);

#endif
