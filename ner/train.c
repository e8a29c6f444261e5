/* The training loop. */
#include "ner/calibrate.h"
#include "ner/train.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- readying ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static enum isg_status add_input(json_t *inputs, const char *role, const char *path, struct isg_error *err)
{
    if (!path)
        return ISG_OK;
    char sum[17];
    ISG_TRY(isg_file_checksum(path, sum, err));
    json_t *o = json_pack("{s:s, s:s}", "file", base_name(path), "xxh3", sum);
    if (!o || json_object_set_new(inputs, role, o) != 0)
        return isg_error_nomem(err, "checksums");
    return ISG_OK;
}

/* Names and checksums of the inputs, and the fingerprint of the run: these, the settings, the seed and the
 * version. */
static enum isg_status identify(struct isg_ner_trainer *t, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    json_t *inputs = json_object();
    char *config = isg_ner_config_json(&t->model.config), *text = NULL;
    if (!inputs || !config) {
        status = isg_error_nomem(err, "checksums");
        goto out;
    }
    for (size_t i = 0; i < t->opts->n_train; i++) {
        char role[32];
        snprintf(role, sizeof role, i ? "train %zu" : "train", i + 1);
        ISG_GOTO(add_input(inputs, role, t->opts->train[i], err));
    }
    ISG_GOTO(add_input(inputs, "dev", t->opts->dev, err));
    ISG_GOTO(add_input(inputs, "vectors", t->opts->vectors, err));
    ISG_GOTO(add_input(inputs, "gazetteer", t->opts->gazetteer, err));
    text = json_dumps(inputs, JSON_COMPACT);
    char columns[160];
    const struct isg_columns *const c = &t->opts->columns;
    int at = snprintf(columns, sizeof columns, "%d %d", c->word, c->tag);
    for (uint32_t k = 0; k < c->n_features; k++)
        at += snprintf(columns + at, sizeof columns - (size_t)at, " %d", c->features[k]);
    const size_t n = text ? strlen(text) + strlen(config) + strlen(columns) + 64 : 0;
    t->inputs = text ? isg_strndup(text, strlen(text)) : NULL;
    t->fingerprint = n ? isg_malloc(n, 1) : NULL;
    if (!t->inputs || !t->fingerprint) {
        status = isg_error_nomem(err, "checksums");
        goto out;
    }
    snprintf(t->fingerprint, n, "%s %llu %s %s %s", ISG_VERSION, (unsigned long long)t->opts->seed, columns,
        config, text);
out:
    json_decref(inputs);
    free(text);
    isg_free(config);
    return status;
}

