/** @file align/learn.h  What the methods of fitting share: matrices, pairs of linear maps, induction. Private
 * to align. */
#ifndef ISG_ALIGN_LEARN_H
#define ISG_ALIGN_LEARN_H
#include "align/map.h"
#include "align/topk.h"

/** The preprocessed rows that are learnt from. */
struct isg_learn {
    struct isg_mat v[2];         /**< rows 0 .. frequent-1 as in the files, then the seed's words from further down */
    size_t frequent[2];          /**< opts->vocab_cutoff or fewer */
    struct isg_align_pairs seed; /**< row numbers in v */
    const struct isg_align_opts *opts;
    const struct isg_env *env;
};

/** Pairs to solve for, each with a weight. A zeroed struct is valid for fini. */
struct isg_training {
    struct isg_align_pairs pairs;
    double *weight; /**< n of them, >= 0; NULL = 1 */
    size_t cap;     /**< private */
};
void isg_training_fini(struct isg_training *t);
/**
 * The seed's pairs, weighted by 1 / the number of pairs of their source word, so that a word with many
 * translations does not count more than another, and then those of `more` (NULL = none) that share no word
 * with the seed, with weight more_weight each.
 */
ISG_MUST_CHECK enum isg_status isg_training_make(struct isg_training *out, const struct isg_align_pairs *seed,
    const struct isg_align_pairs *more, double more_weight, const size_t rows[2], struct isg_error *err);

/** x -> x m[ISG_SOURCE], y -> y m[ISG_TARGET]: v[side].cols x dim; NULL = 1. A zeroed struct is valid for
 * fini. */
struct isg_linear {
    float *m[2];
    size_t dim;
};
void isg_linear_fini(struct isg_linear *lin);
/** Takes the matrices of `from`, frees those of `to`. */
void isg_linear_move(struct isg_linear *to, struct isg_linear *from);

/** W = argmin |x W - y|_F over orthogonal W: U V^T of the SVD of x^T y (Schoenemann 1966). m[ISG_TARGET] =
 * NULL. */
ISG_MUST_CHECK enum isg_status isg_solve_procrustes(
    const struct isg_learn *learn, const struct isg_training *training, struct isg_linear *out, struct isg_error *err);

/** Steps of the whitened family. */
struct isg_whiten {
    double ridge; /**< share of the mean eigenvalue added to each before whitening */
    double power; /**< each side's canonical direction j is scaled by s_j^power */
    size_t dim;   /**< leading directions kept; 0 = all */
};
/**
 * x -> x Cxx^(-1/2) U S^power, y -> y Cyy^(-1/2) V S^power, with U S V^T the SVD of Cxx^(-1/2) Cxy Cyy^(-1/2)
 * over the pairs: canonical correlation analysis with each direction weighted by how well it agrees. The
 * sides may differ in dimension.
 */
ISG_MUST_CHECK enum isg_status isg_solve_whitened(const struct isg_learn *learn, const struct isg_training *training,
    const struct isg_whiten *opts, struct isg_linear *out, struct isg_error *err);

/** c (v[a].cols x v[b].cols) = sum over pairs of row_a^T row_b, in double. */
ISG_MUST_CHECK enum isg_status isg_cross_moments(const struct isg_learn *learn, const struct isg_training *training,
    enum isg_side a, enum isg_side b, double *c, struct isg_error *err);

/** The first n rows of a side in the common space, of length 1; free x with isg_free. */
ISG_MUST_CHECK enum isg_status isg_linear_project(const struct isg_learn *learn, const struct isg_linear *lin,
    enum isg_side side, size_t n, struct isg_mat *out, struct isg_error *err);

struct isg_induced {
    struct isg_align_pairs pairs;
    double mean_csls; /**< of the best translation of each frequent source word */
    double mutual;    /**< share of the frequent source words that are the best translation of theirs */
};
/** Mutual CSLS neighbours among the frequent words of both sides, most frequent source word first. */
ISG_MUST_CHECK enum isg_status isg_induce_mutual(
    const struct isg_learn *learn, const struct isg_linear *lin, struct isg_induced *out, struct isg_error *err);

/** The same with n[] words a side, and with a share of the scores left out at random (stochastic dictionary
 * induction, Artetxe et al. 2018, ACL): each of a word's best translations is kept with probability keep,
 * drawn from (seed, round); pairs are those of both directions, in which a mutual pair counts twice. keep = 1
 * leaves nothing out. */
ISG_MUST_CHECK enum isg_status isg_induce_stochastic(const struct isg_learn *learn, const struct isg_linear *lin,
    const size_t n[2], double keep, uint64_t round, struct isg_induced *out, struct isg_error *err);

/** Pairs by similarity distributions: the sorted rows of (X X^T)^(1/2), over the first `words` words, as
 * vectors in which both languages compare (Artetxe et al. 2018, ACL, section 3.2). */
