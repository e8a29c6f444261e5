/* isogloss align eval: scores a map on a gold list of translations or on similarity judgements. */
#include "tools/commands/align_inputs.h"

#include <stdlib.h>
#include <string.h>

static enum isg_status parse_topk(const char *text, struct isg_align_eval_opts *opts, struct isg_error *err)
{
    opts->n_topk = 0;
    for (const char *at = text;; at++) {
        char *end;
        const unsigned long k = strtoul(at, &end, 10);
        if (end == at || *at < '0' || *at > '9' || k == 0 || k > 10000 || (*end && *end != ',') ||
            opts->n_topk == ISG_ALIGN_MAX_TOPK) {
            isg_error_set(err, ISG_EUSAGE, NULL, 0, "--topk \"%s\"", text);
            return isg_error_expected(
                err, "up to %d numbers from 1 to 10000, with commas between them", ISG_ALIGN_MAX_TOPK);
        }
        opts->topk[opts->n_topk++] = (uint32_t)k;
        if (!*end)
            return ISG_OK;
        at = end;
    }
}

static json_t *by_depth(const double *values, const struct isg_align_eval_opts *opts)
{
    json_t *const p = json_object();
    for (uint32_t i = 0; i < opts->n_topk; i++) {
        char key[16];
        snprintf(key, sizeof key, "%u", (unsigned)opts->topk[i]);
        json_object_set_new(p, key, json_real(values[i]));
    }
    return p;
}

static json_t *part_json(const struct isg_align_part *part, const struct isg_align_eval_opts *opts)
{
    return json_pack(
        "{s:I, s:o, s:f}", "queries", (json_int_t)part->queries, "p_at", by_depth(part->p_at, opts), "mrr", part->mrr);
}

static json_t *scores_json(const struct isg_align_scores *s, const struct isg_align_eval_opts *opts)
{
    json_t *const bands = json_array();
    for (size_t b = 0; b < ISG_ALIGN_BANDS; b++) {
        json_t *const band = part_json(&s->band[b], opts);
        json_object_set_new(band, "from_rank", json_integer(b ? (json_int_t)isg_align_band_end[b - 1] + 1 : 1));
        json_array_append_new(bands, band);
    }
    return json_pack("{s:s, s:f, s:I, s:I, s:o, s:o, s:o, s:f, s:o, s:o}", "retrieval",
        isg_retrieval_name(opts->retrieval), "coverage", s->coverage, "queries", (json_int_t)s->queries, "covered",
        (json_int_t)s->covered, "p_at", by_depth(s->p_at, opts), "p_at_all", by_depth(s->p_at_all, opts), "p_at_copied",
        by_depth(s->p_at_copied, opts), "mrr", s->mrr, "not_identical", part_json(&s->not_identical, opts), "bands",
        bands);
}

static void print_part(
    FILE *to, const char *name, const struct isg_align_part *part, const struct isg_align_eval_opts *opts)
{
    fprintf(to, "%-22s %6llu words", name, (unsigned long long)part->queries);
    for (uint32_t i = 0; part->queries && i < opts->n_topk; i++)
        fprintf(to, "  P@%u %.2f %%", (unsigned)opts->topk[i], part->p_at[i]);
    fprintf(to, "\n");
}

static void print_scores(FILE *to, const struct isg_align_scores *s, const struct isg_align_eval_opts *opts)
{
    fprintf(to, "coverage  %.2f %%  (%llu of %llu source words)\n", 100 * s->coverage, (unsigned long long)s->covered,
        (unsigned long long)s->queries);
    for (uint32_t i = 0; i < opts->n_topk; i++)
        fprintf(to, "P@%-6u  %.2f %% of covered, %.2f %% of all, %.2f %% where the others are copied\n",
            (unsigned)opts->topk[i], s->p_at[i], s->p_at_all[i], s->p_at_copied[i]);
    fprintf(to, "MRR       %.4f\n", s->mrr);
    print_part(to, "not spelt alike", &s->not_identical, opts);
    for (size_t b = 0; b < ISG_ALIGN_BANDS; b++) {
        char name[48];
        const unsigned long long from = b ? isg_align_band_end[b - 1] + 1 : 1;
        if (b + 1 < ISG_ALIGN_BANDS)
            snprintf(name, sizeof name, "rank %llu-%llu", from, (unsigned long long)isg_align_band_end[b]);
        else
            snprintf(name, sizeof name, "rank %llu-", from);
        if (s->band[b].queries)
            print_part(to, name, &s->band[b], opts);
    }
}

static enum isg_status similarity(struct isg_app *app, const struct isg_align_inputs *in, const char *path,
    enum isg_dict_case rule, struct isg_error *err)
{
    struct isg_align_similarity s;
    ISG_TRY(isg_align_similarity(in->space, &in->v[0], &in->v[1], path, rule, &s, &app->env, err));
    fprintf(app->results, "%llu of %llu word pairs covered\nSpearman  %.4f\nPearson   %.4f\n",
        (unsigned long long)s.covered, (unsigned long long)s.pairs, s.spearman, s.pearson);
    isg_app_result(app, json_pack("{s:I, s:I, s:f, s:f}", "pairs", (json_int_t)s.pairs, "covered",
                            (json_int_t)s.covered, "spearman", s.spearman, "pearson", s.pearson));
    return ISG_OK;
}

