/* The training loop. */
#include "ner/decode/calibrate.h"
#include "ner/train/trainer.h"
#include "ner/engine/pack.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- scores on dev ---- */

static enum isg_status score_dev(struct isg_ner_trainer *t, struct isg_ner_counts *counts, struct isg_error *err)
{
    return isg_ner_score_corpus(counts, t->decoder, &t->forms, &t->model.vocab, &t->dev, err);
}

/* ---- epochs ---- */

static enum isg_status keep_best(struct isg_ner_trainer *t, struct isg_error *err)
{
    ISG_TRY(isg_ner_best_alloc(t, err));
    for (uint32_t i = 0; i < isg_params_count(t->model.net.params); i++) {
        const struct isg_param *p = isg_params_at(t->model.net.params, i);
        memcpy(t->best[i], p->value, isg_param_size(p) * sizeof *p->value);
    }
    return ISG_OK;
}

static void take_best(struct isg_ner_trainer *t)
{
    if (!t->best)
        return;
    for (uint32_t i = 0; i < isg_params_count(t->model.net.params); i++) {
        struct isg_param *p = isg_params_at(t->model.net.params, i);
        memcpy(p->value, t->best[i], isg_param_size(p) * sizeof *p->value);
        isg_param_changed(p);
    }
}

/* Adds an epoch to the history, which goes into the model and so holds nothing that differs between machines,
 * and tells the world. */
static enum isg_status tell(struct isg_ner_trainer *t, double loss, double lr, double norm, const double *dev,
    double seconds, double speed, struct isg_error *err)
{
    json_t *history = json_loads(t->history, 0, NULL);
    json_t *o = json_pack("{s:i, s:f, s:f, s:f}", "epoch", (int)t->epoch, "loss", loss, "lr", lr, "grad_norm", norm);
    if (dev && o)
        json_object_set_new(o, "dev_precision", json_real(dev[0])),
            json_object_set_new(o, "dev_recall", json_real(dev[1])),
            json_object_set_new(o, "dev_f1", json_real(dev[2]));
    char *text = NULL, *line = NULL;
    if (json_is_array(history) && o && json_array_append(history, o) == 0)
        text = json_dumps(history, JSON_COMPACT | JSON_REAL_PRECISION(17));
    isg_free(t->history);
    t->history = text ? isg_strndup(text, strlen(text)) : NULL;
    json_decref(history);
    json_t *event = json_pack("{s:s}", "event", "epoch");
    if (event && o && json_object_update(event, o) == 0) {
        if (!dev)
            json_object_set_new(event, "dev_f1", json_null());
        json_object_set_new(event, "clipped", json_integer(t->n_clipped));
        json_object_set_new(event, "seconds", json_real(seconds));
        json_object_set_new(event, "tokens_per_second", json_real(speed));
        line = json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(10));
        if (line && t->env->event)
            t->env->event(t->env->cookie, line);
    }
    json_decref(event);
    json_decref(o);
    const bool good = t->history && line;
    free(text);
    free(line);
    if (dev)
        isg_log(t->env, ISG_LOG_INFO,
            "epoch %u: loss %.4f, dev F1 %.2f (P %.2f, R %.2f)%s, lr %.3g, %.1f s, %.0f tokens/s", t->epoch, loss,
            dev[2], dev[0], dev[1], t->best_epoch == t->epoch ? " *" : "", lr, seconds, speed);
    else
        isg_log(t->env, ISG_LOG_INFO, "epoch %u: loss %.4f, lr %.3g, %.1f s, %.0f tokens/s", t->epoch, loss, lr,
            seconds, speed);
    return good ? ISG_OK : isg_error_nomem(err, "the log");
}

struct clock {
    double seconds; /* of training batches in this call */
    uint64_t tokens;
};

/* Rate of the batch that starts at a sentence of this epoch. */
static double rate_at(const struct isg_ner_trainer *t, uint32_t at)
{
    const struct isg_ner_config *c = &t->model.config;
    const struct isg_schedule_opts schedule = {(enum isg_schedule)c->schedule, c->decay, c->warmup, 0};
    return isg_schedule_rate(&schedule, c->lr, t->epoch + (double)at / t->train.corpus.n_sentences, (double)c->epochs);
}

