/* A few words or phrases at once, answered without looking at the neighbourhood of every word. */
#include "align/space.h"

#include <math.h>
#include <string.h>

enum { SHORTLIST = 1000 };

/* The penalty of every row: INFINITY, but half the mean cosine of the shortlisted. */
static enum isg_status shortlist_penalty(struct isg_align_space *space, enum isg_side from, const struct isg_near *list,
    size_t n, float *penalty, const struct isg_env *env, struct isg_error *err)
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
    ISG_GOTO(isg_space_search(space, (enum isg_side)(1 - from), isg_mat(x, n_rows, to.cols), NULL, ISG_RETRIEVE_NN,
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

/* CSLS among a shortlist of the nearest by cosine. */
static enum isg_status look_up(struct isg_align_space *space, enum isg_side from, struct isg_mat queries, uint32_t k,
    struct isg_near *out, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const struct isg_mat to = space->v[1 - from];
    const size_t n = queries.rows;
    const uint32_t depth = SHORTLIST > k ? SHORTLIST : k;
    float *const penalty = isg_malloc(to.rows, sizeof *penalty);
    struct isg_near *const list = isg_malloc(n, depth * sizeof *list);
    if (!penalty || !list) {
        status = isg_error_nomem(err, "retrieval");
        goto out;
    }
    ISG_GOTO(isg_space_search(space, from, queries, NULL, ISG_RETRIEVE_NN, true, depth, list, env, err));
    ISG_GOTO(shortlist_penalty(space, from, list, n * depth, penalty, env, err));
    const struct isg_topk wanted = {.k = k, .penalty = penalty, .out = out};
    ISG_GOTO(isg_topk_both(queries, to, &wanted, NULL, "retrieval", env, err));
    for (size_t i = 0; i < n; i++) {
        float mean;
        isg_topk_means(list + i * depth, 1, space->csls_k < depth ? space->csls_k : depth, &mean);
        for (uint32_t r = 0; r < k; r++)
            if (list[i * depth].row == ISG_NO_ID) /* a query of zeroes */
                out[i * k + r] = (struct isg_near){ISG_NO_ID, -INFINITY};
            else if (out[i * k + r].row != ISG_NO_ID)
                out[i * k + r].score = 2 * out[i * k + r].score - mean;
    }
out:
    isg_free(penalty);
    isg_free(list);
    return status;
}

enum isg_status isg_align_lookup_vectors(struct isg_align_space *space, enum isg_side from, struct isg_mat queries,
    enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env, struct isg_error *err)
{
    if (retrieval != ISG_RETRIEVE_CSLS || space->mean[1 - from])
        return isg_align_knn_vectors(space, from, queries, retrieval, k, out, env, err);
    return look_up(space, from, queries, k, out, env, err);
}

static enum isg_status look_up_rows(struct isg_align_space *space, enum isg_side from, const uint32_t *rows, size_t n,
    enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env, struct isg_error *err)
{
    (void)retrieval; /* CSLS */
    const struct isg_mat v = space->v[from];
    float *const x = isg_malloc(n, v.cols * sizeof *x);
    if (!x)
        return isg_error_nomem(err, "retrieval");
    for (size_t i = 0; i < n; i++)
        memcpy(x + i * v.cols, isg_mat_row(v, rows[i]), v.cols * sizeof *x);
    const enum isg_status status = look_up(space, from, isg_mat(x, n, v.cols), k, out, env, err);
    isg_free(x);
    return status;
}

enum isg_status isg_align_lookup(struct isg_align_space *space, enum isg_side from, const uint32_t *rows, size_t n,
    enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env, struct isg_error *err)
{
    if (retrieval != ISG_RETRIEVE_CSLS || space->mean[1 - from])
        return isg_align_knn(space, from, rows, n, retrieval, k, out, env, err);
    return isg_space_rerank(space, look_up_rows, from, rows, n, retrieval, k, out, env, err);
}

/* ---- words and phrases without a row ---- */

/* Adds the unit vector of one word in the common space; false if it has no vector. */
static enum isg_status add_word(const struct isg_align_space *space, enum isg_side side, const struct isg_vectors *v,
    const struct isg_fasttext *subwords, const char *word, size_t n, float *raw, float *unit, float *sum, bool *found,
    const struct isg_env *env, struct isg_error *err)
{
    const struct isg_mat rows = space->v[side];
    const uint32_t row = isg_align_find(v, word, n, ISG_DICT_CASE_AUTO);
    const float *x = unit;
    *found = row != ISG_NO_ID && !space->zero[side][row];
    if (*found) {
        x = isg_mat_row(rows, row);
    } else if (subwords && isg_fasttext_vector(subwords, word, n, raw)) {
        const struct isg_mat in = isg_mat(raw, 1, isg_fasttext_dim(subwords));
        ISG_TRY(isg_align_project(space->map, side, in, isg_mat(unit, 1, rows.cols), env, err));
        for (size_t j = 0; j < rows.cols; j++)
            *found |= unit[j] != 0.0F;
    }
    for (size_t j = 0; *found && j < rows.cols; j++)
        sum[j] += x[j];
    return ISG_OK;
}

enum isg_status isg_align_phrase(const struct isg_align_space *space, enum isg_side side, const struct isg_vectors *v,
    const struct isg_fasttext *subwords, const char *text, float *out, size_t *words, const struct isg_env *env,
    struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t dim = space->v[side].cols, raw_dim = space->map->dim_in[side];
    float *const raw = isg_malloc(raw_dim, sizeof *raw), *const unit = isg_malloc(dim, sizeof *unit);
    *words = 0;
    memset(out, 0, dim * sizeof *out);
    if (!raw || !unit) {
        status = isg_error_nomem(err, "a phrase");
        goto out;
    }
    if (subwords && isg_fasttext_dim(subwords) != raw_dim) {
        isg_error_set(err, ISG_EDATA, NULL, 0, "a fastText model of %zu dimensions", isg_fasttext_dim(subwords));
        status = isg_error_expected(err, "%zu, as the map", raw_dim);
        goto out;
    }
    bool found;
    for (const char *at = text; *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (!*at)
            break;
        ISG_GOTO(add_word(space, side, v, subwords, at, strcspn(at, " "), raw, unit, out, &found, env, err));
        *words += found;
    }
    isg_unit_row(out, dim);
out:
    isg_free(raw);
    isg_free(unit);
    return status;
}
