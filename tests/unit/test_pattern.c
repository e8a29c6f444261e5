#include "tests/test.h"

#include "src/pattern.h"

static void finds(void **state)
{
    (void)state;
    struct isg_error err = {0};
    struct isg_pattern *p;
    size_t a, b;
    assert_ok(isg_pattern_new(&p, "\\p{Lu}\\w+", NULL, 0, &err));
    assert_true(isg_pattern_find(p, "el Ébano", 9, 0, &a, &b)); /* Unicode: a capital with an accent */
    assert_int_equal(a, 3);
    assert_int_equal(b, 9);
    assert_false(isg_pattern_find(p, "el Ébano", 9, 5, NULL, NULL));
    assert_false(isg_pattern_find(p, "X", 1, 7, NULL, NULL));
    assert_false(isg_pattern_find(p, "\xff\xfe", 2, 0, NULL, NULL)); /* invalid UTF-8 never matches */
    isg_pattern_free(p);
    isg_pattern_free(NULL);
    assert_error(isg_pattern_new(&p, "a(b", "x.tsv", 7, &err), ISG_EDATA, "x.tsv:7: pattern \"a(b\"");
    assert_null(p);
    /* a pattern that backtracks without end gives up */
    assert_ok(isg_pattern_new(&p, "^(a+)+$", NULL, 0, &err));
    char word[64];
    memset(word, 'a', 40);
    word[40] = '!';
    assert_false(isg_pattern_find(p, word, 41, 0, NULL, NULL));
    isg_pattern_free(p);
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
    struct isg_classes *c;
    assert_ok(isg_classes_load(&c, NULL, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = isg_classes_of(c, cases[i][0], strlen(cases[i][0]));
        if ((got != NULL) != (cases[i][1] != NULL) || (got && strcmp(got, cases[i][1]) != 0)) {
            print_error(
                "\"%s\" is %s, wanted %s\n", cases[i][0], got ? got : "nothing", cases[i][1] ? cases[i][1] : "nothing");
            fail();
        }
    }
    isg_classes_free(c);
}

static void lists(void **state)
{
    (void)state;
    struct isg_error err = {0};
    struct isg_classes *c;
    static const char good[] = "# mine\n\nshout\t[A-Z]+!\n", no_tab[] = "x\ty\nnothing\n", bad[] = "a\tb\nc\t(\n";
    char *path = test_file(good, sizeof good - 1, ".tsv");
    assert_ok(isg_classes_load(&c, path, &err));
    assert_string_equal(isg_classes_of(c, "HEY!", 4), "shout");
    assert_null(isg_classes_of(c, "1996", 4));
    isg_classes_free(c);
    unlink(path);
    free(path);
    path = test_file(no_tab, sizeof no_tab - 1, ".tsv");
    assert_error(isg_classes_load(&c, path, &err), ISG_EDATA, ":2: \"nothing\"; expected the name of a class");
    unlink(path);
    free(path);
    path = test_file(bad, sizeof bad - 1, ".tsv");
    assert_error(isg_classes_load(&c, path, &err), ISG_EDATA, ":2: pattern \"(\"");
    unlink(path);
    free(path);
    assert_error(isg_classes_load(&c, "/nonexistent/x", &err), ISG_EIO, "/nonexistent/x");
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
