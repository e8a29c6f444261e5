/* isogloss ner eval: conlleval's report. */
#include "ner/ner.h"
#include "tools/cmd.h"

#include <string.h>

static json_t *counts_json(const struct isg_ner_counts *c)
{
    return json_pack("{s:f, s:f, s:f, s:I, s:I, s:I}", "precision", isg_ner_precision(c), "recall",
        isg_ner_recall(c), "f1", isg_ner_f1(c), "gold", (json_int_t)c->gold, "predicted",
        (json_int_t)c->predicted, "correct", (json_int_t)c->correct);
}

static json_t *score_json(const struct isg_ner_score *s, const struct isg_ner_interval *interval)
{
    json_t *types = json_object();
    for (size_t i = 0; types && i < s->n_types; i++)
        if (json_object_set_new(types, s->types[i].name, counts_json(&s->types[i].counts)) != 0) {
            json_decref(types);
            return NULL;
        }
    json_t *o = json_pack("{s:I, s:f, s:o, s:o, s:o}", "tokens", (json_int_t)s->tokens, "accuracy",
        s->tokens ? 100.0 * (double)s->correct_tags / (double)s->tokens : 0.0, "overall",
        counts_json(&s->overall), "types", types, "strict", counts_json(&s->strict));
    if (o && interval)
        json_object_set_new(o, "bootstrap",
            json_pack("{s:f, s:f, s:f}", "low", interval->low, "high", interval->high, "deviation",
                interval->deviation));
    return o;
}

static enum isg_status run_eval(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_ner_eval_opts opts = {0};
    bool latex = false;
    const char *delimiter = NULL;
    int64_t gold_column = 0, predicted_column = 0, samples = 0;
    const struct isg_opt table[] = {
        {.name = "latex", .letter = 'l', .kind = ISG_OPT_FLAG, .value = &latex, .help = "the table in LaTeX"},
        {.name = "raw",
            .letter = 'r',
            .kind = ISG_OPT_FLAG,
            .value = &opts.raw,
            .help = "tags are bare types: each token not outside is an entity of its own"},
        {.name = "delimiter",
            .letter = 'd',
            .kind = ISG_OPT_STRING,
            .value = &delimiter,
            .argument = "C",
            .help = "character between columns (default: tabs where there are any, else blanks)"},
        {.name = "outside",
            .kind = ISG_OPT_STRING,
            .value = &opts.outside,
            .argument = "TAG",
            .help = "with --raw: the tag of tokens outside (conlleval's -o; default O)"},
        {.name = "gold-column",
            .kind = ISG_OPT_INT,
            .value = &gold_column,
            .argument = "N",
            .min = -1000,
            .max = 1000,
            .help = "column of the gold tag, from 0, or from the end: -1 (default -1; in a single file -2)"},
        {.name = "predicted-column",
            .kind = ISG_OPT_INT,
            .value = &predicted_column,
            .argument = "N",
            .min = -1000,
            .max = 1000,
            .help = "column of the prediction (default -1)"},
        {.name = "bootstrap",
            .kind = ISG_OPT_INT,
            .value = &samples,
            .argument = "N",
            .max = 10000000,
            .help = "also a 95 % interval of F1 from N resamplings of the sentences; 0 = none"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    if (delimiter && strlen(delimiter) != 1 && strcmp(delimiter, "\\t") != 0) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "--delimiter \"%s\"", delimiter);
        return isg_error_expected(err, "one character, or \\t");
    }
    if (delimiter)
        opts.delimiter = delimiter[0] == '\\' && delimiter[1] ? '\t' : delimiter[0];
    opts.gold = argv[0];
    opts.predicted = argc > 1 ? argv[1] : NULL;
    opts.gold_column = (int)gold_column;
    opts.predicted_column = (int)predicted_column;
    struct isg_ner_score score;
    ISG_TRY(isg_ner_eval_files(&score, &opts, err));
    enum isg_status status = ISG_OK;
    struct isg_ner_interval interval = {0};
    char *report = isg_ner_score_report(&score, latex);
    if (!report) {
        status = isg_error_nomem(err, "the report");
        goto out;
    }
    if (memcmp(&score.overall, &score.strict, sizeof score.overall) != 0)
        isg_log(&app->env, ISG_LOG_WARNING,
            "conlleval reads neighbouring BIOES entities as one where a label like S- or E- alone parts "
            "them; read apart: "
            "precision %.2f, recall %.2f, F1 %.2f (\"strict\" in --json)",
            isg_ner_precision(&score.strict), isg_ner_recall(&score.strict), isg_ner_f1(&score.strict));
    if (samples)
        ISG_GOTO(isg_ner_bootstrap(&interval, &score, (uint32_t)samples, (uint64_t)app->seed, err));
    fputs(report, app->results);
    if (samples)
        fprintf(app->results, "95%% interval of FB1: %.2f - %.2f (bootstrap of %zu sentences, %lld samples)\n",
            interval.low, interval.high, score.n_sentences, (long long)samples);
    isg_app_result(app, score_json(&score, samples ? &interval : NULL));
out:
    isg_free(report);
    isg_ner_score_fini(&score);
    return status;
}

const struct isg_tool isg_tool_ner_eval = {
    {.name = "ner eval",
        .summary = "score tags: conlleval's report",
        .synopsis = "GOLD [PREDICTED]",
        .examples = "isogloss ner eval eng.testb predicted.txt\n"
                    "isogloss ner eval --json gold-and-prediction.txt\n",
        .min_args = 1,
        .max_args = 2},
    .run = run_eval, .reports = true};
