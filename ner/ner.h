/** @file ner/ner.h  Named entity recognition: training, tagging, scoring. The public header of the folder. */
#ifndef ISG_NER_NER_H
#define ISG_NER_NER_H
#include "ner/config.h"
#include "ner/score/score.h"
#include "ner/train/train.h"
#include "ner/transfer/transfer.h"
#include "ner/transfer/curve.h"

struct isg_ner_model; /**< A trained tagger. Reading from several threads is safe. */
ISG_MUST_CHECK enum isg_status isg_ner_model_open(struct isg_ner_model **out, const char *path, struct isg_error *err);
void isg_ner_model_close(struct isg_ner_model *m); /**< NULL is fine */
/** Several of them, by isg_ner_model_open. */
struct isg_ner_models {
    const struct isg_ner_model **items;
    size_t n;
};
ISG_MUST_CHECK enum isg_status isg_ner_models_open(
    struct isg_ner_models *out, const char *const *paths, size_t n, struct isg_error *err);
void isg_ner_models_close(struct isg_ner_models *m); /**< a zeroed struct is fine */
/** What the file says of itself, as a JSON object: version, config, labels, sizes, provenance; isg_free it;
 * NULL = no memory. */
char *isg_ner_model_describe(const struct isg_ner_model *m);

/** A model card in Markdown, and the learning curve (loss, dev F1) as SVG; isg_free them; NULL = no memory. */
char *isg_ner_card(const struct isg_ner_model *m, const char *name);
char *isg_ner_curve_svg(const struct isg_ner_model *m);

enum isg_ner_format { ISG_NER_AUTO, ISG_NER_COLUMNS, ISG_NER_TEXT, ISG_NER_JSONL };
struct isg_ner_tag_opts {
    const char *in, *out; /**< "-" = standard input, output */
    bool force;
    enum isg_ner_format format; /**< AUTO looks at the first lines, or at all of standard input */
    /** Where the word is, with `given` the tag, and the features that the model reads (none: where they stood in its
     * training text). */
    struct isg_columns columns;
    bool given;             /**< forced decoding: tags in the input's tag column stand, "?" = the tagger decides */
    bool capitals;          /**< words with a capital amid a sentence are parts of names (ner/decode/capitals.h) */
    const char *tokens;     /**< patterns of the tokeniser; NULL = those built in */
    enum isg_scheme scheme; /**< of the tags written; ISG_SCHEME_UNKNOWN = as in the model's training text */
    bool confidence;        /**< adds the probability of each tag */
    uint32_t nbest;         /**< 0 = 1 */
    double min_confidence;  /**< entities less probable than this are left out; 0 = none */
    size_t batch_tokens;    /**< read ahead, 0 = 8192; changes no result */
};
struct isg_ner_tagged {
    uint64_t lines, sentences, tokens, entities;
    enum isg_ner_format format;
    double seconds; /**< without reading the model */
};
/**
 * Tags a file: as many lines out as in, in order, whatever their length. Several models tag as one, by their
 * averaged scores (ner/decode/ensemble.h); they must have the same labels, and the first says the scheme.
 * @param paths  names of the models for errors; NULL = numbers
 *
 * Columns: each token's line with its tag as one column more (and with `confidence` the probability of that
 * tag; with nbest the N best sequences' tags, best first, and with `confidence` their probabilities);
 * document marks get O (so that all lines have as many columns), other lines stay as they are. Text: each
 * line, a tab, and a JSON array of its entities with offsets in code points, end exclusive. JSON lines:
 * objects with "text" or "tokens" get "entities" (and "tags" for tokens).
 */
ISG_MUST_CHECK enum isg_status isg_ner_tag(struct isg_ner_tagged *out, const struct isg_ner_model *const *models,
    size_t n_models, const char *const *paths, const struct isg_ner_tag_opts *opts, const struct isg_env *env,
    struct isg_error *err);

struct isg_ner_pseudo_opts {
    const char *in, *out; /**< "-" = standard input, output */
    bool force;
    struct isg_columns columns; /**< where the word is; tags are not looked at */
    double min_probability; /**< [0, 1]: entities, and tokens outside of them, that are less probable are left open */
    bool capitals;          /**< words with a capital amid a sentence are parts of names (ner/decode/capitals.h) */
    bool entities_only;     /**< leave out sentences without an entity that is sure */
    uint64_t max_sentences; /**< read at most; 0 = all */
    enum isg_scheme scheme; /**< of the tags written */
};
struct isg_ner_pseudo {
    uint64_t read, sentences, left_out, tokens, entities;
    uint64_t open; /**< tokens written as "?" */
    double weight; /**< mean */
};
/**
 * Labels text for self-training (Yarowsky 1995), by one tagger or by several as one (ner/decode/ensemble.h): each
 * token with its tag, or with "?" where the taggers are not sure, and above each sentence
 * "# weight = W", W the geometric mean of the marginal probabilities of the tags that are written. Sentences of
 * which nothing is sure are left out. Training takes both into account (ner/data/corpus.h).
 */
ISG_MUST_CHECK enum isg_status isg_ner_pseudo_label(struct isg_ner_pseudo *out,
    const struct isg_ner_model *const *models, size_t n_models, const char *const *paths,
    const struct isg_ner_pseudo_opts *opts, const struct isg_env *env, struct isg_error *err);

#endif
