/* Readying a transfer run: inputs, networks that share their parts. */
#include "ner/transfer/private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum isg_status load_task(struct isg_transfer *t, uint32_t which, struct isg_error *err)
{
    struct isg_transfer_task *const k = &t->task[which];
    k->is_source = which >= ISG_TASK_SOURCE;
    k->files = k->is_source ? &t->opts->sources[which - ISG_TASK_SOURCE] : &t->opts->target;
    k->config = t->opts->config;
    k->has_train = k->files->train != NULL;
    k->has_dev = k->files->dev != NULL;
    if (t->opts->columns.n_features)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "feature columns are for `ner train` alone");
    struct isg_columns open_tags = t->opts->columns; /* training text may have "?" and weights */
    open_tags.open_tags = true;
    if (k->has_train)
        ISG_TRY(isg_ner_corpus_load(&k->train.corpus, k->files->train, open_tags, err));
    if (k->has_dev)
        ISG_TRY(isg_ner_corpus_load(&k->dev.corpus, k->files->dev, t->opts->columns, err));
    isg_log(t->env, ISG_LOG_INFO, "%s: %u training sentences, %u dev sentences",
        k->is_source ? k->files->train : "target", k->train.corpus.n_sentences, k->dev.corpus.n_sentences);
    return ISG_OK;
}

/* Keeps `take` sentences of the target's, by the seed or the first ones; 0 = all. */
static enum isg_status subset(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_transfer_task *const g = &t->task[ISG_TASK_TARGET];
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
        ISG_TRY(isg_params_add(t->params, &t->disc.w1, "discriminator.attention.w", in, in, false, err));
        ISG_TRY(isg_params_add(t->params, &t->disc.b1, "discriminator.attention.b", 1, in, false, err));
        ISG_TRY(isg_params_add(t->params, &t->disc.score, "discriminator.attention.v", in, 1, false, err));
    }
    ISG_TRY(isg_params_add(t->params, &t->disc.w, "discriminator.w", in, 1, false, err));
    return isg_params_add(t->params, &t->disc.b, "discriminator.b", 1, 1, false, err);
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
    struct isg_transfer_task *const k = &t->task[which], *const g = &t->task[ISG_TASK_TARGET];
    char prefix[24] = "";
    k->config.word_dim = k->words->dim;
    if (which == ISG_TASK_SOURCE)
        snprintf(prefix, sizeof prefix, "source.");
    else if (k->is_source)
        snprintf(prefix, sizeof prefix, "source%u.", which);
    if (!k->is_source && t->x->sal)
        k->config.sal_hidden = k->config.word_dim / 2; /* so that its output fits the shared encoder */
    if (!k->is_source && t->x->oal)
        k->config.oal_hidden = oal_hidden(&k->config, t->x->private_encoder);
    if (t->x->private_encoder)
        k->config.private_hidden = k->config.hidden;
    const struct isg_ner_sizes sizes = {k->vocab.n_learnt, isg_strtab_size(k->vocab.words) - k->vocab.n_learnt,
        (uint32_t)k->config.word_dim, isg_strtab_size(k->vocab.chars), k->vocab.labels, NULL};
    if (!k->is_source)
        return isg_ner_network_add(&k->net, t->params, prefix, &k->config, &sizes, NULL, err);
    if (k->config.word_dim != g->config.word_dim) {
        (void)isg_error_set(err, ISG_EDATA, k->files->vectors, 0,
            "vectors of %lld numbers beside target vectors of %lld", (long long)k->config.word_dim,
            (long long)g->config.word_dim);
        return isg_error_advice(err, "give vectors of one size, or switch word adaptation on");
    }
    const struct isg_ner_sharing sharing = {.with = &g->net,
        .words = k->words == g->words,
        .transitions = t->x->share != ISG_SHARE_NONE,
        .head = t->x->share == ISG_SHARE_HEAD};
    return isg_ner_network_add(&k->net, t->params, prefix, &k->config, &sizes, &sharing, err);
}

