/* Transfer: two tasks, two phases, one loop. */
#include "ner/transfer.h"
#include "ner/adapt.h"
#include "ner/encode.h"
#include "ner/model.h"
#include "ner/optim.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const isg_ner_transfer_modes[] = {
    "base", "init", "mult", "mult-init", "adapt", "at", "datnet-f", "datnet-p", "translate", NULL};

enum isg_status isg_ner_transfer_mode(struct isg_ner_transfer_config *out, struct isg_ner_config *tagger,
    const char *mode, struct isg_error *err)
{
    *out = (struct isg_ner_transfer_config){.pretrain_epochs = 10,
        .epoch_batches = 100,
        .lambda = 1,
        .reverse = 0.7,
        .alpha = 0.25,
        .gamma = 2,
        .pivots = 5000,
        .psi = 1,
        .keep_encoder = true,
        .keep_chars = true};
    if (strcmp(mode, "base") == 0) {
        return ISG_OK;
    } else if (strcmp(mode, "init") == 0 || strcmp(mode, "translate") == 0) {
        out->pretrain = true;
    } else if (strcmp(mode, "mult") == 0) {
        out->joint = true;
        out->p_source = 0.5;
    } else if (strcmp(mode, "mult-init") == 0) {
        out->pretrain = out->joint = true;
        out->p_source = 0.5;
    } else if (strcmp(mode, "adapt") == 0) {
        out->pretrain = out->word_adaptation = out->sal = out->oal = true;
        out->psi = 0.6;
    } else if (strcmp(mode, "at") == 0) {
        out->joint = out->private_encoder = out->pool_max = true;
        out->adversary = ISG_ADVERSARY_AD;
        out->lambda = 0.06;
        out->p_source = 0.5; /* the tasks take turns */
        out->reverse = 1;
        tagger->attention = ISG_ATTENTION_HEADS;
        tagger->attention_heads = 8;
        tagger->hidden = 120;
    } else if (strcmp(mode, "datnet-f") == 0 || strcmp(mode, "datnet-p") == 0) {
        out->joint = true;
        out->private_encoder = mode[7] == 'p';
        out->adversary = ISG_ADVERSARY_GRAD;
        out->epsilon = out->epsilon_char = 5;
    } else {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "no transfer mode \"%s\"", mode);
        return isg_error_expected(
            err, "base, init, mult, mult-init, adapt, at, datnet-f, datnet-p or translate");
    }
    return ISG_OK;
}

/** One of the two tasks. */
struct task {
    struct isg_ner_config config; /* of its network */
    struct isg_ner_vocab vocab;
    struct isg_ner_forms forms;
    struct isg_ner_encoded train, dev;
    struct isg_ner_network net;
    struct isg_ner_decoder *decoder;
    struct isg_vectors vectors;
    float *adapted; /* word adaptation: vectors times Z */
    uint32_t *vector_row;
    bool *rare;
    bool has_train, has_dev;
    uint32_t *order; /* sentences of the present epoch */
    uint32_t at;
    uint64_t rounds; /* over the sentences, begun */
};
enum { SOURCE, TARGET };

struct discriminator {
    struct isg_param *w1, *b1, *score; /* attention pooling: score = v tanh(h W1 + b1) */
    struct isg_param *w, *b;
};

struct shard {
    struct isg_tape *tape;
    struct isg_ner_batch batch;
    const uint32_t **tokens;
    uint32_t *n_tokens, *sentence, *labels;
    bool *is_source;
    size_t cap[5];
    uint32_t n;
    double loss;
    enum isg_status status;
    struct isg_error err;
};

struct trainer {
    const struct isg_ner_transfer_opts *opts;
    const struct isg_ner_transfer_config *x;
    const struct isg_env *env;
    struct isg_params *params;
    struct task task[2];
    struct discriminator disc;
    struct isg_optim *optim;
    struct shard *shards;
    struct isg_tape **used;
    uint32_t *lengths, *shard_of;
    uint64_t step;
    isg_real **best; /* a value block a parameter */
    double best_f1;
    uint32_t best_epoch, bad_epochs;
    json_t *history;
};

/* ---- readying ---- */

static enum isg_status load_task(struct trainer *t, int which, struct isg_error *err)
{
    struct task *const k = &t->task[which];
    const struct isg_ner_task_files *const f = which == SOURCE ? &t->opts->source : &t->opts->target;
    const char *const name = which == SOURCE ? "source" : "target";
    k->has_train = f->train != NULL;
    k->has_dev = f->dev != NULL;
    if (f->train)
        ISG_TRY(isg_ner_corpus_load(&k->train.corpus, f->train, t->opts->columns, err));
    if (f->dev)
        ISG_TRY(isg_ner_corpus_load(&k->dev.corpus, f->dev, t->opts->columns, err));
    if (f->vectors)
        ISG_TRY(isg_vectors_load(&k->vectors, f->vectors, &(struct isg_vectors_opts){0}, NULL, t->env, err));
    isg_log(t->env, ISG_LOG_INFO, "%s: %u training sentences, %u dev sentences, %zu vectors", name,
        k->train.corpus.n_sentences, k->dev.corpus.n_sentences, k->vectors.m.rows);
    return ISG_OK;
}

