/** @file ner/model/words.h  Word vectors and the word table. */
#ifndef ISG_NER_MODEL_WORDS_H
#define ISG_NER_MODEL_WORDS_H
#include "ner/model/network.h"

/** Mean Euclidean norm of the rows; 0 where there are none. */
double isg_ner_mean_norm(struct isg_mat vectors);
/** Multiplies all vectors by one number so that their mean Euclidean norm is `norm`; 0 = leaves them. */
void isg_ner_scale_vectors(struct isg_mat vectors, double norm);
/** Copies vectors to the words: word r gets vectors' row vector_row[r]; ISG_NO_ID keeps what is there, and so
 * does vectors.x NULL. Words beyond the learnt ones are rounded to F16, as the model file will hold them. */
void isg_ner_fill_words(const struct isg_ner_input *in, struct isg_mat vectors, const uint32_t *vector_row);

#endif
