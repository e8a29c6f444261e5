/* Fitting: from vectors and pairs to a map. */
#include "align/recipe.h"

#include <stdio.h>
#include <string.h>

/* ---- the rows to learn from ---- */

static bool has_vector(const struct isg_vectors *v, uint32_t row)
{
    for (size_t i = 0; i < v->m.cols; i++)
        if (isg_mat_row(v->m, row)[i] != 0.0F)
            return true;
    return false;
}

/* Seed pairs whose words have vectors, as rows of v[0], v[1]. */
static enum isg_status usable_pairs(struct isg_align_pairs *out, const struct isg_align_pairs *pairs,
    const struct isg_vectors *const v[2], struct isg_error *err)
{
    for (size_t i = 0; pairs && i < pairs->n; i++) {
        const uint32_t s = pairs->row[0][i], t = pairs->row[1][i];
        if (s >= v[0]->m.rows || t >= v[1]->m.rows)
            return isg_error_set(
                err, ISG_EUSAGE, NULL, 0, "pair %zu names row %u or %u, past the end", i, (unsigned)s, (unsigned)t);
        if (has_vector(v[0], s) && has_vector(v[1], t))
            ISG_TRY(isg_align_pairs_add(out, s, t, err));
    }
    return ISG_OK;
}

/* Preprocessed rows of one side: the frequent ones, then those of the seed from further down. */
static enum isg_status gather(struct isg_learn *learn, enum isg_side side, const struct isg_vectors *v,
    const struct isg_norm *norm, struct isg_error *err)
{
    const size_t cutoff = learn->opts->vocab_cutoff, all = v->m.rows;
    const size_t frequent = cutoff && cutoff < all ? cutoff : all;
    uint32_t *const seed = learn->seed.row[side];
    uint32_t *const local = isg_calloc(all, sizeof *local);
    uint32_t *const rows = isg_malloc(frequent + learn->seed.n, sizeof *rows);
    float *x = NULL;
    size_t n = 0;
    if (!local || !rows)
        goto nomem;
    for (; n < frequent; n++)
        local[n] = rows[n] = (uint32_t)n;
    for (size_t i = 0; i < learn->seed.n; i++) {
        if (seed[i] >= frequent && local[seed[i]] == 0) {
            rows[n] = seed[i];
            local[seed[i]] = (uint32_t)n++;
        }
        seed[i] = local[seed[i]];
    }
    x = isg_malloc(n, v->m.cols * sizeof *x);
    if (!x)
        goto nomem;
    learn->v[side] = isg_mat(x, n, v->m.cols);
    learn->frequent[side] = frequent;
    isg_norm_apply(norm, v->m, rows, learn->v[side], learn->env);
    isg_free(local);
    learn->row[side] = rows;
    return ISG_OK;
nomem:
    isg_free(local);
    isg_free(rows);
    return isg_error_nomem(err, "the vectors to learn from");
}

static void learn_fini(struct isg_learn *learn)
{
    isg_spellings_free(learn->spellings);
    isg_align_pairs_fini(&learn->seed);
    for (int s = 0; s < 2; s++) {
        isg_free(learn->row[s]);
        isg_free(learn->v[s].x);
    }
}

/* ---- the whole ---- */

static enum isg_status check(const struct isg_vectors *src, const struct isg_vectors *tgt,
    const struct isg_align_opts *opts, struct isg_error *err)
{
    if (src->m.rows == 0 || tgt->m.rows == 0 || src->m.cols == 0 || tgt->m.cols == 0)
        return isg_error_set(err, ISG_EDATA, NULL, 0, "no vectors on the %s side",
            src->m.rows == 0 || src->m.cols == 0 ? "source" : "target");
    if (opts->csls_k == 0)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "a CSLS neighbourhood of 0 words");
    if (src->m.cols != tgt->m.cols && opts->method != ISG_ALIGN_ADVANCED) {
        isg_error_set(err, ISG_EDATA, NULL, 0, "source vectors of %zu dimensions and target vectors of %zu",
            src->m.cols, tgt->m.cols);
        isg_error_expected(err, "the same number");
        return isg_error_advice(err, "the method \"advanced\" takes vectors of different dimensions");
    }
    for (size_t i = 0; i < sizeof opts->norm / sizeof *opts->norm; i++)
        if (opts->norm[i] == ISG_NORM_ABTT && (opts->abtt >= src->m.cols || opts->abtt >= tgt->m.cols))
            return isg_error_set(err, ISG_EUSAGE, NULL, 0, "%u principal axes to drop of %zu dimensions",
                (unsigned)opts->abtt, src->m.cols < tgt->m.cols ? src->m.cols : tgt->m.cols);
    return ISG_OK;
}

