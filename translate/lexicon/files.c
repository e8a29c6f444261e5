/* Lexicon files. Formats: MUSE and TSV lines; dictd (RFC 2229's server, man dictfmt); StarDict 2.4.2. */
#include "translate/lexicon/lexicon.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DICT_BYTES ((size_t)1 << 30)

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/** Adds a pair and counts it as new or seen before. */
static enum isg_status add(struct isg_lexicon *lex, struct isg_lexicon_report *rep, const char *s, size_t n,
    const char *t, size_t m, float score, struct isg_error *err)
{
    const uint64_t before = isg_lexicon_count(lex);
    ISG_TRY(isg_lexicon_add(lex, s, n, t, m, score, err));
    if (isg_lexicon_count(lex) > before)
        rep->entries++;
    else
        rep->duplicates++;
    return ISG_OK;
}

/* ---- lines ---- */

struct piece {
    const char *s;
    size_t n;
};

/** Cuts a line at tabs, else at whitespace; returns the number of pieces, at most max. */
static size_t cut(char *line, size_t n, struct piece *out, size_t max)
{
    size_t k = 0;
    const bool tabs = memchr(line, '\t', n) != NULL;
    for (size_t i = 0; i <= n && k < max;) {
        if (!tabs) {
            while (i < n && is_blank(line[i]))
                i++;
            if (i == n)
                break;
        }
        const size_t start = i;
        while (i < n && (tabs ? line[i] != '\t' : !is_blank(line[i])))
            i++;
        out[k++] = (struct piece){line + start, i - start};
        i++;
    }
    return k;
}

static enum isg_status load_lines(struct isg_lexicon *lex, const char *path, struct isg_lexicon_report *rep,
    const struct isg_env *env, struct isg_error *err)
{
    struct isg_pairfile *file;
    struct isg_pairfile_report lines = {0};
    enum isg_status status = ISG_OK;
    bool any = false;
    ISG_TRY(isg_pairfile_open(&file, path, true, env, err));
    for (;; any = true) {
        struct isg_pair_line p;
        ISG_GOTO(isg_pairfile_next(file, &lines, &p, err));
        if (!p.any)
            break;
        if (p.bad_text)
            status = isg_error_set(err, ISG_EDATA, path, p.number, "invalid UTF-8");
        else if (p.expected)
            status = isg_error_set(err, ISG_EDATA, path, p.number, "\"%s\"", p.start);
        else if (p.bad_score)
            status = isg_error_set(err, ISG_EDATA, path, p.number, "the score \"%.*s\"",
                (int)(p.bad_score_n < 40 ? p.bad_score_n : 40), p.bad_score);
        if (status != ISG_OK) {
            (void)isg_error_expected(err, "%s", p.expected ? p.expected : "a number");
            goto out;
        }
        ISG_GOTO(add(lex, rep, p.word[0], p.n[0], p.word[1], p.n[1], p.score, err));
    }
    (void)snprintf(rep->format, sizeof rep->format, "%s", isg_pairfile_format(file));
    if (!any) {
        (void)isg_error_set(err, ISG_EDATA, path, 0, "an empty lexicon");
        status = isg_error_expected(err, "a source and a target word or phrase on each line");
    }
out:
    isg_pairfile_close(file);
    return status;
}

/* ---- dictionaries of headwords and texts ---- */

static enum isg_status read_all(
    const char *path, char **data, size_t *n, const struct isg_env *env, struct isg_error *err)
{
    struct isg_reader *r;
    ISG_ARRAY(char) all = {0};
    ISG_TRY(isg_reader_open(&r, path, err));
    isg_reader_watch(r, env, "reading a dictionary");
    enum isg_status status = ISG_OK;
    for (;;) {
        size_t got;
        if (!ISG_RESERVE_MORE(all, (size_t)1 << 18)) {
            status = isg_error_nomem(err, "a dictionary's text");
            break;
        }
        status = isg_reader_read(r, all.v + all.n, 1 << 18, &got, err);
        if (status != ISG_OK)
            break;
        all.n += got;
        if (got == 0)
            break;
        if (all.n > MAX_DICT_BYTES) {
            status = isg_error_set(err, ISG_EDATA, path, 0, "a dictionary of more than 1 GiB");
            break;
        }
    }
    isg_reader_close(r);
    if (status != ISG_OK)
        ISG_ARRAY_FREE(all);
    *data = all.v;
    *n = all.n;
    return status;
}

