/* Ways to a map, and choosing among them. */
#include "align/recipe.h"
#include "align/contrast.h"
#include "align/induce.h"
#include "align/procrustes.h"
#include "align/rcsls.h"
#include "align/selflearn.h"
#include "align/topk.h"
#include "align/whiten.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A pair found by the map itself counts half as much as one that was given. */
#define INDUCED_WEIGHT 0.5
/* Two starts meet where a third of the pairs is common to them; chance optima share one in a hundred. */
#define CONSISTENT 33.0
#define ABOVE_CHANCE 1.3
/* Fewer distinct source words than this cannot both teach and judge. */
enum { ENOUGH_TO_JUDGE = 60, WEAK_SEED = 1500, DISTRIBUTION_WORDS = 4000, STARTS = 3, CHANCE = 2 };
enum { WORDS_TO_CHOOSE_ON = 10000, MOST_CANDIDATES = 4 };
/* Contrastive refinement adds a tenth to what Procrustes finds, seldom more: from further behind it does not win. */
#define CLOSE 0.85
/* Of the whitening. On small vocabularies of good vectors ten times as much is better: both are tried. */
#define RIDGE 0.03
/* A map that has the translations of fewer than two in a hundred of so many held-out words among its ten best (and three times
 * chance, for small vocabularies) was learnt from something else than translations. */
enum { ENOUGH_TO_CONDEMN = 50 };
/* Held-out words that the weights of the evidence are learnt from; with fewer, all seed words serve in turn. */
enum { ENOUGH_TO_WEIGH = 1000 };
#define HARDLY_ANY 2.0

/* Chosen on held-out parts of the train lists. The neighbourhoods have to follow the map closely: what is
 * held is soon exploited. */
static const struct isg_contrast_opts contrast = {
    .negatives = 20, .steps = 30, .mine_every = 5, .rate = 0.02, .temperature = 0.1};

static enum isg_status solve(const struct isg_learn *learn, const struct isg_recipe *recipe,
    const struct isg_training *training, struct isg_linear *lin, struct isg_error *err)
{
    switch (recipe->method) {
    case ISG_ALIGN_PROCRUSTES:
    case ISG_ALIGN_PROCB:
        return isg_solve_procrustes(learn, training, lin, err);
    case ISG_ALIGN_RCSLS:
        return isg_solve_rcsls(learn, training, lin, err);
    default:
        return isg_solve_whitened(learn, training, &(struct isg_whiten){.ridge = recipe->ridge, .power = 1}, lin, err);
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
        const bool coarse = lin->dim == 0;
        if (!coarse)
            ISG_GOTO(isg_induce_mutual(learn, lin, &induced, err));
        ISG_GOTO(isg_training_make(&training, seed, &induced.pairs, 1, rows, err));
        isg_align_pairs_fini(&induced.pairs);
        ISG_GOTO(isg_self_learn(learn, &training.pairs, coarse, 0, lin, &induced, &report->rounds, err));
        ISG_GOTO(isg_training_make(
            &training, trusted ? seed : &nothing, &induced.pairs, trusted ? INDUCED_WEIGHT : 1, rows, err));
    } else {
        ISG_GOTO(isg_training_make(&training, seed, NULL, 0, rows, err));
    }
    ISG_GOTO(solve(learn, recipe, &training, lin, err));
    for (int round = 0; round < recipe->augment; round++) {
        isg_align_pairs_fini(&induced.pairs);
        ISG_GOTO(isg_induce_mutual(learn, lin, &induced, err));
        if (induced.pairs.n == 0)
            break;
        const bool keep_seed = trusted || !recipe->self_learn;
        ISG_GOTO(isg_training_make(
            &training, keep_seed ? seed : &nothing, &induced.pairs, keep_seed ? INDUCED_WEIGHT : 1, rows, err));
        ISG_GOTO(solve(learn, recipe, &training, lin, err));
        report->rounds++;
        report->mean_csls = induced.mean_csls;
        isg_log(learn->env, ISG_LOG_DEBUG, "round %d: %zu mutual neighbours, %zu pairs, mean CSLS %.4f", round + 1,
            induced.pairs.n, training.pairs.n, induced.mean_csls);
    }
    if (recipe->contrast)
        ISG_GOTO(isg_refine_contrast(learn, &training, &contrast, lin, err));
    report->final_pairs = training.pairs.n;
out:
    isg_training_fini(&training);
    isg_align_pairs_fini(&induced.pairs);
    return status;
}

