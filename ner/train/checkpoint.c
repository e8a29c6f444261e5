/* Checkpoints: all that an unbroken run would have in memory, so that going on gives the same bits. */
#include "ner/train/trainer.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "isogloss-ner-checkpoint/1"

enum isg_status isg_ner_best_alloc(struct isg_ner_trainer *t, struct isg_error *err)
{
    if (t->best)
        return ISG_OK;
    const struct isg_params *params = t->model.net.params;
    const uint32_t n = isg_params_count(params);
    t->best = isg_calloc((size_t)n + 1, sizeof *t->best);
    for (uint32_t i = 0; t->best && i < n; i++) {
        const struct isg_param *p = isg_params_at(params, i);
        t->best[i] = isg_malloc(isg_param_size(p), sizeof **t->best);
        if (!t->best[i])
            return isg_error_nomem(err, "the best weights");
    }
    return t->best ? ISG_OK : isg_error_nomem(err, "the best weights");
}

/* The blocks of numbers that belong to parameter i, by kind; NULL = this run has none. */
#define N_KINDS 5
static const char *const kinds[N_KINDS] = {"value", "state0", "state1", "average", "best"};
static isg_real **block(const struct isg_ner_trainer *t, struct isg_param *p, int kind)
{
    switch (kind) {
    case 0:
        return &p->value;
    case 1:
        return &p->state[0];
    case 2:
        return &p->state[1];
    case 3:
        return &p->average;
    default:
        return t->best ? &t->best[p->index] : NULL;
    }
}

static char *state_json(const struct isg_ner_trainer *t)
{
    json_t *o = json_pack("{s:i, s:i, s:I, s:f, s:f, s:i, s:f, s:i, s:i, s:b}", "epoch", (int)t->epoch, "at",
        (int)t->at, "step", (json_int_t)t->step, "loss_sum", t->loss_sum, "norm_sum", t->norm_sum, "n_clipped",
        (int)t->n_clipped, "best_f1", t->best_f1, "best_epoch", (int)t->best_epoch, "bad_epochs", (int)t->bad_epochs,
        "has_best", t->best != NULL);
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(o);
    return text;
}

enum isg_status isg_ner_checkpoint_save(const struct isg_ner_trainer *t, struct isg_error *err)
{
    const struct isg_params *params = t->model.net.params;
    const uint32_t n_params = isg_params_count(params);
    struct isg_tensor *tensors = isg_calloc((size_t)n_params * N_KINDS + 1, sizeof *tensors);
    char(*names)[160] = isg_calloc((size_t)n_params * N_KINDS + 1, sizeof *names);
    char *state = state_json(t);
    enum isg_status status = ISG_OK;
    size_t n = 0;
    if (!tensors || !names || !state) {
        status = isg_error_nomem(err, "a checkpoint");
        goto out;
    }
    for (uint32_t i = 0; i < n_params; i++) {
        struct isg_param *p = isg_params_at(params, i);
        for (int k = 0; k < N_KINDS; k++) {
            isg_real **x = block(t, p, k);
            if (!x || !*x) /* the optimiser makes its moments when it first needs them */
                continue;
            snprintf(names[n], sizeof names[n], "%s.%s", kinds[k], p->name);
            tensors[n] = (struct isg_tensor){names[n], ISG_F32, 2, {p->rows, p->cols}, *x};
            n++;
        }
    }
    const struct isg_meta meta[] = {{"format", FORMAT}, {"version", ISG_VERSION}, {"fingerprint", t->fingerprint},
        {"state", state}, {"history", t->history}};
    status = isg_safetensors_save(t->checkpoint, true, tensors, n, meta, sizeof meta / sizeof *meta, err);
out:
    isg_free(tensors);
    isg_free(names);
    free(state);
    return status;
}

