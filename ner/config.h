/** @file ner/config.h  Settings of a tagger and its training: one table gives defaults, ranges, help, `--set key=value`,
 * presets and what the model file records. */
#ifndef ISG_NER_CONFIG_H
#define ISG_NER_CONFIG_H
#include "src/isg.h"

/** The labels that a tagger learns. */
enum isg_ner_labels { ISG_LABELS_BIOES, ISG_LABELS_BIO };
enum isg_ner_char { ISG_CHAR_NONE, ISG_CHAR_CNN, ISG_CHAR_LSTM, ISG_CHAR_BOTH };
enum isg_ner_attention { ISG_ATTENTION_NONE, ISG_ATTENTION_XIE, ISG_ATTENTION_HEADS };
/** What attention's output c is to the encoder's h: [h ; c] (Xie 2018), c (Cao 2018), h + c. */
enum isg_ner_join { ISG_JOIN_CONCAT, ISG_JOIN_REPLACE, ISG_JOIN_ADD };
enum isg_ner_transitions { ISG_TRANSITIONS_CONSTANT, ISG_TRANSITIONS_INPUT };

/** Choices are kept as the index into the table's list of names, in the order of the enums. */
struct isg_ner_config {
    /* input */
    int64_t scheme; /**< enum isg_ner_labels */
    int64_t word_dim, word_min_count, vectors_max;
    double word_norm, word_lr, unk_rate, word_dropout;
    int64_t chars; /**< enum isg_ner_char */
    int64_t char_dim, char_filters, char_width, char_hidden, char_min_count;
    int64_t shape_dim, feature_dim;
    /* encoder */
    int64_t hidden, layers;
    int64_t private_hidden;         /**< 0 = no private encoder beside the shared one */
    int64_t sal_hidden, oal_hidden; /**< adaptation layers (Lin & Lu 2018); 0 = none */
    bool adapt_residual;            /**< they add to their input instead of replacing it */
    double forget_bias;
    int64_t attention;      /**< enum isg_ner_attention */
    int64_t attention_mask; /**< enum isg_mask_self */
    int64_t attention_heads;
    int64_t attention_join; /**< enum isg_ner_join */
    /* output */
    int64_t transitions; /**< enum isg_ner_transitions */
    bool legal;
    /* regularisation */
    double dropout_char, dropout_in, dropout_out, dropout_attention;
    bool variational;
    double l2;
    /* learning */
    int64_t optimiser; /**< enum isg_optim_kind */
    double lr, momentum, weight_decay, clip, average;
    int64_t schedule; /**< enum isg_schedule */
    double decay, warmup;
    int64_t batch, epochs, patience, shards;
    bool calibrate;
};

enum isg_ner_key_kind {
    ISG_KEY_INT,   /**< int64_t */
    ISG_KEY_REAL,  /**< double */
    ISG_KEY_BOOL,  /**< bool */
    ISG_KEY_CHOICE /**< int64_t: an index into `choices` */
};
/** A setting: one row of a table, which ends with name NULL. */
struct isg_ner_key {
    const char *name;
    enum isg_ner_key_kind kind;
    size_t offset;   /**< of its field in the struct that the table describes */
    double fallback; /**< default; the index of a choice */
    double min, max;
    const char *choices; /**< "bioes|bio" */
    const char *help;
    const char *group; /**< heading in the help of options; NULL = that of the row before */
    const char *needs; /**< other settings without which this one has no effect; NULL = none (ner/transfer/settings.h) */
};
/* What a table of keys gives, for any struct: */
void isg_ner_keys_defaults(const struct isg_ner_key *keys, void *of);
/** The key of that name, or NULL. */
const struct isg_ner_key *isg_ner_keys_find(const struct isg_ner_key *keys, const char *name, size_t n);
/** "key=value". Unknown key, malformed or out-of-range value: ISG_EUSAGE. */
ISG_MUST_CHECK enum isg_status isg_ner_keys_set(
    const struct isg_ner_key *keys, void *of, const char *assignment, struct isg_error *err);
/** Each of a NULL-terminated list of assignments. */
ISG_MUST_CHECK enum isg_status isg_ner_keys_set_all(
    const struct isg_ner_key *keys, void *of, const char *const *assignments, struct isg_error *err);
/** One key as text ("0.015", "cnn", "true"). */
void isg_ner_keys_value(const void *of, const struct isg_ner_key *key, char *out, size_t n);
/** All keys as a JSON object; isg_free it; NULL = no memory. */
char *isg_ner_keys_json(const struct isg_ner_key *keys, const void *of);

/** The table of a tagger's settings. */
const struct isg_ner_key *isg_ner_keys(void);

void isg_ner_config_defaults(struct isg_ner_config *c);
/** Sets what the named preset changes from the defaults ("default", "ncrfpp", "xie2018", "small");
 * ISG_EUSAGE: no such. */
ISG_MUST_CHECK enum isg_status isg_ner_config_preset(struct isg_ner_config *c, const char *name, struct isg_error *err);
/** "key=value", as after --set. Unknown key, malformed or out-of-range value: ISG_EUSAGE. */
ISG_MUST_CHECK enum isg_status isg_ner_config_set(
    struct isg_ner_config *c, const char *assignment, struct isg_error *err);
/** The whole configuration as a JSON object; free with isg_free; NULL = no memory. */
char *isg_ner_config_json(const struct isg_ner_config *c);
/** Reads it back. A key that this version does not know: ISG_EDATA for the file at `path`. */
ISG_MUST_CHECK enum isg_status isg_ner_config_from_json(
    struct isg_ner_config *c, const char *json, const char *path, struct isg_error *err);
/** One key as text ("0.015", "cnn", "true"). */
void isg_ner_config_value(const struct isg_ner_config *c, const struct isg_ner_key *key, char *out, size_t n);
/** All keys with their values, ranges and help, a line each; free with isg_free; NULL = no memory. */
char *isg_ner_config_help(const struct isg_ner_config *c);

#endif
