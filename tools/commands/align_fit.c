/* isogloss align fit: learns a map from a seed. */
#include "tools/commands/align_inputs.h"

#include <string.h>

/* Records path and checksum of an input in the map. */
static enum isg_status note_input(struct isg_align_map *map, const char *name, const char *path, struct isg_error *err)
{
    char key[48], sum[17];
    ISG_TRY(isg_align_map_set_meta(map, name, path, err));
    ISG_TRY(isg_file_checksum(path, sum, err));
    snprintf(key, sizeof key, "%s_xxh3", name);
    return isg_align_map_set_meta(map, key, sum, err);
}

static enum isg_status seed_pairs(struct isg_app *app, const struct isg_align_inputs *in, const char *dict_path,
    enum isg_dict_case rule, bool swap, enum isg_align_seed_from from, struct isg_align_pairs *pairs,
    struct isg_error *err)
{
    if (from == ISG_SEED_UNSUPERVISED)
        return ISG_OK;
    if (from != ISG_SEED_DICT) {
        ISG_TRY(isg_align_pairs_from_words(pairs, from, &in->v[0], &in->v[1], err));
        isg_log(&app->env, ISG_LOG_INFO, "seed: %zu %s pairs", pairs->n, isg_align_seed_name(from));
        if (pairs->n > 0)
            return ISG_OK;
        isg_error_set(err, ISG_EDATA, NULL, 0, "the two vocabularies share no %s words", isg_align_seed_name(from));
        return isg_error_advice(err, "give a --seed-dict, or use --seed-from unsupervised");
    }
    struct isg_dict dict = {0};
    struct isg_align_pairs_report r;
    ISG_TRY(isg_align_load_dict(app, &dict, dict_path, err));
    enum isg_status status = isg_align_orient(&dict, dict_path, &in->v[0], &in->v[1], rule, "swap-seed", swap, err);
    if (status == ISG_OK)
        status = isg_align_pairs_from_dict(pairs, &dict, &in->v[0], &in->v[1], rule, &r, err);
    isg_dict_fini(&dict);
    ISG_TRY(status);
    isg_log(&app->env, ISG_LOG_INFO,
        "seed: %zu of %llu pairs have vectors (%llu source and %llu target words have none); %llu of %llu "
        "source words",
        pairs->n, (unsigned long long)r.entries, (unsigned long long)r.missing[0], (unsigned long long)r.missing[1],
        (unsigned long long)r.covered_sources, (unsigned long long)r.distinct_sources);
    if (pairs->n == 0) {
        isg_error_set(err, ISG_EDATA, dict_path, 0, "none of %llu pairs has vectors for both words",
            (unsigned long long)r.entries);
        return isg_error_advice(err, "check that its languages are in the order --src, --tgt, and the casing");
    }
    return ISG_OK;
}

static json_t *percent(double p)
{
    return p >= 0 ? json_real(p) : json_null();
}

static json_t *fit_json(const struct isg_align_report *r)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:i, s:f, s:b, s:f, s:o, s:o}", "method", isg_align_method_name(r->method),
        "why", r->why, "seed_pairs", (json_int_t)r->seed_pairs, "final_pairs", (json_int_t)r->final_pairs, "rounds",
        r->rounds, "mean_csls", r->mean_csls, "degenerate", r->degenerate, "seconds", r->seconds, "held_out",
        percent(r->held_out), "held_out_reranked", percent(r->held_out_reranked));
}

/* Loads, fits, saves, reports. dict = path of the seed list, or NULL. */
static enum isg_status fit(struct isg_app *app, struct isg_align_inputs *in, const struct isg_align_opts *opts,
    const char *dict, enum isg_dict_case rule, bool swap, const char *path, struct isg_error *err)
{
    enum isg_status status;
    struct isg_align_map *map = NULL;
    struct isg_align_pairs pairs = {0};
    struct isg_align_report report;
    for (int s = 0; s < 2; s++)
        ISG_GOTO(isg_align_load_vectors(app, in, (enum isg_side)s, err));
    ISG_GOTO(seed_pairs(app, in, dict, rule, swap, opts->seed_from, &pairs, err));
    ISG_GOTO(isg_align_fit(&map, &in->v[0], &in->v[1], &pairs, opts, &report, &app->env, err));
    ISG_GOTO(note_input(map, "source", in->path[0], err));
    ISG_GOTO(note_input(map, "target", in->path[1], err));
    if (dict)
        ISG_GOTO(note_input(map, "seed_dict", dict, err));
    ISG_GOTO(isg_align_map_save(map, path, app->force, err));
    fprintf(app->results, "%s: %s, %s\n%llu seed pairs, %llu in the end; mean CSLS %.4f; %.1f s\n", path,
        isg_align_method_name(report.method), report.why, (unsigned long long)report.seed_pairs,
        (unsigned long long)report.final_pairs, report.mean_csls, report.seconds);
    if (report.held_out_reranked >= 0)
        fprintf(app->results, "held-out P@1: %.2f %% by CSLS, %.2f %% re-ranked by spelling and frequency\n",
            report.held_out, report.held_out_reranked);
    isg_app_result(app, fit_json(&report));
    if (report.degenerate) {
        isg_error_set(err, ISG_EFAILED, NULL, 0, "the map is degenerate: %s", report.why);
        status = isg_error_advice(err, dict ? "check that the seed dictionary holds translations of these two languages"
                                            : "give a seed dictionary (50 pairs help), or use --seed-from identical");
    }
out:
    isg_align_map_free(map);
    isg_align_pairs_fini(&pairs);
    isg_align_inputs_fini(in);
    return status;
}

