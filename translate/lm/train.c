/* Modified Kneser-Ney from plain text. N-grams of the highest order are kept as records of their words, the
 * last one first, sorted by these: in that order each lower order's n-grams (the shorter histories) come in
 * one run each, and one pass gives the counts of all orders (Heafield et al. 2013, "Scalable Modified
 * Kneser-Ney Language Model Estimation"). */
#include "translate/lm/private.h"
#include "translate/lm/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PAD UINT32_MAX           /* before <s> */
#define BUFFER ((size_t)1 << 22) /* records sorted at a time */

/** Records of `order` words and a count, all uint32_t; sorted and without repeats but in the buffer. */
struct records {
    uint32_t *v;
    size_t n;
};
struct counter {
    struct isg_lm *lm;
    int order;
    struct records all, buffer;
    ISG_ARRAY(uint32_t) sentence;
    uint64_t words;
};

static int compare(const uint32_t *a, const uint32_t *b, int order)
{
    for (int i = 0; i < order; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static int compare_sort(const void *a, const void *b, void *order)
{
    return compare(a, b, *(const int *)order);
}

static void add_count(uint32_t *to, uint32_t n)
{
    *to = *to > UINT32_MAX - n ? UINT32_MAX : *to + n;
}

/** Sorts the buffer and merges it into the rest. */
static enum isg_status flush(struct counter *c, struct isg_error *err)
{
    const int order = c->order;
    const size_t width = (size_t)order + 1, bytes = width * sizeof(uint32_t);
    struct records *b = &c->buffer, *a = &c->all;
    if (b->n == 0)
        return ISG_OK;
    int by = order;
    qsort_r(b->v, b->n, bytes, compare_sort, &by);
    size_t k = 0;
    for (size_t i = 1; i < b->n; i++) {
        if (compare(b->v + k * width, b->v + i * width, order) == 0)
            add_count(&b->v[k * width + (size_t)order], b->v[i * width + (size_t)order]);
        else if (++k != i)
            memcpy(b->v + k * width, b->v + i * width, bytes);
    }
    b->n = k + 1;
    uint32_t *out = isg_malloc(a->n + b->n, bytes);
    if (!out)
        return isg_error_nomem(err, "the n-grams of the text");
    size_t i = 0, j = 0, n = 0;
    while (i < a->n || j < b->n) {
        const int d = i == a->n ? 1 : j == b->n ? -1 : compare(a->v + i * width, b->v + j * width, order);
        memcpy(out + n * width, d <= 0 ? a->v + i * width : b->v + j * width, bytes);
        if (d == 0)
            add_count(&out[n * width + (size_t)order], b->v[j * width + (size_t)order]);
        i += d <= 0;
        j += d >= 0;
        n++;
    }
    isg_free(a->v);
    *a = (struct records){out, n};
    b->n = 0;
    return ISG_OK;
}

static enum isg_status count_sentence(void *cookie, const struct isg_word *words, size_t n, struct isg_error *err)
{
    struct counter *c = cookie;
    const size_t width = (size_t)c->order + 1;
    if (!ISG_RESERVE(c->sentence, n + 2))
        return isg_error_nomem(err, "a sentence");
    c->sentence.v[0] = ISG_LM_START;
    for (size_t i = 0; i < n; i++) {
        uint32_t id;
        ISG_TRY(isg_lm_add_word(c->lm, words[i].s, words[i].n, &id, err));
        c->sentence.v[i + 1] = id == ISG_LM_START || id == ISG_LM_END ? ISG_LM_UNK : id;
    }
    c->sentence.v[n + 1] = ISG_LM_END;
    c->words += n;
    for (size_t i = 1; i <= n + 1; i++) {
        if (c->buffer.n == BUFFER)
            ISG_TRY(flush(c, err));
        uint32_t *r = c->buffer.v + c->buffer.n++ * width;
        for (size_t k = 0; k < (size_t)c->order; k++)
            r[k] = k <= i ? c->sentence.v[i - k] : PAD;
        r[c->order] = 1;
    }
    return ISG_OK;
}

/** N-grams of each order with their (adjusted) counts. */
struct counts {
    struct isg_lm_grams *grams; /* the model's, by order */
    ISG_ARRAY(uint32_t) c[ISG_LM_MAX_ORDER + 1];
    uint64_t t[ISG_LM_MAX_ORDER + 1][5]; /* counts of counts 1 to 4 */
};

static enum isg_status open_gram(struct counts *k, const uint32_t *r, int n, struct isg_error *err)
{
    struct isg_lm_grams *g = &k->grams[n];
    if (!ISG_RESERVE(g->words, (g->n + 1) * (size_t)n) || !ISG_RESERVE(k->c[n], g->n + 1))
        return isg_error_nomem(err, "the n-grams of a language model");
    memcpy(g->words.v + g->n * (uint64_t)n, r, (size_t)n * sizeof *r);
    k->c[n].v[g->n++] = 0;
    return ISG_OK;
}

/** One pass over the sorted records: the counts that Kneser-Ney wants of each order. */
static enum isg_status adjust(const struct records *all, int order, struct counts *k, struct isg_error *err)
{
    const size_t width = (size_t)order + 1;
    for (size_t i = 0; i < all->n; i++) {
        const uint32_t *r = all->v + i * width, *before = i ? r - width : NULL;
        int d = 0;
        while (before && d < order && r[d] == before[d])
            d++;
        for (int n = 1; n <= order && r[n - 1] != PAD; n++) {
            if (n > d)
                ISG_TRY(open_gram(k, r, n, err));
            uint32_t *c = &k->c[n].v[k->grams[n].n - 1];
            if (n == order || r[n - 1] == ISG_LM_START)
                add_count(c, r[order]); /* as often as it was seen */
            else if (n + 1 > d)
                add_count(c, 1); /* one more word before it */
        }
    }
    for (int n = 1; n <= order; n++)
        for (uint64_t i = 0; i < k->grams[n].n; i++)
            if (k->c[n].v[i] >= 1 && k->c[n].v[i] <= 4)
                k->t[n][k->c[n].v[i]]++;
    return ISG_OK;
}

static void discounts(const uint64_t t[5], double d[4])
{
    d[0] = 0.0;
    d[1] = 0.5;
    d[2] = 1.0;
    d[3] = 1.5;
    if (t[1] == 0 || t[2] == 0 || t[3] == 0)
        return;
    const double y = (double)t[1] / ((double)t[1] + 2.0 * (double)t[2]);
    for (int k = 1; k <= 3; k++) {
        const double x = k - (k + 1) * y * (double)t[k + 1] / (double)t[k];
        d[k] = x < 0.0 ? 0.0 : x > k ? k : x;
    }
}

/** What follows a context: the sum of its counts, and how many words follow with count 1, 2, 3 or more. */
struct context {
    uint64_t sum;
    uint32_t n[4];
};

/** Contexts of the n-grams of an order, by the key of their words. */
static enum isg_status gather(
    struct isg_keytab *t, const struct isg_lm_grams *g, const uint32_t *c, int n, struct isg_error *err)
{
    for (uint64_t i = 0; i < g->n; i++) {
        const uint32_t *w = g->words.v + i * (uint64_t)n;
        uint64_t key = isg_lm_key(w[1]);
        for (int k = 2; k < n; k++)
            key = isg_lm_key_add(key, w[k]);
        struct context *const x = isg_keytab_put(t, key, sizeof *x);
        if (!x)
            return isg_error_nomem(err, "the contexts of a language model");
        x->sum += c[i];
        x->n[c[i] < 3 ? c[i] : 3]++;
    }
    return ISG_OK;
}

static double gamma_of(const struct context *x, const double d[4])
{
    return (d[1] * x->n[1] + d[2] * x->n[2] + d[3] * x->n[3]) / (double)x->sum;
}

static void unigrams(struct isg_lm *lm, const struct counts *k)
{
    struct context x = {0};
    double d[4];
    discounts(k->t[1], d);
    const struct isg_lm_grams *g = &lm->grams[1];
    for (uint64_t i = 0; i < g->n; i++) {
        x.sum += k->c[1].v[i];
        x.n[k->c[1].v[i] < 3 ? k->c[1].v[i] : 3]++;
    }
    const double rest = gamma_of(&x, d) / (double)(lm->n_words - 1); /* <s> is never predicted */
    for (uint64_t i = 0; i < lm->n_words; i++)
        lm->unigrams.v[i].p = (float)log10(rest);
    for (uint64_t i = 0; i < g->n; i++) {
        const uint32_t c = k->c[1].v[i];
        lm->unigrams.v[g->words.v[i]].p = (float)log10((c - d[c < 3 ? c : 3]) / (double)x.sum + rest);
    }
    lm->unigrams.v[ISG_LM_START].p = ISG_LM_NEVER;
}

/** Probabilities of order n and the back-off weights of order n-1. */
static enum isg_status estimate(struct isg_lm *lm, const struct counts *k, int n, struct isg_error *err)
{
    const struct isg_lm_grams *g = &lm->grams[n];
    enum isg_status status = ISG_OK;
    struct isg_keytab t = {0};
    double d[4];
    discounts(k->t[n], d);
    ISG_GOTO(gather(&t, g, k->c[n].v, n, err));
    for (uint64_t i = 0; i < g->n; i++) {
        const uint32_t *w = g->words.v + i * (uint64_t)n;
        uint64_t shorter = isg_lm_key(w[0]), context = isg_lm_key(w[1]);
        for (int j = 1; j < n - 1; j++) {
            shorter = isg_lm_key_add(shorter, w[j]);
            context = isg_lm_key_add(context, w[j + 1]);
        }
        const struct context *x = isg_keytab_find(&t, context, sizeof *x);
        const struct isg_lm_value *low = n == 2 ? &lm->unigrams.v[w[0]]
                                                : isg_lm_table_find(&lm->tables[n - 1], shorter);
        struct isg_lm_value *back = n == 2 ? &lm->unigrams.v[w[1]] : isg_lm_table_find(&lm->tables[n - 1], context);
        const double g_x = gamma_of(x, d);
        const uint32_t c = k->c[n].v[i];
        const double p = (c - d[c < 3 ? c : 3]) / (double)x->sum + g_x * pow(10.0, (double)low->p);
        if (back)
            back->backoff = (float)log10(g_x > 1e-30 ? g_x : 1e-30);
        struct isg_lm_value *v;
        ISG_GOTO(isg_lm_table_put(&lm->tables[n], isg_lm_key_add(shorter, w[n - 1]), &v, err));
        v->p = (float)log10(p);
    }
out:
    isg_keytab_fini(&t);
    return status;
}

enum isg_status isg_lm_train(struct isg_lm **out, const char *const *paths, size_t n_paths,
    const struct isg_lm_opts *opts, const struct isg_env *env, struct isg_error *err)
{
    *out = NULL;
    struct counter c = {.order = opts->order};
    struct counts k = {0};
    enum isg_status status = ISG_OK;
    c.lm = isg_lm_new(opts->order);
    c.buffer.v = isg_malloc(BUFFER * ((size_t)opts->order + 1), sizeof *c.buffer.v);
    if (!c.lm || !c.buffer.v) {
        status = isg_error_nomem(err, "a language model");
        goto out;
    }
    c.lm->lower = opts->lower;
    for (size_t i = 0; i < n_paths; i++)
        ISG_GOTO(isg_lm_sentences(paths[i], (struct isg_text_rule){.tokenised = opts->tokenised, .lower = opts->lower},
            count_sentence, &c, env, err));
    ISG_GOTO(flush(&c, err));
    if (c.words == 0) {
        status = isg_error_set(err, ISG_EDATA, n_paths ? paths[0] : NULL, 0, "a text without words");
        goto out;
    }
    isg_free(c.buffer.v);
    c.buffer.v = NULL;
    k.grams = c.lm->grams;
    ISG_GOTO(adjust(&c.all, opts->order, &k, err));
    isg_free(c.all.v);
    c.all.v = NULL;
    unigrams(c.lm, &k);
    for (int n = 2; n <= opts->order; n++) {
        ISG_GOTO(isg_progress(env, "estimating", (uint64_t)n, (uint64_t)opts->order, err));
        ISG_GOTO(estimate(c.lm, &k, n, err));
    }
    *out = c.lm;
    c.lm = NULL;
out:
    for (int n = 0; n <= ISG_LM_MAX_ORDER; n++)
        isg_free(k.c[n].v);
    isg_free(c.sentence.v);
    isg_free(c.buffer.v);
    isg_free(c.all.v);
    isg_lm_free(c.lm);
    return status;
}