static enum isg_status read_state(struct isg_ner_trainer *t, const char *text, bool *has_best, struct isg_error *err)
{
    json_t *o = text ? json_loads(text, 0, NULL) : NULL;
    int epoch, at, n_clipped, best_epoch, bad, best;
    json_int_t step;
    const int bad_json = json_unpack(o, "{s:i, s:i, s:I, s:F, s:F, s:i, s:F, s:i, s:i, s:b}", "epoch", &epoch, "at",
        &at, "step", &step, "loss_sum", &t->loss_sum, "norm_sum", &t->norm_sum, "n_clipped", &n_clipped, "best_f1",
        &t->best_f1, "best_epoch", &best_epoch, "bad_epochs", &bad, "has_best", &best);
    json_decref(o);
    if (bad_json || epoch < 0 || at < 0 || (uint32_t)at > t->train.corpus.n_sentences || step < 0 || n_clipped < 0 ||
        best_epoch < 0 || bad < 0)
        return isg_error_set(err, ISG_EDATA, t->checkpoint, 0, "a checkpoint whose state cannot be read");
    t->epoch = (uint32_t)epoch;
    t->at = (uint32_t)at;
    t->step = (uint64_t)step;
    t->n_clipped = (uint32_t)n_clipped;
    t->best_epoch = (uint32_t)best_epoch;
    t->bad_epochs = (uint32_t)bad;
    *has_best = best;
    return ISG_OK;
}

enum isg_status isg_ner_checkpoint_load(struct isg_ner_trainer *t, bool *found, struct isg_error *err)
{
    *found = false;
    FILE *there = fopen(t->checkpoint, "rb");
    if (!there)
        return ISG_OK;
    fclose(there);
    struct isg_safetensors *st;
    ISG_TRY(isg_safetensors_open(&st, t->checkpoint, err));
    enum isg_status status = ISG_OK;
    const char *format = isg_safetensors_meta(st, "format"), *mark = isg_safetensors_meta(st, "fingerprint");
    const char *history = isg_safetensors_meta(st, "history");
    bool has_best = false;
    if (!format || strcmp(format, FORMAT) != 0 || !mark || !history) {
        status = isg_error_set(err, ISG_EDATA, t->checkpoint, 0, "no checkpoint of a tagger's training");
        goto out;
    }
    if (strcmp(mark, t->fingerprint) != 0) {
        isg_error_set(err, ISG_EUSAGE, t->checkpoint, 0, "the checkpoint is of other inputs, settings or seed");
        status = isg_error_advice(err, "repeat the first call's options, or train anew without --resume");
        goto out;
    }
    ISG_GOTO(read_state(t, isg_safetensors_meta(st, "state"), &has_best, err));
    if (has_best)
        ISG_GOTO(isg_ner_best_alloc(t, err));
    for (uint32_t i = 0; i < isg_params_count(t->model.net.params); i++) {
        struct isg_param *p = isg_params_at(t->model.net.params, i);
        const uint64_t shape[2] = {p->rows, p->cols};
        for (int k = 0; k < N_KINDS; k++) {
            isg_real **x = block(t, p, k);
            const struct isg_tensor *tensor;
            char name[160];
            snprintf(name, sizeof name, "%s.%s", kinds[k], p->name);
            if (!isg_safetensors_find(st, name) && k > 0 && k < 4)
                continue;
            if (!x)
                continue;
            ISG_GOTO(isg_safetensors_want(st, name, ISG_F32, 2, shape, &tensor, err));
            if (!*x && !(*x = isg_malloc(isg_param_size(p), sizeof **x))) {
                status = isg_error_nomem(err, "a checkpoint");
                goto out;
            }
            memcpy(*x, tensor->data, isg_param_size(p) * sizeof **x);
        }
        isg_param_changed(p);
    }
    isg_optim_set_steps(t->optim, t->step);
    isg_free(t->history);
    t->history = isg_strndup(history, strlen(history));
    if (!t->history)
        status = isg_error_nomem(err, "a checkpoint");
    *found = true;
out:
    isg_safetensors_close(st);
    return status;
}
