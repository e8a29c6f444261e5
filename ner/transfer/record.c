/* The model file of a transfer run, and what it says of how it was made. */
#include "ner/transfer/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum isg_status add_input(
    json_t *inputs, const char *role, uint32_t which, const char *path, struct isg_error *err)
{
    char sum[17], key[64];
    if (!path)
        return ISG_OK;
    ISG_TRY(isg_file_checksum(path, sum, err));
    snprintf(key, sizeof key, which > 1 ? "%s %u" : "%s", role, which);
    const char *const slash = strrchr(path, '/');
    json_t *const o = json_pack("{s:s, s:s}", "file", slash ? slash + 1 : path, "xxh3", sum);
    return o && json_object_set_new(inputs, key, o) == 0 ? ISG_OK : isg_error_nomem(err, "checksums");
}

static enum isg_status inputs_json(const struct isg_transfer *t, json_t **out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    json_t *const o = json_object();
    *out = NULL;
    if (!o)
        return isg_error_nomem(err, "checksums");
    for (uint32_t i = 0; i < t->n_tasks; i++) {
        const struct isg_ner_task_files *const f = t->task[i].files;
        const bool source = t->task[i].is_source;
        ISG_GOTO(add_input(o, source ? "source" : "train", i, f->train, err));
        ISG_GOTO(add_input(o, source ? "source dev" : "dev", i, f->dev, err));
        ISG_GOTO(add_input(o, source ? "source vectors" : "vectors", i, f->vectors, err));
    }
    ISG_GOTO(add_input(o, "unlabelled", 0, t->opts->unlabelled, err));
    *out = o;
    return ISG_OK;
out:
    json_decref(o);
    return status;
}

static json_t *settings_json(const struct isg_transfer *t)
{
    static const char *const adversaries[] = {"none", "ad", "grad"}, *const shares[] = {"none", "transitions", "head"};
    const struct isg_ner_transfer_config *const x = t->x;
    json_t *const o = json_pack("{s:b, s:b, s:f, s:f, s:s, s:b, s:I, s:I, s:b}", "pretrain", x->pretrain, "joint",
        x->joint, "p_source", x->p_source, "p_source_end", x->p_source_end, "share", shares[x->share], "share_words",
        x->share_words, "epoch_batches", (json_int_t)x->epoch_batches, "pretrain_epochs",
        (json_int_t)x->pretrain_epochs, "private", x->private_encoder);
    json_t *const adversarial = json_pack("{s:s, s:b, s:f, s:f, s:b, s:f, s:f, s:f, s:f, s:b}", "adversary",
        adversaries[x->adversary], "pool_max", x->pool_max, "lambda", x->lambda, "reverse", x->reverse, "ramp", x->ramp,
        "alpha", x->alpha, "gamma", x->gamma, "epsilon", x->epsilon, "epsilon_char", x->epsilon_char,
        "epsilon_relative", x->epsilon_relative);
    json_t *const carried = json_pack("{s:b, s:I, s:b, s:b, s:f, s:b, s:b, s:b, s:b, s:f, s:b}", "word_adaptation",
        x->word_adaptation, "pivots", (json_int_t)x->pivots, "sal", x->sal, "oal", x->oal, "psi", x->psi, "copy_words",
        x->copy_words, "copy_labels", x->copy_labels, "keep_encoder", x->keep_encoder, "keep_chars", x->keep_chars,
        "l2_start", x->l2_start, "first", t->opts->first);
    json_t *const rates = json_object();
    for (size_t i = 0; rates && i < t->opts->n_rates; i++)
        json_object_set_new(rates, t->opts->rates[i].pattern, json_real(t->opts->rates[i].rate));
    const bool good = o && adversarial && carried && rates && json_object_update(o, adversarial) == 0 &&
                      json_object_update(o, carried) == 0 && json_object_set(o, "rates", rates) == 0;
    json_decref(adversarial);
    json_decref(carried);
    json_decref(rates);
    if (good)
        return o;
    json_decref(o);
    return NULL;
}

/* Of the tags that the model is to write: as the target's text has them, else the source's. */
static enum isg_scheme scheme_of(const struct isg_transfer *t)
{
    return t->task[t->task[ISG_TASK_TARGET].has_train ? ISG_TASK_TARGET : ISG_TASK_SOURCE].train.corpus.scheme;
}

enum isg_status isg_transfer_write(struct isg_transfer *t, const struct isg_ner_transferred *out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_transfer_task *const k = &t->task[ISG_TASK_TARGET];
    struct isg_ner_model m = {.config = k->config, .seed = t->opts->seed, .temperature = out->temperature};
    char *text = NULL;
    json_t *o = NULL, *inputs = NULL;
    ISG_GOTO(inputs_json(t, &inputs, err));
    ISG_GOTO(isg_ner_network_new(&m.net, &m.config, &k->vocab, (uint32_t)k->config.word_dim, err));
    for (uint32_t i = 0; i < isg_params_count(m.net.params); i++) {
        struct isg_param *const to = isg_params_at(m.net.params, i);
        const struct isg_param *const from = isg_params_find(t->params, to->name);
        memcpy(to->value, from->value, isg_param_size(to) * sizeof *to->value);
    }
    if (m.net.input.n_table)
        memcpy(m.net.input.table, k->net.input.table,
            (size_t)m.net.input.n_table * m.net.input.word->cols * sizeof *m.net.input.table);
    o = json_pack("{s:s, s:o, s:O, s:i, s:i, s:i, s:i, s:s, s:O}", "transfer", t->opts->mode, "transfer_settings",
        settings_json(t), "inputs", inputs, "source_epochs", (int)out->source_epochs, "epochs", (int)out->epochs,
        "best_epoch", (int)out->best_epoch, "target_sentences", (int)out->target_sentences, "scheme_of_train",
        isg_scheme_name(scheme_of(t)), "history", t->history);
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
    json_decref(inputs);
    free(text);
    isg_ner_model_fini(&m);
    return status;
}
