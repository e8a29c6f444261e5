/** @file ner/engine/lstm.h  Bidirectional LSTM over packed sequences. */
#ifndef ISG_NER_ENGINE_LSTM_H
#define ISG_NER_ENGINE_LSTM_H
#include "ner/engine/tape.h"

/** One direction of an LSTM (Hochreiter & Schmidhuber 1997, with forget gate): columns in gate order i, f, g, o. */
struct isg_lstm {
    const struct isg_param *wx; /**< D x 4H */
    const struct isg_param *wh; /**< H x 4H */
    const struct isg_param *b;  /**< 1 x 4H */
};
struct isg_bilstm {
    struct isg_lstm fw, bw;
};
/** Adds "<prefix>.fw.wx", ".fw.wh", ".fw.b" and the same of ".bw" to a table that is not sealed. */
ISG_MUST_CHECK enum isg_status isg_bilstm_add(struct isg_params *p, struct isg_bilstm *out, const char *prefix,
    uint32_t input, uint32_t hidden, struct isg_error *err);
/** Xavier for wx and wh; b is 0, forget_bias for the forget gate. The table must be sealed. */
void isg_bilstm_init(struct isg_params *p, const struct isg_bilstm *l, isg_real forget_bias, uint64_t seed);
/**
 * i, f, o = sigmoid and g = tanh of x_t Wx + h_{t-1} Wh + b; c_t = f c_{t-1} + i g; h_t = o tanh(c_t); h_0 = c_0 = 0;
 * the backward direction runs from the last row. x T x D -> T x 2H, [forward ; backward]. Stack layers by calling it on
 * its own output.
 */
struct isg_node *isg_bilstm(
    struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs, const struct isg_bilstm *l);

#endif
