/** @file ner/engine/tape.h  A tape of differentiable operations over packed sequences.
 *
 * A node is a matrix (rows x cols, row-major, no padding): a row is a token, a character, a word type or a
 * sentence. Each function below computes its value at once, remembers how to go back, and returns the new
 * node. isg_backward then walks the tape backwards and leaves the gradient in the nodes (dx) and in the
 * tape's own gradient buffer for the parameters. Everything a tape hands out lives until isg_tape_reset.
 *
 *     isg_tape_reset(t, &(struct isg_run){.training = true, .seed = 1, .step = n});
 *     struct isg_node *x = isg_lookup(t, words, ids, n_tokens);
 *     struct isg_node *h = isg_bilstm(t, isg_dropout(t, x, 0.5f, "in"), &sentences, &lstm);
 *     struct isg_node *loss = isg_crf_loss(t, isg_linear(t, h, w, b), NULL, &sentences, &crf, &target);
 *     ISG_TRY(isg_backward(t, loss, 1.0f / batch_size, err));
 *
 * Errors (no memory, sizes that do not fit) are kept in the tape: the call returns NULL, calls on NULL nodes
 * return NULL, and isg_backward or isg_tape_status tell the first error. So a graph is built without a check
 * a line.
 *
 * Data-parallel training: one tape a shard, each used by one thread at a time; isg_optim_step (optim.h) adds
 * the tapes' gradients in the order given. As the split does not depend on the number of threads, neither
 * does any bit.
 *
 * Borrowed until the tape's reset: parameters and struct isg_seqs with its offsets (put them beside the
 * batch, not on a stack frame that ends before isg_backward). Everything else that is passed in is copied.
 *
 * Letters used for shapes: T rows (tokens), S sequences, D input size, H hidden size, L tags, K, F, ... as
 * said.
 */
#ifndef ISG_NER_ENGINE_TAPE_H
#define ISG_NER_ENGINE_TAPE_H
#include "ner/engine/params.h"
#include "ner/engine/seqs.h"

struct isg_tape;

struct isg_node {
    uint32_t rows, cols;
    isg_real *x;       /**< value, rows * cols */
    isg_real *dx;      /**< gradient of the loss, after isg_backward; NULL where none was needed */
    bool wants;        /**< does the loss's gradient have to reach this node? */
    struct isg_op *op; /**< private */
};

/** A kernel level: which instruction set. AUTO = the best the processor has. Results differ in the last bits
 * by level. */
enum isg_level_isa { ISG_ISA_AUTO, ISG_ISA_BASE, ISG_ISA_AVX2, ISG_ISA_AVX512 };
const char *isg_isa_name(enum isg_level_isa isa);
enum isg_level_isa isg_isa_best(void); /**< what AUTO means here */

/** NULL error path: ISG_ENOMEM; ISG_EUSAGE for an instruction set that this processor does not have. */
ISG_MUST_CHECK enum isg_status isg_tape_new(
    struct isg_tape **out, const struct isg_params *params, enum isg_level_isa isa, struct isg_error *err);
void isg_tape_free(struct isg_tape *t); /**< NULL is fine */

struct isg_run {
    bool training;  /**< dropout is active and gradients can be asked for; else values only, less memory */
    uint64_t seed;  /**< of dropout */
    uint64_t step;  /**< of dropout: a new number for each batch */
    uint64_t shard; /**< of dropout: which part of the batch this tape holds */
};
/** Forgets all nodes, the gradients and any error; keeps the memory. */
void isg_tape_reset(struct isg_tape *t, const struct isg_run *run);
ISG_MUST_CHECK enum isg_status isg_tape_status(const struct isg_tape *t, struct isg_error *err);
/** Scratch memory that lives until the reset; NULL (and the error kept) when there is none. Not zeroed. */
void *isg_tape_alloc(struct isg_tape *t, size_t n, size_t size);

