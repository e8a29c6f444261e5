/** @file src/vectors/fasttext.h  fastText models (.bin, version 11 or 12, not quantised): a vector for any string, from
 * its character n-grams (Bojanowski et al. 2017). */
#ifndef ISG_SRC_VECTORS_FASTTEXT_H
#define ISG_SRC_VECTORS_FASTTEXT_H
#include "src/error.h"

struct isg_fasttext;
struct isg_vectors_build;
ISG_MUST_CHECK enum isg_status isg_fasttext_open(struct isg_fasttext **out, const char *path, struct isg_error *err);
void isg_fasttext_close(struct isg_fasttext *ft); /**< NULL is fine */
size_t isg_fasttext_dim(const struct isg_fasttext *ft);
/**
 * Mean of the rows of the word (if known) and of its n-grams, as fastText computes it:
 * out = (E[w] + sum_g E[g]) / (1 + |G|). out gets dim floats. False (and zeros) if the word is unknown and has no
 * n-grams. Safe from several threads.
 */
bool isg_fasttext_vector(const struct isg_fasttext *ft, const char *word, size_t n, float *out);
/** Private: the vectors of the model's own vocabulary into b->v, which is fresh. */
ISG_MUST_CHECK enum isg_status isg_vectors_load_fasttext(struct isg_vectors_build *b, struct isg_error *err);

#endif
