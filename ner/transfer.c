/* Transfer: two tasks, two phases, one loop. */
#include "ner/transfer_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const isg_ner_transfer_modes[] = {
    "base", "init", "mult", "mult-init", "adapt", "at", "datnet-f", "datnet-p", "translate", NULL};

enum isg_status isg_ner_transfer_mode(struct isg_ner_transfer_config *out, struct isg_ner_config *tagger,
    const char *mode, struct isg_error *err)
{
    *out = (struct isg_ner_transfer_config){.pretrain_epochs = 10,
        .epoch_batches = 100,
        .lambda = 1,
        .reverse = 0.7,
        .alpha = 0.25,
        .gamma = 2,
        .pivots = 5000,
        .psi = 1,
        .keep_encoder = true,
        .keep_chars = true};
    if (strcmp(mode, "base") == 0) {
        return ISG_OK;
    } else if (strcmp(mode, "init") == 0 || strcmp(mode, "translate") == 0) {
        out->pretrain = true;
    } else if (strcmp(mode, "mult") == 0) {
        out->joint = true;
        out->p_source = 0.5;
    } else if (strcmp(mode, "mult-init") == 0) {
        out->pretrain = out->joint = true;
        out->p_source = 0.5;
    } else if (strcmp(mode, "adapt") == 0) {
        out->pretrain = out->word_adaptation = out->sal = out->oal = true;
        out->psi = 0.6;
    } else if (strcmp(mode, "at") == 0) {
        out->joint = out->private_encoder = out->pool_max = true;
        out->adversary = ISG_ADVERSARY_AD;
        out->lambda = 0.06;
        out->p_source = 0.5; /* the tasks take turns */
        out->reverse = 1;
        tagger->attention = ISG_ATTENTION_HEADS;
        tagger->attention_heads = 8;
        tagger->hidden = 120;
    } else if (strcmp(mode, "datnet-f") == 0 || strcmp(mode, "datnet-p") == 0) {
        out->joint = true;
        out->private_encoder = mode[7] == 'p';
        out->adversary = ISG_ADVERSARY_GRAD;
        out->epsilon = out->epsilon_char = 5;
    } else {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "no transfer mode \"%s\"", mode);
        return isg_error_expected(
            err, "base, init, mult, mult-init, adapt, at, datnet-f, datnet-p or translate");
    }
    return ISG_OK;
}

/* ---- phases ---- */

