/** @file ner/engine/lookup.h  Inputs of a graph: matrices, and rows of embedding tables. */
#ifndef ISG_NER_ENGINE_LOOKUP_H
#define ISG_NER_ENGINE_LOOKUP_H
#include "ner/engine/tape.h"

/** y[i] = E[ids[i]], n x D; ISG_NO_ID gives a zero row, any other number past the table ISG_EUSAGE. */
struct isg_node *isg_lookup(struct isg_tape *t, const struct isg_param *e, const uint32_t *ids, uint32_t n);
/** Rows of a constant table, table_rows x cols; ids >= table_rows, ISG_NO_ID among them, give zero rows. */
struct isg_node *isg_lookup_const(
    struct isg_tape *t, const float *table, uint32_t table_rows, uint32_t cols, const uint32_t *ids, uint32_t n);

#endif
