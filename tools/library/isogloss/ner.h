/** @file isogloss/ner.h  Taggers: entities of texts and of tokens; scores of tagged files. */
#ifndef ISOGLOSS_NER_H
#define ISOGLOSS_NER_H
#include <isogloss/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct isogloss_tagger; /**< Any number of threads may tag with one at the same time. */

/** Loads n models of `ner train` or `transfer`; several with the same labels tag as one, by their averaged scores. */
ISOGLOSS_CHECK enum isogloss_status isogloss_tagger_load(
    struct isogloss_context *c, const char *const *paths, size_t n, struct isogloss_tagger **out);
ISOGLOSS_API void isogloss_tagger_free(struct isogloss_tagger *t);
ISOGLOSS_API size_t isogloss_tagger_types(const struct isogloss_tagger *t); /**< how many types of entities it knows */
ISOGLOSS_API const char *isogloss_tagger_type(const struct isogloss_tagger *t, size_t i); /**< NULL past the end */

struct isogloss_tag_options {
    size_t size;
    double min_probability; /**< 0 to 1: leave out less probable entities; default 0 = keep all */
    int capitals;           /**< treat mid-sentence capitalised words as part of a name; for zero-shot taggers */
    const char *scheme; /**< of tags: "model" (default: that of its training text), "iob1", "bio", "bioes", "bmes" */
    const char *tokens; /**< file of token patterns for texts; NULL = those built in */
};
/** What was found. Never changes. */
struct isogloss_tagged;
/**
 * Tags n raw texts, which are cut into tokens and sentences.
 * @param lengths  bytes of each text; NULL = they end in a zero byte
 * @param options  NULL = defaults
 * ISOGLOSS_EDATA for invalid UTF-8 and texts of 16 MiB or more; ISOGLOSS_EUSAGE for models that read feature columns.
 */
ISOGLOSS_CHECK enum isogloss_status isogloss_tag_texts(struct isogloss_context *c, struct isogloss_tagger *t,
    const char *const *texts, const size_t *lengths, size_t n, const struct isogloss_tag_options *options,
    struct isogloss_tagged **out);
/** Tags n sentences of tokens. @param tokens  those of all sentences, one after another  @param lengths  tokens of each */
ISOGLOSS_CHECK enum isogloss_status isogloss_tag_sentences(struct isogloss_context *c, struct isogloss_tagger *t,
    const char *const *tokens, const size_t *lengths, size_t n, const struct isogloss_tag_options *options,
    struct isogloss_tagged **out);
/** Tags a file as `isogloss ner tag` does: columns, raw text or JSON lines. */
ISOGLOSS_CHECK enum isogloss_status isogloss_tag_file(struct isogloss_context *c, struct isogloss_tagger *t,
    const char *in, const char *out, int overwrite, const struct isogloss_tag_options *options);
ISOGLOSS_API void isogloss_tagged_free(struct isogloss_tagged *r);

/** Later versions add fields at the end. */
struct isogloss_entity {
    const char *type;
    double probability;          /**< of exactly these tokens with this type */
    size_t text;                 /**< 0-based: the text or sentence that it is in */
    size_t first, n;             /**< its tokens, 0-based, counted in that text or sentence */
    size_t start, end;           /**< code points of the text, end exclusive; 0 where tokens were given */
    size_t byte_start, byte_end; /**< the same in bytes */
};
ISOGLOSS_API size_t isogloss_tagged_entities(const struct isogloss_tagged *r); /**< in all texts, in their order */
ISOGLOSS_API const struct isogloss_entity *isogloss_tagged_entity(const struct isogloss_tagged *r, size_t i);
ISOGLOSS_API size_t isogloss_tagged_texts(const struct isogloss_tagged *r);
/** texts + 1 numbers: where the tokens of each text start among those of all. */
ISOGLOSS_API const size_t *isogloss_tagged_first_tokens(const struct isogloss_tagged *r);
ISOGLOSS_API size_t isogloss_tagged_tokens(const struct isogloss_tagged *r); /**< of all texts */
/** Of each token: its tag, a number for isogloss_tagged_tag. */
ISOGLOSS_API const uint32_t *isogloss_tagged_tag_ids(const struct isogloss_tagged *r);
/** "O", "B-PER", ...; NULL past the end. */
ISOGLOSS_API const char *isogloss_tagged_tag(const struct isogloss_tagged *r, size_t id);
/** Of each token: the probability of its label given the sentence. */
ISOGLOSS_API const float *isogloss_tagged_probabilities(const struct isogloss_tagged *r);
/** Of each token of texts: start and end (exclusive) in code points, tokens x 2. Zeroes where tokens were given. */
ISOGLOSS_API const uint32_t *isogloss_tagged_offsets(const struct isogloss_tagged *r);

struct isogloss_score_options {
    size_t size;
    int raw;              /**< tags are bare types, each tagged token one entity */
    int gold_column;      /**< 0-based, negative from the end; 0 = the default: -1, or -2 in a single file */
    int predicted_column; /**< likewise; default -1 */
};
struct isogloss_score;
/** Precision, recall and F1 are percentages, 0 to 100. Later versions add fields at the end. */
struct isogloss_counts {
    const char *type; /**< NULL = all types */
    double precision, recall, f1;
    uint64_t gold, predicted, correct;
};
/** Scores a tagged file by conlleval's rules. @param predicted  NULL = gold's last two columns are gold and prediction */
ISOGLOSS_CHECK enum isogloss_status isogloss_evaluate(struct isogloss_context *c, const char *gold,
    const char *predicted, const struct isogloss_score_options *options, struct isogloss_score **out);
ISOGLOSS_API void isogloss_score_free(struct isogloss_score *s);
ISOGLOSS_API uint64_t isogloss_score_tokens(const struct isogloss_score *s);
ISOGLOSS_API double isogloss_score_accuracy(const struct isogloss_score *s); /**< of tags, 0 to 100 */
ISOGLOSS_API const struct isogloss_counts *isogloss_score_overall(const struct isogloss_score *s);
ISOGLOSS_API size_t isogloss_score_types(const struct isogloss_score *s);
ISOGLOSS_API const struct isogloss_counts *isogloss_score_type(const struct isogloss_score *s, size_t i);
ISOGLOSS_API const char *isogloss_score_report(const struct isogloss_score *s); /**< conlleval's, to the character */

#ifdef __cplusplus
}
#endif
#endif