/** Adds what an entry's text offers: lines after the headword's, numbers and bracketed notes dropped, cut at
 * , and ;. */
static enum isg_status add_text(struct isg_lexicon *lex, struct isg_lexicon_report *rep, const char *word, size_t n,
    const char *text, size_t m, struct isg_error *err)
{
    const uint64_t before = rep->entries + rep->duplicates;
    char buf[256];
    size_t k = 0;
    int depth = 0;
    bool at_start = true, skip = false;
    if (isg_utf8_valid(text, m) != m || isg_utf8_valid(word, n) != n) {
        rep->skipped++;
        return ISG_OK;
    }
    for (size_t i = 0; i <= m; i++) {
        const char c = i < m ? text[i] : '\n';
        if (at_start) {
            /* the headword's own line (with its pronunciation), examples in quotes, and senses' numbers */
            skip = (i == 0 && m > n && memcmp(text, word, n) == 0 &&
                       (text[n] == '\n' || text[n] == ' ' || text[n] == '\t')) ||
                   c == '"';
            at_start = false;
            size_t j = i;
            while (j < m && ((text[j] >= '0' && text[j] <= '9') || is_blank(text[j])))
                j++;
            if (j > i && j < m && text[j] == '.') {
                i = j;
                continue;
            }
        }
        if (c == '(' || c == '[' || c == '<' || c == '{')
            depth++;
        const bool end = c == '\n' || (depth == 0 && (c == ',' || c == ';'));
        if (!end && depth == 0 && !skip && k < sizeof buf)
            buf[k++] = c == '\r' ? ' ' : c;
        if ((c == ')' || c == ']' || c == '>' || c == '}') && depth > 0)
            depth--;
        if (end) {
            while (k > 0 && is_blank(buf[k - 1]))
                k--;
            if (!skip && k > 0 && k < sizeof buf)
                ISG_TRY(add(lex, rep, word, n, buf, k, 0.0F, err));
            k = 0;
            if (c == '\n') {
                at_start = true;
                depth = 0;
            }
        }
    }
    rep->skipped += rep->entries + rep->duplicates == before;
    return ISG_OK;
}

/** "x.index" and ".dict" give "x.dict", or "x.dict.dz" where only that is there; free with isg_free. */
static char *beside(const char *path, const char *old_end, const char *new_end)
{
    const size_t stem = strlen(path) - strlen(old_end), n = stem + strlen(new_end) + 4;
    char *out = isg_malloc(n, 1);
    if (!out)
        return NULL;
    (void)snprintf(out, n, "%.*s%s", (int)stem, path, new_end);
    FILE *f = fopen(out, "rb");
    if (f)
        (void)fclose(f);
    else
        (void)snprintf(out, n, "%.*s%s.dz", (int)stem, path, new_end);
    return out;
}

/** Number in dictd's base 64 (A-Z a-z 0-9 + /, most significant digit first); false = not one. */
static bool base64(const char *s, size_t n, size_t *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t v = 0;
    for (size_t i = 0; i < n; i++) {
        const char *d = s[i] ? strchr(digits, s[i]) : NULL;
        if (!d || v > SIZE_MAX >> 7)
            return false;
        v = v << 6 | (size_t)(d - digits);
    }
    *out = v;
    return n > 0;
}

