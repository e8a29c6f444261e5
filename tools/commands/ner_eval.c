/* isogloss ner eval: conlleval's report. */
#include "ner/ner.h"
#include "tools/app.h"
#include "tools/commands/eval_table.h"

#include <string.h>

static json_t *counts_json(const struct isg_ner_counts *c)
{
    return json_pack("{s:f, s:f, s:f, s:I, s:I, s:I}", "precision", isg_ner_precision(c), "recall", isg_ner_recall(c),
        "f1", isg_ner_f1(c), "gold", (json_int_t)c->gold, "predicted", (json_int_t)c->predicted, "correct",
        (json_int_t)c->correct);
}

/* json_object_set_new for a parent that may be NULL already: each failure ends in NULL. */
static json_t *with(json_t *parent, const char *key, json_t *value)
{
    if (!parent || !value || json_object_set_new(parent, key, json_incref(value)) != 0) {
        json_decref(parent);
        parent = NULL;
    }
    json_decref(value);
    return parent;
}

static json_t *seen_json(const struct isg_ner_detail *d)
{
    json_t *types = json_object(), *overall = NULL;
    for (size_t i = 0; i <= d->n_types; i++) {
        json_t *const both = with(
            with(json_object(), "seen", counts_json(&d->seen[i])), "unseen", counts_json(&d->unseen[i]));
        if (i < d->n_types)
            types = with(types, d->types[i], both);
        else
            overall = both;
    }
    return with(with(json_object(), "overall", overall), "types", types);
}

/* Labels and counts; the last label, null, means no entity of exactly these tokens. */
static json_t *confusion_json(const struct isg_ner_detail *d)
{
    json_t *labels = json_array(), *rows = json_array();
    const size_t side = d->n_types + 1;
    bool good = labels && rows;
    for (size_t i = 0; good && i < side; i++) {
        json_t *const row = json_array();
        for (size_t j = 0; good && j < side; j++)
            good = json_array_append_new(row, json_integer((json_int_t)d->confusion[i * side + j])) == 0;
        good = json_array_append_new(rows, row) == 0 && good &&
               json_array_append_new(labels, i < d->n_types ? json_string(d->types[i]) : json_null()) == 0;
    }
    if (!good) {
        json_decref(labels);
        json_decref(rows);
        return NULL;
    }
    return with(with(json_object(), "labels", labels), "gold_predicted", rows);
}

static json_t *score_json(const struct isg_ner_score *s)
{
    json_t *types = json_object();
    for (size_t i = 0; i < s->n_types; i++)
        types = with(types, s->types[i].name, counts_json(&s->types[i].counts));
    json_t *o = json_pack("{s:I, s:f}", "tokens", (json_int_t)s->tokens, "accuracy",
        s->tokens ? 100.0 * (double)s->correct_tags / (double)s->tokens : 0.0);
    o = with(o, "overall", counts_json(&s->overall));
    o = with(o, "types", types);
    return with(o, "strict", counts_json(&s->strict));
}

static json_t *overlap_json(const struct isg_ner_overlap *o)
{
    return json_pack("{s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:I}", "precision", isg_ner_overlap_precision(o), "recall",
        isg_ner_overlap_recall(o), "f1", isg_ner_overlap_f1(o), "correct", (json_int_t)o->correct, "incorrect",
        (json_int_t)o->incorrect, "partial", (json_int_t)o->partial, "missed", (json_int_t)o->missed, "spurious",
        (json_int_t)o->spurious);
}

