/* FAISS behind our own interface. The only file that includes its headers. */
#include "align/faiss.h"
#include "align/cxx.h"
#include "align/faiss_blas.h"
#include "align/topk.h"

#include <faiss/c_api/AutoTune_c.h>
#include <faiss/c_api/IndexFlat_c.h>
#include <faiss/c_api/Index_c.h>
#include <faiss/c_api/error_c.h>
#include <faiss/c_api/index_factory_c.h>
#include <faiss/c_api/index_io_c.h>
#include <faiss/c_api/utils/distances_c.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Queries at a time, and rows that they are multiplied with: the 1 MiB of products stays in the second-level cache. */
enum { BLOCK = 512, DATABASE_BLOCK = 512, SHORTLIST = 256 };

struct isg_faiss {
    FaissIndex *index; /* NULL where rows are taken a tile at a time */
    struct isg_mat y;
    uint32_t *row_of; /* of each vector in the index */
    size_t n;         /* vectors in the index */
    float *penalty;   /* of each row, or NULL */
    size_t tile;
    bool exact, on_disk;
};

void isg_faiss_free(struct isg_faiss *index)
{
    if (!index)
        return;
    if (index->index)
        faiss_Index_free(index->index);
    isg_free(index->row_of);
    isg_free(index->penalty);
    isg_free(index);
}

bool isg_faiss_exact(const struct isg_faiss *index)
{
    return index->exact;
}

static enum isg_status failure(struct isg_error *err, enum isg_status status, const char *what)
{
    static const char mark[] = "Error: ";
    const char *text = faiss_get_last_error();
    if (isg_cxx_out_of_memory())
        return isg_error_nomem(err, "a FAISS index");
    const char *const after = text ? strstr(text, mark) : NULL; /* functions and lines of FAISS come before */
    text = after ? after + sizeof mark - 1 : text ? text : "refused";
    isg_error_set(err, status, NULL, 0, "FAISS index \"%.100s\": %.200s", what, text);
    return isg_error_expected(
        err, "a file of align index, or a factory string such as HNSW32 or IVF1024,Flat;nprobe=32");
}

/* ---- making one ---- */

/* FAISS itself runs on one thread wherever it is called: our own threads call it, each with queries of its own, and the
 * order in which a graph grows, and so what it finds, would depend on their number. */
static void ready_library(void)
{
    isg_cxx_hush();
    omp_set_num_threads(1);
    faiss_set_distance_compute_blas_query_bs(BLOCK);
    faiss_set_distance_compute_blas_database_bs(DATABASE_BLOCK);
}

static enum isg_status new_index(struct isg_faiss **out, const struct isg_faiss_rows *rows, struct isg_error *err)
{
    struct isg_faiss *const index = isg_calloc(1, sizeof *index);
    *out = index;
    if (!index)
        return isg_error_nomem(err, "a FAISS index");
    index->y = rows->y;
    index->tile = rows->tile;
    index->on_disk = rows->on_disk;
    index->row_of = isg_malloc(rows->y.rows, sizeof *index->row_of);
    index->penalty = rows->penalty ? isg_malloc(rows->y.rows, sizeof *index->penalty) : NULL;
    if (!index->row_of || (rows->penalty && !index->penalty))
        return isg_error_nomem(err, "a FAISS index");
    if (rows->penalty)
        memcpy(index->penalty, rows->penalty, rows->y.rows * sizeof *index->penalty);
    for (size_t i = 0; i < rows->y.rows; i++)
        if (!rows->out || !rows->out[i])
            index->row_of[index->n++] = (uint32_t)i;
    ready_library();
    return isg_faiss_blas_reserve(1, err);
}

/* [y; -p] of vectors first .. first + n - 1. */
static void fill(const struct isg_faiss *index, size_t first, size_t n, float *x)
{
    const size_t d = index->y.cols;
    for (size_t i = 0; i < n; i++) {
        const uint32_t row = index->row_of[first + i];
        memcpy(x + i * (d + 1), isg_mat_row(index->y, row), d * sizeof *x);
        x[i * (d + 1) + d] = index->penalty ? -index->penalty[row] : 0.0F;
    }
}

/* Adds n vectors without a copy of them beside the index: zeroes, from pages that take no memory, then the vectors in
 * place. Room is asked for first, because FAISS says nothing useful of a failure. */
static enum isg_status add_flat(struct isg_faiss *index, size_t first, size_t n, struct isg_error *err)
{
    size_t size = 0, bytes = n * (index->y.cols + 1) * sizeof(float);
    float *xb = NULL;
    void *const room = isg_malloc(bytes, 1);
    isg_free(room);
    void *const zeroes = mmap(NULL, bytes ? bytes : 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!room || zeroes == MAP_FAILED) {
        if (zeroes != MAP_FAILED)
            munmap(zeroes, bytes ? bytes : 1);
        return isg_error_nomem(err, "a FAISS index");
    }
    const int bad = n > 0 && faiss_Index_add(index->index, (idx_t)n, zeroes) != 0;
    munmap(zeroes, bytes ? bytes : 1);
    if (bad)
        return failure(err, ISG_EFAILED, "Flat");
    faiss_IndexFlat_xb(faiss_IndexFlat_cast(index->index), &xb, &size);
    fill(index, first, n, xb);
    return ISG_OK;
}

