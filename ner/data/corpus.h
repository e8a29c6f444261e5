/** @file ner/data/corpus.h  A labelled text in memory: tokens as ids of their forms, entities as spans. */
#ifndef ISG_NER_DATA_CORPUS_H
#define ISG_NER_DATA_CORPUS_H
#include "src/isg.h"

/** What is unknown about a token's label; bits. */
enum isg_ner_doubt {
    ISG_DOUBT_TAG = 1,   /**< the tag is "?" */
    ISG_DOUBT_START = 2, /**< inside an entity that may have begun at the "?" before it */
    ISG_DOUBT_END = 4    /**< inside an entity that may continue with the "?" after it */
};
/** Longest sentence, in tokens: training and tagging need some 10 kB for each. */
#define ISG_NER_MAX_SENTENCE 100000
/** N tokens in S sentences; sentences without tokens are skipped. Of the arrays, only v is for readers: n_tokens,
 * n_sentences and the last offset count what is in them. */
struct isg_ner_corpus {
    struct isg_strtab *forms; /**< surface forms in order of appearance */
    struct isg_strtab *types; /**< entity types in order of appearance */
    uint32_t n_tokens, n_sentences;
    ISG_ARRAY(uint32_t) form;        /**< N: ids in forms */
    ISG_ARRAY(uint32_t) offset;      /**< S + 1: first token of each sentence */
    struct isg_spans spans;          /**< in order; `first` counts from the start of the sentence */
    ISG_ARRAY(uint32_t) span_offset; /**< S + 1: first span of each sentence */
    ISG_ARRAY(uint64_t) line;        /**< S: line of the file on which it starts */
    ISG_ARRAY(uint8_t) doubt;        /**< N: enum isg_ner_doubt; 0 = the label is known */
    ISG_ARRAY(float) weight;         /**< S: weight of its loss, >= 0; default 1 */
    uint32_t n_doubts;               /**< tokens tagged "?" */
    uint32_t n_weights;              /**< sentences with a weight in the file */
    uint32_t n_features;             /**< feature columns read */
    ISG_ARRAY(uint32_t) feature;     /**< N x n_features: ids in values */
    struct isg_strtab *values[ISG_MAX_FEATURES];
    enum isg_scheme scheme; /**< tag scheme of the (first) file */
};
/**
 * Reads a labelled file. With columns.open_tags a tag may be "?" (unknown: any label is possible; columns.tag
 * ISG_NO_COLUMN makes every tag unknown). A comment "# weight = 0.7" above the first token of a sentence is the weight of
 * its loss, a finite number from 0. Errors: those of columns.h; ISG_EDATA for a malformed weight, one without a
 * sentence below it, and a sentence of more than ISG_NER_MAX_SENTENCE tokens.
 */
ISG_MUST_CHECK enum isg_status isg_ner_corpus_load(struct isg_ner_corpus *out, const char *path,
    struct isg_columns columns, const struct isg_env *env, struct isg_error *err);
/** Appends a file to the corpus (a zeroed struct is empty). The tag scheme is that of the first file. After an error the
 * corpus can only be freed. */
ISG_MUST_CHECK enum isg_status isg_ner_corpus_add(struct isg_ner_corpus *c, const char *path,
    struct isg_columns columns, const struct isg_env *env, struct isg_error *err);
void isg_ner_corpus_fini(struct isg_ner_corpus *c); /**< a zeroed struct is fine */
/** What the "?" of a sentence leave open: doubt[i] = bits of enum isg_ner_doubt. letters[i] as isg_tag_split gives them,
 * 0 for "?"; spans those of the letters. Returns the number of "?". */
uint32_t isg_ner_doubts(const char *letters, size_t n, const struct isg_span *spans, size_t n_spans, uint8_t *doubt);
/** Drops the sentences whose keep[s] is false; types and forms are kept. */
void isg_ner_corpus_keep(struct isg_ner_corpus *c, const bool *keep);

#endif
