/* Many languages in one space: generalised Procrustes over lists of pairs with a pivot. */
#include "align/induce.h"
#include "align/procrustes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ROUNDS = 100 };
#define SETTLED 1e-6 /* relative change of the loss that ends the rounds */

struct language {
    struct isg_norm norm;
    struct isg_mat frequent;        /* preprocessed rows of the most frequent words */
    struct isg_align_pairs induced; /* pivot's and own rows, both frequent */
    double *mean;                   /* concepts x d: mean of the preprocessed translations of each concept */
    bool *has;                      /* concepts */
    double *w;                      /* d x d, orthogonal */
};
struct isg_align_hub {
    struct language *of;
    size_t n, d;
    uint32_t csls_k;
};
/* What a fit works with. */
struct work {
    struct isg_align_hub *hub;
    const struct isg_hub_language *in;
    const struct isg_align_opts *opts;
    const struct isg_env *env;
    uint32_t *number; /* of the concept of each row of the pivot; ISG_NO_ID */
    size_t concepts;
    double *average, *product; /* concepts x d */
    double *c;                 /* d x d */
};

void isg_align_hub_free(struct isg_align_hub *hub)
{
    if (!hub)
        return;
    for (size_t i = 0; hub->of && i < hub->n; i++) {
        isg_norm_fini(&hub->of[i].norm);
        isg_align_pairs_fini(&hub->of[i].induced);
        isg_free(hub->of[i].frequent.x);
        isg_free(hub->of[i].mean);
        isg_free(hub->of[i].has);
        isg_free(hub->of[i].w);
    }
    isg_free(hub->of);
    isg_free(hub);
}

/* ---- the words that count ---- */

/* Numbers the pivot's words that some language has a translation of. */
static void number_concepts(struct work *k)
{
    const size_t rows = k->in[0].v->m.rows;
    k->concepts = 0;
    for (size_t i = 0; i < rows; i++)
        k->number[i] = ISG_NO_ID;
    for (size_t l = 1; l < k->hub->n; l++) {
        const struct isg_align_pairs *const lists[2] = {k->in[l].pairs, &k->hub->of[l].induced};
        for (int p = 0; p < 2; p++)
            for (size_t i = 0; i < lists[p]->n; i++)
                k->number[lists[p]->row[0][i]] = 0;
    }
    for (size_t i = 0; i < rows; i++)
        if (k->number[i] != ISG_NO_ID)
            k->number[i] = (uint32_t)k->concepts++;
}

static void add_row(const struct work *k, size_t l, uint32_t row, uint32_t at, float *x, uint32_t *count)
{
    struct language *const of = &k->hub->of[l];
    const size_t d = k->hub->d;
    isg_norm_row(&of->norm, of->norm.n, isg_mat_row(k->in[l].v->m, row), x);
    for (size_t j = 0; j < d; j++)
        of->mean[at * d + j] += (double)x[j];
    count[at]++;
}

/* The mean translation of each concept; what was induced counts where the list has none. */
static enum isg_status gather_means(struct work *k, size_t l, struct isg_error *err)
{
    struct language *const of = &k->hub->of[l];
    const size_t d = k->hub->d;
    uint32_t *const count = isg_calloc(k->concepts, sizeof *count);
    float *const x = isg_malloc(d, sizeof *x);
    isg_free(of->mean);
    isg_free(of->has);
    of->mean = isg_calloc(k->concepts, d * sizeof *of->mean);
    of->has = isg_calloc(k->concepts, sizeof *of->has);
    const bool room = count && x && of->mean && of->has;
    for (size_t i = 0; room && l == 0 && i < k->in[0].v->m.rows; i++)
        if (k->number[i] != ISG_NO_ID)
            add_row(k, 0, (uint32_t)i, k->number[i], x, count);
    for (size_t i = 0; room && l > 0 && i < k->in[l].pairs->n; i++)
        add_row(k, l, k->in[l].pairs->row[1][i], k->number[k->in[l].pairs->row[0][i]], x, count);
    for (size_t i = 0; room && i < k->concepts; i++)
        of->has[i] = count[i] > 0;
    for (size_t i = 0; room && l > 0 && i < of->induced.n; i++) {
        const uint32_t at = k->number[of->induced.row[0][i]];
        if (!of->has[at])
            add_row(k, l, of->induced.row[1][i], at, x, count);
    }
    for (size_t i = 0; room && i < k->concepts; i++) {
        of->has[i] = count[i] > 0;
        for (size_t j = 0; count[i] > 1 && j < d; j++)
            of->mean[i * d + j] /= count[i];
    }
    isg_free(count);
    isg_free(x);
    return room ? ISG_OK : isg_error_nomem(err, "the words of a hub");
}

/* ---- rotating ---- */