/**
 * Gradient of scale * loss (a 1 x 1 node) with respect to all nodes made since the last isg_backward and to
 * all parameters that are not frozen. Parameter gradients of several calls add up until the reset. A loss
 * that is NaN or infinite: ISG_ENUMERIC. A second pass (adversarial training) builds its graph anew, inputs
 * included, after the first isg_backward, whose node gradients stay readable.
 */
ISG_MUST_CHECK enum isg_status isg_backward(
    struct isg_tape *t, struct isg_node *loss, isg_real scale, struct isg_error *err);
/** Gradient of a dense parameter as gathered in this tape (rows * cols), NULL = none reached it. For tests;
 * sparse parameters: isg_tape_sparse_grad. */
const isg_real *isg_tape_grad(const struct isg_tape *t, const struct isg_param *p);
/** Adds the gradient of one row of a sparse parameter to out (cols numbers). */
void isg_tape_sparse_grad(const struct isg_tape *t, const struct isg_param *p, uint32_t row, isg_real *out);

/* ---- inputs ---- */
/** A copy of rows x cols numbers (x NULL: zeros). wants = its gradient is to be computed (perturbation,
 * tests). */
struct isg_node *isg_input(struct isg_tape *t, const isg_real *x, uint32_t rows, uint32_t cols, bool wants);
/** Rows of a parameter by number: y[i] = E[ids[i]]; ISG_NO_ID gives a zero row. ids is copied. */
struct isg_node *isg_lookup(struct isg_tape *t, const struct isg_param *e, const uint32_t *ids, uint32_t n);
/** Rows of a constant float table (mapped vectors); ids >= table_rows, ISG_NO_ID among them, give zero rows. */
struct isg_node *isg_lookup_const(
    struct isg_tape *t, const float *table, uint32_t table_rows, uint32_t cols, const uint32_t *ids, uint32_t n);
/** Makes the loss's gradient come to this node although no parameter lies below (call before the node is
 * used). */
void isg_want_grad(struct isg_node *x);
/** Unknown-word training: each id is replaced by `unknown` with probability rate (training only). ids in
 * place. */
void isg_drop_ids(
    const struct isg_tape *t, uint32_t *ids, uint32_t n, isg_real rate, uint32_t unknown, const char *name);

/* ---- elementwise and by row ---- */
struct isg_node *isg_rows(
    struct isg_tape *t, struct isg_node *x, const uint32_t *index, uint32_t n); /**< y[i] = x[index[i]] */
/** Side by side: n nodes with equal rows (NULL among them: error kept). */
struct isg_node *isg_concat(struct isg_tape *t, struct isg_node *const *x, uint32_t n);
/** Columns first .. first + n - 1. */
struct isg_node *isg_slice(struct isg_tape *t, struct isg_node *x, uint32_t first, uint32_t n);
struct isg_node *isg_add(struct isg_tape *t, struct isg_node *a, struct isg_node *b); /**< a + b, same shape */
struct isg_node *isg_mul(struct isg_tape *t, struct isg_node *a, struct isg_node *b); /**< elementwise */
struct isg_node *isg_scale(struct isg_tape *t, struct isg_node *x, isg_real c);       /**< c x */
struct isg_node *isg_tanh(struct isg_tape *t, struct isg_node *x);
struct isg_node *isg_sigmoid(struct isg_tape *t, struct isg_node *x);
struct isg_node *isg_relu(struct isg_tape *t, struct isg_node *x); /**< gradient at 0 is 0 */
/** y = x W + b. x T x D, W D x N, b 1 x N or NULL. */
struct isg_node *isg_linear(
    struct isg_tape *t, struct isg_node *x, const struct isg_param *w, const struct isg_param *b);
/** Highway (Srivastava et al. 2015, eq. 3): g = sigmoid(x Wg + bg); y = g * relu(x Wh + bh) + (1 - g) * x. W
 * D x D. */
struct isg_node *isg_highway(struct isg_tape *t, struct isg_node *x, const struct isg_param *wg,
    const struct isg_param *bg, const struct isg_param *wh, const struct isg_param *bh);
