/** @file isogloss/isogloss.h  All of libisogloss. */
#ifndef ISOGLOSS_ISOGLOSS_H
#define ISOGLOSS_ISOGLOSS_H

#include <isogloss/base.h>
#include <isogloss/vectors.h>
#include <isogloss/align.h>
#include <isogloss/translate.h>
#include <isogloss/ner.h>
#include <isogloss/project.h>

#endif
