/* The tokeniser: at each place the first pattern that matches there. */
#include "src/tokenise.h"
#include "src/reader.h"
#include "src/mem.h"
#include "src/pattern.h"
#include "src/resource.h"
#include "src/utf8.h"

#include <string.h>

struct rule {
    struct isg_pattern *pattern;
    bool end;
};
struct isg_tokeniser {
    struct rule *rules;
    size_t n, cap;
};

void isg_tokeniser_free(struct isg_tokeniser *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n; i++)
        isg_pattern_free(t->rules[i].pattern);
    isg_free(t->rules);
    isg_free(t);
}

static enum isg_status add_rule(
    struct isg_tokeniser *t, const char *line, size_t n, const char *file, uint64_t number, struct isg_error *err)
{
    if (n == 0 || line[0] == '#')
        return ISG_OK;
    const char *tab = memchr(line, '\t', n);
    if (!tab) {
        isg_error_set(err, ISG_EDATA, file, number, "no tab");
        return isg_error_expected(err, "name<TAB>pattern");
    }
    if (!ISG_GROW(t->rules, t->cap, t->n + 1))
        return isg_error_nomem(err, "the tokeniser");
    const size_t head = (size_t)(tab - line), body = n - head - 1;
    char *regex = isg_malloc(body + 8, 1);
    if (!regex)
        return isg_error_nomem(err, "the tokeniser");
    memcpy(regex, "\\G(?:", 5);
    memcpy(regex + 5, tab + 1, body);
    memcpy(regex + 5 + body, ")", 2);
    const enum isg_status status = isg_pattern_new(&t->rules[t->n].pattern, regex, file, number, err);
    isg_free(regex);
    if (status == ISG_OK)
        t->rules[t->n++].end = head == 3 && memcmp(line, "end", 3) == 0;
    return status;
}

enum isg_status isg_tokeniser_new(struct isg_tokeniser **out, const char *path, struct isg_error *err)
{
    *out = NULL;
    struct isg_tokeniser *t = isg_calloc(1, sizeof *t);
    struct isg_reader *r = NULL;
    enum isg_status status = ISG_OK;
    if (!t)
        return isg_error_nomem(err, "the tokeniser");
    if (path) {
        ISG_GOTO(isg_reader_open(&r, path, err));
        for (;;) {
            char *line;
            size_t n;
            ISG_GOTO(isg_reader_line(r, &line, &n, err));
            if (!line)
                break;
            ISG_GOTO(add_rule(t, line, n, path, isg_reader_lineno(r), err));
        }
    } else {
        size_t n;
        const char *text = isg_resource("tokens.tsv", &n), *end = text + n;
        for (uint64_t number = 1; text < end; number++) {
            const char *lf = memchr(text, '\n', (size_t)(end - text));
            const size_t len = lf ? (size_t)(lf - text) : (size_t)(end - text);
            ISG_GOTO(add_rule(t, text, len, "tokens.tsv", number, err));
            text += len + 1;
        }
    }
    if (t->n == 0) {
        status = isg_error_set(err, ISG_EDATA, path, 0, "no pattern");
        goto out;
    }
    *out = t;
    t = NULL;
out:
    isg_reader_close(r);
    isg_tokeniser_free(t);
    return status;
}

static bool is_space(const char *s, size_t n, size_t *len)
{
    uint32_t cp;
    *len = isg_utf8_decode(s, n, &cp);
    return cp <= 0x20 || cp == 0x85 || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200b) || cp == 0x2028 ||
           cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000 || cp == 0xfeff;
}

/* A sentence goes on after an end mark that a small letter follows ("... said", "etc. and"). */
static bool starts_sentence(const char *s, size_t n)
{
    return isg_utf8_case(s, n) != ISG_CASE_LOWER;
}

enum isg_status isg_tokenise(struct isg_tokeniser *t, const char *s, size_t n, struct isg_token **tokens, size_t *cap,
    size_t *n_tokens, struct isg_error *err)
{
    size_t at = 0, len;
    uint32_t cp = 0;
    bool after_end = false;
    *n_tokens = 0;
    while (at < n) {
        if (is_space(s + at, n - at, &len)) {
            at += len;
            cp++;
            continue;
        }
        size_t start = at, end = at + len; /* one code point where no pattern matches */
        bool ends = false;
        for (size_t i = 0; i < t->n; i++)
            if (isg_pattern_find(t->rules[i].pattern, s, n, at, &start, &end) && start == at && end > at) {
                ends = t->rules[i].end;
                break;
            } else {
                start = at;
                end = at + len;
            }
        if (!ISG_GROW(*tokens, *cap, *n_tokens + 1))
            return isg_error_nomem(err, "tokens");
        const uint32_t length = (uint32_t)isg_utf8_length(s + at, end - at);
        if (after_end && !ends && starts_sentence(s + at, end - at) && !(end - at == 1 && strchr(")]}\"'", s[at])))
            (*tokens)[*n_tokens - 1].ends = true;
        (*tokens)[*n_tokens] = (struct isg_token){(uint32_t)at, (uint32_t)(end - at), cp, cp + length, false};
        ++*n_tokens;
        const bool closing = end - at == 1 && strchr(")]}\"'", s[at]);
        after_end = ends || (after_end && closing);
        cp += length;
        at = end;
    }
    if (*n_tokens)
        (*tokens)[*n_tokens - 1].ends = true;
    return ISG_OK;
}