/* ---- judging ---- */

/* Each source word falls into one of five folds, drawn by the seed, with all its pairs (which follow each other); those of
 * one fold are held out. */
enum { FOLDS = 5 };
static enum isg_status split(const struct isg_align_pairs *pairs, uint64_t seed, uint32_t fold,
    struct isg_align_pairs *kept, struct isg_align_pairs *held, struct isg_error *err)
{
    struct isg_rng rng = isg_rng_stream(seed, "held-out", 0);
    bool out = false;
    for (size_t i = 0; i < pairs->n; i++) {
        if (i == 0 || pairs->row[0][i] != pairs->row[0][i - 1])
            out = isg_rng_below(&rng, FOLDS) == fold;
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
    char ridge[24] = "";
    if (r->method == ISG_ALIGN_ADVANCED)
        snprintf(ridge, sizeof ridge, " (ridge %g)", r->ridge);
    snprintf(out, n, "%s%s%s%s%s", r->self_learn ? "self-learning, " : "", isg_align_method_name(r->method), ridge,
        r->augment ? " with mutual neighbours" : "", r->contrast ? ", contrastive refinement" : "");
    return out;
}

/* What has been tried so far. */
struct choice {
    const struct isg_learn *learn;
    struct isg_align_pairs kept, held;
    bool trusted;
    struct isg_recipe best;
    struct isg_linear map;    /* of the best */
    struct isg_judged judged; /* what it makes of the held-out words */
    double precision, next_precision;
    char next[96];
    size_t queries;
};

static enum isg_status try_recipe(
    struct choice *c, const struct isg_recipe *recipe, double *precision, struct isg_error *err)
{
    enum isg_status status;
    struct isg_linear lin = {0};
    struct isg_judged judged = {0};
    struct isg_align_report scratch = {0};
    char name[96];
    ISG_GOTO(isg_recipe_run(c->learn, recipe, &c->kept, c->trusted, &lin, &scratch, err));
    ISG_GOTO(isg_judge(c->learn, &lin, &c->held, ISG_EVIDENCE_DEPTH, &judged, err));
    *precision = isg_judged_precision(&judged, &c->held, 1);
    c->queries = judged.n;
    recipe_text(recipe, name, sizeof name);
    isg_log(c->learn->env, ISG_LOG_INFO, "held-out P@1 of %s: %.2f %% of %zu", name, *precision, c->queries);
    if (*precision > c->precision) {
        if (c->precision >= 0)
            recipe_text(&c->best, c->next, sizeof c->next);
        c->next_precision = c->precision;
        c->precision = *precision;
        c->best = *recipe;
        isg_linear_move(&c->map, &lin);
        isg_judged_fini(&c->judged);
        c->judged = judged;
        judged = (struct isg_judged){0};
    } else if (*precision > c->next_precision) {
        c->next_precision = *precision;
        snprintf(c->next, sizeof c->next, "%s", name);
    }
out:
    isg_linear_fini(&lin);
    isg_judged_fini(&judged);
    return status;
}

/* The evidence learns from the words that the choice was made by, and of short lists from the other folds' too, each by a
 * map without it. */
static enum isg_status weigh_evidence(
    struct choice *c, struct isg_evidence *evidence, struct isg_evidence_report *report, struct isg_error *err)
{
    enum isg_status status;
    struct isg_evidence_sample sample = {0};
    struct isg_align_pairs kept = {0}, held = {0};
    struct isg_linear lin = {0};
    struct isg_judged judged = {0};
    struct isg_align_report scratch = {0};
    ISG_GOTO(isg_evidence_add(&sample, c->learn, &c->judged, &c->held, err));
    for (uint32_t fold = 1; fold < FOLDS && c->queries < ENOUGH_TO_WEIGH; fold++) {
        isg_align_pairs_fini(&kept);
        isg_align_pairs_fini(&held);
        isg_linear_fini(&lin);
        isg_judged_fini(&judged);
        ISG_GOTO(split(&c->learn->seed, c->learn->opts->seed, fold, &kept, &held, err));
        if (kept.n == 0 || held.n == 0)
            continue;
        ISG_GOTO(isg_recipe_run(c->learn, &c->best, &kept, c->trusted, &lin, &scratch, err));
        ISG_GOTO(isg_judge(c->learn, &lin, &held, ISG_EVIDENCE_DEPTH, &judged, err));
        ISG_GOTO(isg_evidence_add(&sample, c->learn, &judged, &held, err));
    }
    ISG_GOTO(isg_evidence_learn(evidence, &sample, report, err));
out:
    isg_evidence_sample_fini(&sample);
    isg_align_pairs_fini(&kept);
    isg_align_pairs_fini(&held);
    isg_linear_fini(&lin);
    isg_judged_fini(&judged);
    return status;
}

static enum isg_status choose_by_held_out(const struct isg_learn *learn, bool trusted,
    const struct isg_recipe *candidates, size_t n, struct isg_recipe *recipe, struct isg_linear *chosen,
    struct isg_evidence *evidence, struct isg_align_report *report, struct isg_error *err)
{
    enum isg_status status;
    /* The choice is made on fewer words than the map: a quarter of the time, and the same winner on every list tried. */
    struct isg_learn fewer = *learn;
    struct choice c = {.learn = &fewer, .trusted = trusted, .precision = -1, .next_precision = -1};
    double precision[MOST_CANDIDATES];
    char name[96];
    for (int s = 0; s < 2; s++)
        fewer.frequent[s] = fewer.frequent[s] < WORDS_TO_CHOOSE_ON ? fewer.frequent[s] : WORDS_TO_CHOOSE_ON;
    ISG_GOTO(split(&learn->seed, learn->opts->seed, 0, &c.kept, &c.held, err));
    for (size_t i = 0; i < n; i++)
        ISG_GOTO(try_recipe(&c, &candidates[i], &precision[i], err));
    /* Contrastive refinement takes the longest, and has only ever gained on orthogonal maps (held-out words
     * of every train list at hand): only where one is close. A method that was asked for stays as it is. */
    const double best = c.precision;
    const bool may_refine = learn->opts->contrast == ISG_CONTRAST_AUTO && learn->opts->method == ISG_ALIGN_AUTO;
    for (size_t i = 0; i < n && may_refine; i++) {
        struct isg_recipe refined = candidates[i];
        refined.contrast = true;
        if (refined.method == ISG_ALIGN_PROCRUSTES && precision[i] > CLOSE * best)
            ISG_GOTO(try_recipe(&c, &refined, &precision[i], err));
    }
    *recipe = c.best;
    struct isg_evidence_report weighed;
    ISG_GOTO(weigh_evidence(&c, evidence, &weighed, err));
    report->held_out = weighed.by_csls >= 0 ? weighed.by_csls : c.precision;
    report->held_out_reranked = weighed.reranked;
    isg_linear_move(chosen, &c.map);
    report->held_out_at_10 = isg_judged_precision(&c.judged, &c.held, 10);
    report->held_out_words = c.queries;
    const double by_chance = 100 * 10.0 / (double)learn->v[1].rows;
    report->degenerate = c.queries >= ENOUGH_TO_CONDEMN && report->held_out_at_10 < HARDLY_ANY + 3 * by_chance;
    snprintf(report->why, sizeof report->why, "%s: P@1 %.2f %% on %zu held-out seed words; next %s, %.2f %%",
        recipe_text(recipe, name, sizeof name), c.precision, c.queries, c.next, c.next_precision);
out:
    isg_align_pairs_fini(&c.kept);
    isg_align_pairs_fini(&c.held);
    isg_linear_fini(&c.map);
    isg_judged_fini(&c.judged);
    return status;
}

enum isg_status isg_recipe_choose(const struct isg_learn *learn, bool trusted, struct isg_recipe *recipe,
    struct isg_linear *lin, struct isg_evidence *evidence, struct isg_align_report *report, struct isg_error *err)
{
    const struct isg_align_opts *const opts = learn->opts;
    const size_t sources = distinct_sources(&learn->seed);
    const bool weak = !trusted || sources < WEAK_SEED, contrast_on = opts->contrast == ISG_CONTRAST_ON;
    const int augment = opts->refine >= 0 ? opts->refine : 2;
    if (opts->method != ISG_ALIGN_AUTO) {
        /* Plain Procrustes and RCSLS are what their papers say, unless refinement is asked for or the seed is
         * weak. */
        const bool plain = opts->method == ISG_ALIGN_PROCRUSTES || opts->method == ISG_ALIGN_RCSLS;
        *recipe = (struct isg_recipe){.method = opts->method,
            .augment = opts->refine >= 0 || !plain ? augment : 0,
            .self_learn = weak && opts->refine != 0,
            .contrast = contrast_on,
            .ridge = RIDGE};
        enum isg_status status = ISG_OK;
        struct isg_linear judged = {0}; /* not to go on from: the map is to be what was asked for */
        if (trusted && sources >= ENOUGH_TO_JUDGE)
            status = choose_by_held_out(learn, trusted, recipe, 1, recipe, &judged, evidence, report, err);
        isg_linear_fini(&judged);
        snprintf(report->why, sizeof report->why, "asked for");
        return status;
    }
    const struct isg_recipe all[MOST_CANDIDATES] = {
        {.method = ISG_ALIGN_ADVANCED, .augment = augment, .ridge = RIDGE, .contrast = contrast_on},
        {.method = ISG_ALIGN_ADVANCED, .augment = augment, .ridge = 10 * RIDGE, .contrast = contrast_on},
        {.method = ISG_ALIGN_PROCRUSTES, .augment = augment, .contrast = contrast_on},
        {.method = ISG_ALIGN_ADVANCED, .augment = augment, .self_learn = true, .ridge = RIDGE, .contrast = contrast_on}};
    const struct isg_recipe *const self_learning = &all[MOST_CANDIDATES - 1];
    if (!trusted) {
        *recipe = *self_learning;
        snprintf(report->why, sizeof report->why, "%s pairs are too noisy to be kept or to judge by: self-learning",
            isg_align_seed_name(opts->seed_from));
        return ISG_OK;
    }
    if (sources >= ENOUGH_TO_JUDGE)
        return choose_by_held_out(
            learn, trusted, all, weak ? MOST_CANDIDATES : MOST_CANDIDATES - 1, recipe, lin, evidence, report, err);
    *recipe = *self_learning;
    snprintf(report->why, sizeof report->why, "%zu seed words are too few to hold some out: self-learning", sources);
    return ISG_OK;
}

/* ---- without pairs ---- */

/* Per cent of `a` that `b` holds too; both sorted by source row, each source once. */
static double agreement(const struct isg_align_pairs *a, const struct isg_align_pairs *b)
{
    size_t same = 0;
    for (size_t i = 0, j = 0; i < a->n; i++) {
        while (j < b->n && b->row[0][j] < a->row[0][i])
            j++;
        same += j < b->n && b->row[0][j] == a->row[0][i] && b->row[1][j] == a->row[1][i];
    }
    return a->n ? 100 * (double)same / (double)a->n : 0;
}

/* Words paired by chance: where self-learning gets from nothing. */
static enum isg_status chance_pairs(const struct isg_learn *learn, struct isg_align_pairs *out, struct isg_error *err)
{
    size_t n = DISTRIBUTION_WORDS;
    for (int s = 0; s < 2; s++)
        n = learn->frequent[s] < n ? learn->frequent[s] : n;
    struct isg_rng rng = isg_rng_stream(learn->opts->seed, "chance", 0);
    for (size_t i = 0; i < n; i++)
        ISG_TRY(isg_align_pairs_add(out, (uint32_t)i, isg_rng_below(&rng, (uint32_t)n), err));
    return ISG_OK;
}

enum isg_status isg_recipe_unsupervised(
    const struct isg_learn *learn, struct isg_linear *lin, struct isg_align_report *report, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t rows[2] = {learn->v[0].rows, learn->v[1].rows};
    const struct isg_align_pairs nothing = {0};
    struct isg_align_pairs start = {0};
    struct isg_induced run[STARTS] = {{.mean_csls = 0}};
    struct isg_training training = {0};
    size_t best = 0;
    for (size_t i = 0; i < STARTS; i++) {
        int rounds = 0;
        isg_align_pairs_fini(&start);
        if (i == CHANCE)
            ISG_GOTO(chance_pairs(learn, &start, err));
        else
            ISG_GOTO(isg_seed_unsupervised(learn, (size_t)DISTRIBUTION_WORDS >> i, &start, err));
        if (start.n == 0)
            continue;
        ISG_GOTO(isg_self_learn(learn, &start, true, i, lin, &run[i], &rounds, err));
        isg_log(learn->env, ISG_LOG_INFO, "start %zu (%s): %d rounds, mean CSLS %.4f, %.1f %% mutual", i + 1,
            i == CHANCE ? "chance" : "similarity distributions", rounds, run[i].mean_csls, 100 * run[i].mutual);
        if (run[i].mean_csls > run[best].mean_csls)
            best = i;
        report->rounds += rounds;
        report->seed_pairs = start.n;
    }
    if (run[best].pairs.n == 0) {
        isg_error_set(err, ISG_EFAILED, NULL, 0, "no dictionary came out of %d starts", (int)STARTS);
        status = isg_error_advice(err, "give some seed pairs, or --seed-from identical");
        goto out;
    }
    /* A true map is where unlike starts meet, or else far better than what self-learning makes of chance
     * pairs. */
    for (size_t i = 0; i < STARTS; i++)
        if (i != best) {
            const double same = agreement(&run[best].pairs, &run[i].pairs);
            report->consistency = same > report->consistency ? same : report->consistency;
        }
    report->degenerate = report->consistency < CONSISTENT &&
                         (best == CHANCE || run[best].mean_csls < ABOVE_CHANCE * run[CHANCE].mean_csls);
    report->mean_csls = run[best].mean_csls;
    report->method = learn->opts->method == ISG_ALIGN_AUTO ? ISG_ALIGN_ADVANCED : learn->opts->method;
    snprintf(report->why, sizeof report->why,
        "the best of %d starts by mean CSLS: %.4f, from chance pairs %.4f; %.0f %% of its pairs in another's",
        (int)STARTS, report->mean_csls, run[CHANCE].mean_csls, report->consistency);
    ISG_GOTO(isg_training_make(&training, &nothing, &run[best].pairs, 1, rows, err));
    const struct isg_recipe recipe = {.method = report->method, .ridge = RIDGE};
    ISG_GOTO(solve(learn, &recipe, &training, lin, err));
    if (learn->opts->contrast == ISG_CONTRAST_ON)
        ISG_GOTO(isg_refine_contrast(learn, &training, &contrast, lin, err));
    report->final_pairs = training.pairs.n;
out:
    isg_align_pairs_fini(&start);
    for (size_t i = 0; i < STARTS; i++)
        isg_align_pairs_fini(&run[i].pairs);
    isg_training_fini(&training);
    return status;
}
