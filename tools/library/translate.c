/* Translators of the library. */
#include "tools/library/private.h"
#include "translate/translate.h"
#include <isogloss/translate.h>

#include <pthread.h>
#include <string.h>

struct isogloss_translator {
    struct isg_translator *t;
    struct isg_lexicon *lexicon, *map;
    struct isg_case_table *cases;
    struct isg_lm *lm;
    pthread_mutex_t lock;
};
struct isogloss_sentence {
    struct isg_translated *words; /* holds the texts */
    struct isogloss_word *out;
    size_t n;
};

void isogloss_translator_free(struct isogloss_translator *t)
{
    if (!t)
        return;
    isg_translator_free(t->t);
    isg_lexicon_free(t->lexicon);
    isg_lexicon_free(t->map);
    isg_case_table_free(t->cases);
    isg_lm_free(t->lm);
    (void)pthread_mutex_destroy(&t->lock);
    isg_free(t);
}

static enum isg_status load_parts(struct isogloss_translator *t, const struct isogloss_translator_options *o,
    uint32_t candidates, const struct isg_env *env, struct isg_error *err)
{
    if (o->n_lexicons) {
        t->lexicon = isg_lexicon_new();
        if (!t->lexicon)
            return isg_error_nomem(err, "a lexicon");
        for (size_t i = 0; i < o->n_lexicons; i++) {
            ISG_TRY(isg_library_path(o->lexicons[i], err));
            ISG_TRY(isg_lexicon_load(t->lexicon, o->lexicons[i], NULL, env, err));
        }
    }
    if (o->case_table) {
        ISG_TRY(isg_case_table_new(&t->cases, o->locale, err));
        ISG_TRY(isg_case_table_load(t->cases, o->case_table, env, err));
    }
    if (o->lm)
        ISG_TRY(isg_lm_load(&t->lm, o->lm, env, err));
    if (!o->map)
        return ISG_OK;
    t->map = isg_lexicon_new();
    if (!t->map)
        return isg_error_nomem(err, "a lexicon");
    struct isg_align_space *space;
    ISG_TRY(isg_align_space_new(&space, o->map->m, &o->src->v, &o->tgt->v, 0, env, err));
    const struct isg_map_source from = {.space = space, .src = &o->src->v, .tgt = &o->tgt->v};
    const enum isg_status status = isg_lexicon_from_map(t->map, &from, NULL, candidates, NULL, env, err);
    isg_align_space_free(space);
    return status;
}

static enum isg_status check_parts(const struct isogloss_translator_options *o, struct isg_error *err)
{
    if (!o->map && !o->n_lexicons) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "nothing to translate with");
        return isg_error_expected(err, "lexicons, or a map with the vectors of both languages, or both");
    }
    if (o->map && (!o->src || !o->tgt)) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "a map without the vectors of both languages");
        return isg_error_expected(err, "src and tgt");
    }
    return ISG_OK;
}

static enum isg_status make(struct isogloss_translator *t, const struct isogloss_translator_options *o,
    const struct isg_env *env, struct isg_error *err)
{
    static const char *const decoders[] = {"word", "greedy", "beam", NULL};
    static const char *const casings[] = {"source", "target", "both", "sample", "none", NULL};
    struct isg_translate_opts opts;
    int decoder, casing;
    isg_translate_opts_default(&opts);
    ISG_TRY(check_parts(o, err));
    ISG_TRY(isg_library_choice(o->decoder, decoders, "decoder", &decoder, err));
    ISG_TRY(isg_library_choice(o->casing, casings, "casing", &casing, err));
    opts.decoder = (enum isg_decoder)decoder;
    opts.casing = (enum isg_casing)casing;
    if (o->candidates)
        opts.candidates = o->candidates > 64 ? 65 : (int)o->candidates;
    if (o->seed)
        opts.seed = o->seed;
    opts.locale = o->locale;
    opts.source_locale = o->source_locale;
    ISG_TRY(load_parts(t, o, (uint32_t)opts.candidates, env, err));
    const struct isg_translate_parts parts = {
        .lexicon = t->lexicon, .map = t->map, .cases = t->cases, .lm = t->lm, .target = o->tgt ? &o->tgt->v : NULL};
    ISG_TRY(isg_translator_new(&t->t, &parts, &opts, err));
    return o->policy ? isg_translator_policy(t->t, o->policy, err) : ISG_OK;
}

enum isogloss_status isogloss_translator_new(
    struct isogloss_context *c, const struct isogloss_translator_options *options, struct isogloss_translator **out)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_translator_options o;
    enum isg_status status;
    struct isogloss_translator *t = isg_calloc(1, sizeof *t);
    *out = NULL;
    if (!t)
        return isg_library_end(c, isg_error_nomem(err, "a translator"));
    (void)pthread_mutex_init(&t->lock, NULL);
    ISG_GOTO(isg_library_options(&o, sizeof o, options, err));
    ISG_GOTO(make(t, &o, &c->env, err));
    *out = t;
    t = NULL;
out:
    isogloss_translator_free(t);
    return isg_library_end(c, status);
}

void isogloss_sentence_free(struct isogloss_sentence *s)
{
    if (!s)
        return;
    isg_free(s->words);
    isg_free(s->out);
    isg_free(s);
}

enum isogloss_status isogloss_translator_sentence(struct isogloss_context *c, struct isogloss_translator *t,
    const char *const *words, const char *const *tags, size_t n, struct isogloss_sentence **out)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_sentence *s = isg_calloc(1, sizeof *s);
    *out = NULL;
    if (!s)
        return isg_library_end(c, isg_error_nomem(err, "a translation"));
    (void)pthread_mutex_lock(&t->lock);
    enum isg_status status = isg_translate_sentence(t->t, words, tags, n, &s->words, &s->n, err);
    (void)pthread_mutex_unlock(&t->lock);
    if (status == ISG_OK && !(s->out = isg_calloc(s->n, sizeof *s->out)))
        status = isg_error_nomem(err, "a translation");
    if (status != ISG_OK) {
        isogloss_sentence_free(s);
        return isg_library_end(c, status);
    }
    for (size_t i = 0; i < s->n; i++)
        s->out[i] = (struct isogloss_word){.text = s->words[i].word,
            .tag = s->words[i].tag,
            .source = s->words[i].source,
            .method = isg_method_name(s->words[i].method),
            .rank = s->words[i].rank,
            .score = (double)s->words[i].score};
    *out = s;
    return ISOGLOSS_OK;
}

size_t isogloss_sentence_count(const struct isogloss_sentence *s)
{
    return s->n;
}

const struct isogloss_word *isogloss_sentence_word(const struct isogloss_sentence *s, size_t i)
{
    return i < s->n ? &s->out[i] : NULL;
}

enum isogloss_status isogloss_translator_corpus(
    struct isogloss_context *c, struct isogloss_translator *t, const char *in, const char *out, int overwrite)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isg_translate_report report = {0};
    struct isg_writer *w = NULL;
    enum isg_status status;
    ISG_GOTO(isg_library_path(in, err));
    ISG_GOTO(isg_library_path(out, err));
    ISG_GOTO(isg_writer_open(&w, out, overwrite, err));
    (void)pthread_mutex_lock(&t->lock);
    status = isg_translate_corpus(t->t, in, ISG_COLUMNS_DEFAULT, w, NULL, &report, &c->env, err);
    (void)pthread_mutex_unlock(&t->lock);
    if (status == ISG_OK)
        status = isg_writer_commit(w, err);
    else
        isg_writer_abort(w);
out:
    return isg_library_end(c, status);
}
