/* Transfer: tasks, two phases, one loop. */
#include "ner/decode/calibrate.h"
#include "ner/decode/score_corpus.h"
#include "ner/transfer/private.h"
#include "ner/engine/pack.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- phases ---- */

/* A new round over a task's sentences. */
static void shuffle(const struct isg_transfer *t, struct isg_transfer_task *k)
{
    const uint32_t n = k->train.corpus.n_sentences;
    for (uint32_t i = 0; i < n; i++)
        k->order[i] = i;
    const uint64_t task = (uint64_t)(k - t->task);
    struct isg_rng rng = isg_rng_stream(t->opts->seed, "order", task << 32 | k->rounds++);
    isg_rng_shuffle(&rng, k->order, n);
    k->at = 0;
}

static enum isg_status keep_best(struct isg_transfer *t, struct isg_error *err)
{
    for (uint32_t i = 0; i < isg_params_count(t->params); i++) {
        const struct isg_param *const p = isg_params_at(t->params, i);
        if (p->frozen && t->best[i])
            continue;
        if (!t->best[i] && !(t->best[i] = isg_malloc(isg_param_size(p), sizeof **t->best)))
            return isg_error_nomem(err, "the best weights");
        memcpy(t->best[i], p->value, isg_param_size(p) * sizeof *p->value);
    }
    return ISG_OK;
}

static void take_best(struct isg_transfer *t)
{
    for (uint32_t i = 0; i < isg_params_count(t->params); i++) {
        struct isg_param *const p = isg_params_at(t->params, i);
        if (!t->best[i])
            continue;
        memcpy(p->value, t->best[i], isg_param_size(p) * sizeof *p->value);
        isg_param_changed(p);
    }
}

/** What a phase takes its batches from, and whose dev text chooses its epoch. */
struct phase {
    const char *name;
    bool source, target;
    enum isg_ner_selection select;
    uint32_t epochs;
};

static double n_batches(const struct isg_transfer *t, uint32_t task)
{
    return ceil((double)t->task[task].train.corpus.n_sentences / (double)t->opts->config.batch);
}

/* Sum of the square roots of the sources' sizes: by these the sources are drawn, so that a small one is not
 * lost. */
static double source_mass(const struct isg_transfer *t)
{
    double sum = 0;
    for (uint32_t i = ISG_TASK_SOURCE; i < t->n_tasks; i++)
        sum += sqrt(n_batches(t, i));
    return sum;
}

/* Share of source batches in an epoch: as asked for, else by the square roots of the sizes. */
static double source_share(const struct isg_transfer *t, const struct phase *p, uint32_t epoch)
{
    const double s = source_mass(t), g = sqrt(n_batches(t, ISG_TASK_TARGET));
    const double first = t->x->p_source > 0 ? t->x->p_source : s / (s + g);
    const double last = t->x->p_source_end >= 0 ? t->x->p_source_end : first;
    return p->epochs > 1 ? first + (last - first) * epoch / (p->epochs - 1) : first;
}

static struct isg_transfer_task *draw_source(const struct isg_transfer *t, struct isg_rng *rng)
{
    uint32_t i = ISG_TASK_SOURCE;
    double left = isg_rng_double(rng) * source_mass(t);
    while (i + 1 < t->n_tasks && (left -= sqrt(n_batches(t, i))) >= 0)
        i++;
    return &t->task[i];
}

/* An epoch has as many batches as the text that the phase is about (the target's, where it takes part) has,
 * and the source's drawn in between; but epoch_batches at least: short texts go round. */
static enum isg_status run_epoch(struct isg_transfer *t, const struct phase *p, uint32_t epoch, double *loss,
    uint32_t *sentences, struct isg_error *err)
{
    const struct isg_ner_config *const c = &t->opts->config;
    const struct isg_schedule_opts schedule = {(enum isg_schedule)c->schedule, c->decay, c->warmup, 0};
    const double share = !p->target ? 1 : p->source ? source_share(t, p, epoch) : 0;
    double wanted = 0;
    if (p->target)
        wanted = ceil(n_batches(t, ISG_TASK_TARGET) / (1 - share));
    for (uint32_t i = ISG_TASK_SOURCE; !p->target && i < t->n_tasks; i++)
        wanted += n_batches(t, i);
    const uint32_t steps = (uint32_t)fmin(fmax(wanted, (double)t->x->epoch_batches), 1e9);
    struct isg_rng rng = isg_rng_stream(t->opts->seed, p->name, epoch);
    *loss = 0;
    *sentences = 0;
    for (uint32_t i = 0; i < steps; i++) {
        struct isg_transfer_task *const k = share > 0 && isg_rng_double(&rng) < share ? draw_source(t, &rng)
                                                                                      : &t->task[ISG_TASK_TARGET];
        if (k->at >= k->train.corpus.n_sentences)
            shuffle(t, k);
        const double done = epoch + (double)i / steps;
        const double lr = isg_schedule_rate(&schedule, c->lr, done, p->epochs);
        const uint32_t before = k->at;
        t->progress = done / p->epochs;
        ISG_TRY(isg_transfer_batch(t, k, lr, p->target, loss, err));
        *sentences += k->at - before;
        ISG_TRY(isg_progress(t->env, p->name, (uint64_t)epoch * steps + i + 1, (uint64_t)steps * p->epochs, err));
    }
    return ISG_OK;
}

