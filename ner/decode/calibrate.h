/** @file ner/decode/calibrate.h  Temperature scaling (Guo et al. 2017) of the CRF's probabilities, and how well they
 * are calibrated. */
#ifndef ISG_NER_DECODE_CALIBRATE_H
#define ISG_NER_DECODE_CALIBRATE_H
#include "ner/data/encode.h"
#include "ner/decode/decode.h"

struct isg_ner_calibration {
    double temperature;
    double nll_before, nll_after; /**< of the gold labels: mean a token; before = temperature 1 */
    /** Expected calibration error, 0-100: sum over 15 bins of equal width of the share of predictions in the
     * bin times |share that is right - mean probability|; of tokens' labels and of entities. */
    double token_ece_before, token_ece_after, entity_ece_before, entity_ece_after;
};
/**
 * Finds the temperature that makes the gold labels of a corpus most probable: golden section search on its
 * logarithm.
 * @param e  with labels; entities of types that the model lacks count as O
 */
ISG_MUST_CHECK enum isg_status isg_ner_calibrate(struct isg_ner_calibration *out, struct isg_ner_decoder *d,
    const struct isg_ner_forms *forms, const struct isg_ner_vocab *vocab, const struct isg_ner_encoded *e,
    struct isg_error *err);

#endif
