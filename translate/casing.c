/* Case tables: how a language writes its words. */
#include "translate/translate.h"
#include <stdlib.h>
#include <string.h>

struct isg_case_table {
    struct isg_case_map *map;
    struct isg_strtab *words; /* lower-cased */
    ISG_ARRAY(struct isg_case_counts) counts;
};

enum isg_status isg_case_table_new(struct isg_case_table **out, const char *locale, struct isg_error *err)
{
    struct isg_case_table *t = isg_calloc(1, sizeof *t);
    *out = NULL;
    if (!t || !(t->words = isg_strtab_new())) {
        isg_free(t);
        return isg_error_nomem(err, "a case table");
    }
    const enum isg_status status = isg_case_map_new(&t->map, locale, err);
    if (status != ISG_OK) {
        isg_case_table_free(t);
        return status;
    }
    *out = t;
    return ISG_OK;
}

void isg_case_table_free(struct isg_case_table *t)
{
    if (!t)
        return;
    isg_case_map_free(t->map);
    isg_strtab_free(t->words);
    isg_free(t->counts.v);
    isg_free(t);
}

static enum isg_status slot(
    struct isg_case_table *t, const char *s, size_t n, struct isg_case_counts **out, struct isg_error *err)
{
    uint32_t id;
    bool fresh;
    ISG_TRY(isg_strtab_add(t->words, s, n, &id, &fresh, err));
    if (!ISG_RESERVE(t->counts, (size_t)id + 1))
        return isg_error_nomem(err, "a case table");
    if (fresh)
        t->counts.v[id] = (struct isg_case_counts){0, 0, 0};
    *out = &t->counts.v[id];
    return ISG_OK;
}

static enum isg_status see(struct isg_case_table *t, const char *s, size_t n, struct isg_error *err)
{
    const enum isg_case c = isg_utf8_case(s, n);
    if (c == ISG_CASE_NONE || c == ISG_CASE_MIXED)
        return ISG_OK;
    size_t m;
    char *low = isg_case_map_apply(t->map, ISG_TO_LOWER, s, n, &m);
    if (!low)
        return isg_error_nomem(err, "a case table");
    struct isg_case_counts *k;
    const enum isg_status status = slot(t, low, m, &k, err);
    isg_free(low);
    if (status == ISG_OK) {
        uint32_t *v = c == ISG_CASE_LOWER ? &k->lower : c == ISG_CASE_TITLE ? &k->title : &k->upper;
        *v += *v < UINT32_MAX;
    }
    return status;
}

enum isg_status isg_case_table_count(
    struct isg_case_table *t, const char *path, const struct isg_env *env, struct isg_error *err)
{
    struct isg_sentences *text;
    ISG_TRY(isg_sentences_open(&text, path, (struct isg_text_rule){0}, env, "counting capitals", err));
    enum isg_status status = ISG_OK;
    for (;;) {
        const struct isg_word *words;
        size_t n;
        ISG_GOTO(isg_sentences_line(text, &words, &n, err));
        if (!words)
            break;
        for (size_t i = 0; i < n; i++)
            if (!words[i].starts)
                ISG_GOTO(see(t, words[i].s, words[i].n, err));
    }
out:
    isg_sentences_close(text);
    return status;
}

static bool parse_count(const char **p, const char *end, uint32_t *out)
{
    uint64_t v = 0;
    const char *s = *p;
    if (s == end || *s != '\t')
        return false;
    const char *first = ++s;
    while (s < end && *s >= '0' && *s <= '9' && v <= UINT32_MAX)
        v = v * 10 + (uint64_t)(*s++ - '0');
    *out = (uint32_t)v;
    *p = s;
    return s > first && v <= UINT32_MAX;
}

enum isg_status isg_case_table_load(
    struct isg_case_table *t, const char *path, const struct isg_env *env, struct isg_error *err)
{
    struct isg_reader *r;
    ISG_TRY(isg_reader_open(&r, path, err));
    isg_reader_watch(r, env, "reading a case table");
    enum isg_status status = ISG_OK;
    bool any = false;
    for (;;) {
        char *line;
        size_t n;
        ISG_GOTO(isg_reader_line(r, &line, &n, err));
        if (!line)
            break;
        const char *p = memchr(line, '\t', n), *end = line + n;
        struct isg_case_counts c;
        if (!p || p == line || isg_utf8_valid(line, n) != n || !parse_count(&p, end, &c.lower) ||
            !parse_count(&p, end, &c.title) || !parse_count(&p, end, &c.upper) || p != end) {
            (void)isg_error_set(err, ISG_EDATA, path, isg_reader_lineno(r), "\"%.*s\"", (int)(n < 60 ? n : 60), line);
            (void)isg_error_expected(err, "a word and its counts as lower, Title and UPPER, separated by tabs");
            status = isg_error_advice(err, "make case tables with: isogloss translate case TEXT -o FILE");
            goto out;
        }
        const char *tab = memchr(line, '\t', n);
        struct isg_case_counts *k;
        ISG_GOTO(slot(t, line, (size_t)(tab - line), &k, err));
        *k = c;
        any = true;
    }
    if (!any)
        status = isg_error_set(err, ISG_EDATA, path, 0, "an empty case table");
out:
    isg_reader_close(r);
    return status;
}

struct ranked {
    const char *word;
    struct isg_case_counts c;
    uint64_t total;
};

static int by_total(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->total != y->total)
        return x->total < y->total ? 1 : -1;
    return strcmp(x->word, y->word);
}

enum isg_status isg_case_table_save(
    const struct isg_case_table *t, const char *path, uint32_t min_count, bool force, struct isg_error *err)
{
    const uint32_t n = isg_strtab_size(t->words);
    struct ranked *v = isg_malloc(n, sizeof *v);
    if (!v)
        return isg_error_nomem(err, "a case table");
    size_t k = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct isg_case_counts c = t->counts.v[i];
        const uint64_t total = (uint64_t)c.lower + c.title + c.upper;
        if (total >= min_count)
            v[k++] = (struct ranked){isg_strtab_get(t->words, i, NULL), c, total};
    }
    qsort(v, k, sizeof *v, by_total);
    struct isg_writer *w;
    enum isg_status status = isg_writer_open(&w, path, force, err);
    if (status == ISG_OK) {
        for (size_t i = 0; i < k; i++)
            isg_writer_printf(w, "%s\t%u\t%u\t%u\n", v[i].word, v[i].c.lower, v[i].c.title, v[i].c.upper);
        status = isg_writer_commit(w, err);
    }
    isg_free(v);
    return status;
}

struct isg_case_counts isg_case_table_get(const struct isg_case_table *t, const char *word, size_t n)
{
    struct isg_case_counts none = {0, 0, 0};
    size_t m;
    char *low = isg_case_map_apply(t->map, ISG_TO_LOWER, word, n, &m);
    if (!low)
        return none;
    const uint32_t id = isg_strtab_find(t->words, low, m);
    isg_free(low);
    return id == ISG_NO_ID ? none : t->counts.v[id];
}