/* Entities of the target's dev text or of those of all sources; with agreement, those of two epochs. of_types NULL, or
 * gets the dev scores of each type. */
static enum isg_status score(struct isg_transfer *t, enum isg_ner_selection select, struct isg_ner_counts *counts,
    struct isg_ner_provenance *of_types, struct isg_error *err)
{
    memset(counts, 0, sizeof *counts);
    if (select != ISG_SELECT_SOURCE_DEV && !t->task[ISG_TASK_TARGET].has_train)
        isg_transfer_hand_over(t);
    if (select == ISG_SELECT_AGREEMENT)
        return isg_transfer_agreement(t, counts, err);
    for (uint32_t i = 0; i < t->n_tasks; i++) {
        const struct isg_transfer_task *const k = &t->task[i];
        struct isg_ner_counts one;
        if (k->is_source != (select == ISG_SELECT_SOURCE_DEV) || !k->has_dev)
            continue;
        ISG_TRY(of_types ? isg_ner_score_types(&one, of_types, k->decoder, &k->words->forms, &k->vocab, &k->dev, err)
                         : isg_ner_score_corpus(&one, k->decoder, &k->words->forms, &k->vocab, &k->dev, err));
        counts->gold += one.gold;
        counts->predicted += one.predicted;
        counts->correct += one.correct;
    }
    return ISG_OK;
}

static enum isg_status tell(struct isg_transfer *t, const struct phase *p, uint32_t epoch, double loss,
    const double *f1, double seconds, struct isg_error *err)
{
    json_t *const o = json_pack("{s:s, s:s, s:i, s:f, s:f}", "event", "epoch", "phase", p->name, "epoch", (int)epoch,
        "loss", loss, "seconds", seconds);
    if (!o)
        return isg_error_nomem(err, "the log");
    static const char *const names[] = {"", "source dev", "agreement", "target dev"};
    const bool agreement = p->select == ISG_SELECT_AGREEMENT;
    json_object_set_new(o, "dev_f1", f1 && !agreement ? json_real(*f1) : json_null());
    if (f1 && agreement)
        json_object_set_new(o, "agreement_f1", json_real(*f1));
    char *const line = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(10));
    if (line && t->env->event)
        t->env->event(t->env->cookie, line);
    free(line);
    json_object_del(o, "event");
    json_object_del(o, "seconds"); /* the model's bytes must not depend on the clock */
    json_array_append_new(t->history, o);
    if (f1)
        isg_log(t->env, ISG_LOG_INFO, "%s, epoch %u: loss %.4f, %s F1 %.2f, %.1f s", p->name, epoch, loss,
            names[p->select], *f1, seconds);
    else
        isg_log(t->env, ISG_LOG_INFO, "%s, epoch %u: loss %.4f, %.1f s", p->name, epoch, loss, seconds);
    return ISG_OK;
}

static enum isg_status run_phase(struct isg_transfer *t, const struct phase *p, uint32_t *epochs, struct isg_error *err)
{
    const struct isg_ner_config *const c = &t->opts->config;
    struct isg_optim_opts optim = isg_optim_defaults();
    optim.kind = (enum isg_optim_kind)c->optimiser;
    optim.lr = c->lr;
    optim.momentum = c->momentum;
    optim.weight_decay = c->weight_decay;
    optim.clip = c->clip;
    isg_optim_free(t->optim);
    ISG_TRY(isg_optim_new(&t->optim, t->params, &optim, err));
    isg_optim_restart(t->optim);
    ISG_TRY(isg_params_pack(t->params, true, t->env->pool, err));
    t->best_f1 = -1;
    t->best_epoch = t->bad_epochs = 0;
    for (uint32_t i = 0; i < isg_params_count(t->params); i++) { /* of the phase before */
        isg_free(t->best[i]);
        t->best[i] = NULL;
    }
    for (uint32_t i = 0; i < t->n_tasks; i++)
        shuffle(t, &t->task[i]);
    uint32_t epoch = 0;
    while (epoch < p->epochs && !(p->select && c->patience && t->bad_epochs >= c->patience)) {
        const double started = isg_now();
        double loss, f1 = 0;
        uint32_t sentences;
        ISG_TRY(run_epoch(t, p, epoch++, &loss, &sentences, err));
        if (p->select) {
            struct isg_ner_counts counts;
            ISG_TRY(score(t, p->select, &counts, NULL, err));
            f1 = isg_ner_f1(&counts);
            t->bad_epochs++;
            if (f1 > t->best_f1) {
                t->best_f1 = f1;
                t->best_epoch = epoch;
                t->bad_epochs = 0;
                ISG_TRY(keep_best(t, err));
            }
        }
        ISG_TRY(tell(t, p, epoch, loss / sentences, p->select ? &f1 : NULL, isg_now() - started, err));
    }
    if (p->select)
        take_best(t);
    else
        t->best_epoch = epoch;
    *epochs = epoch;
    return ISG_OK;
}

