/** @file ner/tag/write.h  Writes a batch as columns, text with entities, or JSON lines. */
#ifndef ISG_NER_TAG_WRITE_H
#define ISG_NER_TAG_WRITE_H
#include "ner/tag/batch.h"

/** Tags in the output's scheme. A zeroed struct is empty; its memory is kept from batch to batch. */
struct isg_tag_output {
    struct isg_spans spans;       /**< of a sentence */
    ISG_ARRAY(char) letters;      /**< n_tokens x n best */
    ISG_ARRAY(uint32_t) types;    /**< likewise; ISG_NO_ID outside entities */
    ISG_ARRAY(char) path_letters; /**< of one path of a sentence */
    ISG_ARRAY(uint32_t) path_types;
};
void isg_tag_output_fini(struct isg_tag_output *o);
/** For isg_tagger.write, with a struct isg_tag_output as its cookie. */
ISG_MUST_CHECK enum isg_status isg_tag_write(struct isg_tagger *t, struct isg_error *err);

#endif
