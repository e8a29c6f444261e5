/* isogloss align health: is a map any good? */
#include "tools/commands/align_inputs.h"

static enum isg_status run_health(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_align_inputs in = {.max_vocab = 200000, .retrieval = "csls"};
    /* clang-format off */
    const struct isg_opt table[] = {
        ISG_ALIGN_OPT_MAP(&in), ISG_ALIGN_OPT_SRC(&in), ISG_ALIGN_OPT_TGT(&in), ISG_ALIGN_OPT_VOCAB(&in), ISG_ALIGN_OPT_MEMORY(&in),
        ISG_ALIGN_OPT_CSLS_K(&in), {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    enum isg_status status;
    struct isg_align_health h;
    ISG_GOTO(isg_align_load_inputs(app, &in, err));
    ISG_GOTO(isg_align_health(in.space, in.map, &h, &app->env, err));
    const bool degenerate = h.verdict == ISG_MAP_DEGENERATE, by_seed = h.held_out_words > 0;
    fprintf(app->results, "%s: %s\n", isg_align_verdict_name(h.verdict), h.why);
    fprintf(app->results, "mean CSLS %.4f, hubness %.2f, over %llu words\n", h.mean_csls, h.hubness,
        (unsigned long long)h.words);
    if (h.verdict == ISG_MAP_WEAK)
        fprintf(app->results,
            "usable for: candidates for a person or a language model to choose among; translate with a word list "
            "or parallel text first\n");
    isg_app_result(
        app, json_pack("{s:s, s:s, s:b, s:f, s:f, s:I, s:o, s:o, s:o}", "verdict", isg_align_verdict_name(h.verdict),
                 "why", h.why, "degenerate", degenerate, "mean_csls", h.mean_csls, "hubness", h.hubness, "words",
                 (json_int_t)h.words, "chance_csls", by_seed ? json_null() : json_real(h.chance_csls), "held_out_p1",
                 by_seed ? json_real(h.p1) : json_null(), "held_out_p10", by_seed ? json_real(h.p10) : json_null()));
    if (degenerate) {
        isg_error_set(
            err, ISG_EFAILED, in.map_path, 0, "the map is degenerate: its dictionary is no better than chance");
        status = isg_error_advice(
            err, by_seed ? "check that the seed dictionary's pairs are translations, source word first"
                         : "fit it with a seed dictionary (50 pairs help), or with --seed-from "
                           "identical, or on more words");
    }
out:
    isg_align_inputs_fini(&in);
    return status;
}

const struct isg_tool isg_tool_align_health = {
    {.name = "align health",
        .summary = "judge a map without a gold dictionary; exit 1 if it is degenerate",
        .synopsis = "--map MAP --src S --tgt T",
        .examples = "isogloss align health --map en-es.map --src en.vec --tgt es.vec\n",
        .min_args = 0,
        .max_args = 0},
    .run = run_health, .products = true, .reports = true};
