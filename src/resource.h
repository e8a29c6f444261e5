/** @file src/resource.h  Files of resources/ that are built into the program. */
#ifndef ISG_SRC_RESOURCE_H
#define ISG_SRC_RESOURCE_H
#include <stddef.h>

/** Bytes of a built-in file by its name under resources/ ("token-classes.tsv"), followed by a 0; NULL where
 * unknown. */
const char *isg_resource(const char *name, size_t *n);

#endif
