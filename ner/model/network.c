/* Networks put together from their parts. */
#include "ner/model/network.h"
#include "ner/engine/elementwise.h"

#include <stdio.h>
#include <string.h>

static enum isg_status check_residual(
    const struct isg_ner_config *c, const char *key, uint32_t out, uint32_t in, struct isg_error *err)
{
    if (!c->adapt_residual || out == in)
        return ISG_OK;
    return isg_error_set(
        err, ISG_EUSAGE, NULL, 0, "adapt_residual=true with %s=%u on %u numbers: give half of these", key, out / 2, in);
}

enum isg_status isg_ner_network_add(struct isg_ner_network *net, struct isg_params *params, const char *prefix,
    const struct isg_ner_config *c, const struct isg_ner_sizes *sizes, const struct isg_ner_sharing *sharing,
    struct isg_error *err)
{
    char name[40];
    *net = (struct isg_ner_network){.params = params, .borrowed = true};
    const struct isg_ner_network *const shared = sharing ? sharing->with : NULL;
    ISG_TRY(isg_ner_input_add(
        &net->input, params, prefix, c, sizes, shared ? &shared->input : NULL, sharing && sharing->words, err));
    uint32_t in = net->input.dim;
    if (c->sal_hidden) {
        snprintf(name, sizeof name, "%ssal", prefix);
        ISG_TRY(isg_ner_encoder_add(&net->sal, params, name, sizes->word_dim, (uint32_t)c->sal_hidden, 1, err));
        ISG_TRY(check_residual(c, "sal_hidden", net->sal.out, sizes->word_dim, err));
        in += net->sal.out - sizes->word_dim;
    }
    if (shared) {
        net->encoder = shared->encoder;
        net->attend = shared->attend;
        if (net->encoder.in != in)
            return isg_error_set(
                err, ISG_EUSAGE, NULL, 0, "a shared encoder of %u inputs given %u", net->encoder.in, in);
    } else {
        snprintf(name, sizeof name, "%sencoder", prefix);
        ISG_TRY(isg_ner_encoder_add(&net->encoder, params, name, in, (uint32_t)c->hidden, (uint32_t)c->layers, err));
        snprintf(name, sizeof name, "%sattention", prefix);
        ISG_TRY(isg_ner_attend_add(&net->attend, params, name, net->encoder.out, c, err));
    }
    uint32_t out = net->attend.out;
    if (c->private_hidden) {
        snprintf(name, sizeof name, "%sprivate", prefix);
        ISG_TRY(
            isg_ner_encoder_add(&net->priv, params, name, in, (uint32_t)c->private_hidden, (uint32_t)c->layers, err));
        snprintf(name, sizeof name, "%sprivate.attention", prefix);
        ISG_TRY(isg_ner_attend_add(&net->priv_attend, params, name, net->priv.out, c, err));
        out += net->priv_attend.out;
    }
    if (c->oal_hidden) {
        snprintf(name, sizeof name, "%soal", prefix);
        ISG_TRY(isg_ner_encoder_add(&net->oal, params, name, out, (uint32_t)c->oal_hidden, 1, err));
        ISG_TRY(check_residual(c, "oal_hidden", net->oal.out, out, err));
        out = net->oal.out;
    }
    if (sharing && sharing->head) {
        net->head = shared->head;
        net->head.borrowed = true;
        if (net->head.in != out)
            return isg_error_set(err, ISG_EUSAGE, NULL, 0, "a shared head of %u inputs got %u", net->head.in, out);
        return ISG_OK;
    }
    snprintf(name, sizeof name, "%shead", prefix);
    return isg_ner_head_add(&net->head, params, name, out, sizes->labels, c,
        sharing && sharing->transitions ? &shared->head.crf : NULL, err);
}

enum isg_status isg_ner_network_new(struct isg_ner_network *net, const struct isg_ner_config *c,
    const struct isg_ner_vocab *vocab, uint32_t word_dim, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_params *params;
    const struct isg_ner_sizes sizes = {vocab->n_learnt, isg_strtab_size(vocab->words) - vocab->n_learnt, word_dim,
        isg_strtab_size(vocab->chars), vocab->labels, &vocab->features};
    memset(net, 0, sizeof *net);
    ISG_TRY(isg_params_new(&params, err));
    status = isg_ner_network_add(net, params, "", c, &sizes, NULL, err);
    net->borrowed = false;
    if (status == ISG_OK)
        status = isg_params_seal(params, err);
    if (status != ISG_OK)
        isg_ner_network_fini(net);
    return status;
}

