/* Both vocabularies in the common space, and retrieval in it. */
#include "align/faiss.h"
#include "align/map.h"
#include "align/topk.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Inverted softmax: inverse temperature, and how many of the most frequent source words its sums run over. */
#define ISF_BETA 30.0F
enum { ISF_WORDS = 20000, ISF_TILE = 256 };

struct isg_align_space {
    const struct isg_align_map *map;
    struct isg_space_opts opts;
    struct isg_mat v[2];
    size_t mapped[2]; /* bytes of a temporary file that v lies in; 0 = in memory */
    bool *zero[2];    /* words without a vector */
    float *mean[2];   /* r of CSLS; NULL until wanted */
    float *isf[2];    /* log sum exp of the inverted softmax; NULL until wanted */
    uint32_t csls_k;
    char *index;             /* FAISS factory string; NULL = our own exact search */
    struct isg_faiss *faiss; /* over the rows of one side under one retrieval */
    enum isg_side faiss_side;
    enum isg_retrieval faiss_retrieval;
};

void isg_align_space_free(struct isg_align_space *space)
{
    if (!space)
        return;
    for (int s = 0; s < 2; s++) {
        if (space->mapped[s])
            munmap(space->v[s].x, space->mapped[s]);
        else
            isg_free(space->v[s].x);
        isg_free(space->zero[s]);
        isg_free(space->mean[s]);
        isg_free(space->isf[s]);
    }
    isg_free(space->index);
    isg_faiss_free(space->faiss);
    isg_free(space);
}

