/* One step of training: the shards of a batch, each on its tape, and the optimiser. */
#include "ner/train/trainer.h"

static enum isg_status shard_add(
    struct isg_ner_shard *s, const struct isg_ner_encoded *e, uint32_t sentence, struct isg_error *err)
{
    if (!ISG_GROW(s->tokens, s->cap[0], (size_t)s->n + 1) || !ISG_GROW(s->n_tokens, s->cap[1], (size_t)s->n + 1) ||
        !ISG_GROW(s->sentence, s->cap[2], (size_t)s->n + 1) || !ISG_GROW(s->features, s->cap[3], (size_t)s->n + 1))
        return isg_error_nomem(err, "a batch");
    s->tokens[s->n] = e->tokens[sentence];
    s->n_tokens[s->n] = e->n_tokens[sentence];
    s->features[s->n] = e->features ? e->features[sentence] : NULL;
    s->sentence[s->n++] = sentence;
    return ISG_OK;
}

struct step {
    struct isg_ner_trainer *t;
    uint32_t batch; /* sentences in it */
};

static enum isg_status shard_gradient(
    const struct step *step, struct isg_ner_shard *s, uint32_t number, struct isg_error *err)
{
    struct isg_ner_trainer *t = step->t;
    const struct isg_ner_config *c = &t->model.config;
    ISG_TRY(isg_ner_batch_build(
        &s->batch, &t->forms, s->tokens, s->n_tokens, t->train.features ? s->features : NULL, s->n, err));
    const uint32_t n = s->batch.n_tokens;
    struct isg_crf_target target;
    ISG_TRY(isg_ner_target_build(&s->target, &t->train, &t->model.vocab, s->sentence, s->n, &target, err));
    if (c->unk_rate > 0) { /* words that training sees once stand in for those it never sees */
        struct isg_rng rng = isg_rng_stream(t->opts->seed, "unknown", t->step * 64 + number);
        for (uint32_t i = 0; i < n; i++)
            if (t->rare[s->batch.kind_form[s->batch.kind[i]]] && isg_rng_double(&rng) < c->unk_rate)
                s->batch.word[i] = 0;
    }
    isg_tape_reset(
        s->tape, &(struct isg_run){.training = true, .seed = t->opts->seed, .step = t->step, .shard = number});
    struct isg_node *pair;
    struct isg_node *emit = isg_ner_network_run(&t->model.net, s->tape, c, &s->batch, &pair);
    struct isg_node *loss = isg_crf_loss(s->tape, emit, pair, &s->batch.sentences, &t->model.net.head.crf, &target);
    ISG_TRY(isg_backward(s->tape, loss, ISG_R(1.0 / step->batch), err));
    s->loss = (double)loss->x[0];
    return ISG_OK;
}

static void run_shard(void *cookie, size_t i, unsigned worker)
{
    const struct step *step = cookie;
    struct isg_ner_shard *s = &step->t->shards[i];
    (void)worker;
    s->status = s->n ? shard_gradient(step, s, (uint32_t)i, &s->err) : ISG_OK;
}

enum isg_status isg_ner_train_batch(struct isg_ner_trainer *t, uint32_t n, double lr, struct isg_error *err)
{
    const uint32_t n_shards = (uint32_t)t->model.config.shards;
    const uint32_t *sentences = t->order + t->at;
    for (uint32_t i = 0; i < n; i++)
        t->lengths[i] = t->train.n_tokens[sentences[i]];
    ISG_TRY(isg_seqs_shard(t->lengths, n, n_shards, t->shard_of, err));
    for (uint32_t i = 0; i < n_shards; i++)
        t->shards[i].n = 0;
    for (uint32_t i = 0; i < n; i++)
        ISG_TRY(shard_add(&t->shards[t->shard_of[i]], &t->train, sentences[i], err));
    struct step step = {t, n};
    isg_pool_run(t->env->pool, n_shards, run_shard, &step);
    uint32_t used = 0;
    for (uint32_t i = 0; i < n_shards; i++) {
        struct isg_ner_shard *s = &t->shards[i];
        if (s->status != ISG_OK) {
            *err = s->err;
            return s->status;
        }
        if (s->n) {
            t->used[used++] = s->tape;
            t->loss_sum += s->loss;
        }
    }
    struct isg_optim_report report;
    ISG_TRY(isg_optim_step(t->optim, t->used, used, lr, t->env->pool, &report, err));
    t->norm_sum += report.grad_norm;
    t->n_clipped += report.clipped;
    t->step++;
    t->at += n;
    return ISG_OK;
}
