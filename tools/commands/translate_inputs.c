/* Reading what a corpus is translated with. */
#include "tools/commands/translate_inputs.h"
#include "tools/commands/align_inputs.h"

#include <string.h>

void isg_translate_loaded_fini(struct isg_translate_loaded *l)
{
    isg_lexicon_free(l->lexicon);
    isg_lexicon_free(l->map);
    isg_case_table_free(l->cases);
    isg_vectors_fini(&l->src);
    isg_vectors_fini(&l->tgt);
    isg_align_space_free(l->space);
    isg_fasttext_close(l->subwords);
    isg_align_map_free(l->matrix);
    isg_strtab_free(l->words);
    isg_lm_free(l->lm);
    isg_names_free(l->gazetteer);
}

/** Lower-cased words of the corpus, so that only these are looked up in the map. */
static enum isg_status collect_words(
    const char *path, struct isg_columns columns, const char *locale, struct isg_strtab **out, struct isg_error *err)
{
    struct isg_columns_reader *r = NULL;
    struct isg_case_map *map = NULL;
    *out = isg_strtab_new();
    if (!*out)
        return isg_error_nomem(err, "the words of the corpus");
    enum isg_status status = ISG_OK;
    ISG_GOTO(isg_case_map_new(&map, locale, err));
    ISG_GOTO(isg_columns_open(&r, path, columns, err));
    for (;;) {
        struct isg_block *b;
        ISG_GOTO(isg_columns_next(r, &b, err));
        if (!b)
            break;
        for (size_t i = 0; i < b->tokens.n; i++) {
            size_t n, m;
            uint32_t id;
            const char *s = isg_block_word(r, b, i, &n);
            char *low = isg_case_map_apply(map, ISG_TO_LOWER, s, n, &m);
            status = low ? isg_strtab_add(*out, low, m, &id, NULL, err) : isg_error_nomem(err, "a word");
            isg_free(low);
            if (status != ISG_OK)
                goto out;
        }
    }
out:
    isg_columns_close(r);
    isg_case_map_free(map);
    return status;
}

static enum isg_status load_map(struct isg_app *app, const struct isg_translate_inputs *in, const char *corpus,
    struct isg_columns columns, struct isg_translate_loaded *l, struct isg_error *err)
{
    if (!in->src || !in->tgt) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "--map without --src and --tgt");
        return isg_error_expected(err, "the two vector files that the map was fitted on");
    }
    const struct isg_vectors_opts vo = {.max_vocab = (size_t)in->max_vocab, .bad_utf8 = ISG_BAD_UTF8_SKIP};
    const char *const path[2] = {in->src, in->tgt};
    struct isg_vectors *const v[2] = {&l->src, &l->tgt};
    uint64_t by_subwords;
    ISG_TRY(isg_align_map_load(&l->matrix, in->map, err));
    ISG_TRY(isg_align_check_sides(l->matrix, in->map, in->src, in->tgt, err));
    if (in->subwords)
        ISG_TRY(isg_fasttext_open(&l->subwords, in->subwords, err));
    ISG_TRY(isg_align_space_open(&l->space, l->matrix, &(struct isg_space_opts){0}, err));
    for (int s = 0; s < 2; s++) {
        ISG_TRY(isg_vectors_load(v[s], path[s], &vo, NULL, &app->env, err));
        ISG_TRY(isg_align_space_take(l->space, (enum isg_side)s, v[s], &app->env, err));
    }
    if (in->index)
        ISG_TRY(isg_align_use_index(app, l->space, in->index, ISG_RETRIEVE_CSLS, in->map, path, err));
    if (strcmp(corpus, "-") != 0)
        ISG_TRY(collect_words(corpus, columns, in->source_locale, &l->words, err));
    l->map = isg_lexicon_new();
    if (!l->map)
        return isg_error_nomem(err, "a lexicon");
    const struct isg_map_source from = {l->space, &l->src, &l->tgt, l->subwords};
    ISG_TRY(isg_lexicon_from_map(l->map, &from, l->words, (uint32_t)in->k, &by_subwords, &app->env, err));
    if (l->subwords && l->words)
        isg_log(&app->env, ISG_LOG_INFO, "words without a vector that got one from character n-grams: %llu",
            (unsigned long long)by_subwords);
    isg_align_space_free(l->space);
    l->space = NULL;
    return ISG_OK;
}

