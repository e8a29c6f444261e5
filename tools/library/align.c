/* Maps and spaces of the library. */
#include "tools/library/private.h"

#include <pthread.h>
#include <string.h>

_Static_assert((int)ISOGLOSS_TARGET == (int)ISG_TARGET, "the same sides");

/* ---- maps ---- */

void isogloss_map_free(struct isogloss_map *m)
{
    if (!m)
        return;
    isg_align_map_free(m->m);
    isg_free(m);
}

static enum isg_status read_options(
    const struct isogloss_map_options *o, struct isg_align_opts *opts, struct isg_error *err)
{
    static const char *const methods[] = {"auto", "procrustes", "advanced", "rcsls", "procb", NULL};
    static const char *const seeds[] = {"identical", "numerals", "unsupervised", NULL};
    int method, from = 0;
    const int n_seeds = !!o->seed_dict + !!o->n_pairs + !!o->seed_from;
    isg_align_opts_default(opts);
    if (n_seeds != 1) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, n_seeds ? "more than one seed" : "no seed");
        return isg_error_expected(err, "one of seed_dict, pairs of words, and seed_from");
    }
    ISG_TRY(isg_library_choice(o->method, methods, "method", &method, err));
    ISG_TRY(isg_library_choice(o->seed_from, seeds, "seed_from", &from, err));
    opts->method = (enum isg_align_method)isg_align_method_find(methods[method]);
    if (o->seed_from)
        opts->seed_from = (enum isg_align_seed_from)isg_align_seed_find(seeds[from]);
    if (o->norm)
        ISG_TRY(isg_align_parse_norm(opts, o->norm, err));
    if (o->refine)
        opts->refine = o->refine < 0 ? 0 : o->refine;
    opts->csls_k = o->csls_k ? o->csls_k : opts->csls_k;
    opts->vocab_cutoff = o->vocab_cutoff ? o->vocab_cutoff : opts->vocab_cutoff;
    opts->seed = o->seed ? o->seed : opts->seed;
    return ISG_OK;
}

/* Pairs of words from memory, as isg_align_pairs_from_dict finds those of a file. */
static enum isg_status pairs_from_memory(const struct isogloss_map_options *o, const struct isg_vectors *src,
    const struct isg_vectors *tgt, enum isg_dict_case rule, struct isg_align_pairs *pairs, struct isg_error *err)
{
    struct isg_dict dict = {.entries = isg_calloc(o->n_pairs, sizeof *dict.entries), .n = o->n_pairs};
    if (!dict.entries)
        return isg_error_nomem(err, "seed pairs");
    for (size_t i = 0; i < o->n_pairs; i++)
        dict.entries[i] = (struct isg_dict_entry){.word = {o->source_words[i], o->target_words[i]}, .line = i + 1};
    const enum isg_status status = isg_align_pairs_from_dict(pairs, &dict, src, tgt, rule, NULL, err);
    isg_free(dict.entries);
    return status;
}

static enum isg_status seed_pairs(const struct isogloss_map_options *o, const struct isg_align_opts *opts,
    const struct isg_vectors *src, const struct isg_vectors *tgt, struct isg_align_pairs *pairs,
    const struct isg_env *env, struct isg_error *err)
{
    static const char *const rules[] = {"auto", "lower", "keep", NULL};
    int rule;
    ISG_TRY(isg_library_choice(o->dict_case, rules, "dict_case", &rule, err));
    if (opts->seed_from == ISG_SEED_UNSUPERVISED)
        return ISG_OK;
    if (opts->seed_from != ISG_SEED_DICT)
        return isg_align_pairs_from_words(pairs, opts->seed_from, src, tgt, err);
    if (o->n_pairs) {
        ISG_TRY(pairs_from_memory(o, src, tgt, isg_dict_case_find(rules[rule]), pairs, err));
    } else {
        struct isg_dict dict = {0};
        ISG_TRY(isg_library_path(o->seed_dict, err));
        enum isg_status status = isg_dict_load(&dict, o->seed_dict, env, err);
        if (status == ISG_OK)
            status = isg_dict_check_orientation(&dict, o->seed_dict, src, tgt, isg_dict_case_find(rules[rule]),
                "exchange its columns, or source and target", err);
        if (status == ISG_OK)
            status = isg_align_pairs_from_dict(pairs, &dict, src, tgt, isg_dict_case_find(rules[rule]), NULL, err);
        isg_dict_fini(&dict);
        ISG_TRY(status);
    }
    if (pairs->n)
        return ISG_OK;
    (void)isg_error_set(err, ISG_EDATA, o->seed_dict, 0, "no pair has vectors for both words");
    return isg_error_advice(err, "check that its languages are in the order source, target, and the casing");
}

