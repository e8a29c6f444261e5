/** @file ner/transfer/adapt.h  The word adaptation layer of Lin & Lu 2018, section 3.1: target vectors into the
 * source's space. */
#ifndef ISG_NER_TRANSFER_ADAPT_H
#define ISG_NER_TRANSFER_ADAPT_H
#include "src/isg.h"

/** One entry of the pivot lexicon: a target word, its source word, and how far that is to be
 * trusted. */
struct isg_adapt_pivot {
    uint32_t target, source; /**< rows */
    double weight;           /**< c_i >= 0 */
};
/**
 * c_i = 2 f_s f_t / (f_s + f_t), the harmonic mean of a word's frequencies in the two domains, each
 * normalised by the domain's largest (Lin & Lu 2018, eq. 3); 0 where both are 0.
 */
double isg_adapt_confidence(double f_source, double f_target);
/**
 * Z = argmin_Z sum_i c_i |v_T,i Z - v_S,i|^2 + ridge tr(Z^T Z), in closed form: Z = (V_T^T C V_T + ridge
 * I)^-1 V_T^T C V_S. (The paper descends by gradient; the problem is quadratic.) Computed in double.
 * @param ridge  >= 0; 1e-6 of the mean diagonal is a good choice and what a negative value means
 * @param z      out: target.cols x source.cols
 * Errors: no pivots (ISG_EDATA), a system that cannot be solved (ISG_ENUMERIC).
 */
ISG_MUST_CHECK enum isg_status isg_adapt_solve(struct isg_mat target, struct isg_mat source,
    const struct isg_adapt_pivot *pivots, size_t n, double ridge, double *z, struct isg_error *err);
/**
 * Pivots P1: words spelt alike that are among the first `top` of both vocabularies (paper: 5,000).
 * Frequencies are taken as 1 / (1 + rank), Zipf's law, since vector files hold no counts. Free *out with
 * isg_free.
 */
ISG_MUST_CHECK enum isg_status isg_adapt_identical(const struct isg_vectors *target, const struct isg_vectors *source,
    uint32_t top, struct isg_adapt_pivot **out, size_t *n, struct isg_error *err);
/** in (rows x dim) times Z (dim x cols): *out is rows x cols, free with isg_free. */
ISG_MUST_CHECK enum isg_status isg_adapt_apply(
    struct isg_mat in, const double *z, size_t cols, float **out, struct isg_error *err);

#endif
