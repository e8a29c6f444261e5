/* Readying a transfer run: inputs, networks that share their parts. */
#include "ner/transfer/ready.h"
#include "ner/model/words.h"
#include "ner/transfer/words.h"

#include <stdio.h>

static enum isg_status load_task(struct isg_transfer *t, uint32_t which, struct isg_error *err)
{
    struct isg_transfer_task *const k = &t->task[which];
    const bool source = which >= ISG_TASK_SOURCE;
    k->files = source ? &t->opts->sources[which - ISG_TASK_SOURCE] : &t->opts->target;
    t->trainer.tasks[which].config = t->opts->config;
    const struct isg_ner_texts texts = {&k->files->train, k->files->train != NULL, k->files->dev};
    return isg_ner_task_load(&t->trainer.tasks[which], &texts, &t->opts->columns, t->trainer.env, err);
}

/* Keeps `take` sentences of the target's, by the seed or the first ones; 0 = all. */
static enum isg_status subset(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_ner_task *const g = &t->trainer.tasks[ISG_TASK_TARGET];
    const uint32_t n = g->train.corpus.n_sentences;
    const uint32_t take = t->opts->sentences && t->opts->sentences < n ? t->opts->sentences : n;
    if (take == n)
        return ISG_OK;
    uint32_t *const ids = isg_malloc(n, sizeof *ids);
    bool *const keep = isg_calloc(n, sizeof *keep);
    if (!ids || !keep) {
        isg_free(ids);
        isg_free(keep);
        return isg_error_nomem(err, "a choice of sentences");
    }
    for (uint32_t i = 0; i < n; i++)
        ids[i] = i;
    if (!t->opts->first) {
        struct isg_rng r = isg_rng_stream(t->opts->seed, "subset", 0);
        isg_rng_shuffle(&r, ids, n);
    }
    for (uint32_t i = 0; i < take; i++)
        keep[ids[i]] = true;
    isg_ner_corpus_keep(&g->train.corpus, keep);
    isg_free(ids);
    isg_free(keep);
    return ISG_OK;
}

static enum isg_status add_discriminator(struct isg_transfer *t, uint32_t in, struct isg_error *err)
{
    if (t->x->adversary == ISG_ADVERSARY_NONE)
        return ISG_OK;
    if (!t->x->pool_max) {
        ISG_TRY(isg_params_add(t->trainer.params, &t->disc.w1, "discriminator.attention.w", in, in, false, err));
        ISG_TRY(isg_params_add(t->trainer.params, &t->disc.b1, "discriminator.attention.b", 1, in, false, err));
        ISG_TRY(isg_params_add(t->trainer.params, &t->disc.score, "discriminator.attention.v", in, 1, false, err));
    }
    ISG_TRY(isg_params_add(t->trainer.params, &t->disc.w, "discriminator.w", in, 1, false, err));
    return isg_params_add(t->trainer.params, &t->disc.b, "discriminator.b", 1, 1, false, err);
}

/* Half as large as the encoder; as large as all that it is given where it adds to that. */
static int64_t oal_hidden(const struct isg_ner_config *c, bool private_encoder)
{
    if (!c->adapt_residual)
        return c->hidden > 1 ? c->hidden / 2 : 1;
    const uint32_t out = isg_ner_attend_size(c, 2 * (uint32_t)c->hidden);
    return (int64_t)out / 2 * (private_encoder ? 2 : 1);
}

/* One task's network; all but the target's use the target's parts, as far as they are shared. */
static enum isg_status add_network(struct isg_transfer *t, uint32_t which, struct isg_error *err)
{
    struct isg_ner_task *const k = &t->trainer.tasks[which], *const g = &t->trainer.tasks[ISG_TASK_TARGET];
    const struct isg_transfer_words *const words = t->task[which].words;
    const bool source = which >= ISG_TASK_SOURCE;
    char prefix[24] = "";
    k->config.word_dim = words->dim;
    if (which == ISG_TASK_SOURCE)
        snprintf(prefix, sizeof prefix, "source.");
    else if (source)
        snprintf(prefix, sizeof prefix, "source%u.", which);
    if (!source && t->x->sal)
        k->config.sal_hidden = k->config.word_dim / 2; /* so that its output fits the shared encoder */
    if (!source && t->x->oal)
        k->config.oal_hidden = oal_hidden(&k->config, t->x->private_encoder);
    if (t->x->private_encoder)
        k->config.private_hidden = k->config.hidden;
    const struct isg_ner_sizes sizes = {k->vocab.n_learnt, isg_strtab_size(k->vocab.words) - k->vocab.n_learnt,
        (uint32_t)k->config.word_dim, isg_strtab_size(k->vocab.chars), k->vocab.labels, &k->vocab.features};
    if (!source)
        return isg_ner_network_add(&k->net, t->trainer.params, prefix, &k->config, &sizes, NULL, err);
    if (k->config.word_dim != g->config.word_dim) {
        (void)isg_error_set(err, ISG_EDATA, t->task[which].files->vectors, 0,
            "vectors of %lld numbers beside target vectors of %lld", (long long)k->config.word_dim,
            (long long)g->config.word_dim);
        return isg_error_advice(err, "give vectors of one size, or switch word adaptation on");
    }
    const struct isg_ner_sharing sharing = {.with = &g->net,
        .words = words == t->task[ISG_TASK_TARGET].words,
        .transitions = t->x->share != ISG_SHARE_NONE,
        .head = t->x->share == ISG_SHARE_HEAD};
    return isg_ner_network_add(&k->net, t->trainer.params, prefix, &k->config, &sizes, &sharing, err);
}