/* What the program notes in a map. */
static enum isg_status note_paths(struct isg_align_map *m, const struct isogloss_vectors *src,
    const struct isogloss_vectors *tgt, const char *seed_dict, struct isg_error *err)
{
    const char *const keys[] = {"source", "target", "seed_dict"}, *const paths[] = {src->path, tgt->path, seed_dict};
    for (int i = 0; i < 3; i++)
        if (paths[i])
            ISG_TRY(isg_align_map_set_meta(m, keys[i], paths[i], err));
    return ISG_OK;
}

enum isogloss_status isogloss_map_fit(struct isogloss_context *c, const struct isogloss_vectors *src,
    const struct isogloss_vectors *tgt, const struct isogloss_map_options *options, struct isogloss_map **out)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_map_options o;
    struct isg_align_opts opts;
    struct isg_align_pairs pairs = {0};
    struct isg_align_report report = {0};
    struct isogloss_map *m = NULL;
    enum isg_status status;
    *out = NULL;
    ISG_GOTO(isg_library_options(&o, sizeof o, options, err));
    ISG_GOTO(read_options(&o, &opts, err));
    ISG_GOTO(seed_pairs(&o, &opts, &src->v, &tgt->v, &pairs, &c->env, err));
    m = isg_calloc(1, sizeof *m);
    if (!m) {
        status = isg_error_nomem(err, "a map");
        goto out;
    }
    ISG_GOTO(isg_align_fit(&m->m, &src->v, &tgt->v, &pairs, &opts, &report, &c->env, err));
    ISG_GOTO(note_paths(m->m, src, tgt, o.seed_dict, err));
    isg_log(&c->env, ISG_LOG_INFO, "%s, %s", isg_align_method_name(report.method), report.why);
    *out = m;
    m = NULL;
    if (report.degenerate) {
        (void)isg_error_set(err, ISG_EFAILED, NULL, 0, "the map is degenerate: %s", report.why);
        status = isg_error_advice(err, "check that the seed holds translations of these two languages");
    }
out:
    isogloss_map_free(m);
    isg_align_pairs_fini(&pairs);
    return isg_library_end(c, status);
}

enum isogloss_status isogloss_map_load(struct isogloss_context *c, const char *path, struct isogloss_map **out)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_map *m = isg_calloc(1, sizeof *m);
    enum isg_status status = m ? isg_library_path(path, err) : isg_error_nomem(err, "a map");
    if (status == ISG_OK)
        status = isg_align_map_load(&m->m, path, err);
    if (status != ISG_OK) {
        isogloss_map_free(m);
        m = NULL;
    }
    *out = m;
    return isg_library_end(c, status);
}

enum isogloss_status isogloss_map_save(
    struct isogloss_context *c, const struct isogloss_map *m, const char *path, int overwrite)
{
    struct isg_error *const err = isg_library_begin(c);
    enum isg_status status = isg_library_path(path, err);
    if (status == ISG_OK)
        status = isg_align_map_save(m->m, path, overwrite, err);
    return isg_library_end(c, status);
}

size_t isogloss_map_dim(const struct isogloss_map *m)
{
    return isg_align_map_dim(m->m);
}

const char *isogloss_map_meta(const struct isogloss_map *m, const char *key)
{
    return isg_align_map_meta(m->m, key);
}

enum isogloss_status isogloss_map_apply(struct isogloss_context *c, const struct isogloss_map *m,
    enum isogloss_side side, const float *rows, size_t n, size_t dim, float *out)
{
    struct isg_error *const err = isg_library_begin(c);
    const struct isg_mat in = isg_mat((float *)(uintptr_t)rows, n, dim); /* read only */
    const struct isg_mat to = isg_mat(out, n, isg_align_map_dim(m->m));
    return isg_library_end(c, n ? isg_align_project(m->m, (enum isg_side)side, in, to, &c->env, err) : ISG_OK);
}

/* ---- spaces ---- */

struct isogloss_space {
    struct isg_align_space *space;
    const struct isogloss_vectors *src, *tgt;
    enum isg_retrieval retrieval;
    size_t dim;
    pthread_mutex_t lock; /* means of CSLS are computed when they are first wanted */
};

void isogloss_space_free(struct isogloss_space *s)
{
    if (!s)
        return;
    isg_align_space_free(s->space);
    (void)pthread_mutex_destroy(&s->lock);
    isg_free(s);
}

