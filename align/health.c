/* Is a map any good? Asked of the map alone, without a gold list. */
#include "align/induce.h"
#include "align/selflearn.h"
#include "align/topk.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WORDS = 10000, DEPTH = 10, CHANCE_MAPS = 3, ENOUGH_WORDS = 50 };
/* Times chance: wrong maps that were refined reach 1.22, good maps of distant corpora 1.45, weak ones lie between. */
#define NO_BETTER 1.25
#define SURE 1.45
/* P@1 of held-out seed words, per cent, from which the first translations helped a corpus's translation. */
#define WEAK_BELOW 20.0

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

static enum isg_status mean_of_best(
    struct isg_mat v[2], uint32_t k, double *mean_csls, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_near *best[2] = {isg_malloc(v[0].rows, sizeof *best[0]), isg_malloc(v[1].rows, sizeof *best[1])};
    float *penalty[2] = {isg_malloc(v[0].rows, sizeof *penalty[0]), isg_malloc(v[1].rows, sizeof *penalty[1])};
    size_t scored = 0;
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
        }
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
    struct isg_mat v[2], uint32_t k, uint64_t draw, double *mean_csls, const struct isg_env *env, struct isg_error *err)
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
    struct isg_rng rng = isg_rng_stream(1, "chance", draw);
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

/* The highest of several: chance has luck, too. */
static enum isg_status best_of_chance(
    struct isg_mat v[2], uint32_t k, double *mean_csls, const struct isg_env *env, struct isg_error *err)
{
    *mean_csls = 0;
    for (uint64_t draw = 0; draw < CHANCE_MAPS; draw++) {
        double csls;
        ISG_TRY(learn_from_chance(v, k, draw, &csls, env, err));
        *mean_csls = csls > *mean_csls ? csls : *mean_csls;
    }
    return ISG_OK;
}

static void judge_by_seed(struct isg_align_health *h, bool hardly_any)
{
    h->verdict = hardly_any ? ISG_MAP_DEGENERATE : h->p1 < WEAK_BELOW ? ISG_MAP_WEAK : ISG_MAP_GOOD;
    snprintf(h->why, sizeof h->why, "P@1 %.1f %%, P@10 %.1f %% of %llu held-out seed words", h->p1, h->p10,
        (unsigned long long)h->held_out_words);
}

static void judge_by_chance(struct isg_align_health *h, bool starts_disagree)
{
    const double times = h->chance_csls > 0 ? h->mean_csls / h->chance_csls : 0;
    h->verdict = starts_disagree || times < NO_BETTER ? ISG_MAP_DEGENERATE : times < SURE ? ISG_MAP_WEAK : ISG_MAP_GOOD;
    if (starts_disagree)
        snprintf(h->why, sizeof h->why, "its own starts led to different maps when it was fitted");
    else
        snprintf(h->why, sizeof h->why, "mean CSLS is %.2f times the best of %d maps learnt from chance pairs", times,
            (int)CHANCE_MAPS);
}

const char *isg_align_verdict_name(enum isg_align_verdict verdict)
{
    static const char *const names[] = {"good", "weak", "degenerate"};
    return names[verdict];
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
    ISG_GOTO(mean_of_best(v, k, &health.mean_csls, env, err));
    const struct isg_topk wanted = {.k = DEPTH, .out = near};
    ISG_GOTO(isg_topk_both(v[0], v[1], &wanted, NULL, "health", env, err));
    health.hubness = hubness(near, v[0].rows, v[1].rows, count);
    health.words = v[0].rows;
    const char *const fitted = isg_align_map_meta(map, "degenerate"), *const held = isg_align_map_meta(map, "held_out");
    const bool condemned = fitted && strcmp(fitted, "true") == 0;
    unsigned long long words = 0;
    if (held && sscanf(held, "%llu %lf %lf", &words, &health.p1, &health.p10) == 3 && words >= ENOUGH_WORDS) {
        health.held_out_words = words;
        judge_by_seed(&health, condemned);
    } else {
        health.p1 = health.p10 = 0;
        ISG_GOTO(best_of_chance(v, k, &health.chance_csls, env, err));
        judge_by_chance(&health, condemned);
    }
    *out = health;
out:
    isg_free(near);
    isg_free(count);
    return status;
}
