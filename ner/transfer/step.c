/* One step of a transfer run: losses, discriminator, perturbation. */
#include "ner/transfer/private.h"
#include "ner/engine/elementwise.h"
#include "ner/engine/linear.h"
#include "ner/engine/loss.h"
#include "ner/engine/perturb.h"
#include "ner/engine/pooling.h"

#include <math.h>

/* The discriminator's loss on shared features, its gradient reversed below it. */
static struct isg_node *discriminate(const struct isg_transfer *t, struct isg_tape *tape, struct isg_node *shared,
    const struct isg_seqs *seqs, const bool *is_source)
{
    const struct isg_ner_transfer_config *const x = t->x;
    /* Ganin & Lempitsky 2015: nothing at first, while the discriminator knows nothing */
    const double ramp = x->ramp ? 2 / (1 + exp(-10 * t->progress)) - 1 : 1;
    struct isg_node *const h = isg_reverse(tape, shared, ISG_R(x->reverse * ramp));
    struct isg_node *pooled;
    if (x->pool_max)
        pooled = isg_pool_max(tape, h, seqs);
    else
        pooled = isg_pool_attention(tape, h,
            isg_linear(tape, isg_tanh(tape, isg_linear(tape, h, t->disc.w1, t->disc.b1)), t->disc.score, NULL), seqs);
    const bool plain = x->adversary == ISG_ADVERSARY_AD;
    struct isg_node *const loss = isg_grad_loss(tape, isg_linear(tape, pooled, t->disc.w, t->disc.b), is_source,
        plain ? ISG_R(0.5) : ISG_R(x->alpha), plain ? 0 : ISG_R(x->gamma));
    return isg_scale(tape, loss, plain ? 2 : 1); /* alpha 0.5, gamma 0 is half the cross-entropy */
}

/* The task's loss on a shard: CRF, and the discriminator's where there is one. */
static struct isg_node *task_loss(const struct isg_transfer *t, const struct isg_transfer_task *k,
    struct isg_transfer_shard *s, struct isg_ner_pass *pass)
{
    isg_ner_network_pass(&k->net, s->tape, &k->config, &s->batch, pass);
    struct isg_node *const crf = isg_crf_loss(
        s->tape, pass->emit, pass->pair, &s->batch.sentences, &k->net.head.crf, &s->gold);
    if (t->x->adversary == ISG_ADVERSARY_NONE)
        return crf;
    struct isg_node *const adversary = discriminate(t, s->tape, pass->shared, &s->batch.sentences, s->is_source);
    return isg_loss_sum(s->tape, (struct isg_node *const[]){crf, adversary}, (isg_real[]){1, ISG_R(t->x->lambda)}, 2);
}

struct step {
    struct isg_transfer *t;
    struct isg_transfer_task *k;
    uint32_t batch;
    bool adversarial; /* perturb, too */
};

