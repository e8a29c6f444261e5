/* The tokeniser: at each place the first pattern that matches there. */
#include "src/tokenise.h"
#include "src/array.h"
#include "src/pattern.h"
#include "src/utf8.h"

struct isg_tokeniser {
    struct isg_patterns *patterns;
};

void isg_tokeniser_free(struct isg_tokeniser *t)
{
    if (!t)
        return;
    isg_patterns_free(t->patterns);
    isg_free(t);
}

enum isg_status isg_tokeniser_new(struct isg_tokeniser **out, const char *path, struct isg_error *err)
{
    *out = NULL;
    struct isg_tokeniser *t = isg_calloc(1, sizeof *t);
    if (!t)
        return isg_error_nomem(err, "the tokeniser");
    const enum isg_status status = isg_patterns_load(&t->patterns, path, "tokens.tsv", ISG_PATTERN_START, err);
    if (status == ISG_OK)
        *out = t;
    else
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

static bool is_closing(const char *s, size_t n)
{
    return n == 1 && strchr(")]}\"'", s[0]);
}

static bool is_mark(const char *s, size_t n)
{
    uint32_t cp;
    (void)isg_utf8_decode(s, n, &cp);
    return isg_utf8_is_punct(cp);
}

/* Tokens up to the first word of each sentence. */
static void mark_starts(const char *s, struct isg_tokens *tokens)
{
    bool fresh = true;
    for (size_t i = 0; i < tokens->n; i++) {
        struct isg_token *const k = &tokens->v[i];
        k->starts = fresh;
        fresh = k->ends || (fresh && is_mark(s + k->start, k->n));
    }
}

enum isg_status isg_tokenise(
    struct isg_tokeniser *t, const char *s, size_t n, struct isg_tokens *tokens, struct isg_error *err)
{
    uint32_t cp = 0;
    bool after_end = false;
    tokens->n = 0;
    if (n >= UINT32_MAX)
        return isg_error_set(err, ISG_EDATA, NULL, 0, "a line of 4 GiB or more");
    for (size_t at = 0, end; at < n; at = end) {
        size_t len;
        if (is_space(s + at, n - at, &len)) {
            end = at + len;
            cp++;
            continue;
        }
        const char *name;
        end = at + len;
        ISG_TRY(isg_patterns_find(t->patterns, s, n, at, &name, &end, err));
        const bool ends = name && strcmp(name, "end") == 0, closing = is_closing(s + at, end - at);
        /* a sentence goes on after an end mark that a lower-case word follows ("... said", "etc. and") */
        if (after_end && !ends && !closing && isg_utf8_case(s + at, end - at) != ISG_CASE_LOWER)
            tokens->v[tokens->n - 1].ends = true;
        const uint32_t length = (uint32_t)isg_utf8_length(s + at, end - at);
        if (!ISG_PUSH(
                *tokens, (struct isg_token){
                             .start = (uint32_t)at, .n = (uint32_t)(end - at), .cp_start = cp, .cp_end = cp + length}))
            return isg_error_nomem(err, "tokens");
        after_end = ends || (after_end && closing);
        cp += length;
    }
    if (tokens->n)
        tokens->v[tokens->n - 1].ends = true;
    mark_starts(s, tokens);
    return ISG_OK;
}
