/* Unicode text by utf8proc. */
#include "src/utf8.h"
#include "src/mem.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

size_t isg_utf8_valid(const char *s, size_t n)
{
    const unsigned char *const b = (const unsigned char *)s;
    size_t i = 0;
    while (i < n) {
        /* Eight plain ASCII bytes at a time: most of most files. */
        while (n - i >= 8) {
            uint64_t eight;
            memcpy(&eight, b + i, 8);
            if (eight & 0x8080808080808080u)
                break;
            i += 8;
        }
        if (i == n)
            break;
        if (b[i] < 0x80) {
            i++;
            continue;
        }
        utf8proc_int32_t cp;
        const utf8proc_ssize_t len = utf8proc_iterate(b + i, (utf8proc_ssize_t)(n - i), &cp);
        if (len <= 0)
            return i;
        i += (size_t)len;
    }
    return n;
}

size_t isg_utf8_decode(const char *s, size_t n, uint32_t *cp)
{
    utf8proc_int32_t c;
    const utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &c);
    if (len <= 0) { /* not valid text: a caller's mistake, answered without leaving the string */
        *cp = 0xFFFD;
        return 1;
    }
    *cp = (uint32_t)c;
    return (size_t)len;
}

size_t isg_utf8_encode(uint32_t cp, char out[4])
{
    utf8proc_uint8_t b[4];
    const utf8proc_ssize_t len = utf8proc_encode_char((utf8proc_int32_t)cp, b);
    memcpy(out, b, 4);
    return len > 0 ? (size_t)len : 0;
}

size_t isg_utf8_length(const char *s, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)s[i] & 0xC0) != 0x80;
    return count;
}

static utf8proc_category_t category(uint32_t cp)
{
    return utf8proc_category((utf8proc_int32_t)cp);
}

/* Is the text in NFC for certain? Below U+0300 no code point changes or joins another. Beyond, those are safe that have
 * no canonical decomposition and are no marks, nor jamo that may join a syllable. */
static bool surely_nfc(const char *s, size_t n)
{
    const unsigned char *const b = (const unsigned char *)s;
    unsigned char high = 0;
    for (size_t i = 0; i < n; i++)
        high = b[i] > high ? b[i] : high;
    if (high < 0xcc)
        return true;
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        i += isg_utf8_decode(s + i, n - i, &cp);
        if (cp < 0x300)
            continue;
        const utf8proc_property_t *const p = utf8proc_get_property((utf8proc_int32_t)cp);
        if (p->combining_class || (p->decomp_type == 0 && p->decomp_seqindex != UINT16_MAX) ||
            (cp >= 0x1161 && cp <= 0x11ff) ||
            (p->category >= UTF8PROC_CATEGORY_MN && p->category <= UTF8PROC_CATEGORY_ME))
            return false;
    }
    return true;
}

const char *isg_utf8_nfc(const char *s, size_t n, size_t *out_n, char **made)
{
    enum { SMALL = 256 };
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    utf8proc_int32_t small[SMALL + 1], *points = small;
    *made = NULL;
    *out_n = n;
    if (surely_nfc(s, n) || n > PTRDIFF_MAX / 16)
        return s;
    const utf8proc_uint8_t *const bytes = (const utf8proc_uint8_t *)s;
    utf8proc_ssize_t len = utf8proc_decompose(bytes, (utf8proc_ssize_t)n, points, SMALL, options);
    if (len > SMALL) {
        points = isg_malloc((size_t)len + 1, sizeof *points);
        if (!points)
            return NULL;
        len = utf8proc_decompose(bytes, (utf8proc_ssize_t)n, points, len, options);
    }
    if (len >= 0) /* in place; as bytes it needs no more room */
        len = utf8proc_reencode(points, len, options);
    const bool same = len < 0 || ((size_t)len == n && memcmp(points, s, n) == 0);
    if (!same) {
        *made = isg_strndup((const char *)points, (size_t)len);
        *out_n = (size_t)len;
    }
    if (points != small)
        isg_free(points);
    return same ? s : *made;
}

bool isg_utf8_is_nfc(const char *s, size_t n)
{
    char *made;
    size_t len;
    const bool same = isg_utf8_nfc(s, n, &len, &made) == s;
    isg_free(made);
    return same;
}

bool isg_utf8_same(const char *a, size_t a_n, const char *b, size_t b_n)
{
    if (a_n == b_n && memcmp(a, b, a_n) == 0)
        return true;
    char *made_a, *made_b = NULL;
    const char *const x = isg_utf8_nfc(a, a_n, &a_n, &made_a), *const y = isg_utf8_nfc(b, b_n, &b_n, &made_b);
    const bool same = x && y && a_n == b_n && memcmp(x, y, a_n) == 0;
    isg_free(made_a);
    isg_free(made_b);
    return same;
}

