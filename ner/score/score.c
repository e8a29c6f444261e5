/* conlleval's counting: one pass, two tags of memory.
 *
 * A chunk is correct if gold and prediction start it at the same token with the same type and end it at the same token.
 * `open` = inside a chunk that both have started and that has agreed so far. The rules of where a chunk ends and starts
 * are conlleval's own, so that IOB1, BIO and its bracket formats come out the same, and BIOES as it reads them. */
#include "ner/score/score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct side {
    char letter; /* as written: 'B', 'I', 'E', 'S', 'O', '[', ']' ...; 0 = several characters before the dash */
    uint32_t type;
};
struct reading {
    struct side last[2]; /* gold, predicted */
    bool open;
    struct isg_ner_counts overall;
};
struct isg_ner_scorer {
    struct isg_strtab *types; /* id 0 = "" */
    ISG_ARRAY(struct isg_ner_counts) by_type;
    struct reading classic, strict;
    ISG_ARRAY(struct isg_ner_counts) sentences;
    struct isg_ner_counts before; /* overall counts when the sentence began */
    bool in_sentence, failed;     /* a break has no status: finish reports a failure */
    uint64_t tokens, correct_tags;
};

double isg_ner_precision(const struct isg_ner_counts *c)
{
    return c->predicted ? 100.0 * (double)c->correct / (double)c->predicted : 0.0;
}

double isg_ner_recall(const struct isg_ner_counts *c)
{
    return c->gold ? 100.0 * (double)c->correct / (double)c->gold : 0.0;
}

double isg_ner_f1(const struct isg_ner_counts *c)
{
    const double p = isg_ner_precision(c), r = isg_ner_recall(c);
    return p + r > 0.0 ? 2.0 * p * r / (p + r) : 0.0;
}

void isg_ner_score_fini(struct isg_ner_score *s)
{
    for (size_t i = 0; i < s->n_types; i++)
        isg_free(s->types[i].name);
    isg_free(s->types);
    isg_free(s->sentences);
    memset(s, 0, sizeof *s);
}

struct isg_ner_scorer *isg_ner_scorer_new(void)
{
    struct isg_ner_scorer *s = isg_calloc(1, sizeof *s);
    if (!s)
        return NULL;
    struct isg_error err;
    uint32_t id;
    s->types = isg_strtab_new();
    if (!s->types || isg_strtab_add(s->types, "", 0, &id, NULL, &err) != ISG_OK || !ISG_RESERVE(s->by_type, 16)) {
        isg_ner_scorer_free(s);
        return NULL;
    }
    memset(s->by_type.v, 0, s->by_type.cap * sizeof *s->by_type.v);
    s->classic.last[0].letter = s->classic.last[1].letter = 'O';
    s->strict = s->classic;
    return s;
}

void isg_ner_scorer_free(struct isg_ner_scorer *s)
{
    if (!s)
        return;
    isg_strtab_free(s->types);
    isg_free(s->by_type.v);
    isg_free(s->sentences.v);
    isg_free(s);
}

/* Did a chunk end between two neighbouring tokens? */
static bool chunk_ends(struct side a, struct side b)
{
    const char p = a.letter, t = b.letter;
    if ((p == 'B' || p == 'I') && (t == 'B' || t == 'O'))
        return true;
    if (p == 'E' && (t == 'E' || t == 'I' || t == 'O'))
        return true;
    if (p == '[' || p == ']')
        return true;
    return p != 'O' && p != '.' && a.type != b.type;
}

static bool chunk_starts(struct side a, struct side b)
{
    const char p = a.letter, t = b.letter;
    if ((p == 'B' || p == 'I' || p == 'O') && t == 'B')
        return true;
    if (p == 'O' && (t == 'I' || t == 'E'))
        return true;
    if (p == 'E' && (t == 'E' || t == 'I'))
        return true;
    if (t == '[' || t == ']')
        return true;
    return t != 'O' && t != '.' && a.type != b.type;
}

/* The same as BIOES is meant: B and S always start, E and S always end. */
static bool strict_ends(struct side a, struct side b)
{
    return chunk_ends(a, b) || (a.letter != 'O' && (a.letter == 'E' || a.letter == 'S' || b.letter == 'S' ||
                                                       b.letter == 'B' || b.letter == 'O'));
}

static bool strict_starts(struct side a, struct side b)
{
    return chunk_starts(a, b) || (b.letter != 'O' && (b.letter == 'B' || b.letter == 'S' || a.letter == 'S' ||
                                                         a.letter == 'E' || a.letter == 'O'));
}

