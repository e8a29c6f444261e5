/** @file ner/model/card.h  What a model file says of itself, for people. */
#ifndef ISG_NER_MODEL_CARD_H
#define ISG_NER_MODEL_CARD_H
#include "ner/model/model.h"

/** A model card in Markdown, and the learning curve (loss, dev F1) as SVG; isg_free them; NULL = no memory. */
char *isg_ner_card(const struct isg_ner_model *m, const char *name);
char *isg_ner_curve_svg(const struct isg_ner_model *m);

#endif
