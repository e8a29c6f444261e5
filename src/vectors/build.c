/* Filling a table of word vectors: words under the rules for duplicates and invalid UTF-8, headers of files. */
#include "src/vectors/build.h"

#include "src/mem.h"
#include "src/utf8.h"

#include <string.h>

bool isg_row_is_finite(const float *x, size_t n, bool *zero)
{
    uint32_t any = 0, bad = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        bits &= 0x7fffffff;
        any |= bits;
        bad |= (uint32_t)(bits >= 0x7f800000);
    }
    *zero = any == 0;
    return bad == 0;
}

/* Invalid bytes one by one replaced by U+FFFD; NULL = no memory. */
static char *replace_invalid(const char *s, size_t n, size_t *out_n)
{
    char *out = n > SIZE_MAX / 3 - 1 ? NULL : isg_malloc(3 * n + 1, 1);
    if (!out)
        return NULL;
    size_t k = 0;
    while (n > 0) {
        const size_t good = isg_utf8_valid(s, n);
        memcpy(out + k, s, good);
        k += good;
        s += good;
        n -= good;
        if (n > 0) {
            memcpy(out + k, "\xef\xbf\xbd", 3);
            k += 3;
            s++;
            n--;
        }
    }
    *out_n = k;
    return out;
}

enum isg_status isg_vectors_add_word(
    struct isg_vectors_build *b, const char *word, size_t n, uint64_t line, bool *keep, struct isg_error *err)
{
    char *replaced = NULL;
    *keep = false;
    const size_t good = isg_utf8_valid(word, n);
    if (good != n) {
        if (b->opts.bad_utf8 == ISG_BAD_UTF8_ERROR) {
            (void)isg_error_set(
                err, ISG_EDATA, b->path, line, "invalid UTF-8 in a word (byte 0x%02x)", (unsigned char)word[good]);
            return isg_error_advice(err, "isogloss check lists such words");
        }
        b->report->bad_utf8++;
        if (b->report->first_bad_utf8_line == 0)
            b->report->first_bad_utf8_line = line;
        if (b->opts.bad_utf8 == ISG_BAD_UTF8_SKIP)
            return ISG_OK;
        if (!(replaced = replace_invalid(word, n, &n)))
            return isg_error_nomem(err, "a word");
        word = replaced;
    }
    uint32_t id;
    const enum isg_status status = isg_strtab_add(b->v->words, word, n, &id, keep, err);
    isg_free(replaced);
    if (status == ISG_OK && !*keep) {
        b->report->duplicates++;
        if (b->report->first_duplicate_line == 0)
            b->report->first_duplicate_line = line;
    }
    return status;
}

static bool whole_number(const char **s, const char *end, uint64_t *out)
{
    const char *p = *s;
    uint64_t x = 0;
    while (p < end && *p >= '0' && *p <= '9' && p - *s < 18)
        x = x * 10 + (uint64_t)(*p++ - '0');
    const bool any = p > *s;
    *s = p;
    *out = x;
    return any;
}

bool isg_vectors_header(const char *line, size_t n, uint64_t *rows, uint64_t *dim)
{
    const char *p = line, *const end = line + n;
    if (!whole_number(&p, end, rows) || p == end || (*p != ' ' && *p != '\t'))
        return false;
    p++;
    return whole_number(&p, end, dim) && p == end && *dim > 0;
}