/* A new round over a task's sentences. */
static void shuffle(const struct isg_transfer *t, struct isg_transfer_task *k)
{
    const uint32_t n = k->train.corpus.n_sentences;
    for (uint32_t i = 0; i < n; i++)
        k->order[i] = i;
    struct isg_rng rng = isg_rng_stream(
        t->opts->seed, k == &t->task[ISG_TASK_SOURCE] ? "source order" : "target order", k->rounds++);
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

/** What a phase takes its batches from, and the task whose dev text chooses its epoch. */
struct phase {
    const char *name;
    bool source, target;
    int select; /* task; -1 = the last epoch */
    uint32_t epochs;
};

static uint32_t n_batches(const struct isg_transfer *t, const struct isg_transfer_task *k)
{
    const uint32_t batch = (uint32_t)t->opts->config.batch;
    return (k->train.corpus.n_sentences + batch - 1) / batch;
}

/* Share of source batches: as asked for, else by the square roots of the tasks' sizes, so that a small target
 * is not lost. */
static double source_share(const struct isg_transfer *t)
{
    if (t->x->p_source > 0)
        return t->x->p_source;
    const double s = sqrt(n_batches(t, &t->task[ISG_TASK_SOURCE])),
                 g = sqrt(n_batches(t, &t->task[ISG_TASK_TARGET]));
    return s / (s + g);
}

/* An epoch passes once over the text that the phase is about (the target's, where it takes part), with source
 * batches drawn in between, and has at least epoch_batches batches: short texts go round. */
static enum isg_status run_epoch(struct isg_transfer *t, const struct phase *p, uint32_t epoch, double *loss,
    uint32_t *sentences, struct isg_error *err)
{
    const struct isg_ner_config *const c = &t->opts->config;
    const struct isg_schedule_opts schedule = {(enum isg_schedule)c->schedule, c->decay, c->warmup, 0};
    struct isg_transfer_task *const lead = &t->task[p->target ? ISG_TASK_TARGET : ISG_TASK_SOURCE];
    const bool joint = p->source && p->target;
    const double share = joint ? source_share(t) : 0;
    const double wanted = fmax(ceil(n_batches(t, lead) / (1 - share)), (double)t->x->epoch_batches);
    const uint32_t steps = (uint32_t)fmin(wanted, 1e9);
    struct isg_rng rng = isg_rng_stream(t->opts->seed, p->name, epoch);
    *loss = 0;
    *sentences = 0;
    for (uint32_t i = 0; i < steps; i++) {
        struct isg_transfer_task *const k =
            joint && isg_rng_double(&rng) < share ? &t->task[ISG_TASK_SOURCE] : lead;
        if (k->at >= k->train.corpus.n_sentences)
            shuffle(t, k);
        const double lr = isg_schedule_rate(&schedule, c->lr, epoch + (double)i / steps, p->epochs);
        const uint32_t before = k->at;
        ISG_TRY(isg_transfer_batch(t, k, lr, p->target, loss, err));
        *sentences += k->at - before;
        ISG_TRY(
            isg_progress(t->env, p->name, (uint64_t)epoch * steps + i + 1, (uint64_t)steps * p->epochs, err));
    }
    return ISG_OK;
}

static enum isg_status tell(struct isg_transfer *t, const struct phase *p, uint32_t epoch, double loss,
    const double *f1, double seconds, struct isg_error *err)
{
    json_t *const o = json_pack("{s:s, s:s, s:i, s:f, s:f}", "event", "epoch", "phase", p->name, "epoch",
        (int)epoch, "loss", loss, "seconds", seconds);
    if (!o)
        return isg_error_nomem(err, "the log");
    json_object_set_new(o, "dev_f1", f1 ? json_real(*f1) : json_null());
    char *const line = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(10));
    if (line && t->env->event)
        t->env->event(t->env->cookie, line);
    free(line);
    json_object_del(o, "event");
    json_object_del(o, "seconds"); /* the model's bytes must not depend on the clock */
    json_array_append_new(t->history, o);
    if (f1)
        isg_log(t->env, ISG_LOG_INFO, "%s, epoch %u: loss %.4f, %s dev F1 %.2f, %.1f s", p->name, epoch, loss,
            p->select == ISG_TASK_TARGET ? "target" : "source", *f1, seconds);
    else
        isg_log(t->env, ISG_LOG_INFO, "%s, epoch %u: loss %.4f, %.1f s", p->name, epoch, loss, seconds);
    return ISG_OK;
}

static enum isg_status run_phase(
    struct isg_transfer *t, const struct phase *p, uint32_t *epochs, struct isg_error *err)
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
    for (int which = ISG_TASK_SOURCE; which <= ISG_TASK_TARGET; which++)
        shuffle(t, &t->task[which]);
    uint32_t epoch = 0;
    while (epoch < p->epochs && !(p->select >= 0 && c->patience && t->bad_epochs >= c->patience)) {
        const double started = isg_now();
        double loss, f1 = 0;
        uint32_t sentences;
        ISG_TRY(run_epoch(t, p, epoch++, &loss, &sentences, err));
        if (p->select >= 0) {
            const struct isg_transfer_task *const k = &t->task[p->select];
            struct isg_ner_counts counts;
            ISG_TRY(isg_ner_score_corpus(&counts, k->decoder, &k->forms, &k->vocab, &k->dev, err));
            f1 = isg_ner_f1(&counts);
            t->bad_epochs++;
            if (f1 > t->best_f1) {
                t->best_f1 = f1;
                t->best_epoch = epoch;
                t->bad_epochs = 0;
                ISG_TRY(keep_best(t, err));
            }
        }
        ISG_TRY(tell(t, p, epoch, loss / sentences, p->select >= 0 ? &f1 : NULL, isg_now() - started, err));
    }
    if (p->select >= 0)
        take_best(t);
    else
        t->best_epoch = epoch;
    *epochs = epoch;
    return ISG_OK;
}

