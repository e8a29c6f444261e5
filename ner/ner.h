/** @file ner/ner.h  Named entity recognition: training, transfer, tagging, scores. The public header of the folder. */
#ifndef ISG_NER_NER_H
#define ISG_NER_NER_H

#include "ner/config.h"
#include "ner/model/card.h"
#include "ner/model/model.h"
#include "ner/score/detail_report.h"
#include "ner/score/evalfile.h"
#include "ner/score/stats.h"
#include "ner/tag/pseudo.h"
#include "ner/tag/session.h"
#include "ner/tag/tagfile.h"
#include "ner/train/train.h"
#include "ner/transfer/curve.h"
#include "ner/transfer/transfer.h"

#endif
