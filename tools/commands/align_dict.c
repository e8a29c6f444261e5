/* isogloss align dict: the bilingual dictionary that a map gives. */
#include "tools/commands/align_inputs.h"
#include "tools/commands/convert_dict.h"

#include <string.h>

/* Probabilities from the pairs that a map was fitted to would be too high. */
static enum isg_status warn_of_seed(
    struct isg_app *app, const struct isg_align_map *map, const char *path, struct isg_error *err)
{
    char sum[17];
    const char *const seed = isg_align_map_meta(map, "seed_dict_xxh3");
    if (!seed || strcmp(path, "-") == 0)
        return ISG_OK;
    ISG_TRY(isg_file_checksum(path, sum, err));
    if (strcmp(sum, seed) == 0)
        isg_log(&app->env, ISG_LOG_WARNING,
            "%s: the map was learnt from these pairs: the probabilities will be too high", path);
    return ISG_OK;
}

/* What align fit learnt from held-out seed words. */
static enum isg_status own_calibration(
    const struct isg_align_space *space, struct isg_align_calibration *out, const char *path, struct isg_error *err)
{
    if (isg_align_space_calibration(space, out))
        return ISG_OK;
    (void)isg_error_set(
        err, ISG_EUSAGE, path, 0, "the map has no probabilities: its seed was too small to learn them from");
    return isg_error_advice(err, "give a held-out dictionary: --calibrate FILE (without --no-rerank)");
}

static enum isg_status run_dict(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_align_inputs in = {.max_vocab = 200000, .retrieval = "csls", .rerank = true};
    struct isg_dict_write_opts opts;
    isg_dict_write_opts_default(&opts);
    int64_t k = opts.k, words = 0;
    bool swap = false;
    const char *format = "tsv", *languages = NULL, *held_out = NULL, *path;
    struct isg_align_calibration calibration;
    struct isg_dict dict = {0};
    /* clang-format off */
    const struct isg_opt table[] = {
        ISG_ALIGN_OPT_MAP(&in), ISG_ALIGN_OPT_SRC(&in), ISG_ALIGN_OPT_TGT(&in), ISG_ALIGN_OPT_VOCAB(&in), ISG_ALIGN_OPT_MEMORY(&in),
        {.name = "words", .kind = ISG_OPT_INT, .value = &words, .argument = "N", .min = 0, .max = 4e9,
            .help = "most frequent source words to translate, 0 = all"},
        ISG_ALIGN_OPT_RETRIEVAL(&in), ISG_ALIGN_OPT_CSLS_K(&in), ISG_ALIGN_OPT_INDEX(&in), ISG_ALIGN_OPT_RERANK(&in),
        {.name = "best", .letter = 'k', .kind = ISG_OPT_INT, .value = &k, .argument = "N", .min = 1, .max = 1000,
            .help = "translations per word"},
        {.name = "format", .kind = ISG_OPT_CHOICE, .value = &format, .choices = "tsv|muse|jsonl|csv|stardict|xdxf|lift|tbx",
            .help = "tsv, csv: source, rank, target, score; muse: source, target; jsonl: one object per line",
            .group = "Output"},
        {.name = "languages", .kind = ISG_OPT_STRING, .value = &languages, .argument = "SRC,TGT",
            .help = "codes of the two languages, as en,es, for xdxf, lift and tbx", .fallback = "undetermined"},
        {.name = "calibrate", .kind = ISG_OPT_STRING, .value = &held_out, .argument = "FILE", .path = ISG_PATH_IN,
            .help = "held-out dictionary (not the seed) to fit --probability to", .fallback = "held-out seed words"},
        ISG_ALIGN_OPT_SWAP("swap-dict", &swap),
        {.name = "probability", .kind = ISG_OPT_FLAG, .value = &opts.probability,
            .help = "add the probability that a translation is right (tsv, csv, jsonl); on with --calibrate"},
        {.name = "min-probability", .kind = ISG_OPT_REAL, .value = &opts.min_probability, .argument = "P", .min = 0, .max = 1,
            .help = "leave out translations with a lower probability"},
        {.name = "mutual", .kind = ISG_OPT_FLAG, .value = &opts.mutual,
            .help = "add 1 if the source word is the best translation back, else 0 (tsv, jsonl)"},
        {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    if (swap && !held_out)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "--swap-dict without --calibrate");
    ISG_TRY(isg_app_out(app, NULL, &path, err));
    opts.k = (uint32_t)k;
    opts.max_words = (uint64_t)words;
    opts.retrieval = (enum isg_retrieval)isg_retrieval_find(in.retrieval);
    opts.format = (enum isg_dict_format)isg_dict_format_find(format);
    char codes[2][32];
    if (languages)
        ISG_TRY(isg_parse_languages(languages, codes, opts.languages, err));
    enum isg_status status;
    if (held_out)
        ISG_GOTO(isg_align_load_dict(app, &dict, held_out, err));
    ISG_GOTO(isg_align_load_inputs(app, &in, err));
    if (held_out) {
        ISG_GOTO(isg_align_orient(&dict, held_out, &in.v[0], &in.v[1], ISG_DICT_CASE_AUTO, "swap-dict", swap, err));
        ISG_GOTO(warn_of_seed(app, in.map, held_out, err));
        ISG_GOTO(isg_align_calibrate(
            in.space, &dict, &in.v[0], &in.v[1], opts.retrieval, opts.k, &calibration, &app->env, err));
        opts.calibration = &calibration;
        opts.probability = true;
    } else if (opts.probability || opts.min_probability > 0) {
        ISG_GOTO(own_calibration(in.space, &calibration, in.map_path, err));
        opts.calibration = &calibration;
    }
    ISG_GOTO(isg_dict_write(in.space, &in.v[0], &in.v[1], &opts, path, app->force, &app->env, err));
    const size_t n = words && (size_t)words < in.v[0].m.rows ? (size_t)words : in.v[0].m.rows;
    if (strcmp(path, "-") != 0)
        fprintf(app->results, "%s: translations of %zu words\n", path, n);
    isg_app_result(app, json_pack("{s:I, s:I}", "words", (json_int_t)n, "best", (json_int_t)k));
out:
    isg_dict_fini(&dict);
    isg_align_inputs_fini(&in);
    return status;
}

/* StarDict: three files for the one that -o names. */
static const struct isg_beside stardict[] = {{".ifo", "format", "stardict", .instead = true},
    {".idx", "format", "stardict", .instead = true}, {".dict", "format", "stardict", .instead = true}, {0}};

const struct isg_tool isg_tool_align_dict = {
    {.name = "align dict",
        .summary = "write the bilingual dictionary that a map gives",
        .synopsis = "--map MAP --src S --tgt T -o FILE",
        .examples = "isogloss align dict --map en-es.map --src en.vec --tgt es.vec -k 3 -o en-es.tsv\n"
                    "isogloss align dict --map en-es.map --src en.vec --tgt es.vec --format stardict -o en-es\n"
                    "isogloss align dict --map en-es.map --src en.vec --tgt es.vec \\\n"
                    "    --calibrate held-out.txt --mutual -o en-es.tsv\n",
        .min_args = 0,
        .max_args = 0,
        .beside = stardict},
    .needs_out = true, .run = run_dict, .products = true};