/* Moves a reading on by one token; by_type is NULL for the second reading. */
static void step(
    struct reading *r, struct side gold, struct side predicted, bool strict, struct isg_ner_counts *by_type)
{
    bool (*const ends)(struct side, struct side) = strict ? strict_ends : chunk_ends;
    bool (*const starts)(struct side, struct side) = strict ? strict_starts : chunk_starts;
    const bool gold_ends = ends(r->last[0], gold), predicted_ends = ends(r->last[1], predicted);
    const bool gold_starts = starts(r->last[0], gold), predicted_starts = starts(r->last[1], predicted);
    if (r->open) {
        if (gold_ends && predicted_ends && r->last[0].type == r->last[1].type) {
            r->open = false;
            r->overall.correct++;
            if (by_type)
                by_type[r->last[0].type].correct++;
        } else if (gold_ends != predicted_ends || gold.type != predicted.type) {
            r->open = false;
        }
    }
    if (gold_starts && predicted_starts && gold.type == predicted.type)
        r->open = true;
    if (gold_starts) {
        r->overall.gold++;
        if (by_type)
            by_type[gold.type].gold++;
    }
    if (predicted_starts) {
        r->overall.predicted++;
        if (by_type)
            by_type[predicted.type].predicted++;
    }
    r->last[0] = gold;
    r->last[1] = predicted;
}

static enum isg_status split(
    struct isg_ner_scorer *s, const char *tag, size_t n, struct side *out, struct isg_error *err)
{
    const char *dash = memchr(tag, '-', n);
    const size_t head = dash ? (size_t)(dash - tag) : n;
    out->letter = head == 1 ? tag[0] : 0;
    const char *type = dash ? dash + 1 : "";
    size_t type_n = dash ? n - head - 1 : 0;
    if (type_n == 1 && type[0] == '0') /* false in conlleval's Perl, hence no type */
        type_n = 0;
    ISG_TRY(isg_strtab_add(s->types, type, type_n, &out->type, NULL, err));
    const size_t old = s->by_type.cap;
    if (!ISG_RESERVE(s->by_type, (size_t)out->type + 1))
        return isg_error_nomem(err, "scores by type");
    memset(s->by_type.v + old, 0, (s->by_type.cap - old) * sizeof *s->by_type.v);
    return ISG_OK;
}

/* BMES and BILOU letters as those of BIOES. */
static struct side as_bioes(struct side x)
{
    static const char from[] = "MLUW", to[] = "IESS";
    const char *const at = x.letter ? strchr(from, x.letter) : NULL;
    return (struct side){at ? to[at - from] : x.letter, x.type};
}

enum isg_status isg_ner_scorer_token(struct isg_ner_scorer *s, const char *gold, size_t gold_n, const char *predicted,
    size_t predicted_n, struct isg_error *err)
{
    struct side g, p;
    ISG_TRY(split(s, gold, gold_n, &g, err));
    ISG_TRY(split(s, predicted, predicted_n, &p, err));
    step(&s->classic, g, p, false, s->by_type.v);
    step(&s->strict, as_bioes(g), as_bioes(p), true, NULL);
    s->tokens++;
    s->in_sentence = true;
    const char *dash = memchr(gold, '-', gold_n);
    const size_t head = dash ? (size_t)(dash - gold) : gold_n;
    const char *other = memchr(predicted, '-', predicted_n);
    const size_t other_head = other ? (size_t)(other - predicted) : predicted_n;
    if (g.type == p.type && head == other_head && memcmp(gold, predicted, head) == 0)
        s->correct_tags++;
    return ISG_OK;
}

void isg_ner_scorer_break(struct isg_ner_scorer *s)
{
    const struct side outside = {'O', 0};
    step(&s->classic, outside, outside, false, s->by_type.v);
    step(&s->strict, outside, outside, true, NULL);
    if (!s->in_sentence)
        return;
    s->in_sentence = false;
    const struct isg_ner_counts *now = &s->classic.overall;
    const struct isg_ner_counts sentence = {
        now->gold - s->before.gold, now->predicted - s->before.predicted, now->correct - s->before.correct};
    if (!ISG_PUSH(s->sentences, sentence)) {
        s->failed = true;
        return;
    }
    s->before = *now;
}

