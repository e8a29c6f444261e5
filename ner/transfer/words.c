/* Words, characters, features and labels of the tasks of a transfer run. */
#include "ner/transfer/words.h"
#include "ner/data/labels.h"
#include "ner/data/vocab_build.h"
#include "ner/transfer/adapt.h"

#include <string.h>

static void words_fini(struct isg_transfer_words *w)
{
    w->vocab.features.gazetteer = NULL; /* the run's */
    isg_ner_corpus_fini(&w->all);
    isg_ner_forms_fini(&w->forms);
    isg_ner_vocab_fini(&w->vocab);
    isg_vectors_fini(&w->vectors);
    isg_free(w->adapted);
    isg_free(w->vector_row);
    isg_free(w->rare);
}

static bool same_path(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Adds the strings of `from` that `to` lacks; *map (may be NULL) gets the number of each. */
static enum isg_status unite(struct isg_strtab *to, const struct isg_strtab *from, uint32_t *map, struct isg_error *err)
{
    for (uint32_t i = 0; i < isg_strtab_size(from); i++) {
        size_t n;
        uint32_t id;
        const char *const s = isg_strtab_get(from, i, &n);
        ISG_TRY(isg_strtab_add(to, s, n, &id, NULL, err));
        if (map)
            map[i] = id;
    }
    return ISG_OK;
}

static void renumber(uint32_t *out, size_t stride, const uint32_t *in, uint32_t n, const uint32_t *map)
{
    for (size_t i = 0; i < n; i++)
        out[i * stride] = map[in[i * stride]];
}

/* A task's tokens after those of the tasks before it. */
static enum isg_status append(struct isg_ner_corpus *to, const struct isg_ner_corpus *from, struct isg_error *err)
{
    const size_t f = from->n_features;
    if (from->n_tokens == 0)
        return ISG_OK;
    size_t longest = isg_strtab_size(from->forms);
    for (size_t k = 0; k < f; k++)
        longest = isg_strtab_size(from->values[k]) > longest ? isg_strtab_size(from->values[k]) : longest;
    uint32_t *const map = isg_malloc(longest + 1, sizeof *map);
    if (!map || from->n_tokens > UINT32_MAX - to->n_tokens ||
        !ISG_RESERVE(to->form, (size_t)to->n_tokens + from->n_tokens) ||
        !ISG_RESERVE(to->feature, ((size_t)to->n_tokens + from->n_tokens) * f)) {
        isg_free(map);
        return isg_error_nomem(err, "the words of all texts");
    }
    enum isg_status status = ISG_OK;
    ISG_GOTO(unite(to->forms, from->forms, map, err));
    renumber(to->form.v + to->n_tokens, 1, from->form.v, from->n_tokens, map);
    for (size_t k = 0; k < f; k++) {
        ISG_GOTO(unite(to->values[k], from->values[k], map, err));
        renumber(to->feature.v + to->n_tokens * f + k, f, from->feature.v + k, from->n_tokens, map);
    }
    to->n_tokens += from->n_tokens;
out:
    isg_free(map);
    return status;
}

/* No words yet, of a task with `features` feature columns. */
static enum isg_status words_init(struct isg_transfer_words *w, uint32_t features, struct isg_error *err)
{
    w->all.forms = isg_strtab_new();
    w->all.types = isg_strtab_new();
    w->all.n_features = features;
    bool good = w->all.forms && w->all.types;
    for (uint32_t k = 0; k < features; k++)
        good = good && (w->all.values[k] = isg_strtab_new());
    return good ? ISG_OK : isg_error_nomem(err, "the words of all texts");
}

/* The words of a task: those of an earlier task that reads the same vectors, or new ones. */
static enum isg_status find_words(struct isg_transfer *t, uint32_t which, struct isg_error *err)
{
    struct isg_transfer_task *const k = &t->task[which];
    const struct isg_ner_corpus *const text = &t->trainer.tasks[which].train.corpus;
    for (uint32_t i = 0; t->x->share_words && i < t->n_words; i++)
        if (same_path(t->words[i].path, k->files->vectors)) {
            k->words = &t->words[i];
            return append(&k->words->all, text, err);
        }
    struct isg_transfer_words *const w = &t->words[t->n_words++];
    k->words = w;
    w->path = k->files->vectors;
    ISG_TRY(words_init(w, t->opts->columns.n_features, err));
    if (w->path)
        ISG_TRY(isg_ner_load_vectors(&w->vectors, w->path, t->opts->config.word_norm, t->trainer.env, err));
    w->dim = w->path ? (uint32_t)w->vectors.m.cols : (uint32_t)t->opts->config.word_dim;
    return append(&w->all, text, err);
}

/* Target vectors into the (first) source's space; the word dimension is then the source's. */
static enum isg_status adapt_words(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_transfer_words *const g = t->task[ISG_TASK_TARGET].words;
    const struct isg_transfer_words *const s = t->task[ISG_TASK_SOURCE].words;
    struct isg_adapt_pivot *pivots;
    size_t n;
    if (!s->vectors.m.x || !g->vectors.m.x) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "word adaptation needs vectors of both source and target");
        return isg_error_advice(err, "give --source-emb and --emb, or --no-word-adaptation");
    }
    ISG_TRY(isg_adapt_identical(&g->vectors, &s->vectors, (uint32_t)t->x->pivots, &pivots, &n, err));
    double *const z = isg_malloc(g->vectors.m.cols * s->vectors.m.cols, sizeof *z);
    enum isg_status status = z ? isg_adapt_solve(g->vectors.m, s->vectors.m, pivots, n, -1, z, err)
                               : isg_error_nomem(err, "the word adaptation");
    if (status == ISG_OK)
        status = isg_adapt_apply(g->vectors.m, z, s->vectors.m.cols, &g->adapted, err);
    g->dim = s->dim;
    if (status == ISG_OK)
        isg_log(t->trainer.env, ISG_LOG_INFO, "word adaptation learnt from %zu words spelt alike", n);
    isg_free(pivots);
    isg_free(z);
    return status;
}