/** Layer normalisation (Ba et al. 2016): y = gain * (x - mean) / sqrt(variance + 1e-5) + bias, by row; gain,
 * bias 1 x D. */
struct isg_node *isg_layer_norm(
    struct isg_tape *t, struct isg_node *x, const struct isg_param *gain, const struct isg_param *bias);
/** Identity forwards; backwards the gradient times -coef (Ganin & Lempitsky 2015, gradient reversal). coef >=
 * 0. */
struct isg_node *isg_reverse(struct isg_tape *t, struct isg_node *x, isg_real coef);

/**
 * Inverted dropout: each number is 0 with probability rate, else x / (1 - rate). The mask is a function of
 * (seed, step, shard, name, row, column) alone. rate 0, or not training: x itself is returned. rate in [0,
 * 1).
 * @param name  tells layers apart
 */
struct isg_node *isg_dropout(struct isg_tape *t, struct isg_node *x, isg_real rate, const char *name);
/** Variational dropout (Gal & Ghahramani 2016): one mask of cols numbers for each sequence. */
struct isg_node *isg_dropout_seq(
    struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs, isg_real rate, const char *name);
/** Word dropout: whole rows are 0 with probability rate; the others are not scaled (rate applies to training
 * only). */
struct isg_node *isg_dropout_row(struct isg_tape *t, struct isg_node *x, isg_real rate, const char *name);

enum isg_norm {
    ISG_NORM_SEQ,     /**< ||eta||_2 = eps for each sequence (all rows and columns together) */
    ISG_NORM_SEQ_DIM, /**< ||eta||_2 = eps for each sequence and column: DATNet's code for characters */
    ISG_NORM_ROW      /**< ||eta||_2 = eps for each row */
};
/**
 * Adversarial perturbation (Goodfellow et al. 2015; Miyato et al. 2017; DATNet section 3.3): y = x + eps g /
 * ||g||_2, g constant. A gradient of all zeros gives y = x. The gradient passes to x unchanged.
 * @param g  x->rows * x->cols numbers: dx of the same input in the first pass (isg_want_grad)
 */
struct isg_node *isg_perturb(struct isg_tape *t, struct isg_node *x, const isg_real *g, const struct isg_seqs *seqs,
    isg_real eps, enum isg_norm norm);

/* ---- encoders ---- */
/**
 * Character CNN: for each sequence (a word's characters) and filter f, y[s, f] = max over positions p of
 * sum_{k < width} x[p + k - width / 2] . W[k] + b[f], with rows outside the sequence zero. Length 0 gives
 * zeros. x T x D, W (width * D) x F (row k * D + d), b 1 x F or NULL -> S x F. Ties: the first position.
 */
struct isg_node *isg_char_cnn(struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs, uint32_t width,
    const struct isg_param *w, const struct isg_param *b);

/** One direction of an LSTM (Hochreiter & Schmidhuber 1997, with forget gate): columns in gate order i, f, g,
 * o. */
struct isg_lstm {
    const struct isg_param *wx; /**< D x 4H */
    const struct isg_param *wh; /**< H x 4H */
    const struct isg_param *b;  /**< 1 x 4H */
};
struct isg_bilstm {
    struct isg_lstm fw, bw;
};
/** Adds "<prefix>.fw.wx", ".fw.wh", ".fw.b", ".bw.*" to a table. */
ISG_MUST_CHECK enum isg_status isg_bilstm_add(struct isg_params *p, struct isg_bilstm *out, const char *prefix,
    uint32_t input, uint32_t hidden, struct isg_error *err);
/** Xavier for wx and wh, 0 for b, forget_bias for its f part. After the seal. */
void isg_bilstm_init(struct isg_params *p, const struct isg_bilstm *l, isg_real forget_bias, uint64_t seed);
/**
 * i, f, o = sigmoid, g = tanh of x_t Wx + h_{t-1} Wh + b; c_t = f c_{t-1} + i g; h_t = o tanh(c_t); h_0 = c_0
 * = 0. x T x D -> T x 2H, [forward ; backward]. Stack layers by calling it on its own output.
 */
