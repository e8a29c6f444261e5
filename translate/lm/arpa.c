/* ARPA files of back-off models, in and out. */
#include "translate/lm/arpa.h"
#include "translate/lm/private.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum isg_status bad(
    struct isg_reader *r, const char *path, const char *found, const char *expected, struct isg_error *err)
{
    (void)isg_error_set(err, ISG_EDATA, path, isg_reader_lineno(r), "%s", found);
    return isg_error_expected(err, "%s", expected);
}

/** Next non-empty line; *line NULL at the end. */
static enum isg_status next_line(struct isg_reader *r, char **line, size_t *n, struct isg_error *err)
{
    do
        ISG_TRY(isg_reader_line(r, line, n, err));
    while (*line && *n == 0);
    if (*line && strlen(*line) != *n)
        return bad(r, isg_reader_path(r), "a NUL byte", "text", err);
    return ISG_OK;
}

/** "log10-p word ... word [backoff]" of an order. */
static enum isg_status read_gram(
    struct isg_lm *lm, struct isg_reader *r, const char *path, char *line, int order, struct isg_error *err)
{
    char *end, *p = line;
    struct isg_lm_value v = {.p = strtof(line, &end)};
    uint32_t id[ISG_LM_MAX_ORDER];
    if (end == line || !isfinite(v.p) || v.p > 0.0F)
        return bad(r, path, "malformed log10 probability", "a number, at most 0", err);
    p = end;
    for (int i = 0; i < order; i++) {
        p += strspn(p, " \t");
        const size_t n = strcspn(p, " \t");
        if (n == 0)
            return bad(r, path, "too few words in an n-gram", "as many words as the order of the section", err);
        if (isg_utf8_valid(p, n) != n)
            return bad(r, path, "invalid UTF-8", "UTF-8", err);
        ISG_TRY(isg_lm_add_word(lm, p, n, &id[order - 1 - i], err)); /* last word first */
        p += n;
    }
    p += strspn(p, " \t");
    if (*p) {
        v.backoff = strtof(p, &end);
        if (end == p || !isfinite(v.backoff) || end[strspn(end, " \t")] != 0)
            return bad(r, path, "malformed back-off weight", "a number or the end of the line", err);
    }
    if (order == 1) {
        lm->unigrams.v[id[0]] = v;
        return ISG_OK;
    }
    uint64_t key = isg_lm_key(id[0]);
    for (int i = 1; i < order; i++) {
        if (i == order - 1 && order > 2 && lm->closed)
            lm->closed = isg_lm_table_find(&lm->tables[order - 1], key) != NULL;
        key = isg_lm_key_add(key, id[i]);
    }
    struct isg_lm_value *slot;
    ISG_TRY(isg_lm_table_put(&lm->tables[order], key, &slot, err));
    *slot = v;
    struct isg_lm_grams *g = &lm->grams[order];
    if (!ISG_RESERVE(g->words, (g->n + 1) * (size_t)order))
        return isg_error_nomem(err, "the n-grams of a language model");
    memcpy(g->words.v + g->n++ * (size_t)order, id, (size_t)order * sizeof *id);
    return ISG_OK;
}

/** Does the model's vocabulary hold any word with a capital? */
static bool all_lower(const struct isg_lm *lm)
{
    for (uint32_t i = 3; i < lm->n_words; i++) {
        size_t n;
        const char *s = isg_strtab_get(lm->words, i, &n);
        const enum isg_case c = isg_utf8_case(s, n);
        if (c != ISG_CASE_LOWER && c != ISG_CASE_NONE)
            return false;
    }
    return true;
}

static enum isg_status read_all(
    struct isg_lm *lm, struct isg_reader *r, const char *path, const struct isg_env *env, struct isg_error *err)
{
    char *line;
    size_t n;
    uint64_t want[ISG_LM_MAX_ORDER + 1] = {0};
    do
        ISG_TRY(next_line(r, &line, &n, err));
    while (line && strcmp(line, "\\data\\") != 0);
    if (!line)
        return bad(r, path, "missing \\data\\ line", "a language model: ARPA, or made by isogloss translate lm", err);
    int order = 0;
    for (;;) {
        int k;
        unsigned long long count;
        ISG_TRY(next_line(r, &line, &n, err));
        if (!line || sscanf(line, "ngram %d=%llu", &k, &count) != 2)
            break;
        if (k != order + 1 || k > ISG_LM_MAX_ORDER)
            return bad(r, path, line, "orders 1 to 6 in turn", err);
        want[++order] = count;
    }
    lm->order = order;
    if (order == 0)
        return bad(r, path, "missing n-gram counts", "ngram 1=...", err);
    for (int k = 1; k <= order; k++) {
        char head[32];
        (void)snprintf(head, sizeof head, "\\%d-grams:", k);
        if (!line || strcmp(line, head) != 0)
            return bad(r, path, line ? line : "the end of the file", head, err);
        uint64_t got = 0;
        for (;; got++) {
            ISG_TRY(next_line(r, &line, &n, err));
            if (!line || line[0] == '\\')
                break;
            ISG_TRY(read_gram(lm, r, path, line, k, err));
            if (got % 65536 == 0 && env)
                ISG_TRY(isg_progress(env, "reading n-grams", got, want[k], err));
        }
        if (got != want[k])
            return bad(
                r, path, "the number of n-grams differs from the header", "as many n-grams as the header says", err);
    }
    if (!line || strcmp(line, "\\end\\") != 0)
        return bad(r, path, "missing \\end\\ line", "\\end\\: the file may be cut short", err);
    lm->lower = all_lower(lm);
    return ISG_OK;
}

