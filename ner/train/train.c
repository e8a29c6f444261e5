/* Plain training: the trainer with one task and one phase. */
#include "ner/train/train.h"
#include "ner/data/vocab_build.h"
#include "ner/engine/pack.h"
#include "ner/model/model.h"
#include "ner/model/words.h"
#include "ner/train/checkpoint.h"
#include "ner/train/finish.h"
#include "ner/train/fingerprint.h"
#include "ner/train/phase.h"
#include "ner/train/progress.h"

#include <string.h>

struct run {
    const struct isg_ner_train_opts *opts;
    struct isg_ner_config config; /* with the dimension of the vectors */
    struct isg_ner_trainer trainer;
    struct isg_ner_forms forms;
    bool *rare;
    double temperature;
};

static void log_sizes(const struct run *r, const uint32_t *vector_row)
{
    const struct isg_ner_vocab *const v = &r->trainer.tasks[0].vocab;
    uint32_t with_vector = 0;
    for (uint32_t i = 0; i < v->n_learnt; i++)
        with_vector += vector_row[i] != ISG_NO_ID;
    isg_log(r->trainer.env, ISG_LOG_INFO,
        "%u words of the training text (%u with a vector), %u more with vectors; %u characters; "
        "%u labels; %llu numbers to learn or keep",
        v->n_learnt - 1, with_vector, isg_strtab_size(v->words) - v->n_learnt, isg_strtab_size(v->chars) - 1,
        isg_strtab_size(v->labels), (unsigned long long)isg_params_size(r->trainer.params));
}

static enum isg_status build_network(
    struct run *r, struct isg_mat vectors, const uint32_t *vector_row, struct isg_error *err)
{
    struct isg_ner_trainer *const t = &r->trainer;
    struct isg_ner_task *const k = &t->tasks[0];
    const struct isg_ner_sizes sizes = {k->vocab.n_learnt, isg_strtab_size(k->vocab.words) - k->vocab.n_learnt,
        (uint32_t)k->config.word_dim, isg_strtab_size(k->vocab.chars), k->vocab.labels, &k->vocab.features};
    ISG_TRY(isg_params_new(&t->params, err));
    ISG_TRY(isg_ner_network_add(&k->net, t->params, "", &k->config, &sizes, NULL, err));
    ISG_TRY(isg_params_seal(t->params, err));
    isg_ner_network_init(&k->net, &k->config, t->seed);
    isg_ner_fill_words(&k->net.input, vectors, vector_row);
    isg_ner_network_configure(&k->net, &k->config);
    return ISG_OK;
}

/* Reads the inputs, makes vocabulary and network. */
static enum isg_status load(struct run *r, struct isg_error *err)
{
    const struct isg_ner_train_opts *const o = r->opts;
    struct isg_ner_trainer *const t = &r->trainer;
    struct isg_vectors vectors = {0};
    uint32_t *vector_row = NULL;
    enum isg_status status = ISG_OK;
    t->tasks = isg_calloc(1, sizeof *t->tasks);
    if (!t->tasks)
        return isg_error_nomem(err, "a training run");
    t->n_tasks = 1;
    struct isg_ner_task *const k = &t->tasks[0];
    k->config = o->config;
    ISG_GOTO(isg_ner_task_load(k, &(struct isg_ner_texts){o->train, o->n_train, o->dev}, &o->columns, t->env, err));
    if (o->vectors)
        ISG_GOTO(isg_ner_load_vectors(&vectors, o->vectors, o->config.word_norm, t->env, err));
    const struct isg_ner_words_of words[] = {
        {o->train[0], k->train.corpus.forms}, {o->dev, k->dev.corpus.forms}, {o->vectors, vectors.words}};
    isg_ner_warn_forms(words, sizeof words / sizeof *words, t->env);
    ISG_GOTO(isg_ner_vocab_build(
        &k->vocab, &k->train.corpus, o->vectors ? &vectors : NULL, &o->config, &vector_row, &r->rare, err));
    memcpy(k->vocab.features.column, o->columns.features, sizeof o->columns.features);
    if (o->gazetteer)
        ISG_GOTO(isg_ner_load_gazetteer(&k->vocab.features.gazetteer, o->gazetteer, t->env, err));
    if (o->vectors)
        k->config.word_dim = (int64_t)vectors.m.cols;
    r->config = k->config;
    ISG_GOTO(build_network(r, vectors.m, vector_row, err));
    ISG_GOTO(isg_ner_forms_init(&r->forms, &k->vocab, err));
    k->forms = &r->forms;
    k->rare = r->rare;
    ISG_GOTO(isg_ner_task_ready(k, t->env->pool, err));
    log_sizes(r, vector_row);
out:
    isg_vectors_fini(&vectors);
    isg_free(vector_row);
    return status;
}

