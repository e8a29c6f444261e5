/* The training loop: epochs of a phase. */
#include "ner/train/phase.h"
#include "ner/decode/score_corpus.h"
#include "ner/engine/pack.h"
#include "ner/train/best.h"
#include "ner/train/checkpoint.h"
#include "ner/train/progress.h"

#include <string.h>

enum isg_status isg_ner_score_dev(const struct isg_ner_task *tasks, uint32_t n, struct isg_ner_provenance *types,
    struct isg_ner_counts *out, struct isg_error *err)
{
    memset(out, 0, sizeof *out);
    for (uint32_t i = 0; i < n; i++) {
        const struct isg_ner_task *const k = &tasks[i];
        struct isg_ner_counts one;
        if (!k->has_dev)
            continue;
        if (types)
            ISG_TRY(isg_ner_score_types(&one, types, k->decoder, k->forms, &k->vocab, &k->dev, err));
        else
            ISG_TRY(isg_ner_score_corpus(&one, k->decoder, k->forms, &k->vocab, &k->dev, err));
        out->gold += one.gold;
        out->predicted += one.predicted;
        out->correct += one.correct;
    }
    return ISG_OK;
}

/* Epochs done at the next batch, with fraction. */
static double epochs_at(const struct isg_ner_trainer *t, const struct isg_ner_phase *p, uint32_t steps)
{
    if (!p->steps)
        return t->at.epoch + (double)t->tasks[0].at / t->tasks[0].train.corpus.n_sentences;
    return t->at.epoch + (double)t->at.step / steps;
}

static enum isg_status stop(const struct isg_ner_trainer *t, const struct isg_ner_phase *p, struct isg_error *err)
{
    if (!t->checkpoint)
        return err->status;
    ISG_TRY(isg_ner_checkpoint_save(t, err));
    (void)isg_error_set(err, ISG_ECANCELED, NULL, 0, "stopped in %s%sepoch %u; the run so far is in %s",
        p->name ? p->name : "", p->name ? ", " : "", t->at.epoch + 1, t->checkpoint);
    return isg_error_advice(err, "continue with the same command and --resume");
}

static uint32_t next_task(const struct isg_ner_trainer *t, const struct isg_ner_phase *p, struct isg_rng *rng)
{
    return p->draw ? p->draw(p->cookie, t->at.epoch, rng) : 0;
}

static enum isg_status train_epoch(
    struct isg_ner_trainer *t, const struct isg_ner_phase *p, uint32_t steps, struct isg_error *err)
{
    const struct isg_ner_config *const c = t->config;
    const struct isg_schedule_opts schedule = {(enum isg_schedule)c->schedule, c->decay, c->warmup, 0};
    struct isg_rng rng = isg_rng_stream(t->seed, p->name ? p->name : "training", t->at.epoch);
    for (uint32_t i = 0; i < t->at.step; i++) /* batches that an earlier call took */
        (void)next_task(t, p, &rng);
    while (t->at.step < steps) {
        const uint32_t which = next_task(t, p, &rng);
        struct isg_ner_task *const k = &t->tasks[which];
        if (k->at >= k->train.corpus.n_sentences)
            isg_ner_task_shuffle(k, t->seed, t->order, which);
        const double done = epochs_at(t, p, steps);
        t->progress = done / p->epochs;
        ISG_TRY(isg_ner_step(t, k, p->gradient ? p->gradient : isg_ner_crf_gradient, p->cookie,
            isg_schedule_rate(&schedule, c->lr, done, p->epochs), err));
        if (isg_progress(t->env, p->name ? p->name : "training", (uint64_t)t->at.epoch * steps + t->at.step,
                (uint64_t)steps * p->epochs, err) != ISG_OK)
            return stop(t, p, err);
    }
    return ISG_OK;
}