static enum isg_status build_networks(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_ner_trainer *const r = &t->trainer;
    ISG_TRY(isg_params_new(&r->params, err));
    for (uint32_t i = 0; i < r->n_tasks; i++)
        ISG_TRY(add_network(t, i, err));
    ISG_TRY(add_discriminator(t, r->tasks[ISG_TASK_TARGET].net.attend.out, err));
    ISG_TRY(isg_params_seal(r->params, err));
    for (uint32_t i = 0; i < r->n_tasks; i++) {
        struct isg_ner_task *const k = &r->tasks[i];
        const struct isg_transfer_words *const w = t->task[i].words;
        isg_ner_network_init(&k->net, &k->config, t->opts->seed);
        isg_ner_network_configure(&k->net, &k->config);
        isg_ner_fill_words(
            &k->net.input, w->adapted ? isg_mat(w->adapted, w->vectors.m.rows, w->dim) : w->vectors.m, w->vector_row);
    }
    struct isg_param *const parts[] = {t->disc.w1, t->disc.score, t->disc.w};
    for (size_t i = 0; i < 3; i++)
        if (parts[i])
            isg_param_xavier(parts[i], t->opts->seed);
    return ISG_OK;
}

static double param_norm(const struct isg_param *p)
{
    return p ? isg_ner_mean_norm(isg_mat(p->value, p->rows, p->cols)) : 0;
}

static enum isg_status load_inputs(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_ner_trainer *const r = &t->trainer;
    const uint32_t n = (uint32_t)t->opts->n_sources + 1;
    t->task = isg_calloc(n, sizeof *t->task);
    r->tasks = isg_calloc(n, sizeof *r->tasks);
    if (!t->task || !r->tasks)
        return isg_error_nomem(err, "a transfer run");
    r->n_tasks = n;
    for (uint32_t i = 0; i < n; i++)
        ISG_TRY(load_task(t, i, err));
    ISG_TRY(subset(t, err));
    if (t->opts->unlabelled) {
        struct isg_columns words = t->opts->columns;
        words.tag = ISG_NO_COLUMN;
        ISG_TRY(isg_ner_corpus_load(&t->unlabelled.corpus, t->opts->unlabelled, words, r->env, err));
    }
    if (!r->tasks[ISG_TASK_TARGET].has_train && (t->x->sal || t->x->oal)) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "adaptation layers without target sentences to train them");
        return isg_error_advice(err, "give --train FILE, or --no-sal --no-oal");
    }
    return ISG_OK;
}

enum isg_status isg_transfer_ready(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_ner_trainer *const r = &t->trainer;
    ISG_TRY(load_inputs(t, err));
    ISG_TRY(isg_transfer_vocabularies(t, err));
    ISG_TRY(build_networks(t, err));
    for (uint32_t i = 0; i < r->n_tasks; i++)
        ISG_TRY(isg_ner_task_ready(&r->tasks[i], r->env->pool, err));
    if (t->opts->unlabelled)
        ISG_TRY(isg_ner_encode(&t->unlabelled, r->tasks[ISG_TASK_TARGET].forms, err));
    const struct isg_ner_input *const in = &r->tasks[ISG_TASK_TARGET].net.input;
    t->epsilon = t->x->epsilon * (t->x->epsilon_relative ? param_norm(in->word) : 1);
    t->epsilon_char = t->x->epsilon_char * (t->x->epsilon_relative ? param_norm(in->chars) : 1);
    return isg_ner_trainer_ready(r, err);
}

void isg_transfer_fini(struct isg_transfer *t)
{
    for (uint32_t i = 0; t->trainer.tasks && i < t->trainer.n_tasks; i++)
        isg_strtab_free(t->trainer.tasks[i].vocab.labels); /* the rest of the vocabulary belongs to the words */
    isg_ner_trainer_fini(&t->trainer);
    isg_transfer_vocabularies_fini(t);
    isg_ner_encoded_fini(&t->unlabelled);
    isg_free(t->task);
}
