/* Tasks: texts read, encoded and put in order. */
#include "ner/train/task.h"
#include "ner/model/words.h"

static enum isg_status check_types(const struct isg_ner_corpus *c, bool bioes, const char *path, struct isg_error *err)
{
    const uint32_t types = isg_strtab_size(c->types), most = (ISG_NER_MAX_LABELS - 1) / (bioes ? 4 : 2);
    if (types <= most)
        return ISG_OK;
    (void)isg_error_set(err, ISG_EDATA, path, 0, "%u entity types", types);
    (void)isg_error_expected(err, "at most %u (%d labels)", most, ISG_NER_MAX_LABELS);
    return isg_error_advice(err, "is the tag in the last column? --columns says where it is");
}

static void tell(const struct isg_ner_corpus *c, const char *path, const struct isg_env *env)
{
    isg_log(env, ISG_LOG_INFO, "%s: %u sentences, %u tokens, %u entities of %u types, tags in %s", path, c->n_sentences,
        c->n_tokens, c->span_offset.v[c->n_sentences], isg_strtab_size(c->types), isg_scheme_name(c->scheme));
    if (c->n_doubts || c->n_weights)
        isg_log(env, ISG_LOG_INFO, "%s: %u tokens with an unknown tag, %u sentences with a weight", path, c->n_doubts,
            c->n_weights);
}

enum isg_status isg_ner_task_load(struct isg_ner_task *k, const struct isg_ner_texts *texts,
    const struct isg_columns *columns, const struct isg_env *env, struct isg_error *err)
{
    const bool bioes = k->config.scheme == ISG_LABELS_BIOES;
    struct isg_columns open_tags = *columns;
    open_tags.open_tags = true;
    k->has_train = texts->n_train > 0;
    k->has_dev = texts->dev != NULL;
    for (size_t i = 0; i < texts->n_train; i++) {
        ISG_TRY(isg_ner_corpus_add(&k->train.corpus, texts->train[i], open_tags, env, err));
        ISG_TRY(check_types(&k->train.corpus, bioes, texts->train[i], err));
    }
    if (k->has_train) {
        const char *const name = texts->n_train > 1 ? "all training texts" : texts->train[0];
        tell(&k->train.corpus, name, env);
        if (k->train.corpus.span_offset.v[k->train.corpus.n_sentences] == 0)
            isg_log(env, ISG_LOG_WARNING, "%s: no entity; the tagger will learn to find none", name);
    }
    if (!k->has_dev)
        return ISG_OK;
    ISG_TRY(isg_ner_corpus_load(&k->dev.corpus, texts->dev, *columns, env, err));
    ISG_TRY(check_types(&k->dev.corpus, bioes, texts->dev, err));
    tell(&k->dev.corpus, texts->dev, env);
    return ISG_OK;
}

enum isg_status isg_ner_task_ready(struct isg_ner_task *k, struct isg_pool *pool, struct isg_error *err)
{
    if (k->has_train) {
        ISG_TRY(isg_ner_encode(&k->train, k->forms, err));
        ISG_TRY(isg_ner_encode_labels(&k->train, &k->vocab, k->config.scheme == ISG_LABELS_BIOES, err));
    }
    if (k->has_dev)
        ISG_TRY(isg_ner_encode(&k->dev, k->forms, err));
    ISG_TRY(isg_ner_decoder_new(&k->decoder, &k->net, &k->config, pool, err));
    k->order = isg_malloc((size_t)k->train.corpus.n_sentences + 1, sizeof *k->order);
    return k->order ? ISG_OK : isg_error_nomem(err, "a training run");
}

void isg_ner_task_shuffle(struct isg_ner_task *k, uint64_t seed, const char *stream, uint32_t which)
{
    const uint32_t n = k->train.corpus.n_sentences;
    for (uint32_t i = 0; i < n; i++)
        k->order[i] = i;
    struct isg_rng rng = isg_rng_stream(seed, stream, (uint64_t)which << 32 | k->rounds++);
    isg_rng_shuffle(&rng, k->order, n);
    k->at = 0;
}

uint32_t isg_ner_task_batches(const struct isg_ner_task *k, int64_t batch)
{
    return (uint32_t)((k->train.corpus.n_sentences + batch - 1) / batch);
}

void isg_ner_task_fini(struct isg_ner_task *k)
{
    isg_ner_decoder_free(k->decoder);
    isg_ner_network_fini(&k->net);
    isg_ner_encoded_fini(&k->train);
    isg_ner_encoded_fini(&k->dev);
    isg_free(k->order);
}

enum isg_status isg_ner_load_vectors(
    struct isg_vectors *out, const char *path, double norm, const struct isg_env *env, struct isg_error *err)
{
    struct isg_vectors_report report = {0};
    ISG_TRY(isg_vectors_load(out, path, &(struct isg_vectors_opts){0}, &report, env, err));
    isg_log(env, ISG_LOG_INFO, "%s: %zu vectors of %zu numbers (%s%s)", path, out->m.rows, out->m.cols, report.format,
        report.packing ? ", compressed" : "");
    if (report.duplicates)
        isg_log(env, ISG_LOG_WARNING, "%s:%llu: duplicate word (%llu such lines); the first one counts", path,
            (unsigned long long)report.first_duplicate_line, (unsigned long long)report.duplicates);
    isg_ner_scale_vectors(out->m, norm);
    return ISG_OK;
}

void isg_ner_warn_forms(const struct isg_ner_words_of *files, size_t n, const struct isg_env *env)
{
    const struct isg_ner_words_of *other = NULL, *nfc = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!files[i].words || isg_strtab_size(files[i].words) == 0)
            continue;
        const bool is_other = isg_strtab_not_nfc(files[i].words) > isg_strtab_size(files[i].words) / 100;
        if (is_other && !other)
            other = &files[i];
        else if (!is_other && !nfc)
            nfc = &files[i];
    }
    if (other && nfc)
        isg_log(env, ISG_LOG_WARNING,
            "%s and %s differ in their Unicode normal form: %u of %u words of the first are not in NFC, %u of %u of "
            "the "
            "second; words are compared in NFC, so both can be used together here",
            other->path, nfc->path, isg_strtab_not_nfc(other->words), isg_strtab_size(other->words),
            isg_strtab_not_nfc(nfc->words), isg_strtab_size(nfc->words));
}

enum isg_status isg_ner_load_gazetteer(
    struct isg_ner_gazetteer **out, const char *path, const struct isg_env *env, struct isg_error *err)
{
    ISG_TRY(isg_ner_gazetteer_load(out, path, env, err));
    isg_log(env, ISG_LOG_INFO, "%s: %u names of %u types", path, isg_ner_gazetteer_size(*out),
        isg_ner_gazetteer_types(*out));
    return ISG_OK;
}
