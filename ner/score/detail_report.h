/** @file ner/score/detail_report.h  Seen and unseen entities as a table, confusion as a picture. */
#ifndef ISG_NER_SCORE_DETAIL_REPORT_H
#define ISG_NER_SCORE_DETAIL_REPORT_H
#include "ner/score/detail.h"

/** Share of the gold entities, recall, precision and F1 of seen and of unseen ones, by type; isg_free it; NULL = no
 * memory. */
char *isg_ner_seen_report(const struct isg_ner_detail *d);
/** The confusion matrix as SVG, gold down, predicted across, cells shaded by their share of the row; isg_free it; NULL =
 * no memory. */
char *isg_ner_confusion_svg(const struct isg_ner_detail *d);

#endif
