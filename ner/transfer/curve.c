/* The few-shot curve. */
#include "ner/transfer/curve.h"
#include "ner/decode/score_corpus.h"
#include "ner/model/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum isg_status score_file(struct isg_ner_counts *out, const char *model_path, const char *test,
    struct isg_columns columns, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_ner_model *m = NULL;
    struct isg_ner_decoder *decoder = NULL;
    struct isg_ner_forms forms = {0};
    struct isg_ner_encoded e = {0};
    ISG_GOTO(isg_ner_model_open(&m, model_path, err));
    ISG_GOTO(isg_ner_corpus_load(&e.corpus, test, columns, env, err));
    ISG_GOTO(isg_ner_forms_init(&forms, &m->vocab, err));
    ISG_GOTO(isg_ner_encode(&e, &forms, err));
    ISG_GOTO(isg_ner_decoder_new(&decoder, &m->net, &m->config, env->pool, err));
    ISG_GOTO(isg_ner_score_corpus(out, decoder, &forms, &m->vocab, &e, err));
out:
    isg_ner_decoder_free(decoder);
    isg_ner_encoded_fini(&e);
    isg_ner_forms_fini(&forms);
    isg_ner_model_close(m);
    return status;
}

/* One run. The baseline has the method's tagger and rate, and nothing of the source. */
static enum isg_status run_point(const struct isg_ner_curve_opts *o, uint32_t size, uint64_t seed, bool baseline,
    isg_ner_curve_fn *fn, void *cookie, const struct isg_env *env, struct isg_error *err)
{
    struct isg_ner_transfer_opts run = o->run;
    struct isg_ner_curve_point point = {.seed = seed, .baseline = baseline};
    struct isg_ner_transferred t;
    run.sentences = size == ISG_NO_ID ? 0 : size;
    run.seed = seed;
    run.out = o->model;
    run.force = true;
    run.no_checkpoint = true;
    if (size == 0)
        run.target.train = NULL;
    if (baseline) {
        struct isg_ner_config kept = run.config;
        ISG_TRY(isg_ner_transfer_mode(&run.transfer, &run.config, "base", err));
        run.config = kept;
        run.transfer.epoch_batches = o->run.transfer.epoch_batches;
        run.mode = "base";
        run.n_sources = 0;
    }
    ISG_TRY(isg_ner_transfer(&t, &run, env, err));
    point.sentences = t.target_sentences;
    point.dev_f1 = t.has_dev ? isg_ner_f1(&t.dev) : (double)NAN;
    point.best_epoch = t.best_epoch;
    point.seconds = t.seconds;
    if (o->test)
        ISG_TRY(score_file(&point.test, o->model, o->test, run.columns, env, err));
    return fn(cookie, &point, err);
}

enum isg_status isg_ner_curve(const struct isg_ner_curve_opts *o, isg_ner_curve_fn *fn, void *cookie,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    for (size_t i = 0; i < o->n_sizes; i++)
        for (int baseline = 0; baseline <= (o->baseline && o->sizes[i] != 0); baseline++)
            for (uint32_t s = 0; s < o->seeds; s++)
                ISG_GOTO(run_point(o, o->sizes[i], o->run.seed + s, baseline, fn, cookie, env, err));
out:
    (void)unlink(o->model);
    return status;
}

/* ---- picture ---- */

struct place {
    uint32_t sentences;
    double mean[2], low[2], high[2]; /* of the method, the baseline */
    uint32_t n[2];
};

static int by_sentences(const void *a, const void *b)
{
    const struct place *const x = a, *const y = b;
    return x->sentences < y->sentences ? -1 : x->sentences > y->sentences;
}

/* Points of one number of sentences together. */
static size_t gather(struct place *to, const struct isg_ner_curve_point *points, size_t n, bool use_dev)
{
    size_t places = 0;
    for (size_t i = 0; i < n; i++) {
        const double f1 = use_dev ? points[i].dev_f1 : isg_ner_f1(&points[i].test);
        const int k = points[i].baseline;
        size_t p = 0;
        while (p < places && to[p].sentences != points[i].sentences)
            p++;
        if (p == places)
            to[places++] = (struct place){.sentences = points[i].sentences};
        struct place *const at = &to[p];
        at->low[k] = at->n[k] && at->low[k] < f1 ? at->low[k] : f1;
        at->high[k] = at->n[k] && at->high[k] > f1 ? at->high[k] : f1;
        at->mean[k] = (at->mean[k] * at->n[k] + f1) / (at->n[k] + 1);
        at->n[k]++;
    }
    qsort(to, places, sizeof *to, by_sentences);
    return places;
}

/* The line of the method (0) or the baseline (1) with its range at each place; whether it has a point. */
static bool draw_line(struct isg_text *t, const struct isg_svg_plot *plot, const struct place *places, int k,
    double *values, const char *colour)
{
    bool any = false;
    for (size_t p = 0; p < plot->n; p++) {
        values[p] = places[p].n[k] ? places[p].mean[k] : (double)NAN;
        any = any || places[p].n[k];
    }
    isg_svg_curve(t, plot, values, colour);
    for (size_t p = 0; p < plot->n; p++) {
        const double x = isg_svg_x(plot, p);
        if (places[p].n[k])
            isg_svg_line(t, x, isg_svg_y(plot, places[p].low[k]), x, isg_svg_y(plot, places[p].high[k]), colour);
    }
    return any;
}

char *isg_ner_few_shot_svg(const struct isg_ner_curve_point *points, size_t n, bool use_dev, const char *title)
{
    static const char *const colours[] = {ISG_SVG_BLUE, ISG_SVG_RED}, *const names[] = {
                                                                          "with transfer", "target alone"};
    struct isg_text t = {0};
    struct place *const places = isg_malloc(n + 1, sizeof *places);
    double *const values = isg_malloc(n + 1, sizeof *values);
    if (!places || !values) {
        isg_free(places);
        isg_free(values);
        return NULL;
    }
    const struct isg_svg_plot plot = {
        60, 40, 540, 260, .inset = 20, .high = 100, .n = gather(places, points, n, use_dev)};
    isg_svg_begin(&t, 640, 360);
    isg_svg_axes(&t, &plot, false);
    isg_svg_ticks(&t, &plot, 5, false, ISG_SVG_BLACK);
    isg_svg_label(&t, 60, 24, ISG_SVG_START, ISG_SVG_BLACK, "%s", title);
    for (size_t p = 0; p < plot.n; p++)
        isg_svg_label(&t, isg_svg_x(&plot, p), 320, ISG_SVG_MIDDLE, ISG_SVG_BLACK, "%u", places[p].sentences);
    for (int k = 0; k < 2; k++)
        if (draw_line(&t, &plot, places, k, values, colours[k]))
            isg_svg_label(&t, 590, 280 - 18 * k, ISG_SVG_END, colours[k], "%s", names[k]);
    isg_svg_label(&t, 330, 342, ISG_SVG_MIDDLE, ISG_SVG_BLACK, "target sentences");
    isg_free(places);
    isg_free(values);
    return isg_svg_end(&t);
}
