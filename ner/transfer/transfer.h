/* clang-format off */
/** @file ner/transfer/transfer.h  Transfer: one trainer over several tasks, of which every published mode is a setting.
 *
 * There are source tasks and a target task. All share the character encoder, the shared encoder and its
 * attention. Each has its own label set and head, or shares transitions or the whole head with the others
 * (`share`); a word table, which tasks with the same vectors share; and maybe a private encoder and adaptation
 * layers. Training has two phases: the sources alone (`pretrain`), then the target, alone or in turn with the
 * sources (`joint`: after pretraining, replay against forgetting). A discriminator may tell source from target
 * by the shared features through a gradient reversal, and the embeddings may be perturbed. What is written is a
 * plain tagger for the target task.
 *
 * | mode      | paper         | pretrain | joint | share       | private | discriminator   | perturbation | adaptation     |
 * | --------- | ------------- | -------- | ----- | ----------- | ------- | --------------- | ------------ | -------------- |
 * | base      |               |          |       |             |         |                 |              |                |
 * | init      | Mou 2016      | yes      |       |             |         |                 |              |                |
 * | mult      | Mou 2016      |          | yes   |             |         |                 |              |                |
 * | mult-init | Mou 2016      | yes      | yes   |             |         |                 |              |                |
 * | adapt     | Lin & Lu 2018 | yes      |       |             |         |                 |              | word, SAL, OAL |
 * | at        | Cao 2018      |          | yes   |             | yes     | AD, max pool    |              |                |
 * | datnet-f  | Zhou 2019     |          | yes   | transitions |         | GRAD, attention | yes          |                |
 * | datnet-p  | Zhou 2019     |          | yes   | transitions | yes     | GRAD, attention | yes          |                |
 * | translate | Xie, Mayhew   | yes      |       | head        |         |                 |              |                |
 *
 * Differences from the papers: DATNet's sharing of transitions is from its code. Adaptation layers stand in the
 * place of their input, as Lin & Lu have them; with config.adapt_residual they add to it, and training goes on from
 * what INIT starts from.
 */
/* clang-format on */
#ifndef ISG_NER_TRANSFER_TRANSFER_H
#define ISG_NER_TRANSFER_TRANSFER_H
#include "ner/config.h"
#include "ner/score/score.h"

/** What tasks share beside the encoders. Those that share have the union of all labels. */
enum isg_share { ISG_SHARE_NONE, ISG_SHARE_TRANSITIONS, ISG_SHARE_HEAD };
enum isg_adversary { ISG_ADVERSARY_NONE, ISG_ADVERSARY_AD, ISG_ADVERSARY_GRAD };

/** What a mode switches on; each part can be set on its own. */
struct isg_ner_transfer_config {
    bool pretrain;       /**< first the source alone, up to pretrain_epochs, the best by source dev where there is
                        one */
    bool joint;          /**< the target phase also takes source batches */
    double p_source;     /**< joint: probability that a batch is one of the source's, [0, 1); 0 = by the square
                        roots of the numbers of batches: sqrt(S) / (sqrt(S) + sqrt(T)). 1 - lambda of Mou, 1 -
                        p of Lin & Lu's baseline */
    double p_source_end; /**< in the last epoch; it goes there evenly. Negative = p_source throughout
                            (default) */
    enum isg_share share;
    bool share_words;        /**< tasks with the same vectors file, or without any, have one word table (default);
                         false = each its own */
    int64_t epoch_batches;   /**< batches of an epoch at least: short texts go round; default 100 */
    int64_t pretrain_epochs; /**< default 10 */
    bool private_encoder;    /**< an encoder of its own for each task, as large as `hidden` */
    enum isg_adversary adversary;
    bool pool_max;         /**< the discriminator reads the maximum over time (Cao); else attention pooling (Zhou) */
    double lambda;         /**< weight of the discriminator's loss, default 1 */
    double reverse;        /**< gradient reversal: coefficient below the discriminator, default 0.7 */
    bool ramp;             /**< the coefficient starts from 0: times 2 / (1 + exp(-10 progress)) - 1, progress of the
                       phase from 0 to 1 (Ganin & Lempitsky 2015); default false */
    double alpha, gamma;   /**< GRAD (Zhou 2019, eq. 1), defaults 0.25, 2 */
    double epsilon;        /**< norm of the perturbation of a sentence's word embeddings; 0 = none */
    double epsilon_char;   /**< the same of its characters: of a batch, sqrt(sentences) times as much, since
                              distinct words are encoded once */
    bool epsilon_relative; /**< the two count in mean norms of one embedding, of the target's words and of the
                              characters, as they are at the start; else they are absolute (Zhou 2019) */
    bool word_adaptation;  /**< target vectors are mapped into the source's space (Lin & Lu 2018, eq. 4) */
    int64_t pivots;        /**< words spelt alike among so many most frequent ones are its lexicon, default 5000 */
    bool sal, oal;         /**< adaptation layers of the target task */
    double psi;        /**< rate of the parts that come from the source over that of new parts, [0, 1]; 0 = frozen */
    bool copy_words;   /**< target words that the source learnt start from its rows */
    bool copy_labels;  /**< labels that both tasks have start from the source's rows */
    bool keep_encoder; /**< default true; false = the shared encoder starts anew after pretraining (only E
                          carries over) */
    bool keep_chars;   /**< default true; the same of the character encoder */
    double l2_start;   /**< pull towards the pretrained weights */
};
/** Names of the modes, NULL at the end. */
extern const char *const isg_ner_transfer_modes[];
/** Fills what a mode stands for, and changes in `tagger` what its paper has differently. ISG_EUSAGE: no such
 * mode. */
ISG_MUST_CHECK enum isg_status isg_ner_transfer_mode(
    struct isg_ner_transfer_config *out, struct isg_ner_config *tagger, const char *mode, struct isg_error *err);

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
    const char *out;
    bool force;
    struct isg_columns columns;
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