struct isg_node *isg_bilstm(
    struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs, const struct isg_bilstm *l);
/** One direction only, T x H. */
struct isg_node *isg_lstm(
    struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs, const struct isg_lstm *l, bool reverse);
/** Final states of a T x 2H BiLSTM output: forward at the last row, backward at the first -> S x 2H (length
 * 0: zeros). */
struct isg_node *isg_bilstm_ends(struct isg_tape *t, struct isg_node *h, const struct isg_seqs *seqs);

enum isg_mask_self {
    ISG_SELF_PAPER, /**< Xie et al. 2018: the diagonal is zeroed after the softmax, without renormalising */
    ISG_SELF_CODE,  /**< Xie's code: the diagonal's logit is multiplied by 0, so that self keeps weight e^0 / Z */
    ISG_SELF_CLEAN  /**< logit -inf: self gets no weight, the rest sums to 1 (a sentence of one token: context
                      0) */
};
/**
 * Self-attention of Xie et al. 2018: Q = K = tanh(h W + b), c_i = sum_j A_ij h_j inside each sequence, A from
 * softmax(Q K^T) with the diagonal masked. h T x D, W D x D, b 1 x D -> c, T x D. The model concatenates [h ;
 * c].
 */
struct isg_node *isg_self_attention(struct isg_tape *t, struct isg_node *h, const struct isg_seqs *seqs,
    const struct isg_param *w, const struct isg_param *b, enum isg_mask_self mask);
/**
 * Scaled dot-product attention in each sequence and head (Vaswani et al. 2017; Cao et al. 2018 eq. 6-8): head
 * m uses columns m D/heads .. of q, k and v: softmax(q k^T * scale) v. All T x D -> T x D. scale 0 = 1 /
 * sqrt(D / heads).
 */
struct isg_node *isg_attention(struct isg_tape *t, struct isg_node *q, struct isg_node *k, struct isg_node *v,
    const struct isg_seqs *seqs, uint32_t heads, isg_real scale);
struct isg_node *isg_pool_max(
    struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs); /**< S x D; length 0: zeros */
struct isg_node *isg_pool_mean(struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs); /**< S x D */
struct isg_node *isg_pool_sum(struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs);  /**< S x D */
/** Bahdanau-style pooling: a_t = softmax over the sequence of score[t] (T x 1 node); y = sum_t a_t x_t. S x
 * D. */
struct isg_node *isg_pool_attention(
    struct isg_tape *t, struct isg_node *x, struct isg_node *score, const struct isg_seqs *seqs);

/* ---- losses: 1 x 1 nodes, summed (not averaged) over rows or sequences ---- */
/**
 * Softmax cross-entropy: sum_r weights[r] * -log softmax(x_r)[target[r]]. target ISG_NO_ID = row without
 * loss.
 * @param weights  one a row, or NULL = 1
 */
struct isg_node *isg_softmax_loss(
    struct isg_tape *t, struct isg_node *x, const uint32_t *target, const isg_real *weights);
/**
 * DATNet's GRAD (section 3.2, eq. 1), r = sigmoid(x_s) = probability of the source, x S x 1:
 * sum over source rows of -alpha (1 - r)^gamma log r, over target rows of -(1 - alpha) r^gamma log(1 - r).
 * gamma 0 and alpha 0.5 give half the plain cross-entropy.
 */
struct isg_node *isg_grad_loss(
    struct isg_tape *t, struct isg_node *x, const bool *is_source, isg_real alpha, isg_real gamma);
/** sum of c[i] * x[i] of n losses. */
struct isg_node *isg_loss_sum(struct isg_tape *t, struct isg_node *const *x, const isg_real *c, uint32_t n);

#endif
