/** @file ner/ner.h  Named entity recognition: training, tagging, scoring. The public header of the folder. */
#ifndef ISG_NER_NER_H
#define ISG_NER_NER_H
#include "ner/config.h"
#include "ner/score.h"

#endif
