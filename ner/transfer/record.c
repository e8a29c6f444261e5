/* The model file of a transfer run, and what it says of how it was made. */
#include "ner/transfer/record.h"
#include "ner/model/model.h"
#include "ner/train/fingerprint.h"

#include <string.h>

static enum isg_status add_inputs(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_ner_provenance *const p = &t->trainer.made;
    for (uint32_t i = 0; i < t->trainer.n_tasks; i++) {
        const struct isg_ner_task_files *const f = t->task[i].files;
        const bool source = i >= ISG_TASK_SOURCE;
        ISG_TRY(isg_ner_provenance_input(p, source ? "source" : "train", i, f->train, err));
        ISG_TRY(isg_ner_provenance_input(p, source ? "source dev" : "dev", i, f->dev, err));
        ISG_TRY(isg_ner_provenance_input(p, source ? "source vectors" : "vectors", i, f->vectors, err));
    }
    ISG_TRY(isg_ner_provenance_input(p, "gazetteer", 0, t->opts->gazetteer, err));
    return isg_ner_provenance_input(p, "unlabelled", 0, t->opts->unlabelled, err);
}

/* The settings as they took effect, and the options beside them. */
static json_t *settings_json(const struct isg_transfer *t)
{
    char *const text = isg_ner_transfer_json(t->x);
    json_t *const o = text ? json_loads(text, 0, NULL) : NULL, *const rates = json_object();
    isg_free(text);
    bool good = o && rates;
    for (size_t i = 0; good && i < t->opts->n_rates; i++)
        good = json_object_set_new(rates, t->opts->rates[i].pattern, json_real(t->opts->rates[i].rate)) == 0;
    good = good && json_object_set_new(o, "first", json_boolean(t->opts->first)) == 0 &&
           json_object_set_new(o, "sentences", json_integer(t->opts->sentences)) == 0 &&
           json_object_set(o, "rates", rates) == 0;
    json_decref(rates);
    if (good)
        return o;
    json_decref(o);
    return NULL;
}

enum isg_status isg_transfer_identify(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_ner_provenance *const p = &t->trainer.made;
    p->mode = isg_strndup(t->opts->mode, strlen(t->opts->mode));
    p->settings = settings_json(t);
    if (!p->mode || !p->settings)
        return isg_error_nomem(err, "a transfer run");
    ISG_TRY(add_inputs(t, err));
    return isg_ner_fingerprint(&t->trainer, &t->opts->columns, p->settings, err);
}

/* Of the tags that the model is to write: as the target's text has them, else the source's. */
static enum isg_scheme scheme_of(const struct isg_transfer *t)
{
    const struct isg_ner_task *const tasks = t->trainer.tasks;
    return tasks[tasks[ISG_TASK_TARGET].has_train ? ISG_TASK_TARGET : ISG_TASK_SOURCE].train.corpus.scheme;
}

static enum isg_status fill(struct isg_transfer *t, const struct isg_ner_transferred *out, struct isg_error *err)
{
    struct isg_ner_provenance *const p = &t->trainer.made;
    for (uint32_t i = 0; i < t->trainer.n_tasks; i++)
        ISG_TRY(isg_ner_provenance_text(p, &t->trainer.tasks[i].train.corpus, i >= ISG_TASK_SOURCE, err));
    p->scheme = scheme_of(t);
    p->source_epochs = out->source_epochs;
    p->epochs = out->epochs;
    p->best_epoch = out->best_epoch;
    p->history = json_incref(t->trainer.history);
    return ISG_OK;
}

enum isg_status isg_transfer_write(struct isg_transfer *t, const struct isg_ner_transferred *out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const struct isg_ner_task *const k = &t->trainer.tasks[ISG_TASK_TARGET];
    struct isg_ner_model m = {.config = k->config, .seed = t->opts->seed, .temperature = out->temperature};
    ISG_GOTO(fill(t, out, err));
    ISG_GOTO(isg_ner_network_new(&m.net, &m.config, &k->vocab, (uint32_t)k->config.word_dim, err));
    for (uint32_t i = 0; i < isg_params_count(m.net.params); i++) {
        struct isg_param *const to = isg_params_at(m.net.params, i);
        const struct isg_param *const from = isg_params_find(t->trainer.params, to->name);
        memcpy(to->value, from->value, isg_param_size(to) * sizeof *to->value);
    }
    if (m.net.input.n_table)
        memcpy(m.net.input.table, k->net.input.table,
            (size_t)m.net.input.n_table * m.net.input.word->cols * sizeof *m.net.input.table);
    m.vocab = k->vocab; /* lent for the writing */
    m.provenance = t->trainer.made;
    status = isg_ner_model_save(&m, t->opts->out, t->opts->force || t->opts->resume, err);
    m.vocab = (struct isg_ner_vocab){0};
    m.provenance = (struct isg_ner_provenance){0};
out:
    isg_ner_model_fini(&m);
    return status;
}
