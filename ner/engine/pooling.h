/** @file ner/engine/pooling.h  One row from the rows of each sequence. An empty sequence gives zeros. */
#ifndef ISG_NER_ENGINE_POOLING_H
#define ISG_NER_ENGINE_POOLING_H
#include "ner/engine/tape.h"

/** Final states of a BiLSTM's output h, T x 2H: forward half of the last row, backward half of the first -> S x 2H. */
struct isg_node *isg_bilstm_ends(struct isg_tape *t, struct isg_node *h, const struct isg_seqs *seqs);
/** y[s, j] = max_t x[t, j]. x T x D -> S x D. Ties: the first row. */
struct isg_node *isg_pool_max(struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs);
/** y_s = sum_t a_t x_t with a = softmax of score over the sequence (DATNet, eq. 3). x T x D, score T x 1 -> S x D. */
struct isg_node *isg_pool_attention(
    struct isg_tape *t, struct isg_node *x, struct isg_node *score, const struct isg_seqs *seqs);

#endif