static enum isg_status load_inputs(struct isg_ner_trainer *t, struct isg_error *err)
{
    const struct isg_ner_train_opts *o = t->opts;
    struct isg_vectors vectors = {0};
    struct isg_vectors_report report = {0};
    uint32_t *vector_row = NULL;
    enum isg_status status = ISG_OK;
    struct isg_columns columns = o->columns;
    columns.open_tags = true;
    for (size_t i = 0; i < o->n_train; i++)
        ISG_GOTO(isg_ner_corpus_add(&t->train.corpus, o->train[i], columns, err));
    const struct isg_ner_corpus *c = &t->train.corpus;
    const char *const name = o->n_train > 1 ? "all training texts" : o->train[0];
    isg_log(t->env, ISG_LOG_INFO, "%s: %u sentences, %u tokens, %u entities of %u types, tags in %s", name,
        c->n_sentences, c->n_tokens, c->span_offset[c->n_sentences], isg_strtab_size(c->types),
        isg_scheme_name(c->scheme));
    if (c->n_doubts || c->n_weights)
        isg_log(t->env, ISG_LOG_INFO, "%s: %u tokens whose tag is not known, %u sentences with a weight",
            name, c->n_doubts, c->n_weights);
    if (c->span_offset[c->n_sentences] == 0)
        isg_log(t->env, ISG_LOG_WARNING, "%s: no entity; the tagger will learn to find none", name);
    if (o->dev) {
        ISG_GOTO(isg_ner_corpus_load(&t->dev.corpus, o->dev, o->columns, err));
        c = &t->dev.corpus;
        isg_log(t->env, ISG_LOG_INFO, "%s: %u sentences, %u tokens, %u entities, tags in %s", o->dev,
            c->n_sentences, c->n_tokens, c->span_offset[c->n_sentences], isg_scheme_name(c->scheme));
    }
    if (o->vectors) {
        ISG_GOTO(isg_vectors_load(&vectors, o->vectors, &(struct isg_vectors_opts){0}, &report, t->env, err));
        isg_log(t->env, ISG_LOG_INFO, "%s: %zu vectors of %zu numbers (%s%s)", o->vectors, vectors.m.rows,
            vectors.m.cols, report.format, report.gzip ? ", gzip" : "");
        if (report.duplicates)
            isg_log(t->env, ISG_LOG_WARNING,
                "%s:%llu: word given before (%llu such lines); the first one counts", o->vectors,
                (unsigned long long)report.first_duplicate_line, (unsigned long long)report.duplicates);
    }
    isg_ner_scale_vectors(vectors.m, t->model.config.word_norm);
    ISG_GOTO(isg_ner_vocab_build(&t->model.vocab, &t->train.corpus, o->vectors ? &vectors : NULL,
        &t->model.config, &vector_row, &t->rare, err));
    memcpy(t->model.vocab.features.column, columns.features, sizeof columns.features);
    if (o->gazetteer) {
        struct isg_ner_gazetteer **const g = &t->model.vocab.features.gazetteer;
        ISG_GOTO(isg_ner_gazetteer_load(g, o->gazetteer, err));
        isg_log(t->env, ISG_LOG_INFO, "%s: %u names of %u types", o->gazetteer, isg_ner_gazetteer_size(*g),
            isg_ner_gazetteer_types(*g));
    }
    const uint32_t dim = o->vectors ? (uint32_t)vectors.m.cols : (uint32_t)t->model.config.word_dim;
    t->model.config.word_dim = dim;
    ISG_GOTO(isg_ner_network_new(&t->model.net, &t->model.config, &t->model.vocab, dim, err));
    isg_ner_network_init(&t->model.net, &t->model.config, o->seed);
    isg_ner_fill_words(&t->model.net.input, vectors.m, vector_row);
    isg_ner_network_configure(&t->model.net, &t->model.config);
    ISG_GOTO(isg_ner_forms_init(&t->forms, &t->model.vocab, err));
    ISG_GOTO(isg_ner_encode(&t->train, &t->forms, err));
    ISG_GOTO(isg_ner_encode_labels(&t->train, &t->model.vocab, t->model.config.scheme == 0, err));
    if (o->dev)
        ISG_GOTO(isg_ner_encode(&t->dev, &t->forms, err));
    uint32_t with_vector = 0;
    for (uint32_t r = 0; r < t->model.vocab.n_learnt; r++)
        with_vector += vector_row[r] != ISG_NO_ID;
    isg_log(t->env, ISG_LOG_INFO,
        "%u words of the training text (%u with a vector), %u more with vectors; %u characters; "
        "%u labels; %llu numbers to learn or keep",
        t->model.vocab.n_learnt - 1, with_vector,
        isg_strtab_size(t->model.vocab.words) - t->model.vocab.n_learnt,
        isg_strtab_size(t->model.vocab.chars) - 1, isg_strtab_size(t->model.vocab.labels),
        (unsigned long long)isg_params_size(t->model.net.params));
out:
    isg_vectors_fini(&vectors);
    isg_free(vector_row);
    return status;
}