ISG_MUST_CHECK enum isg_status isg_seed_unsupervised(
    const struct isg_learn *learn, size_t words, struct isg_align_pairs *out, struct isg_error *err);

/** Both ways at once: best[side] (rows x depth) gets the depth best by cos - r/2 among the nearest by cosine,
 * penalty[side] the r/2. */
ISG_MUST_CHECK enum isg_status isg_csls_both_ways(struct isg_mat v[2], uint32_t k, uint32_t depth,
    struct isg_near *best[2], float *penalty[2], const struct isg_env *env, struct isg_error *err);

/** Relaxed CSLS from the Procrustes map (rcsls.c). m[ISG_TARGET] = NULL. */
ISG_MUST_CHECK enum isg_status isg_solve_rcsls(
    const struct isg_learn *learn, const struct isg_training *training, struct isg_linear *lin, struct isg_error *err);
/** The loss for fixed neighbours and its gradient g (d x d); everything n x d but w. For tests. */
double isg_rcsls_loss(
    size_t n, size_t d, const double *x, const double *y, const double *z, const double *u, const double *w, double *g);

/**
 * What the contrastive loss looks at, all held while it falls: for pairs i of rows (a_i, b_i), candidates N_i of b_i's
 * side and M_i of a_i's, u = unit(x A), v = unit(y B), p = half the neighbourhood means r of CSLS, and t a temperature,
 *     L = sum_i w_i (- log softmax_{b in b_i, N_i} [(u_a_i . v_b - p_b) / t] at b_i - the same with sides exchanged).
 */
struct isg_contrast {
    size_t n, rows[2], d[2], dim;
    const double *x[2];          /**< rows x d: preprocessed rows */
    const uint32_t *pair[2];     /**< n rows */
    const double *weight;        /**< n, of sum 1 */
    const double *penalty[2];    /**< rows: p */
    const uint32_t *negative[2]; /**< n x n_negatives rows of that side; ISG_NO_ID = none */
    size_t n_negatives;
    double temperature;
};
/** Memory that the loss works in; private to it. */
struct isg_contrast_work {
    double *unit[2], *slope[2], *length[2], *share[2], *loss;
};
ISG_MUST_CHECK enum isg_status isg_contrast_work_new(
    struct isg_contrast_work *work, const struct isg_contrast *c, struct isg_error *err);
void isg_contrast_work_fini(struct isg_contrast_work *work); /**< a zeroed struct is fine */
/** L, and in g (NULL = not wanted) its derivatives in the maps w; w[s] and g[s] are d[s] x dim. */
double isg_contrast_loss(const struct isg_contrast *c, const double *const w[2], double *const g[2],
    struct isg_contrast_work *work, const struct isg_env *env);
struct isg_contrast_opts {
    uint32_t negatives;  /**< hard negatives of each pair and side */
    uint32_t steps;      /**< of gradient descent over all pairs */
    uint32_t mine_every; /**< steps after which neighbourhoods and negatives are looked for again */
    double rate;         /**< length of a step, as a share of the map's own size */
    double temperature;
};
/** Refines both maps on the pairs; both become matrices, whatever they were. */
ISG_MUST_CHECK enum isg_status isg_refine_contrast(const struct isg_learn *learn, const struct isg_training *training,
    const struct isg_contrast_opts *opts, struct isg_linear *lin, struct isg_error *err);

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
 * choice was made by, where there was something to choose. */
ISG_MUST_CHECK enum isg_status isg_recipe_choose(const struct isg_learn *learn, bool trusted, struct isg_recipe *recipe,
    struct isg_linear *lin, struct isg_align_report *report, struct isg_error *err);
/** Without pairs: similarity distributions, self-learning with restarts, the best by mean CSLS;
 * report->degenerate. */
ISG_MUST_CHECK enum isg_status isg_recipe_unsupervised(
    const struct isg_learn *learn, struct isg_linear *lin, struct isg_align_report *report, struct isg_error *err);
/**
 * P@1 by CSLS, per cent, of pairs under a map, among all rows of learn; a source word with several targets
 * counts once.
 */
ISG_MUST_CHECK enum isg_status isg_held_out_precision(const struct isg_learn *learn, const struct isg_linear *lin,
    const struct isg_align_pairs *pairs, double *precision, size_t *queries, struct isg_error *err);

/** Self-learning from weak pairs: orthogonal maps and stochastic induction in turn, until nothing improves. coarse =
 * begin on the most frequent words, with most candidates left out; false = the start is good, only polish. */
ISG_MUST_CHECK enum isg_status isg_self_learn(const struct isg_learn *learn, const struct isg_align_pairs *start,
    bool coarse, uint64_t restart, struct isg_linear *lin, struct isg_induced *last, int *rounds,
    struct isg_error *err);

#endif
