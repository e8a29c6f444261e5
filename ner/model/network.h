/** @file ner/model/network.h  The tagger's network as parts to be put together: input, encoders, attention, heads.
 *
 * Nothing here knows how many encoders or heads a model has: the plain tagger uses one of each, transfer
 * modes put shared and private ones side by side, from the same functions. A part is made in two steps, `add`
 * (before the table is sealed) and `init` (after); a loaded model skips the second.
 */
#ifndef ISG_NER_MODEL_NETWORK_H
#define ISG_NER_MODEL_NETWORK_H
#include "ner/config.h"
#include "ner/data/batch.h"
#include "ner/engine/crf.h"
#include "ner/engine/lstm.h"

/** Word and character embeddings and the character encoder: token -> vector of `dim` numbers. */
struct isg_ner_input {
    uint32_t dim;
    struct isg_param *word; /**< "<prefix>word.weight": the words of the training text */
    float *table;           /**< rows of the words after those, never trained: n_table x word->cols */
    bool borrowed;          /**< the word table is another input's, which owns `table` */
    uint32_t n_table;
    struct isg_param *shape;
    uint32_t n_features;
    struct isg_param *feature[ISG_MAX_FEATURES + 1]; /**< "<prefix>feature.K.weight" */
    struct isg_param *chars, *conv_w, *conv_b;
    struct isg_bilstm char_lstm;
    char name[48]; /**< prefix: tells dropout masks apart */
};
/** Sizes of what a network reads and gives. */
struct isg_ner_sizes {
    uint32_t n_learnt, n_table; /**< words that training meets, and words beyond */
    uint32_t word_dim, n_chars;
    const struct isg_strtab *labels;
    const struct isg_ner_features *features; /**< NULL = none */
};
/** @param shared  its character encoder, and with `words` its word table, is used instead of a new one; NULL =
 * none */
ISG_MUST_CHECK enum isg_status isg_ner_input_add(struct isg_ner_input *in, struct isg_params *params,
    const char *prefix, const struct isg_ner_config *c, const struct isg_ner_sizes *sizes,
    const struct isg_ner_input *shared, bool words, struct isg_error *err);
void isg_ner_input_init(
    const struct isg_ner_input *in, struct isg_params *params, const struct isg_ner_config *c, uint64_t seed);
void isg_ner_input_fini(struct isg_ner_input *in);
/** Embeddings of the characters of the batch's distinct forms; a node of its own so that it can be perturbed.
 * NULL where the model reads no characters. */
struct isg_node *isg_ner_input_chars(const struct isg_ner_input *in, struct isg_tape *t, const struct isg_ner_batch *b);
/** Word embeddings of the batch's tokens. */
struct isg_node *isg_ner_input_words(const struct isg_ner_input *in, struct isg_tape *t, const struct isg_ner_batch *b);
/** Encodes the characters of each distinct form: n_kinds x (dim of the encoder). chars from
 * isg_ner_input_chars. */
struct isg_node *isg_ner_input_spell(const struct isg_ner_input *in, struct isg_tape *t, const struct isg_ner_config *c,
    const struct isg_ner_batch *b, struct isg_node *chars);
/** [word ; spelling ; shape ; features] of each token, T x dim, dropped out. spelling: from isg_ner_input_spell, or
 * NULL. */
struct isg_node *isg_ner_input_join(const struct isg_ner_input *in, struct isg_tape *t, const struct isg_ner_config *c,
    const struct isg_ner_batch *b, struct isg_node *words, struct isg_node *spelling);

#define ISG_NER_MAX_LAYERS 8
/** Stacked BiLSTMs: T x in -> T x out. */
struct isg_ner_encoder {
    uint32_t in, out, n_layers;
    struct isg_bilstm layer[ISG_NER_MAX_LAYERS];
    char name[96];
};
ISG_MUST_CHECK enum isg_status isg_ner_encoder_add(struct isg_ner_encoder *e, struct isg_params *params,
    const char *name, uint32_t in, uint32_t hidden, uint32_t layers, struct isg_error *err);
void isg_ner_encoder_init(
    const struct isg_ner_encoder *e, struct isg_params *params, const struct isg_ner_config *c, uint64_t seed);
/** @param dropout  of each layer's output, [0, 1) */
struct isg_node *isg_ner_encoder_run(const struct isg_ner_encoder *e, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_seqs *sentences, struct isg_node *x, double dropout);

/** Self-attention on top of an encoder: T x in -> T x out, [h ; context], context or h + context. */
struct isg_ner_attend {
    uint32_t in, out;
    struct isg_param *w, *b;         /**< xie */
    struct isg_param *q, *k, *v, *o; /**< heads */
    char name[48];
};
/** Columns of its output over `in` of the encoder's; `in` without attention. */
uint32_t isg_ner_attend_size(const struct isg_ner_config *c, uint32_t in);
ISG_MUST_CHECK enum isg_status isg_ner_attend_add(struct isg_ner_attend *a, struct isg_params *params, const char *name,
    uint32_t in, const struct isg_ner_config *c, struct isg_error *err);