enum isg_status isg_align_space_set_index(
    struct isg_align_space *space, const char *factory, struct isg_error *err)
{
    char *const copy = factory ? isg_strndup(factory, strlen(factory)) : NULL;
    if (factory && !copy)
        return isg_error_nomem(err, "the common space");
    isg_free(space->index);
    isg_faiss_free(space->faiss);
    space->faiss = NULL;
    space->index = copy;
    return ISG_OK;
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

/* Room for a side's rows in a file without a name, which goes when the space does. */
static enum isg_status map_file(
    struct isg_align_space *space, enum isg_side side, size_t bytes, struct isg_error *err)
{
    char path[4096];
    const char *const folder = space->opts.folder ? space->opts.folder : "/var/tmp";
    snprintf(path, sizeof path, "%s/isogloss-XXXXXX", folder);
    const int fd = mkstemp(path);
    if (fd < 0)
        return isg_error_errno(err, folder, "creating a temporary file");
    unlink(path);
    /* Not only as long as wanted: really there, so that a full disk is an error here and not a signal later. */
    const int failed = posix_fallocate(fd, 0, (off_t)bytes);
    void *const x = failed ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (failed)
        errno = failed;
    const enum isg_status status =
        x == MAP_FAILED ? isg_error_errno(err, folder, "room for vectors") : ISG_OK;
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
    /* A quarter a side: the other half is for what is read and for what is found. */
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
    enum isg_status status =
        isg_align_space_open(&space, map, &(struct isg_space_opts){.csls_k = csls_k}, err);
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

enum isg_status isg_align_space_means(
    struct isg_align_space *space, const struct isg_env *env, struct isg_error *err)
{
    if (space->mean[0])
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

const float *isg_align_space_mean(const struct isg_align_space *space, enum isg_side side)
{
    return space->mean[side];
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
                sum[i] += (double)expf(ISF_BETA * (tile[i * ISF_TILE + j] - 1.0F));
    }
    for (size_t i = 0; i < rows; i++)
        job->out[first + i] = (float)(log(sum[i]) + (double)ISF_BETA);
}

static enum isg_status isf_sums(
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

/* ---- retrieval ---- */

/* Every retrieval ranks by cos(x, y) - penalty(y). */
static enum isg_status penalties(struct isg_align_space *space, enum isg_side to,
    enum isg_retrieval retrieval, float **out, const struct isg_env *env, struct isg_error *err)
{
    const size_t n = space->v[to].rows;
    if (retrieval == ISG_RETRIEVE_CSLS)
        ISG_TRY(isg_align_space_means(space, env, err));
    if (retrieval == ISG_RETRIEVE_ISF)
        ISG_TRY(isf_sums(space, to, env, err));
    float *const penalty = isg_malloc(n, sizeof *penalty);
    if (!penalty)
        return isg_error_nomem(err, "retrieval");
    for (size_t i = 0; i < n; i++)
        penalty[i] = space->zero[to][i]               ? INFINITY
                     : retrieval == ISG_RETRIEVE_CSLS ? space->mean[to][i] / 2
                     : retrieval == ISG_RETRIEVE_ISF  ? space->isf[to][i] / ISF_BETA
                                                      : 0.0F;
    *out = penalty;
    return ISG_OK;
}

static enum isg_status search(struct isg_align_space *space, enum isg_side from, struct isg_mat queries,
    const float *mean, enum isg_retrieval retrieval, bool index, uint32_t k, struct isg_near *out,
    const struct isg_env *env, struct isg_error *err)
{
    float *penalty = NULL;
    ISG_TRY(penalties(space, (enum isg_side)(1 - from), retrieval, &penalty, env, err));
    const enum isg_side to = (enum isg_side)(1 - from);
    enum isg_status status = ISG_OK;
    if (space->index && index) {
        if (!space->faiss || space->faiss_side != to || space->faiss_retrieval != retrieval) {
            isg_faiss_free(space->faiss);
            space->faiss_side = to;
            space->faiss_retrieval = retrieval;
            status = isg_faiss_new(&space->faiss, space->v[to], penalty, space->index, env, err);
        }
        if (status == ISG_OK)
            status = isg_faiss_search(space->faiss, queries, k, out, env, err);
    } else {
        const struct isg_topk wanted = {.k = k, .penalty = penalty, .out = out};
        const struct isg_topk others = {.on_disk = space->mapped[to] > 0};
        status = isg_topk_both(queries, space->v[to], &wanted, &others, "retrieval", env, err);
    }
    isg_free(penalty);
    for (size_t i = 0; status == ISG_OK && i < queries.rows; i++) {
        bool zero = true;
        for (size_t j = 0; j < queries.cols && zero; j++)
            zero = isg_mat_row(queries, i)[j] == 0.0F;
        for (uint32_t r = 0; r < k; r++) {
            struct isg_near *const near = &out[i * k + r];
            if (zero)
                *near = (struct isg_near){ISG_NO_ID, -INFINITY};
            if (near->row == ISG_NO_ID)
                continue;
            if (retrieval == ISG_RETRIEVE_CSLS)
                near->score = 2 * near->score - mean[i];
            else if (retrieval == ISG_RETRIEVE_ISF)
                near->score *= ISF_BETA;
        }
    }
    return status;
}

enum isg_status isg_align_knn(struct isg_align_space *space, enum isg_side from, const uint32_t *rows,
    size_t n, enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env,
    struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const struct isg_mat v = space->v[from];
    float *x = NULL, *mean = NULL;
    struct isg_mat queries = v;
    queries.rows = n;
    if (!rows && n > v.rows)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "%zu queries of %zu words", n, v.rows);
    if (retrieval == ISG_RETRIEVE_CSLS)
        ISG_TRY(isg_align_space_means(space, env, err));
    if (rows) {
        x = isg_malloc(n, v.cols * sizeof *x);
        mean = isg_malloc(n, sizeof *mean);
        if (!x || !mean) {
            status = isg_error_nomem(err, "retrieval");
            goto out;
        }
        for (size_t i = 0; i < n; i++) {
            if (rows[i] >= v.rows) {
                status =
                    isg_error_set(err, ISG_EUSAGE, NULL, 0, "row %u of %zu words", (unsigned)rows[i], v.rows);
                goto out;
            }
            memcpy(x + i * v.cols, isg_mat_row(v, rows[i]), v.cols * sizeof *x);
            mean[i] = space->mean[from] ? space->mean[from][rows[i]] : 0.0F;
        }
        queries = isg_mat(x, n, v.cols);
    }
    status = search(space, from, queries, rows ? mean : space->mean[from], retrieval, true, k, out, env, err);
out:
    isg_free(x);
    isg_free(mean);
    return status;
}

enum isg_status isg_align_knn_vectors(struct isg_align_space *space, enum isg_side from,
    struct isg_mat queries, enum isg_retrieval retrieval, uint32_t k, struct isg_near *out,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const uint32_t near_k = space->csls_k;
    float *const mean = isg_malloc(queries.rows, sizeof *mean);
    struct isg_near *const near = isg_malloc(queries.rows, near_k * sizeof *near);
    if (!mean || !near) {
        status = isg_error_nomem(err, "retrieval");
        goto out;
    }
    if (retrieval == ISG_RETRIEVE_CSLS) {
        ISG_GOTO(search(space, from, queries, NULL, ISG_RETRIEVE_NN, false, near_k, near, env, err));
        isg_topk_means(near, queries.rows, near_k, mean);
    }
    ISG_GOTO(search(space, from, queries, mean, retrieval, true, k, out, env, err));
out:
    isg_free(mean);
    isg_free(near);
    return status;
}

/* ---- recall of an index ---- */

enum isg_status isg_align_space_recall(struct isg_align_space *space, enum isg_side from,
    enum isg_retrieval retrieval, uint32_t k, double *recall, const struct isg_env *env,
    struct isg_error *err)
{
    enum { SAMPLE = 1000 };
    enum isg_status status = ISG_OK;
    const size_t all = space->v[from].rows, n = all < SAMPLE ? all : SAMPLE;
    uint32_t *const rows = isg_malloc(n, sizeof *rows);
    struct isg_near *const exact = isg_malloc(n, k * sizeof *exact), *const found =
                                                                         isg_malloc(n, k * sizeof *found);
    char *const index = space->index;
    if (!rows || !exact || !found) {
        status = isg_error_nomem(err, "the recall of an index");
        goto out;
    }
    for (size_t i = 0; i < n; i++) /* over all frequencies */
        rows[i] = (uint32_t)(i * all / n);
    ISG_GOTO(isg_align_knn(space, from, rows, n, retrieval, k, found, env, err));
    space->index = NULL;
    status = isg_align_knn(space, from, rows, n, retrieval, k, exact, env, err);
    space->index = index;
    size_t wanted = 0, hits = 0;
    for (size_t i = 0; status == ISG_OK && i < n * k; i++) {
        if (exact[i].row == ISG_NO_ID)
            continue;
        wanted++;
        for (size_t r = i / k * k; r < (i / k + 1) * k; r++)
            hits += found[r].row == exact[i].row;
    }
    *recall = wanted ? (double)hits / (double)wanted : 1;
out:
    isg_free(rows);
    isg_free(exact);
    isg_free(found);
    return status;
}

/* ---- a few words at once ---- */

enum { SHORTLIST = 1000 };

/* The penalty of every row: INFINITY, but half the mean cosine of the shortlisted. */
static enum isg_status shortlist_penalty(struct isg_align_space *space, enum isg_side from,
    const struct isg_near *list, size_t n, float *penalty, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const struct isg_mat to = space->v[1 - from];
    const uint32_t k = space->csls_k;
    uint32_t *const rows = isg_malloc(n, sizeof *rows);
    float *const x = isg_malloc(n, to.cols * sizeof *x), *const mean = isg_malloc(n, sizeof *mean);
    struct isg_near *const near = isg_malloc(n, k * sizeof *near);
    if (!rows || !x || !mean || !near) {
        status = isg_error_nomem(err, "retrieval");
        goto out;
    }
    size_t n_rows = 0;
    for (size_t i = 0; i < to.rows; i++)
        penalty[i] = INFINITY;
    for (size_t i = 0; i < n; i++)
        if (list[i].row != ISG_NO_ID && penalty[list[i].row] == INFINITY) {
            penalty[list[i].row] = 0;
            memcpy(x + n_rows * to.cols, isg_mat_row(to, list[i].row), to.cols * sizeof *x);
            rows[n_rows++] = list[i].row;
        }
    ISG_GOTO(search(space, (enum isg_side)(1 - from), isg_mat(x, n_rows, to.cols), NULL, ISG_RETRIEVE_NN,
        false, k, near, env, err));
    isg_topk_means(near, n_rows, k, mean);
    for (size_t i = 0; i < n_rows; i++)
        penalty[rows[i]] = mean[i] / 2;
out:
    isg_free(rows);
    isg_free(x);
    isg_free(mean);
    isg_free(near);
    return status;
}

enum isg_status isg_align_lookup(struct isg_align_space *space, enum isg_side from, const uint32_t *rows,
    size_t n, enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env,
    struct isg_error *err)
{
    if (retrieval != ISG_RETRIEVE_CSLS || space->mean[0])
        return isg_align_knn(space, from, rows, n, retrieval, k, out, env, err);
    enum isg_status status = ISG_OK;
    const struct isg_mat v = space->v[from], to = space->v[1 - from];
    const uint32_t depth = SHORTLIST > k ? SHORTLIST : k;
    float *const penalty = isg_malloc(to.rows, sizeof *penalty);
    struct isg_near *const list = isg_malloc(n, depth * sizeof *list);
    if (!penalty || !list) {
        status = isg_error_nomem(err, "retrieval");
        goto out;
    }
    ISG_GOTO(isg_align_knn(space, from, rows, n, ISG_RETRIEVE_NN, depth, list, env, err));
    ISG_GOTO(shortlist_penalty(space, from, list, n * depth, penalty, env, err));
    for (size_t i = 0; i < n; i++) {
        float mean;
        isg_topk_means(list + i * depth, 1, space->csls_k < depth ? space->csls_k : depth, &mean);
        const struct isg_topk wanted = {.k = k, .penalty = penalty, .out = out + i * k};
        ISG_GOTO(isg_topk_both(isg_mat_rows(v, rows[i], 1), to, &wanted, NULL, "retrieval", env, err));
        for (uint32_t r = 0; r < k; r++)
            if (space->zero[from][rows[i]])
                out[i * k + r] = (struct isg_near){ISG_NO_ID, -INFINITY};
            else if (out[i * k + r].row != ISG_NO_ID)
                out[i * k + r].score = 2 * out[i * k + r].score - mean;
    }
out:
    isg_free(penalty);
    isg_free(list);
    return status;
}
