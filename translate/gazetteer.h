/** @file translate/gazetteer.h  Names of the target language by type. */
#ifndef ISG_TRANSLATE_GAZETTEER_H
#define ISG_TRANSLATE_GAZETTEER_H
#include "translate/types.h"

/** The k-th name of a type in file order, *length bytes; *n = the number of its names. NULL where k >= *n. */
const char *isg_gazetteer_name(
    const struct isg_gazetteer *g, const char *type, size_t type_n, size_t k, size_t *n, size_t *length);

#endif
