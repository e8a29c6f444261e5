/** @file ner/engine/optim.h  Optimisers: one step from the gradients of a batch's tapes. */
#ifndef ISG_NER_ENGINE_OPTIM_H
#define ISG_NER_ENGINE_OPTIM_H
#include "ner/engine/tape.h"

enum isg_optim_kind {
    ISG_SGD,  /**< v = momentum v + g; w -= lr v */
    ISG_ADAM, /**< Kingma & Ba 2015, with bias correction; l2 goes into the gradient */
    ISG_ADAMW /**< Loshchilov & Hutter 2019: weight_decay is taken off the weights, not the gradient */
};
struct isg_optim_opts {
    enum isg_optim_kind kind;
    double lr;           /**< > 0; default 0.015 */
    double momentum;     /**< SGD, [0, 1); default 0.9 */
    double beta1, beta2; /**< Adam, defaults 0.9, 0.999 */
    double epsilon;      /**< Adam, default 1e-8 */
    double weight_decay; /**< AdamW: w -= lr * weight_decay * w; default 0 */
    double clip;         /**< largest global norm of the gradient, 0 = none; default 5 */
    double average;      /**< 0 = none; in (0, 1): running average a = d a + (1 - d) w; 1: mean of the weights
                              after each step so far (Polyak & Juditsky 1992). Default 0 */
};
struct isg_optim_opts isg_optim_defaults(void);

/** How the learning rate changes over a run. */
enum isg_schedule {
    ISG_LR_CONSTANT,
    ISG_LR_INVERSE, /**< lr / (1 + decay * epoch), epoch whole (NCRF++, Xie 2018, DATNet) */
    ISG_LR_EXP,     /**< lr * decay^epoch */
    ISG_LR_COSINE,  /**< lr * (1 + cos(pi * progress)) / 2 over the whole run */
    ISG_LR_LINEAR   /**< lr * (1 - progress) */
};
struct isg_schedule_opts {
    enum isg_schedule kind;
    double decay;
    double warmup;  /**< share of the run, [0, 1), in which the rate rises linearly from 0; default 0 */
    double minimum; /**< lowest rate; default 0 */
};
/** Rate at `epoch` (from 0, with fraction) of `epochs`. */
double isg_schedule_rate(const struct isg_schedule_opts *s, double lr, double epoch, double epochs);

/** What isg_optim_step reports. */
struct isg_optim_report {
    double grad_norm; /**< before clipping, all parameters that are not frozen, L2 terms included */
    bool clipped;
};
struct isg_optim; /**< The optimiser. Its moments live in the parameters (state), its step count here. */
ISG_MUST_CHECK enum isg_status isg_optim_new(
    struct isg_optim **out, struct isg_params *params, const struct isg_optim_opts *opts, struct isg_error *err);
void isg_optim_free(struct isg_optim *o); /**< NULL is fine */
uint64_t isg_optim_steps(const struct isg_optim *o);
void isg_optim_set_steps(struct isg_optim *o, uint64_t steps); /**< for --resume */
/** Moments back to zero (a new training on the same table), no averages yet, step count 0. */
void isg_optim_restart(struct isg_optim *o);
/**
 * Adds the gradients of the tapes (in this order), adds L2 terms, checks for NaN and infinity (ISG_ENUMERIC
 * names the parameter; no weight has changed then), clips, updates every parameter that is not frozen and has
 * a gradient, and packs the new weights. Rows of a sparse parameter without a gradient in this batch stay as
 * they are, moments and L2 included (lazy updates). Work is shared out over the pool in blocks of fixed size:
 * same bits for any number of threads.
 * @param lr      rate of this step, times each parameter's lr_scale
 * @param report  may be NULL
 */
ISG_MUST_CHECK enum isg_status isg_optim_step(struct isg_optim *o, struct isg_tape *const *tapes, uint32_t n_tapes,
    double lr, struct isg_pool *pool, struct isg_optim_report *report, struct isg_error *err);

#endif
