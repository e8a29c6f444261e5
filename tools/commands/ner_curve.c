/* isogloss ner curve. */
#include "tools/commands/transfer_options.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_SIZES 64

/* "0,10,100,all" */
static enum isg_status parse_sizes(const char *text, uint32_t *sizes, size_t *n, struct isg_error *err)
{
    *n = 0;
    for (const char *p = text;; p++) {
        char *end = (char *)(uintptr_t)p;
        errno = 0;
        const bool all = strncmp(p, "all", 3) == 0;
        const unsigned long long v = all ? ISG_NO_ID : *p >= '0' && *p <= '9' ? strtoull(p, &end, 10) : 0;
        const char *const after = all ? p + 3 : end;
        if (after == p || (*after && *after != ',') || errno || (!all && v >= ISG_NO_ID) || *n == MAX_SIZES) {
            (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "--sizes %s", text);
            return isg_error_expected(
                err, "up to %d numbers of sentences with commas between them, \"all\" for all", MAX_SIZES);
        }
        sizes[(*n)++] = (uint32_t)v;
        p = after;
        if (!*p)
            return ISG_OK;
    }
}

struct rows {
    struct isg_app *app;
    struct isg_writer *out;
    ISG_ARRAY(struct isg_ner_curve_point) points;
    bool test;
};

static enum isg_status add_row(void *cookie, const struct isg_ner_curve_point *p, struct isg_error *err)
{
    struct rows *const r = cookie;
    if (!ISG_PUSH(r->points, *p))
        return isg_error_nomem(err, "the points of a curve");
    char dev[32] = "";
    if (!isnan(p->dev_f1))
        snprintf(dev, sizeof dev, "%.2f", p->dev_f1);
    isg_writer_printf(r->out, "%s\t%u\t%llu\t%u\t%s", p->baseline ? "base" : "transfer", p->sentences,
        (unsigned long long)p->seed, p->best_epoch, dev);
    if (r->test)
        isg_writer_printf(
            r->out, "\t%.2f\t%.2f\t%.2f", isg_ner_precision(&p->test), isg_ner_recall(&p->test), isg_ner_f1(&p->test));
    isg_writer_text(r->out, "\n");
    isg_log(&r->app->env, ISG_LOG_INFO, "%s, %u sentences, seed %llu: dev F1 %s, test F1 %.2f, %.1f s",
        p->baseline ? "target alone" : "transfer", p->sentences, (unsigned long long)p->seed, *dev ? dev : "none",
        r->test ? isg_ner_f1(&p->test) : (double)NAN, p->seconds);
    return ISG_OK;
}

static json_t *result_json(const struct rows *r)
{
    json_t *const list = json_array();
    for (size_t i = 0; list && i < r->points.n; i++) {
        const struct isg_ner_curve_point *const p = &r->points.v[i];
        json_t *const o = json_pack(
            "{s:b, s:i, s:I}", "baseline", p->baseline, "sentences", (int)p->sentences, "seed", (json_int_t)p->seed);
        if (o && !isnan(p->dev_f1))
            json_object_set_new(o, "dev_f1", json_real(p->dev_f1));
        if (o && r->test)
            json_object_set_new(o, "test_f1", json_real(isg_ner_f1(&p->test)));
        json_array_append_new(list, o);
    }
    return json_pack("{s:o?}", "runs", list);
}

static enum isg_status write_svg(
    const struct rows *r, const char *path, bool force, const char *mode, struct isg_error *err)
{
    char title[128];
    snprintf(title, sizeof title, "%s F1 by target sentences, %s", r->test ? "test" : "dev", mode);
    char *const svg = isg_ner_few_shot_svg(r->points.v, r->points.n, !r->test, title);
    const enum isg_status status = svg ? isg_write_file(path, svg, strlen(svg), force, err)
                                       : isg_error_nomem(err, "a picture");
    isg_free(svg);
    return status;
}

/* What the command line says. */
struct curve_args {
    struct transfer_args transfer;
    struct isg_ner_curve_opts curve;
    const char *sizes, *svg, *path;
    uint32_t numbers[MAX_SIZES];
    int64_t seeds;
};
enum { N_OWN = 5 };

