/* Contrastive refinement of a pair of linear maps: InfoNCE with hard negatives (van den Oord et al. 2018; for
 * bilingual dictionaries Li et al. 2022, ACL, "Improving Word Translation via Two-Stage Contrastive
 * Learning", C1), on the similarity that CSLS retrieval ranks by. */
#include "align/contrast.h"
#include "align/induce.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the loss ---- */

static double dot(const double *a, const double *b, size_t n)
{
    double sum[8] = {0}; /* eight sums, in a fixed order: that the compiler turns into vectors */
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++)
            sum[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        sum[0] += a[i] * b[i];
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

static void add_scaled(double *out, const double *x, double scale, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] += scale * x[i];
}

struct job {
    const struct isg_contrast *c;
    struct isg_contrast_work *work;
};

/* Share of the probability that each of a pair's candidates gets, minus 1 for the right one: the loss's
 * derivative in the candidate's logit. Candidate 0 is the right one. */
static void pair_terms(void *cookie, size_t i, unsigned worker)
{
    (void)worker;
    const struct job *const job = cookie;
    const struct isg_contrast *const c = job->c;
    const size_t width = 1 + c->n_negatives;
    double loss = 0;
    for (int to = 0; to < 2; to++) {
        const double *const query = job->work->unit[!to] + c->pair[!to][i] * c->dim;
        const uint32_t *const negative = c->negative[to] + i * c->n_negatives;
        double *const p = job->work->share[to] + i * width, sum = 0, most = -HUGE_VAL;
        for (size_t k = 0; k < width; k++) {
            const uint32_t row = k ? negative[k - 1] : c->pair[to][i];
            p[k] = row == ISG_NO_ID ? -HUGE_VAL
                                    : (dot(query, job->work->unit[to] + row * c->dim, c->dim) - c->penalty[to][row]) /
                                          c->temperature;
            most = p[k] > most ? p[k] : most;
        }
        const double right = p[0] - most;
        for (size_t k = 0; k < width; k++)
            sum += p[k] = exp(p[k] - most);
        for (size_t k = 0; k < width; k++)
            p[k] /= sum;
        p[0] -= 1;
        loss -= right - log(sum);
    }
    job->work->loss[i] = loss;
}

/* Columns are shared out, not pairs: each sum then has one order. */
enum { COLUMNS = 32 };

static void spread(void *cookie, size_t block, unsigned worker)
{
    (void)worker;
    const struct job *const job = cookie;
    const struct isg_contrast *const c = job->c;
    const size_t first = block * COLUMNS, n = c->dim - first < COLUMNS ? c->dim - first : COLUMNS;
    const size_t width = 1 + c->n_negatives;
    for (size_t i = 0; i < c->n; i++)
        for (int to = 0; to < 2; to++) {
            const size_t query = c->pair[!to][i] * c->dim + first;
            const double *const p = job->work->share[to] + i * width;
            for (size_t k = 0; k < width; k++) {
                const uint32_t row = k ? c->negative[to][i * c->n_negatives + k - 1] : c->pair[to][i];
                if (row == ISG_NO_ID)
                    continue;
                const double scale = c->weight[i] * p[k] / c->temperature;
                add_scaled(job->work->slope[!to] + query, job->work->unit[to] + row * c->dim + first, scale, n);
                add_scaled(job->work->slope[to] + row * c->dim + first, job->work->unit[!to] + query, scale, n);
            }
        }
}

