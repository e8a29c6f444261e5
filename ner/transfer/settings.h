/** @file ner/transfer/settings.h  The settings of a transfer run: one table gives defaults, ranges, options, help, what
 * the model file records, and which settings have an effect. */
#ifndef ISG_NER_TRANSFER_SETTINGS_H
#define ISG_NER_TRANSFER_SETTINGS_H
#include "ner/config.h"

/** What tasks share in addition to the encoders. Tasks that share have the labels of all of them. */
enum isg_share { ISG_SHARE_NONE, ISG_SHARE_TRANSITIONS, ISG_SHARE_HEAD };
enum isg_adversary { ISG_ADVERSARY_NONE, ISG_ADVERSARY_AD, ISG_ADVERSARY_GRAD };

/** Defaults, ranges and one line each: isg_ner_transfer_keys(). */
struct isg_ner_transfer_config {
    /* phases */
    bool pretrain; /**< the sources alone first; the best epoch by their dev texts, if any, is kept */
    int64_t pretrain_epochs;
    bool joint; /**< the target phase also draws source batches */
    /** Probability that a batch is a source batch, [0, 1); 0 = sqrt(S) / (sqrt(S) + sqrt(T)), S and T the numbers of
     * batches. It is 1 - lambda in Mou et al., and 1 - p in Lin & Lu's baseline. */
    double p_source;
    double p_source_end;   /**< in the last epoch, reached linearly; negative = p_source throughout */
    int64_t epoch_batches; /**< batches of an epoch at least; small corpora are repeated */
    /* parts */
    bool private_encoder; /**< an encoder for each task, as large as `hidden` */
    int64_t share;        /**< enum isg_share */
    bool share_words;     /**< tasks with the same vector file, or without one, have one word table */
    int64_t adversary;    /**< enum isg_adversary: a discriminator tells source from target by the shared features */
    bool pool_max;  /**< it pools by the maximum over time (Cao et al. 2018), not by attention (Zhou et al. 2019) */
    double lambda;  /**< weight of its loss */
    double reverse; /**< coefficient of the gradient reversal below it */
    /** The coefficient rises from 0: times 2 / (1 + exp(-10 p)) - 1, p the progress of the phase from 0 to 1 (Ganin &
     * Lempitsky 2015). */
    bool ramp;
    double alpha, gamma; /**< GRAD (Zhou et al. 2019, eq. 1) */
    double epsilon;      /**< norm of the perturbation of a sentence's word embeddings; 0 = none */
    /** The same for its characters; for a batch sqrt(sentences) times as much, since distinct words are encoded once. */
    double epsilon_char;
    /** Both count in mean norms of an embedding (the target's words, the characters) at the start; else they are
     * absolute (Zhou et al. 2019). */
    bool epsilon_relative;
    bool word_adaptation; /**< target vectors are mapped into the source's space (Lin & Lu 2018, eq. 4) */
    int64_t pivots;       /**< its lexicon: words spelt alike among this many most frequent ones */
    bool sal, oal;        /**< adaptation layers of the target task */
    /* what is carried over from the first phase */
    double psi;       /**< learning rate of parts that come from the source, relative to new ones, [0, 1]; 0 = frozen */
    bool copy_words;  /**< target words that the source has learnt start from its rows */
    bool copy_labels; /**< labels that both tasks have start from the source's rows */
    bool keep_encoder; /**< false = the shared encoder is reinitialised after pretraining */
    bool keep_chars;   /**< false = the character encoder is */
    double l2_start;   /**< L2 penalty on the distance from the pretrained weights */
};

/** The table; `group` is the heading in the help, `needs` a condition: NAME, NAME=VALUE or NAME!=VALUE of another
 * setting, alternatives separated by '|'. NAME alone = on, or not 0. */
const struct isg_ner_key *isg_ner_transfer_keys(void);
void isg_ner_transfer_defaults(struct isg_ner_transfer_config *c);
/** ISG_EUSAGE where a setting that was given has no effect beside the others, with what it needs.
 * @param given  was the setting of that name given? Turning off what is off is no error. */
ISG_MUST_CHECK enum isg_status isg_ner_transfer_check(const struct isg_ner_transfer_config *c,
    bool (*given)(const void *cookie, const char *name), const void *cookie, struct isg_error *err);
/** All settings as a JSON object; isg_free it; NULL = no memory. */
char *isg_ner_transfer_json(const struct isg_ner_transfer_config *c);

#endif
