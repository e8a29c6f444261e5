/* FAISS behind our own interface. The only file that includes its headers. */
#include "align/faiss.h"
#include "align/cxx.h"
#include "align/faiss_blas.h"

#include <faiss/c_api/AutoTune_c.h>
#include <faiss/c_api/Index_c.h>
#include <faiss/c_api/error_c.h>
#include <faiss/c_api/index_factory_c.h>
#include <math.h>
#include <omp.h>
#include <string.h>

enum { BLOCK = 256 };
struct isg_faiss {
    FaissIndex *index;
    size_t d;  /* of the rows, one more in the index */
    bool *out; /* rows that are kept out */
    size_t n;
};

void isg_faiss_free(struct isg_faiss *index)
{
    if (!index)
        return;
    if (index->index)
        faiss_Index_free(index->index);
    isg_free(index->out);
    isg_free(index);
}

static enum isg_status failure(struct isg_error *err, enum isg_status status, const char *factory)
{
    const char *const text = faiss_get_last_error();
    if (isg_cxx_out_of_memory())
        return isg_error_nomem(err, "a FAISS index");
    isg_error_set(err, status, NULL, 0, "FAISS index \"%s\": %.200s", factory, text ? text : "refused");
    return isg_error_expected(err, "a factory string such as Flat, HNSW32 or IVF1024,Flat;nprobe=32");
}

static enum isg_status build(struct isg_faiss *index, const float *x, const char *factory, struct isg_error *err)
{
    char description[256];
    const char *const semicolon = strchr(factory, ';');
    const size_t len = semicolon ? (size_t)(semicolon - factory) : strlen(factory);
    if (len >= sizeof description)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "a FAISS factory string of %zu bytes", len);
    memcpy(description, factory, len);
    description[len] = '\0';
    if (faiss_index_factory(&index->index, (int)index->d + 1, description, METRIC_INNER_PRODUCT) != 0)
        return failure(err, ISG_EUSAGE, factory);
    if (!faiss_Index_is_trained(index->index) && faiss_Index_train(index->index, (idx_t)index->n, x) != 0)
        return failure(err, ISG_EFAILED, factory);
    if (faiss_Index_add(index->index, (idx_t)index->n, x) != 0)
        return failure(err, ISG_EFAILED, factory);
    if (!semicolon)
        return ISG_OK;
    FaissParameterSpace *space = NULL;
    int bad = faiss_ParameterSpace_new(&space);
    if (!bad)
        bad = faiss_ParameterSpace_set_index_parameters(space, index->index, semicolon + 1);
    if (space)
        faiss_ParameterSpace_free(space);
    return bad ? failure(err, ISG_EUSAGE, factory) : ISG_OK;
}

enum isg_status isg_faiss_new(struct isg_faiss **out, struct isg_mat rows, const float *penalty, const char *factory,
    const struct isg_env *env, struct isg_error *err)
{
    *out = NULL;
    ISG_TRY(isg_faiss_blas_reserve(isg_pool_threads(env->pool), err));
    enum isg_status status;
    struct isg_faiss *index = isg_calloc(1, sizeof *index);
    const size_t d = rows.cols + 1;
    float *const x = isg_malloc(rows.rows, d * sizeof *x);
    if (!index || !x || !(index->out = isg_calloc(rows.rows, sizeof *index->out))) {
        status = isg_error_nomem(err, "a FAISS index");
        goto out;
    }
    index->d = rows.cols;
    index->n = rows.rows;
    for (size_t i = 0; i < rows.rows; i++) {
        index->out[i] = penalty[i] == INFINITY;
        memcpy(x + i * d, isg_mat_row(rows, i), rows.cols * sizeof *x);
        x[i * d + rows.cols] = index->out[i] ? -2.0F : -penalty[i]; /* last among all, and dropped when found */
    }
    /* One thread: the order in which a graph grows, and so what it finds, would depend on their number. */
    omp_set_num_threads(1);
    ISG_GOTO(build(index, x, factory, err));
    *out = index;
    index = NULL;
out:
    isg_free(x);
    isg_faiss_free(index);
    return status;
}

struct job {
    const struct isg_faiss *index;
    struct isg_mat queries;
    uint32_t k;
    struct isg_near *out;
    float *x, *scores; /* a worker's: BLOCK x (d + 1), BLOCK x k */
    idx_t *rows;
    bool failed;
};

static void search_block(void *cookie, size_t block, unsigned worker)
{
    struct job *const job = cookie;
    const size_t d = job->index->d, first = block * BLOCK, k = job->k;
    const size_t n = job->queries.rows - first < BLOCK ? job->queries.rows - first : BLOCK;
    float *const x = job->x + worker * BLOCK * (d + 1), *const scores = job->scores + worker * BLOCK * k;
    idx_t *const rows = job->rows + worker * BLOCK * k;
    omp_set_num_threads(1); /* of this worker: the threads are ours */
    memset(x, 0, BLOCK * (d + 1) * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        memcpy(x + i * (d + 1), isg_mat_row(job->queries, first + i), d * sizeof *x);
        x[i * (d + 1) + d] = 1.0F;
    }
    /* Always whole blocks: FAISS computes a few queries by another way than many, with other rounding. */
    if (faiss_Index_search(job->index->index, BLOCK, x, (idx_t)k, scores, rows) != 0) {
        __atomic_store_n(&job->failed, true, __ATOMIC_RELAXED);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct isg_near *const out = job->out + (first + i) * k;
        size_t found = 0;
        for (size_t r = 0; r < k; r++) {
            const idx_t row = rows[i * k + r];
            if (row < 0 || job->index->out[row])
                continue;
            size_t at = found++;
            for (; at > 0 && out[at - 1].score == scores[i * k + r] && out[at - 1].row > (uint32_t)row; at--)
                out[at] = out[at - 1];
            out[at] = (struct isg_near){(uint32_t)row, scores[i * k + r]};
        }
        for (; found < k; found++)
            out[found] = (struct isg_near){ISG_NO_ID, -INFINITY};
    }
}

enum isg_status isg_faiss_search(const struct isg_faiss *index, struct isg_mat queries, uint32_t k,
    struct isg_near *out, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t workers = isg_pool_threads(env->pool);
    struct job job = {.index = index, .queries = queries, .k = k, .out = out};
    job.x = isg_malloc(workers * BLOCK, (index->d + 1) * sizeof *job.x);
    job.scores = isg_malloc(workers * BLOCK, k * sizeof *job.scores);
    job.rows = isg_malloc(workers * BLOCK, k * sizeof *job.rows);
    if (!job.x || !job.scores || !job.rows)
        status = isg_error_nomem(err, "a FAISS search");
    else
        isg_pool_run(env->pool, (queries.rows + BLOCK - 1) / BLOCK, search_block, &job);
    if (status == ISG_OK && job.failed)
        status = failure(err, ISG_EFAILED, "search");
    isg_free(job.x);
    isg_free(job.scores);
    isg_free(job.rows);
    return status;
}
