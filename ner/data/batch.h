/** @file ner/data/batch.h  Packed sentences as the network reads them. */
#ifndef ISG_NER_DATA_BATCH_H
#define ISG_NER_DATA_BATCH_H
#include "ner/data/forms.h"
#include "ner/engine/seqs.h"

/** T tokens, K kinds (the distinct forms of the batch). Memory is kept from batch to batch; a zeroed struct is empty. */
struct isg_ner_batch {
    struct isg_seqs sentences;
    uint32_t n_tokens, n_kinds;
    ISG_ARRAY(uint32_t) offset;
    ISG_ARRAY(uint32_t) word;    /**< T */
    ISG_ARRAY(uint32_t) shape;   /**< T */
    ISG_ARRAY(uint32_t) kind;    /**< T: number of its kind */
    ISG_ARRAY(uint32_t) feature; /**< features of the vocabulary x T */
    struct isg_seqs kind_chars;  /**< characters of each kind */
    ISG_ARRAY(uint32_t) char_offset;
    ISG_ARRAY(uint32_t) chars;
    ISG_ARRAY(uint32_t) kind_form; /**< K: its form */
    ISG_ARRAY(uint32_t) seen;      /**< by form: kind + 1 while building */
};
void isg_ner_batch_fini(struct isg_ner_batch *b); /**< a zeroed struct is fine */
/** Packs n sentences. Sentence i has n_tokens[i] form numbers at tokens[i], and its features token after token at
 * features[i]; features NULL = 0 for all. */
ISG_MUST_CHECK enum isg_status isg_ner_batch_build(struct isg_ner_batch *b, const struct isg_ner_forms *forms,
    const uint32_t *const *tokens, const uint32_t *n_tokens, const uint32_t *const *features, uint32_t n,
    struct isg_error *err);

#endif