static struct isg_mat word_rows(const struct task *k, size_t source_dim)
{
    return k->adapted ? isg_mat(k->adapted, k->vectors.m.rows, source_dim) : k->vectors.m;
}

/* Target vectors into the source's space; the word dimension is then the source's. */
static enum isg_status adapt_words(struct trainer *t, struct isg_error *err)
{
    struct task *const s = &t->task[SOURCE], *const g = &t->task[TARGET];
    struct isg_adapt_pivot *pivots;
    size_t n;
    if (!s->vectors.m.x || !g->vectors.m.x) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "word adaptation without vectors of both sides");
        return isg_error_advice(err, "give --source-emb and --emb, or --no-word-adaptation");
    }
    ISG_TRY(isg_adapt_identical(&g->vectors, &s->vectors, (uint32_t)t->x->pivots, &pivots, &n, err));
    double *const z = isg_malloc(g->vectors.m.cols * s->vectors.m.cols, sizeof *z);
    enum isg_status status = z ? isg_adapt_solve(g->vectors.m, s->vectors.m, pivots, n, -1, z, err)
                               : isg_error_nomem(err, "the word adaptation");
    if (status == ISG_OK)
        status = isg_adapt_apply(g->vectors.m, z, s->vectors.m.cols, &g->adapted, err);
    if (status == ISG_OK)
        isg_log(t->env, ISG_LOG_INFO, "word adaptation learnt from %zu words spelt alike", n);
    isg_free(pivots);
    isg_free(z);
    return status;
}

/* Both tasks read characters by one table: the target's, then what the source has besides. */
static enum isg_status share_chars(struct trainer *t, struct isg_error *err)
{
    struct isg_strtab *const own = t->task[TARGET].vocab.chars;
    for (int which = TARGET; which >= SOURCE; which--) {
        struct isg_strtab **const slot = &t->task[which].vocab.chars;
        struct isg_strtab *const all = isg_strtab_new();
        if (!all)
            return isg_error_nomem(err, "characters");
        enum isg_status status = ISG_OK;
        for (int part = TARGET; part >= SOURCE && status == ISG_OK; part--) {
            const struct isg_strtab *const from = part == TARGET ? own : t->task[SOURCE].vocab.chars;
            for (uint32_t i = 0; i < isg_strtab_size(from) && status == ISG_OK; i++) {
                size_t n;
                uint32_t id;
                const char *const s = isg_strtab_get(from, i, &n);
                status = isg_strtab_add(all, s, n, &id, NULL, err);
            }
        }
        if (which == TARGET) { /* the source still needs to be read: keep the target's own until then */
            *slot = all;
        } else {
            isg_strtab_free(*slot);
            *slot = all;
        }
        if (status != ISG_OK) {
            isg_strtab_free(own);
            return status;
        }
    }
    isg_strtab_free(own);
    return ISG_OK;
}

static enum isg_status subset(struct trainer *t, struct isg_error *err)
{
    struct task *const g = &t->task[TARGET];
    const uint32_t n = g->train.corpus.n_sentences;
    const uint32_t take = t->opts->sentences && t->opts->sentences < n ? t->opts->sentences : n;
    if (take == n)
        return ISG_OK;
    uint32_t *const ids = isg_malloc(n, sizeof *ids);
    bool *const keep = isg_calloc(n, sizeof *keep);
    if (!ids || !keep) {
        isg_free(ids);
        isg_free(keep);
        return isg_error_nomem(err, "a choice of sentences");
    }
    for (uint32_t i = 0; i < n; i++)
        ids[i] = i;
    if (!t->opts->first) {
        struct isg_rng r = isg_rng_stream(t->opts->seed, "subset", 0);
        isg_rng_shuffle(&r, ids, n);
    }
    for (uint32_t i = 0; i < take; i++)
        keep[ids[i]] = true;
    isg_ner_corpus_keep(&g->train.corpus, keep);
    isg_free(ids);
    isg_free(keep);
    return ISG_OK;
}

static enum isg_status build_vocab(struct trainer *t, int which, struct isg_error *err)
{
    struct task *const k = &t->task[which];
    return isg_ner_vocab_build(&k->vocab, &k->train.corpus, k->vectors.m.x ? &k->vectors : NULL, &k->config,
        &k->vector_row, &k->rare, err);
}