static enum isg_status build_networks(struct isg_transfer *t, struct isg_error *err)
{
    ISG_TRY(isg_params_new(&t->params, err));
    for (uint32_t i = 0; i < t->n_tasks; i++)
        ISG_TRY(add_network(t, i, err));
    ISG_TRY(add_discriminator(t, t->task[ISG_TASK_TARGET].net.attend.out, err));
    ISG_TRY(isg_params_seal(t->params, err));
    for (uint32_t i = 0; i < t->n_tasks; i++) {
        struct isg_transfer_task *const k = &t->task[i];
        const struct isg_transfer_words *const w = k->words;
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

static enum isg_status ready_task(struct isg_transfer *t, struct isg_transfer_task *k, struct isg_error *err)
{
    if (k->has_train) {
        ISG_TRY(isg_ner_encode(&k->train, &k->words->forms, err));
        ISG_TRY(isg_ner_encode_labels(&k->train, &k->vocab, k->config.scheme == 0, err));
    }
    if (k->has_dev)
        ISG_TRY(isg_ner_encode(&k->dev, &k->words->forms, err));
    ISG_TRY(isg_ner_decoder_new(&k->decoder, &k->net, &k->config, t->env->pool, err));
    k->order = isg_malloc((size_t)k->train.corpus.n_sentences + 1, sizeof *k->order);
    return k->order ? ISG_OK : isg_error_nomem(err, "a training run");
}

enum isg_status isg_transfer_ready(struct isg_transfer *t, struct isg_error *err)
{
    const struct isg_ner_config *const c = &t->opts->config;
    const size_t shards = (size_t)c->shards, batch = (size_t)c->batch;
    t->n_tasks = (uint32_t)t->opts->n_sources + 1;
    t->task = isg_calloc(t->n_tasks, sizeof *t->task);
    if (!t->task)
        return isg_error_nomem(err, "a transfer run");
    for (uint32_t i = 0; i < t->n_tasks; i++)
        ISG_TRY(load_task(t, i, err));
    ISG_TRY(subset(t, err));
    if (t->opts->unlabelled) {
        struct isg_columns words = t->opts->columns;
        words.tag = ISG_NO_COLUMN;
        ISG_TRY(isg_ner_corpus_load(&t->unlabelled.corpus, t->opts->unlabelled, words, err));
    }
    if (!t->task[ISG_TASK_TARGET].has_train && (t->x->sal || t->x->oal)) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "adaptation layers without target sentences to train them");
        return isg_error_advice(err, "give --train FILE, or --no-sal --no-oal");
    }
    ISG_TRY(isg_transfer_vocabularies(t, err));
    ISG_TRY(build_networks(t, err));
    for (uint32_t i = 0; i < t->n_tasks; i++)
        ISG_TRY(ready_task(t, &t->task[i], err));
    if (t->opts->unlabelled)
        ISG_TRY(isg_ner_encode(&t->unlabelled, &t->task[ISG_TASK_TARGET].words->forms, err));
    const struct isg_ner_input *const in = &t->task[ISG_TASK_TARGET].net.input;
    t->epsilon = t->x->epsilon * (t->x->epsilon_relative ? param_norm(in->word) : 1);
    t->epsilon_char = t->x->epsilon_char * (t->x->epsilon_relative ? param_norm(in->chars) : 1);
    t->shards = isg_calloc(shards, sizeof *t->shards);
    t->used = isg_calloc(shards, sizeof(struct isg_tape *));
    t->lengths = isg_malloc(batch, sizeof *t->lengths);
    t->shard_of = isg_malloc(batch, sizeof *t->shard_of);
    t->best = isg_calloc(isg_params_count(t->params), sizeof *t->best);
    t->history = json_array();
    if (!t->shards || !t->used || !t->lengths || !t->shard_of || !t->best || !t->history)
        return isg_error_nomem(err, "a training run");
    for (size_t i = 0; i < shards; i++)
        ISG_TRY(isg_tape_new(&t->shards[i].tape, t->params, ISG_ISA_AUTO, err));
    return ISG_OK;
}

static void task_fini(struct isg_transfer_task *k)
{
    isg_ner_decoder_free(k->decoder);
    isg_ner_network_fini(&k->net);
    isg_ner_encoded_fini(&k->train);
    isg_ner_encoded_fini(&k->dev);
    isg_strtab_free(k->vocab.labels); /* the rest of it is lent */
    isg_free(k->order);
}

void isg_transfer_fini(struct isg_transfer *t)
{
    for (int64_t i = 0; t->shards && i < t->opts->config.shards; i++) {
        struct isg_transfer_shard *const s = &t->shards[i];
        isg_tape_free(s->tape);
        isg_ner_batch_fini(&s->batch);
        isg_free(s->tokens);
        isg_free(s->n_tokens);
        isg_free(s->sentence);
        isg_ner_target_fini(&s->target);
        isg_free(s->is_source);
    }
    isg_free(t->shards);
    isg_free(t->used);
    isg_free(t->lengths);
    isg_free(t->shard_of);
    for (uint32_t i = 0; t->best && i < isg_params_count(t->params); i++)
        isg_free(t->best[i]);
    isg_free(t->best);
    json_decref(t->history);
    isg_ner_provenance_fini(&t->made);
    isg_optim_free(t->optim);
    for (uint32_t i = t->n_tasks; t->task && i-- > 0;) /* sources first: they use the target's parts */
        task_fini(&t->task[i]);
    for (uint32_t i = 0; t->words && i < t->n_words; i++)
        isg_transfer_words_fini(&t->words[i]);
    isg_ner_encoded_fini(&t->unlabelled);
    isg_free(t->found);
    isg_free(t->task);
    isg_free(t->words);
    if (t->params)
        isg_params_free(t->params);
}
