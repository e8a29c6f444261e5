/** @file ner/tag/tagfile.h  Tagging files. */
#ifndef ISG_NER_TAG_TAGFILE_H
#define ISG_NER_TAG_TAGFILE_H
#include "ner/model/model.h"

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

#endif