double isg_contrast_loss(const struct isg_contrast *c, const double *const w[2], double *const g[2],
    struct isg_contrast_work *work, const struct isg_env *env)
{
    struct job job = {c, work};
    for (int s = 0; s < 2; s++) {
        double *const unit = work->unit[s];
        isg_dgemm(ISG_N, ISG_N, c->rows[s], c->dim, c->d[s], 1, c->x[s], c->d[s], w[s], c->dim, 0, unit, c->dim);
        for (size_t i = 0; i < c->rows[s]; i++) {
            double *const u = unit + i * c->dim;
            work->length[s][i] = sqrt(dot(u, u, c->dim));
            for (size_t j = 0; j < c->dim && work->length[s][i] > 0; j++)
                u[j] /= work->length[s][i];
        }
        memset(work->slope[s], 0, c->rows[s] * c->dim * sizeof(double));
    }
    isg_pool_run(env->pool, c->n, pair_terms, &job);
    double loss = 0;
    for (size_t i = 0; i < c->n; i++)
        loss += c->weight[i] * work->loss[i];
    if (!g)
        return loss;
    isg_pool_run(env->pool, (c->dim + COLUMNS - 1) / COLUMNS, spread, &job);
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < c->rows[s]; i++) { /* u = p / |p|:  dL/dp = (dL/du - (dL/du . u) u) / |p| */
            double *const slope = work->slope[s] + i * c->dim;
            const double *const u = work->unit[s] + i * c->dim;
            const double along = dot(slope, u, c->dim), length = work->length[s][i];
            for (size_t j = 0; j < c->dim; j++)
                slope[j] = length > 0 ? (slope[j] - along * u[j]) / length : 0;
        }
        isg_dgemm(
            ISG_T, ISG_N, c->d[s], c->dim, c->rows[s], 1, c->x[s], c->d[s], work->slope[s], c->dim, 0, g[s], c->dim);
    }
    return loss;
}

/* ---- what it is given ---- */

enum isg_status isg_contrast_work_new(
    struct isg_contrast_work *work, const struct isg_contrast *c, struct isg_error *err)
{
    *work = (struct isg_contrast_work){.loss = isg_malloc(c->n, sizeof(double))};
    bool ok = work->loss != NULL;
    for (int s = 0; s < 2; s++) {
        work->unit[s] = isg_malloc(c->rows[s], c->dim * sizeof(double));
        work->slope[s] = isg_malloc(c->rows[s], c->dim * sizeof(double));
        work->length[s] = isg_malloc(c->rows[s], sizeof(double));
        work->share[s] = isg_malloc(c->n, (1 + c->n_negatives) * sizeof(double));
        ok = ok && work->unit[s] && work->slope[s] && work->length[s] && work->share[s];
    }
    return ok ? ISG_OK : isg_error_nomem(err, "contrastive refinement");
}

void isg_contrast_work_fini(struct isg_contrast_work *work)
{
    isg_free(work->loss);
    for (int s = 0; s < 2; s++) {
        isg_free(work->unit[s]);
        isg_free(work->slope[s]);
        isg_free(work->length[s]);
        isg_free(work->share[s]);
    }
    memset(work, 0, sizeof *work);
}

struct refinement {
    struct isg_contrast c;
    struct isg_contrast_work work;
    double *x[2], *w[2], *g[2], *step[2], *penalty[2], *weight;
    uint32_t *negative[2];
};

static void refinement_fini(struct refinement *r)
{
    isg_contrast_work_fini(&r->work);
    isg_free(r->weight);
    for (int s = 0; s < 2; s++) {
        isg_free(r->x[s]);
        isg_free(r->w[s]);
        isg_free(r->g[s]);
        isg_free(r->step[s]);
        isg_free(r->penalty[s]);
        isg_free(r->negative[s]);
    }
}

