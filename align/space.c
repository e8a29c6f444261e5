/* Both vocabularies in the common space, and what retrieval needs to know of them. */
#include "align/space.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ISF_WORDS = 20000, ISF_TILE = 256 };

void isg_align_space_free(struct isg_align_space *space)
{
    if (!space)
        return;
    for (int s = 0; s < 2; s++) {
        isg_faiss_free(space->faiss[s]);
        if (space->mapped[s])
            munmap(space->v[s].x, space->mapped[s]);
        else
            isg_free(space->v[s].x);
        isg_free(space->zero[s]);
        isg_free(space->mean[s]);
        isg_free(space->isf[s]);
    }
    isg_spellings_free(space->spellings);
    isg_free(space->index);
    isg_free(space);
}

struct isg_mat isg_align_space_rows(const struct isg_align_space *space, enum isg_side side)
{
    return space->v[side];
}

/* ---- making it ---- */

enum isg_status isg_align_space_open(struct isg_align_space **out, const struct isg_align_map *map,
    const struct isg_space_opts *opts, struct isg_error *err)
{
    struct isg_align_space *const space = isg_calloc(1, sizeof *space);
    *out = space;
    if (!space)
        return isg_error_nomem(err, "the common space");
    const char *const k = isg_align_map_meta(map, "csls_k");
    space->map = map;
    space->opts = *opts;
    space->csls_k = opts->csls_k ? opts->csls_k : k && atoi(k) > 0 ? (uint32_t)atoi(k) : 10;
    return ISG_OK;
}

/* Room for one language's rows in an unnamed file, which is deleted with the space. */
static enum isg_status map_file(struct isg_align_space *space, enum isg_side side, size_t bytes, struct isg_error *err)
{
    int fd;
    ISG_TRY(isg_tempfile_unnamed(space->opts.folder, &fd, err));
    /* Not only as long as wanted: really there, so that a full disk is an error here and not a signal later. */
    const int failed = posix_fallocate(fd, 0, (off_t)bytes);
    void *const x = failed ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (failed)
        errno = failed;
    const enum isg_status status = x == MAP_FAILED ? isg_error_errno(err, space->opts.folder, "room for vectors") : ISG_OK;
    close(fd);
    if (status == ISG_OK) {
        space->v[side].x = x;
        space->mapped[side] = bytes;
    }
    return status;
}

/* Rows are taken this many at a time, so that what lies on a disk need not all be in memory. */
enum { SLICE = 16384 };

static enum isg_status take(struct isg_align_space *space, enum isg_side side, const struct isg_vectors *from,
    struct isg_vectors *used_up, const struct isg_env *env, struct isg_error *err)
{
    const size_t n = from->m.rows, dim = space->map->dim;
    size_t bytes;
    if (__builtin_mul_overflow(n, dim * sizeof(float), &bytes))
        return isg_error_nomem(err, "the common space");
    space->v[side] = isg_mat(NULL, n, dim);
    space->zero[side] = isg_calloc(n, sizeof *space->zero[side]);
    /* A quarter per language: the other half is for input and results. */
    if (space->opts.memory && bytes > space->opts.memory / 4)
        ISG_TRY(map_file(space, side, bytes, err));
    else
        space->v[side].x = isg_malloc(n, dim * sizeof(float));
    if (!space->v[side].x || !space->zero[side])
        return isg_error_nomem(err, "the common space");
    for (size_t first = 0; first < n; first += SLICE) {
        const size_t rows = n - first < SLICE ? n - first : SLICE;
        const struct isg_mat to = isg_mat_rows(space->v[side], first, rows);
        ISG_TRY(isg_align_project(space->map, side, isg_mat_rows(from->m, first, rows), to, env, err));
        for (size_t i = 0; i < rows; i++) {
            space->zero[side][first + i] = true;
            for (size_t j = 0; j < dim && space->zero[side][first + i]; j++)
                space->zero[side][first + i] = isg_mat_row(to, i)[j] == 0.0F;
        }
        if (space->mapped[side])
            isg_mat_give_back(space->v[side], first, rows);
        if (used_up)
            isg_vectors_give_back(used_up, first, rows);
    }
    return ISG_OK;
}

enum isg_status isg_align_space_take(struct isg_align_space *space, enum isg_side side, struct isg_vectors *v,
    const struct isg_env *env, struct isg_error *err)
{
    return take(space, side, v, v, env, err);
}

enum isg_status isg_align_space_new(struct isg_align_space **out, const struct isg_align_map *map,
    const struct isg_vectors *src, const struct isg_vectors *tgt, uint32_t csls_k, const struct isg_env *env,
    struct isg_error *err)
{
    const struct isg_vectors *const v[2] = {src, tgt};
    struct isg_align_space *space;
    *out = NULL;
    enum isg_status status = isg_align_space_open(&space, map, &(struct isg_space_opts){.csls_k = csls_k}, err);
    for (int s = 0; s < 2 && status == ISG_OK; s++)
        status = take(space, (enum isg_side)s, v[s], NULL, env, err);
    if (status == ISG_OK)
        *out = space;
    else
        isg_align_space_free(space);
    return status;
}