void isg_ner_network_init(struct isg_ner_network *net, const struct isg_ner_config *c, uint64_t seed)
{
    isg_ner_input_init(&net->input, net->params, c, seed);
    isg_ner_encoder_init(&net->sal, net->params, c, seed);
    isg_ner_encoder_init(&net->encoder, net->params, c, seed);
    isg_ner_attend_init(&net->attend, seed);
    isg_ner_encoder_init(&net->priv, net->params, c, seed);
    isg_ner_attend_init(&net->priv_attend, seed);
    isg_ner_encoder_init(&net->oal, net->params, c, seed);
    isg_ner_head_init(&net->head, seed);
}

void isg_ner_network_configure(struct isg_ner_network *net, const struct isg_ner_config *c)
{
    for (uint32_t i = 0; i < isg_params_count(net->params); i++) {
        struct isg_param *p = isg_params_at(net->params, i);
        p->l2 = ISG_R(c->l2);
    }
    net->input.word->lr_scale = ISG_R(c->word_lr);
    net->input.word->frozen = c->word_lr == 0;
}

void isg_ner_network_fini(struct isg_ner_network *net)
{
    isg_ner_input_fini(&net->input);
    isg_ner_head_fini(&net->head);
    if (!net->borrowed)
        isg_params_free(net->params);
    memset(net, 0, sizeof *net);
}

/* What an adaptation layer hands on: its output (Lin & Lu 2018), or that on top of its input. */
static struct isg_node *adapt(
    const struct isg_ner_config *c, struct isg_tape *t, struct isg_node *in, struct isg_node *out)
{
    return c->adapt_residual ? isg_add(t, in, out) : out;
}

void isg_ner_network_pass(const struct isg_ner_network *net, struct isg_tape *t, const struct isg_ner_config *c,
    const struct isg_ner_batch *b, struct isg_ner_pass *pass)
{
    const struct isg_seqs *const s = &b->sentences;
    if (!pass->words)
        pass->words = isg_ner_input_words(&net->input, t, b);
    if (!pass->spelling && net->input.chars) {
        if (!pass->chars)
            pass->chars = isg_ner_input_chars(&net->input, t, b);
        pass->spelling = isg_ner_input_spell(&net->input, t, c, b, pass->chars);
    }
    struct isg_node *words = pass->words;
    if (net->sal.n_layers)
        words = adapt(c, t, words, isg_ner_encoder_run(&net->sal, t, c, s, words, 0)); /* dropout: see join */
    struct isg_node *const x = isg_ner_input_join(&net->input, t, c, b, words, pass->spelling);
    pass->shared = isg_ner_attend_run(
        &net->attend, t, c, s, isg_ner_encoder_run(&net->encoder, t, c, s, x, c->dropout_out));
    struct isg_node *h = pass->shared;
    if (net->priv.n_layers) {
        struct isg_node *const own = isg_ner_attend_run(
            &net->priv_attend, t, c, s, isg_ner_encoder_run(&net->priv, t, c, s, x, c->dropout_out));
        h = isg_concat(t, (struct isg_node *const[]){own, pass->shared}, 2);
    }
    if (net->oal.n_layers)
        h = adapt(c, t, h, isg_ner_encoder_run(&net->oal, t, c, s, h, c->dropout_out));
    pass->emit = isg_ner_head_run(&net->head, t, h, &pass->pair);
}

struct isg_node *isg_ner_network_run_from(const struct isg_ner_network *net, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_ner_batch *b, struct isg_node *spelling, struct isg_node **pair)
{
    struct isg_ner_pass pass = {.spelling = spelling};
    isg_ner_network_pass(net, t, c, b, &pass);
    *pair = pass.pair;
    return pass.emit;
}

struct isg_node *isg_ner_network_run(const struct isg_ner_network *net, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_ner_batch *b, struct isg_node **pair)
{
    return isg_ner_network_run_from(net, t, c, b, NULL, pair);
}