static enum isg_status add_trained(struct isg_faiss *index, const char *factory, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    float *const x = isg_malloc(index->n, (index->y.cols + 1) * sizeof *x);
    void *const room = isg_malloc(index->n, (index->y.cols + 1) * sizeof *x);
    isg_free(room);
    if (!x || !room) {
        isg_free(x);
        return isg_error_nomem(err, "a FAISS index");
    }
    fill(index, 0, index->n, x);
    if (!faiss_Index_is_trained(index->index) && faiss_Index_train(index->index, (idx_t)index->n, x) != 0)
        status = failure(err, ISG_EFAILED, factory);
    else if (faiss_Index_add(index->index, (idx_t)index->n, x) != 0)
        status = failure(err, ISG_EFAILED, factory);
    isg_free(x);
    return status;
}

static enum isg_status set_parameters(struct isg_faiss *index, const char *parameters, struct isg_error *err)
{
    FaissParameterSpace *space = NULL;
    int bad = faiss_ParameterSpace_new(&space);
    if (!bad)
        bad = faiss_ParameterSpace_set_index_parameters(space, index->index, parameters);
    if (space)
        faiss_ParameterSpace_free(space);
    return bad ? failure(err, ISG_EUSAGE, parameters) : ISG_OK;
}

enum isg_status isg_faiss_new(
    struct isg_faiss **out, const struct isg_faiss_rows *rows, const char *factory, struct isg_error *err)
{
    enum isg_status status;
    char description[256];
    const size_t len = strcspn(factory, ";");
    struct isg_faiss *index = NULL;
    *out = NULL;
    if (len >= sizeof description)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "a FAISS factory string of %zu bytes", len);
    snprintf(description, sizeof description, "%.*s", (int)len, factory);
    ISG_GOTO(new_index(&index, rows, err));
    index->exact = strcmp(description, "Flat") == 0;
    if (!index->exact)
        index->tile = 0;
    if (!index->tile) {
        if (faiss_index_factory(&index->index, (int)index->y.cols + 1, description, METRIC_INNER_PRODUCT) != 0)
            status = failure(err, ISG_EUSAGE, factory);
        else
            status = index->exact ? add_flat(index, 0, index->n, err) : add_trained(index, factory, err);
        if (status == ISG_OK && factory[len])
            status = set_parameters(index, factory + len + 1, err);
    }
    if (status == ISG_OK) {
        *out = index;
        index = NULL;
    }
out:
    isg_faiss_free(index);
    return status;
}

/* ---- searching ---- */

/* x . y by a sum of fixed order; float would do, but for the ties of rows that are not quite equal. */
static double product(const float *x, const float *y, size_t d)
{
    enum { LANES = 8 };
    double sum[LANES] = {0}, total = 0;
    size_t j = 0;
    for (; j + LANES <= d; j += LANES)
        for (size_t l = 0; l < LANES; l++)
            sum[l] += (double)(x[j + l] * y[j + l]);
    for (; j < d; j++)
        total += (double)(x[j] * y[j]);
    for (size_t l = 0; l < LANES; l++)
        total += sum[l];
    return total;
}

