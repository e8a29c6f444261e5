/* Is a map any good? Asked of the map alone, without a gold list. */
#include "align/induce.h"
#include "align/selflearn.h"
#include "align/topk.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WORDS = 10000, DEPTH = 10 };
/* Good maps of distant corpora are at 1.45 times and more, wrong ones that were refined at 1.2. */
#define ABOVE_CHANCE 1.3

/* Skewness of how many words each target is among the 10 nearest of (Radovanovic et al. 2010): above 0 the
 * more, the fewer targets are near to everything. */
static double hubness(const struct isg_near *near, size_t n, size_t targets, uint32_t *count)
{
    memset(count, 0, targets * sizeof *count);
    for (size_t i = 0; i < n * DEPTH; i++)
        if (near[i].row != ISG_NO_ID)
            count[near[i].row]++;
    double mean = 0, second = 0, third = 0;
    for (size_t j = 0; j < targets; j++)
        mean += (double)count[j] / (double)targets;
    for (size_t j = 0; j < targets; j++) {
        const double x = (double)count[j] - mean;
        second += x * x / (double)targets;
        third += x * x * x / (double)targets;
    }
    return second > 0 ? third / pow(second, 1.5) : 0;
}

static enum isg_status agreement(struct isg_mat v[2], uint32_t k, double *mutual, double *mean_csls,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_near *best[2] = {isg_malloc(v[0].rows, sizeof *best[0]), isg_malloc(v[1].rows, sizeof *best[1])};
    float *penalty[2] = {isg_malloc(v[0].rows, sizeof *penalty[0]), isg_malloc(v[1].rows, sizeof *penalty[1])};
    size_t scored = 0, same = 0;
    double sum = 0;
    if (!best[0] || !best[1] || !penalty[0] || !penalty[1]) {
        status = isg_error_nomem(err, "the health of a map");
        goto out;
    }
    ISG_GOTO(isg_csls_both_ways(v, k, 1, best, penalty, env, err));
    for (size_t i = 0; i < v[0].rows; i++)
        if (best[0][i].row != ISG_NO_ID && penalty[0][i] < INFINITY) {
            scored++;
            sum += 2 * ((double)best[0][i].score - (double)penalty[0][i]);
            same += best[1][best[0][i].row].row == i;
        }
    *mutual = scored ? 100 * (double)same / (double)scored : 0;
    *mean_csls = scored ? sum / (double)scored : 0;
out:
    for (int s = 0; s < 2; s++) {
        isg_free(best[s]);
        isg_free(penalty[s]);
    }
    return status;
}

/* What self-learning makes of pairs drawn by chance, in the same two clouds of words: a map that is wrong,
 * and as good as wrong maps get. */
static enum isg_status learn_from_chance(
    struct isg_mat v[2], uint32_t k, double *mean_csls, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_align_opts opts;
    struct isg_align_pairs start = {0};
    struct isg_linear lin = {0};
    struct isg_induced last = {0};
    int rounds;
    isg_align_opts_default(&opts);
    opts.csls_k = k;
    const struct isg_learn learn = {.v = {v[0], v[1]}, .frequent = {v[0].rows, v[1].rows}, .opts = &opts, .env = env};
    struct isg_rng rng = isg_rng_stream(1, "chance", 0);
    for (size_t i = 0; i < v[0].rows; i++)
        ISG_GOTO(isg_align_pairs_add(&start, (uint32_t)i, isg_rng_below(&rng, (uint32_t)v[1].rows), err));
    ISG_GOTO(isg_self_learn(&learn, &start, true, 0, &lin, &last, &rounds, err));
    *mean_csls = last.mean_csls;
out:
    isg_align_pairs_fini(&start);
    isg_align_pairs_fini(&last.pairs);
    isg_linear_fini(&lin);
    return status;
}

enum isg_status isg_align_health(const struct isg_align_space *space, const struct isg_align_map *map,
    struct isg_align_health *out, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status;
    struct isg_align_health health = {0};
    struct isg_mat v[2];
    for (int s = 0; s < 2; s++) {
        v[s] = isg_align_space_rows(space, (enum isg_side)s);
        v[s].rows = v[s].rows < WORDS ? v[s].rows : WORDS;
    }
    const uint32_t k = isg_align_space_csls_k(space);
    struct isg_near *const near = isg_malloc(v[0].rows, DEPTH * sizeof *near);
    uint32_t *const count = isg_malloc(v[1].rows, sizeof *count);
    if (!near || !count) {
        status = isg_error_nomem(err, "the health of a map");
        goto out;
    }
    ISG_GOTO(agreement(v, k, &health.agreement, &health.mean_csls, env, err));
    const struct isg_topk wanted = {.k = DEPTH, .out = near};
    ISG_GOTO(isg_topk_both(v[0], v[1], &wanted, NULL, "health", env, err));
    health.hubness = hubness(near, v[0].rows, v[1].rows, count);
    ISG_GOTO(learn_from_chance(v, k, &health.chance_csls, env, err));
    const char *const fitted = isg_align_map_meta(map, "degenerate");
    health.words = v[0].rows;
    health.degenerate = (fitted && strcmp(fitted, "true") == 0) || health.mean_csls < ABOVE_CHANCE * health.chance_csls;
    *out = health;
out:
    isg_free(near);
    isg_free(count);
    return status;
}