enum isogloss_status isogloss_space_new(struct isogloss_context *c, const struct isogloss_map *m,
    const struct isogloss_vectors *src, const struct isogloss_vectors *tgt,
    const struct isogloss_space_options *options, struct isogloss_space **out)
{
    static const char *const retrievals[] = {"csls", "nn", "isf", NULL};
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_space_options o;
    struct isogloss_space *s = NULL;
    enum isg_status status;
    int retrieval;
    *out = NULL;
    ISG_GOTO(isg_library_options(&o, sizeof o, options, err));
    ISG_GOTO(isg_library_choice(o.retrieval, retrievals, "retrieval", &retrieval, err));
    s = isg_calloc(1, sizeof *s);
    if (!s) {
        status = isg_error_nomem(err, "a space");
        goto out;
    }
    (void)pthread_mutex_init(&s->lock, NULL);
    s->src = src;
    s->tgt = tgt;
    s->retrieval = (enum isg_retrieval)isg_retrieval_find(retrievals[retrieval]);
    s->dim = isg_align_map_dim(m->m);
    ISG_GOTO(isg_align_space_new(&s->space, m->m, &src->v, &tgt->v, o.csls_k, &c->env, err));
    if (!o.no_rerank)
        ISG_GOTO(isg_align_space_set_words(s->space, &src->v, &tgt->v, err));
    if (o.index)
        ISG_GOTO(isg_align_space_set_index(s->space, o.index, err));
    *out = s;
    s = NULL;
out:
    isogloss_space_free(s);
    return isg_library_end(c, status);
}

int64_t isogloss_space_find(const struct isogloss_space *s, const char *word)
{
    const uint32_t row = isg_align_find(&s->src->v, word, strlen(word), ISG_DICT_CASE_AUTO);
    return row == ISG_NO_ID ? -1 : (int64_t)row;
}

/* One word; query: dim floats for what has no row. */
static enum isg_status translate_word(struct isogloss_space *s, const char *word, uint32_t k, float *query,
    struct isg_near *near, const struct isg_env *env, struct isg_error *err)
{
    const uint32_t row = isg_align_find(&s->src->v, word, strlen(word), ISG_DICT_CASE_AUTO);
    if (row != ISG_NO_ID)
        return isg_align_lookup(s->space, ISG_SOURCE, &row, 1, s->retrieval, k, near, env, err);
    size_t words;
    ISG_TRY(isg_align_phrase(s->space, ISG_SOURCE, &s->src->v, NULL, word, query, &words, env, err));
    if (words)
        return isg_align_lookup_vectors(
            s->space, ISG_SOURCE, isg_mat(query, 1, s->dim), s->retrieval, k, near, env, err);
    for (uint32_t j = 0; j < k; j++)
        near[j] = (struct isg_near){ISG_NO_ID, 0};
    return ISG_OK;
}

enum isogloss_status isogloss_space_translate(struct isogloss_context *c, struct isogloss_space *s,
    const char *const *words, size_t n, size_t k, uint32_t *rows, float *scores)
{
    struct isg_error *const err = isg_library_begin(c);
    enum { MOST = 1000 };
    if (k == 0 || k > MOST) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "%zu translations a word", k);
        return isg_library_end(c, isg_error_expected(err, "1 to %d", MOST));
    }
    struct isg_near *const near = isg_malloc(k, sizeof *near);
    float *const query = isg_malloc(s->dim, sizeof *query);
    enum isg_status status = near && query ? ISG_OK : isg_error_nomem(err, "translations");
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < n && status == ISG_OK; i++) {
        status = translate_word(s, words[i], (uint32_t)k, query, near, &c->env, err);
        for (size_t j = 0; j < k && status == ISG_OK; j++) {
            rows[i * k + j] = near[j].row;
            scores[i * k + j] = near[j].row == ISG_NO_ID ? 0 : near[j].score;
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
    isg_free(near);
    isg_free(query);
    return isg_library_end(c, status);
}

enum isogloss_status isogloss_space_write_dictionary(struct isogloss_context *c, struct isogloss_space *s, size_t k,
    size_t max_words, const char *format, const char *path, int overwrite)
{
    static const char *const formats[] = {"tsv", "muse", "jsonl", "stardict", NULL};
    struct isg_error *const err = isg_library_begin(c);
    struct isg_dict_write_opts o;
    enum isg_status status;
    int which;
    isg_dict_write_opts_default(&o);
    ISG_GOTO(isg_library_choice(format, formats, "format", &which, err));
    ISG_GOTO(isg_library_path(path, err));
    o.retrieval = s->retrieval;
    o.k = k ? (uint32_t)k : o.k;
    o.max_words = max_words;
    o.format = (enum isg_dict_format)which;
    (void)pthread_mutex_lock(&s->lock);
    status = isg_dict_write(s->space, &s->src->v, &s->tgt->v, &o, path, overwrite, &c->env, err);
    (void)pthread_mutex_unlock(&s->lock);
out:
    return isg_library_end(c, status);
}
