/* What a word or phrase may become, and how probable that is. */
#include "translate/options.h"
#include "translate/unit.h"
#include <math.h>
#include <string.h>

static struct isg_tr_option copy_of(const struct isg_tr_word *w, enum isg_method method)
{
    return (struct isg_tr_option){.text = w->s, .n = w->n, .n_words = 1, .method = method, .fixed = true};
}

static uint32_t count_words(const char *s, size_t n)
{
    uint32_t words = n > 0;
    for (size_t i = 0; i < n; i++)
        words += s[i] == ' ';
    return words;
}

size_t isg_tr_from_lexicon(const struct isg_lexicon *lex, const char *form, size_t n, const char *low, size_t low_n,
    enum isg_method method, struct isg_tr_option *out, size_t max)
{
    uint32_t id = isg_lexicon_find(lex, form, n);
    if (id == ISG_NO_ID)
        id = isg_lexicon_find(lex, low, low_n);
    if (id == ISG_NO_ID)
        return 0;
    struct isg_lexicon_entry e[ISG_TR_MAX_OPTIONS];
    size_t k = isg_lexicon_entries(lex, id, e, max < ISG_TR_MAX_OPTIONS ? max : ISG_TR_MAX_OPTIONS);
    k = k < max ? k : max;
    for (size_t i = 0; i < k && i < ISG_TR_MAX_OPTIONS; i++) {
        size_t m;
        const char *text = isg_lexicon_target(lex, e[i].target, &m);
        out[i] = (struct isg_tr_option){.text = text,
            .n = (uint32_t)m,
            .n_words = count_words(text, m),
            .rank = (uint32_t)i + 1,
            .score = e[i].score,
            .method = method};
    }
    return k < ISG_TR_MAX_OPTIONS ? k : ISG_TR_MAX_OPTIONS;
}

/** The words joined by spaces, as they are and in lower case, in the arena. */
static enum isg_status phrase(struct isg_translator *t, const struct isg_tr_word *w, uint32_t n, const char **form,
    size_t *form_n, const char **low, size_t *low_n, struct isg_error *err)
{
    size_t size = n;
    for (uint32_t i = 0; i < n; i++)
        size += w[i].n;
    char *buf = isg_arena_alloc(&t->arena, size, 1);
    size_t m = 0;
    for (uint32_t i = 0; buf && i < n; i++) {
        if (i > 0)
            buf[m++] = ' ';
        memcpy(buf + m, w[i].s, w[i].n);
        m += w[i].n;
    }
    size_t k;
    char *made = buf ? isg_case_map_apply(t->source_case, ISG_TO_LOWER, buf, m, &k) : NULL,
         *kept = made ? isg_arena_alloc(&t->arena, k + 1, 1) : NULL;
    if (kept)
        memcpy(kept, made, k + 1);
    isg_free(made);
    if (!kept)
        return isg_error_nomem(err, "a phrase");
    *form = buf;
    *form_n = m;
    *low = kept;
    *low_n = k;
    return ISG_OK;
}

/** ln p of a lexicon's candidates: their scores where it has them (prominence), else 1 / rank; normalised. */
static void lexicon_p(struct isg_tr_option *o, size_t n)
{
    double sum = 0.0;
    bool scored = true;
    for (size_t i = 0; i < n; i++)
        scored &= o[i].score > 0.0F;
    for (size_t i = 0; i < n; i++)
        sum += scored ? (double)o[i].score : 1.0 / (double)o[i].rank;
    for (size_t i = 0; i < n; i++)
        o[i].logp = (float)log((scored ? (double)o[i].score : 1.0 / (double)o[i].rank) / sum);
}

/* logp = ln softmax(score / temperature) over n > 0 options; temperature > 0. */
static void map_p(struct isg_tr_option *o, size_t n, double temperature)
{
    double top = -INFINITY, sum = 0.0;
    for (size_t i = 0; i < n; i++)
        top = fmax(top, (double)o[i].score / temperature);
    for (size_t i = 0; i < n; i++)
        sum += exp((double)o[i].score / temperature - top);
    for (size_t i = 0; i < n; i++)
        o[i].logp = (float)((double)o[i].score / temperature - top - log(sum));
}

/** Adds the map's candidates to the lexicon's n: p = (1 - share) p_lexicon + share p_map. */
static size_t mix(
    struct isg_tr_option *o, size_t n, const struct isg_tr_option *map, size_t m, double share, size_t max)
{
    for (size_t i = 0; i < n; i++)
        o[i].logp += (float)log(fmax(1.0 - share, 1e-6));
    for (size_t j = 0; j < m; j++) {
        size_t i = 0;
        while (i < n && !(o[i].n == map[j].n && memcmp(o[i].text, map[j].text, map[j].n) == 0))
            i++;
        const double p = exp((double)map[j].logp) * fmax(share, 1e-6);
        if (i < n) {
            o[i].logp = (float)log(exp((double)o[i].logp) + p);
        } else if (n < max) {
            o[n] = map[j];
            o[n++].logp = (float)log(p);
        }
    }
    return n;
}