/* One numbering for all tables: that of the first, followed by what only the others have. */
static enum isg_status unite_tables(struct isg_strtab **const *tables, uint32_t n, struct isg_error *err)
{
    struct isg_strtab *const first = *tables[0];
    for (uint32_t i = 1; i < n; i++)
        ISG_TRY(unite(first, *tables[i], NULL, err));
    for (uint32_t i = 1; i < n; i++) {
        isg_strtab_free(*tables[i]);
        *tables[i] = isg_strtab_new();
        if (!*tables[i])
            return isg_error_nomem(err, "characters and features");
        ISG_TRY(unite(*tables[i], first, NULL, err));
    }
    return ISG_OK;
}

/* All read characters and features from one table each. */
static enum isg_status unite_inputs(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_strtab ***const tables = isg_malloc(t->n_words, sizeof *tables);
    enum isg_status status = tables ? ISG_OK : isg_error_nomem(err, "characters and features");
    for (uint32_t i = 0; i < t->n_words && tables; i++)
        tables[i] = &t->words[i].vocab.chars;
    if (status == ISG_OK)
        status = unite_tables(tables, t->n_words, err);
    for (uint32_t k = 0; k < t->opts->columns.n_features && status == ISG_OK; k++) {
        for (uint32_t i = 0; i < t->n_words; i++)
            tables[i] = &t->words[i].vocab.features.values[k];
        status = unite_tables(tables, t->n_words, err);
    }
    isg_free((void *)tables);
    return status;
}

/* Labels of a task: those of its own text, or of all texts where tasks share transitions or a head. */
static enum isg_status make_labels(const struct isg_transfer *t, struct isg_ner_task *k, struct isg_error *err)
{
    struct isg_strtab *const types = isg_strtab_new();
    k->vocab.labels = isg_strtab_new();
    enum isg_status status = types && k->vocab.labels ? ISG_OK : isg_error_nomem(err, "labels");
    for (uint32_t i = 0; i < t->trainer.n_tasks && status == ISG_OK; i++) {
        const struct isg_ner_task *const other = &t->trainer.tasks[i];
        if ((other == k || t->x->share != ISG_SHARE_NONE) && other->has_train)
            status = unite(types, other->train.corpus.types, NULL, err);
    }
    if (status == ISG_OK)
        status = isg_ner_vocab_labels(&k->vocab, types, k->config.scheme == ISG_LABELS_BIOES, err);
    isg_strtab_free(types);
    return status;
}