static enum isg_status add_discriminator(struct trainer *t, uint32_t in, struct isg_error *err)
{
    if (t->x->adversary == ISG_ADVERSARY_NONE)
        return ISG_OK;
    if (!t->x->pool_max) {
        ISG_TRY(isg_params_add(t->params, &t->disc.w1, "discriminator.attention.w", in, in, false, err));
        ISG_TRY(isg_params_add(t->params, &t->disc.b1, "discriminator.attention.b", 1, in, false, err));
        ISG_TRY(isg_params_add(t->params, &t->disc.score, "discriminator.attention.v", in, 1, false, err));
    }
    ISG_TRY(isg_params_add(t->params, &t->disc.w, "discriminator.w", in, 1, false, err));
    return isg_params_add(t->params, &t->disc.b, "discriminator.b", 1, 1, false, err);
}

static uint32_t word_dim(const struct trainer *t, int which)
{
    const struct task *const k = &t->task[which == TARGET && t->task[TARGET].adapted ? SOURCE : which];
    return k->vectors.m.x ? (uint32_t)k->vectors.m.cols : (uint32_t)k->config.word_dim;
}

static enum isg_status build_networks(struct trainer *t, struct isg_error *err)
{
    ISG_TRY(isg_params_new(&t->params, err));
    for (int which = TARGET; which >= SOURCE; which--) {
        struct task *const k = &t->task[which];
        k->config.word_dim = word_dim(t, which);
        if (which == TARGET && t->x->sal)
            k->config.sal_hidden = k->config.word_dim / 2; /* so that its output fits the shared encoder */
        if (which == TARGET && t->x->oal)
            k->config.oal_hidden = k->config.hidden / 2 > 0 ? k->config.hidden / 2 : 1;
        if (t->x->private_encoder)
            k->config.private_hidden = k->config.hidden;
        const struct isg_ner_sizes sizes = {k->vocab.n_learnt,
            isg_strtab_size(k->vocab.words) - k->vocab.n_learnt, (uint32_t)k->config.word_dim,
            isg_strtab_size(k->vocab.chars), k->vocab.labels};
        if (which == SOURCE && k->config.word_dim != t->task[TARGET].config.word_dim) {
            isg_error_set(err, ISG_EDATA, t->opts->source.vectors, 0,
                "vectors of %lld numbers beside target vectors of %lld", (long long)k->config.word_dim,
                (long long)t->task[TARGET].config.word_dim);
            return isg_error_advice(err, "give vectors of one size, or switch word adaptation on");
        }
        ISG_TRY(isg_ner_network_add(&k->net, t->params, which == TARGET ? "" : "source.", &k->config, &sizes,
            which == TARGET ? NULL : &t->task[TARGET].net, err));
    }
    ISG_TRY(add_discriminator(t, t->task[TARGET].net.attend.out, err));
    ISG_TRY(isg_params_seal(t->params, err));
    for (int which = SOURCE; which <= TARGET; which++) {
        struct task *const k = &t->task[which];
        isg_ner_network_init(&k->net, &k->config, t->opts->seed);
        isg_ner_network_configure(&k->net, &k->config);
        isg_ner_fill_words(&k->net.input, word_rows(k, (size_t)k->config.word_dim), k->vector_row);
    }
    struct isg_param *const parts[] = {t->disc.w1, t->disc.score, t->disc.w};
    for (size_t i = 0; i < 3; i++)
        if (parts[i])
            isg_param_xavier(parts[i], t->opts->seed);
    return ISG_OK;
}

static enum isg_status ready_task(struct trainer *t, int which, struct isg_error *err)
{
    struct task *const k = &t->task[which];
    ISG_TRY(isg_ner_forms_init(&k->forms, &k->vocab, err));
    ISG_TRY(isg_ner_encode(&k->train, &k->forms, err));
    ISG_TRY(isg_ner_encode_labels(&k->train, &k->vocab, k->config.scheme == 0, err));
    if (k->has_dev)
        ISG_TRY(isg_ner_encode(&k->dev, &k->forms, err));
    ISG_TRY(isg_ner_decoder_new(&k->decoder, &k->net, &k->config, t->env->pool, err));
    k->order = isg_malloc((size_t)k->train.corpus.n_sentences + 1, sizeof *k->order);
    return k->order ? ISG_OK : isg_error_nomem(err, "a training run");
}

