/** @file ner/model/parts.h  What the parts of the network share. Private. */
#ifndef ISG_NER_MODEL_PARTS_H
#define ISG_NER_MODEL_PARTS_H
#include "ner/model/network.h"

/** Adds the parameter "<prefix><name>". */
ISG_MUST_CHECK enum isg_status isg_ner_part_param(struct isg_params *params, struct isg_param **out, const char *prefix,
    const char *name, uint32_t rows, uint32_t cols, bool sparse, struct isg_error *err);
/** Name of a dropout mask: the part's prefix and the place in it. */
const char *isg_ner_part_mask(char out[80], const char *name, const char *place);

#endif