static enum isg_status read_lexicons(
    struct isg_app *app, const struct isg_opt_list *paths, struct isg_lexicon **out, struct isg_error *err)
{
    *out = isg_lexicon_new();
    if (!*out)
        return isg_error_nomem(err, "a lexicon");
    for (size_t i = 0; i < paths->n; i++) {
        struct isg_lexicon_report rep;
        ISG_TRY(isg_lexicon_load(*out, paths->items[i], &rep, &app->env, err));
        isg_log(&app->env, ISG_LOG_INFO, "%s: %s, %llu entries, %llu seen before, %llu skipped", paths->items[i],
            rep.format, (unsigned long long)rep.entries, (unsigned long long)rep.duplicates,
            (unsigned long long)rep.skipped);
    }
    return ISG_OK;
}

/** Replaces a lexicon by its prominence scores. */
static enum isg_status score_lexicon(struct isg_lexicon **lex, struct isg_error *err)
{
    struct isg_lexicon *scored;
    ISG_TRY(isg_lexicon_prominence(&scored, *lex, err));
    isg_lexicon_free(*lex);
    *lex = scored;
    return ISG_OK;
}

/** Appends lexicons of the other direction, with source and target swapped. */
static enum isg_status add_reverse(
    struct isg_app *app, const struct isg_opt_list *paths, struct isg_lexicon *to, struct isg_error *err)
{
    struct isg_lexicon *back = NULL;
    enum isg_status status = read_lexicons(app, paths, &back, err);
    for (uint32_t id = 0; status == ISG_OK && id < isg_lexicon_size(back); id++) {
        struct isg_lexicon_entry e[64];
        size_t n, m, k = isg_lexicon_entries(back, id, e, 64);
        const char *t = isg_lexicon_source(back, id, &n);
        for (size_t i = 0; status == ISG_OK && i < k && i < 64; i++) {
            const char *s = isg_lexicon_target(back, e[i].target, &m);
            status = isg_lexicon_add(to, s, m, t, n, e[i].score, err);
        }
    }
    isg_lexicon_free(back);
    return status;
}

/** The lexicon; with --pivot, from the lexicons through the pivot's to the target. */
static enum isg_status load_lexicon(
    struct isg_app *app, const struct isg_translate_inputs *in, struct isg_translate_loaded *l, struct isg_error *err)
{
    ISG_TRY(read_lexicons(app, &in->lexicons, &l->lexicon, err));
    if (in->reverse.n > 0)
        ISG_TRY(add_reverse(app, &in->reverse, l->lexicon, err));
    if (in->prominence || in->pivots.n > 0)
        ISG_TRY(score_lexicon(&l->lexicon, err));
    if (in->pivots.n == 0)
        return ISG_OK;
    struct isg_lexicon *second = NULL, *both = NULL;
    enum isg_status status = read_lexicons(app, &in->pivots, &second, err);
    if (status == ISG_OK)
        status = score_lexicon(&second, err);
    if (status == ISG_OK)
        status = isg_lexicon_pivot(&both, l->lexicon, second, err);
    isg_lexicon_free(second);
    if (status == ISG_OK) {
        isg_lexicon_free(l->lexicon);
        l->lexicon = both;
    }
    return status;
}

enum isg_status isg_translate_load(struct isg_app *app, const struct isg_translate_inputs *in, const char *corpus,
    struct isg_columns columns, struct isg_translate_loaded *l, struct isg_error *err)
{
    if (!in->map && in->lexicons.n == 0 && in->reverse.n == 0) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "nothing to translate with");
        return isg_error_expected(err, "--lexicon FILE, or --map with --src and --tgt, or both");
    }
    if (in->lexicons.n > 0 || in->reverse.n > 0)
        ISG_TRY(load_lexicon(app, in, l, err));
    if (in->cases) {
        ISG_TRY(isg_case_table_new(&l->cases, in->locale, err));
        ISG_TRY(isg_case_table_load(l->cases, in->cases, &app->env, err));
    }
    if (in->lm)
        ISG_TRY(isg_lm_load(&l->lm, in->lm, &app->env, err));
    if (in->gazetteer)
        ISG_TRY(isg_names_load(&l->gazetteer, in->gazetteer, true, &app->env, err));
    return in->map ? load_map(app, in, corpus, columns, l, err) : ISG_OK;
}