static enum isg_status identify(struct run *r, struct isg_error *err)
{
    const struct isg_ner_train_opts *const o = r->opts;
    struct isg_ner_provenance *const p = &r->trainer.made;
    for (size_t i = 0; i < o->n_train; i++)
        ISG_TRY(isg_ner_provenance_input(p, "train", (uint32_t)i + 1, o->train[i], err));
    ISG_TRY(isg_ner_provenance_input(p, "dev", 1, o->dev, err));
    ISG_TRY(isg_ner_provenance_input(p, "vectors", 1, o->vectors, err));
    ISG_TRY(isg_ner_provenance_input(p, "gazetteer", 1, o->gazetteer, err));
    return isg_ner_fingerprint(&r->trainer, &o->columns, NULL, err);
}

static enum isg_status score(void *cookie, struct isg_ner_counts *out, struct isg_error *err)
{
    const struct run *const r = cookie;
    return isg_ner_score_dev(r->trainer.tasks, 1, NULL, out, err);
}

static enum isg_status write_model(struct run *r, struct isg_error *err)
{
    struct isg_ner_trainer *const t = &r->trainer;
    const struct isg_ner_task *const k = &t->tasks[0];
    struct isg_ner_provenance *const p = &t->made;
    ISG_TRY(isg_ner_provenance_text(p, &k->train.corpus, false, err));
    p->scheme = k->train.corpus.scheme;
    p->epochs = t->at.epoch;
    p->best_epoch = t->at.best_epoch;
    p->selection = k->has_dev ? ISG_SELECT_DEV : ISG_SELECT_LAST;
    p->history = json_incref(t->history);
    const struct isg_ner_model m = {.config = k->config,
        .vocab = k->vocab,
        .net = k->net,
        .seed = t->seed,
        .temperature = r->temperature,
        .provenance = *p};
    return isg_ner_model_save(&m, r->opts->out, r->opts->force || r->opts->resume, err);
}

static void run_fini(struct run *r)
{
    struct isg_ner_vocab vocab = r->trainer.tasks ? r->trainer.tasks[0].vocab : (struct isg_ner_vocab){0};
    isg_ner_trainer_fini(&r->trainer);
    isg_ner_vocab_fini(&vocab);
    isg_ner_forms_fini(&r->forms);
    isg_free(r->rare);
}

enum isg_status isg_ner_train(struct isg_ner_trained *out, const struct isg_ner_train_opts *opts,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const double started = isg_now();
    struct run r = {.opts = opts, .temperature = 1};
    struct isg_ner_trainer *const t = &r.trainer;
    *t = (struct isg_ner_trainer){.config = &r.config, .env = env, .seed = opts->seed, .order = "shuffle"};
    memset(out, 0, sizeof *out);
    ISG_GOTO(isg_ner_check_output(opts->out, opts->force || opts->resume, err));
    ISG_GOTO(isg_ner_checkpoint_name(t, opts->out, err));
    ISG_GOTO(load(&r, err));
    ISG_GOTO(identify(&r, err));
    ISG_GOTO(isg_ner_trainer_ready(t, err));
    ISG_GOTO(isg_ner_checkpoint_begin(t, opts->resume, opts->force, err));
    const struct isg_ner_phase phase = {
        .epochs = (uint32_t)r.config.epochs, .cookie = &r, .score = opts->dev ? score : NULL, .scored = "dev"};
    ISG_GOTO(isg_ner_run_phase(t, &phase, err));
    struct isg_ner_task *const k = &t->tasks[0];
    if (opts->dev) {
        ISG_GOTO(isg_params_pack(t->params, false, env->pool, err));
        ISG_GOTO(isg_ner_score_dev(k, 1, &t->made, &out->dev, err));
        if (r.config.calibrate)
            ISG_GOTO(isg_ner_calibrate_task(t, k, &r.temperature, err));
    }
    ISG_GOTO(write_model(&r, err));
    isg_ner_checkpoint_remove(t);
    out->epochs = t->at.epoch;
    out->best_epoch = t->at.best_epoch;
    out->loss = isg_ner_last_loss(t->history);
    out->has_dev = k->has_dev;
    out->parameters = isg_params_size(t->params);
    out->words = isg_strtab_size(k->vocab.words);
    out->labels = isg_strtab_size(k->vocab.labels);
    out->tokens_per_second = t->seconds > 0 ? (double)t->tokens / t->seconds : 0;
    out->seconds = isg_now() - started;
out:
    run_fini(&r);
    return status;
}