static enum isg_status choose(
    struct isg_ner_trainer *t, const struct isg_ner_phase *p, struct isg_ner_counts *counts, struct isg_error *err)
{
    if (t->config->average > 0)
        isg_params_swap_average(t->params);
    ISG_TRY(p->score(p->cookie, counts, err));
    const double f1 = isg_ner_f1(counts);
    t->at.bad_epochs++;
    if (!t->at.best_epoch || f1 > t->at.best_f1) {
        t->at.best_f1 = f1;
        t->at.best_epoch = t->at.epoch;
        t->at.bad_epochs = 0;
        ISG_TRY(isg_ner_best_keep(t, err));
    }
    if (t->config->average > 0)
        isg_params_swap_average(t->params);
    return ISG_OK;
}

static enum isg_status run_epoch(struct isg_ner_trainer *t, const struct isg_ner_phase *p, struct isg_error *err)
{
    const double started = isg_now();
    const uint64_t tokens = t->tokens;
    const uint32_t steps = p->steps ? p->steps(p->cookie, t->at.epoch)
                                    : isg_ner_task_batches(&t->tasks[0], t->config->batch);
    ISG_TRY(train_epoch(t, p, steps, err));
    const double trained = isg_now() - started;
    t->seconds += trained;
    t->at.epochs[t->at.phase] = ++t->at.epoch;
    struct isg_ner_counts counts;
    if (p->score)
        ISG_TRY(choose(t, p, &counts, err));
    ISG_TRY(isg_ner_tell_epoch(t, p, p->score ? &counts : NULL,
        &(struct isg_ner_speed){isg_now() - started, trained > 0 ? (double)(t->tokens - tokens) / trained : 0}, err));
    t->at.step = t->at.clipped = 0;
    t->at.sentences = 0;
    t->at.loss = t->at.norm = 0;
    return ISG_OK;
}

static bool finished(const struct isg_ner_trainer *t, const struct isg_ner_phase *p)
{
    return t->at.epoch >= p->epochs || (p->score && t->config->patience && t->at.bad_epochs >= t->config->patience);
}

/* A new optimiser; nothing is left of the phase before but its weights. */
static enum isg_status begin(struct isg_ner_trainer *t, uint32_t number, struct isg_error *err)
{
    const struct isg_ner_config *const c = t->config;
    struct isg_optim_opts optim = isg_optim_defaults();
    optim.kind = (enum isg_optim_kind)c->optimiser;
    optim.lr = c->lr;
    optim.momentum = c->momentum;
    optim.weight_decay = c->weight_decay;
    optim.clip = c->clip;
    optim.average = c->average;
    isg_optim_free(t->optim);
    t->optim = NULL;
    ISG_TRY(isg_optim_new(&t->optim, t->params, &optim, err));
    isg_optim_restart(t->optim);
    isg_ner_best_free(t);
    t->at.phase = number;
    t->at.epoch = t->at.best_epoch = t->at.bad_epochs = 0;
    for (uint32_t i = 0; i < t->n_tasks; i++)
        isg_ner_task_shuffle(&t->tasks[i], t->seed, t->order, i);
    if (t->resumed)
        ISG_TRY(isg_ner_checkpoint_load(t, err));
    return isg_params_pack(t->params, true, t->env->pool, err);
}

enum isg_status isg_ner_run_phase(struct isg_ner_trainer *t, const struct isg_ner_phase *p, struct isg_error *err)
{
    const uint32_t number = t->n_phases++;
    if (t->resumed && number < t->at.phase)
        return ISG_OK;
    ISG_TRY(begin(t, number, err));
    while (!finished(t, p)) {
        ISG_TRY(run_epoch(t, p, err));
        if (!finished(t, p))
            ISG_TRY(isg_ner_checkpoint_save(t, err));
    }
    if (p->score) {
        isg_ner_best_take(t);
    } else {
        t->at.best_epoch = t->at.epoch;
        if (t->config->average > 0)
            isg_params_swap_average(t->params);
    }
    return ISG_OK;
}
