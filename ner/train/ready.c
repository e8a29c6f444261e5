/* Readying a training run: inputs, what identifies it, memory. */
#include "ner/train/trainer.h"
#include "ner/data/vocab_build.h"
#include "ner/engine/pack.h"

#include <string.h>

/* The inputs, and the fingerprint of the run: these, the settings, the seed and the version. */
enum isg_status isg_ner_train_identify(struct isg_ner_trainer *t, struct isg_error *err)
{
    struct isg_ner_provenance *const p = &t->model.provenance;
    const struct isg_columns *const c = &t->opts->columns;
    for (uint32_t i = 0; i < t->opts->n_train; i++)
        ISG_TRY(isg_ner_provenance_input(p, "train", i + 1, t->opts->train[i], err));
    ISG_TRY(isg_ner_provenance_input(p, "dev", 1, t->opts->dev, err));
    ISG_TRY(isg_ner_provenance_input(p, "vectors", 1, t->opts->vectors, err));
    ISG_TRY(isg_ner_provenance_input(p, "gazetteer", 1, t->opts->gazetteer, err));
    char *const config = isg_ner_config_json(&t->model.config), *const inputs = isg_ner_provenance_inputs(p);
    struct isg_text text = {0};
    if (config && inputs) {
        isg_text_put(&text, "%s %llu %d %d", ISG_VERSION, (unsigned long long)t->opts->seed, c->word, c->tag);
        for (uint32_t k = 0; k < c->n_features; k++)
            isg_text_put(&text, " %d", c->features[k]);
        isg_text_put(&text, " %s %s", config, inputs);
        t->fingerprint = isg_text_finish(&text);
    }
    isg_free(config);
    isg_free(inputs);
    return t->fingerprint ? ISG_OK : isg_error_nomem(err, "checksums");
}

enum isg_status isg_ner_train_load(struct isg_ner_trainer *t, struct isg_error *err)
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
        isg_log(t->env, ISG_LOG_INFO, "%s: %u tokens whose tag is not known, %u sentences with a weight", name,
            c->n_doubts, c->n_weights);
    if (c->span_offset[c->n_sentences] == 0)
        isg_log(t->env, ISG_LOG_WARNING, "%s: no entity; the tagger will learn to find none", name);
    if (o->dev) {
        ISG_GOTO(isg_ner_corpus_load(&t->dev.corpus, o->dev, o->columns, err));
        c = &t->dev.corpus;
        isg_log(t->env, ISG_LOG_INFO, "%s: %u sentences, %u tokens, %u entities, tags in %s", o->dev, c->n_sentences,
            c->n_tokens, c->span_offset[c->n_sentences], isg_scheme_name(c->scheme));
    }
    if (o->vectors) {
        ISG_GOTO(isg_vectors_load(&vectors, o->vectors, &(struct isg_vectors_opts){0}, &report, t->env, err));
        isg_log(t->env, ISG_LOG_INFO, "%s: %zu vectors of %zu numbers (%s%s)", o->vectors, vectors.m.rows,
            vectors.m.cols, report.format, report.packing ? ", compressed" : "");
        if (report.duplicates)
            isg_log(t->env, ISG_LOG_WARNING, "%s:%llu: word given before (%llu such lines); the first one counts",
                o->vectors, (unsigned long long)report.first_duplicate_line, (unsigned long long)report.duplicates);
    }
    isg_ner_scale_vectors(vectors.m, t->model.config.word_norm);
    ISG_GOTO(isg_ner_vocab_build(
        &t->model.vocab, &t->train.corpus, o->vectors ? &vectors : NULL, &t->model.config, &vector_row, &t->rare, err));
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
        t->model.vocab.n_learnt - 1, with_vector, isg_strtab_size(t->model.vocab.words) - t->model.vocab.n_learnt,
        isg_strtab_size(t->model.vocab.chars) - 1, isg_strtab_size(t->model.vocab.labels),
        (unsigned long long)isg_params_size(t->model.net.params));
out:
    isg_vectors_fini(&vectors);
    isg_free(vector_row);
    return status;
}

enum isg_status isg_ner_train_ready(struct isg_ner_trainer *t, struct isg_error *err)
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

void isg_ner_trainer_fini(struct isg_ner_trainer *t)
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
