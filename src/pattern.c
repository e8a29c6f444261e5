/* Lists of regular expressions, by PCRE2. */
#include "src/pattern.h"
#include "src/array.h"
#include "src/reader.h"
#include "src/resource.h"
#include "src/utf8.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Bounds for patterns and texts that backtrack without end. */
#define MATCH_LIMIT 200000
#define HEAP_LIMIT_KIB 16384
#define JIT_STACK_FIRST (32 * 1024)
#define JIT_STACK_MOST (1024 * 1024)

struct pattern {
    char *name;
    pcre2_code *code;
    uint64_t line;
};
struct isg_patterns {
    char *path;
    uint32_t options;
    ISG_ARRAY(struct pattern) list;
    pcre2_match_data *match;
    pcre2_match_context *context;
    pcre2_jit_stack *stack; /* NULL without a JIT */
    bool builtin;
};

void isg_patterns_free(struct isg_patterns *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->list.n; i++) {
        isg_free(p->list.v[i].name);
        pcre2_code_free(p->list.v[i].code);
    }
    ISG_ARRAY_FREE(p->list);
    pcre2_match_context_free(p->context);
    pcre2_jit_stack_free(p->stack);
    pcre2_match_data_free(p->match);
    isg_free(p->path);
    isg_free(p);
}

static enum isg_status compile(
    struct isg_patterns *p, pcre2_code **out, const char *regex, size_t n, uint64_t line, struct isg_error *err)
{
    int code;
    PCRE2_SIZE at;
    *out = pcre2_compile((PCRE2_SPTR)regex, n, p->options, &code, &at, NULL);
    if (*out) {
        (void)pcre2_jit_compile(*out, PCRE2_JIT_COMPLETE); /* without a JIT the interpreter gives the same matches */
        return ISG_OK;
    }
    if (code == PCRE2_ERROR_HEAP_FAILED || code == PCRE2_ERROR_NOMEMORY)
        return isg_error_nomem(err, "a pattern");
    char text[160];
    (void)pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
    (void)isg_error_set(err, ISG_EDATA, p->path, line, "pattern \"%.*s\": %s, at its byte %zu", (int)(n < 60 ? n : 60),
        regex, text, (size_t)at);
    return isg_error_expected(err, "a regular expression in PCRE2's syntax");
}

static enum isg_status add_line(struct isg_patterns *p, const char *s, size_t n, uint64_t line, struct isg_error *err)
{
    if (n == 0 || s[0] == '#' || strspn(s, " \t") >= n)
        return ISG_OK;
    if (isg_utf8_valid(s, n) != n)
        return isg_error_set(err, ISG_EDATA, p->path, line, "invalid UTF-8");
    const char *tab = memchr(s, '\t', n);
    if (!tab || tab == s || tab + 1 == s + n) {
        (void)isg_error_set(err, ISG_EDATA, p->path, line, "\"%.*s\"", (int)(n < 60 ? n : 60), s);
        return isg_error_expected(err, "name<TAB>pattern");
    }
    struct pattern k = {.line = line};
    ISG_TRY(compile(p, &k.code, tab + 1, n - (size_t)(tab + 1 - s), line, err));
    k.name = isg_strndup(s, (size_t)(tab - s));
    if (k.name && ISG_PUSH(p->list, k))
        return ISG_OK;
    isg_free(k.name);
    pcre2_code_free(k.code);
    return isg_error_nomem(err, "a list of patterns");
}

static enum isg_status read_builtin(struct isg_patterns *p, struct isg_error *err)
{
    size_t n;
    const char *s = isg_resource(p->path, &n);
    uint64_t line = 1;
    for (size_t i = 0; s && i < n; line++) {
        const char *lf = memchr(s + i, '\n', n - i);
        const size_t len = lf ? (size_t)(lf - (s + i)) : n - i;
        ISG_TRY(add_line(p, s + i, len, line, err));
        i += len + 1;
    }
    return ISG_OK;
}

