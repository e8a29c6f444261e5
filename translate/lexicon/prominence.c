/* Scores of phrase tables: Mayhew's prominence, and pivoting through a third language. */
#include "translate/lexicon/pairset.h"
#include "translate/lexicon/lexicon.h"
#include <stdlib.h>
#include <string.h>

/** n(e, f): counts of pairs of phrases, by ids of two string tables. */
struct pairs {
    struct isg_strtab *e, *f;
    struct isg_pairset counts;
};

static enum isg_status add_pair(
    struct pairs *p, const char *e, size_t n, const char *f, size_t m, struct isg_error *err)
{
    uint32_t a, b;
    double *count;
    bool fresh;
    ISG_TRY(isg_strtab_add(p->e, e, n, &a, NULL, err));
    ISG_TRY(isg_strtab_add(p->f, f, m, &b, NULL, err));
    ISG_TRY(isg_pairset_put(&p->counts, a, b, &count, &fresh, err));
    *count += 1.0;
    return ISG_OK;
}

static double pair_count(const struct pairs *p, const char *e, size_t n, const char *f, size_t m)
{
    const uint32_t a = isg_strtab_find(p->e, e, n), b = isg_strtab_find(p->f, f, m);
    const double *count = a == ISG_NO_ID || b == ISG_NO_ID ? NULL : isg_pairset_find(&p->counts, a, b);
    return count ? *count : 0.0;
}

static size_t count_words(const char *s, size_t n)
{
    size_t words = 1;
    for (size_t i = 0; i < n; i++)
        words += s[i] == ' ';
    return words;
}

/** Counts an entry as it is: the phrases, and each word of the one with each of the other; of what is longer than any
 * phrase the whole alone, since that grows with the square. */
static enum isg_status count_entry(
    struct pairs *p, const char *e, size_t n, const char *f, size_t m, struct isg_error *err)
{
    enum { MOST = 100 };
    ISG_TRY(add_pair(p, e, n, f, m, err));
    if (count_words(e, n) > MOST || count_words(f, m) > MOST)
        return ISG_OK;
    for (size_t i = 0; i < n;) {
        const char *blank = memchr(e + i, ' ', n - i);
        const size_t len = blank ? (size_t)(blank - (e + i)) : n - i;
        for (size_t j = 0; j < m;) {
            const char *gap = memchr(f + j, ' ', m - j);
            const size_t wide = gap ? (size_t)(gap - (f + j)) : m - j;
            ISG_TRY(add_pair(p, e + i, len, f + j, wide, err));
            j += wide + 1;
        }
        i += len + 1;
    }
    return ISG_OK;
}

struct scored {
    uint32_t target;
    size_t order;
    double score;
};

static int by_score(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score < y->score || x->score > y->score)
        return x->score < y->score ? 1 : -1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/** Both a word's lists, growing as they need. */
struct lists {
    ISG_ARRAY(struct isg_lexicon_entry) entries;
    ISG_ARRAY(struct scored) scored;
};

static enum isg_status entries_of(
    struct lists *l, const struct isg_lexicon *lex, uint32_t id, size_t *n, struct isg_error *err)
{
    *n = isg_lexicon_entries(lex, id, NULL, 0);
    if (!ISG_RESERVE(l->entries, *n) || !ISG_RESERVE(l->scored, *n))
        return isg_error_nomem(err, "a phrase table");
    isg_lexicon_entries(lex, id, l->entries.v, *n);
    return ISG_OK;
}

/** Candidates of each e, and of low e, in order of entry and without scores. */
static enum isg_status candidates(
    struct isg_lexicon *to, const struct isg_lexicon *in, struct pairs *p, struct isg_error *err)
{
    struct lists l = {0};
    enum isg_status status = ISG_OK;
    for (uint32_t id = 0; id < isg_lexicon_size(in); id++) {
        size_t n, k = 0, low_n, m;
        const char *e = isg_lexicon_source(in, id, &n);
        char *low = isg_utf8_lower(e, n, &low_n);
        status = low ? entries_of(&l, in, id, &k, err) : isg_error_nomem(err, "a phrase table");
        for (size_t i = 0; status == ISG_OK && i < k; i++) {
            const char *f = isg_lexicon_target(in, l.entries.v[i].target, &m);
            size_t low_m;
            char *low_f = isg_utf8_lower(f, m, &low_m);
            status = low_f ? count_entry(p, e, n, f, m, err) : isg_error_nomem(err, "a phrase table");
            if (status == ISG_OK)
                status = count_entry(p, low, low_n, low_f, low_m, err);
            if (status == ISG_OK)
                status = isg_lexicon_add(to, e, n, f, m, 0.0F, err);
            if (status == ISG_OK)
                status = isg_lexicon_add(to, low, low_n, f, m, 0.0F, err);
            isg_free(low_f);
        }
        isg_free(low);
        if (status != ISG_OK)
            break;
    }
    isg_free(l.entries.v);
    isg_free(l.scored.v);
    return status;
}

