/** @file ner/tag/tagger.h  The state of one file's tagging. Private to ner/tag*.c. */
#ifndef ISG_NER_TAG_TAGGER_H
#define ISG_NER_TAG_TAGGER_H
#include "ner/decode/ensemble.h"
#include "ner/decode/given.h"
#include "ner/tag/tagfile.h"
#include "src/isg.h"
#include <jansson.h>

enum isg_tag_record_kind { ISG_TAG_LINE, ISG_TAG_TOKEN, ISG_TAG_DOCUMENT, ISG_TAG_TEXT, ISG_TAG_JSON };
struct isg_tag_record {
    enum isg_tag_record_kind kind;
    size_t text;          /* its line in the text buffer */
    struct isg_line line; /* flags and length */
    bool tabs;
    size_t token;    /* first token */
    size_t n_tokens; /* of ISG_TAG_TEXT and ISG_TAG_JSON */
    json_t *json;
};
struct isg_tag_place {
    uint32_t start, n, cp_start, cp_end; /* of a token in its line */
};

struct isg_tagger {
    const struct isg_ner_model *model;
    const struct isg_ner_tag_opts *opts;
    const struct isg_env *env;
    struct isg_ner_ensemble *ensemble;
    struct isg_tokeniser *tokeniser;
    struct isg_writer *out;
    enum isg_scheme scheme;
    struct isg_ner_tagged *totals;
    /* the batch */
    struct isg_tag_record *records;
    size_t n_records, cap_records;
    char *text;
    size_t n_text, cap_text;
    uint32_t *form;
    struct isg_tag_place *place;
    uint32_t *feature; /* a token: its features */
    size_t n_tokens, n_features, cap_form, cap_place, cap_feature;
    size_t *offset; /* sentences: first token */
    uint32_t *length;
    size_t n_sentences, cap_offset, cap_length;
    const uint32_t **tokens, **features;
    size_t cap_tokens, cap_features;
    struct isg_ner_word *words; /* of a sentence, for the gazetteer */
    size_t cap_words;
    uint32_t *labels, *labels_n;
    float *confidence, *span_probability, *probability_n;
    size_t cap_labels, cap_labels_n, cap_confidence, cap_span, cap_probability_n;
    struct isg_span *spans;
    uint32_t *sentence_of; /* a token: its sentence */
    char *letters;
    uint32_t *types;
    size_t cap_spans, cap_sentence_of, cap_letters, cap_types;
    /* forced decoding */
    struct isg_ner_given given;
    uint8_t *allowed;           /* a token: its labels' bytes */
    const uint8_t **allowed_of; /* a sentence */
    size_t cap_allowed, cap_allowed_of;
};

/** Reads a file to its end, decoding and writing a batch whenever one is full, and at the end. */
ISG_MUST_CHECK enum isg_status isg_tag_columns(
    struct isg_tagger *t, const char *path, struct isg_columns columns, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_tag_lines(struct isg_tagger *t, const char *path, bool jsonl, struct isg_error *err);
/** Decodes the batch, writes it and empties it. */
ISG_MUST_CHECK enum isg_status isg_tag_flush(struct isg_tagger *t, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_tag_flush_if_full(struct isg_tagger *t, struct isg_error *err);
/** Letters and types of sentence s in the output's scheme: from its best labels, or from its n best paths. */
void isg_tag_sentence(struct isg_tagger *t, size_t s, const uint32_t *labels);
void isg_tag_nbest(struct isg_tagger *t, size_t s);
/** Writes the batch's lines with what was found. */
ISG_MUST_CHECK enum isg_status isg_tag_write(struct isg_tagger *t, struct isg_error *err);

#endif
