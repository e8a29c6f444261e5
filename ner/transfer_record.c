/* What a transferred model says of how it was made. */
#include "ner/transfer_priv.h"

#include <stdio.h>
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

enum isg_status isg_transfer_inputs(const struct isg_transfer *t, json_t **out, struct isg_error *err)
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

json_t *isg_transfer_settings(const struct isg_transfer *t)
{
    static const char *const adversaries[] = {"none", "ad", "grad"}, *const shares[] = {
                                                                         "none", "transitions", "head"};
    const struct isg_ner_transfer_config *const x = t->x;
    json_t *const o = json_pack("{s:b, s:b, s:f, s:f, s:s, s:b, s:I, s:I, s:b}", "pretrain", x->pretrain,
        "joint", x->joint, "p_source", x->p_source, "p_source_end", x->p_source_end, "share",
        shares[x->share], "share_words", x->share_words, "epoch_batches", (json_int_t)x->epoch_batches,
        "pretrain_epochs", (json_int_t)x->pretrain_epochs, "private", x->private_encoder);
    json_t *const adversarial = json_pack("{s:s, s:b, s:f, s:f, s:b, s:f, s:f, s:f, s:f, s:b}", "adversary",
        adversaries[x->adversary], "pool_max", x->pool_max, "lambda", x->lambda, "reverse", x->reverse,
        "ramp", x->ramp, "alpha", x->alpha, "gamma", x->gamma, "epsilon", x->epsilon, "epsilon_char",
        x->epsilon_char, "epsilon_relative", x->epsilon_relative);
    json_t *const carried = json_pack("{s:b, s:I, s:b, s:b, s:f, s:b, s:b, s:b, s:b, s:f, s:b}",
        "word_adaptation", x->word_adaptation, "pivots", (json_int_t)x->pivots, "sal", x->sal, "oal", x->oal,
        "psi", x->psi, "copy_words", x->copy_words, "copy_labels", x->copy_labels, "keep_encoder",
        x->keep_encoder, "keep_chars", x->keep_chars, "l2_start", x->l2_start, "first", t->opts->first);
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