size_t isg_utf8_skeleton(const char *s, size_t n, uint32_t *out, size_t cap)
{
    size_t used = 0;
    for (; used < n && used < cap && (unsigned char)s[used] < 0x80; used++)
        out[used] = (uint32_t)(s[used] >= 'A' && s[used] <= 'Z' ? s[used] + ('a' - 'A') : s[used]);
    if (used == n || used == cap)
        return used;
    enum { MOST = 512 };
    utf8proc_int32_t wide[MOST];
    const utf8proc_ssize_t all = utf8proc_decompose((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, wide, MOST,
        UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
    if (all < 0 || all > MOST) /* no word is as long as that: its ASCII beginning */
        return used;
    for (used = 0; used < (size_t)all && used < cap; used++)
        out[used] = (uint32_t)wide[used];
    return used;
}

bool isg_utf8_is_bidi(uint32_t cp)
{
    return cp == 0x61c || cp == 0x200e || cp == 0x200f || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

bool isg_utf8_is_letter(uint32_t cp)
{
    const utf8proc_category_t c = category(cp);
    return c == UTF8PROC_CATEGORY_LU || c == UTF8PROC_CATEGORY_LL || c == UTF8PROC_CATEGORY_LT ||
           c == UTF8PROC_CATEGORY_LM || c == UTF8PROC_CATEGORY_LO;
}

bool isg_utf8_is_digit(uint32_t cp)
{
    return category(cp) == UTF8PROC_CATEGORY_ND;
}

bool isg_utf8_is_punct(uint32_t cp)
{
    const utf8proc_category_t c = category(cp);
    return c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_SO;
}

bool isg_utf8_is_mark(uint32_t cp)
{
    const utf8proc_category_t c = category(cp);
    return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_MC || c == UTF8PROC_CATEGORY_ME;
}

bool isg_utf8_is_space(uint32_t cp)
{
    return cp <= 0x20 || cp == 0x85 || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200b) || cp == 0x2028 ||
           cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000 || cp == 0xfeff;
}

bool isg_utf8_is_unspaced(uint32_t cp)
{
    static const uint32_t blocks[][2] = {
        {0x0e00, 0x0eff},   /* Thai, Lao */
        {0x1000, 0x109f},   /* Burmese */
        {0x1780, 0x17ff},   /* Khmer */
        {0x19e0, 0x19ff},   /* Khmer symbols */
        {0x2e80, 0x2fdf},   /* radicals */
        {0x3005, 0x3007},   /* iteration mark, zero */
        {0x3021, 0x312f},   /* numerals, Hiragana, Katakana, Bopomofo */
        {0x31a0, 0x31ff},   /* Bopomofo, Katakana */
        {0x3400, 0x4dbf},   /* Han */
        {0x4e00, 0x9fff},   /* Han */
        {0xa9e0, 0xa9ff},   /* Burmese */
        {0xaa60, 0xaa7f},   /* Burmese */
        {0xf900, 0xfaff},   /* Han */
        {0xff66, 0xff9f},   /* half-width Katakana */
        {0x1b000, 0x1b16f}, /* Kana */
        {0x20000, 0x3ffff}, /* Han */
    };
    if (cp < blocks[0][0])
        return false;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (cp >= blocks[i][0] && cp <= blocks[i][1])
            return true;
    return false;
}

enum isg_case isg_utf8_case(const char *s, size_t n)
{
    size_t upper = 0, lower = 0, letters = 0;
    bool first_upper = false;
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        i += isg_utf8_decode(s + i, n - i, &cp);
        if (!isg_utf8_is_letter(cp))
            continue;
        const utf8proc_category_t c = category(cp);
        const bool is_upper = c == UTF8PROC_CATEGORY_LU || c == UTF8PROC_CATEGORY_LT;
        if (letters++ == 0)
            first_upper = is_upper;
        upper += is_upper;
        lower += c == UTF8PROC_CATEGORY_LL;
    }
    if (upper + lower == 0)
        return ISG_CASE_NONE;
    if (upper == 0)
        return ISG_CASE_LOWER;
    if (lower == 0 && upper >= 2)
        return ISG_CASE_UPPER;
    return first_upper ? ISG_CASE_TITLE : ISG_CASE_MIXED;
}

/* Maps each code point (the first only, where `first_only`). A mapping may change a code point's length in
 * bytes. */
static char *map(const char *s, size_t n, size_t *out_n, utf8proc_int32_t (*to)(utf8proc_int32_t), bool first_only)
{
    if (n > SIZE_MAX / 4 - 1)
        return NULL;
    char *const out = isg_malloc(4 * n + 1, 1);
    if (!out)
        return NULL;
    size_t used = 0;
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        const size_t len = isg_utf8_decode(s + i, n - i, &cp);
        if (first_only && i > 0) {
            memcpy(out + used, s + i, n - i);
            used += n - i;
            break;
        }
        used += isg_utf8_encode((uint32_t)to((utf8proc_int32_t)cp), out + used);
        i += len;
    }
    out[used] = 0;
    *out_n = used;
    return out;
}

char *isg_utf8_lower(const char *s, size_t n, size_t *out_n)
{
    return map(s, n, out_n, utf8proc_tolower, false);
}

char *isg_utf8_upper(const char *s, size_t n, size_t *out_n)
{
    return map(s, n, out_n, utf8proc_toupper, false);
}

char *isg_utf8_capitalise(const char *s, size_t n, size_t *out_n)
{
    return map(s, n, out_n, utf8proc_totitle, true);
}

/* Text that cannot be mapped stays as it is. The result is copied, so that callers free all strings alike. */
static char *map_text(const char *s, size_t n, size_t *out_n, utf8proc_option_t options)
{
    utf8proc_uint8_t *mapped = NULL;
    const utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &mapped, options);
    char *const out = len >= 0 ? isg_strndup((const char *)mapped, (size_t)len) : isg_strndup(s, n);
    *out_n = len >= 0 ? (size_t)len : n;
    free(mapped);
    return len == UTF8PROC_ERROR_NOMEM ? isg_free(out), NULL : out;
}

char *isg_utf8_fold(const char *s, size_t n, size_t *out_n)
{
    return map_text(s, n, out_n, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}

char *isg_utf8_nfd(const char *s, size_t n, size_t *out_n)
{
    return map_text(s, n, out_n, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
}
