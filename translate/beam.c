/* A lattice of all candidates of all units, and the best path through it under the language model:
 * score = sum over units of ln p(unit) + w ln p_lm(words, </s>). Units are read in order; neighbouring words
 * of one name (or outside names) may also swap. Hypotheses with the same context are merged. */
#include "translate/beam.h"
#include "translate/options.h"
#include "translate/unit.h"
#include <math.h>
#include <string.h>

#define SWAPPED 4 /* candidates of each word that are tried in the other order */

struct arc {
    uint32_t n; /* source words */
    struct isg_tr_option option;
};
struct arcs {
    struct arc *v;
    size_t n;
};
struct hypothesis {
    double score;
    struct isg_lm_state state;
    uint32_t at, back; /* source position before its last arc, and its place there */
    const struct arc *arc;
};
struct stack {
    struct hypothesis *v;
    uint32_t n;
};

/** a and b (and what joins them) as one option, in the arena. */
static enum isg_status join(struct isg_translator *t, const struct isg_tr_option *const *parts, size_t n,
    const char *link, double logp, struct isg_tr_option *out, struct isg_error *err)
{
    size_t size = 1, at = 0, link_n = link ? strlen(link) : 0;
    for (size_t i = 0; i < n; i++)
        size += parts[i]->n + link_n + 2;
    char *text = isg_arena_alloc(&t->arena, size, 1);
    if (!text)
        return isg_error_nomem(err, "a candidate");
    *out = *parts[0];
    out->n_words = 0;
    out->lm_words = NULL;
    out->fixed = false;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            text[at++] = ' ';
        if (i > 0 && link) {
            memcpy(text + at, link, link_n);
            at += link_n;
            text[at++] = ' ';
            out->n_words++;
        }
        memcpy(text + at, parts[i]->text, parts[i]->n);
        at += parts[i]->n;
        out->n_words += parts[i]->n_words;
        logp += (double)parts[i]->logp;
        if (parts[i]->method != ISG_BY_UNKNOWN)
            out->method = parts[i]->method;
    }
    text[at] = 0;
    out->text = text;
    out->n = (uint32_t)at;
    out->logp = (float)logp;
    out->score = (float)logp;
    out->rank = 0;
    return ISG_OK;
}

static bool may_move(const struct isg_translator *t, const struct isg_tr_word *w)
{
    return !w->token_class && t->policies.v[w->type] != ISG_POLICY_COPY;
}

/** Arcs for words i, i+1 (and i+2, in names of three words) in the other order. */
static enum isg_status add_swaps(struct isg_translator *t, const struct isg_tr_sentence *s, struct arcs *all,
    uint32_t i, size_t cap, struct isg_error *err)
{
    const struct isg_tr_word *w = s->words + i;
    if (t->opts.swap <= 0.0 || isg_tr_reach(s, i, 2) < 2 || !may_move(t, w) || !may_move(t, w + 1))
        return ISG_OK;
    const double prior = log(t->opts.swap);
    const struct arcs *a = &all[i], *b = &all[i + 1];
    for (size_t k = 0, singles = 0; k < b->n && singles < SWAPPED; k++) {
        if (b->v[k].n != 1)
            continue;
        singles++;
        for (size_t j = 0, others = 0; j < a->n && others < SWAPPED; j++) {
            if (a->v[j].n != 1)
                continue;
            others++;
            const struct isg_tr_option *pair[] = {&b->v[k].option, &a->v[j].option};
            if (all[i].n + 2 > cap)
                return ISG_OK;
            ISG_TRY(join(t, pair, 2, NULL, prior, &all[i].v[all[i].n].option, err));
            all[i].v[all[i].n++].n = 2;
            if (t->opts.link && w->entity != ISG_NO_ID && !s->one_to_one) {
                ISG_TRY(join(t, pair, 2, t->opts.link, prior, &all[i].v[all[i].n].option, err));
                all[i].v[all[i].n++].n = 2;
            }
        }
    }
    const bool name_of_three = w->entity != ISG_NO_ID && (i == 0 || s->words[i - 1].entity != w->entity) &&
                               isg_tr_reach(s, i, 4) == 3 && may_move(t, w + 2);
    if (name_of_three && all[i].n < cap && all[i + 2].n > 0 && all[i + 2].v[0].n == 1 && b->n > 0 && b->v[0].n == 1 &&
        a->n > 0 && a->v[0].n == 1) {
        const struct isg_tr_option *three[] = {&all[i + 2].v[0].option, &b->v[0].option, &a->v[0].option};
        ISG_TRY(join(t, three, 3, NULL, prior, &all[i].v[all[i].n].option, err));
        all[i].v[all[i].n++].n = 3;
    }
    return ISG_OK;
}

