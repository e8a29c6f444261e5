/** @file ner/data/feature.h  Features of a token other than its word: further columns of the text, and lists of names
 * (gazetteers). Each feature is a small number for each token, looked up in its own embedding table. */
#ifndef ISG_NER_DATA_FEATURE_H
#define ISG_NER_DATA_FEATURE_H
#include "src/isg.h"

/** Names with their types, found in text by their words. */
struct isg_ner_gazetteer;
/** Reads a list as src/names.h describes it; types are optional. A name listed twice keeps its first type. */
ISG_MUST_CHECK enum isg_status isg_ner_gazetteer_load(
    struct isg_ner_gazetteer **out, const char *path, const struct isg_env *env, struct isg_error *err);
/** The same from text in memory, as isg_ner_gazetteer_text gives it; path is for errors. */
ISG_MUST_CHECK enum isg_status isg_ner_gazetteer_parse(
    struct isg_ner_gazetteer **out, const char *text, size_t n, const char *path, struct isg_error *err);
void isg_ner_gazetteer_free(struct isg_ner_gazetteer *g); /**< NULL is fine */
/** isg_names_text of the list; borrowed. */
const char *isg_ner_gazetteer_text(const struct isg_ner_gazetteer *g, size_t *n);
uint32_t isg_ner_gazetteer_size(const struct isg_ner_gazetteer *g);  /**< different names */
uint32_t isg_ner_gazetteer_types(const struct isg_ner_gazetteer *g); /**< types */

struct isg_ner_word {
    const char *s;
    size_t n;
};
/**
 * The names in a sentence, the leftmost first and of these the longest: out[i * stride] = 0 outside a name, 1 + 2 t at
 * the first word of one of type t, 2 + 2 t at its other words. Words must be spelt as in the list.
 */
ISG_MUST_CHECK enum isg_status isg_ner_gazetteer_match(const struct isg_ner_gazetteer *g,
    const struct isg_ner_word *words, uint32_t n, uint32_t *out, size_t stride, struct isg_error *err);

/** The features that a model reads. A zeroed struct: none. */
struct isg_ner_features {
    uint32_t n_columns;
    int column[ISG_MAX_FEATURES];                /**< of the text, as in isg_columns */
    struct isg_strtab *values[ISG_MAX_FEATURES]; /**< of the training text; 0 = "", any other one */
    struct isg_ner_gazetteer *gazetteer;         /**< the feature after those of the columns; NULL = none */
};
void isg_ner_features_fini(struct isg_ner_features *f);
static inline uint32_t isg_ner_features_count(const struct isg_ner_features *f)
{
    return f->n_columns + (f->gazetteer != NULL);
}
/** How many different numbers feature k gives. */
uint32_t isg_ner_features_rows(const struct isg_ner_features *f, uint32_t k);

#endif