static enum isg_status run_fit(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_align_inputs in = {.max_vocab = 200000};
    struct isg_align_opts opts;
    isg_align_opts_default(&opts);
    const char *dict = NULL, *from = NULL, *method = "auto", *norm = "unit,centre,unit", *rule = "auto",
               *contrast = "auto", *path;
    bool swap = false;
    int64_t refine = -1, csls_k = opts.csls_k, cutoff = opts.vocab_cutoff, abtt = opts.abtt;
    /* clang-format off */
    const struct isg_opt table[] = {
        ISG_ALIGN_OPT_SRC(&in), ISG_ALIGN_OPT_TGT(&in),
        {.name = "seed-dict", .kind = ISG_OPT_STRING, .value = &dict, .argument = "FILE", .path = ISG_PATH_IN,
            .help = "seed dictionary: source and target word, separated by a tab or space"},
        {.name = "seed-from", .kind = ISG_OPT_CHOICE, .value = &from, .choices = "identical|numerals|unsupervised",
            .help = "seed without a dictionary"},
        ISG_ALIGN_OPT_VOCAB(&in), ISG_ALIGN_OPT_MEMORY(&in),
        {.name = "dict-case", .kind = ISG_OPT_CHOICE, .value = &rule, .choices = "auto|lower|keep",
            .help = "casing of dictionary words: as written, else lowercase; lowercase; as written"},
        ISG_ALIGN_OPT_SWAP("swap-seed", &swap),
        {.name = "method", .kind = ISG_OPT_CHOICE, .value = &method, .choices = "auto|procrustes|advanced|rcsls|procb",
            .help = "how to learn the map", .group = "Method"},
        {.name = "refine", .kind = ISG_OPT_INT, .value = &refine, .argument = "N", .min = -1, .max = 1000,
            .help = "rounds of refinement on mutual CSLS neighbours, -1 = the method's choice"},
        {.name = "contrast", .kind = ISG_OPT_CHOICE, .value = &contrast, .choices = "auto|on|off",
            .help = "contrastive refinement at the end; auto = where method auto gains from it on held-out pairs"},
        {.name = "norm", .kind = ISG_OPT_STRING, .value = &norm, .argument = "LIST",
            .help = "preprocessing steps in order: unit, centre, abtt (all-but-the-top), or none"},
        {.name = "abtt", .kind = ISG_OPT_INT, .value = &abtt, .argument = "N", .min = 1, .max = 1000,
            .help = "principal axes that abtt removes"},
        {.name = "csls-k", .kind = ISG_OPT_INT, .value = &csls_k, .argument = "N", .min = 1, .max = 1000,
            .help = "neighbourhood size of CSLS in words"},
        {.name = "vocab-cutoff", .kind = ISG_OPT_INT, .value = &cutoff, .argument = "N", .min = 0, .max = 4e9,
            .help = "most frequent words of each language to refine on, 0 = all"},
        {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    if (dict && from)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "both --seed-dict and --seed-from %s", from);
    if (swap && !dict)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "--swap-seed without --seed-dict");
    if (!dict && !from) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "no seed");
        return isg_error_expected(err, "--seed-dict FILE, or --seed-from identical, numerals or unsupervised");
    }
    ISG_TRY(isg_align_parse_norm(&opts, norm, err));
    ISG_TRY(isg_app_out(app, NULL, &path, err));
    opts.method = (enum isg_align_method)isg_align_method_find(method);
    opts.seed_from = from ? (enum isg_align_seed_from)isg_align_seed_find(from) : ISG_SEED_DICT;
    opts.contrast = strcmp(contrast, "on") == 0    ? ISG_CONTRAST_ON
                    : strcmp(contrast, "off") == 0 ? ISG_CONTRAST_OFF
                                                   : ISG_CONTRAST_AUTO;
    opts.refine = (int)refine;
    opts.csls_k = (uint32_t)csls_k;
    opts.vocab_cutoff = (uint32_t)cutoff;
    opts.abtt = (uint32_t)abtt;
    opts.seed = (uint64_t)app->seed;
    return fit(app, &in, &opts, dict, isg_dict_case_find(rule), swap, path, err);
}

const struct isg_tool isg_tool_align_fit = {
    {.name = "align fit",
        .summary = "learn a map from one language's word vectors to another's",
        .synopsis = "--src S --tgt T (--seed-dict FILE | --seed-from WAY) -o MAP",
        .examples = "isogloss align fit --src en.vec --tgt es.vec --seed-dict en-es.txt -o en-es.map\n"
                    "isogloss align fit --src en.vec --tgt es.vec --seed-from identical -o en-es.map\n",
        .min_args = 0,
        .max_args = 0},
    .needs_out = true, .run = run_fit, .products = true};
