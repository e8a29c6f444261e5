/** @file ner/engine/perturb.h  Adversarial perturbation of an input. */
#ifndef ISG_NER_ENGINE_PERTURB_H
#define ISG_NER_ENGINE_PERTURB_H
#include "ner/engine/tape.h"

/** Over which numbers the norm of the perturbation eta is taken. */
enum isg_norm {
    ISG_NORM_SEQ,     /**< ||eta||_2 = eps for each sequence (all rows and columns together) */
    ISG_NORM_SEQ_DIM, /**< ||eta||_2 = eps for each sequence and column: DATNet's code for characters */
    ISG_NORM_ROW      /**< ||eta||_2 = eps for each row */
};
/**
 * y = x + eta, eta = eps g / ||g||_2 held constant (Goodfellow et al. 2015; Miyato et al. 2017; DATNet section 3.3). Where
 * g is all zeros, eta is 0. The gradient passes to x unchanged.
 * @param g  x->rows x x->cols: dx of the same input in the first pass (isg_want_grad)
 */
struct isg_node *isg_perturb(struct isg_tape *t, struct isg_node *x, const isg_real *g, const struct isg_seqs *seqs,
    isg_real eps, enum isg_norm norm);

#endif
