/* Retrieval in the common space: exact, or through an index. */
#include "align/space.h"

#include <math.h>
#include <string.h>

/* Every retrieval ranks by cos(x, y) - penalty(y). */
static enum isg_status penalties(struct isg_align_space *space, enum isg_side to, enum isg_retrieval retrieval,
    float **out, const struct isg_env *env, struct isg_error *err)
{
    const size_t n = space->v[to].rows;
    if (retrieval == ISG_RETRIEVE_CSLS)
        ISG_TRY(isg_align_space_means(space, env, err));
    if (retrieval == ISG_RETRIEVE_ISF)
        ISG_TRY(isg_space_isf_sums(space, to, env, err));
    float *const penalty = isg_malloc(n, sizeof *penalty);
    if (!penalty)
        return isg_error_nomem(err, "retrieval");
    for (size_t i = 0; i < n; i++)
        penalty[i] = space->zero[to][i]               ? INFINITY
                     : retrieval == ISG_RETRIEVE_CSLS ? space->mean[to][i] / 2
                     : retrieval == ISG_RETRIEVE_ISF  ? space->isf[to][i] / ISG_ISF_BETA
                                                      : 0.0F;
    *out = penalty;
    return ISG_OK;
}

enum isg_status isg_space_search(struct isg_align_space *space, enum isg_side from, struct isg_mat queries,
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
                near->score *= ISG_ISF_BETA;
        }
    }
    return status;
}

enum isg_status isg_align_knn(struct isg_align_space *space, enum isg_side from, const uint32_t *rows, size_t n,
    enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env, struct isg_error *err)
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
                status = isg_error_set(err, ISG_EUSAGE, NULL, 0, "row %u of %zu words", (unsigned)rows[i], v.rows);
                goto out;
            }
            memcpy(x + i * v.cols, isg_mat_row(v, rows[i]), v.cols * sizeof *x);
            mean[i] = space->mean[from] ? space->mean[from][rows[i]] : 0.0F;
        }
        queries = isg_mat(x, n, v.cols);
    }
    status = isg_space_search(space, from, queries, rows ? mean : space->mean[from], retrieval, true, k, out, env, err);
out:
    isg_free(x);
    isg_free(mean);
    return status;
}

enum isg_status isg_align_knn_vectors(struct isg_align_space *space, enum isg_side from, struct isg_mat queries,
    enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env, struct isg_error *err)
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
        ISG_GOTO(isg_space_search(space, from, queries, NULL, ISG_RETRIEVE_NN, false, near_k, near, env, err));
        isg_topk_means(near, queries.rows, near_k, mean);
    }
    ISG_GOTO(isg_space_search(space, from, queries, mean, retrieval, true, k, out, env, err));
out:
    isg_free(mean);
    isg_free(near);
    return status;
}

/* ---- an index ---- */

enum isg_status isg_align_space_set_index(struct isg_align_space *space, const char *factory, struct isg_error *err)
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

enum isg_status isg_align_space_recall(struct isg_align_space *space, enum isg_side from, enum isg_retrieval retrieval,
    uint32_t k, double *recall, const struct isg_env *env, struct isg_error *err)
{
    enum { SAMPLE = 1000 };
    enum isg_status status = ISG_OK;
    const size_t all = space->v[from].rows, n = all < SAMPLE ? all : SAMPLE;
    uint32_t *const rows = isg_malloc(n, sizeof *rows);
    struct isg_near *const exact = isg_malloc(n, k * sizeof *exact), *const found = isg_malloc(n, k * sizeof *found);
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