/* ---- the model ---- */

static enum isg_status write_model(
    struct isg_transfer *t, struct isg_ner_transferred *out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_transfer_task *const k = &t->task[ISG_TASK_TARGET];
    struct isg_ner_model m = {.config = k->config, .seed = t->opts->seed, .temperature = 1};
    char *text = NULL;
    json_t *o = NULL;
    ISG_GOTO(isg_ner_network_new(&m.net, &m.config, &k->vocab, (uint32_t)k->config.word_dim, err));
    for (uint32_t i = 0; i < isg_params_count(m.net.params); i++) {
        struct isg_param *const to = isg_params_at(m.net.params, i);
        const struct isg_param *const from = isg_params_find(t->params, to->name);
        memcpy(to->value, from->value, isg_param_size(to) * sizeof *to->value);
    }
    if (m.net.input.n_table)
        memcpy(m.net.input.table, k->net.input.table,
            (size_t)m.net.input.n_table * m.net.input.word->cols * sizeof *m.net.input.table);
    o = json_pack("{s:s, s:i, s:i, s:i, s:i, s:s, s:O}", "transfer", t->opts->mode, "source_epochs",
        (int)out->source_epochs, "epochs", (int)out->epochs, "best_epoch", (int)out->best_epoch,
        "target_sentences", (int)out->target_sentences, "scheme_of_train",
        isg_scheme_name(k->train.corpus.scheme), "history", t->history);
    text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    m.provenance = text ? isg_strndup(text, strlen(text)) : NULL;
    if (!m.provenance) {
        status = isg_error_nomem(err, "the model");
        goto out;
    }
    m.vocab = k->vocab; /* lent for the writing */
    status = isg_ner_model_save(&m, t->opts->out, t->opts->force, err);
    m.vocab = (struct isg_ner_vocab){0};
out:
    json_decref(o);
    free(text);
    isg_ner_model_fini(&m);
    return status;
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
    struct isg_transfer t = {.opts = opts, .x = &opts->transfer, .env = env};
    memset(out, 0, sizeof *out);
    ISG_GOTO(check_output(opts, err));
    ISG_GOTO(isg_transfer_ready(&t, err));
    const struct isg_ner_transfer_config *const x = t.x;
    struct isg_transfer_task *const g = &t.task[ISG_TASK_TARGET];
    if (g->has_train)
        out->target_sentences = g->train.corpus.n_sentences;
    const int source_dev = t.task[ISG_TASK_SOURCE].has_dev ? ISG_TASK_SOURCE : -1;
    if (x->pretrain || !g->has_train) {
        /* without target sentences, a target dev text (translated, say) may choose */
        const struct phase p = {"source", true, false, source_dev,
            (uint32_t)(g->has_train ? x->pretrain_epochs : opts->config.epochs)};
        ISG_GOTO(run_phase(&t, &p, &out->source_epochs, err));
        out->best_epoch = t.best_epoch;
        if (g->has_train)
            ISG_GOTO(isg_transfer_carry_over(&t, err));
        else
            isg_transfer_hand_over(&t);
    }
    if (g->has_train) {
        const struct phase p = {"target", x->joint, true,
            g->has_dev                ? ISG_TASK_TARGET
            : x->joint || x->pretrain ? source_dev
                                      : -1,
            (uint32_t)opts->config.epochs};
        ISG_GOTO(run_phase(&t, &p, &out->epochs, err));
        out->best_epoch = t.best_epoch;
    }
    const struct isg_transfer_task *const judged = g->has_dev ? g : &t.task[ISG_TASK_SOURCE];
    if (judged->has_dev && (judged == g || x->joint || x->pretrain)) {
        out->has_dev = true;
        ISG_GOTO(isg_params_pack(t.params, false, env->pool, err));
        ISG_GOTO(isg_ner_score_corpus(
            &out->dev, judged->decoder, &judged->forms, &judged->vocab, &judged->dev, err));
    }
    ISG_GOTO(write_model(&t, out, err));
    out->seconds = isg_now() - started;
out:
    isg_transfer_fini(&t);
    return status;
}