static enum isg_status ready(struct isg_ner_trainer *t, struct isg_error *err)
{
    const struct isg_ner_config *c = &t->model.config;
    const uint32_t n = t->train.corpus.n_sentences, n_shards = (uint32_t)c->shards;
    struct isg_optim_opts optim = isg_optim_defaults();
    optim.kind = (enum isg_optim_kind)c->optimiser;
    optim.lr = c->lr;
    optim.momentum = c->momentum;
    optim.weight_decay = c->weight_decay;
    optim.clip = c->clip;
    optim.average = c->average;
    ISG_TRY(isg_optim_new(&t->optim, t->model.net.params, &optim, err));
    ISG_TRY(isg_params_pack(t->model.net.params, true, t->env->pool, err));
    ISG_TRY(isg_ner_decoder_new(&t->decoder, &t->model.net, c, t->env->pool, err));
    t->shards = isg_calloc(n_shards, sizeof *t->shards);
    t->used = isg_calloc(n_shards, sizeof(struct isg_tape *));
    t->order = isg_malloc((size_t)n + 1, sizeof *t->order);
    t->lengths = isg_malloc((size_t)n + 1, sizeof *t->lengths);
    t->shard_of = isg_malloc((size_t)n + 1, sizeof *t->shard_of);
    t->history = isg_strndup("[]", 2);
    if (!t->shards || !t->used || !t->order || !t->lengths || !t->shard_of || !t->history)
        return isg_error_nomem(err, "a training run");
    for (uint32_t i = 0; i < n_shards; i++)
        ISG_TRY(isg_tape_new(&t->shards[i].tape, t->model.net.params, ISG_ISA_AUTO, err));
    return ISG_OK;
}

static void trainer_fini(struct isg_ner_trainer *t)
{
    for (int64_t i = 0; t->shards && i < t->model.config.shards; i++) {
        struct isg_ner_shard *s = &t->shards[i];
        isg_tape_free(s->tape);
        isg_ner_batch_fini(&s->batch);
        isg_free(s->tokens);
        isg_free(s->n_tokens);
        isg_free(s->sentence);
        isg_free((void *)s->features);
        isg_ner_target_fini(&s->target);
    }
    isg_free(t->shards);
    isg_free(t->used);
    isg_free(t->order);
    isg_free(t->lengths);
    isg_free(t->shard_of);
    isg_free(t->history);
    isg_free(t->inputs);
    isg_free(t->fingerprint);
    isg_free(t->checkpoint);
    isg_free(t->rare);
    isg_ner_decoder_free(t->decoder);
    isg_optim_free(t->optim);
    if (t->best)
        for (uint32_t i = 0; i < isg_params_count(t->model.net.params); i++)
            isg_free(t->best[i]);
    isg_free(t->best);
    isg_ner_encoded_fini(&t->train);
    isg_ner_encoded_fini(&t->dev);
    isg_ner_forms_fini(&t->forms);
    isg_ner_model_fini(&t->model);
}

/* ---- one step ---- */

