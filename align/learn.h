/** @file align/learn.h  What the methods of fitting share: matrices, pairs of linear maps, induction. Private
 * to align. */
#ifndef ISG_ALIGN_LEARN_H
#define ISG_ALIGN_LEARN_H
#include "align/map.h"
#include "align/topk.h"

/** The preprocessed rows that are learnt from. */
struct isg_learn {
    struct isg_mat v[2]; /**< rows 0 .. frequent-1 as in the files, then the seed's words from further down */
    size_t frequent[2];  /**< opts->vocab_cutoff or fewer */
    struct isg_align_pairs seed; /**< row numbers in v */
    const struct isg_align_opts *opts;
    const struct isg_env *env;
};

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
ISG_MUST_CHECK enum isg_status isg_solve_procrustes(const struct isg_learn *learn,
    const struct isg_align_pairs *pairs, struct isg_linear *out, struct isg_error *err);

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
ISG_MUST_CHECK enum isg_status isg_solve_whitened(const struct isg_learn *learn,
    const struct isg_align_pairs *pairs, const struct isg_whiten *opts, struct isg_linear *out,
    struct isg_error *err);

/** c (v[a].cols x v[b].cols) = sum over pairs of row_a^T row_b, in double. */
ISG_MUST_CHECK enum isg_status isg_cross_moments(const struct isg_learn *learn,
    const struct isg_align_pairs *pairs, enum isg_side a, enum isg_side b, double *c, struct isg_error *err);

/** The first n rows of a side in the common space, of length 1; free x with isg_free. */
ISG_MUST_CHECK enum isg_status isg_linear_project(const struct isg_learn *learn, const struct isg_linear *lin,
    enum isg_side side, size_t n, struct isg_mat *out, struct isg_error *err);

struct isg_induced {
    struct isg_align_pairs pairs;
    double mean_csls; /**< of the best translation of each frequent source word */
};
/** Mutual CSLS neighbours among the frequent words of both sides, most frequent source word first. */
ISG_MUST_CHECK enum isg_status isg_induce_mutual(const struct isg_learn *learn, const struct isg_linear *lin,
    struct isg_induced *out, struct isg_error *err);

#endif
