#include "src/pattern.h"
#include "src/reader.h"
#include "src/mem.h"
#include "src/resource.h"
#include "src/utf8.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

/* Bounds for hostile patterns and words: beyond them a match counts as none. */
#define MATCH_LIMIT 200000
#define HEAP_LIMIT_KIB 16384

struct isg_pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
};

static enum isg_status compile(struct isg_pattern **out, const char *regex, size_t n, uint32_t options,
    const char *file, uint64_t line, struct isg_error *err)
{
    *out = NULL;
    struct isg_pattern *p = isg_calloc(1, sizeof *p);
    if (!p)
        return isg_error_nomem(err, "a pattern");
    int code;
    PCRE2_SIZE at;
    p->code = pcre2_compile((PCRE2_SPTR)regex, n, PCRE2_UTF | PCRE2_UCP | options, &code, &at, NULL);
    if (!p->code) {
        char text[160];
        (void)pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
        isg_pattern_free(p);
        (void)isg_error_set(err, file ? ISG_EDATA : ISG_EUSAGE, file, line, "pattern \"%.*s\": %s, at its byte %zu",
            (int)(n < 60 ? n : 60), regex, text, (size_t)at);
        return isg_error_expected(err, "a regular expression as PCRE2 reads it");
    }
    (void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE); /* where there is no JIT the interpreter does the same */
    p->match = pcre2_match_data_create_from_pattern(p->code, NULL);
    p->context = pcre2_match_context_create(NULL);
    if (!p->match || !p->context) {
        isg_pattern_free(p);
        return isg_error_nomem(err, "a pattern");
    }
    (void)pcre2_set_match_limit(p->context, MATCH_LIMIT);
    (void)pcre2_set_heap_limit(p->context, HEAP_LIMIT_KIB);
    *out = p;
    return ISG_OK;
}

enum isg_status isg_pattern_new(
    struct isg_pattern **out, const char *regex, const char *file, uint64_t line, struct isg_error *err)
{
    return compile(out, regex, strlen(regex), 0, file, line, err);
}

void isg_pattern_free(struct isg_pattern *p)
{
    if (!p)
        return;
    pcre2_match_context_free(p->context);
    pcre2_match_data_free(p->match);
    pcre2_code_free(p->code);
    isg_free(p);
}

bool isg_pattern_find(struct isg_pattern *p, const char *s, size_t n, size_t from, size_t *start, size_t *end)
{
    if (from > n || pcre2_match(p->code, (PCRE2_SPTR)s, n, from, 0, p->match, p->context) < 0)
        return false;
    const PCRE2_SIZE *v = pcre2_get_ovector_pointer(p->match);
    if (start)
        *start = v[0];
    if (end)
        *end = v[1];
    return true;
}

struct class
{
    char *name;
    struct isg_pattern *pattern;
};
struct isg_classes {
    struct class *items;
    size_t n, cap;
};

static enum isg_status add_line(
    struct isg_classes *c, const char *s, size_t n, const char *path, uint64_t line, struct isg_error *err)
{
    if (n == 0 || s[0] == '#' || strspn(s, " \t") >= n)
        return ISG_OK;
    const char *tab = memchr(s, '\t', n);
    if (!tab || tab == s || tab + 1 == s + n) {
        (void)isg_error_set(err, ISG_EDATA, path, line, "\"%.*s\"", (int)(n < 60 ? n : 60), s);
        return isg_error_expected(err, "the name of a class, a tab, and a pattern");
    }
    if (!ISG_GROW(c->items, c->cap, c->n + 1))
        return isg_error_nomem(err, "the classes of tokens");
    struct class k = {isg_strndup(s, (size_t)(tab - s)), NULL};
    if (!k.name)
        return isg_error_nomem(err, "the classes of tokens");
    const enum isg_status status = compile(
        &k.pattern, tab + 1, n - (size_t)(tab + 1 - s), PCRE2_ANCHORED | PCRE2_ENDANCHORED, path, line, err);
    if (status != ISG_OK) {
        isg_free(k.name);
        return status;
    }
    c->items[c->n++] = k;
    return ISG_OK;
}

static enum isg_status load_builtin(struct isg_classes *c, struct isg_error *err)
{
    static const char name[] = "token-classes.tsv";
    size_t n;
    const char *s = isg_resource(name, &n);
    uint64_t line = 1;
    for (size_t i = 0; s && i < n; line++) {
        const char *lf = memchr(s + i, '\n', n - i);
        const size_t len = lf ? (size_t)(lf - (s + i)) : n - i;
        ISG_TRY(add_line(c, s + i, len, name, line, err));
        i += len + 1;
    }
    return ISG_OK;
}

static enum isg_status load_file(struct isg_classes *c, const char *path, struct isg_error *err)
{
    struct isg_reader *r;
    ISG_TRY(isg_reader_open(&r, path, err));
    enum isg_status status = ISG_OK;
    for (;;) {
        char *line;
        size_t n;
        ISG_GOTO(isg_reader_line(r, &line, &n, err));
        if (!line)
            break;
        if (isg_utf8_valid(line, n) != n) {
            status = isg_error_set(err, ISG_EDATA, path, isg_reader_lineno(r), "invalid UTF-8");
            goto out;
        }
        ISG_GOTO(add_line(c, line, n, path, isg_reader_lineno(r), err));
    }
out:
    isg_reader_close(r);
    return status;
}

enum isg_status isg_classes_load(struct isg_classes **out, const char *path, struct isg_error *err)
{
    *out = NULL;
    struct isg_classes *c = isg_calloc(1, sizeof *c);
    if (!c)
        return isg_error_nomem(err, "the classes of tokens");
    const enum isg_status status = path ? load_file(c, path, err) : load_builtin(c, err);
    if (status != ISG_OK) {
        isg_classes_free(c);
        return status;
    }
    *out = c;
    return ISG_OK;
}

void isg_classes_free(struct isg_classes *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++) {
        isg_free(c->items[i].name);
        isg_pattern_free(c->items[i].pattern);
    }
    isg_free(c->items);
    isg_free(c);
}

const char *isg_classes_of(struct isg_classes *c, const char *word, size_t n)
{
    for (size_t i = 0; i < c->n; i++)
        if (isg_pattern_find(c->items[i].pattern, word, n, 0, NULL, NULL))
            return c->items[i].name;
    return NULL;
}
