/* Checkpoints of training. */
#include "ner/train/checkpoint.h"
#include "ner/train/best.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FORMAT "isogloss-ner-checkpoint/2"

/* The blocks of numbers that belong to a parameter, by kind; NULL = this run has none. */
enum { N_KINDS = 6 };
static const char *const kinds[N_KINDS] = {"value", "state0", "state1", "average", "start", "best"};
static isg_real **block(const struct isg_ner_trainer *t, struct isg_param *p, int kind)
{
    isg_real **const blocks[N_KINDS] = {
        &p->value, &p->state[0], &p->state[1], &p->average, &p->start, t->best ? &t->best[p->index] : NULL};
    return blocks[kind];
}

/* Appends to *a; NULL where that fails. */
static void append(json_t **a, json_t *item)
{
    if (json_array_append_new(*a, item) == 0)
        return;
    json_decref(*a);
    *a = NULL;
}

static json_t *epochs_json(const struct isg_ner_trainer *t)
{
    json_t *a = json_array();
    for (size_t i = 0; i < ISG_NER_MAX_PHASES; i++)
        append(&a, json_integer(t->at.epochs[i]));
    return a;
}

static json_t *rounds_json(const struct isg_ner_trainer *t)
{
    json_t *a = json_array();
    for (uint32_t i = 0; i < t->n_tasks; i++)
        append(&a, json_pack("[I, I]", (json_int_t)t->tasks[i].rounds, (json_int_t)t->tasks[i].at));
    return a;
}

static char *state_json(const struct isg_ner_trainer *t)
{
    const struct isg_ner_position *const p = &t->at;
    json_t *const o = json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:f, s:f, s:I, s:f, s:f, s:I, s:I, s:b, s:o}",
        "phase", (json_int_t)p->phase, "epoch", (json_int_t)p->epoch, "step", (json_int_t)p->step, "steps",
        (json_int_t)p->steps, "optim_steps", (json_int_t)isg_optim_steps(t->optim), "epochs", epochs_json(t),
        "sentences", (json_int_t)p->sentences, "loss", p->loss, "norm", p->norm, "clipped", (json_int_t)p->clipped,
        "lr", p->lr, "best_f1", p->best_f1, "best_epoch", (json_int_t)p->best_epoch, "bad_epochs",
        (json_int_t)p->bad_epochs, "has_best", t->best != NULL, "rounds", rounds_json(t));
    char *const text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(o);
    return text;
}

static uint64_t add_text(const char *s, uint64_t sum)
{
    return isg_checksum(s, strlen(s) + 1, sum);
}

/* Each tensor on its own, and their sum, since the file orders them as it likes. */
static uint64_t tensor_sum(const struct isg_tensor *t)
{
    return isg_checksum(t->data, (size_t)isg_tensor_elements(t) * 4, add_text(t->name, 0));
}

static void format_sum(char out[17], const char *fingerprint, const char *state, const char *history, uint64_t tensors)
{
    const uint64_t sum = isg_checksum(
        &tensors, sizeof tensors, add_text(history, add_text(state, add_text(fingerprint, 0))));
    snprintf(out, 17, "%016llx", (unsigned long long)sum);
}

/* One tensor a block. */
static size_t fill_tensors(const struct isg_ner_trainer *t, struct isg_tensor *tensors, char (*names)[160])
{
    size_t n = 0;
    for (uint32_t i = 0; i < isg_params_count(t->params); i++) {
        struct isg_param *const p = isg_params_at(t->params, i);
        for (int k = 0; k < N_KINDS; k++) {
            isg_real *const *const x = block(t, p, k);
            if (!x || !*x) /* the optimiser makes its moments when it first needs them */
                continue;
            snprintf(names[n], sizeof names[n], "%s.%s", kinds[k], p->name);
            tensors[n] = (struct isg_tensor){names[n], ISG_F32, 2, {p->rows, p->cols}, *x};
            n++;
        }
    }
    if (t->kept)
        tensors[n++] = (struct isg_tensor){"kept", ISG_I32, 1, {t->n_kept}, t->kept};
    return n;
}

enum isg_status isg_ner_checkpoint_save(const struct isg_ner_trainer *t, struct isg_error *err)
{
    if (!t->checkpoint)
        return ISG_OK;
    const size_t most = (size_t)isg_params_count(t->params) * N_KINDS + 1;
    struct isg_tensor *const tensors = isg_calloc(most, sizeof *tensors);
    char(*const names)[160] = isg_calloc(most, sizeof *names);
    char *const state = state_json(t), *const history = json_dumps(t->history, JSON_COMPACT | JSON_REAL_PRECISION(17));
    enum isg_status status = ISG_OK;
    if (!tensors || !names || !state || !history) {
        status = isg_error_nomem(err, "a checkpoint");
        goto out;
    }
    const size_t n = fill_tensors(t, tensors, names);
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += tensor_sum(&tensors[i]);
    char checksum[17];
    format_sum(checksum, t->fingerprint, state, history, sum);
    const struct isg_meta meta[] = {{"format", FORMAT}, {"version", ISG_VERSION}, {"fingerprint", t->fingerprint},
        {"state", state}, {"history", history}, {"checksum", checksum}};
    status = isg_safetensors_save(t->checkpoint, true, tensors, n, meta, sizeof meta / sizeof *meta, err);
out:
    isg_free(tensors);
    isg_free(names);
    isg_reserve_free(state);
    isg_reserve_free(history);
    return status;
}

