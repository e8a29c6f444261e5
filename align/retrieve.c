/* Retrieval in the common space: exact, or through an index. */
#include "align/space.h"

#include <math.h>
#include <string.h>

/* Every retrieval ranks by cos(x, y) - penalty(y). */
enum isg_status isg_space_penalties(struct isg_align_space *space, enum isg_side to, enum isg_retrieval retrieval,
    float **out, const struct isg_env *env, struct isg_error *err)
{
    const size_t n = space->v[to].rows;
    if (retrieval == ISG_RETRIEVE_CSLS && !space->mean[to])
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

/* ---- an index ---- */

/* Rows at a time where memory is limited and an index of all rows would take more than an eighth of it; 0 = all. */
static size_t tile_rows(const struct isg_align_space *space, enum isg_side to)
{
    enum { LEAST = 4096 };
    const struct isg_mat v = space->v[to];
    const uint64_t row = (v.cols + 1) * sizeof(float), memory = space->opts.memory;
    if (!space->mapped[to] && (memory == 0 || v.rows * row <= memory / 8))
        return 0;
    const uint64_t fit = memory / 16 / row;
    return fit > LEAST ? (size_t)fit : LEAST;
}

enum isg_status isg_space_index(struct isg_align_space *space, enum isg_side to, enum isg_retrieval retrieval,
    const float *penalty, struct isg_error *err)
{
    struct isg_faiss **const index = &space->faiss[to];
    const enum isg_retrieval has = space->faiss_penalty[to];
    const bool saved = *index && to == ISG_TARGET && space->faiss_saved;
    if (*index && (retrieval == ISG_RETRIEVE_NN || retrieval == has))
        return ISG_OK;
    if (saved && has == ISG_RETRIEVE_NN)
        return ISG_OK; /* the nearest by cosine are put in order */
    if (saved) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "the saved index is for %s", isg_retrieval_name(has));
        return isg_error_expected(err, "--retrieval %s or nn", isg_retrieval_name(has));
    }
    isg_faiss_free(*index);
    *index = NULL;
    space->faiss_penalty[to] = retrieval;
    const struct isg_faiss_rows rows = {.y = space->v[to],
        .out = space->zero[to],
        .penalty = retrieval == ISG_RETRIEVE_NN ? NULL : penalty,
        .tile = tile_rows(space, to),
        .on_disk = space->mapped[to] > 0};
    return isg_faiss_new(index, &rows, space->index ? space->index : "Flat", err);
}

static enum isg_status search_index(struct isg_align_space *space, enum isg_side to, struct isg_mat queries,
    enum isg_retrieval retrieval, const float *penalty, uint32_t k, struct isg_near *out, const struct isg_env *env,
    struct isg_error *err)
{
    ISG_TRY(isg_space_index(space, to, retrieval, penalty, err));
    return isg_faiss_search(space->faiss[to], queries, retrieval == ISG_RETRIEVE_NN ? NULL : penalty, k, out, env, err);
}

enum isg_status isg_align_space_set_index(struct isg_align_space *space, const char *factory, struct isg_error *err)
{
    char *const copy = factory ? isg_strndup(factory, strlen(factory)) : NULL;
    if (factory && !copy)
        return isg_error_nomem(err, "the common space");
    isg_free(space->index);
    space->index = copy;
    space->faiss_saved = false;
    for (int s = 0; s < 2; s++) {
        isg_faiss_free(space->faiss[s]);
        space->faiss[s] = NULL;
    }
    return ISG_OK;
}

/* ---- searching ---- */

enum isg_status isg_space_search(struct isg_align_space *space, enum isg_side from, struct isg_mat queries,
    const float *mean, enum isg_retrieval retrieval, bool index, uint32_t k, struct isg_near *out,
    const struct isg_env *env, struct isg_error *err)
{
    float *penalty = NULL;
    const enum isg_side to = (enum isg_side)(1 - from);
    enum isg_status status;
    ISG_TRY(isg_space_penalties(space, to, retrieval, &penalty, env, err));
    if (index) {
        status = search_index(space, to, queries, retrieval, penalty, k, out, env, err);
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

/* As isg_align_knn_vectors, without the index where that is false. */
static enum isg_status knn_vectors(struct isg_align_space *space, enum isg_side from, struct isg_mat queries,
    enum isg_retrieval retrieval, bool index, uint32_t k, struct isg_near *out, const struct isg_env *env,
    struct isg_error *err)
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
    ISG_GOTO(isg_space_search(space, from, queries, mean, retrieval, index, k, out, env, err));
out:
    isg_free(mean);
    isg_free(near);
    return status;
}

static enum isg_status knn_rows(struct isg_align_space *space, enum isg_side from, const uint32_t *rows, size_t n,
    enum isg_retrieval retrieval, bool index, uint32_t k, struct isg_near *out, const struct isg_env *env,
    struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const struct isg_mat v = space->v[from];
    float *x = NULL, *mean = NULL;
    struct isg_mat queries = v;
    queries.rows = n;
    if (!rows && n > v.rows)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "%zu queries of %zu words", n, v.rows);
    if (retrieval == ISG_RETRIEVE_CSLS && !space->mean[1 - from])
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
    if (retrieval == ISG_RETRIEVE_CSLS && !space->mean[from]) /* a saved index knows of the target side alone */
        status = knn_vectors(space, from, queries, retrieval, index, k, out, env, err);
    else
        status = isg_space_search(
            space, from, queries, rows ? mean : space->mean[from], retrieval, index, k, out, env, err);
out:
    isg_free(x);
    isg_free(mean);
    return status;
}

