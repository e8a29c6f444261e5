/** @file ner/engine/dropout.h  Dropout of numbers, of columns by sequence, and of rows.
 *
 * Masks are a function of (seed, step, shard, name, row, column) alone, so neither the order of calls nor the number of
 * threads changes them. Rate 0, or a tape that is not training: x itself is returned. Rates lie in [0, 1).
 */
#ifndef ISG_NER_ENGINE_DROPOUT_H
#define ISG_NER_ENGINE_DROPOUT_H
#include "ner/engine/tape.h"

/**
 * Inverted dropout: each number becomes 0 with probability rate, else x / (1 - rate).
 * @param name  distinguishes layers
 */
struct isg_node *isg_dropout(struct isg_tape *t, struct isg_node *x, isg_real rate, const char *name);
/** Variational dropout (Gal & Ghahramani 2016): one mask of D numbers for each sequence. */
struct isg_node *isg_dropout_seq(
    struct isg_tape *t, struct isg_node *x, const struct isg_seqs *seqs, isg_real rate, const char *name);
/** Word dropout: a whole row becomes 0 with probability rate; other rows are not scaled. */
struct isg_node *isg_dropout_row(struct isg_tape *t, struct isg_node *x, isg_real rate, const char *name);

#endif
