/* Transfer: the trainer with several tasks and up to two phases. */
#include "ner/engine/pack.h"
#include "ner/train/checkpoint.h"
#include "ner/train/finish.h"
#include "ner/train/phase.h"
#include "ner/transfer/agree.h"
#include "ner/transfer/carry.h"
#include "ner/transfer/losses.h"
#include "ner/transfer/ready.h"
#include "ner/transfer/record.h"
#include "ner/transfer/schedule.h"

#include <string.h>

struct phase {
    struct isg_transfer_plan plan; /* first: what schedule and losses get */
    enum isg_ner_selection select;
};

static uint32_t steps(void *cookie, uint32_t epoch)
{
    return isg_transfer_steps(&((const struct phase *)cookie)->plan, epoch);
}

static uint32_t draw(void *cookie, uint32_t epoch, struct isg_rng *rng)
{
    return isg_transfer_draw(&((const struct phase *)cookie)->plan, epoch, rng);
}

/* Entities of the target's dev text or of those of all sources; with agreement, those of two epochs. */
static enum isg_status score_types(
    const struct phase *p, struct isg_ner_provenance *types, struct isg_ner_counts *out, struct isg_error *err)
{
    struct isg_transfer *const t = p->plan.t;
    const struct isg_ner_task *const tasks = t->trainer.tasks;
    if (p->select == ISG_SELECT_SOURCE_DEV)
        return isg_ner_score_dev(tasks + ISG_TASK_SOURCE, t->trainer.n_tasks - 1, types, out, err);
    if (!tasks[ISG_TASK_TARGET].has_train)
        isg_transfer_hand_over(t);
    if (p->select == ISG_SELECT_AGREEMENT)
        return isg_transfer_agreement(t, out, err);
    return isg_ner_score_dev(tasks, 1, types, out, err);
}

static enum isg_status score(void *cookie, struct isg_ner_counts *out, struct isg_error *err)
{
    return score_types(cookie, NULL, out, err);
}

static enum isg_status run_phase(const char *name, struct phase *p, struct isg_error *err)
{
    static const char *const scored[] = {"", "source dev", "agreement", "target dev"};
    return isg_ner_run_phase(&p->plan.t->trainer,
        &(struct isg_ner_phase){.name = name,
            .epochs = p->plan.epochs,
            .cookie = p,
            .steps = steps,
            .draw = draw,
            .gradient = p->plan.target ? isg_transfer_gradient_perturbed : isg_transfer_gradient,
            .score = p->select ? score : NULL,
            .scored = scored[p->select],
            .agreement = p->select == ISG_SELECT_AGREEMENT},
        err);
}

/* What chooses the epoch of a phase of the sources, as far as they have dev texts. */
static enum isg_ner_selection select_by_source(const struct isg_transfer *t)
{
    for (uint32_t i = ISG_TASK_SOURCE; i < t->trainer.n_tasks; i++)
        if (t->trainer.tasks[i].has_dev)
            return ISG_SELECT_SOURCE_DEV;
    return ISG_SELECT_LAST;
}

/* *last is the phase that the model comes from. */
static enum isg_status run_phases(struct isg_transfer *t, struct phase *last, struct isg_error *err)
{
    const struct isg_ner_task *const g = &t->trainer.tasks[ISG_TASK_TARGET];
    const enum isg_ner_selection by_source = select_by_source(t);
    const uint32_t epochs = (uint32_t)t->opts->config.epochs;
    const bool sources = t->trainer.n_tasks > ISG_TASK_SOURCE;
    enum isg_ner_selection select = g->has_dev            ? ISG_SELECT_DEV
                                    : t->opts->unlabelled ? ISG_SELECT_AGREEMENT
                                                          : by_source;
    if (!g->has_train) {
        *last = (struct phase){{t, true, false, epochs}, select};
        ISG_TRY(run_phase("source", last, err));
        isg_transfer_hand_over(t);
        return ISG_OK;
    }
    if (t->x->pretrain && sources) {
        struct phase first = {{t, true, false, (uint32_t)t->x->pretrain_epochs}, by_source};
        ISG_TRY(run_phase("source", &first, err));
        ISG_TRY(isg_transfer_carry_over(t, err));
    }
    ISG_TRY(isg_transfer_set_rates(t, err));
    if (select == ISG_SELECT_SOURCE_DEV && !t->x->joint)
        select = ISG_SELECT_LAST; /* the sources' score says nothing of a target trained alone */
    *last = (struct phase){{t, t->x->joint && sources, true, epochs}, select};
    return run_phase("target", last, err);
}

/* Dev score and calibration of what has been trained, on the texts that chose the epoch; then the model. */
static enum isg_status finish(
    struct isg_transfer *t, const struct phase *last, struct isg_ner_transferred *out, struct isg_error *err)
{
    struct isg_ner_trainer *const r = &t->trainer;
    r->made.selection = last->select;
    out->has_dev = last->select == ISG_SELECT_DEV || last->select == ISG_SELECT_SOURCE_DEV;
    if (out->has_dev) {
        ISG_TRY(isg_params_pack(r->params, false, r->env->pool, err));
        ISG_TRY(score_types(last, &r->made, &out->dev, err));
    }
    if (out->has_dev && t->opts->config.calibrate) {
        struct isg_ner_task *k = r->tasks; /* the target, else the first source with a dev text */
        while (!k->has_dev)
            k++;
        ISG_TRY(isg_ner_calibrate_task(r, k, &out->temperature, err));
    }
    ISG_TRY(isg_transfer_write(t, out, err));
    isg_ner_checkpoint_remove(r);
    return ISG_OK;
}

enum isg_status isg_ner_transfer(struct isg_ner_transferred *out, const struct isg_ner_transfer_opts *opts,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const double started = isg_now();
    struct isg_ner_transfer_config x = opts->transfer;
    struct isg_transfer t = {.opts = opts, .x = &x};
    struct isg_ner_trainer *const r = &t.trainer;
    struct phase last;
    *r = (struct isg_ner_trainer){.config = &opts->config, .env = env, .seed = opts->seed, .order = "order"};
    memset(out, 0, sizeof *out);
    out->temperature = 1;
    if (!opts->target.train) { /* parts that are not shared would stay untrained */
        x.share = ISG_SHARE_HEAD;
        x.share_words = true;
    }
    if (x.word_adaptation)
        x.share_words = false; /* the target's vectors are changed, the source's are not */
    ISG_GOTO(isg_ner_check_output(opts->out, opts->force || opts->resume, err));
    if (!opts->no_checkpoint)
        ISG_GOTO(isg_ner_checkpoint_name(r, opts->out, err));
    ISG_GOTO(isg_transfer_ready(&t, err));
    ISG_GOTO(isg_transfer_identify(&t, err));
    ISG_GOTO(isg_ner_checkpoint_begin(r, opts->resume, opts->force, err));
    ISG_GOTO(run_phases(&t, &last, err));
    out->target_sentences = r->tasks[ISG_TASK_TARGET].train.corpus.n_sentences;
    const bool pretrained = r->n_phases > 1 || !last.plan.target;
    out->source_epochs = pretrained ? r->at.epochs[0] : 0;
    out->epochs = last.plan.target ? r->at.epoch : 0;
    out->best_epoch = r->at.best_epoch;
    ISG_GOTO(finish(&t, &last, out, err));
    out->seconds = isg_now() - started;
out:
    isg_transfer_fini(&t);
    return status;
}
