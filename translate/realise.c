/* From a chosen option to target words as they are written. */
#include "translate/realise.h"
#include <string.h>

enum look { LOOK_AS_IS, LOOK_LOWER, LOOK_TITLE, LOOK_UPPER };

/** A word in the case wanted, *m bytes and a 0 in the arena; NULL = no memory. */
static const char *dress(struct isg_translator *t, enum look look, const char *s, size_t n, size_t *m)
{
    static const enum isg_case_to to[] = {
        [LOOK_LOWER] = ISG_TO_LOWER, [LOOK_TITLE] = ISG_TO_TITLE, [LOOK_UPPER] = ISG_TO_UPPER};
    char *made = NULL;
    *m = n;
    if (look != LOOK_AS_IS) {
        made = isg_case_map_apply(t->target_case, to[look], s, n, m); /* sets *m */
        if (!made)
            return NULL;
        s = made;
    }
    char *out = isg_arena_alloc(&t->arena, *m + 1, 1);
    if (out) {
        memcpy(out, s, *m);
        out[*m] = 0;
    }
    isg_free(made);
    return out;
}

/** Casing of the source unit: UPPER where each of its cased words is, else Title where its words are. */
static enum look source_look(
    const struct isg_tr_sentence *s, const struct isg_tr_unit *u, uint32_t word, const char *text, size_t n)
{
    bool upper = false, other = false;
    for (uint32_t i = 0; i < u->n; i++) {
        const struct isg_tr_word *w = &s->words[u->first + i];
        upper |= w->shape == ISG_CASE_UPPER;
        other |= w->shape == ISG_CASE_LOWER || w->shape == ISG_CASE_MIXED ||
                 (w->shape == ISG_CASE_TITLE && isg_utf8_length(w->s, w->n) > 1);
    }
    if (upper && !other)
        return LOOK_UPPER;
    const struct isg_tr_word *first = &s->words[u->first];
    if (word == 0)
        return first->upper_first ? LOOK_TITLE : LOOK_AS_IS;
    /* later words of a phrase: those of names get capitals, articles and prepositions (three letters or less)
     * none */
    const uint32_t k = word < u->n ? word : u->n - 1;
    const struct isg_tr_word *w = &s->words[u->first + k];
    const bool name = w->upper_first && (w->entity != ISG_NO_ID || u->n > 1);
    return name && isg_utf8_length(text, n) > 3 ? LOOK_TITLE : LOOK_AS_IS;
}

/**
 * P(capitalised) = (title + upper) / total > threshold (Xie et al. 2018). Words of an entity whose source has
 * capitals keep them unless the entity is a single word that the target language writes small; first words of
 * sentences and lines all in capitals follow the source. With ISG_CASING_BOTH the target only takes capitals away:
 * a word outside names that it would capitalise ("gobierno") may be a name there, and must not be labelled O with a capital.
 */
static enum look target_look(struct isg_translator *t, const struct isg_tr_sentence *s, const struct isg_tr_unit *u,
    uint32_t word, const char *text, size_t n, struct isg_rng *rng)
{
    const enum look source = source_look(s, u, word, text, n);
    const struct isg_case_counts c = isg_case_table_get(t->parts.cases, text, n);
    const double total = (double)c.lower + c.title + c.upper;
    if (total <= 0.0 || source == LOOK_UPPER || (u->first == 0 && word == 0))
        return source;
    if (t->opts.casing == ISG_CASING_SAMPLE) {
        const double x = isg_rng_double(rng) * total;
        return x < c.lower ? LOOK_LOWER : x < (double)c.lower + c.title ? LOOK_TITLE : LOOK_UPPER;
    }
    const bool cap = ((double)c.title + c.upper) / total > t->opts.cap_threshold;
    if (cap && t->opts.casing == ISG_CASING_BOTH && source == LOOK_AS_IS)
        return LOOK_AS_IS;
    if (cap)
        return c.upper > c.title ? LOOK_UPPER : LOOK_TITLE;
    const uint32_t e = s->words[u->first].entity;
    if (e != ISG_NO_ID && source == LOOK_TITLE) {
        const bool longer = (u->first > 0 && s->words[u->first - 1].entity == e) || u->n > 1 ||
                            (u->first + u->n < s->n && s->words[u->first + u->n].entity == e);
        if (longer || total < 10.0)
            return LOOK_TITLE;
    }
    return LOOK_LOWER;
}

enum isg_status isg_tr_realise(
    struct isg_translator *t, struct isg_tr_sentence *s, uint32_t unit, struct isg_error *err)
{
    const struct isg_tr_unit *u = &s->units.v[unit];
    const struct isg_tr_option *o = &u->option;
    struct isg_rng rng = isg_rng_stream(t->opts.seed + s->sample, "casing", s->index << 16 | (unit & 0xffff));
    const bool joined = s->one_to_one && o->n_words != u->n;
    uint32_t word = 0;
    for (uint32_t i = 0; i < o->n; word++) {
        const char *blank = joined ? NULL : memchr(o->text + i, ' ', o->n - i);
        const uint32_t n = blank ? (uint32_t)(blank - (o->text + i)) : o->n - i;
        const char *text = o->text + i;
        enum look look = LOOK_AS_IS;
        size_t m;
        if (o->fixed) {
            look = LOOK_AS_IS;
        } else if (t->opts.casing == ISG_CASING_NONE) {
            look = LOOK_AS_IS;
        } else if (t->opts.casing == ISG_CASING_SOURCE || !t->parts.cases) {
            look = source_look(s, u, word, text, n);
            if (look == LOOK_TITLE && u->n == 1 && isg_utf8_length(s->words[u->first].s, s->words[u->first].n) == 1 &&
                s->headline)
                look = LOOK_UPPER; /* "A" in a headline */
        } else {
            look = target_look(t, s, u, word, text, n, &rng);
        }
        const char *out = dress(t, look, text, n, &m);
        if (out && t->opts.casing == ISG_CASING_NONE && !o->fixed && u->first == 0 && word == 0) {
            out = dress(t, LOOK_LOWER, text, n, &m);
            out = out ? dress(t, LOOK_TITLE, out, m, &m) : NULL;
        }
        if (!out)
            return isg_error_nomem(err, "a translated sentence");
        if (joined) { /* one token must stay one: its spaces become underscores */
            char *p = isg_arena_alloc(&t->arena, m + 1, 1);
            if (!p)
                return isg_error_nomem(err, "a translated sentence");
            for (size_t k = 0; k <= m; k++)
                p[k] = out[k] == ' ' ? '_' : out[k];
            out = p;
        }
        const uint32_t k = word < u->n ? word : u->n - 1;
        if (!ISG_PUSH(s->out, (struct isg_tr_out){.s = out, .n = (uint32_t)m, .source = u->first + k, .unit = unit}))
            return isg_error_nomem(err, "a translated sentence");
        i += n + 1;
    }
    return ISG_OK;
}
