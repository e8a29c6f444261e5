/** @file ner/engine/linear.h  Linear layer. */
#ifndef ISG_NER_ENGINE_LINEAR_H
#define ISG_NER_ENGINE_LINEAR_H
#include "ner/engine/tape.h"

/** y = x W + b. x T x D, W D x N, b 1 x N or NULL -> T x N. */
struct isg_node *isg_linear(
    struct isg_tape *t, struct isg_node *x, const struct isg_param *w, const struct isg_param *b);

#endif
