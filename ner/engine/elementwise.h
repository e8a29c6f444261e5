/** @file ner/engine/elementwise.h  Arithmetic by element, and rows and columns moved. */
#ifndef ISG_NER_ENGINE_ELEMENTWISE_H
#define ISG_NER_ENGINE_ELEMENTWISE_H
#include "ner/engine/tape.h"

/** y[i] = x[index[i]], n x D. An index past x: ISG_EUSAGE. */
struct isg_node *isg_rows(struct isg_tape *t, struct isg_node *x, const uint32_t *index, uint32_t n);
/** [x_0 ; x_1 ; ...], columns side by side; all have the same number of rows, none is NULL. */
struct isg_node *isg_concat(struct isg_tape *t, struct isg_node *const *x, uint32_t n);
/** a + b, same shape. */
struct isg_node *isg_add(struct isg_tape *t, struct isg_node *a, struct isg_node *b);
/** c x. */
struct isg_node *isg_scale(struct isg_tape *t, struct isg_node *x, isg_real c);
struct isg_node *isg_tanh(struct isg_tape *t, struct isg_node *x);
/** Gradient reversal (Ganin & Lempitsky 2015): y = x, dx = -coef dy. coef >= 0. */
struct isg_node *isg_reverse(struct isg_tape *t, struct isg_node *x, isg_real coef);

#endif