static enum isg_status load_dictd(struct isg_lexicon *lex, const char *path, struct isg_lexicon_report *rep,
    const struct isg_env *env, struct isg_error *err)
{
    char *dict = beside(path, ".index", ".dict"), *text = NULL;
    size_t size;
    if (!dict)
        return isg_error_nomem(err, "a file name");
    enum isg_status status = read_all(dict, &text, &size, env, err);
    isg_free(dict);
    ISG_TRY(status);
    struct isg_reader *r = NULL;
    ISG_GOTO(isg_reader_open(&r, path, err));
    isg_reader_watch(r, env, "reading a dictionary");
    for (;;) {
        char *line;
        size_t n, at, len;
        ISG_GOTO(isg_reader_line(r, &line, &n, err));
        if (!line)
            break;
        struct piece p[4];
        if (cut(line, n, p, 4) < 3 || !base64(p[1].s, p[1].n, &at) || !base64(p[2].s, p[2].n, &len) || at > size ||
            len > size - at) {
            status = isg_error_set(
                err, ISG_EDATA, path, isg_reader_lineno(r), "an index line that points outside the .dict file");
            (void)isg_error_expected(err, "a headword, an offset and a size inside the .dict file");
            goto out;
        }
        if (p[0].n >= 10 && memcmp(p[0].s, "00database", 10) == 0)
            continue;
        /* the text has the headword as written, the index often in lower case */
        const char *end = memchr(text + at, '\n', len);
        size_t head = end ? (size_t)(end - (text + at)) : 0;
        const char *slash = head ? memchr(text + at, '/', head) : NULL;
        if (slash)
            head = (size_t)(slash - (text + at));
        while (head > 0 && is_blank(text[at + head - 1]))
            head--;
        const char *word = head > 0 && head <= 2 * p[0].n + 8 ? text + at : p[0].s;
        ISG_GOTO(add_text(lex, rep, word, word == p[0].s ? p[0].n : head, text + at, len, err));
    }
    (void)snprintf(rep->format, sizeof rep->format, "dictd");
out:
    isg_reader_close(r);
    isg_free(text);
    return status;
}

static size_t big_endian(const char *p, size_t n)
{
    size_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

static enum isg_status load_stardict(struct isg_lexicon *lex, const char *path, struct isg_lexicon_report *rep,
    const struct isg_env *env, struct isg_error *err)
{
    char *ifo = NULL, *idx = NULL, *text = NULL, *idx_path = NULL, *dict_path = NULL;
    size_t n_ifo, n_idx, n_text, width = 4;
    enum isg_status status = read_all(path, &ifo, &n_ifo, env, err);
    ISG_TRY(status);
    idx_path = beside(path, ".ifo", ".idx");
    dict_path = beside(path, ".ifo", ".dict");
    if (!idx_path || !dict_path) {
        status = isg_error_nomem(err, "a file name");
        goto out;
    }
    if (memmem(ifo, n_ifo, "StarDict", 8) == NULL) {
        status = isg_error_set(err, ISG_EDATA, path, 1, "not a StarDict file");
        goto out;
    }
    if (memmem(ifo, n_ifo, "idxoffsetbits=64", 16))
        width = 8;
    const bool typed = memmem(ifo, n_ifo, "sametypesequence=", 17) == NULL;
    ISG_GOTO(read_all(idx_path, &idx, &n_idx, env, err));
    ISG_GOTO(read_all(dict_path, &text, &n_text, env, err));
    for (size_t i = 0; i < n_idx;) {
        const char *zero = memchr(idx + i, 0, n_idx - i);
        const size_t n = zero ? (size_t)(zero - (idx + i)) : 0;
        if (!zero || n_idx - i - n - 1 < width + 4) {
            status = isg_error_set(err, ISG_EDATA, idx_path, 0, "an index cut short at byte %zu", i);
            goto out;
        }
        size_t at = big_endian(zero + 1, width), len = big_endian(zero + 1 + width, 4);
        if (at > n_text || len > n_text - at) {
            status = isg_error_set(err, ISG_EDATA, idx_path, 0, "an entry outside the dictionary, at byte %zu", i);
            goto out;
        }
        const size_t next = i + n + 1 + width + 4;
        if (typed && len > 0) { /* one letter says what follows up to a zero byte */
            const char *stop = memchr(text + at + 1, 0, len - 1);
            len = stop ? (size_t)(stop - (text + at + 1)) : len - 1;
            at++;
        }
        ISG_GOTO(add_text(lex, rep, idx + i, n, text + at, len, err));
        i = next;
    }
    (void)snprintf(rep->format, sizeof rep->format, "stardict");
out:
    isg_free(ifo);
    isg_free(idx);
    isg_free(text);
    isg_free(idx_path);
    isg_free(dict_path);
    return status;
}

enum isg_status isg_lexicon_load(struct isg_lexicon *lex, const char *path, struct isg_lexicon_report *report,
    const struct isg_env *env, struct isg_error *err)
{
    struct isg_lexicon_report mine = {0};
    enum isg_status status;
    if (ends_with(path, ".index"))
        status = load_dictd(lex, path, &mine, env, err);
    else if (ends_with(path, ".ifo"))
        status = load_stardict(lex, path, &mine, env, err);
    else
        status = load_lines(lex, path, &mine, env, err);
    if (report)
        *report = mine;
    return status;
}