enum isg_status isg_lm_read_arpa(
    struct isg_lm **out, struct isg_reader *r, const struct isg_env *env, struct isg_error *err)
{
    *out = NULL;
    struct isg_lm *lm = isg_lm_new(1);
    const enum isg_status status = lm ? read_all(lm, r, isg_reader_path(r), env, err)
                                      : isg_error_nomem(err, "a language model");
    if (status != ISG_OK) {
        isg_lm_free(lm);
        return status;
    }
    *out = lm;
    return ISG_OK;
}

/** Order of n-grams by their words from the first on: the file has what shares a history together, as other
 * tools want. */
static int by_history(const void *a, const void *b, void *order)
{
    const uint32_t *const *x = a, *const *y = b;
    for (int k = *(const int *)order - 1; k >= 0; k--)
        if ((*x)[k] != (*y)[k])
            return (*x)[k] < (*y)[k] ? -1 : 1;
    return 0;
}

static void write_gram(const struct isg_lm *lm, const uint32_t *g, int n, struct isg_writer *w)
{
    uint64_t key = isg_lm_key(g[0]);
    for (int k = 1; k < n; k++)
        key = isg_lm_key_add(key, g[k]);
    const struct isg_lm_value *v = n == 1 ? &lm->unigrams.v[g[0]] : isg_lm_table_find(&lm->tables[n], key);
    isg_writer_printf(w, "%.7g\t", (double)v->p);
    for (int k = n - 1; k >= 0; k--)
        isg_writer_printf(w, "%s%s", isg_strtab_get(lm->words, g[k], NULL), k ? " " : "");
    if (n < lm->order && v->backoff != 0.0F)
        isg_writer_printf(w, "\t%.7g", (double)v->backoff);
    isg_writer_text(w, "\n");
}

static enum isg_status write_order(const struct isg_lm *lm, int n, struct isg_writer *w, struct isg_error *err)
{
    const struct isg_lm_grams *g = &lm->grams[n];
    const uint32_t **sorted = isg_malloc((size_t)g->n, sizeof *sorted);
    if (!sorted)
        return isg_error_nomem(err, "the n-grams of a language model");
    for (uint64_t i = 0; i < g->n; i++)
        sorted[i] = g->words.v + i * (uint64_t)n;
    qsort_r(sorted, (size_t)g->n, sizeof *sorted, by_history, &n);
    for (uint64_t i = 0; i < g->n; i++)
        write_gram(lm, sorted[i], n, w);
    isg_free(sorted);
    return ISG_OK;
}

enum isg_status isg_lm_write_arpa(const struct isg_lm *lm, const char *path, bool force, struct isg_error *err)
{
    if (!lm->words) {
        (void)isg_error_set(err, ISG_EUSAGE, path, 0, "a binary model keeps no n-grams to write as ARPA");
        return isg_error_advice(err, "train to a file whose name ends in .arpa");
    }
    struct isg_writer *w;
    ISG_TRY(isg_writer_open(&w, path, force, err));
    isg_writer_text(w, "\n\\data\\\n");
    for (int n = 1; n <= lm->order; n++)
        isg_writer_printf(w, "ngram %d=%llu\n", n, (unsigned long long)(n == 1 ? lm->n_words : lm->grams[n].n));
    for (int n = 1; n <= lm->order; n++) {
        enum isg_status status = ISG_OK;
        isg_writer_printf(w, "\n\\%d-grams:\n", n);
        if (n == 1)
            for (uint32_t i = 0; i < lm->n_words; i++)
                write_gram(lm, &i, 1, w);
        else
            status = write_order(lm, n, w, err);
        if (status != ISG_OK) {
            isg_writer_abort(w);
            return status;
        }
    }
    isg_writer_text(w, "\n\\end\\\n");
    return isg_writer_commit(w, err);
}
