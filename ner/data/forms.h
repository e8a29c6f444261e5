/** @file ner/data/forms.h  Word forms encoded once: what the network reads of each. */
#ifndef ISG_NER_DATA_FORMS_H
#define ISG_NER_DATA_FORMS_H
#include "ner/data/corpus.h"
#include "ner/data/vocab.h"

/** Shapes of words: 5 casings x (no, some, only digits) x (no, some punctuation). */
#define ISG_NER_N_SHAPES 30

/** F forms; grows as new ones are met. */
struct isg_ner_forms {
    const struct isg_ner_vocab *vocab; /**< borrowed */
    struct isg_strtab *index;          /**< form -> number */
    ISG_ARRAY(uint32_t) word;          /**< F: row of the vocabulary */
    ISG_ARRAY(uint32_t) shape;         /**< F */
    ISG_ARRAY(uint32_t) char_offset;   /**< F + 1: first character of each */
    ISG_ARRAY(uint32_t) chars;         /**< character ids of all forms */
};
ISG_MUST_CHECK enum isg_status isg_ner_forms_init(
    struct isg_ner_forms *f, const struct isg_ner_vocab *vocab, struct isg_error *err);
void isg_ner_forms_fini(struct isg_ner_forms *f); /**< a zeroed struct is fine */
/** Number of a form, added if it is new. */
ISG_MUST_CHECK enum isg_status isg_ner_forms_add(
    struct isg_ner_forms *f, const char *form, size_t n, uint32_t *id, struct isg_error *err);
/** Adds all forms of a corpus; (*map)[id in the corpus] = number here; isg_free it. */
ISG_MUST_CHECK enum isg_status isg_ner_forms_of_corpus(
    struct isg_ner_forms *f, const struct isg_ner_corpus *corpus, uint32_t **map, struct isg_error *err);

#endif
