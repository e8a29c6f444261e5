/** @file ner/transfer/curve.h  The few-shot curve: a tagger's F1 by the number of target sentences. */
#ifndef ISG_NER_TRANSFER_CURVE_H
#define ISG_NER_TRANSFER_CURVE_H
#include "ner/transfer/transfer.h"

struct isg_ner_curve_opts {
    struct isg_ner_transfer_opts run; /**< of each point; its sentences, seed, out and force are set here */
    const uint32_t *sizes;            /**< n_sizes: target sentences, 0 = none, ISG_NO_ID = all */
    size_t n_sizes;
    uint32_t seeds;    /**< runs a point: seeds run.seed, run.seed + 1, ...; a seed also chooses the sentences */
    bool baseline;     /**< also the target alone (mode base), with the same tagger; not at 0 */
    const char *test;  /**< labelled text that is scored; it decides nothing. NULL = the dev score is all */
    const char *model; /**< path for the models, one after the other; removed in the end */
};
struct isg_ner_curve_point {
    uint32_t sentences; /**< there were, no more than the text has */
    uint64_t seed;
    bool baseline;
    double dev_f1; /**< NaN = there is no dev text */
    struct isg_ner_counts test;
    uint32_t best_epoch;
    double seconds;
};
/** Called after each run. Errors end the curve. */
typedef enum isg_status isg_ner_curve_fn(void *cookie, const struct isg_ner_curve_point *point, struct isg_error *err);
/** All runs: sizes, in each the seeds of the method, then of the baseline. */
ISG_MUST_CHECK enum isg_status isg_ner_curve(const struct isg_ner_curve_opts *opts, isg_ner_curve_fn *fn, void *cookie,
    const struct isg_env *env, struct isg_error *err);
/** Means over the seeds as lines, and bars from the lowest to the highest, as SVG; isg_free it; NULL = no
 * memory. use_dev: dev instead of test scores. */
char *isg_ner_few_shot_svg(const struct isg_ner_curve_point *points, size_t n, bool use_dev, const char *title);

#endif
