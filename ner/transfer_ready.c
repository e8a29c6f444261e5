/* Readying a transfer run: inputs, vocabularies, networks that share their parts. */
#include "ner/transfer_priv.h"
#include "ner/adapt.h"

#include <string.h>

static enum isg_status load_task(struct isg_transfer *t, int which, struct isg_error *err)
{
    struct isg_transfer_task *const k = &t->task[which];
    const struct isg_ner_task_files *const f = which == ISG_TASK_SOURCE ? &t->opts->source : &t->opts->target;
    const char *const name = which == ISG_TASK_SOURCE ? "source" : "target";
    k->has_train = f->train != NULL;
    k->has_dev = f->dev != NULL;
    struct isg_columns open_tags = t->opts->columns; /* training text may have "?" and weights */
    open_tags.open_tags = true;
    if (f->train)
        ISG_TRY(isg_ner_corpus_load(&k->train.corpus, f->train, open_tags, err));
    if (f->dev)
        ISG_TRY(isg_ner_corpus_load(&k->dev.corpus, f->dev, t->opts->columns, err));
    if (f->vectors)
        ISG_TRY(isg_vectors_load(&k->vectors, f->vectors, &(struct isg_vectors_opts){0}, NULL, t->env, err));
    isg_log(t->env, ISG_LOG_INFO, "%s: %u training sentences, %u dev sentences, %zu vectors", name,
        k->train.corpus.n_sentences, k->dev.corpus.n_sentences, k->vectors.m.rows);
    return ISG_OK;
}

static struct isg_mat word_rows(const struct isg_transfer_task *k, size_t source_dim)
{
    return k->adapted ? isg_mat(k->adapted, k->vectors.m.rows, source_dim) : k->vectors.m;
}

/* Target vectors into the source's space; the word dimension is then the source's. */
static enum isg_status adapt_words(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_transfer_task *const s = &t->task[ISG_TASK_SOURCE], *const g = &t->task[ISG_TASK_TARGET];
    struct isg_adapt_pivot *pivots;
    size_t n;
    if (!s->vectors.m.x || !g->vectors.m.x) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "word adaptation without vectors of both sides");
        return isg_error_advice(err, "give --source-emb and --emb, or --no-word-adaptation");
    }
    ISG_TRY(isg_adapt_identical(&g->vectors, &s->vectors, (uint32_t)t->x->pivots, &pivots, &n, err));
    double *const z = isg_malloc(g->vectors.m.cols * s->vectors.m.cols, sizeof *z);
    enum isg_status status = z ? isg_adapt_solve(g->vectors.m, s->vectors.m, pivots, n, -1, z, err)
                               : isg_error_nomem(err, "the word adaptation");
    if (status == ISG_OK)
        status = isg_adapt_apply(g->vectors.m, z, s->vectors.m.cols, &g->adapted, err);
    if (status == ISG_OK)
        isg_log(t->env, ISG_LOG_INFO, "word adaptation learnt from %zu words spelt alike", n);
    isg_free(pivots);
    isg_free(z);
    return status;
}

/* Both tasks read characters by one table: the target's, then what the source has besides. */
static enum isg_status share_chars(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_strtab *const own = t->task[ISG_TASK_TARGET].vocab.chars;
    for (int which = ISG_TASK_TARGET; which >= ISG_TASK_SOURCE; which--) {
        struct isg_strtab **const slot = &t->task[which].vocab.chars;
        struct isg_strtab *const all = isg_strtab_new();
        if (!all)
            return isg_error_nomem(err, "characters");
        enum isg_status status = ISG_OK;
        for (int part = ISG_TASK_TARGET; part >= ISG_TASK_SOURCE && status == ISG_OK; part--) {
            const struct isg_strtab *const from =
                part == ISG_TASK_TARGET ? own : t->task[ISG_TASK_SOURCE].vocab.chars;
            for (uint32_t i = 0; i < isg_strtab_size(from) && status == ISG_OK; i++) {
                size_t n;
                uint32_t id;
                const char *const s = isg_strtab_get(from, i, &n);
                status = isg_strtab_add(all, s, n, &id, NULL, err);
            }
        }
        if (which ==
            ISG_TASK_TARGET) { /* the source still needs to be read: keep the target's own until then */
            *slot = all;
        } else {
            isg_strtab_free(*slot);
            *slot = all;
        }
        if (status != ISG_OK) {
            isg_strtab_free(own);
            return status;
        }
    }
    isg_strtab_free(own);
    return ISG_OK;
}

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