/* W = argmin |mean W - average| over orthogonal W and the concepts that the language has. */
static enum isg_status rotate(struct work *k, size_t l, struct isg_error *err)
{
    struct language *const of = &k->hub->of[l];
    const size_t d = k->hub->d;
    /* Concepts that the language lacks are rows of zeroes in its means, and so count for nothing. */
    isg_dgemm(ISG_T, ISG_N, d, d, k->concepts, 1, of->mean, d, k->average, d, 0, k->c, d);
    return isg_rotation(d, k->c, of->w, err);
}

/* The average of each concept over the languages that have it. */
static void take_averages(struct work *k)
{
    const size_t d = k->hub->d;
    memset(k->average, 0, k->concepts * d * sizeof *k->average);
    for (size_t l = 0; l < k->hub->n; l++)
        isg_dgemm(ISG_N, ISG_N, k->concepts, d, d, 1, k->hub->of[l].mean, d, k->hub->of[l].w, d, 1, k->average, d);
    for (size_t i = 0; i < k->concepts; i++) {
        size_t n = 0;
        for (size_t l = 0; l < k->hub->n; l++)
            n += k->hub->of[l].has[i];
        for (size_t j = 0; j < d; j++)
            k->average[i * d + j] /= (double)n;
    }
}

/* Mean squared distance of the rotated words from their averages. */
static double loss(struct work *k)
{
    const size_t d = k->hub->d;
    double sum = 0;
    size_t n = 0;
    for (size_t l = 0; l < k->hub->n; l++) {
        const struct language *const of = &k->hub->of[l];
        isg_dgemm(ISG_N, ISG_N, k->concepts, d, d, 1, of->mean, d, of->w, d, 0, k->product, d);
        for (size_t i = 0; i < k->concepts; i++)
            if (of->has[i]) {
                n++;
                for (size_t j = 0; j < d; j++) {
                    const double x = k->product[i * d + j] - k->average[i * d + j];
                    sum += x * x;
                }
            }
    }
    return n ? sum / (double)n : 0;
}

/* Generalised Procrustes on the pairs that there are. */
static enum isg_status solve(struct work *k, struct isg_hub_report *report, struct isg_error *err)
{
    const size_t d = k->hub->d;
    number_concepts(k);
    isg_free(k->average);
    isg_free(k->product);
    k->average = isg_malloc(k->concepts, d * sizeof *k->average);
    k->product = isg_malloc(k->concepts, d * sizeof *k->product);
    if (!k->average || !k->product)
        return isg_error_nomem(err, "a hub");
    for (size_t l = 0; l < k->hub->n; l++)
        ISG_TRY(gather_means(k, l, err));
    /* The pivot's own space is the first average; it moves as the others come in. */
    memcpy(k->average, k->hub->of[0].mean, k->concepts * d * sizeof *k->average);
    double before = INFINITY;
    for (report->rounds = 0; report->rounds < MOST_ROUNDS; report->rounds++) {
        for (size_t l = 0; l < k->hub->n; l++)
            ISG_TRY(rotate(k, l, err));
        take_averages(k);
        report->loss = loss(k);
        ISG_TRY(isg_progress(k->env, "hub", (uint64_t)report->rounds, MOST_ROUNDS, err));
        if (before - report->loss < SETTLED * report->loss)
            break;
        before = report->loss;
    }
    return ISG_OK;
}

/* ---- more pairs ---- */

/* Mutual CSLS neighbours of the pivot and a language among their frequent words. */
static enum isg_status induce(struct work *k, size_t l, struct isg_error *err)
{
    const size_t d = k->hub->d;
    struct language *const of[2] = {&k->hub->of[0], &k->hub->of[l]};
    struct isg_learn learn = {.v = {of[0]->frequent, of[1]->frequent},
        .frequent = {of[0]->frequent.rows, of[1]->frequent.rows},
        .opts = k->opts,
        .env = k->env};
    struct isg_linear lin = {.dim = d};
    struct isg_induced found = {0};
    enum isg_status status = ISG_OK;
    for (int s = 0; s < 2; s++) {
        lin.m[s] = isg_malloc(d, d * sizeof *lin.m[s]);
        if (!lin.m[s]) {
            status = isg_error_nomem(err, "a hub");
            goto out;
        }
        for (size_t i = 0; i < d * d; i++)
            lin.m[s][i] = (float)of[s]->w[i];
    }
    ISG_GOTO(isg_induce_mutual(&learn, &lin, &found, err));
    isg_align_pairs_fini(&of[1]->induced);
    of[1]->induced = found.pairs;
out:
    isg_linear_fini(&lin);
    return status;
}

/* ---- the whole ---- */

static enum isg_status check(const struct isg_hub_language *in, size_t n, struct isg_error *err)
{
    for (size_t l = 0; l < n; l++) {
        if (in[l].v->m.cols != in[0].v->m.cols) {
            isg_error_set(err, ISG_EDATA, NULL, 0, "vectors of %zu dimensions for %s", in[l].v->m.cols, in[l].name);
            return isg_error_expected(err, "%zu, as for %s", in[0].v->m.cols, in[0].name);
        }
        if (l > 0 && in[l].pairs->n == 0)
            return isg_error_set(
                err, ISG_EDATA, NULL, 0, "no pair of %s and %s has vectors on both sides", in[0].name, in[l].name);
    }
    return ISG_OK;
}

