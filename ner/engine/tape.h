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
 * return NULL, and isg_backward or isg_tape_status return the first error. So a graph is built without a check
 * on each line.
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
#include "ner/engine/isa.h"
#include "ner/engine/params.h"
#include "ner/engine/seqs.h"

struct isg_tape;

struct isg_node {
    uint32_t rows, cols;
    isg_real *x;       /**< value, rows * cols */
    isg_real *dx;      /**< gradient of the loss, after isg_backward; NULL if none was needed */
    bool wants;        /**< does the loss's gradient have to reach this node? */
    struct isg_op *op; /**< private */
};

/** Returns ISG_ENOMEM, or ISG_EUSAGE if the processor lacks the instruction set. The table must be sealed and outlive
 * the tape. */
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
/** Scratch memory that lives until the reset, not zeroed; NULL (and the error kept) if memory runs out. */
void *isg_tape_alloc(struct isg_tape *t, size_t n, size_t size);

/**
 * Gradient of scale * loss (a 1 x 1 node) with respect to all nodes made since the last isg_backward and to
 * all parameters that are not frozen. Parameter gradients of several calls add up until the reset. A loss
 * that is NaN or infinite: ISG_ENUMERIC. A second pass (adversarial training) builds its graph again, inputs
 * included, after the first isg_backward, whose node gradients stay readable.
 */
ISG_MUST_CHECK enum isg_status isg_backward(
    struct isg_tape *t, struct isg_node *loss, isg_real scale, struct isg_error *err);
/** Asks for the gradient of a node although no parameter lies below it (perturbation). Call it before the node is used. */
void isg_want_grad(struct isg_node *x);

#endif
