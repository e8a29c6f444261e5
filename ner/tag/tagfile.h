/** @file ner/tag/tagfile.h  Tagging files. */
#ifndef ISG_NER_TAG_TAGFILE_H
#define ISG_NER_TAG_TAGFILE_H
#include "ner/model/model.h"

enum isg_ner_format { ISG_NER_AUTO, ISG_NER_COLUMNS, ISG_NER_TEXT, ISG_NER_JSONL };
struct isg_ner_tag_opts {
    const char *in, *out; /**< "-" = standard input, output */
    bool force;
    enum isg_ner_format format; /**< AUTO decides by the first lines (ner/tag/detect.h) and reads pipes to their end */
    /** Columns of the word, of the tag (with `given`), and of the features that the model reads (none = those of its
     * training text). */
    struct isg_columns columns;
    bool given;             /**< forced decoding: keep the tags of the input, decide only where it is "?" */
    bool capitals;          /**< treat mid-sentence capitalised words as part of a name (ner/decode/capitals.h) */
    const char *tokens;     /**< patterns of the tokeniser; NULL = the built-in ones */
    enum isg_scheme scheme; /**< of the tags written; ISG_SCHEME_UNKNOWN = that of the model's training text */
    bool confidence;        /**< add the probability of each tag */
    uint32_t nbest;         /**< sequences written; 0 = 1 */
    double min_confidence;  /**< [0, 1]: leave out less probable entities; 0 = keep all */
    size_t batch_tokens;    /**< read ahead, 0 = 8192; changes no result */
};
struct isg_ner_tagged {
    uint64_t lines, sentences, tokens, entities;
    enum isg_ner_format format;
    double seconds; /**< without loading the model */
};
/**
 * Tags a file: as many lines out as in, in order; an empty file gives an empty file. Several models tag as one, by their
 * averaged scores (ner/decode/ensemble.h); they must have the same labels, and the first decides the scheme.
 *
 * Columns: each token's line with its tag as a further column, with `confidence` also the probability of that tag; with
 * nbest the tags of the N best sequences, best first, and with `confidence` their probabilities. Document marks get O, so
 * that all lines have as many columns; other lines stay as they are. Text: each line, a tab, and a JSON array of its
 * entities with offsets in code points, end exclusive. JSON lines: objects with "text" or "tokens" get "entities" (and
 * "tags" for tokens). In text and JSON lines the output is flushed whenever a pipe or terminal has nothing to read.
 *
 * Limits: sentences of 100,000 tokens, lines of 16 MiB, else ISG_EDATA with the line.
 * @param paths  names of the models for errors; NULL = numbers
 */
ISG_MUST_CHECK enum isg_status isg_ner_tag(struct isg_ner_tagged *out, const struct isg_ner_model *const *models,
    size_t n_models, const char *const *paths, const struct isg_ner_tag_opts *opts, const struct isg_env *env,
    struct isg_error *err);

/** Scheme of the tags that `ner tag` writes: that of the model's training text, BIO where that is not one of the four. */
enum isg_scheme isg_ner_scheme(const struct isg_ner_model *m);

#endif