/** An acronym: a word in capitals where others are not. */
static bool is_acronym(const struct isg_tr_sentence *s, const struct isg_tr_word *w)
{
    return w->shape == ISG_CASE_UPPER && !s->headline && isg_utf8_length(w->s, w->n) > 1;
}

/** How much the target text knows a word: as a name (Title or UPPER, an acronym UPPER alone), and a tenth for
 * each time it is written small; without a case table, from its rank among the target's vectors. */
static double evidence(const struct isg_translator *t, const char *s, size_t n, bool acronym, double small)
{
    if (t->parts.cases) {
        const struct isg_case_counts c = isg_case_table_get(t->parts.cases, s, n);
        return acronym ? (double)c.upper : (double)c.title + (double)c.upper + small * (double)c.lower;
    }
    const uint32_t row = t->parts.target ? isg_vectors_find(t->parts.target, s, n) : ISG_NO_ID;
    return row == ISG_NO_ID ? 0.0 : 1e6 / (row + 10.0);
}

/** p(copy) = (seen(source) + 1/2) / (seen(source) + 1/2 + sum_t p(t) seen(t) + 1/2): adds the copy to n
 * options. Of an acronym only those translations count that are seen as acronyms. */
static size_t weigh_copy(const struct isg_translator *t, const struct isg_tr_word *w, bool acronym,
    struct isg_tr_option *o, size_t n, size_t max)
{
    const double copied = evidence(t, w->s, w->n, acronym, 0.0) + 0.5;
    double translated = 0.5;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const double seen = evidence(t, o[i].text, o[i].n, acronym, 0.1);
        translated += exp((double)o[i].logp) * seen;
        if (!acronym || seen > 0.0)
            o[kept++] = o[i];
    }
    n = kept;
    const double p = copied / (copied + translated);
    for (size_t i = 0; i < n; i++)
        o[i].logp += (float)log(fmax(1.0 - p, 1e-9));
    if (n == max)
        n--;
    o[n] = copy_of(w, ISG_BY_EVIDENCE);
    o[n++].logp = (float)log(fmax(p, 1e-9));
    return n;
}

static void sort_options(struct isg_tr_option *o, size_t n)
{
    for (size_t i = 1; i < n; i++) /* few, and nearly in order; stable */
        for (size_t k = i; k > 0 && o[k].logp > o[k - 1].logp; k--) {
            const struct isg_tr_option x = o[k];
            o[k] = o[k - 1];
            o[k - 1] = x;
        }
}

enum isg_status isg_tr_lm_words(struct isg_translator *t, struct isg_tr_option *o, struct isg_error *err)
{
    const struct isg_lm *lm = t->parts.lm;
    if (!lm || o->lm_words)
        return ISG_OK;
    uint32_t *ids = isg_arena_alloc(&t->arena, o->n_words, sizeof *ids);
    size_t n = o->n, k = 0;
    char *low = isg_lm_lower(lm) ? isg_utf8_lower(o->text, o->n, &n) : NULL;
    if (!ids || (isg_lm_lower(lm) && !low)) {
        isg_free(low);
        return isg_error_nomem(err, "the words of a candidate");
    }
    const char *s = low ? low : o->text;
    for (size_t i = 0; i < n && k < o->n_words;) {
        const char *blank = memchr(s + i, ' ', n - i);
        const size_t len = blank ? (size_t)(blank - (s + i)) : n - i;
        ids[k++] = isg_lm_word(lm, s + i, len);
        i += len + 1;
    }
    while (k < o->n_words)
        ids[k++] = 0;
    isg_free(low);
    o->lm_words = ids;
    return ISG_OK;
}

void isg_tr_name_option(
    struct isg_translator *t, const struct isg_tr_sentence *s, uint32_t first, struct isg_tr_option *out, bool *found)
{
    *found = false;
    const struct isg_tr_word *w = s->words + first;
    if (!t->parts.gazetteer || w->entity == ISG_NO_ID || t->policies.v[w->type] != ISG_POLICY_GAZETTEER)
        return;
    size_t type_n, count, length;
    const char *type = isg_strtab_get(t->types, w->type, &type_n);
    const uint32_t *const ids = isg_names_of_type(t->parts.gazetteer, type, type_n, &count);
    if (count == 0)
        return;
    struct isg_rng rng = isg_rng_stream(t->opts.seed + s->sample, "gazetteer", s->index << 16 | (first & 0xffff));
    uint32_t type_id;
    const char *name = isg_names_get(t->parts.gazetteer, ids[isg_rng_below(&rng, (uint32_t)count)], &length, &type_id);
    *out = (struct isg_tr_option){.text = name,
        .n = (uint32_t)length,
        .n_words = count_words(name, length),
        .method = ISG_BY_GAZETTEER,
        .fixed = true};
    *found = true;
}