enum isg_status isg_lexicon_prominence(struct isg_lexicon **out, const struct isg_lexicon *in, struct isg_error *err)
{
    *out = NULL;
    struct pairs p = {.e = isg_strtab_new(), .f = isg_strtab_new()};
    struct isg_lexicon *plain = isg_lexicon_new(), *made = isg_lexicon_new();
    struct lists l = {0};
    enum isg_status status = ISG_OK;
    if (!p.e || !p.f || !plain || !made) {
        status = isg_error_nomem(err, "a phrase table");
        goto out;
    }
    ISG_GOTO(candidates(plain, in, &p, err));
    for (uint32_t id = 0; id < isg_lexicon_size(plain); id++) {
        size_t n, k, m;
        double sum = 0.0;
        const char *e = isg_lexicon_source(plain, id, &n);
        ISG_GOTO(entries_of(&l, plain, id, &k, err));
        for (size_t i = 0; i < k; i++) {
            const char *f = isg_lexicon_target(plain, l.entries.v[i].target, &m);
            l.scored.v[i] = (struct scored){l.entries.v[i].target, i, pair_count(&p, e, n, f, m)};
            sum += l.scored.v[i].score;
        }
        qsort(l.scored.v, k, sizeof *l.scored.v, by_score);
        for (size_t i = 0; i < k; i++) {
            const char *f = isg_lexicon_target(plain, l.scored.v[i].target, &m);
            ISG_GOTO(isg_lexicon_add(made, e, n, f, m, (float)(l.scored.v[i].score / (sum > 0.1 ? sum : 0.1)), err));
        }
    }
    *out = made;
    made = NULL;
out:
    isg_lexicon_free(plain);
    isg_lexicon_free(made);
    isg_strtab_free(p.e);
    isg_strtab_free(p.f);
    isg_pairset_fini(&p.counts);
    isg_free(l.entries.v);
    isg_free(l.scored.v);
    return status;
}

static double total(const struct isg_lexicon_entry *e, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)e[i].score;
    return sum;
}

enum isg_status isg_lexicon_pivot(
    struct isg_lexicon **out, const struct isg_lexicon *first, const struct isg_lexicon *second, struct isg_error *err)
{
    *out = NULL;
    struct isg_lexicon *made = isg_lexicon_new();
    struct lists a = {0}, b = {0};
    struct isg_pairset places = {0}; /* of a source's target: where in a.scored */
    enum isg_status status = ISG_OK;
    if (!made)
        return isg_error_nomem(err, "a phrase table");
    for (uint32_t id = 0; id < isg_lexicon_size(first); id++) {
        size_t n, k, m, found = 0;
        const char *s = isg_lexicon_source(first, id, &n);
        ISG_GOTO(entries_of(&a, first, id, &k, err));
        const double sum = total(a.entries.v, k);
        for (size_t i = 0; i < k && sum > 0.0; i++) {
            size_t e_n, options;
            const char *e = isg_lexicon_target(first, a.entries.v[i].target, &e_n);
            const uint32_t pivot = isg_lexicon_find(second, e, e_n);
            if (pivot == ISG_NO_ID)
                continue;
            ISG_GOTO(entries_of(&b, second, pivot, &options, err));
            const double sum_b = total(b.entries.v, options);
            if (!ISG_RESERVE(a.scored, found + options)) {
                status = isg_error_nomem(err, "a phrase table");
                goto out;
            }
            for (size_t j = 0; j < options && sum_b > 0.0; j++) {
                const double p = (double)a.entries.v[i].score / sum * (double)b.entries.v[j].score / sum_b;
                double *at;
                bool fresh;
                ISG_GOTO(isg_pairset_put(&places, id, b.entries.v[j].target, &at, &fresh, err));
                if (fresh) {
                    *at = (double)found;
                    a.scored.v[found] = (struct scored){b.entries.v[j].target, found, 0.0};
                    found++;
                }
                a.scored.v[(size_t)*at].score += p;
            }
        }
        qsort(a.scored.v, found, sizeof *a.scored.v, by_score);
        for (size_t i = 0; i < found; i++) {
            const char *f = isg_lexicon_target(second, a.scored.v[i].target, &m);
            ISG_GOTO(isg_lexicon_add(made, s, n, f, m, (float)a.scored.v[i].score, err));
        }
    }
    if (isg_lexicon_size(made) == 0) {
        (void)isg_error_set(err, ISG_EDATA, NULL, 0, "no word of the pivot language is in both lexicons");
        status = isg_error_expected(err, "source to pivot, and pivot to target, with scores");
        goto out;
    }
    *out = made;
    made = NULL;
out:
    isg_lexicon_free(made);
    isg_free(a.entries.v);
    isg_free(a.scored.v);
    isg_free(b.entries.v);
    isg_free(b.scored.v);
    isg_pairset_fini(&places);
    return status;
}
