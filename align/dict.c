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

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Trims, and makes each inner run of blanks one blank; in place. */
static void tidy(char *s, size_t *n)
{
    size_t o = 0;
    for (size_t i = 0; i < *n; i++)
        if (!is_blank(s[i]))
            s[o++] = s[i];
        else if (o > 0 && s[o - 1] != ' ')
            s[o++] = ' ';
    if (o > 0 && s[o - 1] == ' ')
        o--;
    s[o] = '\0';
    *n = o;
}

static bool is_rank(const char *s, size_t n)
{
    if (n == 0 || n > 9)
        return false;
    for (size_t i = 0; i < n; i++)
        if (s[i] < '0' || s[i] > '9')
            return false;
    return true;
}

/* Finds the two entries of a line; false where it is no pair. Cells are cut apart in place. */
static bool split_pair(char *line, size_t n, char *word[2], size_t len[2])
{
    char *const tab = memchr(line, '\t', n);
    if (tab) {
        char *cell[4] = {line};
        size_t cell_n[4] = {(size_t)(tab - line)}, cells = 1;
        for (char *at = tab; at && cells < 4; cells++) {
            cell[cells] = at + 1;
            at = memchr(cell[cells], '\t', n - (size_t)(cell[cells] - line));
            cell_n[cells] = (size_t)((at ? at : line + n) - cell[cells]);
        }
        const size_t second = cells >= 4 && is_rank(cell[1], cell_n[1]) ? 2 : 1;
        word[0] = cell[0], len[0] = cell_n[0];
        word[1] = cell[second], len[1] = cell_n[second];
        for (int s = 0; s < 2; s++)
            tidy(word[s], &len[s]);
        return len[0] > 0 && len[1] > 0;
    }
    tidy(line, &n);
    char *const blank = memchr(line, ' ', n);
    if (!blank || memchr(blank + 1, ' ', n - (size_t)(blank + 1 - line)))
        return false; /* one word, or more than two: which belong together cannot be told without a tab */
    word[0] = line, len[0] = (size_t)(blank - line);
    word[1] = blank + 1, len[1] = n - len[0] - 1;
    *blank = '\0';
    return true;
}

static enum isg_status add_entry(struct isg_dict *d, struct isg_strtab *seen, char *word[2], const size_t len[2],
    uint64_t line, struct isg_error *err)
{
    char *const key = isg_arena_alloc(&d->arena, len[0] + len[1] + 2, 1);
    if (!key || !ISG_GROW(d->entries, d->cap, d->n + 1))
        return isg_error_nomem(err, "a bilingual list");
    memcpy(key, word[0], len[0]);
    key[len[0]] = '\0';
    memcpy(key + len[0] + 1, word[1], len[1]);
    key[len[0] + 1 + len[1]] = '\0';
    uint32_t id;
    bool fresh;
    ISG_TRY(isg_strtab_add(seen, key, len[0] + 1 + len[1], &id, &fresh, err));
    if (!fresh) {
        d->report.duplicates++;
        return ISG_OK;
    }
    d->report.multi_word += memchr(word[0], ' ', len[0]) || memchr(word[1], ' ', len[1]);
    d->entries[d->n++] = (struct isg_dict_entry){.word = {key, key + len[0] + 1}, .line = line};
    return ISG_OK;
}

enum isg_status isg_dict_load(struct isg_dict *out, const char *path, struct isg_error *err)
{
    enum isg_status status;
    struct isg_dict d = {0};
    struct isg_reader *r = NULL;
    struct isg_strtab *seen = isg_strtab_new();
    if (!seen) {
        status = isg_error_nomem(err, "a bilingual list");
        goto out;
    }
    ISG_GOTO(isg_reader_open(&r, path, err));
    for (;;) {
        char *line, *word[2];
        size_t n, len[2];
        ISG_GOTO(isg_reader_line(r, &line, &n, err));
        if (!line)
            break;
        d.report.lines++;
        size_t filled = 0;
        while (filled < n && is_blank(line[filled]))
            filled++;
        if (filled == n) {
            d.report.empty++;
        } else if (isg_utf8_valid(line, n) != n || memchr(line, '\0', n) || !split_pair(line, n, word, len)) {
            if (d.report.broken++ == 0)
                d.report.first_broken_line = isg_reader_lineno(r);
        } else {
            ISG_GOTO(add_entry(&d, seen, word, len, isg_reader_lineno(r), err));
        }
    }
    if (d.n == 0) {
        isg_error_set(err, ISG_EDATA, path, d.report.first_broken_line, "no pair of words in %llu lines",
            (unsigned long long)d.report.lines);
        status = isg_error_expected(err, "a source and a target word on each line, tab or blank between them");
        goto out;
    }
    d.report.entries = d.n;
    *out = d;
    d = (struct isg_dict){0};
out:
    isg_dict_fini(&d);
    isg_reader_close(r);
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
