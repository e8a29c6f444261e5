/* Ways to a map, and choosing among them. */
#include "align/learn.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A pair found by the map itself counts half as much as one that was given. */
#define INDUCED_WEIGHT 0.5
/* Fewer distinct source words than this cannot both teach and judge. */
enum { ENOUGH_TO_JUDGE = 60, WEAK_SEED = 1500, RESTARTS = 3, DISTRIBUTION_WORDS = 4000 };

static enum isg_status solve(const struct isg_learn *learn, enum isg_align_method method,
    const struct isg_training *training, struct isg_linear *lin, struct isg_error *err)
{
    switch (method) {
    case ISG_ALIGN_PROCRUSTES:
    case ISG_ALIGN_PROCB:
        return isg_solve_procrustes(learn, training, lin, err);
    case ISG_ALIGN_RCSLS:
        return isg_solve_rcsls(learn, training, lin, err);
    default:
        return isg_solve_whitened(learn, training, &(struct isg_whiten){.ridge = 0.03, .power = 1}, lin, err);
    }
}

enum isg_status isg_recipe_run(const struct isg_learn *learn, const struct isg_recipe *recipe,
    const struct isg_align_pairs *seed, bool trusted, struct isg_linear *lin, struct isg_align_report *report,
    struct isg_error *err)
{
    enum isg_status status;
    const size_t rows[2] = {learn->v[0].rows, learn->v[1].rows};
    const struct isg_align_pairs nothing = {0};
    struct isg_training training = {0};
    struct isg_induced induced = {0};
    report->method = recipe->method;
    report->rounds = 0;
    if (recipe->self_learn) {
        ISG_GOTO(isg_self_learn(learn, seed, 0, lin, &induced, &report->rounds, err));
        ISG_GOTO(isg_training_make(
            &training, trusted ? seed : &nothing, &induced.pairs, trusted ? INDUCED_WEIGHT : 1, rows, err));
    } else {
        ISG_GOTO(isg_training_make(&training, seed, NULL, 0, rows, err));
    }
    ISG_GOTO(solve(learn, recipe->method, &training, lin, err));
    for (int round = 0; round < recipe->augment; round++) {
        isg_align_pairs_fini(&induced.pairs);
        ISG_GOTO(isg_induce_mutual(learn, lin, &induced, err));
        if (induced.pairs.n == 0)
            break;
        const bool keep_seed = trusted || !recipe->self_learn;
        ISG_GOTO(isg_training_make(&training, keep_seed ? seed : &nothing, &induced.pairs,
            keep_seed ? INDUCED_WEIGHT : 1, rows, err));
        ISG_GOTO(solve(learn, recipe->method, &training, lin, err));
        report->rounds++;
        report->mean_csls = induced.mean_csls;
        isg_log(learn->env, ISG_LOG_DEBUG, "round %d: %zu mutual neighbours, %zu pairs, mean CSLS %.4f",
            round + 1, induced.pairs.n, training.pairs.n, induced.mean_csls);
    }
    report->final_pairs = training.pairs.n;
out:
    isg_training_fini(&training);
    isg_align_pairs_fini(&induced.pairs);
    return status;
}

/* ---- judging ---- */

enum isg_status isg_held_out_precision(const struct isg_learn *learn, const struct isg_linear *lin,
    const struct isg_align_pairs *pairs, double *precision, size_t *queries, struct isg_error *err)
{
    enum isg_status status;
    const uint32_t k = learn->opts->csls_k;
    struct isg_mat v[2] = {0};
    const size_t n_targets = learn->v[1].rows;
    struct isg_near *const near = isg_malloc(n_targets > pairs->n ? n_targets : pairs->n, k * sizeof *near);
    float *const penalty = isg_malloc(n_targets, sizeof *penalty);
    float *const x = isg_malloc(pairs->n, lin->dim * sizeof *x);
    uint32_t *const rows = isg_malloc(pairs->n, sizeof *rows);
    if (!near || !penalty || !x || !rows) {
        status = isg_error_nomem(err, "judging a map");
        goto out;
    }
    for (int s = 0; s < 2; s++)
        ISG_GOTO(isg_linear_project(learn, lin, (enum isg_side)s, learn->v[s].rows, &v[s], err));
    struct isg_topk wanted = {.k = k, .out = near};
    ISG_GOTO(isg_topk_both(
        v[1], isg_mat_rows(v[0], 0, learn->frequent[0]), &wanted, NULL, "judging a map", learn->env, err));
    isg_topk_means(near, n_targets, k, penalty);
    for (size_t j = 0; j < n_targets; j++)
        penalty[j] /= 2;
    size_t n = 0;
    for (size_t i = 0; i < pairs->n; i++)
        if (i == 0 || pairs->row[0][i] != pairs->row[0][i - 1]) {
            rows[n] = pairs->row[0][i];
            memcpy(x + n * lin->dim, isg_mat_row(v[0], rows[n]), lin->dim * sizeof *x);
            n++;
        }
    wanted = (struct isg_topk){.k = 1, .penalty = penalty, .out = near};
    ISG_GOTO(isg_topk_both(isg_mat(x, n, lin->dim), v[1], &wanted, NULL, "judging a map", learn->env, err));
    size_t right = 0, q = 0;
    bool hit = false;
    for (size_t i = 0; i < pairs->n; i++) {
        hit |= near[q].row == pairs->row[1][i];
        if (i + 1 == pairs->n || pairs->row[0][i + 1] != pairs->row[0][i]) {
            right += hit;
            hit = false;
            q++;
        }
    }
    *precision = n ? 100 * (double)right / (double)n : 0;
    *queries = n;
out:
    isg_free(near);
    isg_free(penalty);
    isg_free(x);
    isg_free(rows);
    isg_free(v[0].x);
    isg_free(v[1].x);
    return status;
}

