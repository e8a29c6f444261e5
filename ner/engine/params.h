/** @file ner/engine/params.h  The parameter table: every weight of a model by name, in one block of memory.
 *
 * A model adds its parameters, seals the table (which allocates), initialises or loads them, and builds tapes
 * on it. Names are dotted paths ("word.weight", "shared.lstm.fw.wx"), so that a transfer mode picks groups by
 * pattern: isg_params_each(params, "shared.*", freeze, NULL);
 */
#ifndef ISG_NER_ENGINE_PARAMS_H
#define ISG_NER_ENGINE_PARAMS_H
#include "ner/engine/real.h"

/** One parameter: a matrix rows x cols, row-major (a vector is 1 x cols). */
struct isg_param {
    const char *name; /**< lives as long as the table */
    uint32_t index;   /**< place in the table */
    uint32_t rows, cols;
    bool sparse;               /**< an embedding table: only rows used in the batch get a gradient and an update */
    bool frozen;               /**< no gradient is computed and no update made; may be changed between steps */
    isg_real lr_scale;         /**< its learning rate over the schedule's; default 1 */
    isg_real l2;               /**< weight decay added to the gradient: l2 * w; default 0 */
    isg_real l2_start;         /**< pull to isg_param_mark_start's values: l2_start * (w - start); default 0 */
    isg_real *value;           /**< rows * cols */
    isg_real *start;           /**< values of isg_param_mark_start, or NULL */
    isg_real *state[2];        /**< of the optimiser: momentum, or Adam's two moments; NULL until wanted; save for
                           --resume */
    isg_real *average;         /**< running average of the values, or NULL; save for --resume */
    uint64_t version;          /**< counts changes of `value`; call isg_param_changed after writing to it */
    struct isg_packed *packed; /**< private: copies of `value` in the kernels' order */
};

struct isg_params; /**< The table. Reading from several threads is safe while nobody writes. */

ISG_MUST_CHECK enum isg_status isg_params_new(struct isg_params **out, struct isg_error *err);
void isg_params_free(struct isg_params *p); /**< NULL is fine */
/**
 * Adds a parameter; its memory comes with isg_params_seal. A name twice, a size of 0, or rows * cols over
 * 2^31 is ISG_EUSAGE. The pointer stays good as long as the table.
 */
ISG_MUST_CHECK enum isg_status isg_params_add(struct isg_params *p, struct isg_param **out, const char *name,
    uint32_t rows, uint32_t cols, bool sparse, struct isg_error *err);
/** Allocates all values (zero) in one block, each parameter 64-byte aligned. No parameter can be added
 * afterwards. */
ISG_MUST_CHECK enum isg_status isg_params_seal(struct isg_params *p, struct isg_error *err);
uint32_t isg_params_count(const struct isg_params *p);
struct isg_param *isg_params_at(const struct isg_params *p, uint32_t i);         /**< in order of adding */
struct isg_param *isg_params_find(const struct isg_params *p, const char *name); /**< or NULL */
/** Elements of all parameters, frozen ones included. */
uint64_t isg_params_size(const struct isg_params *p);
/** Does name match a pattern? '*' matches any characters (dots too), '?' one; "a|b" matches either. */
bool isg_glob(const char *pattern, const char *name);
/** Calls fn for each parameter that matches; returns how many did. */
uint32_t isg_params_each(
    struct isg_params *p, const char *pattern, void (*fn)(void *cookie, struct isg_param *param), void *cookie);

static inline size_t isg_param_size(const struct isg_param *p)
{
    return (size_t)p->rows * p->cols;
}
/** Must follow any direct write to p->value. */
void isg_param_changed(struct isg_param *p);
/** Uniform in [-a, a]. Each initialiser draws from the random stream (seed, p->name), whatever other parameters do. */
void isg_param_uniform(struct isg_param *p, isg_real a, uint64_t seed);
/** Glorot & Bengio 2010: uniform with a = sqrt(6 / (rows + cols)). */
void isg_param_xavier(struct isg_param *p, uint64_t seed);
void isg_param_fill(struct isg_param *p, isg_real value);
/** Keeps a copy of the values as the point that l2_start pulls to. */
ISG_MUST_CHECK enum isg_status isg_param_mark_start(struct isg_params *t, struct isg_param *p, struct isg_error *err);
/** Exchanges values and averages (to tag and score with averaged weights; call it again to exchange them back). */
void isg_params_swap_average(struct isg_params *p);
/** ISG_ENUMERIC naming the first parameter that holds NaN or infinity. */
ISG_MUST_CHECK enum isg_status isg_params_check(const struct isg_params *p, struct isg_error *err);

#endif