static enum isg_status shard_gradient(
    const struct step *step, struct isg_transfer_shard *s, uint32_t number, struct isg_error *err)
{
    struct isg_transfer *const t = step->t;
    struct isg_transfer_task *const k = step->k;
    ISG_TRY(isg_ner_batch_build(&s->batch, &k->words->forms, s->tokens, s->n_tokens, NULL, s->n, err));
    const uint32_t n = s->batch.n_tokens;
    if (!ISG_GROW(s->is_source, s->cap[3], (size_t)s->n + 1))
        return isg_error_nomem(err, "a batch");
    ISG_TRY(isg_ner_target_build(&s->target, &k->train, &k->vocab, s->sentence, s->n, &s->gold, err));
    for (uint32_t i = 0; i < s->n; i++)
        s->is_source[i] = k->is_source;
    struct isg_rng rng = isg_rng_stream(t->opts->seed, "unknown", t->step * 64 + number);
    for (uint32_t i = 0; i < n; i++)
        if (k->words->rare[s->batch.kind_form[s->batch.kind[i]]] && isg_rng_double(&rng) < k->config.unk_rate)
            s->batch.word[i] = 0;
    isg_tape_reset(
        s->tape, &(struct isg_run){.training = true, .seed = t->opts->seed, .step = t->step, .shard = number});
    const isg_real scale = ISG_R(1.0 / step->batch);
    const bool perturb_words = step->adversarial && t->epsilon > 0;
    const bool perturb_chars = step->adversarial && t->epsilon_char > 0 && k->net.input.chars;
    struct isg_ner_pass clean = {0};
    if (perturb_words) {
        clean.words = isg_ner_input_words(&k->net.input, s->tape, &s->batch);
        isg_want_grad(clean.words);
    }
    if (perturb_chars) {
        clean.chars = isg_ner_input_chars(&k->net.input, s->tape, &s->batch);
        isg_want_grad(clean.chars);
    }
    struct isg_node *const loss = task_loss(t, k, s, &clean);
    ISG_TRY(isg_backward(s->tape, loss, scale, err));
    s->loss = (double)loss->x[0];
    if (!perturb_words && !perturb_chars)
        return ISG_OK;
    /* x + eps g / |g|, g a constant (Zhou 2019, eq. 6-8); the masks of dropout are those of the clean pass */
    struct isg_ner_pass noisy = {0};
    if (perturb_words)
        noisy.words = isg_perturb(s->tape, isg_ner_input_words(&k->net.input, s->tape, &s->batch), clean.words->dx,
            &s->batch.sentences, ISG_R(t->epsilon), ISG_NORM_SEQ);
    if (perturb_chars) {
        const uint32_t whole[2] = {0, s->batch.char_offset[s->batch.n_kinds]};
        const struct isg_seqs one = {1, whole};
        noisy.chars = isg_perturb(s->tape, isg_ner_input_chars(&k->net.input, s->tape, &s->batch), clean.chars->dx,
            &one, ISG_R(t->epsilon_char) * ISG_SQRT((isg_real)s->n), ISG_NORM_SEQ);
    }
    return isg_backward(s->tape, task_loss(t, k, s, &noisy), scale, err);
}

static void run_shard(void *cookie, size_t i, unsigned worker)
{
    const struct step *const step = cookie;
    struct isg_transfer_shard *const s = &step->t->shards[i];
    (void)worker;
    s->status = s->n ? shard_gradient(step, s, (uint32_t)i, &s->err) : ISG_OK;
}

static enum isg_status shard_add(
    struct isg_transfer_shard *s, const struct isg_ner_encoded *e, uint32_t sentence, struct isg_error *err)
{
    const size_t need = (size_t)s->n + 1;
    if (!ISG_GROW(s->tokens, s->cap[0], need) || !ISG_GROW(s->n_tokens, s->cap[1], need) ||
        !ISG_GROW(s->sentence, s->cap[2], need))
        return isg_error_nomem(err, "a batch");
    s->tokens[s->n] = e->tokens[sentence];
    s->n_tokens[s->n] = e->n_tokens[sentence];
    s->sentence[s->n++] = sentence;
    return ISG_OK;
}

/* One step on the task's next n sentences. */
enum isg_status isg_transfer_batch(struct isg_transfer *t, struct isg_transfer_task *k, double lr, bool adversarial,
    double *loss, struct isg_error *err)
{
    const uint32_t n_shards = (uint32_t)t->opts->config.shards, left = k->train.corpus.n_sentences - k->at;
    const uint32_t n = left < (uint64_t)t->opts->config.batch ? left : (uint32_t)t->opts->config.batch;
    const uint32_t *const sentences = k->order + k->at;
    for (uint32_t i = 0; i < n; i++)
        t->lengths[i] = k->train.n_tokens[sentences[i]];
    ISG_TRY(isg_seqs_shard(t->lengths, n, n_shards, t->shard_of, err));
    for (uint32_t i = 0; i < n_shards; i++)
        t->shards[i].n = 0;
    for (uint32_t i = 0; i < n; i++)
        ISG_TRY(shard_add(&t->shards[t->shard_of[i]], &k->train, sentences[i], err));
    struct step step = {t, k, n, adversarial};
    isg_pool_run(t->env->pool, n_shards, run_shard, &step);
    uint32_t used = 0;
    for (uint32_t i = 0; i < n_shards; i++) {
        struct isg_transfer_shard *const s = &t->shards[i];
        if (s->status != ISG_OK) {
            *err = s->err;
            return s->status;
        }
        if (s->n) {
            t->used[used++] = s->tape;
            *loss += s->loss;
        }
    }
    ISG_TRY(isg_optim_step(t->optim, t->used, used, lr, t->env->pool, NULL, err));
    t->step++;
    k->at += n;
    return ISG_OK;
}
