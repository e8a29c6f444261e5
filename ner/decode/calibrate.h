/** @file ner/decode/calibrate.h  Temperature scaling (Guo et al. 2017) for the probabilities of entities. */
#ifndef ISG_NER_DECODE_CALIBRATE_H
#define ISG_NER_DECODE_CALIBRATE_H
#include "ner/data/encode.h"
#include "ner/decode/decode.h"
#include "ner/model/provenance.h"

/**
 * Fits the temperature T to the entities that the network finds: of 2^(k/8), k from -16 to 16, the one with the least log
 * loss, -log p where the entity is right and -log(1 - p) where it is not, p its probability at T. T is 1, and the errors
 * after are those before, unless the expected calibration error of entities gets smaller both on the corpus and on held-out
 * text: five folds of neighbouring sentences, each scored at the temperature fitted to the other four.
 * @param net  the decoder's
 * @param e    with labels; entities of types that the model lacks count as O
 */
ISG_MUST_CHECK enum isg_status isg_ner_calibrate(struct isg_ner_calibration *out, struct isg_ner_decoder *d,
    const struct isg_ner_network *net, const struct isg_ner_forms *forms, const struct isg_ner_vocab *vocab,
    const struct isg_ner_encoded *e, struct isg_error *err);

#endif
