/* One step of training: the shards of a batch, each on its tape, and the optimiser. */
#include "ner/train/step.h"

enum isg_status isg_ner_crf_gradient(const void *cookie, const struct isg_ner_trainer *t, const struct isg_ner_task *k,
    struct isg_ner_shard *s, isg_real scale, struct isg_error *err)
{
    (void)cookie, (void)t;
    struct isg_node *pair, *const emit = isg_ner_network_run(&k->net, s->tape, &k->config, &s->batch, &pair);
    struct isg_node *const loss = isg_crf_loss(s->tape, emit, pair, &s->batch.sentences, &k->net.head.crf, &s->gold);
    ISG_TRY(isg_backward(s->tape, loss, scale, err));
    s->loss = (double)loss->x[0];
    return ISG_OK;
}

static enum isg_status shard_add(
    struct isg_ner_shard *s, const struct isg_ner_encoded *e, uint32_t sentence, struct isg_error *err)
{
    const size_t need = (size_t)s->n + 1;
    if (!ISG_RESERVE(s->tokens, need) || !ISG_RESERVE(s->n_tokens, need) || !ISG_RESERVE(s->sentence, need) ||
        !ISG_RESERVE(s->features, need))
        return isg_error_nomem(err, "a batch");
    s->tokens.v[s->n] = e->tokens[sentence];
    s->n_tokens.v[s->n] = e->n_tokens[sentence];
    s->features.v[s->n] = e->features ? e->features[sentence] : NULL;
    s->sentence.v[s->n++] = sentence;
    return ISG_OK;
}

struct step {
    struct isg_ner_trainer *t;
    struct isg_ner_task *k;
    isg_ner_gradient_fn *gradient;
    const void *cookie;
    uint32_t batch; /* sentences in it */
};

static enum isg_status shard_gradient(
    const struct step *step, struct isg_ner_shard *s, uint32_t number, struct isg_error *err)
{
    const struct isg_ner_trainer *const t = step->t;
    const struct isg_ner_task *const k = step->k;
    ISG_TRY(isg_ner_batch_build(
        &s->batch, k->forms, s->tokens.v, s->n_tokens.v, k->train.features ? s->features.v : NULL, s->n, err));
    ISG_TRY(isg_ner_target_build(&s->target, &k->train, &k->vocab, s->sentence.v, s->n, &s->gold, err));
    /* words seen once in training teach the embedding of unknown words */
    struct isg_rng rng = isg_rng_stream(t->seed, "unknown", t->at.steps * 64 + number);
    for (uint32_t i = 0; k->config.unk_rate > 0 && i < s->batch.n_tokens; i++)
        if (k->rare[s->batch.kind_form.v[s->batch.kind.v[i]]] && isg_rng_double(&rng) < k->config.unk_rate)
            s->batch.word.v[i] = 0;
    isg_tape_reset(s->tape, &(struct isg_run){.training = true, .seed = t->seed, .step = t->at.steps, .shard = number});
    return step->gradient(step->cookie, t, k, s, ISG_R(1.0 / step->batch), err);
}

static void run_shard(void *cookie, size_t i, unsigned worker)
{
    const struct step *const step = cookie;
    struct isg_ner_shard *const s = &step->t->shards[i];
    (void)worker;
    s->status = s->n ? shard_gradient(step, s, (uint32_t)i, &s->err) : ISG_OK;
}

/* The round's next n sentences, shared out so that shards have about as many tokens. */
static enum isg_status fill_shards(
    struct isg_ner_trainer *t, const struct isg_ner_task *k, uint32_t n, struct isg_error *err)
{
    const uint32_t n_shards = (uint32_t)t->config->shards, *const sentences = k->order + k->at;
    for (uint32_t i = 0; i < n; i++) {
        t->lengths[i] = k->train.n_tokens[sentences[i]];
        t->tokens += t->lengths[i];
    }
    ISG_TRY(isg_seqs_shard(t->lengths, n, n_shards, t->shard_of, err));
    for (uint32_t i = 0; i < n_shards; i++)
        t->shards[i].n = 0;
    for (uint32_t i = 0; i < n; i++)
        ISG_TRY(shard_add(&t->shards[t->shard_of[i]], &k->train, sentences[i], err));
    return ISG_OK;
}

enum isg_status isg_ner_step(struct isg_ner_trainer *t, struct isg_ner_task *k, isg_ner_gradient_fn *gradient,
    const void *cookie, double lr, struct isg_error *err)
{
    const uint32_t n_shards = (uint32_t)t->config->shards, left = k->train.corpus.n_sentences - k->at;
    const uint32_t n = left < (uint64_t)t->config->batch ? left : (uint32_t)t->config->batch;
    ISG_TRY(fill_shards(t, k, n, err));
    struct step step = {t, k, gradient, cookie, n};
    isg_pool_run(t->env->pool, n_shards, run_shard, &step);
    uint32_t used = 0;
    for (uint32_t i = 0; i < n_shards; i++) {
        const struct isg_ner_shard *const s = &t->shards[i];
        if (s->status != ISG_OK) {
            *err = s->err;
            return s->status;
        }
        if (s->n) {
            t->used[used++] = s->tape;
            t->at.loss += s->loss;
        }
    }
    struct isg_optim_report report;
    ISG_TRY(isg_optim_step(t->optim, t->used, used, lr, t->env->pool, &report, err));
    t->at.norm += report.grad_norm;
    t->at.clipped += report.clipped;
    t->at.lr = lr;
    t->at.steps++;
    t->at.step++;
    t->at.sentences += n;
    k->at += n;
    return ISG_OK;
}
