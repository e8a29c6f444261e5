/** @file ner/decode/given.h  Forced decoding: tags of the input limit the labels that are possible. */
#ifndef ISG_NER_DECODE_GIVEN_H
#define ISG_NER_DECODE_GIVEN_H
#include "ner/data/labels.h"

/** Scratch of reading given tags; a zeroed struct is empty, memory is kept from sentence to sentence. */
struct isg_ner_given {
    struct isg_strtab *types; /**< entity types met so far, all of them the model's */
    ISG_ARRAY(char) letters;
    ISG_ARRAY(uint32_t) type;
    ISG_ARRAY(uint32_t) labels;
    ISG_ARRAY(uint8_t) doubt;
    struct isg_spans spans;
};
void isg_ner_given_fini(struct isg_ner_given *g);
/**
 * The labels allowed on each token of a sentence whose tag column was read with open_tags: "?" allows all, another tag its
 * own label (next to "?" also those that leave its entity's end open, as in training).
 * @param allowed  out: b->n_tokens x (labels of v) bytes, as in isg_crf_input
 * @return ISG_EDATA for a type that the model does not know
 */
ISG_MUST_CHECK enum isg_status isg_ner_given_read(struct isg_ner_given *g, const struct isg_columns_reader *r,
    const struct isg_block *b, const struct isg_ner_vocab *v, bool bioes, const char *path, uint8_t *allowed,
    struct isg_error *err);

#endif