static enum isg_status shard_add(
    struct isg_ner_shard *s, const struct isg_ner_encoded *e, uint32_t sentence, struct isg_error *err)
{
    if (!ISG_GROW(s->tokens, s->cap[0], (size_t)s->n + 1) ||
        !ISG_GROW(s->n_tokens, s->cap[1], (size_t)s->n + 1) ||
        !ISG_GROW(s->sentence, s->cap[2], (size_t)s->n + 1) ||
        !ISG_GROW(s->features, s->cap[3], (size_t)s->n + 1))
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
    isg_tape_reset(s->tape,
        &(struct isg_run){.training = true, .seed = t->opts->seed, .step = t->step, .shard = number});
    struct isg_node *pair;
    struct isg_node *emit = isg_ner_network_run(&t->model.net, s->tape, c, &s->batch, &pair);
    struct isg_node *loss =
        isg_crf_loss(s->tape, emit, pair, &s->batch.sentences, &t->model.net.head.crf, &target);
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

static enum isg_status train_batch(struct isg_ner_trainer *t, uint32_t n, double lr, struct isg_error *err)
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

/* ---- scores on dev ---- */

static enum isg_status score_dev(
    struct isg_ner_trainer *t, struct isg_ner_counts *counts, struct isg_error *err)
{
    return isg_ner_score_corpus(counts, t->decoder, &t->forms, &t->model.vocab, &t->dev, err);
}

/* ---- epochs ---- */

static enum isg_status keep_best(struct isg_ner_trainer *t, struct isg_error *err)
{
    ISG_TRY(isg_ner_best_alloc(t, err));
    for (uint32_t i = 0; i < isg_params_count(t->model.net.params); i++) {
        const struct isg_param *p = isg_params_at(t->model.net.params, i);
        memcpy(t->best[i], p->value, isg_param_size(p) * sizeof *p->value);
    }
    return ISG_OK;
}

static void take_best(struct isg_ner_trainer *t)
{
    if (!t->best)
        return;
    for (uint32_t i = 0; i < isg_params_count(t->model.net.params); i++) {
        struct isg_param *p = isg_params_at(t->model.net.params, i);
        memcpy(p->value, t->best[i], isg_param_size(p) * sizeof *p->value);
        isg_param_changed(p);
    }
}

/* Adds an epoch to the history, which goes into the model and so holds nothing that differs between machines,
 * and tells the world. */
static enum isg_status tell(struct isg_ner_trainer *t, double loss, double lr, double norm, const double *dev,
    double seconds, double speed, struct isg_error *err)
{
    json_t *history = json_loads(t->history, 0, NULL);
    json_t *o =
        json_pack("{s:i, s:f, s:f, s:f}", "epoch", (int)t->epoch, "loss", loss, "lr", lr, "grad_norm", norm);
    if (dev && o)
        json_object_set_new(o, "dev_precision", json_real(dev[0])),
            json_object_set_new(o, "dev_recall", json_real(dev[1])),
            json_object_set_new(o, "dev_f1", json_real(dev[2]));
    char *text = NULL, *line = NULL;
    if (json_is_array(history) && o && json_array_append(history, o) == 0)
        text = json_dumps(history, JSON_COMPACT | JSON_REAL_PRECISION(17));
    isg_free(t->history);
    t->history = text ? isg_strndup(text, strlen(text)) : NULL;
    json_decref(history);
    json_t *event = json_pack("{s:s}", "event", "epoch");
    if (event && o && json_object_update(event, o) == 0) {
        if (!dev)
            json_object_set_new(event, "dev_f1", json_null());
        json_object_set_new(event, "clipped", json_integer(t->n_clipped));
        json_object_set_new(event, "seconds", json_real(seconds));
        json_object_set_new(event, "tokens_per_second", json_real(speed));
        line = json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(10));
        if (line && t->env->event)
            t->env->event(t->env->cookie, line);
    }
    json_decref(event);
    json_decref(o);
    const bool good = t->history && line;
    free(text);
    free(line);
    if (dev)
        isg_log(t->env, ISG_LOG_INFO,
            "epoch %u: loss %.4f, dev F1 %.2f (P %.2f, R %.2f)%s, lr %.3g, %.1f s, %.0f tokens/s", t->epoch,
            loss, dev[2], dev[0], dev[1], t->best_epoch == t->epoch ? " *" : "", lr, seconds, speed);
    else
        isg_log(t->env, ISG_LOG_INFO, "epoch %u: loss %.4f, lr %.3g, %.1f s, %.0f tokens/s", t->epoch, loss,
            lr, seconds, speed);
    return good ? ISG_OK : isg_error_nomem(err, "the log");
}

struct clock {
    double seconds; /* of training batches in this call */
    uint64_t tokens;
};

