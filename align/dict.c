/* Bilingual word lists: reading, and turning entries into row pairs. */
#include "align/align.h"

#include <stdlib.h>
#include <string.h>

void isg_dict_fini(struct isg_dict *d)
{
    isg_free(d->entries);
    isg_arena_fini(&d->arena);
    memset(d, 0, sizeof *d);
}

static enum isg_status add_entry(
    struct isg_dict *d, struct isg_strtab *seen, const struct isg_pair_line *pair, struct isg_error *err)
{
    const size_t *const n = pair->n;
    char *const key = isg_arena_alloc(&d->arena, n[0] + n[1] + 2, 1);
    if (!key || !ISG_GROW(d->entries, d->cap, d->n + 1))
        return isg_error_nomem(err, "a bilingual list");
    memcpy(key, pair->word[0], n[0]);
    key[n[0]] = '\0';
    memcpy(key + n[0] + 1, pair->word[1], n[1]);
    key[n[0] + 1 + n[1]] = '\0';
    uint32_t id;
    bool fresh;
    ISG_TRY(isg_strtab_add(seen, key, n[0] + 1 + n[1], &id, &fresh, err));
    if (!fresh) {
        d->report.duplicates++;
        return ISG_OK;
    }
    d->report.multi_word += memchr(key, ' ', n[0]) || memchr(key + n[0] + 1, ' ', n[1]);
    d->entries[d->n++] = (struct isg_dict_entry){.word = {key, key + n[0] + 1}, .line = pair->number};
    return ISG_OK;
}

enum isg_status isg_dict_load(struct isg_dict *out, const char *path, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status;
    struct isg_dict d = {0};
    struct isg_pairfile *f = NULL;
    struct isg_pairfile_report rep = {0};
    struct isg_strtab *seen = isg_strtab_new();
    if (!seen) {
        status = isg_error_nomem(err, "a bilingual list");
        goto out;
    }
    ISG_GOTO(isg_pairfile_open(&f, path, false, env, err));
    for (;;) {
        struct isg_pair_line pair;
        ISG_GOTO(isg_pairfile_next(f, &rep, &pair, err));
        if (!pair.any)
            break;
        if (!pair.expected)
            ISG_GOTO(add_entry(&d, seen, &pair, err));
        else if (d.report.broken++ == 0)
            d.report.first_broken_line = pair.number;
    }
    if (d.n == 0) {
        isg_error_set(err, ISG_EDATA, path, d.report.first_broken_line, "no pair of words in %llu lines",
            (unsigned long long)rep.lines);
        status = isg_error_expected(err, "a source and a target word on each line, with a tab or space between them");
        goto out;
    }
    d.report.lines = rep.lines;
    d.report.empty = rep.empty;
    d.report.entries = d.n;
    *out = d;
    d = (struct isg_dict){0};
out:
    isg_dict_fini(&d);
    isg_pairfile_close(f);
    isg_strtab_free(seen);
    return status;
}

void isg_align_pairs_fini(struct isg_align_pairs *p)
{
    isg_free(p->row[0]);
    isg_free(p->row[1]);
    memset(p, 0, sizeof *p);
}

enum isg_status isg_align_pairs_add(struct isg_align_pairs *p, uint32_t src, uint32_t tgt, struct isg_error *err)
{
    if (p->n == p->cap) {
        size_t cap[2] = {p->cap, p->cap};
        if (!ISG_GROW(p->row[0], cap[0], p->n + 1) || !ISG_GROW(p->row[1], cap[1], p->n + 1)) {
            p->cap = cap[1] < cap[0] ? cap[1] : cap[0];
            return isg_error_nomem(err, "pairs of words");
        }
        p->cap = cap[1] < cap[0] ? cap[1] : cap[0];
    }
    p->row[0][p->n] = src;
    p->row[1][p->n++] = tgt;
    return ISG_OK;
}

static uint32_t find_as_is(const struct isg_vectors *v, const char *word, size_t n, enum isg_dict_case rule)
{
    uint32_t id = rule == ISG_DICT_CASE_LOWER ? ISG_NO_ID : isg_strtab_find(v->words, word, n);
    if (id != ISG_NO_ID || rule == ISG_DICT_CASE_KEEP)
        return id;
    size_t lower_n;
    char *const lower = isg_utf8_lower(word, n, &lower_n);
    id = lower ? isg_strtab_find(v->words, lower, lower_n) : ISG_NO_ID;
    isg_free(lower);
    return id;
}

uint32_t isg_align_find(const struct isg_vectors *v, const char *word, size_t n, enum isg_dict_case rule)
{
    const uint32_t id = find_as_is(v, word, n, rule);
    if (id != ISG_NO_ID || !memchr(word, ' ', n))
        return id;
    char *const joined = isg_strndup(word, n);
    for (size_t i = 0; joined && i < n; i++)
        joined[i] = joined[i] == ' ' ? '_' : joined[i];
    const uint32_t found = joined ? find_as_is(v, joined, n, rule) : ISG_NO_ID;
    isg_free(joined);
    return found;
}

/* Pairs of rows come twice where "The" and "the" are both listed: each is wanted once. */
static int by_pair(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

enum isg_status isg_align_pairs_from_dict(struct isg_align_pairs *out, const struct isg_dict *dict,
    const struct isg_vectors *src, const struct isg_vectors *tgt, enum isg_dict_case rule,
    struct isg_align_pairs_report *report, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_align_pairs pairs = {0};
    struct isg_align_pairs_report rep = {.entries = dict->n};
    struct isg_strtab *const sources = isg_strtab_new();
    uint64_t *const sorted = isg_malloc(dict->n, sizeof *sorted);
    bool *covered = isg_calloc(dict->n, sizeof *covered);
    if (!sources || !sorted || !covered) {
        status = isg_error_nomem(err, "pairs of words");
        goto out;
    }
    size_t n = 0;
    for (size_t i = 0; i < dict->n; i++) {
        const struct isg_vectors *const v[2] = {src, tgt};
        uint32_t row[2], id;
        for (int s = 0; s < 2; s++) {
            row[s] = isg_align_find(v[s], dict->entries[i].word[s], strlen(dict->entries[i].word[s]), rule);
            rep.missing[s] += row[s] == ISG_NO_ID;
        }
        ISG_GOTO(isg_strtab_add(sources, dict->entries[i].word[0], strlen(dict->entries[i].word[0]), &id, NULL, err));
        if (row[0] == ISG_NO_ID || row[1] == ISG_NO_ID)
            continue;
        covered[id] = true;
        sorted[n++] = (uint64_t)row[0] << 32 | row[1];
    }
    rep.distinct_sources = isg_strtab_size(sources);
    for (size_t i = 0; i < rep.distinct_sources; i++)
        rep.covered_sources += covered[i];
    /* By source row, most frequent first: an order that the list's own order cannot change. */
    qsort(sorted, n, sizeof *sorted, by_pair);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || sorted[i] != sorted[i - 1])
            ISG_GOTO(isg_align_pairs_add(&pairs, (uint32_t)(sorted[i] >> 32), (uint32_t)sorted[i], err));
    *out = pairs;
    pairs = (struct isg_align_pairs){0};
    if (report)
        *report = rep;
out:
    isg_align_pairs_fini(&pairs);
    isg_strtab_free(sources);
    isg_free(sorted);
    isg_free(covered);
    return status;
}
