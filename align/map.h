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
/** Projects rows (or the picked ones, `rows`) without normalising their length if unit is false. */
ISG_MUST_CHECK enum isg_status isg_align_project_rows(const struct isg_align_map *map, enum isg_side side,
    struct isg_mat in, const uint32_t *rows, bool unit, struct isg_mat out, const struct isg_env *env,
    struct isg_error *err);
#endif
