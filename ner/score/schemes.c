/* Scores by the rules of seqeval and nervaluate. */
#include "ner/score/schemes.h"

#include <string.h>

enum { GOLD, PREDICTED };
static const enum isg_scheme strict_schemes[] = {ISG_IOB1, ISG_BIO, ISG_BIOES};
enum { N_STRICT = sizeof strict_schemes / sizeof *strict_schemes };

/* A tag: its letter as written, the letter that BIOES has for it (0 = none), and its type. */
struct tag {
    char raw, letter;
    uint32_t type;
};
struct isg_ner_schemer {
    struct isg_strtab *types;
    struct isg_scheme_vote vote;
    ISG_ARRAY(struct tag) tags[2]; /* of the sentence */
    struct isg_spans spans[2];
    ISG_ARRAY(bool) met;  /* by gold entity */
    ISG_ARRAY(char) last; /* gold tag before */
    struct isg_ner_schemes all;
    struct isg_ner_counts strict[N_STRICT];
    uint64_t foreign[N_STRICT];
};

static double share(double part, uint64_t whole)
{
    return whole ? 100.0 * part / (double)whole : 0.0;
}

static double found(const struct isg_ner_overlap *o)
{
    return (double)o->correct + 0.5 * (double)o->partial;
}

double isg_ner_overlap_precision(const struct isg_ner_overlap *o)
{
    return share(found(o), o->correct + o->incorrect + o->partial + o->spurious);
}

double isg_ner_overlap_recall(const struct isg_ner_overlap *o)
{
    return share(found(o), o->correct + o->incorrect + o->partial + o->missed);
}

double isg_ner_overlap_f1(const struct isg_ner_overlap *o)
{
    const double p = isg_ner_overlap_precision(o), r = isg_ner_overlap_recall(o);
    return p + r > 0 ? 2 * p * r / (p + r) : 0.0;
}

const char *isg_ner_overlap_name(enum isg_ner_overlap_kind kind)
{
    static const char *const names[ISG_OVERLAP_KINDS] = {"strict", "exact", "partial", "type"};
    return names[kind];
}

struct isg_ner_schemer *isg_ner_schemer_new(void)
{
    struct isg_ner_schemer *s = isg_calloc(1, sizeof *s);
    if (s && (s->types = isg_strtab_new()))
        return s;
    isg_ner_schemer_free(s);
    return NULL;
}

void isg_ner_schemer_free(struct isg_ner_schemer *s)
{
    if (!s)
        return;
    isg_strtab_free(s->types);
    for (int i = 0; i < 2; i++) {
        ISG_ARRAY_FREE(s->tags[i]);
        isg_free(s->spans[i].v);
    }
    ISG_ARRAY_FREE(s->met);
    ISG_ARRAY_FREE(s->last);
    isg_free(s);
}

/* ---- entities ---- */

static bool in(char c, const char *set)
{
    return c && strchr(set, c);
}

static enum isg_status push(struct isg_spans *spans, size_t first, size_t end, uint32_t type, struct isg_error *err)
{
    const struct isg_span x = {(uint32_t)first, (uint32_t)(end - first), type};
    return ISG_PUSH(*spans, x) ? ISG_OK : isg_error_nomem(err, "entities");
}

/* seqeval's default: where a chunk ends and starts, by two neighbouring tags. */
static bool ends(struct tag a, struct tag b)
{
    return in(a.raw, "ES") || (in(a.raw, "BI") && in(b.raw, "BSO")) || (!in(a.raw, "O.") && a.type != b.type);
}

static bool starts(struct tag a, struct tag b)
{
    return in(b.raw, "BS") || (in(a.raw, "ESO") && in(b.raw, "EI")) || (!in(b.raw, "O.") && a.type != b.type);
}

static enum isg_status default_entities(
    const struct tag *t, size_t n, uint32_t none, struct isg_spans *spans, struct isg_error *err)
{
    const struct tag outside = {'O', 'O', none};
    struct tag before = outside;
    size_t first = 0;
    spans->n = 0;
    for (size_t i = 0; i <= n; i++) {
        const struct tag now = i < n ? t[i] : outside;
        if (ends(before, now))
            ISG_TRY(push(spans, first, i, before.type, err));
        if (starts(before, now))
            first = i;
        before = now;
    }
    return ISG_OK;
}