static enum isg_status describe(struct isg_align_map *map, const struct isg_align_opts *opts,
    const struct isg_align_report *report, struct isg_error *err)
{
    char text[160];
    ISG_TRY(isg_align_map_set_meta(map, "method", isg_align_method_name(report->method), err));
    ISG_TRY(isg_align_map_set_meta(map, "method_asked", isg_align_method_name(opts->method), err));
    ISG_TRY(isg_align_map_set_meta(map, "why", report->why, err));
    ISG_TRY(isg_align_map_set_meta(map, "degenerate", report->degenerate ? "true" : "false", err));
    ISG_TRY(isg_align_map_set_meta(map, "seed_from", isg_align_seed_name(opts->seed_from), err));
    snprintf(text, sizeof text, "%llu", (unsigned long long)opts->seed);
    ISG_TRY(isg_align_map_set_meta(map, "seed", text, err));
    snprintf(text, sizeof text, "%u", (unsigned)opts->csls_k);
    ISG_TRY(isg_align_map_set_meta(map, "csls_k", text, err));
    snprintf(text, sizeof text, "refine=%d vocab_cutoff=%u", report->rounds, (unsigned)opts->vocab_cutoff);
    ISG_TRY(isg_align_map_set_meta(map, "options", text, err));
    snprintf(text, sizeof text, "seed_pairs=%llu final_pairs=%llu mean_csls=%.6f",
        (unsigned long long)report->seed_pairs, (unsigned long long)report->final_pairs, report->mean_csls);
    ISG_TRY(isg_align_map_set_meta(map, "fit", text, err));
    if (report->held_out_words == 0)
        return ISG_OK;
    snprintf(text, sizeof text, "%llu %.4f %.4f", (unsigned long long)report->held_out_words, report->held_out,
        report->held_out_at_10);
    return isg_align_map_set_meta(map, "held_out", text, err);
}

enum isg_status isg_align_fit(struct isg_align_map **out, const struct isg_vectors *src, const struct isg_vectors *tgt,
    const struct isg_align_pairs *pairs, const struct isg_align_opts *opts, struct isg_align_report *report_out,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status;
    const double started = isg_now();
    const struct isg_vectors *const v[2] = {src, tgt};
    struct isg_learn learn = {.opts = opts, .env = env};
    struct isg_evidence evidence = isg_evidence_default();
    struct isg_linear lin = {0};
    struct isg_align_report report = {.method = opts->method, .held_out = -1, .held_out_reranked = -1};
    struct isg_align_map *map = NULL;
    *out = NULL;
    ISG_GOTO(check(src, tgt, opts, err));
    ISG_GOTO(isg_blas_reserve(isg_pool_threads(env->pool), err));
    ISG_GOTO(isg_spellings_new(&learn.spellings, v, err));
    ISG_GOTO(usable_pairs(&learn.seed, pairs, v, err));
    const bool unsupervised = opts->seed_from == ISG_SEED_UNSUPERVISED;
    if (learn.seed.n == 0 && !unsupervised) {
        isg_error_set(err, ISG_EDATA, NULL, 0, "no seed pair with vectors on both sides");
        status = isg_error_advice(err, "check that the dictionary's languages and casing are those of the vectors");
        goto out;
    }
    map = isg_align_map_new();
    if (!map) {
        status = isg_error_nomem(err, "a map");
        goto out;
    }
    for (int s = 0; s < 2; s++) {
        ISG_GOTO(isg_norm_fit(&map->norm[s], opts->norm, opts->abtt, v[s]->m, err));
        ISG_GOTO(gather(&learn, (enum isg_side)s, v[s], &map->norm[s], err));
        isg_vectors_rest(v[s]);
    }
    struct isg_recipe recipe;
    if (unsupervised) {
        ISG_GOTO(isg_recipe_unsupervised(&learn, &lin, &report, err));
    } else {
        report.seed_pairs = learn.seed.n;
        ISG_GOTO(isg_recipe_choose(&learn, opts->seed_from == ISG_SEED_DICT, &recipe, &lin, &evidence, &report, err));
        ISG_GOTO(isg_recipe_run(&learn, &recipe, &learn.seed, opts->seed_from == ISG_SEED_DICT, &lin, &report, err));
    }
    map->dim = lin.dim;
    for (int s = 0; s < 2; s++) {
        map->dim_in[s] = v[s]->m.cols;
        map->m[s] = lin.m[s];
        lin.m[s] = NULL;
    }
    report.seconds = isg_now() - started;
    ISG_GOTO(describe(map, opts, &report, err));
    char text[256];
    isg_evidence_text(&evidence, text, sizeof text);
    ISG_GOTO(isg_align_map_set_meta(map, "evidence", text, err));
    if (report_out)
        *report_out = report;
    *out = map;
    map = NULL;
out:
    isg_align_map_free(map);
    isg_linear_fini(&lin);
    learn_fini(&learn);
    return status;
}
