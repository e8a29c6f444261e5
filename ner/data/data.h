/** @file ner/data/data.h  From text to numbers: labelled corpora, vocabularies, encoded word forms, packed
 * batches. */
#ifndef ISG_NER_DATA_DATA_H
#define ISG_NER_DATA_DATA_H
#include "ner/config.h"
#include "ner/data/feature.h"
#include "ner/engine/seqs.h"

/** What is not known of a token's label; bits. */
enum isg_ner_doubt {
    ISG_DOUBT_TAG = 1,   /**< the tag is "?" */
    ISG_DOUBT_START = 2, /**< inside an entity that may have begun on the "?" before it */
    ISG_DOUBT_END = 4    /**< inside an entity that may go on with the "?" after it */
};
/** A labelled text in memory: tokens as ids of their forms, entities as spans. Sentences without tokens are
 * left out. */
struct isg_ner_corpus {
    struct isg_strtab *forms; /**< surface forms in order of appearance */
    struct isg_strtab *types; /**< entity types in order of appearance */
    uint32_t n_tokens, n_sentences;
    uint32_t *form;         /**< n_tokens */
    uint32_t *offset;       /**< n_sentences + 1: first token of each sentence */
    struct isg_span *spans; /**< `first` counts from the sentence's start; in order */
    uint32_t *span_offset;  /**< n_sentences + 1 */
    uint64_t *line;         /**< n_sentences: where in the file it starts */
    uint8_t *doubt;         /**< n_tokens: enum isg_ner_doubt; 0 = the label is known */
    float *weight;          /**< n_sentences: of their loss; 1 where the file says nothing */
    uint32_t n_doubts;      /**< tokens tagged "?" in the file */
    uint32_t n_weights;     /**< sentences with a weight in the file */
    uint32_t n_features;    /**< columns asked for as features */
    uint32_t *feature;      /**< n_tokens x n_features: ids in values */
    struct isg_strtab *values[ISG_MAX_FEATURES];
    enum isg_scheme scheme; /**< of the file */
    size_t cap[8];          /**< private */
};
/**
 * Reads a labelled file. With columns.open_tags a token may have the tag "?" (not known: any label may stand
 * there; columns.tag ISG_NO_COLUMN: so has every token), and a comment "# weight = 0.7" above a sentence's first token gives the weight of its loss, a
 * finite number from 0. Errors: those of columns.h; a weight that is none, or that has no sentence below it.
 */
ISG_MUST_CHECK enum isg_status isg_ner_corpus_load(
    struct isg_ner_corpus *out, const char *path, struct isg_columns columns, struct isg_error *err);
/** The same, behind what the corpus holds already (a zeroed struct holds nothing); the tag scheme is that of
 * the first file. After an error the corpus may be freed only. */
ISG_MUST_CHECK enum isg_status isg_ner_corpus_add(
    struct isg_ner_corpus *c, const char *path, struct isg_columns columns, struct isg_error *err);
void isg_ner_corpus_fini(struct isg_ner_corpus *c); /**< a zeroed struct is fine */
/** What the "?" of a sentence (letters[i] 0, else as isg_tag_split gives them) leave open, a byte of enum
 * isg_ner_doubt a token; spans are those of the letters. Returns the number of "?". */
uint32_t isg_ner_doubts(const char *letters, size_t n, const struct isg_span *spans, size_t n_spans, uint8_t *doubt);
/** Drops the sentences whose keep[s] is false; types and forms stay as they are. */
void isg_ner_corpus_keep(struct isg_ner_corpus *c, const bool *keep);

/**
 * Words, characters and labels that a model knows; made from the training data and the vectors alone. Row 0
 * of words and of characters is the unknown one. Words come in two parts: those that occur in training, which
 * have been learnt, and the rest of the vector table, which lets words that training never saw keep their
 * vectors.
 */
struct isg_ner_vocab {
    struct isg_strtab *words, *chars, *labels;
    uint32_t n_learnt; /**< words 0 .. n_learnt - 1 occur in training (0 is the unknown word) */
    uint32_t n_types;  /**< label 0 is O; then B-, I- (E-, S-) of each type */
    struct isg_ner_features features;
};
void isg_ner_vocab_fini(struct isg_ner_vocab *v);
/** Row of a word: itself, else lower-cased, else with digits made 0 as well; 0 where none is known. */
ISG_MUST_CHECK enum isg_status isg_ner_vocab_word(
    const struct isg_ner_vocab *v, const char *form, size_t n, uint32_t *row, struct isg_error *err);