/* The same in mode "strict": by scheme, where an entity may start, go on, and has ended. */
static bool strict_start(enum isg_scheme scheme, struct tag a, struct tag b)
{
    if (scheme != ISG_IOB1)
        return b.letter == 'B' || (scheme == ISG_BIOES && b.letter == 'S');
    return (b.letter == 'I' && (a.letter == 'O' || a.type != b.type)) ||
           (b.letter == 'B' && a.letter != 'O' && a.type == b.type);
}

static bool strict_inside(enum isg_scheme scheme, struct tag a, struct tag b)
{
    return in(a.letter, "BI") && a.type == b.type && (b.letter == 'I' || (scheme == ISG_BIOES && b.letter == 'E'));
}

static bool strict_end(enum isg_scheme scheme, struct tag a, struct tag b)
{
    if (scheme == ISG_BIOES)
        return in(a.letter, "ES");
    if (scheme == ISG_IOB1 && a.letter == 'B' && b.letter == 'B')
        return a.type == b.type;
    return in(a.letter, "BI") && (in(b.letter, "OB") || (b.letter == 'I' && a.type != b.type));
}

/* The tag as the scheme has it: O if it does not know the letter. */
static struct tag as_scheme(enum isg_scheme scheme, struct tag t, uint64_t *foreign)
{
    if (in(t.letter, scheme == ISG_BIOES ? "OBIES" : "OBI"))
        return t;
    ++*foreign;
    t.letter = 'O';
    return t;
}

static enum isg_status strict_entities(enum isg_scheme scheme, const struct tag *t, size_t n, struct isg_spans *spans,
    uint64_t *foreign, struct isg_error *err)
{
    const struct tag outside = {.letter = 'O'};
    struct tag before = outside;
    uint64_t seen_twice = 0;
    spans->n = 0;
    for (size_t i = 0; i < n; i++)
        (void)as_scheme(scheme, t[i], foreign);
    for (size_t i = 0; i < n;) {
        const struct tag first = as_scheme(scheme, t[i], &seen_twice);
        size_t end = i + 1;
        if (strict_start(scheme, before, first)) {
            struct tag last = first, next = outside;
            for (; end <= n; end++) {
                next = end < n ? as_scheme(scheme, t[end], &seen_twice) : outside;
                if (!strict_inside(scheme, last, next))
                    break;
                last = next;
            }
            if (strict_end(scheme, last, next))
                ISG_TRY(push(spans, i, end, first.type, err));
        }
        i = end;
        before = as_scheme(scheme, t[i - 1], &seen_twice);
    }
    return ISG_OK;
}

/* ---- counts ---- */

static bool equal(const struct isg_span *a, const struct isg_span *b)
{
    return a->first == b->first && a->n == b->n && a->type == b->type;
}

static void count(const struct isg_spans spans[2], struct isg_ner_counts *c)
{
    c->gold += spans[GOLD].n;
    c->predicted += spans[PREDICTED].n;
    for (size_t i = 0, j = 0; i < spans[GOLD].n && j < spans[PREDICTED].n;) {
        const struct isg_span *const a = &spans[GOLD].v[i], *const b = &spans[PREDICTED].v[j];
        c->correct += equal(a, b);
        i += a->first <= b->first;
        j += b->first <= a->first;
    }
}

/* A predicted entity that has tokens of this gold one. */
static void meet(struct isg_ner_overlap *o, const struct isg_span *gold, const struct isg_span *predicted)
{
    const bool tokens = gold->first == predicted->first && gold->n == predicted->n,
               type = gold->type == predicted->type;
    *(tokens && type ? &o[ISG_OVERLAP_STRICT].correct : &o[ISG_OVERLAP_STRICT].incorrect) += 1;
    *(tokens ? &o[ISG_OVERLAP_EXACT].correct : &o[ISG_OVERLAP_EXACT].incorrect) += 1;
    *(tokens ? &o[ISG_OVERLAP_PARTIAL].correct : &o[ISG_OVERLAP_PARTIAL].partial) += 1;
    *(type ? &o[ISG_OVERLAP_TYPE].correct : &o[ISG_OVERLAP_TYPE].incorrect) += 1;
}

