/** @file ner/train/fingerprint.h  What identifies a run: inputs by their checksums, settings, seed, version. */
#ifndef ISG_NER_TRAIN_FINGERPRINT_H
#define ISG_NER_TRAIN_FINGERPRINT_H
#include "ner/train/trainer.h"

/** Sets t->fingerprint from t->made's inputs, t->config, the seed and the version. settings: what else there is; NULL =
 * nothing. */
ISG_MUST_CHECK enum isg_status isg_ner_fingerprint(
    struct isg_ner_trainer *t, const struct isg_columns *columns, const json_t *settings, struct isg_error *err);

#endif
