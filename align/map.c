/* The map: projecting rows, its metadata, and its file. */
#include "align/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "isogloss-align-1"
static const char *const side_name[2] = {"source", "target"};
static const char *const step_name[] = {
    [ISG_NORM_UNIT] = "unit", [ISG_NORM_CENTRE] = "centre", [ISG_NORM_ABTT] = "abtt"};

struct isg_align_map *isg_align_map_new(void)
{
    return isg_calloc(1, sizeof(struct isg_align_map));
}

void isg_align_map_free(struct isg_align_map *map)
{
    if (!map)
        return;
    for (int s = 0; s < 2; s++) {
        isg_norm_fini(&map->norm[s]);
        isg_free(map->m[s]);
    }
    for (size_t i = 0; i < map->n_meta; i++) {
        isg_free(map->meta[i].key);
        isg_free(map->meta[i].value);
    }
    isg_free(map->meta);
    isg_free(map);
}

size_t isg_align_map_dim(const struct isg_align_map *map)
{
    return map->dim;
}

/* ---- projecting ---- */

enum { BLOCK = 256 };
struct job {
    const struct isg_align_map *map;
    enum isg_side side;
    struct isg_mat in, out;
    float *scratch; /* BLOCK x dim_in a worker */
};

static void project_block(void *cookie, size_t block, unsigned worker)
{
    const struct job *const job = cookie;
    const struct isg_align_map *const map = job->map;
    const size_t first = block * BLOCK, d = map->dim_in[job->side];
    const size_t n = job->out.rows - first < BLOCK ? job->out.rows - first : BLOCK;
    float *const scratch = job->scratch + worker * BLOCK * d;
    const float *const m = map->m[job->side];
    const struct isg_norm *const norm = &map->norm[job->side];
    for (size_t i = 0; i < n; i++) {
        const float *const row = isg_mat_row(job->in, first + i);
        isg_norm_row(norm, norm->n, row, m ? scratch + i * d : isg_mat_row(job->out, first + i));
    }
    if (m)
        isg_sgemm(ISG_N, ISG_N, n, map->dim, d, 1.0F, scratch, d, m, map->dim, 0.0F, isg_mat_row(job->out, first),
            job->out.stride);
    for (size_t i = 0; i < n; i++)
        isg_unit_row(isg_mat_row(job->out, first + i), map->dim);
}

enum isg_status isg_align_project(const struct isg_align_map *map, enum isg_side side, struct isg_mat in,
    struct isg_mat out, const struct isg_env *env, struct isg_error *err)
{
    out.rows = in.rows;
    if (in.cols != map->dim_in[side]) {
        isg_error_set(err, ISG_EDATA, NULL, 0, "%s vectors of %zu dimensions", side_name[side], in.cols);
        isg_error_expected(err, "%zu, as the map was fitted on", map->dim_in[side]);
        return isg_error_advice(err, "use the vectors that the map was fitted on");
    }
    ISG_TRY(isg_blas_reserve(isg_pool_threads(env->pool), err));
    struct job job = {.map = map, .side = side, .in = in, .out = out};
    job.scratch = isg_malloc(isg_pool_threads(env->pool), BLOCK * in.cols * sizeof *job.scratch);
    if (!job.scratch)
        return isg_error_nomem(err, "projecting vectors");
    isg_pool_run(env->pool, (out.rows + BLOCK - 1) / BLOCK, project_block, &job);
    isg_free(job.scratch);
    return ISG_OK;
}

/* ---- metadata ---- */

enum isg_status isg_align_map_set_meta(
    struct isg_align_map *map, const char *key, const char *value, struct isg_error *err)
{
    char *const v = isg_strndup(value, strlen(value));
    if (!v)
        return isg_error_nomem(err, "a map's metadata");
    for (size_t i = 0; i < map->n_meta; i++)
        if (strcmp(map->meta[i].key, key) == 0) {
            isg_free(map->meta[i].value);
            map->meta[i].value = v;
            return ISG_OK;
        }
    char *const k = isg_strndup(key, strlen(key));
    if (!k || !ISG_GROW(map->meta, map->cap_meta, map->n_meta + 1)) {
        isg_free(k);
        isg_free(v);
        return isg_error_nomem(err, "a map's metadata");
    }
    map->meta[map->n_meta++] = (struct isg_map_meta){k, v};
    return ISG_OK;
}