static enum isg_status count_overlaps(struct isg_ner_schemer *s, struct isg_error *err)
{
    const struct isg_spans *const gold = &s->spans[GOLD], *const predicted = &s->spans[PREDICTED];
    struct isg_ner_overlap *const o = s->all.overlap;
    s->met.n = 0;
    if (!ISG_APPEND_ZEROS(s->met, gold->n))
        return isg_error_nomem(err, "entities");
    size_t from = 0; /* gold entities before it end before the predicted one starts, and before all later ones */
    for (size_t j = 0; j < predicted->n; j++) {
        const struct isg_span *const p = &predicted->v[j];
        while (from < gold->n && gold->v[from].first + gold->v[from].n <= p->first)
            from++;
        if (from < gold->n &&
            gold->v[from].first < p->first + p->n) { /* the first with a token of its; equal ones are it */
            meet(o, &gold->v[from], p);
            s->met.v[from] = true;
        } else {
            for (int k = 0; k < ISG_OVERLAP_KINDS; k++)
                o[k].spurious++;
        }
    }
    for (size_t i = 0; i < gold->n; i++)
        for (int k = 0; k < ISG_OVERLAP_KINDS; k++)
            o[k].missed += !s->met.v[i];
    return ISG_OK;
}

/* ---- token by token ---- */

static enum isg_status add(struct isg_ner_schemer *s, int side, const char *tag, size_t n, struct isg_error *err)
{
    const char *type = tag + (n > 1 ? 1 : n), *rest;
    size_t type_n = n > 1 ? n - 1 : 0, rest_n;
    struct tag t = {.raw = n ? tag[0] : 'O', .letter = isg_tag_split(tag, n, &rest, &rest_n)};
    const char *const dash = type_n ? memchr(type, '-', type_n) : NULL; /* seqeval: the part after the first "-" */
    if (dash) {
        type_n -= (size_t)(dash + 1 - type);
        type = dash + 1;
    }
    ISG_TRY(isg_strtab_add(s->types, type_n ? type : "_", type_n ? type_n : 1, &t.type, NULL, err));
    return ISG_PUSH(s->tags[side], t) ? ISG_OK : isg_error_nomem(err, "a sentence");
}

enum isg_status isg_ner_schemer_token(struct isg_ner_schemer *s, const char *gold, size_t gold_n, const char *predicted,
    size_t predicted_n, struct isg_error *err)
{
    isg_scheme_see(&s->vote, gold, gold_n, s->tags[GOLD].n ? s->last.v : NULL, s->last.n);
    s->last.n = 0;
    if (!ISG_APPEND(s->last, gold, gold_n))
        return isg_error_nomem(err, "a tag");
    ISG_TRY(add(s, GOLD, gold, gold_n, err));
    return add(s, PREDICTED, predicted, predicted_n, err);
}

enum isg_status isg_ner_schemer_break(struct isg_ner_schemer *s, struct isg_error *err)
{
    const size_t n = s->tags[GOLD].n;
    uint32_t none;
    ISG_TRY(isg_strtab_add(s->types, "_", 1, &none, NULL, err));
    for (int i = 0; i < 2 && n; i++)
        ISG_TRY(default_entities(s->tags[i].v, n, none, &s->spans[i], err));
    if (n) {
        count(s->spans, &s->all.seqeval);
        ISG_TRY(count_overlaps(s, err));
    }
    for (int k = 0; k < N_STRICT && n; k++) {
        for (int i = 0; i < 2; i++)
            ISG_TRY(strict_entities(strict_schemes[k], s->tags[i].v, n, &s->spans[i], &s->foreign[k], err));
        count(s->spans, &s->strict[k]);
    }
    s->tags[GOLD].n = s->tags[PREDICTED].n = 0;
    return ISG_OK;
}

enum isg_status isg_ner_schemer_finish(struct isg_ner_schemer *s, struct isg_ner_schemes *out, struct isg_error *err)
{
    ISG_TRY(isg_ner_schemer_break(s, err));
    *out = s->all;
    out->scheme = isg_scheme_verdict(&s->vote);
    if (out->scheme == ISG_BMES)
        out->scheme = ISG_BIOES;
    else if (out->scheme != ISG_IOB1 && out->scheme != ISG_BIOES)
        out->scheme = ISG_BIO;
    for (int k = 0; k < N_STRICT; k++)
        if (strict_schemes[k] == out->scheme) {
            out->seqeval_strict = s->strict[k];
            out->foreign = s->foreign[k];
        }
    return ISG_OK;
}
