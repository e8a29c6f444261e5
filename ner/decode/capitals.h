/** @file ner/decode/capitals.h  Names by their capitals: knowledge of a writing system in place of labels. */
#ifndef ISG_NER_DECODE_CAPITALS_H
#define ISG_NER_DECODE_CAPITALS_H
#include "ner/decode/ensemble.h"

/**
 * Forbids the label O (number 0) on words that are written as names amid a sentence: they begin with a capital, are no
 * numeral of I, V, X and no single letter, do not stand first or after a sign that a sentence may begin after
 * (. : ? ! … - – — quotation marks, ¿ ¡), and not most words of the sentence are written in capitals alone, as headlines
 * are. For languages that write names, and within sentences only names, with a capital: most that have capitals, German
 * not. A tagger that learnt from translated text takes such words too often for common ones, because its source writes
 * more than names so (Monday, headlines).
 * @param tokens   n numbers of forms of e
 * @param allowed  n x n_labels bytes, changed; where it holds O alone it stays
 */
void isg_ner_capitals(
    const struct isg_ner_ensemble *e, const uint32_t *tokens, uint32_t n, uint32_t n_labels, uint8_t *allowed);

#endif
