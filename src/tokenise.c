/* The tokeniser: at each place the first pattern that matches there. */
#include "src/tokenise.h"
#include "src/array.h"
#include "src/icu.h"
#include "src/pattern.h"
#include "src/utf8.h"

struct isg_tokeniser {
    struct isg_patterns *patterns;
    struct isg_icu_words *words; /* NULL until they are needed, or without ICU */
};

void isg_tokeniser_free(struct isg_tokeniser *t)
{
    if (!t)
        return;
    isg_patterns_free(t->patterns);
    isg_icu_words_free(t->words);
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
    return isg_utf8_is_space(cp);
}

/* Quotes and brackets that may follow the end mark of a sentence and still belong to it. */
static bool is_closing(const char *s, size_t n)
{
    static const uint32_t closing[] = {0xbb, 0x2019, 0x201d, 0x203a, 0x300b, 0x300d, 0x300f, 0x3011, 0xff09, 0xff3d};
    uint32_t cp;
    if (isg_utf8_decode(s, n, &cp) != n)
        return false;
    if (cp < 0x80)
        return strchr(")]}\"'", (int)cp) != NULL;
    for (size_t i = 0; i < sizeof closing / sizeof *closing; i++)
        if (cp == closing[i])
            return true;
    return false;
}

static bool is_mark(const char *s, size_t n)
{
    uint32_t cp;
    (void)isg_utf8_decode(s, n, &cp);
    return isg_utf8_is_punct(cp);
}

void isg_tokens_mark_starts(const char *s, struct isg_tokens *tokens)
{
    bool fresh = true;
    for (size_t i = 0; i < tokens->n; i++) {
        struct isg_token *const k = &tokens->v[i];
        k->starts = fresh;
        fresh = k->ends || (fresh && is_mark(s + k->start, k->n));
    }
}

static enum isg_status push(
    struct isg_tokens *tokens, const char *s, size_t start, size_t end, uint32_t *cp, struct isg_error *err)
{
    const uint32_t length = (uint32_t)isg_utf8_length(s + start, end - start);
    if (!ISG_PUSH(*tokens,
            (struct isg_token){
                .start = (uint32_t)start, .n = (uint32_t)(end - start), .cp_start = *cp, .cp_end = *cp + length}))
        return isg_error_nomem(err, "tokens");
    *cp += length;
    return ISG_OK;
}

/* Where the run of characters from `at` on ends that are all of scripts without spaces, or all of others. */
static size_t end_of_run(const char *s, size_t at, size_t end, bool *unspaced)
{
    uint32_t cp;
    const size_t first = at;
    for (size_t len; at < end; at += len) {
        len = isg_utf8_decode(s + at, end - at, &cp);
        const bool here = isg_utf8_is_unspaced(cp);
        if (at == first)
            *unspaced = here;
        else if (here != *unspaced)
            break;
    }
    return at;
}

/* The words of a token of letters: one, but for runs of a script without spaces. */
static enum isg_status push_words(struct isg_tokeniser *t, const char *s, size_t start, size_t end,
    struct isg_tokens *tokens, uint32_t *cp, struct isg_error *err)
{
    bool unspaced = false;
    for (size_t at = start, run; at < end; at = run) {
        run = end_of_run(s, at, end, &unspaced);
        if (unspaced && !t->words)
            ISG_TRY(isg_icu_words_new(&t->words, err));
        if (!unspaced || !t->words) {
            ISG_TRY(push(tokens, s, at, run, cp, err));
            continue;
        }
        ISG_TRY(isg_icu_words_set(t->words, s + at, run - at, err));
        for (size_t from = 0, to; from < run - at; from = to) {
            ISG_TRY(isg_icu_words_next(t->words, &to, err));
            ISG_TRY(push(tokens, s, at + from, at + to, cp, err));
        }
    }
    return ISG_OK;
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
        if (name && strcmp(name, "word") == 0)
            ISG_TRY(push_words(t, s, at, end, tokens, &cp, err));
        else
            ISG_TRY(push(tokens, s, at, end, &cp, err));
        after_end = ends || (after_end && closing);
    }
    if (tokens->n)
        tokens->v[tokens->n - 1].ends = true;
    isg_tokens_mark_starts(s, tokens);
    return ISG_OK;
}