static enum isg_status ready(struct trainer *t, struct isg_error *err)
{
    const struct isg_ner_config *const c = &t->opts->config;
    const size_t shards = (size_t)c->shards, batch = (size_t)c->batch;
    ISG_TRY(load_task(t, SOURCE, err));
    ISG_TRY(load_task(t, TARGET, err));
    ISG_TRY(subset(t, err));
    if (!t->task[TARGET].has_train) /* the source is (translated) text of the target language: its words are
                                       the target's */
        ISG_TRY(
            isg_ner_corpus_load(&t->task[TARGET].train.corpus, t->opts->source.train, t->opts->columns, err));
    if (t->x->word_adaptation)
        ISG_TRY(adapt_words(t, err));
    for (int which = SOURCE; which <= TARGET; which++) {
        t->task[which].config = t->opts->config;
        ISG_TRY(build_vocab(t, which, err));
    }
    ISG_TRY(share_chars(t, err));
    ISG_TRY(build_networks(t, err));
    for (int which = SOURCE; which <= TARGET; which++)
        ISG_TRY(ready_task(t, which, err));
    t->shards = isg_calloc(shards, sizeof *t->shards);
    t->used = isg_calloc(shards, sizeof(struct isg_tape *));
    t->lengths = isg_malloc(batch, sizeof *t->lengths);
    t->shard_of = isg_malloc(batch, sizeof *t->shard_of);
    t->best = isg_calloc(isg_params_count(t->params), sizeof *t->best);
    t->history = json_array();
    if (!t->shards || !t->used || !t->lengths || !t->shard_of || !t->best || !t->history)
        return isg_error_nomem(err, "a training run");
    for (size_t i = 0; i < shards; i++)
        ISG_TRY(isg_tape_new(&t->shards[i].tape, t->params, ISG_ISA_AUTO, err));
    return ISG_OK;
}

static void trainer_fini(struct trainer *t)
{
    for (int64_t i = 0; t->shards && i < t->opts->config.shards; i++) {
        struct shard *const s = &t->shards[i];
        isg_tape_free(s->tape);
        isg_ner_batch_fini(&s->batch);
        isg_free(s->tokens);
        isg_free(s->n_tokens);
        isg_free(s->sentence);
        isg_free(s->labels);
        isg_free(s->is_source);
    }
    isg_free(t->shards);
    isg_free(t->used);
    isg_free(t->lengths);
    isg_free(t->shard_of);
    for (uint32_t i = 0; t->best && i < isg_params_count(t->params); i++)
        isg_free(t->best[i]);
    isg_free(t->best);
    json_decref(t->history);
    isg_optim_free(t->optim);
    for (int which = SOURCE; which <= TARGET; which++) {
        struct task *const k = &t->task[which];
        isg_ner_decoder_free(k->decoder);
        isg_ner_network_fini(&k->net);
        isg_ner_encoded_fini(&k->train);
        isg_ner_encoded_fini(&k->dev);
        isg_ner_forms_fini(&k->forms);
        isg_ner_vocab_fini(&k->vocab);
        isg_vectors_fini(&k->vectors);
        isg_free(k->adapted);
        isg_free(k->vector_row);
        isg_free(k->rare);
        isg_free(k->order);
    }
    if (t->params)
        isg_params_free(t->params);
}

/* ---- one step ---- */

/* The discriminator's loss on shared features, its gradient reversed below it. */
static struct isg_node *discriminate(const struct trainer *t, struct isg_tape *tape, struct isg_node *shared,
    const struct isg_seqs *seqs, const bool *is_source)
{
    const struct isg_ner_transfer_config *const x = t->x;
    struct isg_node *const h = isg_reverse(tape, shared, ISG_R(x->reverse));
    struct isg_node *pooled;
    if (x->pool_max)
        pooled = isg_pool_max(tape, h, seqs);
    else
        pooled = isg_pool_attention(tape, h,
            isg_linear(
                tape, isg_tanh(tape, isg_linear(tape, h, t->disc.w1, t->disc.b1)), t->disc.score, NULL),
            seqs);
    const bool plain = x->adversary == ISG_ADVERSARY_AD;
    struct isg_node *const loss = isg_grad_loss(tape, isg_linear(tape, pooled, t->disc.w, t->disc.b),
        is_source, plain ? ISG_R(0.5) : ISG_R(x->alpha), plain ? 0 : ISG_R(x->gamma));
    return isg_scale(tape, loss, plain ? 2 : 1); /* alpha 0.5, gamma 0 is half the cross-entropy */
}

/* The task's loss on a shard: CRF, and the discriminator's where there is one. */
static struct isg_node *task_loss(
    const struct trainer *t, const struct task *k, struct shard *s, struct isg_ner_pass *pass)
{
    isg_ner_network_pass(&k->net, s->tape, &k->config, &s->batch, pass);
    const struct isg_crf_target target = {.tags = s->labels};
    struct isg_node *const crf =
        isg_crf_loss(s->tape, pass->emit, pass->pair, &s->batch.sentences, &k->net.head.crf, &target);
    if (t->x->adversary == ISG_ADVERSARY_NONE)
        return crf;
    struct isg_node *const adversary =
        discriminate(t, s->tape, pass->shared, &s->batch.sentences, s->is_source);
    return isg_loss_sum(
        s->tape, (struct isg_node *const[]){crf, adversary}, (isg_real[]){1, ISG_R(t->x->lambda)}, 2);
}