/** A sign that the lexicon translates: the full stop of another script. */
static bool is_known_sign(const struct isg_translator *t, const struct isg_tr_word *w)
{
    return strcmp(w->token_class, "punctuation") == 0 && t->parts.lexicon &&
           isg_lexicon_find(t->parts.lexicon, w->s, w->n) != ISG_NO_ID;
}

/** Options of a single word that its class or policy settles; *n = 0: neither does. */
static enum isg_status settled(struct isg_translator *t, const struct isg_tr_word *w, struct isg_tr_option *out,
    size_t *n_out, struct isg_error *err)
{
    *n_out = 0;
    const enum isg_policy policy = t->policies.v[w->type];
    if (w->token_class && is_known_sign(t, w))
        return ISG_OK;
    if (w->token_class) {
        out[(*n_out)++] = copy_of(w, ISG_BY_CLASS);
        return ISG_OK;
    }
    if (policy == ISG_POLICY_COPY) {
        out[(*n_out)++] = copy_of(w, ISG_BY_POLICY);
        return ISG_OK;
    }
    if (policy == ISG_POLICY_TRANSLITERATE && t->transliterator) {
        size_t n;
        const char *s;
        ISG_TRY(isg_transliterate(t->transliterator, &t->arena, w->s, w->n, &s, &n, err));
        if (s)
            out[(*n_out)++] = (struct isg_tr_option){
                .text = s, .n = (uint32_t)n, .n_words = 1, .method = ISG_BY_TRANSLITERATION, .fixed = true};
    }
    return ISG_OK;
}

/** Mayhew's fall-back: the phrase without a final "s", then without a final "ed". */
static size_t without_suffix(struct isg_translator *t, const char *form, size_t n, const char *low, size_t low_n,
    struct isg_tr_option *out, size_t max)
{
    static const char *const suffixes[] = {"s", "ed"};
    for (int i = 0; i < 2; i++) {
        const size_t k = strlen(suffixes[i]);
        if (low_n <= k || n <= k || memcmp(low + low_n - k, suffixes[i], k) != 0)
            continue;
        const size_t found = isg_tr_from_lexicon(
            t->parts.lexicon, form, n - k, low, low_n - k, ISG_BY_SUFFIX, out, max);
        if (found > 0)
            return found;
    }
    return 0;
}

enum isg_status isg_tr_options(struct isg_translator *t, const struct isg_tr_sentence *s, uint32_t first, uint32_t n,
    struct isg_tr_option *out, size_t max, size_t *n_out, struct isg_error *err)
{
    const struct isg_tr_word *w = s->words + first;
    *n_out = 0;
    if (max > ISG_TR_MAX_OPTIONS)
        max = ISG_TR_MAX_OPTIONS;
    for (uint32_t i = 0; n > 1 && i < n; i++) /* phrases hold no word that is settled already */
        if (w[i].token_class || t->policies.v[w[i].type] == ISG_POLICY_COPY)
            return ISG_OK;
    if (n == 1)
        ISG_TRY(settled(t, w, out, n_out, err));
    if (*n_out > 0)
        return ISG_OK;
    const bool mayhew = t->opts.decoder == ISG_DECODE_GREEDY, word = t->opts.decoder == ISG_DECODE_WORD;
    const char *form = NULL, *low = NULL;
    size_t form_n = 0, low_n = 0, k = 0;
    ISG_TRY(phrase(t, w, n, &form, &form_n, &low, &low_n, err));
    if (t->parts.lexicon) {
        k = isg_tr_from_lexicon(
            t->parts.lexicon, form, form_n, low, low_n, ISG_BY_LEXICON, out, mayhew ? ISG_TR_MAX_OPTIONS : max);
        if (k == 0 && mayhew)
            k = without_suffix(t, form, form_n, low, low_n, out, ISG_TR_MAX_OPTIONS);
    }
    if (mayhew && k > 0) { /* prominence as it is, not normalised again */
        for (size_t i = 0; i < k; i++)
            out[i].logp = (float)log((double)out[i].score + 1e-7);
        *n_out = k;
        return ISG_OK;
    }
    lexicon_p(out, k);
    const bool name = t->policies.v[w->type] == ISG_POLICY_EVIDENCE && w->entity != ISG_NO_ID && w->upper_first;
    if (n == 1 && t->parts.map && (k == 0 || !word) && !name) {
        struct isg_tr_option map[ISG_TR_MAX_OPTIONS];
        const size_t m = isg_tr_from_lexicon(t->parts.map, form, form_n, low, low_n, ISG_BY_MAP, map, max);
        map_p(map, m, t->opts.map_temperature);
        if (k == 0 && m > 0) {
            memcpy(out, map, m * sizeof *map);
            k = m;
        } else {
            k = mix(out, k, map, m, t->opts.map_share, max);
        }
    }
    if (n == 1 && name && k > 0)
        k = weigh_copy(t, w, is_acronym(s, w), out, k, max);
    sort_options(out, k);
    if (k == 0 && n == 1)
        out[k++] = copy_of(w, ISG_BY_UNKNOWN);
    *n_out = k;
    return ISG_OK;
}