static enum isg_status run_epoch(struct isg_ner_trainer *t, struct clock *clock, struct isg_error *err)
{
    const struct isg_ner_config *c = &t->model.config;
    const struct isg_schedule_opts schedule = {(enum isg_schedule)c->schedule, c->decay, c->warmup, 0};
    const uint32_t n = t->train.corpus.n_sentences;
    const double started = isg_now();
    uint64_t tokens = 0;
    for (uint32_t i = 0; i < n; i++)
        t->order[i] = i;
    struct isg_rng rng = isg_rng_stream(t->opts->seed, "shuffle", t->epoch);
    isg_rng_shuffle(&rng, t->order, n);
    double lr = 0;
    while (t->at < n) {
        const double done = t->epoch + (double)t->at / n;
        lr = isg_schedule_rate(&schedule, c->lr, done, (double)c->epochs);
        const uint32_t take = n - t->at < (uint64_t)c->batch ? n - t->at : (uint32_t)c->batch;
        for (uint32_t i = 0; i < take; i++)
            tokens += t->train.n_tokens[t->order[t->at + i]];
        ISG_TRY(train_batch(t, take, lr, err));
        const uint64_t total = (uint64_t)n * (uint64_t)c->epochs;
        if (isg_progress(t->env, "training", (uint64_t)t->epoch * n + t->at, total, err) != ISG_OK) {
            ISG_TRY(isg_ner_checkpoint_save(t, err));
            isg_error_set(err, ISG_ECANCELED, NULL, 0, "stopped in epoch %u; the run so far is in %s",
                t->epoch + 1, t->checkpoint);
            return isg_error_advice(err, "the same call with --resume goes on from there");
        }
    }
    const double trained = isg_now() - started;
    clock->seconds += trained;
    clock->tokens += tokens;
    t->epoch++;
    double dev[3];
    if (t->opts->dev) {
        struct isg_ner_counts counts;
        if (c->average > 0)
            isg_params_swap_average(t->model.net.params);
        ISG_TRY(score_dev(t, &counts, err));
        dev[0] = isg_ner_precision(&counts);
        dev[1] = isg_ner_recall(&counts);
        dev[2] = isg_ner_f1(&counts);
        if (!t->best || dev[2] > t->best_f1) {
            t->best_f1 = dev[2];
            t->best_epoch = t->epoch;
            t->bad_epochs = 0;
            ISG_TRY(keep_best(t, err));
        } else {
            t->bad_epochs++;
        }
        if (c->average > 0)
            isg_params_swap_average(t->model.net.params);
    }
    const uint32_t steps = (n + (uint32_t)c->batch - 1) / (uint32_t)c->batch;
    ISG_TRY(tell(t, t->loss_sum / n, lr, t->norm_sum / steps, t->opts->dev ? dev : NULL, isg_now() - started,
        trained > 0 ? (double)tokens / trained : 0, err));
    t->at = 0;
    t->loss_sum = t->norm_sum = 0;
    t->n_clipped = 0;
    return ISG_OK;
}

static bool finished(const struct isg_ner_trainer *t)
{
    const struct isg_ner_config *c = &t->model.config;
    return t->epoch >= c->epochs || (t->opts->dev && c->patience && t->bad_epochs >= c->patience);
}

static double last_loss(const char *history)
{
    json_t *a = json_loads(history, 0, NULL);
    const double loss = json_number_value(json_object_get(json_array_get(a, json_array_size(a) - 1), "loss"));
    json_decref(a);
    return loss;
}

/* Fits the temperature of the model to be written; *json is what the provenance says of it. */
static enum isg_status calibrate(struct isg_ner_trainer *t, json_t **json, struct isg_error *err)
{
    struct isg_ner_calibration c;
    ISG_TRY(isg_ner_encode_labels(&t->dev, &t->model.vocab, t->model.config.scheme == 0, err));
    ISG_TRY(isg_ner_calibrate(&c, t->decoder, &t->forms, &t->model.vocab, &t->dev, err));
    t->model.temperature = c.temperature;
    isg_log(t->env, ISG_LOG_INFO,
        "calibrated on dev: temperature %.3f; expected calibration error of entities %.2f -> %.2f, of tokens "
        "%.2f -> %.2f",
        c.temperature, c.entity_ece_before, c.entity_ece_after, c.token_ece_before, c.token_ece_after);
    *json = json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "temperature", c.temperature, "nll_before",
        c.nll_before, "nll_after", c.nll_after, "entity_ece_before", c.entity_ece_before, "entity_ece_after",
        c.entity_ece_after, "token_ece_before", c.token_ece_before, "token_ece_after", c.token_ece_after);
    return *json ? ISG_OK : isg_error_nomem(err, "calibration");
}

