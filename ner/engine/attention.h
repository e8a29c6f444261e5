/** @file ner/engine/attention.h  Attention within each sequence: Xie's self-attention, scaled dot-product heads. */
#ifndef ISG_NER_ENGINE_ATTENTION_H
#define ISG_NER_ENGINE_ATTENTION_H
#include "ner/engine/tape.h"

enum isg_mask_self {
    /** Xie et al. 2018: the diagonal is zeroed after the softmax, without renormalising */
    ISG_SELF_PAPER,
    /** Xie's code: the logit on the diagonal is multiplied by 0, so that a token keeps weight e^0 / Z for itself */
    ISG_SELF_CODE,
    /** logit -inf: a token has no weight for itself, the others sum to 1 (a sentence of one token: context 0) */
    ISG_SELF_CLEAN
};
/**
 * Self-attention of Xie et al. 2018, section 3.3: Q = K = tanh(h W + b), c_i = sum_j A_ij h_j over the tokens j of the
 * sequence, A = softmax(Q K^T) by row with the diagonal masked. h T x D, W D x D, b 1 x D -> c, T x D. The model
 * concatenates [h ; c]. Time and memory are quadratic in the length of a sequence.
 */
struct isg_node *isg_self_attention(struct isg_tape *t, struct isg_node *h, const struct isg_seqs *seqs,
    const struct isg_param *w, const struct isg_param *b, enum isg_mask_self mask);
/**
 * Scaled dot-product attention by sequence and head (Vaswani et al. 2017, eq. 1; Cao et al. 2018, eq. 6-8). Head m uses
 * columns m D / heads .. (m + 1) D / heads - 1 of q, k and v: softmax(q k^T * scale) v. All T x D -> T x D; heads must
 * divide D. Time and memory are quadratic in the length of a sequence.
 * @param scale  0 = 1 / sqrt(D / heads)
 */
struct isg_node *isg_attention(struct isg_tape *t, struct isg_node *q, struct isg_node *k, struct isg_node *v,
    const struct isg_seqs *seqs, uint32_t heads, isg_real scale);

#endif
