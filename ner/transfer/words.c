/* What the tasks of a transfer run know words, characters and labels by. */
#include "ner/transfer/adapt.h"
#include "ner/transfer/private.h"
#include "ner/data/labels.h"
#include "ner/data/vocab_build.h"

#include <string.h>

void isg_transfer_words_fini(struct isg_transfer_words *w)
{
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

/* A task's tokens after those of the tasks before it. */
static enum isg_status append(struct isg_ner_corpus *to, const struct isg_ner_corpus *from, struct isg_error *err)
{
    if (from->n_tokens == 0)
        return ISG_OK;
    uint32_t *const map = isg_malloc((size_t)isg_strtab_size(from->forms) + 1, sizeof *map);
    if (!map || from->n_tokens > UINT32_MAX - to->n_tokens ||
        !ISG_GROW(to->form, to->cap[0], (size_t)to->n_tokens + from->n_tokens)) {
        isg_free(map);
        return isg_error_nomem(err, "the words of all texts");
    }
    const enum isg_status status = unite(to->forms, from->forms, map, err);
    for (uint32_t i = 0; status == ISG_OK && i < from->n_tokens; i++)
        to->form[to->n_tokens++] = map[from->form[i]];
    isg_free(map);
    return status;
}

/* The words of a task: those of an earlier task that reads the same vectors, or new ones. */
static enum isg_status find_words(
    struct isg_transfer *t, struct isg_transfer_task *k, bool share, struct isg_error *err)
{
    for (uint32_t i = 0; share && i < t->n_words; i++)
        if (same_path(t->words[i].path, k->files->vectors)) {
            k->words = &t->words[i];
            return append(&k->words->all, &k->train.corpus, err);
        }
    struct isg_transfer_words *const w = &t->words[t->n_words++];
    k->words = w;
    w->path = k->files->vectors;
    w->all.forms = isg_strtab_new();
    w->all.types = isg_strtab_new();
    if (!w->all.forms || !w->all.types)
        return isg_error_nomem(err, "the words of all texts");
    if (w->path) {
        ISG_TRY(isg_vectors_load(&w->vectors, w->path, &(struct isg_vectors_opts){0}, NULL, t->env, err));
        isg_log(t->env, ISG_LOG_INFO, "%s: %zu vectors of %zu numbers", w->path, w->vectors.m.rows, w->vectors.m.cols);
        isg_ner_scale_vectors(w->vectors.m, t->opts->config.word_norm);
    }
    w->dim = w->path ? (uint32_t)w->vectors.m.cols : (uint32_t)t->opts->config.word_dim;
    return append(&w->all, &k->train.corpus, err);
}

/* Target vectors into the (first) source's space; the word dimension is then the source's. */
static enum isg_status adapt_words(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_transfer_words *const g = t->task[ISG_TASK_TARGET].words;
    const struct isg_transfer_words *const s = t->task[ISG_TASK_SOURCE].words;
    struct isg_adapt_pivot *pivots;
    size_t n;
    if (!s->vectors.m.x || !g->vectors.m.x) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "word adaptation without vectors of both sides");
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
        isg_log(t->env, ISG_LOG_INFO, "word adaptation learnt from %zu words spelt alike", n);
    isg_free(pivots);
    isg_free(z);
    return status;
}

/* All read characters by one table: the target's, then what the sources have besides. */
static enum isg_status unite_characters(struct isg_transfer *t, struct isg_error *err)
{
    struct isg_strtab *const first = t->words[0].vocab.chars;
    for (uint32_t i = 1; i < t->n_words; i++)
        ISG_TRY(unite(first, t->words[i].vocab.chars, NULL, err));
    for (uint32_t i = 1; i < t->n_words; i++) {
        isg_strtab_free(t->words[i].vocab.chars);
        t->words[i].vocab.chars = isg_strtab_new();
        if (!t->words[i].vocab.chars)
            return isg_error_nomem(err, "characters");
        ISG_TRY(unite(t->words[i].vocab.chars, first, NULL, err));
    }
    return ISG_OK;
}

/* Labels of a task: of its own text, or of all texts where they share transitions or a head. */
static enum isg_status make_labels(const struct isg_transfer *t, struct isg_transfer_task *k, struct isg_error *err)
{
    struct isg_strtab *const types = isg_strtab_new();
    k->vocab.labels = isg_strtab_new();
    enum isg_status status = types && k->vocab.labels ? ISG_OK : isg_error_nomem(err, "labels");
    for (uint32_t i = 0; i < t->n_tasks && status == ISG_OK; i++)
        if ((&t->task[i] == k || t->x->share != ISG_SHARE_NONE) && t->task[i].has_train)
            status = unite(types, t->task[i].train.corpus.types, NULL, err);
    if (status == ISG_OK)
        status = isg_ner_vocab_labels(&k->vocab, types, k->config.scheme == 0, err);
    isg_strtab_free(types);
    return status;
}

enum isg_status isg_transfer_vocabularies(struct isg_transfer *t, struct isg_error *err)
{
    t->words = isg_calloc(t->n_tasks, sizeof *t->words);
    if (!t->words)
        return isg_error_nomem(err, "a transfer run");
    for (uint32_t i = 0; i < t->n_tasks; i++)
        ISG_TRY(find_words(t, &t->task[i], t->x->share_words, err));
    if (t->x->word_adaptation && t->n_tasks > 1)
        ISG_TRY(adapt_words(t, err));
    for (uint32_t i = 0; i < t->n_words; i++) {
        struct isg_transfer_words *const w = &t->words[i];
        ISG_TRY(isg_ner_vocab_build(
            &w->vocab, &w->all, w->vectors.m.x ? &w->vectors : NULL, &t->opts->config, &w->vector_row, &w->rare, err));
    }
    ISG_TRY(unite_characters(t, err));
    for (uint32_t i = 0; i < t->n_words; i++) {
        struct isg_transfer_words *const w = &t->words[i];
        uint32_t *map;
        ISG_TRY(isg_ner_forms_init(&w->forms, &w->vocab, err));
        ISG_TRY(isg_ner_forms_of_corpus(&w->forms, &w->all, &map, err));
        isg_free(map);
    }
    for (uint32_t i = 0; i < t->n_tasks; i++) {
        struct isg_transfer_task *const k = &t->task[i];
        k->vocab = k->words->vocab;
        k->vocab.n_types = 0;
        ISG_TRY(make_labels(t, k, err));
    }
    return ISG_OK;
}