/* ---- going on ---- */

static enum isg_status damaged(const struct isg_ner_trainer *t, struct isg_error *err)
{
    (void)isg_error_set(err, ISG_EDATA, t->checkpoint, 0, "damaged checkpoint");
    return isg_error_advice(err, "delete it and train from the beginning, without --resume");
}

static const char *meta_of(const struct isg_safetensors *st, const char *key)
{
    const char *const text = isg_safetensors_meta(st, key);
    return text ? text : "";
}

static enum isg_status check_sum(
    const struct isg_ner_trainer *t, const struct isg_safetensors *st, struct isg_error *err)
{
    uint64_t sum = 0;
    char checksum[17];
    for (size_t i = 0; i < isg_safetensors_count(st); i++) {
        const struct isg_tensor *const x = isg_safetensors_at(st, i);
        if (x->dtype != ISG_F32 && x->dtype != ISG_I32)
            return damaged(t, err);
        sum += tensor_sum(x);
    }
    format_sum(checksum, meta_of(st, "fingerprint"), meta_of(st, "state"), meta_of(st, "history"), sum);
    return strcmp(checksum, meta_of(st, "checksum")) == 0 ? ISG_OK : damaged(t, err);
}

static bool read_int(const json_t *o, const char *key, uint64_t most, uint64_t *out)
{
    const json_t *const x = json_object_get(o, key);
    *out = (uint64_t)json_integer_value(x);
    return json_is_integer(x) && json_integer_value(x) >= 0 && *out <= most;
}

static bool read_u32(const json_t *o, const char *key, uint32_t most, uint32_t *out)
{
    uint64_t x;
    const bool good = read_int(o, key, most, &x);
    *out = (uint32_t)x;
    return good;
}

static bool read_position(const json_t *o, struct isg_ner_position *p)
{
    const json_t *const epochs = json_object_get(o, "epochs");
    for (size_t i = 0; i < ISG_NER_MAX_PHASES; i++)
        p->epochs[i] = (uint32_t)json_integer_value(json_array_get(epochs, i));
    p->loss = json_number_value(json_object_get(o, "loss"));
    p->norm = json_number_value(json_object_get(o, "norm"));
    p->lr = json_number_value(json_object_get(o, "lr"));
    p->best_f1 = json_number_value(json_object_get(o, "best_f1"));
    return read_u32(o, "phase", ISG_NER_MAX_PHASES - 1, &p->phase) && read_u32(o, "epoch", UINT32_MAX, &p->epoch) &&
           read_u32(o, "step", UINT32_MAX, &p->step) && read_int(o, "steps", UINT64_MAX, &p->steps) &&
           read_int(o, "sentences", UINT64_MAX, &p->sentences) && read_u32(o, "clipped", UINT32_MAX, &p->clipped) &&
           read_u32(o, "best_epoch", UINT32_MAX, &p->best_epoch) &&
           read_u32(o, "bad_epochs", UINT32_MAX, &p->bad_epochs);
}

static enum isg_status go_on(struct isg_ner_trainer *t, struct isg_safetensors *st, struct isg_error *err)
{
    ISG_TRY(check_sum(t, st, err));
    json_t *const state = json_loads(meta_of(st, "state"), 0, NULL), *const history = json_loads(
                                                                         meta_of(st, "history"), 0, NULL);
    const bool good = read_position(state, &t->at) && json_is_array(history);
    json_decref(state);
    if (!good) {
        json_decref(history);
        return damaged(t, err);
    }
    json_decref(t->history);
    t->history = history;
    t->resumed = st;
    isg_log(t->env, ISG_LOG_INFO, "going on from %s: %zu epochs done", t->checkpoint, json_array_size(history));
    return ISG_OK;
}

