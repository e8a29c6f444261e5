/** @file ner/decode/calibrate.h  Temperature scaling (Guo et al. 2017) of the CRF's probabilities, and how well they
 * are calibrated. */
#ifndef ISG_NER_DECODE_CALIBRATE_H
#define ISG_NER_DECODE_CALIBRATE_H
#include "ner/data/encode.h"
#include "ner/decode/decode.h"
#include "ner/model/provenance.h"

/**
 * Finds the temperature that makes the gold labels of a corpus most probable: golden section search on its
 * logarithm.
 * @param e  with labels; entities of types that the model lacks count as O
 */
ISG_MUST_CHECK enum isg_status isg_ner_calibrate(struct isg_ner_calibration *out, struct isg_ner_decoder *d,
    const struct isg_ner_forms *forms, const struct isg_ner_vocab *vocab, const struct isg_ner_encoded *e,
    struct isg_error *err);

#endif
