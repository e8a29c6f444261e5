/** @file align/map.h  What a map holds. Private to align. */
#ifndef ISG_ALIGN_MAP_H
#define ISG_ALIGN_MAP_H
#include "align/norm.h"

struct isg_align_map {
    struct isg_norm norm[2];
    size_t dim_in[2], dim;
    float *m[2]; /**< dim_in x dim, rows are multiplied from the left; NULL = 1 (dim_in = dim) */
    struct isg_map_meta {
        char *key, *value;
    } * meta;
    size_t n_meta, cap_meta;
};
struct isg_align_map *isg_align_map_new(void);
#endif