/* Rows and weights as doubles, and the maps scaled to one size: cosines do not see it, step lengths do. */
static enum isg_status set_up(struct refinement *r, const struct isg_learn *learn, const struct isg_training *training,
    const struct isg_linear *lin, const struct isg_contrast_opts *opts, struct isg_error *err)
{
    struct isg_contrast *const c = &r->c;
    const size_t n = training->pairs.n;
    *c = (struct isg_contrast){
        .n = n, .dim = lin->dim, .n_negatives = opts->negatives, .temperature = opts->temperature};
    r->weight = isg_malloc(n, sizeof *r->weight);
    bool ok = r->weight != NULL;
    for (int s = 0; s < 2; s++) {
        const struct isg_mat v = learn->v[s];
        c->rows[s] = v.rows;
        c->d[s] = v.cols;
        r->x[s] = isg_malloc(v.rows, v.cols * sizeof(double));
        r->w[s] = isg_calloc(v.cols, lin->dim * sizeof(double));
        r->g[s] = isg_malloc(v.cols, lin->dim * sizeof(double));
        r->step[s] = isg_calloc(v.cols, lin->dim * sizeof(double));
        r->penalty[s] = isg_malloc(v.rows, sizeof(double));
        r->negative[s] = isg_malloc(n, opts->negatives * sizeof *r->negative[s]);
        ok = ok && r->x[s] && r->w[s] && r->g[s] && r->step[s] && r->penalty[s] && r->negative[s];
    }
    if (!ok)
        return isg_error_nomem(err, "contrastive refinement");
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += training->weight ? training->weight[i] : 1;
    for (size_t i = 0; i < n; i++)
        r->weight[i] = (training->weight ? training->weight[i] : 1) / total;
    for (int s = 0; s < 2; s++) {
        const struct isg_mat v = learn->v[s];
        const size_t size = v.cols * lin->dim;
        for (size_t i = 0; i < v.rows; i++)
            for (size_t j = 0; j < v.cols; j++)
                r->x[s][i * v.cols + j] = (double)isg_mat_row(v, i)[j];
        for (size_t i = 0; i < v.cols; i++)
            for (size_t j = 0; j < lin->dim; j++)
                r->w[s][i * lin->dim + j] = lin->m[s] ? (double)lin->m[s][i * lin->dim + j] : (double)(i == j);
        const double norm = sqrt(dot(r->w[s], r->w[s], size));
        for (size_t i = 0; i < size && norm > 0; i++)
            r->w[s][i] *= sqrt((double)lin->dim) / norm;
        c->x[s] = r->x[s];
        c->pair[s] = training->pairs.row[s];
        c->penalty[s] = r->penalty[s];
        c->negative[s] = r->negative[s];
    }
    c->weight = r->weight;
    return isg_contrast_work_new(&r->work, c, err);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static bool is_pair(const uint64_t *sorted, size_t n, uint32_t src, uint32_t tgt)
{
    const uint64_t key = (uint64_t)src << 32 | tgt;
    return bsearch(&key, sorted, n, sizeof *sorted, by_value) != NULL;
}

/* Half the neighbourhoods of CSLS, and each pair's wrong candidates that it ranks first, both ways, under the
 * maps as they are. Other translations of a pair's word are no wrong candidates. */
static enum isg_status mine(struct refinement *r, const struct isg_learn *learn, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const struct isg_contrast *const c = &r->c;
    const uint32_t depth = (uint32_t)c->n_negatives + 8; /* room for other translations */
    struct isg_linear lin = {.dim = c->dim};
    struct isg_mat v[2] = {0};
    struct isg_near *best[2] = {0};
    float *penalty[2] = {0};
    uint64_t *const sorted = isg_malloc(c->n, sizeof *sorted);
    bool ok = sorted != NULL;
    for (int s = 0; s < 2; s++) {
        lin.m[s] = isg_malloc(c->d[s], c->dim * sizeof *lin.m[s]);
        best[s] = isg_malloc(c->rows[s], depth * sizeof *best[s]);
        penalty[s] = isg_malloc(c->rows[s], sizeof *penalty[s]);
        ok = ok && lin.m[s] && best[s] && penalty[s];
    }
    if (!ok) {
        status = isg_error_nomem(err, "contrastive refinement");
        goto out;
    }
    for (int s = 0; s < 2; s++) {
        for (size_t i = 0; i < c->d[s] * c->dim; i++)
            lin.m[s][i] = (float)r->w[s][i];
        ISG_GOTO(isg_linear_project(learn, &lin, (enum isg_side)s, c->rows[s], &v[s], err));
    }
    ISG_GOTO(isg_csls_both_ways(v, learn->opts->csls_k, depth, best, penalty, learn->env, err));
    for (size_t i = 0; i < c->n; i++)
        sorted[i] = (uint64_t)c->pair[0][i] << 32 | c->pair[1][i];
    qsort(sorted, c->n, sizeof *sorted, by_value);
    for (int to = 0; to < 2; to++) {
        for (size_t i = 0; i < c->rows[to]; i++)
            r->penalty[to][i] = penalty[to][i] < INFINITY ? (double)penalty[to][i] : 0;
        for (size_t i = 0; i < c->n; i++) {
            const struct isg_near *const near = best[!to] + c->pair[!to][i] * depth;
            uint32_t *const negative = r->negative[to] + i * c->n_negatives;
            size_t found = 0;
            for (uint32_t j = 0; j < depth && found < c->n_negatives && near[j].row != ISG_NO_ID; j++)
                if (!is_pair(sorted, c->n, to ? c->pair[0][i] : near[j].row, to ? near[j].row : c->pair[1][i]))
                    negative[found++] = near[j].row;
            for (; found < c->n_negatives; found++)
                negative[found] = ISG_NO_ID;
        }
    }
out:
    isg_linear_fini(&lin);
    isg_free(sorted);
    for (int s = 0; s < 2; s++) {
        isg_free(v[s].x);
        isg_free(best[s]);
        isg_free(penalty[s]);
    }
    return status;
}

/* ---- descending ---- */

#define MOMENTUM 0.9

enum isg_status isg_refine_contrast(const struct isg_learn *learn, const struct isg_training *training,
    const struct isg_contrast_opts *opts, struct isg_linear *lin, struct isg_error *err)
{
    enum isg_status status;
    struct refinement r = {0};
    ISG_GOTO(set_up(&r, learn, training, lin, opts, err));
    for (uint32_t step = 0; step < opts->steps; step++) {
        if (step % opts->mine_every == 0)
            ISG_GOTO(mine(&r, learn, err));
        const double loss = isg_contrast_loss(&r.c, (const double *const[2]){r.w[0], r.w[1]}, r.g, &r.work, learn->env);
        if (!isfinite(loss)) {
            status = isg_error_set(err, ISG_ENUMERIC, NULL, 0, "the contrastive loss is not a number");
            goto out;
        }
        isg_log(learn->env, ISG_LOG_DEBUG, "contrast %u: loss %.5f", (unsigned)step + 1, loss);
        for (int s = 0; s < 2; s++) {
            const size_t size = r.c.d[s] * r.c.dim;
            const double norm = sqrt(dot(r.g[s], r.g[s], size));
            /* The gradient's direction alone, in units of the map's size, with heavy-ball momentum. */
            const double rate = norm > 0 ? opts->rate * sqrt((double)r.c.dim) / norm : 0;
            for (size_t i = 0; i < size; i++) {
                r.step[s][i] = MOMENTUM * r.step[s][i] - (1 - MOMENTUM) * rate * r.g[s][i];
                r.w[s][i] += r.step[s][i];
            }
        }
        ISG_GOTO(isg_progress(learn->env, "contrastive refinement", step + 1, opts->steps, err));
    }
    for (int s = 0; s < 2; s++) {
        const size_t size = r.c.d[s] * r.c.dim;
        if (!lin->m[s])
            lin->m[s] = isg_malloc(size, sizeof *lin->m[s]);
        if (!lin->m[s]) {
            status = isg_error_nomem(err, "contrastive refinement");
            goto out;
        }
        for (size_t i = 0; i < size; i++)
            lin->m[s][i] = (float)r.w[s][i];
    }
out:
    refinement_fini(&r);
    return status;
}
