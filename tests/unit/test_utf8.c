#include "tests/test.h"

#include "src/mem.h"
#include "src/utf8.h"

#include <utf8proc.h>

static void validity(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        size_t n, valid;
    } cases[] = {
        {"", 0, 0},
        {"plain ascii, longer than eight", 30, 30},
        {"a\0b", 3, 3},
        {"ni\xc3\xb1o", 5, 5},
        {"\xe2\x82\xac", 3, 3},
        {"\xf0\x9f\x98\x80", 4, 4},
        {"\xf4\x8f\xbf\xbf", 4, 4}, /* U+10FFFF, the last */
        {"\xf4\x90\x80\x80", 4, 0}, /* beyond it */
        {"12345678\xff", 9, 8},     /* never a byte of UTF-8 */
        {"ab\x80", 3, 2},           /* continuation without start */
        {"ab\xc3", 3, 2},           /* cut short */
        {"ab\xe2\x82", 4, 2},
        {"abcdefg\xc3(", 9, 7}, /* start without continuation */
        {"\xc0\xaf", 2, 0},     /* overlong / */
        {"\xe0\x80\xaf", 3, 0},
        {"\xf0\x80\x80\xaf", 4, 0},
        {"\xed\xa0\x80", 3, 0},             /* surrogate D800 */
        {"\xed\xbf\xbf", 3, 0},             /* surrogate DFFF */
        {"\xed\x9f\xbf\xee\x80\x80", 6, 6}, /* its neighbours */
        {"caf\xe9 Latin-1", 12, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(isg_utf8_valid(cases[i].s, cases[i].n), cases[i].valid);
}

static void every_code_point_round_trips(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        if (cp >= 0xD800 && cp < 0xE000)
            continue;
        char s[4];
        const size_t n = isg_utf8_encode(cp, s);
        if (n != (cp < 0x80 ? 1u : cp < 0x800 ? 2u : cp < 0x10000 ? 3u : 4u) || isg_utf8_valid(s, n) != n)
            fail_msg("U+%04X", cp);
        uint32_t back = 0;
        if (isg_utf8_decode(s, n, &back) != n || back != cp || isg_utf8_length(s, n) != 1)
            fail_msg("U+%04X came back as U+%04X", cp, back);
    }
    assert_int_equal(isg_utf8_length("", 0), 0);
    assert_int_equal(isg_utf8_length("ni\xc3\xb1o \xf0\x9f\x98\x80", 10), 6);
    uint32_t cp = 0;
    assert_int_equal(isg_utf8_decode("\xc3", 1, &cp), 1); /* broken text never reads on */
    assert_int_equal(cp, 0xFFFD);
}