static enum isg_status run_eval(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_align_inputs in = {.max_vocab = 200000, .retrieval = "csls", .rerank = true};
    struct isg_align_eval_opts opts;
    isg_align_eval_opts_default(&opts);
    bool swap = false;
    const char *gold = NULL, *judged = NULL, *plot = NULL, *topk = "1,5,10", *rule = "auto";
    /* clang-format off */
    const struct isg_opt table[] = {
        ISG_ALIGN_OPT_MAP(&in), ISG_ALIGN_OPT_SRC(&in), ISG_ALIGN_OPT_TGT(&in),
        {.name = "dict", .kind = ISG_OPT_STRING, .value = &gold, .argument = "FILE", .path = ISG_PATH_IN,
            .help = "gold dictionary: source and target word; one line per translation"},
        ISG_ALIGN_OPT_SWAP("swap-dict", &swap),
        {.name = "similarity", .kind = ISG_OPT_STRING, .value = &judged, .argument = "FILE", .path = ISG_PATH_IN,
            .help = "instead of a dictionary: source word, target word and human similarity score"},
        {.name = "dict-case", .kind = ISG_OPT_CHOICE, .value = &rule, .choices = "auto|lower|keep",
            .help = "casing of dictionary words: as written, else lowercase; lowercase; as written"},
        ISG_ALIGN_OPT_VOCAB(&in), ISG_ALIGN_OPT_MEMORY(&in), ISG_ALIGN_OPT_RETRIEVAL(&in), ISG_ALIGN_OPT_CSLS_K(&in), ISG_ALIGN_OPT_INDEX(&in),
        ISG_ALIGN_OPT_RERANK(&in),
        {.name = "topk", .kind = ISG_OPT_STRING, .value = &topk, .argument = "N,...",
            .help = "depths k of precision at k"},
        {.name = "plot", .kind = ISG_OPT_STRING, .value = &plot, .argument = "FILE", .path = ISG_PATH_OUT,
            .help = "write precision by depth and frequency as SVG"},
        {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    if (!gold == !judged) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, gold ? "both --dict and --similarity" : "nothing to score on");
        return isg_error_expected(err, "--dict FILE, or --similarity FILE");
    }
    if (swap && !gold)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "--swap-dict without --dict");
    if (plot && judged)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "--plot draws precision: it needs --dict");
    if (plot)
        ISG_TRY(isg_check_overwrite(plot, app->force, err));
    ISG_TRY(parse_topk(topk, &opts, err));
    opts.retrieval = (enum isg_retrieval)isg_retrieval_find(in.retrieval);
    opts.rule = isg_dict_case_find(rule);
    enum isg_status status;
    struct isg_dict dict = {0};
    struct isg_align_scores s;
    ISG_GOTO(isg_align_map_load(&in.map, in.map_path, err)); /* what is quickly seen to be wrong comes first */
    if (gold)
        ISG_GOTO(isg_align_load_dict(app, &dict, gold, err));
    ISG_GOTO(isg_align_load_inputs(app, &in, err));
    if (judged) {
        status = similarity(app, &in, judged, opts.rule, err);
        goto out;
    }
    ISG_GOTO(isg_align_orient(&dict, gold, &in.v[0], &in.v[1], opts.rule, "swap-dict", swap, err));
    ISG_GOTO(isg_align_eval(in.space, &dict, &in.v[0], &in.v[1], &opts, &s, &app->env, err));
    print_scores(app->results, &s, &opts);
    isg_app_result(app, scores_json(&s, &opts));
    if (plot) {
        static const uint32_t depths[ISG_ALIGN_MAX_TOPK] = {1, 2, 3, 5, 10, 20, 50, 100};
        opts.n_topk = ISG_ALIGN_MAX_TOPK;
        memcpy(opts.topk, depths, sizeof opts.topk);
        ISG_GOTO(isg_align_eval(in.space, &dict, &in.v[0], &in.v[1], &opts, &s, &app->env, err));
        status = isg_align_plot_precision(&s, &opts, plot, app->force, err);
    }
out:
    isg_dict_fini(&dict);
    isg_align_inputs_fini(&in);
    return status;
}

const struct isg_tool isg_tool_align_eval = {
    {.name = "align eval",
        .summary = "score a map on a gold list of translations",
        .synopsis = "--map MAP --src S --tgt T (--dict GOLD | --similarity FILE)",
        .examples = "isogloss align eval --map en-es.map --src en.vec --tgt es.vec --dict test.txt\n"
                    "isogloss align eval --map en-es.map --src en.vec --tgt es.vec --similarity en-es.sim.tsv\n",
        .min_args = 0,
        .max_args = 0},
    .run = run_eval, .products = true, .reports = true};
