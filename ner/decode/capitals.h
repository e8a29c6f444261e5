/** @file ner/decode/capitals.h  Names by their capitals: knowledge of a writing system instead of labels. */
#ifndef ISG_NER_DECODE_CAPITALS_H
#define ISG_NER_DECODE_CAPITALS_H
#include "ner/decode/ensemble.h"

/**
 * Forbids the label O (number 0) on words that are written like names inside a sentence: capitalised, longer than one
 * letter, not a numeral of I, V and X, neither first nor after a mark that a sentence may begin after
 * (. : ? ! ... - – — quotation marks, ¿ ¡), in a sentence that is not mostly in capitals as headlines are. For languages
 * that capitalise names and, within sentences, only names: most that have capitals, but not German. A tagger trained on
 * translated text misses such names, because its source language capitalises other words as well (Monday, headlines).
 * @param tokens   n numbers of forms of e
 * @param allowed  n x n_labels bytes, changed; where only O is allowed, it stays so
 */
void isg_ner_capitals(
    const struct isg_ner_ensemble *e, const uint32_t *tokens, uint32_t n, uint32_t n_labels, uint8_t *allowed);

#endif
