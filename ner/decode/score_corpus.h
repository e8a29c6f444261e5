/** @file ner/decode/score_corpus.h  Scores of a network on a labelled corpus. */
#ifndef ISG_NER_DECODE_SCORE_CORPUS_H
#define ISG_NER_DECODE_SCORE_CORPUS_H
#include "ner/data/encode.h"
#include "ner/decode/decode.h"
#include "ner/model/provenance.h"
#include "ner/score/score.h"

/** Entity counts of a network's best paths on a corpus. */
ISG_MUST_CHECK enum isg_status isg_ner_score_corpus(struct isg_ner_counts *out, struct isg_ner_decoder *decoder,
    const struct isg_ner_forms *forms, const struct isg_ner_vocab *v, const struct isg_ner_encoded *e,
    struct isg_error *err);
/** The same, and adds the counts of each type to the record's, by name, and scores the record. */
ISG_MUST_CHECK enum isg_status isg_ner_score_types(struct isg_ner_counts *out, struct isg_ner_provenance *p,
    struct isg_ner_decoder *decoder, const struct isg_ner_forms *forms, const struct isg_ner_vocab *v,
    const struct isg_ner_encoded *e, struct isg_error *err);

#endif