const char *isg_align_map_meta(const struct isg_align_map *map, const char *key)
{
    for (size_t i = 0; i < map->n_meta; i++)
        if (strcmp(map->meta[i].key, key) == 0)
            return map->meta[i].value;
    return NULL;
}

/* ---- file ---- */

static void steps_text(const struct isg_norm *norm, char *out, size_t n)
{
    out[0] = '\0';
    for (uint32_t s = 0; s < norm->n; s++) {
        const size_t used = strlen(out);
        snprintf(out + used, n - used, "%s%s", s ? "," : "", step_name[norm->step[s]]);
    }
}

/* Tensors: SIDE.map (dim_in x dim, absent = 1), SIDE.norm.I (the statistics of step I). */
enum isg_status isg_align_map_save(const struct isg_align_map *map, const char *path, bool force, struct isg_error *err)
{
    struct isg_tensor tensors[2 * (1 + ISG_NORM_MAX)];
    char names[2 * (1 + ISG_NORM_MAX)][32], steps[128], axes[16], dims[2][24], dim[24];
    size_t n = 0;
    for (int s = 0; s < 2; s++) {
        const struct isg_norm *const norm = &map->norm[s];
        if (map->m[s]) {
            snprintf(names[n], sizeof names[n], "%s.map", side_name[s]);
            tensors[n] = (struct isg_tensor){names[n], ISG_F32, 2, {map->dim_in[s], map->dim}, map->m[s]};
            n++;
        }
        for (uint32_t i = 0; i < norm->n; i++) {
            if (!norm->stats[i])
                continue;
            snprintf(names[n], sizeof names[n], "%s.norm.%u", side_name[s], (unsigned)i);
            tensors[n] = (struct isg_tensor){
                names[n], ISG_F32, 2, {isg_norm_stats_size(norm, i) / norm->dim, norm->dim}, norm->stats[i]};
            n++;
        }
        snprintf(dims[s], sizeof dims[s], "%zu", map->dim_in[s]);
    }
    steps_text(&map->norm[0], steps, sizeof steps);
    snprintf(axes, sizeof axes, "%u", (unsigned)map->norm[0].axes);
    snprintf(dim, sizeof dim, "%zu", map->dim);
    const struct isg_meta own[] = {{"format", FORMAT}, {"isogloss_version", ISG_VERSION}, {"norm", steps},
        {"norm_axes", axes}, {"source_dim", dims[0]}, {"target_dim", dims[1]}, {"dim", dim}};
    const size_t n_own = sizeof own / sizeof *own;
    struct isg_meta *const meta = isg_malloc(n_own + map->n_meta, sizeof *meta);
    if (!meta)
        return isg_error_nomem(err, "a map's metadata");
    size_t n_meta = n_own;
    memcpy(meta, own, sizeof own);
    for (size_t i = 0; i < map->n_meta; i++) {
        bool is_own = false; /* a map that was loaded and is saved again */
        for (size_t o = 0; o < n_own; o++)
            is_own |= strcmp(map->meta[i].key, own[o].key) == 0;
        if (!is_own)
            meta[n_meta++] = (struct isg_meta){map->meta[i].key, map->meta[i].value};
    }
    const enum isg_status status = isg_safetensors_save(path, force, tensors, n, meta, n_meta, err);
    isg_free(meta);
    return status;
}

static enum isg_status want_size(const struct isg_safetensors *st, const char *key, size_t *out, struct isg_error *err)
{
    const char *const text = isg_safetensors_meta(st, key);
    char *end = NULL;
    const unsigned long value = text ? strtoul(text, &end, 10) : 0;
    if (!text || !end || *end || end == text || value > 1U << 20) {
        isg_error_set(
            err, ISG_EDATA, isg_safetensors_path(st), 0, "metadata \"%s\" is %s", key, text ? text : "missing");
        return isg_error_expected(err, "a whole number");
    }
    *out = value;
    return ISG_OK;
}

