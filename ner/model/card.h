/** @file ner/model/card.h  What a model file says of itself, for people. */
#ifndef ISG_NER_MODEL_CARD_H
#define ISG_NER_MODEL_CARD_H
#include "ner/model/model.h"

/** A model card in Markdown: entity types with counts and scores, inputs with checksums, how it was trained, settings.
 * Names from corpora and files are escaped. isg_free it; NULL = no memory. */
char *isg_ner_card(const struct isg_ner_model *m, const char *name);
/** The same in short as plain text, for a terminal. */
char *isg_ner_summary(const struct isg_ner_model *m);
/** The learning curve as SVG: loss, and the F1 that selected the epoch. isg_free it; NULL = no memory. */
char *isg_ner_curve_svg(const struct isg_ner_model *m);

#endif