/* ---- the whole run ---- */

/* The temperature that fits the dev text which chose the epoch: the target's, else the first source's. */
static enum isg_status calibrate(struct isg_transfer *t, double *temperature, struct isg_error *err)
{
    uint32_t i = ISG_TASK_TARGET;
    while (!t->task[i].has_dev)
        i++;
    struct isg_transfer_task *const k = &t->task[i];
    struct isg_ner_calibration c;
    ISG_TRY(isg_ner_encode_labels(&k->dev, &k->vocab, k->config.scheme == 0, err));
    ISG_TRY(isg_ner_calibrate(&c, k->decoder, &k->words->forms, &k->vocab, &k->dev, err));
    *temperature = c.temperature;
    t->made.calibrated = true;
    t->made.calibration = c;
    isg_log(t->env, ISG_LOG_INFO, "calibrated on dev: temperature %.3f", c.temperature);
    return ISG_OK;
}

static enum isg_status check_output(const struct isg_ner_transfer_opts *o, struct isg_error *err)
{
    struct isg_writer *w;
    ISG_TRY(isg_writer_open(&w, o->out, o->force, err));
    isg_writer_abort(w);
    return ISG_OK;
}

enum isg_status isg_ner_transfer(struct isg_ner_transferred *out, const struct isg_ner_transfer_opts *opts,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const double started = isg_now();
    struct isg_ner_transfer_config x = opts->transfer;
    struct isg_transfer t = {.opts = opts, .x = &x, .env = env};
    memset(out, 0, sizeof *out);
    out->temperature = 1;
    if (!opts->target.train) { /* all that is not shared would go untrained */
        x.share = ISG_SHARE_HEAD;
        x.share_words = true;
    }
    if (x.word_adaptation)
        x.share_words = false; /* the target's vectors are changed, the source's are not */
    ISG_GOTO(check_output(opts, err));
    ISG_GOTO(isg_transfer_ready(&t, err));
    const struct isg_transfer_task *const g = &t.task[ISG_TASK_TARGET];
    enum isg_ner_selection by_source = ISG_SELECT_LAST, select;
    for (uint32_t i = ISG_TASK_SOURCE; i < t.n_tasks; i++)
        if (t.task[i].has_dev)
            by_source = ISG_SELECT_SOURCE_DEV;
    select = g->has_dev ? ISG_SELECT_DEV : opts->unlabelled ? ISG_SELECT_AGREEMENT : by_source;
    out->target_sentences = g->train.corpus.n_sentences;
    if (!g->has_train) {
        const struct phase p = {"source", true, false, select, (uint32_t)opts->config.epochs};
        ISG_GOTO(run_phase(&t, &p, &out->source_epochs, err));
        isg_transfer_hand_over(&t);
    } else {
        const bool sources = t.n_tasks > ISG_TASK_SOURCE;
        if (x.pretrain && sources) {
            const struct phase p = {"source", true, false, by_source, (uint32_t)x.pretrain_epochs};
            ISG_GOTO(run_phase(&t, &p, &out->source_epochs, err));
            ISG_GOTO(isg_transfer_carry_over(&t, err));
        }
        ISG_GOTO(isg_transfer_set_rates(&t, err));
        if (select == ISG_SELECT_SOURCE_DEV && !x.joint)
            select = ISG_SELECT_LAST; /* the source's score says nothing of a target trained alone */
        const struct phase p = {"target", x.joint && sources, true, select, (uint32_t)opts->config.epochs};
        ISG_GOTO(run_phase(&t, &p, &out->epochs, err));
    }
    out->best_epoch = t.best_epoch;
    t.made.selection = select;
    if (select == ISG_SELECT_DEV || select == ISG_SELECT_SOURCE_DEV) {
        out->has_dev = true;
        ISG_GOTO(isg_params_pack(t.params, false, env->pool, err));
        ISG_GOTO(score(&t, select, &out->dev, &t.made, err));
        if (opts->config.calibrate)
            ISG_GOTO(calibrate(&t, &out->temperature, err));
    }
    ISG_GOTO(isg_transfer_write(&t, out, err));
    out->seconds = isg_now() - started;
out:
    isg_transfer_fini(&t);
    return status;
}