struct step {
    struct trainer *t;
    struct task *k;
    uint32_t batch;
    bool adversarial; /* perturb, too */
};

static enum isg_status shard_gradient(
    const struct step *step, struct shard *s, uint32_t number, struct isg_error *err)
{
    struct trainer *const t = step->t;
    struct task *const k = step->k;
    ISG_TRY(isg_ner_batch_build(&s->batch, &k->forms, s->tokens, s->n_tokens, s->n, err));
    const uint32_t n = s->batch.n_tokens;
    if (!ISG_GROW(s->labels, s->cap[3], (size_t)n + 1) ||
        !ISG_GROW(s->is_source, s->cap[4], (size_t)s->n + 1))
        return isg_error_nomem(err, "a batch");
    uint32_t at = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        memcpy(s->labels + at, k->train.labels + k->train.corpus.offset[s->sentence[i]],
            s->n_tokens[i] * sizeof *s->labels);
        at += s->n_tokens[i];
        s->is_source[i] = k == &t->task[SOURCE];
    }
    struct isg_rng rng = isg_rng_stream(t->opts->seed, "unknown", t->step * 64 + number);
    for (uint32_t i = 0; i < n; i++)
        if (k->rare[s->batch.kind_form[s->batch.kind[i]]] && isg_rng_double(&rng) < k->config.unk_rate)
            s->batch.word[i] = 0;
    isg_tape_reset(s->tape,
        &(struct isg_run){.training = true, .seed = t->opts->seed, .step = t->step, .shard = number});
    const isg_real scale = ISG_R(1.0 / step->batch);
    const bool perturb_words = step->adversarial && t->x->epsilon > 0;
    const bool perturb_chars = step->adversarial && t->x->epsilon_char > 0 && k->net.input.chars;
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
        noisy.words = isg_perturb(s->tape, isg_ner_input_words(&k->net.input, s->tape, &s->batch),
            clean.words->dx, &s->batch.sentences, ISG_R(t->x->epsilon), ISG_NORM_SEQ);
    if (perturb_chars) {
        const uint32_t whole[2] = {0, s->batch.char_offset[s->batch.n_kinds]};
        const struct isg_seqs one = {1, whole};
        noisy.chars = isg_perturb(s->tape, isg_ner_input_chars(&k->net.input, s->tape, &s->batch),
            clean.chars->dx, &one, ISG_R(t->x->epsilon_char) * ISG_SQRT((isg_real)s->n), ISG_NORM_SEQ);
    }
    return isg_backward(s->tape, task_loss(t, k, s, &noisy), scale, err);
}

static void run_shard(void *cookie, size_t i, unsigned worker)
{
    const struct step *const step = cookie;
    struct shard *const s = &step->t->shards[i];
    (void)worker;
    s->status = s->n ? shard_gradient(step, s, (uint32_t)i, &s->err) : ISG_OK;
}

static enum isg_status shard_add(
    struct shard *s, const struct isg_ner_encoded *e, uint32_t sentence, struct isg_error *err)
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
static enum isg_status train_batch(
    struct trainer *t, struct task *k, double lr, bool adversarial, double *loss, struct isg_error *err)
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
        struct shard *const s = &t->shards[i];
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

/* ---- phases ---- */

/* A new round over a task's sentences. */
static void shuffle(const struct trainer *t, struct task *k)
{
    const uint32_t n = k->train.corpus.n_sentences;
    for (uint32_t i = 0; i < n; i++)
        k->order[i] = i;
    struct isg_rng rng =
        isg_rng_stream(t->opts->seed, k == &t->task[SOURCE] ? "source order" : "target order", k->rounds++);
    isg_rng_shuffle(&rng, k->order, n);
    k->at = 0;
}

static enum isg_status keep_best(struct trainer *t, struct isg_error *err)
{
    for (uint32_t i = 0; i < isg_params_count(t->params); i++) {
        const struct isg_param *const p = isg_params_at(t->params, i);
        if (p->frozen && t->best[i])
            continue;
        if (!t->best[i] && !(t->best[i] = isg_malloc(isg_param_size(p), sizeof **t->best)))
            return isg_error_nomem(err, "the best weights");
        memcpy(t->best[i], p->value, isg_param_size(p) * sizeof *p->value);
    }
    return ISG_OK;
}

static void take_best(struct trainer *t)
{
    for (uint32_t i = 0; i < isg_params_count(t->params); i++) {
        struct isg_param *const p = isg_params_at(t->params, i);
        if (!t->best[i])
            continue;
        memcpy(p->value, t->best[i], isg_param_size(p) * sizeof *p->value);
        isg_param_changed(p);
    }
}