static int best_first(const void *a, const void *b)
{
    const struct isg_near *const x = a, *const y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

struct scratch {
    float *x;              /* BLOCK x (d + 1) */
    float *scores;         /* BLOCK x depth */
    idx_t *at;             /* BLOCK x depth */
    struct isg_near *near; /* depth, grows */
    size_t cap, cap_scores, cap_at;
};
struct job {
    const struct isg_faiss *index;
    struct isg_mat queries;
    const float *penalty;
    float last; /* coordinate of the queries: 1 = with the index's penalties */
    uint32_t k, depth;
    struct isg_near *out;
    struct scratch *scratch; /* a worker's */
    int failed;              /* 1 = memory, 2 = FAISS */
};

/* The first n of w->at scored again and sorted; the k best go out. False where a row that FAISS left out could be among
 * them. */
static bool score_again(const struct job *job, struct scratch *w, const float *query, const float *scores,
    const idx_t *at, size_t depth, struct isg_near *out)
{
    const struct isg_faiss *const f = job->index;
    const double slack = 0x1p-22 * (double)(f->y.cols + 1); /* two sums of d products of unit vectors */
    size_t n = 0;
    for (size_t r = 0; r < depth; r++) {
        if (at[r] < 0)
            continue;
        const uint32_t row = f->row_of[at[r]];
        const double cosine = product(query, isg_mat_row(f->y, row), f->y.cols);
        w->near[n++] = (struct isg_near){row, (float)(cosine - (job->penalty ? (double)job->penalty[row] : 0))};
    }
    qsort(w->near, n, sizeof *w->near, best_first);
    for (uint32_t r = 0; r < job->k; r++)
        out[r] = r < n ? w->near[r] : (struct isg_near){ISG_NO_ID, -INFINITY};
    return !f->exact || n < depth || depth >= f->n ||
           (n >= job->k && (double)scores[depth - 1] < (double)out[job->k - 1].score - slack);
}

/* One query again, with a list that is long enough. */
static int search_deeper(const struct job *job, struct scratch *w, const float *x, struct isg_near *out)
{
    size_t depth = job->depth;
    do {
        depth = depth * 4 < job->index->n ? depth * 4 : job->index->n;
        if (!ISG_GROW(w->scores, w->cap_scores, depth) || !ISG_GROW(w->at, w->cap_at, depth) ||
            !ISG_GROW(w->near, w->cap, depth))
            return 1;
        if (faiss_Index_search(job->index->index, 1, x, (idx_t)depth, w->scores, w->at) != 0)
            return 2;
    } while (!score_again(job, w, x, w->scores, w->at, depth, out));
    return 0;
}

static void search_block(void *cookie, size_t block, unsigned worker)
{
    struct job *const job = cookie;
    const size_t d = job->index->y.cols, first = block * BLOCK, depth = job->depth;
    const size_t n = job->queries.rows - first < BLOCK ? job->queries.rows - first : BLOCK;
    struct scratch *const w = &job->scratch[worker];
    int failed = 0;
    bool sure[BLOCK];
    omp_set_num_threads(1); /* of this worker */
    for (size_t i = 0; i < n; i++) {
        memcpy(w->x + i * (d + 1), isg_mat_row(job->queries, first + i), d * sizeof *w->x);
        w->x[i * (d + 1) + d] = job->last;
    }
    if (faiss_Index_search(job->index->index, (idx_t)n, w->x, (idx_t)depth, w->scores, w->at) != 0)
        failed = 2;
    for (size_t i = 0; !failed && i < n; i++)
        sure[i] = score_again(job, w, w->x + i * (d + 1), w->scores + i * depth, w->at + i * depth, depth,
            job->out + (first + i) * job->k);
    for (size_t i = 0; !failed && i < n; i++)
        if (!sure[i])
            failed = search_deeper(job, w, w->x + i * (d + 1), job->out + (first + i) * job->k);
    if (failed)
        __atomic_store_n(&job->failed, failed, __ATOMIC_RELAXED);
}

static bool has_room(struct scratch *w, size_t d, size_t depth)
{
    w->x = isg_malloc(BLOCK, (d + 1) * sizeof *w->x);
    return w->x && ISG_GROW(w->scores, w->cap_scores, BLOCK * depth) && ISG_GROW(w->at, w->cap_at, BLOCK * depth) &&
           ISG_GROW(w->near, w->cap, depth);
}

static enum isg_status search(const struct isg_faiss *index, struct isg_mat queries, const float *penalty, uint32_t k,
    struct isg_near *out, const struct isg_env *env, struct isg_error *err)
{
    const unsigned workers = isg_pool_threads(env->pool);
    const bool own = penalty && index->penalty;
    struct job job = {
        .index = index, .queries = queries, .penalty = penalty, .last = own ? 1.0F : 0.0F, .k = k, .out = out};
    /* A few more than k, for ties; many more, where they are the nearest by something else. */
    const size_t depth = (size_t)k + (penalty && !own ? SHORTLIST : 4 + k / 16);
    job.depth = (uint32_t)(depth < index->n ? depth : index->n);
    if (index->n == 0) {
        for (size_t i = 0; i < queries.rows * k; i++)
            out[i] = (struct isg_near){ISG_NO_ID, -INFINITY};
        return ISG_OK;
    }
    ISG_TRY(isg_faiss_blas_reserve(workers, err));
    job.scratch = isg_calloc(workers, sizeof *job.scratch);
    bool room = job.scratch != NULL;
    for (unsigned i = 0; room && i < workers; i++)
        room = has_room(&job.scratch[i], index->y.cols, job.depth);
    if (room)
        isg_pool_run(env->pool, (queries.rows + BLOCK - 1) / BLOCK, search_block, &job);
    for (unsigned i = 0; job.scratch && i < workers; i++) {
        isg_free(job.scratch[i].x);
        isg_free(job.scratch[i].scores);
        isg_free(job.scratch[i].at);
        isg_free(job.scratch[i].near);
    }
    isg_free(job.scratch);
    return !room || job.failed == 1 ? isg_error_nomem(err, "a FAISS search")
           : job.failed             ? failure(err, ISG_EFAILED, "search")
                                    : ISG_OK;
}

/* Where memory is limited: an index of a tile of rows at a time, and the best of all tiles. */
static enum isg_status search_tiles(const struct isg_faiss *index, struct isg_mat queries, const float *penalty,
    uint32_t k, struct isg_near *out, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_near *const found = isg_malloc(queries.rows, k * sizeof *found);
    struct isg_near *const both = isg_malloc(2, k * sizeof *both);
    if (!found || !both) {
        status = isg_error_nomem(err, "a FAISS search");
        goto out;
    }
    for (size_t i = 0; i < queries.rows * k; i++)
        out[i] = (struct isg_near){ISG_NO_ID, -INFINITY};
    for (size_t first = 0; first < index->n; first += index->tile) {
        struct isg_faiss part = *index;
        part.n = index->n - first < index->tile ? index->n - first : index->tile;
        part.row_of += first;
        part.index = NULL;
        if (faiss_index_factory(&part.index, (int)index->y.cols + 1, "Flat", METRIC_INNER_PRODUCT) != 0)
            status = failure(err, ISG_EFAILED, "Flat");
        if (status == ISG_OK)
            status = add_flat(&part, 0, part.n, err);
        if (status == ISG_OK)
            status = search(&part, queries, penalty, k, found, env, err);
        if (part.index)
            faiss_Index_free(part.index);
        if (status != ISG_OK)
            goto out;
        const size_t from = part.row_of[0], to = (size_t)part.row_of[part.n - 1] + 1;
        if (index->on_disk)
            isg_mat_give_back(index->y, from, to - from);
        for (size_t i = 0; i < queries.rows; i++) {
            memcpy(both, out + i * k, k * sizeof *both);
            memcpy(both + k, found + i * k, k * sizeof *both);
            qsort(both, 2 * (size_t)k, sizeof *both, best_first);
            memcpy(out + i * k, both, k * sizeof *both);
        }
    }
out:
    isg_free(found);
    isg_free(both);
    return status;
}

enum isg_status isg_faiss_search(const struct isg_faiss *index, struct isg_mat queries, const float *penalty,
    uint32_t k, struct isg_near *out, const struct isg_env *env, struct isg_error *err)
{
    return index->tile ? search_tiles(index, queries, penalty, k, out, env, err)
                       : search(index, queries, penalty, k, out, env, err);
}

/* ---- files ---- */

struct sink {
    void (*put)(void *cookie, const void *data, size_t n);
    void *cookie;
};

static ssize_t pass_on(void *cookie, const char *data, size_t n)
{
    const struct sink *const sink = cookie;
    sink->put(sink->cookie, data, n);
    return (ssize_t)n;
}

enum isg_status isg_faiss_write(const struct isg_faiss *index, void (*put)(void *cookie, const void *data, size_t n),
    void *cookie, struct isg_error *err)
{
    struct sink sink = {put, cookie};
    FILE *const f = fopencookie(&sink, "wb", (cookie_io_functions_t){.write = pass_on});
    if (!f)
        return isg_error_nomem(err, "a FAISS index");
    const int bad = faiss_write_index(index->index, f) != 0;
    return fclose(f) != 0 || bad ? failure(err, ISG_EFAILED, "writing") : ISG_OK;
}

enum isg_status isg_faiss_read(struct isg_faiss **out, const char *path, const struct isg_faiss_rows *rows,
    const char *parameters, struct isg_error *err)
{
    /* Of FAISS's C++ interface, since its C header has an old value. */
    enum { READ_ONLY = 2, MAP_LISTS = 0x646f0008 };
    enum isg_status status;
    struct isg_faiss *index = NULL;
    *out = NULL;
    ISG_GOTO(new_index(&index, rows, err));
    if (faiss_read_index_fname(path, READ_ONLY | MAP_LISTS, &index->index) != 0 &&
        faiss_read_index_fname(path, READ_ONLY, &index->index) != 0) {
        index->index = NULL;
        status = failure(err, ISG_EDATA, path);
        goto out;
    }
    index->exact = faiss_IndexFlat_cast(index->index) != NULL;
    if (faiss_Index_ntotal(index->index) != (idx_t)index->n || faiss_Index_d(index->index) != (int)rows->y.cols + 1) {
        isg_error_set(err, ISG_EDATA, path, 0, "an index of %lld vectors of %d dimensions",
            (long long)faiss_Index_ntotal(index->index), faiss_Index_d(index->index));
        status = isg_error_expected(err, "%zu of %zu", index->n, rows->y.cols + 1);
        goto out;
    }
    if (parameters)
        ISG_GOTO(set_parameters(index, parameters, err));
    *out = index;
    index = NULL;
out:
    isg_faiss_free(index);
    return status;
}
