/** @file ner/tag/batch.h  A batch of what is being tagged: lines, their tokens and sentences, and the results. */
#ifndef ISG_NER_TAG_BATCH_H
#define ISG_NER_TAG_BATCH_H
#include "ner/decode/ensemble.h"
#include "ner/decode/given.h"
#include "ner/tag/tagfile.h"
#include <jansson.h>

enum isg_tag_record_kind { ISG_TAG_LINE, ISG_TAG_TOKEN, ISG_TAG_DOCUMENT, ISG_TAG_TEXT, ISG_TAG_JSON };
/** A line of the input. */
struct isg_tag_record {
    enum isg_tag_record_kind kind;
    size_t text;          /**< its line in the text buffer */
    struct isg_line line; /**< flags and length */
    bool tabs;
    size_t token;    /**< first token */
    size_t n_tokens; /**< 1 of ISG_TAG_TOKEN, 0 of lines without tokens */
    json_t *json;
};
/** Where a token is in its line (of a JSON line: in its "text"). */
struct isg_tag_place {
    uint32_t start, n, cp_start, cp_end; /**< bytes; code points, of texts alone */
};

struct isg_tagger {
    const struct isg_ner_model *model; /**< the first: for labels, types and features */
    const struct isg_ner_tag_opts *opts;
    const struct isg_env *env;
    struct isg_ner_ensemble *ensemble;
    struct isg_tokeniser *tokeniser;
    struct isg_writer *out;
    /** Writes the results of the batch. */
    enum isg_status (*write)(struct isg_tagger *t, struct isg_error *err);
    void *cookie;           /**< for write */
    bool want_spans;        /**< compute the probability of each entity */
    uint64_t max_sentences; /**< stop reading after the line or sentence that reaches it; 0 = never */
    enum isg_scheme scheme; /**< of the tags written */
    struct isg_ner_tagged *totals;
    /* the batch */
    ISG_ARRAY(struct isg_tag_record) records;
    ISG_ARRAY(char) text;
    size_t n_tokens, n_features, n_sentences;
    ISG_ARRAY(uint32_t) form;              /**< by token */
    ISG_ARRAY(struct isg_tag_place) place; /**< by token */
    ISG_ARRAY(uint32_t) feature;           /**< n_tokens x n_features */
    ISG_ARRAY(size_t) offset;              /**< by sentence: its first token */
    ISG_ARRAY(uint32_t) length;            /**< by sentence: its tokens */
    ISG_ARRAY(const uint32_t *) tokens;
    ISG_ARRAY(const uint32_t *) features;
    ISG_ARRAY(struct isg_ner_word) words; /**< of a sentence, for the gazetteer */
    /* results, by token */
    ISG_ARRAY(uint32_t) labels;
    ISG_ARRAY(uint32_t) labels_n;
    ISG_ARRAY(float) confidence;
    ISG_ARRAY(float) span_probability;
    ISG_ARRAY(float) probability_n;
    ISG_ARRAY(uint32_t) sentence_of;
    /* forced decoding */
    struct isg_ner_given given;
    ISG_ARRAY(uint8_t) allowed;            /**< n_tokens x labels */
    ISG_ARRAY(const uint8_t *) allowed_of; /**< by sentence */
};
void isg_tag_fini(struct isg_tagger *t);  /**< but for the writer */
void isg_tag_clear(struct isg_tagger *t); /**< empties the batch */
/** Decodes the batch, writes and empties it. */
ISG_MUST_CHECK enum isg_status isg_tag_flush(struct isg_tagger *t, struct isg_error *err);
/** The same once it holds opts->batch_tokens tokens. */
ISG_MUST_CHECK enum isg_status isg_tag_flush_if_full(struct isg_tagger *t, struct isg_error *err);

#endif
