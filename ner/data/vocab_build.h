/** @file ner/data/vocab_build.h  The vocabulary of a training corpus. */
#ifndef ISG_NER_DATA_VOCAB_BUILD_H
#define ISG_NER_DATA_VOCAB_BUILD_H
#include "ner/config.h"
#include "ner/data/corpus.h"
#include "ner/data/vocab.h"

/**
 * Words of the training text with a vector, or whose normal form occurs word_min_count times; then the first vectors_max
 * words of the vectors. Characters that occur char_min_count times. All labels of all types.
 * @param vectors     NULL = none
 * @param vector_row  out: for each word of the vocabulary its row in `vectors`, ISG_NO_ID = none; isg_free it
 * @param rare        out: for each form of the corpus whether training may replace it by the unknown word (it occurs
 *                    once and has no vector); isg_free it
 */
ISG_MUST_CHECK enum isg_status isg_ner_vocab_build(struct isg_ner_vocab *out, const struct isg_ner_corpus *corpus,
    const struct isg_vectors *vectors, const struct isg_ner_config *config, uint32_t **vector_row, bool **rare,
    struct isg_error *err);

#endif
