/* isogloss ner eval: conlleval's report. */
#include "ner/ner.h"
#include "tools/app.h"

#include <string.h>

static json_t *counts_json(const struct isg_ner_counts *c)
{
    return json_pack("{s:f, s:f, s:f, s:I, s:I, s:I}", "precision", isg_ner_precision(c), "recall", isg_ner_recall(c),
        "f1", isg_ner_f1(c), "gold", (json_int_t)c->gold, "predicted", (json_int_t)c->predicted, "correct",
        (json_int_t)c->correct);
}

static json_t *seen_json(const struct isg_ner_detail *d)
{
    json_t *o = json_object(), *types = json_object();
    for (size_t i = 0; i <= d->n_types; i++) {
        json_t *both = json_pack("{s:o, s:o}", "seen", counts_json(&d->seen[i]), "unseen", counts_json(&d->unseen[i]));
        json_object_set_new(i < d->n_types ? types : o, i < d->n_types ? d->types[i] : "overall", both);
    }
    json_object_set_new(o, "types", types);
    return o;
}

/* Labels and counts; the label after the types stands for no entity of just these tokens. */
static json_t *confusion_json(const struct isg_ner_detail *d)
{
    json_t *labels = json_array(), *rows = json_array();
    const size_t side = d->n_types + 1;
    for (size_t i = 0; i < side; i++) {
        json_t *row = json_array();
        for (size_t j = 0; j < side; j++)
            json_array_append_new(row, json_integer((json_int_t)d->confusion[i * side + j]));
        json_array_append_new(rows, row);
        json_array_append_new(labels, i < d->n_types ? json_string(d->types[i]) : json_null());
    }
    return json_pack("{s:o, s:o}", "labels", labels, "gold_predicted", rows);
}

static enum isg_status write_confusion(
    const struct isg_ner_detail *d, const char *path, bool force, struct isg_error *err)
{
    char *svg = isg_ner_confusion_svg(d);
    if (!svg)
        return isg_error_nomem(err, "the confusion matrix");
    const enum isg_status status = isg_write_file(path, svg, strlen(svg), force, err);
    isg_free(svg);
    return status;
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
        s->tokens ? 100.0 * (double)s->correct_tags / (double)s->tokens : 0.0, "overall", counts_json(&s->overall),
        "types", types, "strict", counts_json(&s->strict));
    if (o && interval)
        json_object_set_new(o, "bootstrap",
            json_pack(
                "{s:f, s:f, s:f}", "low", interval->low, "high", interval->high, "deviation", interval->deviation));
    return o;
}

static enum isg_status run_eval(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_ner_eval_opts opts = {0};
    bool latex = false;
    const char *delimiter = NULL, *train = NULL, *confusion = NULL;
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
        {.name = "seen",
            .kind = ISG_OPT_STRING,
            .value = &train,
            .argument = "TRAIN",
            .help = "also scores apart for entities that stand in this training text (same words, same type) and "
                    "for the others"},
        {.name = "confusion",
            .kind = ISG_OPT_STRING,
            .value = &confusion,
            .argument = "FILE",
            .help = "write which types are taken for which, as SVG (with --json also in the result)"},
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
    if (confusion)
        ISG_TRY(isg_check_overwrite(confusion, app->force, err));
    struct isg_ner_score score;
    struct isg_ner_detail detail = {0};
    char *seen = NULL;
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
    if (train || confusion || app->json)
        ISG_GOTO(isg_ner_eval_detail(&detail, train, &opts, err));
    if (confusion)
        ISG_GOTO(write_confusion(&detail, confusion, app->force, err));
    if (train && !(seen = isg_ner_seen_report(&detail))) {
        status = isg_error_nomem(err, "the report");
        goto out;
    }
    fputs(report, app->results);
    if (seen)
        fputs(seen, app->results);
    if (samples)
        fprintf(app->results, "95%% interval of FB1: %.2f - %.2f (bootstrap of %zu sentences, %lld samples)\n",
            interval.low, interval.high, score.n_sentences, (long long)samples);
    json_t *result = score_json(&score, samples ? &interval : NULL);
    if (result && app->json)
        json_object_set_new(result, "confusion", confusion_json(&detail));
    if (result && train)
        json_object_set_new(result, "seen", seen_json(&detail));
    isg_app_result(app, result);
out:
    isg_free(report);
    isg_free(seen);
    isg_ner_detail_fini(&detail);
    isg_ner_score_fini(&score);
    return status;
}

const struct isg_tool isg_tool_ner_eval = {
    {.name = "ner eval",
        .summary = "score tags: conlleval's report",
        .synopsis = "GOLD [PREDICTED]",
        .examples = "isogloss ner eval eng.testb predicted.txt\n"
                    "isogloss ner eval --json gold-and-prediction.txt\n"
                    "isogloss ner eval --seen eng.train --confusion confusion.svg eng.testb predicted.txt\n",
        .min_args = 1,
        .max_args = 2},
    .run = run_eval, .reports = true};
