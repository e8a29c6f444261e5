/** @file ner/engine/charcnn.h  Character CNN: convolution over a word's characters, then the maximum over positions. */
#ifndef ISG_NER_ENGINE_CHARCNN_H
#define ISG_NER_ENGINE_CHARCNN_H
#include "ner/engine/tape.h"

/**
 * For each sequence s (a word's characters) and filter f (Ma & Hovy 2016, section 2.1)
 *     y[s, f] = max over positions p of sum_{k < width} x[p + k - width / 2] . W[k, f] + b[f]
 * where rows outside the sequence are zero. Ties: the first position. An empty sequence gives zeros.
 * x T x D, W (width * D) x F (row k * D + d), b 1 x F or NULL -> S x F.
 */
struct isg_node *isg_char_cnn(struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs, uint32_t width,
    const struct isg_param *w, const struct isg_param *b);

#endif