/* Every fifth source word, drawn by the seed, is held out with all its pairs (which follow each other). */
static enum isg_status split(const struct isg_align_pairs *pairs, uint64_t seed, struct isg_align_pairs *kept,
    struct isg_align_pairs *held, struct isg_error *err)
{
    struct isg_rng rng = isg_rng_stream(seed, "held-out", 0);
    bool out = false;
    for (size_t i = 0; i < pairs->n; i++) {
        if (i == 0 || pairs->row[0][i] != pairs->row[0][i - 1])
            out = isg_rng_below(&rng, 5) == 0;
        ISG_TRY(isg_align_pairs_add(out ? held : kept, pairs->row[0][i], pairs->row[1][i], err));
    }
    return ISG_OK;
}

static size_t distinct_sources(const struct isg_align_pairs *pairs)
{
    size_t n = 0;
    for (size_t i = 0; i < pairs->n; i++)
        n += i == 0 || pairs->row[0][i] != pairs->row[0][i - 1];
    return n;
}

static const char *recipe_text(const struct isg_recipe *r, char *out, size_t n)
{
    snprintf(out, n, "%s%s%s", r->self_learn ? "self-learning, " : "", isg_align_method_name(r->method),
        r->augment ? " with mutual neighbours" : "");
    return out;
}

static enum isg_status choose_by_held_out(const struct isg_learn *learn, bool trusted,
    const struct isg_recipe *candidates, size_t n, struct isg_recipe *recipe, struct isg_align_report *report,
    struct isg_error *err)
{
    enum isg_status status;
    struct isg_align_pairs kept = {0}, held = {0};
    struct isg_linear lin = {0};
    double best = -1, runner_up = -1;
    size_t queries = 0;
    char name[96], second[96] = "";
    ISG_GOTO(split(&learn->seed, learn->opts->seed, &kept, &held, err));
    for (size_t i = 0; i < n; i++) {
        struct isg_align_report scratch = {0};
        double precision;
        ISG_GOTO(isg_recipe_run(learn, &candidates[i], &kept, trusted, &lin, &scratch, err));
        ISG_GOTO(isg_held_out_precision(learn, &lin, &held, &precision, &queries, err));
        recipe_text(&candidates[i], name, sizeof name);
        isg_log(learn->env, ISG_LOG_INFO, "held-out P@1 of %s: %.2f %% of %zu", name, precision, queries);
        if (precision > best) {
            if (best >= 0)
                recipe_text(recipe, second, sizeof second);
            runner_up = best;
            best = precision;
            *recipe = candidates[i];
        } else if (precision > runner_up) {
            runner_up = precision;
            snprintf(second, sizeof second, "%s", name);
        }
    }
    snprintf(report->why, sizeof report->why, "%s: P@1 %.2f %% on %zu held-out seed words; next %s, %.2f %%",
        recipe_text(recipe, name, sizeof name), best, queries, second, runner_up);
out:
    isg_align_pairs_fini(&kept);
    isg_align_pairs_fini(&held);
    isg_linear_fini(&lin);
    return status;
}

