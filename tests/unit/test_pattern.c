#include "tests/test.h"

#include "src/pattern.h"

static enum isg_status load(
    struct isg_patterns **out, const char *text, enum isg_pattern_extent extent, struct isg_error *err)
{
    char *path = test_file(text, strlen(text), ".tsv");
    const enum isg_status status = isg_patterns_load(out, path, "tokens.tsv", extent, err);
    unlink(path);
    free(path);
    return status;
}

static void finds(void **state)
{
    (void)state;
    struct isg_error err = {0};
    struct isg_patterns *p;
    const char *name;
    size_t end = 0;
    assert_ok(load(&p, "empty\tx*\nname\t\\p{Lu}\\w+|!\n", ISG_PATTERN_START, &err));
    assert_ok(isg_patterns_find(p, "el Ébano", 9, 3, &name, &end, &err)); /* Unicode: a capital with an accent */
    assert_string_equal(name, "name");
    assert_int_equal(end, 9);
    assert_ok(isg_patterns_find(p, "el Ébano", 9, 2, &name, &end, &err)); /* not there, and an empty match is none */
    assert_null(name);
    assert_ok(isg_patterns_find(p, "X!", 2, 1, &name, NULL, &err)); /* each alternative is anchored */
    assert_non_null(name);
    assert_ok(isg_patterns_find(p, "X", 1, 7, &name, NULL, &err));
    assert_null(name);
    isg_patterns_free(p);
    isg_patterns_free(NULL);
    /* a pattern that backtracks without end is an error that names it */
    char word[64];
    memset(word, 'a', 40);
    word[40] = '!';
    assert_ok(load(&p, "# first\nslow\t(a+)+\n", ISG_PATTERN_WHOLE, &err));
    assert_error(isg_patterns_find(p, word, 41, 0, &name, NULL, &err), ISG_EDATA,
        ":2: pattern \"slow\" takes too many steps on \"aaaa");
    isg_patterns_free(p);
}

static void classes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"1996", "number"}, {"1,000.5", "number"}, {"+3", "number"},
        {"-12", "number"}, {"25%", "number"}, {"$5", "number"}, {".5", "number"}, {"1996-08-22", "date"},
        {"22/8/96", "date"}, {"14:30", "time"}, {"2-1", "score"}, {"6-4", "score"}, {"21st", "ordinal"},
        {"3º", "ordinal"}, {"http://t.co/x", "url"}, {"www.example.org", "url"}, {"Example.com", "url"},
        {"a.b@c.org", "email"}, {"#wow", "hashtag"}, {"@paulwalk", "mention"}, {":)", "emoticon"}, {":-D", "emoticon"},
        {"<3", "emoticon"}, {".", "punctuation"}, {"--", "punctuation"}, {"``", "punctuation"}, {"''", "punctuation"},
        {"\xc2\xab", "punctuation"}, {"\xf0\x9f\x98\x80", "emoji"}, {"house", NULL}, {"U.S.", NULL}, {"'s", NULL},
        {"Dr.", NULL}, {"B-52", NULL}, {"mid-1990s", NULL}, {"España", NULL}, {"", NULL}};
    struct isg_error err = {0};
    struct isg_patterns *c;
    assert_ok(isg_patterns_load(&c, NULL, "token-classes.tsv", ISG_PATTERN_WHOLE, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got;
        assert_ok(isg_patterns_find(c, cases[i][0], strlen(cases[i][0]), 0, &got, NULL, &err));
        if ((got != NULL) != (cases[i][1] != NULL) || (got && strcmp(got, cases[i][1]) != 0)) {
            print_error(
                "\"%s\" is %s, wanted %s\n", cases[i][0], got ? got : "nothing", cases[i][1] ? cases[i][1] : "nothing");
            fail();
        }
    }
    isg_patterns_free(c);
}

static void lists(void **state)
{
    (void)state;
    struct isg_error err = {0};
    struct isg_patterns *p;
    const char *name;
    assert_ok(load(&p, "# mine\n\nshout\t[A-Z]+!\n", ISG_PATTERN_WHOLE, &err));
    assert_ok(isg_patterns_find(p, "HEY!", 4, 0, &name, NULL, &err));
    assert_string_equal(name, "shout");
    assert_ok(isg_patterns_find(p, "1996", 4, 0, &name, NULL, &err));
    assert_null(name);
    isg_patterns_free(p);
    static const char *const bad[][2] = {{"x\ty\nnothing\n", ":2: \"nothing\"; expected name<TAB>pattern"},
        {"a\tb\nc\t(\n", ":2: pattern \"(\""}, {"a\tb\nc\t\n", ":2: \"c\t\""}, {"# a\n", "no pattern"},
        {"a\t\xff\n", ":1: invalid UTF-8"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_error(load(&p, bad[i][0], ISG_PATTERN_WHOLE, &err), ISG_EDATA, bad[i][1]);
        assert_null(p);
    }
    assert_error(
        isg_patterns_load(&p, "/nonexistent/x", "tokens.tsv", ISG_PATTERN_WHOLE, &err), ISG_EIO, "/nonexistent/x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),
        cmocka_unit_test(classes),
        cmocka_unit_test(lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
