#include "translate/translate.h"

static bool is_space(uint32_t cp)
{
    return cp == ' ' || (cp >= 9 && cp <= 13) || cp == 0xa0 || cp == 0x2028 || cp == 0x2029 || cp == 0x202f ||
           (cp >= 0x2000 && cp <= 0x200b) || cp == 0x3000 || cp == 0xfeff;
}

/** Does a word end in a full stop that belongs to it: one letter ("J."), or dots inside ("EE.UU.", "U.S.")? */
static bool keeps_dot(const char *s, size_t n)
{
    size_t letters = 0;
    for (size_t i = 0; i + 1 < n;) {
        uint32_t cp;
        i += isg_utf8_decode(s + i, n - i, &cp);
        if (cp == '.')
            return true;
        if (!isg_utf8_is_letter(cp))
            return false;
        letters++;
    }
    return letters == 1 && isg_utf8_case(s, n) == ISG_CASE_TITLE;
}

static enum isg_status push(
    struct isg_tr_token **tokens, size_t *cap, size_t *n, const char *s, size_t len, struct isg_error *err)
{
    if (!ISG_GROW(*tokens, *cap, *n + 1))
        return isg_error_nomem(err, "the words of a line");
    (*tokens)[(*n)++] = (struct isg_tr_token){.s = s, .n = (uint32_t)len};
    return ISG_OK;
}

/** One run of non-blanks: leading marks, the word, trailing marks. */
static enum isg_status cut_run(
    const char *s, size_t n, struct isg_tr_token **tokens, size_t *cap, size_t *n_tokens, struct isg_error *err)
{
    size_t start = 0;
    uint32_t cp;
    while (start < n) {
        const size_t len = isg_utf8_decode(s + start, n - start, &cp);
        if (!isg_utf8_is_punct(cp) || cp == '#' || cp == '@')
            break;
        ISG_TRY(push(tokens, cap, n_tokens, s + start, len, err));
        start += len;
    }
    size_t end = n;
    while (end > start) {
        size_t last = end - 1;
        while (last > start && ((unsigned char)s[last] & 0xc0) == 0x80)
            last--;
        (void)isg_utf8_decode(s + last, end - last, &cp);
        if (!isg_utf8_is_punct(cp) || (cp == '.' && keeps_dot(s + start, end - start)))
            break;
        end = last;
    }
    if (end > start)
        ISG_TRY(push(tokens, cap, n_tokens, s + start, end - start, err));
    for (size_t i = end; i < n;) {
        const size_t len = isg_utf8_decode(s + i, n - i, &cp);
        size_t run = len;
        while (cp == '.' && i + run < n && s[i + run] == '.') /* "..." is one token */
            run++;
        ISG_TRY(push(tokens, cap, n_tokens, s + i, run, err));
        i += run;
    }
    return ISG_OK;
}

/** Marks the ends of sentences: . ! ? or … before a word with a capital, and the end of the line. */
static void find_sentences(struct isg_tr_token *t, size_t n)
{
    bool fresh = true, closing = false;
    for (size_t i = 0; i < n; i++) {
        uint32_t cp;
        (void)isg_utf8_decode(t[i].s, t[i].n, &cp);
        const bool mark = isg_utf8_is_punct(cp);
        if (!mark && closing && isg_utf8_case(t[i].s, t[i].n) != ISG_CASE_LOWER) {
            size_t last = i; /* opening marks belong to the sentence they open */
            while (last > 0 && t[last - 1].n <= 3) {
                uint32_t before;
                (void)isg_utf8_decode(t[last - 1].s, t[last - 1].n, &before);
                if (before != 0xbf && before != 0xa1 && before != '(' && before != 0xab && before != 0x2014)
                    break;
                last--;
            }
            if (last > 0)
                t[last - 1].ends = true;
            fresh = true;
        }
        if (mark)
            closing = (closing && cp != ',' && cp != ';' && cp != ':') || cp == '.' || cp == '!' || cp == '?' ||
                      cp == 0x2026;
        else
            closing = false;
        t[i].starts = fresh;
        if (!mark)
            fresh = false;
    }
    if (n > 0)
        t[n - 1].ends = true;
}

enum isg_status isg_split_text(
    const char *line, size_t n, struct isg_tr_token **tokens, size_t *cap, size_t *n_tokens, struct isg_error *err)
{
    *n_tokens = 0;
    size_t i = 0, start = 0;
    while (i <= n) {
        uint32_t cp = ' ';
        const size_t len = i < n ? isg_utf8_decode(line + i, n - i, &cp) : 1;
        if (is_space(cp) || cp == 0) {
            if (i > start)
                ISG_TRY(cut_run(line + start, i - start, tokens, cap, n_tokens, err));
            start = i + len;
        }
        i += len;
    }
    find_sentences(*tokens, *n_tokens);
    return ISG_OK;
}
