/** @file align/recipe.h  Ways to a map, and choosing among them. Private to align. */
#ifndef ISG_ALIGN_RECIPE_H
#define ISG_ALIGN_RECIPE_H
#include "align/evidence.h"

/** A way to a map: what --method auto chooses among (recipe.c). */
struct isg_recipe {
    enum isg_align_method method; /**< of the final solution; never AUTO */
    int augment;                  /**< rounds in which mutual neighbours join the seed */
    bool self_learn;              /**< start by self-learning from the seed */
    bool contrast;                /**< end by contrastive refinement */
    double ridge;                 /**< of the whitening (struct isg_whiten), ISG_ALIGN_ADVANCED alone */
};
/** Follows a recipe from the seed pairs. trusted = the pairs are translations, to be kept all the way. Where lin holds
 * a map already, self-learning goes on from it. */
ISG_MUST_CHECK enum isg_status isg_recipe_run(const struct isg_learn *learn, const struct isg_recipe *recipe,
    const struct isg_align_pairs *seed, bool trusted, struct isg_linear *lin, struct isg_align_report *report,
    struct isg_error *err);
/** Chooses by precision (CSLS, P@1) on held-out seed pairs, and says why in report->why. lin gets the map that the
 * choice was made by, where there was something to choose. The held-out pairs also give the evidence its weights; where
 * there are too few, or they are not to be trusted, *evidence stays as it is. */
ISG_MUST_CHECK enum isg_status isg_recipe_choose(const struct isg_learn *learn, bool trusted, struct isg_recipe *recipe,
    struct isg_linear *lin, struct isg_evidence *evidence, struct isg_align_report *report, struct isg_error *err);
/** Without pairs: similarity distributions, self-learning with restarts, the best by mean CSLS;
 * report->degenerate. */
ISG_MUST_CHECK enum isg_status isg_recipe_unsupervised(
    const struct isg_learn *learn, struct isg_linear *lin, struct isg_align_report *report, struct isg_error *err);

#endif