/**
 * Makes the vocabulary of a training corpus.
 * @param vectors  NULL = none
 * @param vector_row  out: for each word row of the vocabulary the row of `vectors`, ISG_NO_ID = none;
 * isg_free it
 * @param rare  out: for each form of the corpus, is it one to be taken as unknown now and then (seen once, no
 * vector)?
 */
ISG_MUST_CHECK enum isg_status isg_ner_vocab_build(struct isg_ner_vocab *out, const struct isg_ner_corpus *corpus,
    const struct isg_vectors *vectors, const struct isg_ner_config *config, uint32_t **vector_row, bool **rare,
    struct isg_error *err);
/** Adds the labels of all types, by name. */
ISG_MUST_CHECK enum isg_status isg_ner_vocab_labels(
    struct isg_ner_vocab *v, const struct isg_strtab *types, bool bioes, struct isg_error *err);
/** Adds labels of a type in the configured scheme. */
ISG_MUST_CHECK enum isg_status isg_ner_vocab_add_type(
    struct isg_ner_vocab *v, const char *type, size_t n, bool bioes, struct isg_error *err);
/** Label ids of a sentence's spans; types that the model lacks come out as O. */
void isg_ner_labels_from_spans(const struct isg_ner_vocab *v, bool bioes, const struct isg_strtab *types,
    const struct isg_span *spans, size_t n_spans, uint32_t n, uint32_t *labels);
/** The labels, as n_labels bytes, that may stand where a span gave label y with that doubt about it. */
void isg_ner_may_stand(const struct isg_ner_vocab *v, uint32_t y, uint8_t doubt, uint8_t *may);
/** Spans of a sequence of label ids; type = index of the type in the vocabulary. spans has room for n. */
size_t isg_ner_spans_from_labels(
    const struct isg_ner_vocab *v, const uint32_t *labels, uint32_t n, struct isg_span *spans);
/** Name of type number t of the vocabulary; *n gets its length. */
const char *isg_ner_type_name(const struct isg_ner_vocab *v, uint32_t t, size_t *n);

#define ISG_NER_N_SHAPES 30
/** 5 casings x (no, some, only digits) x (no, some punctuation). */
uint32_t isg_ner_shape(const char *form, size_t n);

/** Word forms encoded once: what the network sees of each. Grows as new forms are met. */
struct isg_ner_forms {
    const struct isg_ner_vocab *vocab;
    struct isg_strtab *index; /**< form -> number */
    uint32_t *word, *shape;
    uint32_t *char_offset; /**< size + 1 */
    uint32_t *chars;
    size_t cap_word, cap_shape, cap_offset, cap_chars;
};
ISG_MUST_CHECK enum isg_status isg_ner_forms_init(
    struct isg_ner_forms *f, const struct isg_ner_vocab *vocab, struct isg_error *err);
void isg_ner_forms_fini(struct isg_ner_forms *f);
ISG_MUST_CHECK enum isg_status isg_ner_forms_add(
    struct isg_ner_forms *f, const char *form, size_t n, uint32_t *id, struct isg_error *err);
/** Adds all forms of a corpus and gives the number of each in *map (isg_free it). */
ISG_MUST_CHECK enum isg_status isg_ner_forms_of_corpus(
    struct isg_ner_forms *f, const struct isg_ner_corpus *corpus, uint32_t **map, struct isg_error *err);

/** Packed sentences as the network takes them. Memory is kept from batch to batch. */
struct isg_ner_batch {
    struct isg_seqs sentences;
    uint32_t n_tokens, n_kinds; /**< kinds: distinct forms of this batch */
    uint32_t *offset;
    uint32_t *word, *shape; /**< a token */
    uint32_t *kind;         /**< a token: which of the kinds */
    uint32_t *feature;      /**< features of the vocabulary x n_tokens */
    struct isg_seqs kind_chars;
    uint32_t *char_offset, *chars;
    uint32_t *kind_form; /**< a kind: its form */
    size_t cap[8];
    uint32_t *seen; /**< a form: kind + 1 while building */
    size_t cap_seen;
};
void isg_ner_batch_fini(struct isg_ner_batch *b);
/** Packs n sentences: sentence i is n_tokens[i] form numbers at tokens[i], its features are at features[i], token
 * after token; features NULL = 0 for all. */
ISG_MUST_CHECK enum isg_status isg_ner_batch_build(struct isg_ner_batch *b, const struct isg_ner_forms *forms,
    const uint32_t *const *tokens, const uint32_t *n_tokens, const uint32_t *const *features, uint32_t n,
    struct isg_error *err);

#endif