static enum isg_status run_epoch(struct isg_ner_trainer *t, struct clock *clock, struct isg_error *err)
{
    const struct isg_ner_config *c = &t->model.config;
    const uint32_t n = t->train.corpus.n_sentences;
    const double started = isg_now();
    uint64_t tokens = 0;
    for (uint32_t i = 0; i < n; i++)
        t->order[i] = i;
    struct isg_rng rng = isg_rng_stream(t->opts->seed, "shuffle", t->epoch);
    isg_rng_shuffle(&rng, t->order, n);
    while (t->at < n) {
        const uint32_t take = n - t->at < (uint64_t)c->batch ? n - t->at : (uint32_t)c->batch;
        for (uint32_t i = 0; i < take; i++)
            tokens += t->train.n_tokens[t->order[t->at + i]];
        ISG_TRY(isg_ner_train_batch(t, take, rate_at(t, t->at), err));
        const uint64_t total = (uint64_t)n * (uint64_t)c->epochs;
        if (isg_progress(t->env, "training", (uint64_t)t->epoch * n + t->at, total, err) != ISG_OK) {
            ISG_TRY(isg_ner_checkpoint_save(t, err));
            isg_error_set(err, ISG_ECANCELED, NULL, 0, "stopped in epoch %u; the run so far is in %s", t->epoch + 1,
                t->checkpoint);
            return isg_error_advice(err, "the same call with --resume goes on from there");
        }
    }
    /* Of the last batch, which an earlier call may have taken. */
    const double lr = rate_at(t, (n - 1) / (uint32_t)c->batch * (uint32_t)c->batch);
    const double trained = isg_now() - started;
    clock->seconds += trained;
    clock->tokens += tokens;
    t->epoch++;
    double dev[3];
    if (t->opts->dev) {
        struct isg_ner_counts counts;
        if (c->average > 0)
            isg_params_swap_average(t->model.net.params);
        ISG_TRY(score_dev(t, &counts, err));
        dev[0] = isg_ner_precision(&counts);
        dev[1] = isg_ner_recall(&counts);
        dev[2] = isg_ner_f1(&counts);
        if (!t->best || dev[2] > t->best_f1) {
            t->best_f1 = dev[2];
            t->best_epoch = t->epoch;
            t->bad_epochs = 0;
            ISG_TRY(keep_best(t, err));
        } else {
            t->bad_epochs++;
        }
        if (c->average > 0)
            isg_params_swap_average(t->model.net.params);
    }
    const uint32_t steps = (n + (uint32_t)c->batch - 1) / (uint32_t)c->batch;
    ISG_TRY(tell(t, t->loss_sum / n, lr, t->norm_sum / steps, t->opts->dev ? dev : NULL, isg_now() - started,
        trained > 0 ? (double)tokens / trained : 0, err));
    t->at = 0;
    t->loss_sum = t->norm_sum = 0;
    t->n_clipped = 0;
    return ISG_OK;
}

static bool finished(const struct isg_ner_trainer *t)
{
    const struct isg_ner_config *c = &t->model.config;
    return t->epoch >= c->epochs || (t->opts->dev && c->patience && t->bad_epochs >= c->patience);
}

static double last_loss(const char *history)
{
    json_t *a = json_loads(history, 0, NULL);
    const double loss = json_number_value(json_object_get(json_array_get(a, json_array_size(a) - 1), "loss"));
    json_decref(a);
    return loss;
}

/* Fits the temperature of the model to be written. */
static enum isg_status calibrate(struct isg_ner_trainer *t, struct isg_error *err)
{
    struct isg_ner_calibration *const c = &t->model.provenance.calibration;
    ISG_TRY(isg_ner_encode_labels(&t->dev, &t->model.vocab, t->model.config.scheme == 0, err));
    ISG_TRY(isg_ner_calibrate(c, t->decoder, &t->forms, &t->model.vocab, &t->dev, err));
    t->model.temperature = c->temperature;
    t->model.provenance.calibrated = true;
    isg_log(t->env, ISG_LOG_INFO,
        "calibrated on dev: temperature %.3f; expected calibration error of entities %.2f -> %.2f, of tokens "
        "%.2f -> %.2f",
        c->temperature, c->entity_ece_before, c->entity_ece_after, c->token_ece_before, c->token_ece_after);
    return ISG_OK;
}