static void casing(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        enum isg_case want;
    } cases[] = {
        {"", ISG_CASE_NONE},
        {"1984", ISG_CASE_NONE},
        {"...", ISG_CASE_NONE},
        {"日本", ISG_CASE_NONE},
        {"haus", ISG_CASE_LOWER},
        {"h", ISG_CASE_LOWER},
        {"ñandú", ISG_CASE_LOWER},
        {"3d-effekt", ISG_CASE_LOWER},
        {"Haus", ISG_CASE_TITLE},
        {"A", ISG_CASE_TITLE},
        {"Ñandú", ISG_CASE_TITLE},
        {"Ωμέγα", ISG_CASE_TITLE},
        {"\"Haus", ISG_CASE_TITLE},
        {"McDonald", ISG_CASE_TITLE},
        {"O'Neill", ISG_CASE_TITLE},
        {"U", ISG_CASE_TITLE},
        {"NATO", ISG_CASE_UPPER},
        {"EE.UU.", ISG_CASE_UPPER},
        {"ÉTÉ", ISG_CASE_UPPER},
        {"G8B", ISG_CASE_UPPER},
        {"iPhone", ISG_CASE_MIXED},
        {"eBay", ISG_CASE_MIXED},
        {"ñÑ", ISG_CASE_MIXED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (isg_utf8_case(cases[i].s, strlen(cases[i].s)) != cases[i].want)
            fail_msg("%s: %d, wanted %d", cases[i].s, (int)isg_utf8_case(cases[i].s, strlen(cases[i].s)),
                (int)cases[i].want);
}

static void check(char *(*map)(const char *, size_t, size_t *), const char *s, const char *want)
{
    size_t n = 99;
    char *out = map(s, strlen(s), &n);
    assert_non_null(out);
    assert_string_equal(out, want);
    assert_int_equal(n, strlen(want));
    isg_free(out);
}

static void mappings(void **state)
{
    (void)state;
    check(isg_utf8_lower, "", "");
    check(isg_utf8_lower, "ÑANDÚ 12", "ñandú 12");
    check(isg_utf8_upper, "ñandú", "ÑANDÚ");
    check(isg_utf8_lower, "İ", "i"); /* shorter by a byte */
    check(isg_utf8_upper, "ɐ", "Ɐ"); /* longer by a byte: U+0250 to U+2C6F */
    check(isg_utf8_lower, "Ⱥ", "ⱥ");
    check(isg_utf8_capitalise, "", "");
    check(isg_utf8_capitalise, "ñandú", "Ñandú");
    check(isg_utf8_capitalise, "iPHONE", "IPHONE");
    check(isg_utf8_capitalise, "ǆep", "ǅep"); /* title case is not upper case */
    check(isg_utf8_capitalise, "12a", "12a");
    check(isg_utf8_fold, "STRASSE", "strasse");
    check(isg_utf8_fold, "Straße", "strasse");
    check(isg_utf8_fold, "E\xcc\x81te\xcc\x81", "\xc3\xa9t\xc3\xa9"); /* composed */
    check(isg_utf8_fold, "ΣΑΣ", "σασ");
    check(isg_utf8_fold, "", "");
    check(isg_utf8_fold, "a\xff", "a\xff"); /* broken text stays as it is */
    check(isg_utf8_nfd, "caf\xc3\xa9", "cafe\xcc\x81");
    check(isg_utf8_nfd, "\xc6\x99", "\xc6\x99"); /* has no other form */
}

static void nfc_is(const char *s, const char *want)
{
    size_t n;
    char *made;
    const char *const got = isg_utf8_nfc(s, strlen(s), &n, &made);
    assert_non_null(got);
    assert_int_equal(n, strlen(want));
    assert_memory_equal(got, want, n);
    assert_int_equal(isg_utf8_is_nfc(s, strlen(s)), strcmp(s, want) == 0);
    assert_true(isg_utf8_same(s, strlen(s), want, strlen(want)));
    isg_free(made);
}

static void normal_form(void **state)
{
    (void)state;
    nfc_is("", "");
    nfc_is("plain", "plain");
    nfc_is("cafe\xcc\x81", "caf\xc3\xa9");
    nfc_is("q\xcc\x83", "q\xcc\x83");                               /* has no composed form */
    nfc_is("o\xcc\x81\xcc\xa3", "\xe1\xbb\x8d\xcc\x81");            /* the dot below comes first */
    nfc_is("\xe2\x84\xab", "\xc3\x85");                             /* Angstrom sign */
    nfc_is("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c"); /* Hangul */
    nfc_is("\xe0\xa4\x95\xe0\xa4\xbc", "\xe0\xa4\x95\xe0\xa4\xbc"); /* excluded from composition */
    nfc_is("a\xff", "a\xff");                                       /* broken text stays as it is */
    assert_false(isg_utf8_same("cafe", 4, "caf\xc3\xa9", 5));
    char longer[3001], composed[2001];
    for (int i = 0; i < 1000; i++) {
        memcpy(longer + 3 * i, "e\xcc\x81", 4);
        memcpy(composed + 2 * i, "\xc3\xa9", 3);
    }
    nfc_is(longer, composed);
}

/** The quick answer for text that is surely in NFC is true: each code point, alone and behind others. */
static void normal_form_of_every_code_point(void **state)
{
    (void)state;
    static const char *const before[] = {"", "e", "\xe1\x84\x92\xe1\x85\xa1", "\xe0\xa6\x95\xe0\xa7\x87"};
    for (size_t k = 0; k < sizeof before / sizeof *before; k++)
        for (uint32_t cp = 1; cp < (k ? 0x12000 : 0x110000); cp++) {
            char s[16], *made;
            size_t n = strlen(before[k]), m;
            if (cp >= 0xd800 && cp < 0xe000)
                continue;
            memcpy(s, before[k], n);
            n += isg_utf8_encode(cp, s + n);
            s[n] = 0;
            const char *const got = isg_utf8_nfc(s, n, &m, &made);
            utf8proc_uint8_t *const want = utf8proc_NFC((const utf8proc_uint8_t *)s);
            if (!got || !want || strlen((const char *)want) != m || memcmp(want, got, m) != 0)
                fail_msg("U+%04X after \"%s\"", (unsigned)cp, before[k]);
            free(want);
            isg_free(made);
        }
}

static void classes(void **state)
{
    (void)state;
    assert_true(isg_utf8_is_letter('a') && isg_utf8_is_letter(0xF1) && isg_utf8_is_letter(0x65E5));
    assert_false(isg_utf8_is_letter('1') || isg_utf8_is_letter('_') || isg_utf8_is_letter(0x301));
    assert_true(isg_utf8_is_digit('0') && isg_utf8_is_digit(0x0663));
    assert_false(isg_utf8_is_digit('a') || isg_utf8_is_digit(0xBD));
    assert_true(isg_utf8_is_punct('.') && isg_utf8_is_punct('$') && isg_utf8_is_punct(0xBF) && isg_utf8_is_punct('+'));
    assert_false(isg_utf8_is_punct('a') || isg_utf8_is_punct('7') || isg_utf8_is_punct(' '));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(validity), cmocka_unit_test(every_code_point_round_trips),
        cmocka_unit_test(casing), cmocka_unit_test(mappings), cmocka_unit_test(normal_form),
        cmocka_unit_test(normal_form_of_every_code_point), cmocka_unit_test(classes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
