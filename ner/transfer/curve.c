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
    ISG_GOTO(isg_ner_corpus_load(&e.corpus, test, columns, err));
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

char *isg_ner_few_shot_svg(const struct isg_ner_curve_point *points, size_t n, bool use_dev, const char *title)
{
    static const char *const colours[] = {"#236", "#b33"}, *const names[] = {"with transfer", "target alone"};
    struct isg_text t = {0};
    struct place *const places = isg_malloc(n + 1, sizeof *places);
    if (!places)
        return NULL;
    const size_t m = gather(places, points, n, use_dev);
    isg_text_put(&t,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"360\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<rect width=\"640\" height=\"360\" fill=\"white\"/>\n"
        "<path d=\"M60 40V300H600\" fill=\"none\" stroke=\"#888\"/>\n<text x=\"60\" y=\"24\">");
    isg_text_put_xml(&t, title);
    isg_text_put(&t, "</text>\n");
    for (int i = 0; i <= 100; i += 20)
        isg_text_put(&t, "<text x=\"54\" y=\"%.0f\" text-anchor=\"end\">%d</text>\n", 304 - 2.6 * i, i);
    for (size_t p = 0; p < m; p++)
        isg_text_put(&t, "<text x=\"%.0f\" y=\"320\" text-anchor=\"middle\">%u</text>\n",
            80 + 500 * (m > 1 ? (double)p / (double)(m - 1) : 0.5), places[p].sentences);
    for (int k = 0; k < 2; k++) {
        isg_text_put(&t, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", colours[k]);
        bool any = false;
        for (size_t p = 0; p < m; p++)
            if (places[p].n[k]) {
                isg_text_put(&t, "%s%.1f,%.1f", any ? " " : "", 80 + 500 * (m > 1 ? (double)p / (double)(m - 1) : 0.5),
                    300 - 2.6 * places[p].mean[k]);
                any = true;
            }
        isg_text_put(&t, "\"/>\n");
        for (size_t p = 0; p < m; p++)
            if (places[p].n[k])
                isg_text_put(&t, "<path d=\"M%.1f %.1fV%.1f\" stroke=\"%s\"/>\n",
                    80 + 500 * (m > 1 ? (double)p / (double)(m - 1) : 0.5), 300 - 2.6 * places[p].low[k],
                    300 - 2.6 * places[p].high[k], colours[k]);
        if (any)
            isg_text_put(&t, "<text x=\"590\" y=\"%d\" text-anchor=\"end\" fill=\"%s\">%s</text>\n", 280 - 18 * k,
                colours[k], names[k]);
    }
    isg_text_put(&t, "<text x=\"330\" y=\"342\" text-anchor=\"middle\">target sentences</text>\n</svg>\n");
    isg_free(places);
    return isg_text_finish(&t);
}