/* The curve's own options, then those of transfer. */
static void options(struct curve_args *a, struct isg_opt *to)
{
    const struct isg_opt own[N_OWN] = {{.name = "sizes",
                                           .kind = ISG_OPT_STRING,
                                           .value = &a->sizes,
                                           .argument = "LIST",
                                           .help = "numbers of target sentences; 0 = none, all = all",
                                           .group = "Curve"},
        {.name = "seeds",
            .kind = ISG_OPT_INT,
            .value = &a->seeds,
            .argument = "N",
            .min = 1,
            .max = 1000,
            .help = "runs per size, seeded --seed and up; a seed also selects the sentences"},
        {.name = "baseline",
            .kind = ISG_OPT_FLAG,
            .value = &a->curve.baseline,
            .help = "also train on the target alone, with the same tagger and batches"},
        {.name = "test",
            .kind = ISG_OPT_STRING,
            .value = &a->curve.test,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "labelled text to score, which selects nothing; without it dev is scored"},
        {.name = "svg",
            .kind = ISG_OPT_STRING,
            .value = &a->svg,
            .argument = "FILE",
            .help = "also draw the curve",
            .path = ISG_PATH_OUT}};
    memcpy(to, own, sizeof own);
    memcpy(to + N_OWN, a->transfer.table, (a->transfer.n_options + 1) * sizeof *to);
}

static enum isg_status finish(struct curve_args *a, struct isg_app *app, struct isg_error *err)
{
    ISG_TRY(transfer_args_finish(&a->transfer, app, err));
    if (!a->curve.test && !a->transfer.opts.target.dev) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "no text to score");
        return isg_error_expected(err, "--test FILE, or --dev FILE");
    }
    a->curve.run = a->transfer.opts;
    a->curve.seeds = (uint32_t)a->seeds;
    a->curve.sizes = a->numbers;
    ISG_TRY(parse_sizes(a->sizes, a->numbers, &a->curve.n_sizes, err));
    ISG_TRY(isg_app_out(app, "-", &a->path, err));
    return a->svg ? isg_check_overwrite(a->svg, app->force, err) : ISG_OK;
}

/* All runs, by way of a temporary model; the rows go to the table as they come. */
static enum isg_status run_all(struct curve_args *a, struct rows *rows, struct isg_error *err)
{
    char model[512];
    const char *const tmp = getenv("TMPDIR");
    snprintf(model, sizeof model, "%s/isogloss-curve-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    const int fd = mkstemp(model);
    if (fd < 0)
        return isg_error_errno(err, model, "creating a temporary model");
    (void)close(fd);
    a->curve.model = model;
    enum isg_status status = isg_writer_open(&rows->out, a->path, rows->app->force, err);
    if (status == ISG_OK) {
        isg_writer_printf(rows->out, "setting\tsentences\tseed\tepoch\tdev_f1%s\n",
            rows->test ? "\ttest_precision\ttest_recall\ttest_f1" : "");
        status = isg_ner_curve(&a->curve, add_row, rows, &rows->app->env, err);
        if (status == ISG_OK)
            status = isg_writer_commit(rows->out, err);
        else
            isg_writer_abort(rows->out);
    }
    (void)unlink(model);
    return status;
}

static enum isg_status run_curve(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct curve_args a = {.sizes = "0,10,50,100,200,500,1000,all", .seeds = 3};
    struct isg_opt table[N_OWN + TRANSFER_MAX_OPTIONS];
    ISG_TRY(transfer_args_init(&a.transfer, true, argc, argv, err));
    options(&a, table);
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(finish(&a, app, err));
    struct rows rows = {.app = app, .test = a.curve.test != NULL};
    enum isg_status status = run_all(&a, &rows, err);
    if (status == ISG_OK && a.svg)
        status = write_svg(&rows, a.svg, app->force, a.transfer.mode, err);
    if (status == ISG_OK)
        isg_app_result(app, result_json(&rows));
    isg_free(rows.points.v);
    return status;
}

const struct isg_tool isg_tool_ner_curve = {
    .cmd = {.name = "ner curve",
        .summary = "few-shot curve: a tagger's F1 by the number of target sentences",
        .synopsis = "--mode MODE --source FILE --train FILE [--dev FILE] [--test FILE] [-o OUT.tsv] [--svg OUT.svg]",
        .examples = "isogloss ner curve --mode datnet-f --share head --source eng.train --source-emb "
                    "en.common.bin \\\n"
                    "    --train esp.train --dev esp.testa --test esp.testb --emb es.common.bin --sizes "
                    "0,10,50,100 \\\n"
                    "    --seeds 3 --baseline -o curve.tsv --svg curve.svg\n",
        .min_args = 0,
        .max_args = 0},
    .run = run_curve, .products = true};