static int by_name(const void *a, const void *b)
{
    const struct isg_ner_type_score *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

enum isg_status isg_ner_scorer_finish(struct isg_ner_scorer *s, struct isg_ner_score *out, struct isg_error *err)
{
    isg_ner_scorer_break(s);
    memset(out, 0, sizeof *out);
    out->tokens = s->tokens;
    out->correct_tags = s->correct_tags;
    out->overall = s->classic.overall;
    out->strict = s->strict.overall;
    if (s->failed)
        return isg_error_nomem(err, "scores by sentence");
    const uint32_t n = isg_strtab_size(s->types);
    struct isg_ner_type_score *all = isg_calloc(n, sizeof *all), **order = isg_calloc(n, sizeof *order);
    out->types = isg_calloc(n, sizeof *out->types);
    enum isg_status status = ISG_OK;
    if (!all || !order || !out->types) {
        status = isg_error_nomem(err, "scores by type");
        goto out;
    }
    size_t used = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!s->by_type.v[i].gold && !s->by_type.v[i].predicted)
            continue;
        size_t len;
        const char *name = isg_strtab_get(s->types, i, &len);
        all[used] = (struct isg_ner_type_score){isg_strndup(name, len), s->by_type.v[i]};
        if (!all[used].name) {
            status = isg_error_nomem(err, "scores by type");
            for (size_t k = 0; k < used; k++)
                isg_free(all[k].name);
            goto out;
        }
        order[used] = &all[used];
        used++;
    }
    qsort(order, used, sizeof *order, by_name);
    for (size_t i = 0; i < used; i++)
        out->types[i] = *order[i];
    out->n_types = used;
    out->sentences = s->sentences.v;
    out->n_sentences = s->sentences.n;
    s->sentences.v = NULL;
    s->sentences.n = s->sentences.cap = 0;
out:
    isg_free(all);
    isg_free(order);
    if (status != ISG_OK)
        isg_ner_score_fini(out);
    return status;
}

static void put_latex(struct isg_text *t, const char *s)
{
    for (; *s; s++) {
        if (strchr("#$%&_{}", *s))
            isg_text_put(t, "\\%c", *s);
        else if (strchr("~^\\", *s))
            isg_text_put(t, "\\char%d{}", *s);
        else if ((unsigned char)*s >= ' ')
            isg_text_put(t, "%c", *s);
    }
}

static void put_row(struct isg_text *t, const char *name, const struct isg_ner_counts *c)
{
    put_latex(t, name);
    isg_text_put(t, " & %.2f\\%% & %.2f\\%% & %.2f \\\\\n", isg_ner_precision(c), isg_ner_recall(c), isg_ner_f1(c));
}

static char *latex_report(const struct isg_ner_score *s)
{
    struct isg_text t = {0};
    isg_text_put(&t, "\\begin{tabular}{lrrr}\n\\hline\n & Precision & Recall & F$_{\\beta=1}$ \\\\\n\\hline\n");
    for (size_t i = 0; i < s->n_types; i++)
        put_row(&t, s->types[i].name, &s->types[i].counts);
    isg_text_put(&t, "\\hline\n");
    put_row(&t, "Overall", &s->overall);
    isg_text_put(&t, "\\hline\n\\end{tabular}\n");
    return isg_text_finish(&t);
}

char *isg_ner_score_report(const struct isg_ner_score *s, bool latex)
{
    if (latex)
        return latex_report(s);
    struct isg_text t = {0};
    isg_text_put(&t, "processed %llu tokens with %llu phrases; found: %llu phrases; correct: %llu.\n",
        (unsigned long long)s->tokens, (unsigned long long)s->overall.gold, (unsigned long long)s->overall.predicted,
        (unsigned long long)s->overall.correct);
    if (s->tokens)
        isg_text_put(&t, "accuracy: %6.2f%%; precision: %6.2f%%; recall: %6.2f%%; FB1: %6.2f\n",
            100.0 * (double)s->correct_tags / (double)s->tokens, isg_ner_precision(&s->overall),
            isg_ner_recall(&s->overall), isg_ner_f1(&s->overall));
    for (size_t i = 0; i < s->n_types; i++) {
        const struct isg_ner_counts *const c = &s->types[i].counts;
        struct isg_text name = {0};
        isg_text_put_visible(&name, s->types[i].name);
        char *const visible = isg_text_finish(&name);
        t.failed |= name.failed;
        /* conlleval lists the empty type twice if gold and prediction have it: its test for a repeated name takes "" for
         * no name */
        const int times = s->types[i].name[0] == 0 && c->gold && c->predicted ? 2 : 1;
        for (int k = 0; k < times; k++)
            isg_text_put(&t, "%17s: precision: %6.2f%%; recall: %6.2f%%; FB1: %6.2f  %llu\n", visible ? visible : "",
                isg_ner_precision(c), isg_ner_recall(c), isg_ner_f1(c), (unsigned long long)c->predicted);
        isg_free(visible);
    }
    return isg_text_finish(&t);
}