static enum isg_status build_words(struct isg_transfer *t, struct isg_transfer_words *w, struct isg_error *err)
{
    ISG_TRY(isg_ner_vocab_build(
        &w->vocab, &w->all, w->vectors.m.x ? &w->vectors : NULL, &t->opts->config, &w->vector_row, &w->rare, err));
    memcpy(w->vocab.features.column, t->opts->columns.features, sizeof t->opts->columns.features);
    w->vocab.features.gazetteer = t->gazetteer;
    return ISG_OK;
}

static enum isg_status build_forms(struct isg_transfer_words *w, struct isg_error *err)
{
    uint32_t *map;
    ISG_TRY(isg_ner_forms_init(&w->forms, &w->vocab, err));
    ISG_TRY(isg_ner_forms_of_corpus(&w->forms, &w->all, &map, err));
    isg_free(map);
    return ISG_OK;
}

static enum isg_status warn_forms(const struct isg_transfer *t, struct isg_error *err)
{
    const size_t n = 3 * (size_t)t->trainer.n_tasks;
    struct isg_ner_words_of *const files = isg_calloc(n, sizeof *files);
    if (!files)
        return isg_error_nomem(err, "a transfer run");
    for (uint32_t i = 0; i < t->trainer.n_tasks; i++) {
        const struct isg_transfer_task *const k = &t->task[i];
        const struct isg_ner_task *const texts = &t->trainer.tasks[i];
        files[3 * i] = (struct isg_ner_words_of){k->files->train, texts->train.corpus.forms};
        files[3 * i + 1] = (struct isg_ner_words_of){k->files->dev, texts->dev.corpus.forms};
        files[3 * i + 2] = (struct isg_ner_words_of){k->words->path, k->words->vectors.words};
    }
    isg_ner_warn_forms(files, n, t->trainer.env);
    isg_free(files);
    return ISG_OK;
}

enum isg_status isg_transfer_vocabularies(struct isg_transfer *t, struct isg_error *err)
{
    const uint32_t n = t->trainer.n_tasks;
    t->words = isg_calloc(n, sizeof *t->words);
    if (!t->words)
        return isg_error_nomem(err, "a transfer run");
    if (t->opts->gazetteer)
        ISG_TRY(isg_ner_load_gazetteer(&t->gazetteer, t->opts->gazetteer, t->trainer.env, err));
    for (uint32_t i = 0; i < n; i++)
        ISG_TRY(find_words(t, i, err));
    ISG_TRY(warn_forms(t, err));
    if (t->x->word_adaptation && n > 1)
        ISG_TRY(adapt_words(t, err));
    for (uint32_t i = 0; i < t->n_words; i++)
        ISG_TRY(build_words(t, &t->words[i], err));
    ISG_TRY(unite_inputs(t, err));
    for (uint32_t i = 0; i < t->n_words; i++)
        ISG_TRY(build_forms(&t->words[i], err));
    for (uint32_t i = 0; i < n; i++) {
        struct isg_transfer_words *const w = t->task[i].words;
        struct isg_ner_task *const k = &t->trainer.tasks[i];
        k->vocab = w->vocab;
        k->vocab.n_types = 0;
        k->forms = &w->forms;
        k->rare = w->rare;
        ISG_TRY(make_labels(t, k, err));
    }
    return ISG_OK;
}

void isg_transfer_vocabularies_fini(struct isg_transfer *t)
{
    for (uint32_t i = 0; i < t->n_words; i++)
        words_fini(&t->words[i]);
    isg_free(t->words);
    isg_ner_gazetteer_free(t->gazetteer);
}