void isg_ner_attend_init(const struct isg_ner_attend *a, uint64_t seed);
struct isg_node *isg_ner_attend_run(const struct isg_ner_attend *a, struct isg_tape *t, const struct isg_ner_config *c,
    const struct isg_seqs *sentences, struct isg_node *h);

/** Emissions and CRF over one label set. */
struct isg_ner_head {
    uint32_t in, n_labels;
    struct isg_param *w, *b;
    struct isg_param *pair_w, *pair_b; /**< input-dependent transitions, else NULL */
    struct isg_crf crf;
    uint8_t *legal; /**< start, end, trans one after another; owned */
    bool borrowed;  /**< it is another network's head, which owns `legal` */
    char name[48];
};
/** @param transitions  the CRF of a head with as many labels, used instead of a new one; NULL = none */
ISG_MUST_CHECK enum isg_status isg_ner_head_add(struct isg_ner_head *h, struct isg_params *params, const char *name,
    uint32_t in, const struct isg_strtab *labels, const struct isg_ner_config *c, const struct isg_crf *transitions,
    struct isg_error *err);
void isg_ner_head_init(const struct isg_ner_head *h, uint64_t seed);
void isg_ner_head_fini(struct isg_ner_head *h);
/** Emissions T x L; *pair is the input-dependent transitions or NULL. */
struct isg_node *isg_ner_head_run(
    const struct isg_ner_head *h, struct isg_tape *t, struct isg_node *x, struct isg_node **pair);

/**
 * A tagger: input -> [sentence adaptation] -> shared encoder (-> attention) beside an optional private one,
 * side by side
 * -> [output adaptation] -> head. The plain tagger has neither private encoder nor adaptation layers.
 * Transfer gives several networks the same parts: a part is a set of pointers into the parameter table, so
 * that copying it shares it.
 */
struct isg_ner_network {
    struct isg_params *params; /**< owned by the network that isg_ner_network_new made; else borrowed */
    bool borrowed;
    struct isg_ner_input input;
    struct isg_ner_encoder sal; /**< over word embeddings alone; n_layers 0 = none, as of the next two */
    struct isg_ner_encoder encoder;
    struct isg_ner_attend attend;
    struct isg_ner_encoder priv;
    struct isg_ner_attend priv_attend;
    struct isg_ner_encoder oal;
    struct isg_ner_head head;
};
/** What a network shares with another one in its parameter table: encoder, attention, character encoder, and the parts
 * set here. Shared word tables have one vocabulary, shared transitions and heads one set of labels. */
struct isg_ner_sharing {
    const struct isg_ner_network *with;
    bool words, transitions, head;
};
/**
 * Adds the parts of a network to a table that is not sealed yet. Names start with prefix ("" or "source.").
 * @param sharing  NULL = all parts are its own
 */
ISG_MUST_CHECK enum isg_status isg_ner_network_add(struct isg_ner_network *net, struct isg_params *params,
    const char *prefix, const struct isg_ner_config *c, const struct isg_ner_sizes *sizes,
    const struct isg_ner_sharing *sharing, struct isg_error *err);
/** A table of its own with one network, sealed; values are zero. */
ISG_MUST_CHECK enum isg_status isg_ner_network_new(struct isg_ner_network *net, const struct isg_ner_config *c,
    const struct isg_ner_vocab *vocab, uint32_t word_dim, struct isg_error *err);
void isg_ner_network_init(struct isg_ner_network *net, const struct isg_ner_config *c, uint64_t seed);
/** Learning rates, L2 and frozen parts as the configuration has them. */
void isg_ner_network_configure(struct isg_ner_network *net, const struct isg_ner_config *c);
void isg_ner_network_fini(struct isg_ner_network *net); /**< a zeroed struct is fine */

/** One forward pass, with the nodes that transfer works on. */
struct isg_ner_pass {
    struct isg_node *words, *chars; /**< embeddings; given by the caller (perturbed ones, say) or NULL = looked up */
    struct isg_node *spelling;      /**< of each token; given by the caller (cached ones) or NULL = from chars */
    struct isg_node *shared;        /**< out: the shared encoder's features, T x n, attention included */
    struct isg_node *emit, *pair;   /**< out: of the head; pair NULL where transitions are constant */
};
void isg_ner_network_pass(const struct isg_ner_network *net, struct isg_tape *t, const struct isg_ner_config *c,
    const struct isg_ner_batch *b, struct isg_ner_pass *pass);
/** Emissions of a batch. */
struct isg_node *isg_ner_network_run(const struct isg_ner_network *net, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_ner_batch *b, struct isg_node **pair);
/** The same from ready spellings (T x n, e.g. cached ones; NULL where the model has none). */
struct isg_node *isg_ner_network_run_from(const struct isg_ner_network *net, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_ner_batch *b, struct isg_node *spelling, struct isg_node **pair);

#endif