/** What a phase takes its batches from, and the task whose dev text chooses its epoch. */
struct phase {
    const char *name;
    bool source, target;
    int select; /* task; -1 = the last epoch */
    uint32_t epochs;
};

static uint32_t n_batches(const struct trainer *t, const struct task *k)
{
    const uint32_t batch = (uint32_t)t->opts->config.batch;
    return (k->train.corpus.n_sentences + batch - 1) / batch;
}

/* Share of source batches: as asked for, else by the square roots of the tasks' sizes, so that a small target
 * is not lost. */
static double source_share(const struct trainer *t)
{
    if (t->x->p_source > 0)
        return t->x->p_source;
    const double s = sqrt(n_batches(t, &t->task[SOURCE])), g = sqrt(n_batches(t, &t->task[TARGET]));
    return s / (s + g);
}

/* An epoch passes once over the text that the phase is about (the target's, where it takes part), with source
 * batches drawn in between, and has at least epoch_batches batches: short texts go round. */
static enum isg_status run_epoch(struct trainer *t, const struct phase *p, uint32_t epoch, double *loss,
    uint32_t *sentences, struct isg_error *err)
{
    const struct isg_ner_config *const c = &t->opts->config;
    const struct isg_schedule_opts schedule = {(enum isg_schedule)c->schedule, c->decay, c->warmup, 0};
    struct task *const lead = &t->task[p->target ? TARGET : SOURCE];
    const bool joint = p->source && p->target;
    const double share = joint ? source_share(t) : 0;
    const double wanted = fmax(ceil(n_batches(t, lead) / (1 - share)), (double)t->x->epoch_batches);
    const uint32_t steps = (uint32_t)fmin(wanted, 1e9);
    struct isg_rng rng = isg_rng_stream(t->opts->seed, p->name, epoch);
    *loss = 0;
    *sentences = 0;
    for (uint32_t i = 0; i < steps; i++) {
        struct task *const k = joint && isg_rng_double(&rng) < share ? &t->task[SOURCE] : lead;
        if (k->at >= k->train.corpus.n_sentences)
            shuffle(t, k);
        const double lr = isg_schedule_rate(&schedule, c->lr, epoch + (double)i / steps, p->epochs);
        const uint32_t before = k->at;
        ISG_TRY(train_batch(t, k, lr, p->target, loss, err));
        *sentences += k->at - before;
        ISG_TRY(
            isg_progress(t->env, p->name, (uint64_t)epoch * steps + i + 1, (uint64_t)steps * p->epochs, err));
    }
    return ISG_OK;
}

static enum isg_status tell(struct trainer *t, const struct phase *p, uint32_t epoch, double loss,
    const double *f1, double seconds, struct isg_error *err)
{
    json_t *const o = json_pack("{s:s, s:s, s:i, s:f, s:f}", "event", "epoch", "phase", p->name, "epoch",
        (int)epoch, "loss", loss, "seconds", seconds);
    if (!o)
        return isg_error_nomem(err, "the log");
    json_object_set_new(o, "dev_f1", f1 ? json_real(*f1) : json_null());
    char *const line = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(10));
    if (line && t->env->event)
        t->env->event(t->env->cookie, line);
    free(line);
    json_object_del(o, "event");
    json_object_del(o, "seconds"); /* the model's bytes must not depend on the clock */
    json_array_append_new(t->history, o);
    if (f1)
        isg_log(t->env, ISG_LOG_INFO, "%s, epoch %u: loss %.4f, %s dev F1 %.2f, %.1f s", p->name, epoch, loss,
            p->select == TARGET ? "target" : "source", *f1, seconds);
    else
        isg_log(t->env, ISG_LOG_INFO, "%s, epoch %u: loss %.4f, %.1f s", p->name, epoch, loss, seconds);
    return ISG_OK;
}