static enum isg_status copy_floats(const struct isg_safetensors *st, const char *name, uint64_t rows, uint64_t cols,
    float **out, struct isg_error *err)
{
    const struct isg_tensor *t;
    const uint64_t shape[2] = {rows, cols};
    ISG_TRY(isg_safetensors_want(st, name, ISG_F32, 2, shape, &t, err));
    const size_t n = (size_t)isg_tensor_elements(t);
    *out = isg_malloc(n, sizeof **out);
    if (!*out)
        return isg_error_nomem(err, "a map");
    memcpy(*out, t->data, n * sizeof **out);
    for (size_t i = 0; i < n; i++)
        if (!__builtin_isfinite((*out)[i]))
            return isg_error_set(
                err, ISG_EDATA, isg_safetensors_path(st), 0, "tensor \"%s\" holds NaN or infinity", name);
    return ISG_OK;
}

static enum isg_status load_norm(const struct isg_safetensors *st, enum isg_side side, size_t axes, size_t dim,
    struct isg_norm *norm, struct isg_error *err)
{
    const char *text = isg_safetensors_meta(st, "norm");
    struct isg_align_opts opts;
    isg_align_opts_default(&opts);
    if (!text || isg_align_parse_norm(&opts, text[0] ? text : "none", err) != ISG_OK) {
        isg_error_set(err, ISG_EDATA, isg_safetensors_path(st), 0, "metadata \"norm\" is \"%s\"", text ? text : "");
        return isg_error_expected(err, "unit, centre, abtt, with commas");
    }
    norm->dim = (uint32_t)dim;
    norm->axes = (uint32_t)axes;
    for (; norm->n < ISG_NORM_MAX && opts.norm[norm->n] != ISG_NORM_END; norm->n++) {
        const uint32_t i = norm->n;
        norm->step[i] = opts.norm[i];
        const size_t size = isg_norm_stats_size(norm, i);
        char name[32];
        snprintf(name, sizeof name, "%s.norm.%u", side_name[side], (unsigned)i);
        if (size)
            ISG_TRY(copy_floats(st, name, size / dim, dim, &norm->stats[i], err));
    }
    return ISG_OK;
}

enum isg_status isg_align_map_load(struct isg_align_map **out, const char *path, struct isg_error *err)
{
    enum isg_status status;
    struct isg_safetensors *st = NULL;
    struct isg_align_map *map = NULL;
    *out = NULL;
    ISG_GOTO(isg_safetensors_open(&st, path, err));
    const char *const format = isg_safetensors_meta(st, "format");
    if (!format || strcmp(format, FORMAT) != 0) {
        isg_error_set(err, ISG_EDATA, path, 0, "not a map: the format in its metadata is \"%s\"", format ? format : "");
        isg_error_expected(err, "\"" FORMAT "\"");
        status = isg_error_advice(err, "make a map with: isogloss align fit");
        goto out;
    }
    map = isg_align_map_new();
    if (!map) {
        status = isg_error_nomem(err, "a map");
        goto out;
    }
    size_t axes;
    ISG_GOTO(want_size(st, "source_dim", &map->dim_in[0], err));
    ISG_GOTO(want_size(st, "target_dim", &map->dim_in[1], err));
    ISG_GOTO(want_size(st, "dim", &map->dim, err));
    ISG_GOTO(want_size(st, "norm_axes", &axes, err));
    for (int s = 0; s < 2; s++) {
        char name[32];
        snprintf(name, sizeof name, "%s.map", side_name[s]);
        if (map->dim_in[s] == 0 || map->dim == 0 || (map->dim_in[s] != map->dim && !isg_safetensors_find(st, name))) {
            status = isg_error_set(
                err, ISG_EDATA, path, 0, "no tensor \"%s\" and %zu and %zu dimensions", name, map->dim_in[s], map->dim);
            goto out;
        }
        if (isg_safetensors_find(st, name))
            ISG_GOTO(copy_floats(st, name, map->dim_in[s], map->dim, &map->m[s], err));
        ISG_GOTO(load_norm(st, (enum isg_side)s, axes, map->dim_in[s], &map->norm[s], err));
    }
    const char *key, *value;
    for (size_t i = 0; isg_safetensors_meta_at(st, i, &key, &value); i++)
        ISG_GOTO(isg_align_map_set_meta(map, key, value, err));
    *out = map;
    map = NULL;
out:
    isg_align_map_free(map);
    isg_safetensors_close(st);
    return status;
}
