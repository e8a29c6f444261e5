/* Losses of a transfer step. */
#include "ner/transfer/losses.h"
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
    const double ramp = x->ramp ? 2 / (1 + exp(-10 * t->trainer.progress)) - 1 : 1;
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

/* Which task each of the shard's sentences comes from, for the discriminator. */
static const bool *sources(const struct isg_transfer *t, const struct isg_ner_task *k, struct isg_ner_shard *s)
{
    bool *const out = isg_tape_alloc(s->tape, (size_t)s->n + 1, sizeof *out);
    for (uint32_t i = 0; out && i < s->n; i++)
        out[i] = isg_transfer_is_source(t, k);
    return out;
}

/* The task's loss on a shard: CRF, and the discriminator's where there is one. */
static struct isg_node *task_loss(
    const struct isg_transfer *t, const struct isg_ner_task *k, struct isg_ner_shard *s, struct isg_ner_pass *pass)
{
    isg_ner_network_pass(&k->net, s->tape, &k->config, &s->batch, pass);
    struct isg_node *const crf = isg_crf_loss(
        s->tape, pass->emit, pass->pair, &s->batch.sentences, &k->net.head.crf, &s->gold);
    const bool *const is_source = t->x->adversary == ISG_ADVERSARY_NONE ? NULL : sources(t, k, s);
    if (!is_source)
        return crf;
    struct isg_node *const adversary = discriminate(t, s->tape, pass->shared, &s->batch.sentences, is_source);
    return isg_loss_sum(s->tape, (struct isg_node *const[]){crf, adversary}, (isg_real[]){1, ISG_R(t->x->lambda)}, 2);
}

static enum isg_status clean_gradient(const struct isg_transfer *t, const struct isg_ner_task *k,
    struct isg_ner_shard *s, struct isg_ner_pass *pass, isg_real scale, struct isg_error *err)
{
    struct isg_node *const loss = task_loss(t, k, s, pass);
    ISG_TRY(isg_backward(s->tape, loss, scale, err));
    s->loss = (double)loss->x[0];
    return ISG_OK;
}

enum isg_status isg_transfer_gradient(const void *cookie, const struct isg_ner_trainer *trainer,
    const struct isg_ner_task *k, struct isg_ner_shard *s, isg_real scale, struct isg_error *err)
{
    const struct isg_transfer_plan *const plan = cookie;
    (void)trainer;
    return clean_gradient(plan->t, k, s, &(struct isg_ner_pass){0}, scale, err);
}

enum isg_status isg_transfer_gradient_perturbed(const void *cookie, const struct isg_ner_trainer *trainer,
    const struct isg_ner_task *k, struct isg_ner_shard *s, isg_real scale, struct isg_error *err)
{
    const struct isg_transfer *const t = ((const struct isg_transfer_plan *)cookie)->t;
    const bool words = t->epsilon > 0, chars = t->epsilon_char > 0 && k->net.input.chars;
    struct isg_ner_pass clean = {0}, noisy = {0};
    (void)trainer;
    if (words) {
        clean.words = isg_ner_input_words(&k->net.input, s->tape, &s->batch);
        isg_want_grad(clean.words);
    }
    if (chars) {
        clean.chars = isg_ner_input_chars(&k->net.input, s->tape, &s->batch);
        isg_want_grad(clean.chars);
    }
    ISG_TRY(clean_gradient(t, k, s, &clean, scale, err));
    if (!words && !chars)
        return ISG_OK;
    /* the masks of dropout are those of the clean pass */
    if (words)
        noisy.words = isg_perturb(s->tape, isg_ner_input_words(&k->net.input, s->tape, &s->batch), clean.words->dx,
            &s->batch.sentences, ISG_R(t->epsilon), ISG_NORM_SEQ);
    const uint32_t whole[2] = {0, s->batch.char_offset.v[s->batch.n_kinds]};
    const struct isg_seqs one = {1, whole};
    if (chars)
        noisy.chars = isg_perturb(s->tape, isg_ner_input_chars(&k->net.input, s->tape, &s->batch), clean.chars->dx,
            &one, ISG_R(t->epsilon_char) * ISG_SQRT((isg_real)s->n), ISG_NORM_SEQ);
    return isg_backward(s->tape, task_loss(t, k, s, &noisy), scale, err);
}
