/** @file align/learn.h  What the methods of fitting share: the rows, weighted pairs, pairs of linear maps. Private
 * to align. */
#ifndef ISG_ALIGN_LEARN_H
#define ISG_ALIGN_LEARN_H
#include "align/map.h"
#include "align/spelling.h"

/** The preprocessed rows that are learnt from. */
struct isg_learn {
    struct isg_mat v[2];         /**< rows 0 .. frequent-1 as in the files, then the seed's words from further down */
    size_t frequent[2];          /**< opts->vocab_cutoff or fewer */
    struct isg_align_pairs seed; /**< row numbers in v */
    uint32_t *row[2];            /**< number in the file of each row of v */
    struct isg_spellings *spellings; /**< of the files' words */
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

/** c (v[a].cols x v[b].cols) = sum over pairs of row_a^T row_b, in double. */
ISG_MUST_CHECK enum isg_status isg_cross_moments(const struct isg_learn *learn, const struct isg_training *training,
    enum isg_side a, enum isg_side b, double *c, struct isg_error *err);

/** The first n rows of one language in the common space, of length 1; free x with isg_free. */
ISG_MUST_CHECK enum isg_status isg_linear_project(const struct isg_learn *learn, const struct isg_linear *lin,
    enum isg_side side, size_t n, struct isg_mat *out, struct isg_error *err);

#endif