enum isg_status isg_recipe_choose(const struct isg_learn *learn, bool trusted, struct isg_recipe *recipe,
    struct isg_align_report *report, struct isg_error *err)
{
    const struct isg_align_opts *const opts = learn->opts;
    const size_t sources = distinct_sources(&learn->seed);
    const bool weak = !trusted || sources < WEAK_SEED;
    const int augment = opts->refine >= 0 ? opts->refine : 2;
    if (opts->method != ISG_ALIGN_AUTO) {
        /* Plain Procrustes and RCSLS are what their papers say, unless refinement is asked for or the seed is
         * weak. */
        const bool plain = opts->method == ISG_ALIGN_PROCRUSTES || opts->method == ISG_ALIGN_RCSLS;
        *recipe = (struct isg_recipe){.method = opts->method,
            .augment = opts->refine >= 0 || !plain ? augment : 0,
            .self_learn = weak && opts->refine != 0};
        snprintf(report->why, sizeof report->why, "asked for");
        return ISG_OK;
    }
    const struct isg_recipe all[] = {{ISG_ALIGN_ADVANCED, augment, false},
        {ISG_ALIGN_PROCRUSTES, augment, false}, {ISG_ALIGN_ADVANCED, augment, true},
        {ISG_ALIGN_PROCRUSTES, augment, true}};
    if (sources >= ENOUGH_TO_JUDGE)
        return choose_by_held_out(learn, trusted, all, weak ? 4 : 2, recipe, report, err);
    *recipe = all[2];
    snprintf(report->why, sizeof report->why, "%zu seed words are too few to hold some out: self-learning",
        sources);
    return ISG_OK;
}

/* ---- without pairs ---- */

/* Does the dictionary that a map induces hold together? A map of four fifths of its pairs must find the
 * others. Chance maps, too, have mutual neighbours, but these do not share one rotation. */
static enum isg_status consistency_of(const struct isg_learn *learn, const struct isg_align_pairs *induced,
    double *consistency, struct isg_error *err)
{
    enum isg_status status;
    struct isg_align_pairs kept = {0}, held = {0};
    struct isg_linear lin = {0};
    size_t queries = 0;
    *consistency = 0;
    ISG_GOTO(split(induced, learn->opts->seed, &kept, &held, err));
    if (kept.n == 0 || held.n == 0)
        goto out;
    const struct isg_training training = {.pairs = kept};
    ISG_GOTO(isg_solve_procrustes(learn, &training, &lin, err));
    ISG_GOTO(isg_held_out_precision(learn, &lin, &held, consistency, &queries, err));
out:
    isg_align_pairs_fini(&kept);
    isg_align_pairs_fini(&held);
    isg_linear_fini(&lin);
    return status;
}

enum isg_status isg_recipe_unsupervised(const struct isg_learn *learn, struct isg_linear *lin,
    struct isg_align_report *report, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t rows[2] = {learn->v[0].rows, learn->v[1].rows};
    const struct isg_align_pairs nothing = {0};
    struct isg_align_pairs start = {0};
    struct isg_induced best = {.mean_csls = -HUGE_VAL};
    struct isg_training training = {0};
    for (uint64_t restart = 0; restart < RESTARTS; restart++) {
        struct isg_induced last = {0};
        int rounds = 0;
        isg_align_pairs_fini(&start);
        ISG_GOTO(isg_seed_unsupervised(learn, (size_t)DISTRIBUTION_WORDS >> restart, &start, err));
        if (start.n == 0)
            continue;
        ISG_GOTO(isg_self_learn(learn, &start, restart, lin, &last, &rounds, err));
        double consistency;
        status = consistency_of(learn, &last.pairs, &consistency, err);
        isg_log(learn->env, ISG_LOG_INFO,
            "start %d: %zu pairs, %d rounds, mean CSLS %.4f, mutual %.1f %%, consistency %.1f %%",
            (int)restart + 1, start.n, rounds, last.mean_csls, 100 * last.mutual, consistency);
        if (status == ISG_OK && last.mean_csls > best.mean_csls) {
            isg_align_pairs_fini(&best.pairs);
            best = last;
            report->rounds = rounds;
            report->seed_pairs = start.n;
            report->consistency = consistency;
        } else {
            isg_align_pairs_fini(&last.pairs);
        }
        if (status != ISG_OK)
            goto out;
    }
    if (best.pairs.n == 0) {
        status =
            isg_error_set(err, ISG_EFAILED, NULL, 0, "no dictionary came out of %d starts", (int)RESTARTS);
        isg_error_advice(err, "give some seed pairs, or --seed-from identical");
        goto out;
    }
    report->mean_csls = best.mean_csls;
    report->method = learn->opts->method == ISG_ALIGN_AUTO ? ISG_ALIGN_ADVANCED : learn->opts->method;
    snprintf(report->why, sizeof report->why, "the best of %d unsupervised starts by mean CSLS, %.4f",
        (int)RESTARTS, best.mean_csls);
    ISG_GOTO(isg_training_make(&training, &nothing, &best.pairs, 1, rows, err));
    ISG_GOTO(solve(learn, report->method, &training, lin, err));
    report->final_pairs = training.pairs.n;
out:
    isg_align_pairs_fini(&start);
    isg_align_pairs_fini(&best.pairs);
    isg_training_fini(&training);
    return status;
}