static enum isg_status write_model(struct isg_ner_trainer *t, json_t *calibration, struct isg_error *err)
{
    json_t *inputs = json_loads(t->inputs, 0, NULL), *history = json_loads(t->history, 0, NULL);
    json_t *o = json_pack("{s:o?, s:i, s:i, s:s, s:i, s:i, s:o?}", "inputs", inputs, "epochs", (int)t->epoch,
        "best_epoch", (int)t->best_epoch, "scheme_of_train", isg_scheme_name(t->train.corpus.scheme),
        "train_sentences", (int)t->train.corpus.n_sentences, "train_tokens", (int)t->train.corpus.n_tokens,
        "history", history);
    if (o && calibration)
        json_object_set_new(o, "calibration", calibration);
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(o);
    t->model.provenance = text ? isg_strndup(text, strlen(text)) : NULL;
    free(text);
    if (!t->model.provenance)
        return isg_error_nomem(err, "the model");
    return isg_ner_model_save(&t->model, t->opts->out, t->opts->force || t->opts->resume, err);
}

/* The folder of the output has to take files before hours of work go by. */
static enum isg_status check_output(const struct isg_ner_train_opts *o, struct isg_error *err)
{
    ISG_TRY(isg_check_overwrite(o->out, o->force || o->resume, err));
    struct isg_writer *w;
    ISG_TRY(isg_writer_open(&w, o->out, true, err));
    isg_writer_abort(w);
    return ISG_OK;
}

enum isg_status isg_ner_train(struct isg_ner_trained *out, const struct isg_ner_train_opts *opts,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const double started = isg_now();
    struct isg_ner_trainer t = {.opts = opts, .env = env};
    struct clock clock = {0};
    memset(out, 0, sizeof *out);
    t.model.config = opts->config;
    t.model.seed = opts->seed;
    t.model.temperature = 1;
    const size_t n = strlen(opts->out);
    t.checkpoint = isg_malloc(n + 16, 1);
    if (!t.checkpoint) {
        status = isg_error_nomem(err, "a training run");
        goto out;
    }
    snprintf(t.checkpoint, n + 16, "%s.checkpoint", opts->out);
    ISG_GOTO(check_output(opts, err));
    ISG_GOTO(load_inputs(&t, err));
    ISG_GOTO(identify(&t, err));
    ISG_GOTO(ready(&t, err));
    if (opts->resume) {
        bool found;
        ISG_GOTO(isg_ner_checkpoint_load(&t, &found, err));
        if (found)
            isg_log(env, ISG_LOG_INFO, "going on from %s: %u epochs done", t.checkpoint, t.epoch);
        else
            isg_log(env, ISG_LOG_WARNING, "no checkpoint %s; starting from the beginning", t.checkpoint);
        ISG_GOTO(isg_params_pack(t.model.net.params, true, env->pool, err));
    }
    while (!finished(&t)) {
        ISG_GOTO(run_epoch(&t, &clock, err));
        if (!finished(&t))
            ISG_GOTO(isg_ner_checkpoint_save(&t, err));
    }
    if (opts->dev) {
        take_best(&t);
    } else {
        t.best_epoch = t.epoch;
        if (t.model.config.average > 0)
            isg_params_swap_average(t.model.net.params);
    }
    json_t *calibration = NULL;
    if (opts->dev) {
        ISG_GOTO(isg_params_pack(t.model.net.params, false, env->pool, err));
        ISG_GOTO(score_dev(&t, &out->dev, err));
        if (t.model.config.calibrate)
            ISG_GOTO(calibrate(&t, &calibration, err));
    }
    const struct isg_ner_counts dev = out->dev;
    ISG_GOTO(write_model(&t, calibration, err));
    (void)unlink(t.checkpoint);
    *out = (struct isg_ner_trained){.epochs = t.epoch,
        .best_epoch = t.best_epoch,
        .loss = last_loss(t.history),
        .has_dev = opts->dev != NULL,
        .dev = dev,
        .parameters = isg_params_size(t.model.net.params),
        .words = isg_strtab_size(t.model.vocab.words),
        .labels = isg_strtab_size(t.model.vocab.labels),
        .tokens_per_second = clock.seconds > 0 ? (double)clock.tokens / clock.seconds : 0};
    out->seconds = isg_now() - started;
out:
    trainer_fini(&t);
    return status;
}