/* Adds "seqeval" and "nervaluate" to the scores of a system. */
static json_t *with_schemes(json_t *o, const struct isg_ner_schemes *x)
{
    json_t *seqeval = json_pack(
        "{s:s, s:I}", "scheme", isg_scheme_name(x->scheme), "foreign_tags", (json_int_t)x->foreign);
    json_t *all = json_object();
    seqeval = with(with(seqeval, "default", counts_json(&x->seqeval)), "strict", counts_json(&x->seqeval_strict));
    for (int k = 0; k < ISG_OVERLAP_KINDS; k++)
        all = with(all, isg_ner_overlap_name((enum isg_ner_overlap_kind)k), overlap_json(&x->overlap[k]));
    return with(with(o, "seqeval", seqeval), "nervaluate", all);
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

/* What is asked for, and what was found. */
struct findings {
    bool latex;
    const char *confusion; /* file or NULL */
    uint32_t samples;      /* 0 = no bootstrap */
    bool show_schemes;
    struct isg_ner_score score;
    struct isg_ner_schemes schemes;
    struct isg_ner_detail detail;
    struct isg_ner_interval interval;
};

static void report_schemes(FILE *to, const struct isg_ner_schemes *x)
{
    const struct isg_ner_counts *const seqeval[] = {&x->seqeval, &x->seqeval_strict};
    static const char *const modes[] = {"default", "strict"};
    fputs("seqeval      gold  predicted  correct  precision  recall    FB1\n", to);
    for (int i = 0; i < 2; i++)
        fprintf(to, "  %-8s %6llu  %9llu  %7llu  %8.2f%%  %5.2f%%  %5.2f\n", modes[i],
            (unsigned long long)seqeval[i]->gold, (unsigned long long)seqeval[i]->predicted,
            (unsigned long long)seqeval[i]->correct, isg_ner_precision(seqeval[i]), isg_ner_recall(seqeval[i]),
            isg_ner_f1(seqeval[i]));
    fputs("nervaluate  correct  incorrect  partial  missed  spurious  precision  recall    FB1\n", to);
    for (int k = 0; k < ISG_OVERLAP_KINDS; k++) {
        const struct isg_ner_overlap *const o = &x->overlap[k];
        fprintf(to, "  %-8s  %7llu  %9llu  %7llu  %6llu  %8llu  %8.2f%%  %5.2f%%  %5.2f\n",
            isg_ner_overlap_name((enum isg_ner_overlap_kind)k), (unsigned long long)o->correct,
            (unsigned long long)o->incorrect, (unsigned long long)o->partial, (unsigned long long)o->missed,
            (unsigned long long)o->spurious, isg_ner_overlap_precision(o), isg_ner_overlap_recall(o),
            isg_ner_overlap_f1(o));
    }
    if (x->foreign)
        fprintf(to, "%llu tags are none of %s: seqeval's strict mode would refuse them; they count as O here\n",
            (unsigned long long)x->foreign, isg_scheme_name(x->scheme));
}

static enum isg_status report(struct isg_app *app, const struct findings *f, struct isg_error *err)
{
    const struct isg_ner_score *const s = &f->score;
    char *const text = isg_ner_score_report(s, f->latex);
    char *const seen = f->detail.has_seen ? isg_ner_seen_report(&f->detail) : NULL;
    const bool good = text && (seen || !f->detail.has_seen);
    if (good)
        fprintf(app->results, "%s%s", text, seen ? seen : "");
    isg_free(text);
    isg_free(seen);
    if (!good)
        return isg_error_nomem(err, "the report");
    if (f->samples)
        fprintf(app->results, "95%% interval of FB1: %.2f - %.2f (bootstrap of %zu sentences, %u samples)\n",
            f->interval.low, f->interval.high, s->n_sentences, f->samples);
    if (f->show_schemes)
        report_schemes(app->results, &f->schemes);
    if (memcmp(&s->overall, &s->strict, sizeof s->overall) != 0)
        isg_log(&app->env, ISG_LOG_WARNING,
            "conlleval merges adjacent BIOES entities of one type; kept apart they give precision %.2f, recall %.2f, "
            "F1 "
            "%.2f (\"strict\" in --json)",
            isg_ner_precision(&s->strict), isg_ner_recall(&s->strict), isg_ner_f1(&s->strict));
    return ISG_OK;
}

static json_t *findings_json(const struct findings *f, bool confusion)
{
    json_t *o = with_schemes(score_json(&f->score), &f->schemes);
    if (f->samples)
        o = with(o, "bootstrap",
            json_pack("{s:f, s:f, s:f}", "low", f->interval.low, "high", f->interval.high, "deviation",
                f->interval.deviation));
    if (confusion)
        o = with(o, "confusion", confusion_json(&f->detail));
    return f->detail.has_seen ? with(o, "seen", seen_json(&f->detail)) : o;
}

/* Several systems: one table. */
static enum isg_status compare_systems(
    struct isg_app *app, struct isg_ner_eval_opts *opts, enum isg_table form, struct isg_error *err)
{
    struct isg_ner_score scores[ISG_NER_MAX_PREDICTED];
    struct isg_ner_schemes schemes[ISG_NER_MAX_PREDICTED];
    const size_t n = opts->n_predicted ? opts->n_predicted : 1;
    const char *const *const names = opts->n_predicted ? opts->predicted : &opts->gold;
    opts->schemes = schemes;
    ISG_TRY(isg_ner_eval_files(scores, NULL, opts, err));
    isg_eval_table(app->results, form, names, scores, schemes, n);
    json_t *systems = json_array();
    for (size_t k = 0; k < n; k++) {
        json_t *const one = with(with_schemes(score_json(&scores[k]), &schemes[k]), "file", isg_json_text(names[k]));
        if (json_array_append_new(systems, one) != 0) {
            json_decref(systems);
            systems = NULL;
        }
        isg_ner_score_fini(&scores[k]);
    }
    isg_app_result(app, with(json_object(), "systems", systems));
    return ISG_OK;
}

static enum isg_status evaluate(
    struct isg_app *app, struct isg_ner_eval_opts *opts, struct findings *f, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    opts->schemes = &f->schemes;
    if (f->confusion)
        ISG_GOTO(isg_check_overwrite(f->confusion, app->force, err));
    const bool detail = opts->train || f->confusion || app->json;
    ISG_GOTO(isg_ner_eval_files(&f->score, detail ? &f->detail : NULL, opts, err));
    if (f->samples)
        ISG_GOTO(isg_ner_bootstrap(&f->interval, &f->score, f->samples, (uint64_t)app->seed, err));
    if (f->confusion)
        ISG_GOTO(write_confusion(&f->detail, f->confusion, app->force, err));
    ISG_GOTO(report(app, f, err));
    isg_app_result(app, findings_json(f, app->json));
out:
    isg_ner_detail_fini(&f->detail);
    isg_ner_score_fini(&f->score);
    return status;
}

static enum isg_status run_eval(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_ner_eval_opts opts = {0};
    bool latex = false;
    const char *delimiter = NULL, *train = NULL, *confusion = NULL;
    const char *form = "none";
    bool show_schemes = false;
    int64_t gold_column = 0, predicted_column = 0, samples = 0;
    const struct isg_opt table[] = {
        {.name = "latex", .letter = 'l', .kind = ISG_OPT_FLAG, .value = &latex, .help = "print the table in LaTeX"},
        {.name = "raw",
            .letter = 'r',
            .kind = ISG_OPT_FLAG,
            .value = &opts.raw,
            .help = "tags are bare types; each tagged token is an entity"},
        {.name = "delimiter",
            .letter = 'd',
            .kind = ISG_OPT_STRING,
            .value = &delimiter,
            .argument = "C",
            .help = "character between columns, \\t for a tab",
            .fallback = "tab if the file has any, else whitespace"},
        {.name = "outside",
            .kind = ISG_OPT_STRING,
            .value = &opts.outside,
            .argument = "TAG",
            .help = "tag of tokens outside entities, with --raw (conlleval -o)",
            .fallback = "O"},
        {.name = "gold-column",
            .kind = ISG_OPT_INT,
            .value = &gold_column,
            .argument = "N",
            .min = -1000,
            .max = 1000,
            .help = "column of the gold tag, counted from 0, or from the end as -1",
            .fallback = "-1; -2 in a single file"},
        {.name = "predicted-column",
            .kind = ISG_OPT_INT,
            .value = &predicted_column,
            .argument = "N",
            .min = -1000,
            .max = 1000,
            .help = "column of the predicted tag, counted in the same way",
            .fallback = "-1"},
        {.name = "schemes",
            .kind = ISG_OPT_FLAG,
            .value = &show_schemes,
            .help = "add seqeval's scores and nervaluate's: strict, exact, partial, type"},
        {.name = "table",
            .kind = ISG_OPT_CHOICE,
            .value = &form,
            .choices = "none|markdown|latex|csv",
            .help = "one table instead of reports, a row for each PREDICTED; markdown for several"},
        {.name = "bootstrap",
            .kind = ISG_OPT_INT,
            .value = &samples,
            .argument = "N",
            .max = 10000000,
            .help = "95 % interval of F1 from N resamples of the sentences, 0 = no interval"},
        {.name = "seen",
            .kind = ISG_OPT_STRING,
            .value = &train,
            .argument = "TRAIN",
            .path = ISG_PATH_IN,
            .help = "labelled training text; adds scores for entities seen in it (same words, same type) and unseen"},
        {.name = "confusion",
            .kind = ISG_OPT_STRING,
            .value = &confusion,
            .argument = "FILE",
            .path = ISG_PATH_OUT,
            .help = "write the confusion matrix of types as SVG"},
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
    opts.n_predicted = (size_t)argc - 1;
    for (size_t i = 0; i < opts.n_predicted; i++)
        opts.predicted[i] = argv[i + 1];
    opts.gold_column = (int)gold_column;
    opts.predicted_column = (int)predicted_column;
    opts.train = train;
    if (opts.n_predicted > 1 || strcmp(form, "none") != 0) {
        if (latex || train || confusion || samples)
            return isg_error_set(err, ISG_EUSAGE, NULL, 0, "a table with --latex, --seen, --confusion or --bootstrap");
        return compare_systems(app, &opts,
            strcmp(form, "latex") == 0 ? ISG_TABLE_LATEX
            : strcmp(form, "csv") == 0 ? ISG_TABLE_CSV
                                       : ISG_TABLE_MARKDOWN,
            err);
    }
    struct findings f = {
        .latex = latex, .confusion = confusion, .samples = (uint32_t)samples, .show_schemes = show_schemes};
    return evaluate(app, &opts, &f, err);
}

const struct isg_tool isg_tool_ner_eval = {
    {.name = "ner eval",
        .summary = "score predicted tags, as conlleval",
        .synopsis = "GOLD [PREDICTED...]",
        .examples = "isogloss ner eval eng.testb predicted.txt\n"
                    "isogloss ner eval --json gold-and-prediction.txt\n"
                    "isogloss ner eval --seen eng.train --confusion confusion.svg eng.testb predicted.txt\n"
                    "isogloss ner eval --table latex eng.testb crf.txt lstm.txt mine.txt\n",
        .min_args = 1,
        .max_args = 1 + ISG_NER_MAX_PREDICTED,
        .operands = ISG_PATH_IN},
    .run = run_eval, .reports = true};