enum isg_status isg_ner_checkpoint_begin(struct isg_ner_trainer *t, bool resume, bool force, struct isg_error *err)
{
    struct isg_safetensors *st = NULL;
    if (!t->checkpoint)
        return ISG_OK;
    if (access(t->checkpoint, F_OK) != 0 && errno == ENOENT) {
        if (resume)
            isg_log(t->env, ISG_LOG_WARNING, "no checkpoint %s; starting from the beginning", t->checkpoint);
        t->owns_checkpoint = true;
        return ISG_OK;
    }
    const enum isg_status opened = isg_safetensors_open(&st, t->checkpoint, err);
    enum isg_status status = ISG_OK;
    if ((opened != ISG_OK && opened != ISG_EDATA) || (opened != ISG_OK && resume))
        return opened;
    const char *const format = opened == ISG_OK ? meta_of(st, "format") : "";
    if (strncmp(format, FORMAT, strlen(FORMAT) - 1) != 0) {
        (void)isg_error_set(err, ISG_EUSAGE, t->checkpoint, 0, "not a checkpoint of a training run");
        status = isg_error_advice(err, "training keeps its checkpoint there: move the file away, or choose another -o");
        goto out;
    }
    const bool same = strcmp(format, FORMAT) == 0 && strcmp(meta_of(st, "fingerprint"), t->fingerprint) == 0;
    if (!same && (resume || !force)) {
        (void)isg_error_set(
            err, ISG_EUSAGE, t->checkpoint, 0, "the checkpoint of a run with other inputs, settings or seed");
        status = isg_error_advice(err, resume ? "repeat the first command's options, or train from the beginning "
                                                "without --resume and with --force"
                                              : "delete it, choose another -o, or give --force");
        goto out;
    }
    t->owns_checkpoint = true;
    if (!resume)
        goto out;
    ISG_GOTO(go_on(t, st, err));
    return ISG_OK;
out:
    isg_safetensors_close(st);
    return status;
}

/* The blocks of one parameter. */
static enum isg_status load_param(struct isg_ner_trainer *t, struct isg_param *p, struct isg_error *err)
{
    const uint64_t shape[2] = {p->rows, p->cols};
    for (int k = 0; k < N_KINDS; k++) {
        isg_real **const x = block(t, p, k);
        const struct isg_tensor *tensor;
        char name[160];
        snprintf(name, sizeof name, "%s.%s", kinds[k], p->name);
        if (!x || (k > 0 && !isg_safetensors_find(t->resumed, name)))
            continue;
        ISG_TRY(isg_safetensors_want(t->resumed, name, ISG_F32, 2, shape, &tensor, err));
        if (!*x && !(*x = isg_malloc(isg_param_size(p), sizeof **x)))
            return isg_error_nomem(err, "a checkpoint");
        memcpy(*x, tensor->data, isg_param_size(p) * sizeof **x);
    }
    isg_param_changed(p);
    return ISG_OK;
}

static enum isg_status load_kept(struct isg_ner_trainer *t, struct isg_error *err)
{
    const struct isg_tensor *tensor;
    if (!isg_safetensors_find(t->resumed, "kept"))
        return ISG_OK;
    ISG_TRY(isg_safetensors_want(t->resumed, "kept", ISG_I32, 1, (uint64_t[]){0}, &tensor, err));
    t->n_kept = (size_t)tensor->shape[0];
    t->kept = isg_malloc(t->n_kept + 1, sizeof *t->kept);
    if (!t->kept)
        return isg_error_nomem(err, "a checkpoint");
    memcpy(t->kept, tensor->data, t->n_kept * sizeof *t->kept);
    return ISG_OK;
}

/* The order of a round follows from its number. */
static bool load_rounds(struct isg_ner_trainer *t, const json_t *rounds)
{
    for (uint32_t i = 0; i < t->n_tasks; i++) {
        struct isg_ner_task *const k = &t->tasks[i];
        const json_t *const pair = json_array_get(rounds, i);
        const json_int_t round = json_integer_value(json_array_get(pair, 0)),
                         at = json_integer_value(json_array_get(pair, 1));
        if (round < 1 || at < 0 || at > k->train.corpus.n_sentences)
            return false;
        k->rounds = (uint64_t)round - 1;
        isg_ner_task_shuffle(k, t->seed, t->order, i);
        k->at = (uint32_t)at;
    }
    return true;
}

enum isg_status isg_ner_checkpoint_load(struct isg_ner_trainer *t, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    json_t *const state = json_loads(meta_of(t->resumed, "state"), 0, NULL);
    uint64_t optim_steps;
    if (!read_position(state, &t->at) || !read_int(state, "optim_steps", UINT64_MAX, &optim_steps) ||
        !load_rounds(t, json_object_get(state, "rounds"))) {
        status = damaged(t, err);
        goto out;
    }
    isg_optim_set_steps(t->optim, optim_steps);
    if (json_is_true(json_object_get(state, "has_best")))
        ISG_GOTO(isg_ner_best_alloc(t, err));
    for (uint32_t i = 0; i < isg_params_count(t->params); i++)
        ISG_GOTO(load_param(t, isg_params_at(t->params, i), err));
    status = load_kept(t, err);
out:
    json_decref(state);
    isg_safetensors_close(t->resumed);
    t->resumed = NULL;
    return status;
}

void isg_ner_checkpoint_remove(const struct isg_ner_trainer *t)
{
    if (t->checkpoint && t->owns_checkpoint)
        (void)unlink(t->checkpoint);
}

enum isg_status isg_ner_checkpoint_name(struct isg_ner_trainer *t, const char *out, struct isg_error *err)
{
    const size_t n = strlen(out);
    t->checkpoint = isg_malloc(n + sizeof ".checkpoint", 1);
    if (!t->checkpoint)
        return isg_error_nomem(err, "a training run");
    snprintf(t->checkpoint, n + sizeof ".checkpoint", "%s.checkpoint", out);
    return ISG_OK;
}