static enum isg_status knn(struct isg_align_space *space, enum isg_side from, const uint32_t *rows, size_t n,
    enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env, struct isg_error *err)
{
    return knn_rows(space, from, rows, n, retrieval, true, k, out, env, err);
}

/* ---- evidence besides the vectors ---- */

enum isg_status isg_align_space_set_words(
    struct isg_align_space *space, const struct isg_vectors *src, const struct isg_vectors *tgt, struct isg_error *err)
{
    const char *const text = isg_align_map_meta(space->map, "evidence");
    isg_spellings_free(space->spellings);
    space->spellings = NULL;
    if (!src || !tgt)
        return ISG_OK;
    ISG_TRY(isg_spellings_new(&space->spellings, (const struct isg_vectors *const[]){src, tgt}, err));
    space->evidence = isg_evidence_default(); /* a map of a version that knew of none */
    if (text && !isg_evidence_parse(&space->evidence, text))
        return isg_error_set(err, ISG_EDATA, NULL, 0, "the map's evidence is malformed: \"%.60s\"", text);
    return ISG_OK;
}

bool isg_align_space_calibration(const struct isg_align_space *space, struct isg_align_calibration *out)
{
    const struct isg_evidence *const e = &space->evidence;
    *out = (struct isg_align_calibration){.weight = {e->bias, e->slope, 0}, .words = e->words};
    return space->spellings && e->slope > 0;
}

enum { RERANK_BLOCK = 64 };
struct rerank {
    const struct isg_align_space *space;
    const uint32_t *rows;
    size_t n;
    struct isg_near *near; /* n x depth */
    uint32_t depth, k;
    struct isg_near *out;
};

static void rerank_block(void *cookie, size_t block, unsigned worker)
{
    const struct rerank *const job = cookie;
    const size_t first = block * RERANK_BLOCK, end = first + RERANK_BLOCK < job->n ? first + RERANK_BLOCK : job->n;
    (void)worker;
    for (size_t i = first; i < end; i++) {
        struct isg_near *const near = job->near + i * job->depth;
        isg_evidence_rerank(
            &job->space->evidence, job->space->spellings, job->rows ? job->rows[i] : (uint32_t)i, near, job->depth);
        memcpy(job->out + i * job->k, near, job->k * sizeof *near);
    }
}

enum isg_status isg_space_rerank(struct isg_align_space *space, isg_space_finder *find, enum isg_side from,
    const uint32_t *rows, size_t n, enum isg_retrieval retrieval, uint32_t k, struct isg_near *out,
    const struct isg_env *env, struct isg_error *err)
{
    if (!space->spellings || from != ISG_SOURCE || retrieval != ISG_RETRIEVE_CSLS)
        return find(space, from, rows, n, retrieval, k, out, env, err);
    struct rerank job = {.space = space, .rows = rows, .n = n, .k = k, .out = out};
    job.depth = k > ISG_EVIDENCE_DEPTH ? k : ISG_EVIDENCE_DEPTH;
    job.near = isg_malloc(n, job.depth * sizeof *job.near);
    if (!job.near)
        return isg_error_nomem(err, "retrieval");
    enum isg_status status = find(space, from, rows, n, retrieval, job.depth, job.near, env, err);
    for (size_t i = 0; i < n && status == ISG_OK; i++)
        status = isg_evidence_prepare(
            &space->evidence, space->spellings, rows ? rows[i] : (uint32_t)i, job.near + i * job.depth, job.depth, err);
    if (status == ISG_OK)
        isg_pool_run(env->pool, (n + RERANK_BLOCK - 1) / RERANK_BLOCK, rerank_block, &job);
    isg_free(job.near);
    return status;
}

enum isg_status isg_align_knn(struct isg_align_space *space, enum isg_side from, const uint32_t *rows, size_t n,
    enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env, struct isg_error *err)
{
    return isg_space_rerank(space, knn, from, rows, n, retrieval, k, out, env, err);
}

enum isg_status isg_align_knn_vectors(struct isg_align_space *space, enum isg_side from, struct isg_mat queries,
    enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env, struct isg_error *err)
{
    return knn_vectors(space, from, queries, retrieval, true, k, out, env, err);
}

/* ---- how good an index is ---- */

bool isg_align_space_exact(const struct isg_align_space *space)
{
    const struct isg_faiss *const saved = space->faiss_saved ? space->faiss[ISG_TARGET] : NULL;
    return saved ? isg_faiss_exact(saved) && space->faiss_penalty[ISG_TARGET] != ISG_RETRIEVE_NN
                 : !space->index || strcmp(space->index, "Flat") == 0;
}

enum isg_status isg_align_space_recall(struct isg_align_space *space, enum isg_side from, enum isg_retrieval retrieval,
    uint32_t k, double *recall, const struct isg_env *env, struct isg_error *err)
{
    enum { SAMPLE = 1000 };
    enum isg_status status = ISG_OK;
    const size_t all = space->v[from].rows, n = all < SAMPLE ? all : SAMPLE;
    uint32_t *const rows = isg_malloc(n, sizeof *rows);
    struct isg_near *const exact = isg_malloc(n, k * sizeof *exact), *const found = isg_malloc(n, k * sizeof *found);
    if (!rows || !exact || !found) {
        status = isg_error_nomem(err, "the recall of an index");
        goto out;
    }
    for (size_t i = 0; i < n; i++) /* over all frequencies */
        rows[i] = (uint32_t)(i * all / n);
    ISG_GOTO(knn_rows(space, from, rows, n, retrieval, true, k, found, env, err));
    ISG_GOTO(knn_rows(space, from, rows, n, retrieval, false, k, exact, env, err));
    size_t wanted = 0, hits = 0;
    for (size_t i = 0; i < n * k; i++) {
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