static enum isg_status run_phase(
    struct trainer *t, const struct phase *p, uint32_t *epochs, struct isg_error *err)
{
    const struct isg_ner_config *const c = &t->opts->config;
    struct isg_optim_opts optim = isg_optim_defaults();
    optim.kind = (enum isg_optim_kind)c->optimiser;
    optim.lr = c->lr;
    optim.momentum = c->momentum;
    optim.weight_decay = c->weight_decay;
    optim.clip = c->clip;
    isg_optim_free(t->optim);
    ISG_TRY(isg_optim_new(&t->optim, t->params, &optim, err));
    isg_optim_restart(t->optim);
    ISG_TRY(isg_params_pack(t->params, true, t->env->pool, err));
    t->best_f1 = -1;
    t->best_epoch = t->bad_epochs = 0;
    for (int which = SOURCE; which <= TARGET; which++)
        shuffle(t, &t->task[which]);
    uint32_t epoch = 0;
    while (epoch < p->epochs && !(p->select >= 0 && c->patience && t->bad_epochs >= c->patience)) {
        const double started = isg_now();
        double loss, f1 = 0;
        uint32_t sentences;
        ISG_TRY(run_epoch(t, p, epoch++, &loss, &sentences, err));
        if (p->select >= 0) {
            const struct task *const k = &t->task[p->select];
            struct isg_ner_counts counts;
            ISG_TRY(isg_ner_score_corpus(&counts, k->decoder, &k->forms, &k->vocab, &k->dev, err));
            f1 = isg_ner_f1(&counts);
            t->bad_epochs++;
            if (f1 > t->best_f1) {
                t->best_f1 = f1;
                t->best_epoch = epoch;
                t->bad_epochs = 0;
                ISG_TRY(keep_best(t, err));
            }
        }
        ISG_TRY(tell(t, p, epoch, loss / sentences, p->select >= 0 ? &f1 : NULL, isg_now() - started, err));
    }
    if (p->select >= 0)
        take_best(t);
    else
        t->best_epoch = epoch;
    *epochs = epoch;
    return ISG_OK;
}

static void copy_rows(struct isg_param *to, uint32_t to_row, const struct isg_param *from, uint32_t from_row)
{
    memcpy(to->value + (size_t)to_row * to->cols, from->value + (size_t)from_row * from->cols,
        to->cols * sizeof *to->value);
    isg_param_changed(to);
}

/* Columns of the head's projection and entries of its transitions for labels that both tasks have. */
static void copy_labels(struct trainer *t)
{
    const struct task *const s = &t->task[SOURCE];
    struct task *const g = &t->task[TARGET];
    const uint32_t n = isg_strtab_size(g->vocab.labels), m = isg_strtab_size(s->vocab.labels);
    struct isg_ner_head *const to = &g->net.head;
    const struct isg_ner_head *const from = &s->net.head;
    if (to->w->rows != from->w->rows)
        return; /* features of another size (adaptation layers): nothing that could be copied */
    for (uint32_t i = 0; i < n; i++) {
        size_t len;
        const char *const label = isg_strtab_get(g->vocab.labels, i, &len);
        const uint32_t j = isg_strtab_find(s->vocab.labels, label, len);
        if (j == ISG_NO_ID)
            continue;
        for (uint32_t r = 0; r < to->w->rows; r++)
            to->w->value[(size_t)r * n + i] = from->w->value[(size_t)r * m + j];
        to->b->value[i] = from->b->value[j];
        for (uint32_t k = 0; k < n; k++) {
            const char *const other = isg_strtab_get(g->vocab.labels, k, &len);
            const uint32_t l = isg_strtab_find(s->vocab.labels, other, len);
            if (l != ISG_NO_ID)
                to->crf.trans->value[(size_t)i * n + k] = from->crf.trans->value[(size_t)j * m + l];
        }
    }
    isg_param_changed(to->w);
    isg_param_changed(to->b);
    isg_param_changed(isg_params_find(t->params, to->crf.trans->name));
}

/* Between the phases: what is carried over, what starts anew, and at which rate it goes on. */
static enum isg_status carry_over(struct trainer *t, struct isg_error *err)
{
    const struct isg_ner_transfer_config *const x = t->x;
    const struct task *const s = &t->task[SOURCE];
    struct task *const g = &t->task[TARGET];
    if (x->copy_words)
        for (uint32_t r = 1; r < g->net.input.word->rows; r++) {
            size_t n;
            const char *const word = isg_strtab_get(g->vocab.words, r, &n);
            const uint32_t from = isg_strtab_find(s->vocab.words, word, n);
            if (from != ISG_NO_ID && from < s->vocab.n_learnt)
                copy_rows(g->net.input.word, r, s->net.input.word, from);
        }
    if (x->copy_labels)
        copy_labels(t);
    if (!x->keep_encoder) {
        isg_ner_encoder_init(&g->net.encoder, t->params, &g->config, t->opts->seed + 1);
        isg_ner_attend_init(&g->net.attend, t->opts->seed + 1);
    }
    for (uint32_t i = 0; i < isg_params_count(t->params); i++) {
        struct isg_param *const p = isg_params_at(t->params, i);
        const bool chars = isg_glob("char.*", p->name), encoder = isg_glob("encoder.*|attention.*", p->name);
        if (!chars && !encoder)
            continue;
        if (chars && !x->keep_chars)
            isg_param_uniform(p, ISG_SQRT(ISG_R(3) / (isg_real)p->cols), t->opts->seed + 1);
        p->lr_scale *= ISG_R(x->psi);
        p->frozen = p->frozen || x->psi == 0;
        if (x->l2_start > 0) {
            p->l2_start = ISG_R(x->l2_start);
            ISG_TRY(isg_param_mark_start(t->params, p, err));
        }
    }
    return ISG_OK;
}

