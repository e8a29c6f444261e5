/** @file ner/data/vocab.h  What a model knows: words, characters, labels, values of features. */
#ifndef ISG_NER_DATA_VOCAB_H
#define ISG_NER_DATA_VOCAB_H
#include "ner/data/feature.h"

/**
 * Row 0 of words and of characters is the unknown one. Words come in two parts: those of the training text, whose
 * vectors are learnt, then the rest of the vector table, whose vectors stay as they were.
 */
struct isg_ner_vocab {
    struct isg_strtab *words, *chars, *labels;
    uint32_t n_learnt; /**< words 0 .. n_learnt - 1 occur in training (0 is the unknown word) */
    uint32_t n_types;  /**< label 0 is O; then B-, I- (E-, S-) of each type */
    struct isg_ner_features features;
};
void isg_ner_vocab_fini(struct isg_ner_vocab *v); /**< a zeroed struct is fine */
/** Id of a word in a table: of itself, else of its lower case, else of its normal form; ISG_NO_ID if it has none. */
ISG_MUST_CHECK enum isg_status isg_ner_find_word(
    const struct isg_strtab *words, const char *form, size_t n, uint32_t *id, struct isg_error *err);
/** Row of a word in the vocabulary by isg_ner_find_word; 0 if it is unknown. */
ISG_MUST_CHECK enum isg_status isg_ner_vocab_word(
    const struct isg_ner_vocab *v, const char *form, size_t n, uint32_t *row, struct isg_error *err);
/** The form in lower case with each digit replaced by 0; isg_free it; NULL = no memory. */
char *isg_ner_normal_form(const char *form, size_t n, size_t *out_n);

#endif
