/* The translator: its parts and policies, and the translation of one sentence. */
#include "translate/translator.h"
#include "translate/beam.h"
#include "translate/decode_word.h"
#include "translate/greedy.h"
#include "translate/realise.h"
#include <math.h>
#include <string.h>

void isg_translate_opts_default(struct isg_translate_opts *opts)
{
    *opts = (struct isg_translate_opts){.decoder = ISG_DECODE_WORD,
        .casing = ISG_CASING_SOURCE,
        .cap_threshold = 0.6,
        .seed = 1,
        .window = 4,
        .candidates = 8,
        .beam = 8,
        .lm_weight = 0.5,
        .map_share = 0.25,
        .map_temperature = 0.1,
        .samples = 1,
        .temperature = 1.0,
        .min_score = -INFINITY};
}

const char *isg_method_name(enum isg_method m)
{
    static const char *const names[ISG_N_METHODS] = {
        "lexicon", "map", "class", "policy", "evidence", "unknown", "suffix", "transliteration", "gazetteer"};
    return (unsigned)m < ISG_N_METHODS ? names[m] : "?";
}

enum isg_status isg_translator_new(struct isg_translator **out, const struct isg_translate_parts *parts,
    const struct isg_translate_opts *opts, struct isg_error *err)
{
    *out = NULL;
    if (opts->casing != ISG_CASING_SOURCE && opts->casing != ISG_CASING_NONE && !parts->cases) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "this casing needs a case table");
        return isg_error_advice(err, "make one from plain text with: isogloss translate case TEXT -o FILE");
    }
    struct isg_translator *t = isg_calloc(1, sizeof *t);
    if (!t)
        return isg_error_nomem(err, "a translator");
    t->parts = *parts;
    t->opts = *opts;
    uint32_t id;
    if (opts->window < 1 || opts->window > 8 || opts->candidates < 1 || opts->candidates > 64 || opts->beam < 1 ||
        opts->beam > 256 || opts->samples < 1) {
        isg_free(t);
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "window, candidates, beam or samples out of range");
    }
    enum isg_status status = isg_patterns_load(
        &t->classes, parts->classes, "token-classes.tsv", ISG_PATTERN_WHOLE, err);
    if (status == ISG_OK && !(t->types = isg_strtab_new()))
        status = isg_error_nomem(err, "a translator");
    if (status == ISG_OK)
        status = isg_tr_type(t, "O", 1, &id, err);
    if (status == ISG_OK)
        status = isg_translator_policy(t, "PER=copy", err);
    if (status == ISG_OK)
        status = isg_case_map_new(&t->source_case, opts->source_locale, err);
    if (status == ISG_OK)
        status = isg_case_map_new(&t->target_case, opts->locale, err);
    if (status == ISG_OK && opts->transliterator)
        status = isg_transliterator_new(&t->transliterator, opts->transliterator, err);
    if (status != ISG_OK) {
        isg_translator_free(t);
        return status;
    }
    *out = t;
    return ISG_OK;
}

void isg_translator_free(struct isg_translator *t)
{
    if (!t)
        return;
    isg_patterns_free(t->classes);
    isg_transliterator_free(t->transliterator);
    isg_case_map_free(t->source_case);
    isg_case_map_free(t->target_case);
    isg_strtab_free(t->types);
    isg_free(t->policies.v);
    isg_arena_fini(&t->arena);
    isg_free(t);
}

enum isg_status isg_tr_type(struct isg_translator *t, const char *s, size_t n, uint32_t *id, struct isg_error *err)
{
    bool fresh;
    ISG_TRY(isg_strtab_add(t->types, s, n, id, &fresh, err));
    if (!ISG_RESERVE(t->policies, (size_t)*id + 1))
        return isg_error_nomem(err, "the types of entities");
    if (fresh)
        t->policies.v[*id] = *id == 0 ? ISG_POLICY_TRANSLATE : t->otherwise;
    return ISG_OK;
}

enum isg_status isg_translator_policy(struct isg_translator *t, const char *rules, struct isg_error *err)
{
    static const char *const names[] = {"translate", "copy", "transliterate", "gazetteer", "evidence"};
    for (const char *p = rules; *p;) {
        const size_t n = strcspn(p, ",");
        const char *eq = memchr(p, '=', n);
        const char *value = eq ? eq + 1 : p;
        const size_t m = (size_t)(p + n - value);
        size_t i = 0;
        while (i < 5 && !(strlen(names[i]) == m && memcmp(names[i], value, m) == 0))
            i++;
        if (!eq || eq == p || i == 5) {
            (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "policy \"%.*s\"", (int)(n < 80 ? n : 80), p);
            return isg_error_expected(
                err, "TYPE=translate, copy, transliterate, gazetteer or evidence, as in PER=copy");
        }
        if (eq - p == 1 && *p == '*') {
            t->otherwise = (enum isg_policy)i;
            for (uint32_t k = 1; k < isg_strtab_size(t->types); k++)
                t->policies.v[k] = t->otherwise;
        } else {
            uint32_t id;
            ISG_TRY(isg_tr_type(t, p, (size_t)(eq - p), &id, err));
            t->policies.v[id] = (enum isg_policy)i;
        }
        p += n + (p[n] == ',');
    }
    return ISG_OK;
}

enum isg_status isg_tr_look(struct isg_translator *t, struct isg_tr_word *w, struct isg_error *err)
{
    uint32_t cp;
    ISG_TRY(isg_patterns_find(t->classes, w->s, w->n, 0, &w->token_class, NULL, err));
    w->shape = isg_utf8_case(w->s, w->n);
    (void)isg_utf8_decode(w->s, w->n, &cp);
    char first[4];
    const size_t n = isg_utf8_encode(cp, first);
    const enum isg_case c = isg_utf8_case(first, n);
    w->upper_first = c == ISG_CASE_TITLE || c == ISG_CASE_UPPER;
    return ISG_OK;
}

static bool in_capitals(const struct isg_tr_sentence *s)
{
    bool any = false;
    for (size_t i = 0; i < s->n; i++) {
        if (s->words[i].shape == ISG_CASE_LOWER || s->words[i].shape == ISG_CASE_MIXED)
            return false;
        any |= s->words[i].shape == ISG_CASE_UPPER;
    }
    return any;
}

enum isg_status isg_tr_translate(struct isg_translator *t, struct isg_tr_sentence *s, struct isg_error *err)
{
    isg_arena_reset(&t->arena);
    s->units.n = s->out.n = 0;
    s->headline = in_capitals(s);
    switch (t->opts.decoder) {
    case ISG_DECODE_WORD:
        ISG_TRY(isg_tr_decode_word(t, s, err));
        break;
    case ISG_DECODE_GREEDY:
        ISG_TRY(isg_tr_greedy(t, s, err));
        break;
    case ISG_DECODE_BEAM:
        ISG_TRY(isg_tr_beam(t, s, err));
        break;
    }
    for (uint32_t u = 0; u < s->units.n; u++)
        ISG_TRY(isg_tr_realise(t, s, u, err));
    return ISG_OK;
}