/* ---- the model ---- */

static enum isg_status write_model(struct trainer *t, struct isg_ner_transferred *out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct task *const k = &t->task[TARGET];
    struct isg_ner_model m = {.config = k->config, .seed = t->opts->seed, .temperature = 1};
    char *text = NULL;
    json_t *o = NULL;
    ISG_GOTO(isg_ner_network_new(&m.net, &m.config, &k->vocab, (uint32_t)k->config.word_dim, err));
    for (uint32_t i = 0; i < isg_params_count(m.net.params); i++) {
        struct isg_param *const to = isg_params_at(m.net.params, i);
        const struct isg_param *const from = isg_params_find(t->params, to->name);
        memcpy(to->value, from->value, isg_param_size(to) * sizeof *to->value);
    }
    if (m.net.input.n_table)
        memcpy(m.net.input.table, k->net.input.table,
            (size_t)m.net.input.n_table * m.net.input.word->cols * sizeof *m.net.input.table);
    o = json_pack("{s:s, s:i, s:i, s:i, s:i, s:s, s:O}", "transfer", t->opts->mode, "source_epochs",
        (int)out->source_epochs, "epochs", (int)out->epochs, "best_epoch", (int)out->best_epoch,
        "target_sentences", (int)out->target_sentences, "scheme_of_train",
        isg_scheme_name(k->train.corpus.scheme), "history", t->history);
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
    free(text);
    isg_ner_model_fini(&m);
    return status;
}

static enum isg_status check_output(const struct isg_ner_transfer_opts *o, struct isg_error *err)
{
    struct isg_writer *w;
    ISG_TRY(isg_writer_open(&w, o->out, o->force, err));
    isg_writer_abort(w);
    return ISG_OK;
}

/* Without target sentences the target network becomes the source's: same words, labels and parts. */
static void hand_over(struct trainer *t)
{
    const char *const a = t->opts->source.vectors, *const b = t->opts->target.vectors;
    const bool same_words = a == b || (a && b && strcmp(a, b) == 0);
    for (uint32_t i = 0; i < isg_params_count(t->params); i++) {
        const struct isg_param *const from = isg_params_at(t->params, i);
        if (strncmp(from->name, "source.", 7) != 0 || (from == t->task[SOURCE].net.input.word && !same_words))
            continue; /* common space: the target keeps its own vectors */
        struct isg_param *const to = isg_params_find(t->params, from->name + 7);
        if (to && isg_param_size(to) == isg_param_size(from)) {
            memcpy(to->value, from->value, isg_param_size(to) * sizeof *to->value);
            isg_param_changed(to);
        }
    }
}

enum isg_status isg_ner_transfer(struct isg_ner_transferred *out, const struct isg_ner_transfer_opts *opts,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const double started = isg_now();
    struct trainer t = {.opts = opts, .x = &opts->transfer, .env = env};
    memset(out, 0, sizeof *out);
    ISG_GOTO(check_output(opts, err));
    ISG_GOTO(ready(&t, err));
    const struct isg_ner_transfer_config *const x = t.x;
    struct task *const g = &t.task[TARGET];
    if (g->has_train)
        out->target_sentences = g->train.corpus.n_sentences;
    const int source_dev = t.task[SOURCE].has_dev ? SOURCE : -1;
    if (x->pretrain || !g->has_train) {
        /* without target sentences, a target dev text (translated, say) may choose */
        const struct phase p = {"source", true, false, source_dev,
            (uint32_t)(g->has_train ? x->pretrain_epochs : opts->config.epochs)};
        ISG_GOTO(run_phase(&t, &p, &out->source_epochs, err));
        out->best_epoch = t.best_epoch;
        if (g->has_train)
            ISG_GOTO(carry_over(&t, err));
        else
            hand_over(&t);
    }
    if (g->has_train) {
        const struct phase p = {
            "target", x->joint, true, g->has_dev ? TARGET : x->joint || x->pretrain ? source_dev : -1,
            (uint32_t)opts->config.epochs};
        ISG_GOTO(run_phase(&t, &p, &out->epochs, err));
        out->best_epoch = t.best_epoch;
    }
    const struct task *const judged = g->has_dev ? g : &t.task[SOURCE];
    if (judged->has_dev && (judged == g || x->joint || x->pretrain)) {
        out->has_dev = true;
        ISG_GOTO(isg_params_pack(t.params, false, env->pool, err));
        ISG_GOTO(isg_ner_score_corpus(
            &out->dev, judged->decoder, &judged->forms, &judged->vocab, &judged->dev, err));
    }
    ISG_GOTO(write_model(&t, out, err));
    out->seconds = isg_now() - started;
out:
    trainer_fini(&t);
    return status;
}