uint32_t isg_align_space_csls_k(const struct isg_align_space *space)
{
    return space->csls_k;
}

/* ---- what CSLS needs ---- */

enum isg_status isg_align_space_means(struct isg_align_space *space, const struct isg_env *env, struct isg_error *err)
{
    if (space->mean[0] && space->mean[1])
        return ISG_OK;
    enum isg_status status = ISG_OK;
    const uint32_t k = space->csls_k;
    struct isg_near *best[2] = {0};
    float *mean[2] = {0}, *out_of[2] = {0};
    struct isg_topk wanted[2];
    for (int s = 0; s < 2; s++) {
        const size_t n = space->v[s].rows;
        best[s] = isg_malloc(n, k * sizeof *best[s]);
        mean[s] = isg_malloc(n, sizeof *mean[s]);
        out_of[s] = isg_malloc(n, sizeof *out_of[s]);
        if (!best[s] || !mean[s] || !out_of[s]) {
            status = isg_error_nomem(err, "the neighbourhoods of CSLS");
            goto out;
        }
        for (size_t i = 0; i < n; i++)
            out_of[s][i] = space->zero[s][i] ? INFINITY : 0.0F;
    }
    for (int s = 0; s < 2; s++)
        wanted[s] = (struct isg_topk){
            .k = k, .on_disk = space->mapped[s] > 0, .penalty = out_of[1 - s], .out = best[s]};
    ISG_GOTO(isg_topk_both(space->v[0], space->v[1], &wanted[0], &wanted[1], "neighbourhoods", env, err));
    for (int s = 0; s < 2; s++) {
        isg_topk_means(best[s], space->v[s].rows, k, mean[s]);
        isg_free(space->mean[s]); /* that of a saved index is the same */
        space->mean[s] = mean[s];
        mean[s] = NULL;
    }
out:
    for (int s = 0; s < 2; s++) {
        isg_free(best[s]);
        isg_free(mean[s]);
        isg_free(out_of[s]);
    }
    return status;
}

/* ---- what the inverted softmax needs ---- */

struct isf_job {
    struct isg_mat from, to;
    float *out;
    float *tiles; /* ISF_TILE x ISF_TILE a worker */
};

/* log sum over the frequent words x' of exp(b cos(x', y)), for a tile of ys; shifted by b, the largest
 * exponent. */
static void isf_block(void *cookie, size_t block, unsigned worker)
{
    const struct isf_job *const job = cookie;
    float *const tile = job->tiles + (size_t)worker * ISF_TILE * ISF_TILE;
    const size_t first = block * ISF_TILE;
    const size_t rows = job->to.rows - first < ISF_TILE ? job->to.rows - first : ISF_TILE;
    double sum[ISF_TILE] = {0};
    for (size_t j0 = 0; j0 < job->from.rows; j0 += ISF_TILE) {
        const size_t cols = job->from.rows - j0 < ISF_TILE ? job->from.rows - j0 : ISF_TILE;
        isg_sgemm(ISG_N, ISG_T, rows, cols, job->to.cols, 1.0F, isg_mat_row(job->to, first), job->to.stride,
            isg_mat_row(job->from, j0), job->from.stride, 0.0F, tile, ISF_TILE);
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < cols; j++)
                sum[i] += (double)expf(ISG_ISF_BETA * (tile[i * ISF_TILE + j] - 1.0F));
    }
    for (size_t i = 0; i < rows; i++)
        job->out[first + i] = (float)(log(sum[i]) + (double)ISG_ISF_BETA);
}

enum isg_status isg_space_isf_sums(
    struct isg_align_space *space, enum isg_side to, const struct isg_env *env, struct isg_error *err)
{
    if (space->isf[to])
        return ISG_OK;
    struct isg_mat from = space->v[1 - to];
    if (from.rows > ISF_WORDS)
        from.rows = ISF_WORDS;
    struct isf_job job = {.from = from,
        .to = space->v[to],
        .out = isg_malloc(space->v[to].rows, sizeof *job.out),
        .tiles = isg_malloc(isg_pool_threads(env->pool), ISF_TILE * ISF_TILE * sizeof *job.tiles)};
    if (!job.out || !job.tiles) {
        isg_free(job.out);
        isg_free(job.tiles);
        return isg_error_nomem(err, "the sums of the inverted softmax");
    }
    isg_pool_run(env->pool, (job.to.rows + ISF_TILE - 1) / ISF_TILE, isf_block, &job);
    if (space->mapped[to])
        isg_mat_give_back(job.to, 0, job.to.rows);
    isg_free(job.tiles);
    space->isf[to] = job.out;
    return ISG_OK;
}
