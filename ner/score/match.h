/** @file ner/score/match.h  Entities of two readings of a sentence, matched by their tokens. */
#ifndef ISG_NER_SCORE_MATCH_H
#define ISG_NER_SCORE_MATCH_H
#include "src/isg.h"

/** Two lists of spans, each in order of their first token and without overlaps. */
struct isg_ner_match {
    const struct isg_span *a; /**< what is left of either */
    size_t n_a;
    const struct isg_span *b;
    size_t n_b;
};
/**
 * The next pair: both spans if they cover the same tokens, else one span and NULL. False at the end. Every span is handed
 * out once. Types are not compared: the lists may number them differently.
 */
bool isg_ner_match_next(struct isg_ner_match *m, const struct isg_span **a, const struct isg_span **b);

#endif