static enum isg_status read_file(struct isg_patterns *p, struct isg_error *err)
{
    struct isg_reader *r;
    ISG_TRY(isg_reader_open(&r, p->path, err));
    enum isg_status status = ISG_OK;
    for (;;) {
        char *line;
        size_t n;
        ISG_GOTO(isg_reader_line(r, &line, &n, err));
        if (!line)
            break;
        ISG_GOTO(add_line(p, line, n, isg_reader_lineno(r), err));
    }
out:
    isg_reader_close(r);
    return status;
}

static bool has_jit(void)
{
    uint32_t jit = 0;
    return pcre2_config(PCRE2_CONFIG_JIT, &jit) == 0 && jit;
}

enum isg_status isg_patterns_load(struct isg_patterns **out, const char *path, const char *builtin,
    enum isg_pattern_extent extent, struct isg_error *err)
{
    *out = NULL;
    struct isg_patterns *p = isg_calloc(1, sizeof *p);
    if (!p)
        return isg_error_nomem(err, "a list of patterns");
    const char *const name = path ? path : builtin;
    p->builtin = !path;
    /* Without NO_START_OPTIMIZE PCRE2 looks up to 5,000 bytes ahead for a character that the pattern needs. */
    p->options = PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED |
                 (extent == ISG_PATTERN_WHOLE ? PCRE2_ENDANCHORED : PCRE2_NO_START_OPTIMIZE);
    p->path = isg_strndup(name, strlen(name));
    p->match = pcre2_match_data_create(1, NULL);
    p->context = pcre2_match_context_create(NULL);
    enum isg_status status = ISG_OK;
    if (!p->path || !p->match || !p->context) {
        status = isg_error_nomem(err, "a list of patterns");
    } else {
        /* the steps count repetitions, of which a long token has many; tokens.tsv never goes back over them */
        (void)pcre2_set_match_limit(p->context, p->builtin && extent == ISG_PATTERN_START ? UINT32_MAX : MATCH_LIMIT);
        (void)pcre2_set_heap_limit(p->context, HEAP_LIMIT_KIB);
        p->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MOST, NULL);
        pcre2_jit_stack_assign(p->context, NULL, p->stack);
        /* compiled patterns would make do with 32 KiB of the thread's stack, and give up on long tokens */
        if (!p->stack && has_jit())
            status = isg_error_nomem(err, "a list of patterns");
        else
            status = path ? read_file(p, err) : read_builtin(p, err);
    }
    if (status == ISG_OK && p->list.n == 0) {
        (void)isg_error_set(err, ISG_EDATA, p->path, 0, "no pattern");
        status = isg_error_expected(err, "name<TAB>pattern on each line");
    }
    if (status == ISG_OK)
        *out = p;
    else
        isg_patterns_free(p);
    return status;
}

enum isg_status isg_patterns_find(
    struct isg_patterns *p, const char *s, size_t n, size_t from, const char **name, size_t *end, struct isg_error *err)
{
    *name = NULL;
    for (size_t i = 0; i < p->list.n && from < n; i++) {
        const struct pattern *const k = &p->list.v[i];
        /* NO_UTF_CHECK: the check would read the rest of the text for each pattern at each place */
        const int rc = pcre2_match(k->code, (PCRE2_SPTR)s, n, from, PCRE2_NO_UTF_CHECK, p->match, p->context);
        if (rc == PCRE2_ERROR_NOMEMORY)
            return isg_error_nomem(err, "matching a pattern");
        if (rc == PCRE2_ERROR_NOMATCH || (rc < 0 && p->builtin))
            continue;
        if (rc < 0) {
            (void)isg_error_set(err, ISG_EDATA, p->path, k->line, "pattern \"%s\" takes too many steps on \"%.*s\"",
                k->name, (int)isg_utf8_valid(s + from, n - from < 40 ? n - from : 40), s + from);
            return isg_error_advice(err, "rewrite it without nested repetition such as (a+)+");
        }
        const PCRE2_SIZE *const at = pcre2_get_ovector_pointer(p->match);
        if (at[0] != from || at[1] <= from) /* empty, or \K moved its start */
            continue;
        *name = k->name;
        if (end)
            *end = at[1];
        return ISG_OK;
    }
    return ISG_OK;
}