static enum isg_status find_arcs(
    struct isg_translator *t, const struct isg_tr_sentence *s, struct arcs **out, struct isg_error *err)
{
    const uint32_t n = (uint32_t)s->n;
    const size_t k_max = (size_t)t->opts.candidates, window = (size_t)t->opts.window,
                 cap = k_max * window + 2 * SWAPPED * SWAPPED + 2;
    struct arcs *all = isg_arena_alloc(&t->arena, n, sizeof *all);
    struct isg_tr_option o[ISG_TR_MAX_OPTIONS];
    if (!all)
        return isg_error_nomem(err, "a lattice");
    memset(all, 0, n * sizeof *all);
    for (uint32_t i = n; i-- > 0;) { /* backwards, so that swaps find the words after them */
        size_t k;
        all[i].v = isg_arena_alloc(&t->arena, cap, sizeof *all[i].v);
        if (!all[i].v)
            return isg_error_nomem(err, "a lattice");
        bool name = false;
        const uint32_t entity = s->words[i].entity;
        const bool starts = entity != ISG_NO_ID && (i == 0 || s->words[i - 1].entity != entity);
        if (starts) {
            const uint32_t whole = isg_tr_reach(s, i, UINT32_MAX);
            isg_tr_name_option(t, s, i, &o[0], &name);
            if (name) {
                all[i].v[all[i].n++] = (struct arc){whole, o[0]};
                continue;
            }
        }
        for (uint32_t length = 1; length <= isg_tr_reach(s, i, (uint32_t)window); length++) {
            ISG_TRY(isg_tr_options(t, s, i, length, o, k_max, &k, err));
            for (size_t j = 0; j < k && all[i].n < k_max * window; j++) {
                if (s->one_to_one && o[j].n_words != length && !(j == 0 && length == 1))
                    continue;
                all[i].v[all[i].n++] = (struct arc){length, o[j]};
            }
        }
        ISG_TRY(add_swaps(t, s, all, i, cap, err));
    }
    struct isg_rng rng = isg_rng_stream(t->opts.seed, "sample", s->index << 8 | (s->sample & 0xff));
    for (uint32_t i = 0; i < n; i++)
        for (size_t j = 0; j < all[i].n; j++) {
            ISG_TRY(isg_tr_lm_words(t, &all[i].v[j].option, err));
            if (s->sample > 0) { /* the best path under Gumbel noise is a draw (Papandreou, Yuille 2011) */
                const double u = fmax(isg_rng_double(&rng), 1e-12);
                all[i].v[j].option.logp += (float)(-t->opts.temperature * log(-log(u)));
            }
        }
    *out = all;
    return ISG_OK;
}

/** Puts a hypothesis on a stack of at most `beam`, one for each context. */
static void keep(struct stack *k, uint32_t beam, const struct hypothesis *h)
{
    uint32_t worst = 0;
    for (uint32_t i = 0; i < k->n; i++) {
        const struct isg_lm_state *a = &k->v[i].state, *b = &h->state;
        if (a->n == b->n && memcmp(a->words, b->words, a->n * sizeof *a->words) == 0) {
            if (h->score > k->v[i].score)
                k->v[i] = *h;
            return;
        }
        if (k->v[i].score < k->v[worst].score)
            worst = i;
    }
    if (k->n < beam)
        k->v[k->n++] = *h;
    else if (h->score > k->v[worst].score)
        k->v[worst] = *h;
}

static enum isg_status trace_back(struct isg_tr_sentence *s, const struct stack *stacks, struct isg_error *err)
{
    const struct stack *end = &stacks[s->n];
    const struct hypothesis *h = &end->v[0];
    size_t first = s->units.n;
    for (uint32_t i = 1; i < end->n; i++)
        if (end->v[i].score > h->score)
            h = &end->v[i];
    for (; h->arc; h = &stacks[h->at].v[h->back])
        ISG_TRY(isg_tr_push_unit(s, h->at, h->arc->n, &h->arc->option, err));
    for (size_t last = s->units.n; first + 1 < last; first++, last--) {
        const struct isg_tr_unit u = s->units.v[first];
        s->units.v[first] = s->units.v[last - 1];
        s->units.v[last - 1] = u;
    }
    return ISG_OK;
}

enum isg_status isg_tr_beam(struct isg_translator *t, struct isg_tr_sentence *s, struct isg_error *err)
{
    const struct isg_lm *lm = t->parts.lm;
    const uint32_t n = (uint32_t)s->n, beam = (uint32_t)t->opts.beam;
    const double weight = t->opts.lm_weight * log(10.0);
    struct arcs *arcs = NULL;
    ISG_TRY(find_arcs(t, s, &arcs, err));
    struct stack *stacks = isg_arena_alloc(&t->arena, (size_t)n + 1, sizeof *stacks);
    struct hypothesis *room = isg_arena_alloc(&t->arena, ((size_t)n + 1) * beam, sizeof *room);
    if (!stacks || !room)
        return isg_error_nomem(err, "a lattice");
    for (uint32_t i = 0; i <= n; i++)
        stacks[i] = (struct stack){room + (size_t)i * beam, 0};
    struct hypothesis start = {.score = 0.0};
    if (lm)
        isg_lm_begin(lm, &start.state);
    stacks[0].v[stacks[0].n++] = start;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < stacks[i].n; k++)
            for (size_t j = 0; j < arcs[i].n; j++) {
                const struct arc *a = &arcs[i].v[j];
                const struct hypothesis *h = &stacks[i].v[k];
                struct hypothesis next = {
                    .score = h->score + (double)a->option.logp, .state = h->state, .at = i, .back = k, .arc = a};
                for (uint32_t w = 0; lm && w < a->option.n_words; w++)
                    next.score += weight * (double)isg_lm_score(lm, &next.state, a->option.lm_words[w], &next.state);
                if (lm && i + a->n == n) {
                    struct isg_lm_state ignored;
                    next.score += weight * (double)isg_lm_score(lm, &next.state, ISG_LM_END, &ignored);
                }
                keep(&stacks[i + a->n], beam, &next);
            }
    return trace_back(s, stacks, err);
}