static enum isg_status start(struct work *k, struct isg_error *err)
{
    const size_t d = k->hub->d, cutoff = k->opts->vocab_cutoff;
    k->number = isg_malloc(k->in[0].v->m.rows, sizeof *k->number);
    k->c = isg_malloc(d, d * sizeof *k->c);
    if (!k->number || !k->c)
        return isg_error_nomem(err, "a hub");
    for (size_t l = 0; l < k->hub->n; l++) {
        struct language *const of = &k->hub->of[l];
        const struct isg_mat m = k->in[l].v->m;
        of->w = isg_malloc(d, d * sizeof *of->w);
        if (!of->w)
            return isg_error_nomem(err, "a hub");
        ISG_TRY(isg_norm_fit(&of->norm, k->opts->norm, k->opts->abtt, m, err));
        if (k->opts->refine <= 0)
            continue;
        const size_t n = cutoff && cutoff < m.rows ? cutoff : m.rows;
        of->frequent = isg_mat(isg_malloc(n, d * sizeof(float)), n, d);
        if (!of->frequent.x)
            return isg_error_nomem(err, "a hub");
        isg_norm_apply(&of->norm, isg_mat_rows(m, 0, n), NULL, of->frequent, k->env);
    }
    return ISG_OK;
}

enum isg_status isg_align_hub_fit(struct isg_align_hub **out, const struct isg_hub_language *languages, size_t n,
    const struct isg_align_opts *opts, struct isg_hub_report *report, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status;
    struct isg_align_hub *hub = isg_calloc(1, sizeof *hub);
    struct work k = {.hub = hub, .in = languages, .opts = opts, .env = env};
    *out = NULL;
    *report = (struct isg_hub_report){0};
    if (!hub || !(hub->of = isg_calloc(n, sizeof *hub->of))) {
        status = isg_error_nomem(err, "a hub");
        goto out;
    }
    hub->n = n;
    hub->csls_k = opts->csls_k;
    ISG_GOTO(check(languages, n, err));
    hub->d = languages[0].v->m.cols;
    ISG_GOTO(isg_blas_reserve(isg_pool_threads(env->pool), err));
    ISG_GOTO(start(&k, err));
    ISG_GOTO(solve(&k, report, err));
    for (int r = 0; r < opts->refine; r++) {
        for (size_t l = 1; l < n; l++)
            ISG_GOTO(induce(&k, l, err));
        ISG_GOTO(solve(&k, report, err));
    }
    report->words = k.concepts;
    *out = hub;
    hub = NULL;
out:
    isg_align_hub_free(hub);
    isg_free(k.number);
    isg_free(k.average);
    isg_free(k.product);
    isg_free(k.c);
    return status;
}

static enum isg_status copy_norm(struct isg_norm *to, const struct isg_norm *from, struct isg_error *err)
{
    *to = *from;
    memset(to->stats, 0, sizeof to->stats);
    for (uint32_t i = 0; i < from->n; i++) {
        const size_t n = isg_norm_stats_size(from, i);
        if (n == 0)
            continue;
        to->stats[i] = isg_malloc(n, sizeof *to->stats[i]);
        if (!to->stats[i])
            return isg_error_nomem(err, "a map");
        memcpy(to->stats[i], from->stats[i], n * sizeof *to->stats[i]);
    }
    return ISG_OK;
}

enum isg_status isg_align_hub_map(
    const struct isg_align_hub *hub, size_t source, size_t target, struct isg_align_map **out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t side[2] = {source, target}, d = hub->d;
    struct isg_align_map *map = isg_align_map_new();
    char k[16];
    *out = NULL;
    if (!map)
        return isg_error_nomem(err, "a map");
    map->dim = d;
    for (int s = 0; s < 2; s++) {
        const struct language *const of = &hub->of[side[s]];
        map->dim_in[s] = d;
        ISG_GOTO(copy_norm(&map->norm[s], &of->norm, err));
        map->m[s] = isg_malloc(d, d * sizeof *map->m[s]);
        if (!map->m[s]) {
            status = isg_error_nomem(err, "a map");
            goto out;
        }
        for (size_t i = 0; i < d * d; i++)
            map->m[s][i] = (float)of->w[i];
    }
    snprintf(k, sizeof k, "%u", (unsigned)hub->csls_k);
    ISG_GOTO(isg_align_map_set_meta(map, "method", "hub", err));
    ISG_GOTO(isg_align_map_set_meta(map, "csls_k", k, err));
    *out = map;
    map = NULL;
out:
    isg_align_map_free(map);
    return status;
}