static enum isg_status write_model(struct isg_ner_trainer *t, struct isg_error *err)
{
    struct isg_ner_provenance *const p = &t->model.provenance;
    ISG_TRY(isg_ner_provenance_text(p, &t->train.corpus, false, err));
    p->scheme = t->train.corpus.scheme;
    p->epochs = t->epoch;
    p->best_epoch = t->best_epoch;
    p->selection = t->opts->dev ? ISG_SELECT_DEV : ISG_SELECT_LAST;
    p->history = json_loads(t->history, 0, NULL);
    if (!p->history)
        return isg_error_nomem(err, "the model");
    return isg_ner_model_save(&t->model, t->opts->out, t->opts->force || t->opts->resume, err);
}

/* The folder of the output has to take files before hours of work go by. */
static enum isg_status check_output(const struct isg_ner_train_opts *o, struct isg_error *err)
{
    ISG_TRY(isg_check_overwrite(o->out, o->force || o->resume, err));
    struct isg_writer *w;
    ISG_TRY(isg_writer_open(&w, o->out, true, err));
    isg_writer_abort(w);
    return ISG_OK;
}

enum isg_status isg_ner_train(struct isg_ner_trained *out, const struct isg_ner_train_opts *opts,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const double started = isg_now();
    struct isg_ner_trainer t = {.opts = opts, .env = env};
    struct clock clock = {0};
    memset(out, 0, sizeof *out);
    t.model.config = opts->config;
    t.model.seed = opts->seed;
    t.model.temperature = 1;
    const size_t n = strlen(opts->out);
    t.checkpoint = isg_malloc(n + 16, 1);
    if (!t.checkpoint) {
        status = isg_error_nomem(err, "a training run");
        goto out;
    }
    snprintf(t.checkpoint, n + 16, "%s.checkpoint", opts->out);
    ISG_GOTO(check_output(opts, err));
    ISG_GOTO(isg_ner_train_load(&t, err));
    ISG_GOTO(isg_ner_train_identify(&t, err));
    ISG_GOTO(isg_ner_train_ready(&t, err));
    if (opts->resume) {
        bool found;
        ISG_GOTO(isg_ner_checkpoint_load(&t, &found, err));
        if (found)
            isg_log(env, ISG_LOG_INFO, "going on from %s: %u epochs done", t.checkpoint, t.epoch);
        else
            isg_log(env, ISG_LOG_WARNING, "no checkpoint %s; starting from the beginning", t.checkpoint);
        ISG_GOTO(isg_params_pack(t.model.net.params, true, env->pool, err));
    }
    while (!finished(&t)) {
        ISG_GOTO(run_epoch(&t, &clock, err));
        if (!finished(&t))
            ISG_GOTO(isg_ner_checkpoint_save(&t, err));
    }
    if (opts->dev) {
        take_best(&t);
    } else {
        t.best_epoch = t.epoch;
        if (t.model.config.average > 0)
            isg_params_swap_average(t.model.net.params);
    }
    if (opts->dev) {
        ISG_GOTO(isg_params_pack(t.model.net.params, false, env->pool, err));
        ISG_GOTO(isg_ner_score_types(&out->dev, &t.model.provenance, t.decoder, &t.forms, &t.model.vocab, &t.dev, err));
        if (t.model.config.calibrate)
            ISG_GOTO(calibrate(&t, err));
    }
    const struct isg_ner_counts dev = out->dev;
    ISG_GOTO(write_model(&t, err));
    (void)unlink(t.checkpoint);
    *out = (struct isg_ner_trained){.epochs = t.epoch,
        .best_epoch = t.best_epoch,
        .loss = last_loss(t.history),
        .has_dev = opts->dev != NULL,
        .dev = dev,
        .parameters = isg_params_size(t.model.net.params),
        .words = isg_strtab_size(t.model.vocab.words),
        .labels = isg_strtab_size(t.model.vocab.labels),
        .tokens_per_second = clock.seconds > 0 ? (double)clock.tokens / clock.seconds : 0};
    out->seconds = isg_now() - started;
out:
    isg_ner_trainer_fini(&t);
    return status;
}