static enum isg_status build_vocab(struct isg_transfer *t, int which, struct isg_error *err)
{
    struct isg_transfer_task *const k = &t->task[which];
    return isg_ner_vocab_build(&k->vocab, &k->train.corpus, k->vectors.m.x ? &k->vectors : NULL, &k->config,
        &k->vector_row, &k->rare, err);
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

static uint32_t word_dim(const struct isg_transfer *t, int which)
{
    const struct isg_transfer_task *const k =
        &t->task[which == ISG_TASK_TARGET && t->task[ISG_TASK_TARGET].adapted ? ISG_TASK_SOURCE : which];
    return k->vectors.m.x ? (uint32_t)k->vectors.m.cols : (uint32_t)k->config.word_dim;
}

static enum isg_status build_networks(struct isg_transfer *t, struct isg_error *err)
{
    ISG_TRY(isg_params_new(&t->params, err));
    for (int which = ISG_TASK_TARGET; which >= ISG_TASK_SOURCE; which--) {
        struct isg_transfer_task *const k = &t->task[which];
        k->config.word_dim = word_dim(t, which);
        if (which == ISG_TASK_TARGET && t->x->sal)
            k->config.sal_hidden = k->config.word_dim / 2; /* so that its output fits the shared encoder */
        if (which == ISG_TASK_TARGET && t->x->oal)
            k->config.oal_hidden = k->config.hidden / 2 > 0 ? k->config.hidden / 2 : 1;
        if (t->x->private_encoder)
            k->config.private_hidden = k->config.hidden;
        const struct isg_ner_sizes sizes = {k->vocab.n_learnt,
            isg_strtab_size(k->vocab.words) - k->vocab.n_learnt, (uint32_t)k->config.word_dim,
            isg_strtab_size(k->vocab.chars), k->vocab.labels};
        if (which == ISG_TASK_SOURCE && k->config.word_dim != t->task[ISG_TASK_TARGET].config.word_dim) {
            isg_error_set(err, ISG_EDATA, t->opts->source.vectors, 0,
                "vectors of %lld numbers beside target vectors of %lld", (long long)k->config.word_dim,
                (long long)t->task[ISG_TASK_TARGET].config.word_dim);
            return isg_error_advice(err, "give vectors of one size, or switch word adaptation on");
        }
        ISG_TRY(isg_ner_network_add(&k->net, t->params, which == ISG_TASK_TARGET ? "" : "source.", &k->config,
            &sizes, which == ISG_TASK_TARGET ? NULL : &t->task[ISG_TASK_TARGET].net, err));
    }
    ISG_TRY(add_discriminator(t, t->task[ISG_TASK_TARGET].net.attend.out, err));
    ISG_TRY(isg_params_seal(t->params, err));
    for (int which = ISG_TASK_SOURCE; which <= ISG_TASK_TARGET; which++) {
        struct isg_transfer_task *const k = &t->task[which];
        isg_ner_network_init(&k->net, &k->config, t->opts->seed);
        isg_ner_network_configure(&k->net, &k->config);
        isg_ner_fill_words(&k->net.input, word_rows(k, (size_t)k->config.word_dim), k->vector_row);
    }
    struct isg_param *const parts[] = {t->disc.w1, t->disc.score, t->disc.w};
    for (size_t i = 0; i < 3; i++)
        if (parts[i])
            isg_param_xavier(parts[i], t->opts->seed);
    return ISG_OK;
}

static enum isg_status ready_task(struct isg_transfer *t, int which, struct isg_error *err)
{
    struct isg_transfer_task *const k = &t->task[which];
    ISG_TRY(isg_ner_forms_init(&k->forms, &k->vocab, err));
    ISG_TRY(isg_ner_encode(&k->train, &k->forms, err));
    ISG_TRY(isg_ner_encode_labels(&k->train, &k->vocab, k->config.scheme == 0, err));
    if (k->has_dev)
        ISG_TRY(isg_ner_encode(&k->dev, &k->forms, err));
    ISG_TRY(isg_ner_decoder_new(&k->decoder, &k->net, &k->config, t->env->pool, err));
    k->order = isg_malloc((size_t)k->train.corpus.n_sentences + 1, sizeof *k->order);
    return k->order ? ISG_OK : isg_error_nomem(err, "a training run");
}

enum isg_status isg_transfer_ready(struct isg_transfer *t, struct isg_error *err)
{
    const struct isg_ner_config *const c = &t->opts->config;
    const size_t shards = (size_t)c->shards, batch = (size_t)c->batch;
    ISG_TRY(load_task(t, ISG_TASK_SOURCE, err));
    ISG_TRY(load_task(t, ISG_TASK_TARGET, err));
    ISG_TRY(subset(t, err));
    struct isg_columns open_tags = t->opts->columns;
    open_tags.open_tags = true;
    if (!t->task[ISG_TASK_TARGET].has_train) /* the source is (translated) text of the target language: its
                                       words are the target's */
        ISG_TRY(isg_ner_corpus_load(
            &t->task[ISG_TASK_TARGET].train.corpus, t->opts->source.train, open_tags, err));
    if (t->x->word_adaptation)
        ISG_TRY(adapt_words(t, err));
    for (int which = ISG_TASK_SOURCE; which <= ISG_TASK_TARGET; which++) {
        t->task[which].config = t->opts->config;
        ISG_TRY(build_vocab(t, which, err));
    }
    ISG_TRY(share_chars(t, err));
    ISG_TRY(build_networks(t, err));
    for (int which = ISG_TASK_SOURCE; which <= ISG_TASK_TARGET; which++)
        ISG_TRY(ready_task(t, which, err));
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
    isg_optim_free(t->optim);
    for (int which = ISG_TASK_SOURCE; which <= ISG_TASK_TARGET; which++) {
        struct isg_transfer_task *const k = &t->task[which];
        isg_ner_decoder_free(k->decoder);
        isg_ner_network_fini(&k->net);
        isg_ner_encoded_fini(&k->train);
        isg_ner_encoded_fini(&k->dev);
        isg_ner_forms_fini(&k->forms);
        isg_ner_vocab_fini(&k->vocab);
        isg_vectors_fini(&k->vectors);
        isg_free(k->adapted);
        isg_free(k->vector_row);
        isg_free(k->rare);
        isg_free(k->order);
    }
    if (t->params)
        isg_params_free(t->params);
}
