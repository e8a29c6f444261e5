/** @file ner/data/labels.h  Labels of a vocabulary (BIO or BIOES over its types) and the spans they encode. */
#ifndef ISG_NER_DATA_LABELS_H
#define ISG_NER_DATA_LABELS_H
#include "ner/data/corpus.h"
#include "ner/data/vocab.h"

/** Adds the labels of all types, in bytewise order of their names, so that the order of sentences does not change the
 * model. */
ISG_MUST_CHECK enum isg_status isg_ner_vocab_labels(
    struct isg_ner_vocab *v, const struct isg_strtab *types, bool bioes, struct isg_error *err);
/** Adds the labels of one type. */
ISG_MUST_CHECK enum isg_status isg_ner_vocab_add_type(
    struct isg_ner_vocab *v, const char *type, size_t n, bool bioes, struct isg_error *err);
/** Name of type t of the vocabulary; *n gets its length. */
const char *isg_ner_type_name(const struct isg_ner_vocab *v, uint32_t t, size_t *n);
/** Number of the type of that name, or ISG_NO_ID. */
uint32_t isg_ner_type_find(const struct isg_ner_vocab *v, const char *name, size_t n);
/** Label ids of a sentence of n tokens; types that the vocabulary lacks become O. */
void isg_ner_labels_from_spans(const struct isg_ner_vocab *v, bool bioes, const struct isg_strtab *types,
    const struct isg_span *spans, size_t n_spans, uint32_t n, uint32_t *labels);
/** The labels that are possible where the spans gave label y with this doubt about it: may[k] non-zero = label k is. */
void isg_ner_possible_labels(const struct isg_ner_vocab *v, uint32_t y, uint8_t doubt, uint8_t *may);
/** Spans of a sequence of n label ids; their types number the vocabulary's. spans has room for n. */
size_t isg_ner_spans_from_labels(
    const struct isg_ner_vocab *v, const uint32_t *labels, uint32_t n, struct isg_span *spans);

#endif
