/* Lists of names: one order, the other one refused. */
#include "tests/test.h"

#include "src/names.h"

static enum isg_status load(struct isg_names **out, const char *text, bool typed, struct isg_error *err)
{
    char *path = test_file(text, strlen(text), ".names");
    const enum isg_status status = isg_names_load(out, path, typed, NULL, err);
    unlink(path);
    free(path);
    return status;
}

static void are_read(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_names *names, *again;
    assert_ok(load(&names,
        "New York\tLOC\n# a comment\n  Ann   Lee \t PER \r\n\nYork\tLOC\n\t\nNew York\tORG\n#tag\tORG\n", true, &err));
    size_t n;
    const char *text = isg_names_text(names, &n);
    static const char wanted[] = "New York\tLOC\nAnn Lee\tPER\nYork\tLOC\nNew York\tORG\n#tag\tORG\n";
    assert_int_equal(n, sizeof wanted - 1);
    assert_memory_equal(text, wanted, n);
    assert_ok(isg_names_parse(&again, text, n, "memory", &err));
    for (int k = 0; k < 2; k++, names = again) {
        assert_int_equal(isg_names_count(names), 5);
        assert_int_equal(isg_names_types(names), 3);
        const uint32_t *const ids = isg_names_of_type(names, "LOC", 3, &n);
        assert_int_equal(n, 2);
        assert_int_equal(ids[0], 0);
        assert_int_equal(ids[1], 2);
        uint32_t type;
        assert_memory_equal(isg_names_get(names, 4, &n, &type), "#tag", 4);
        assert_int_equal(n, 4);
        assert_int_equal(type, 2);
        assert_int_equal(isg_names_of_type(names, "ORG", 3, &n)[1], 4);
        assert_null(isg_names_of_type(names, "CAR", 3, &n));
        assert_int_equal(n, 0);
        isg_names_free(names);
    }
    assert_ok(load(&names, "Ann Lee\n", false, &err));
    isg_names_of_type(names, "NAME", 4, &n);
    assert_int_equal(n, 1);
    isg_names_free(names);
}

static void are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
        uint64_t line;
    } cases[] = {
        {"Rome\tLOC\n\tLOC\n", "a type without a name; expected a name, a tab and its type", 2},
        {"Rome\t\n", "a name without a type", 1},
        {"Rome\n", "a name without a type", 1},
        {"Rome\tA\tB\n", "a second tab", 1},
        {"\n \n# x\n", "a list without a name", 0},
        {"R\xff\tLOC\n", "invalid UTF-8", 1},
        {"LOC\tRome\n", "types before names: 1 different values in the first column, 1 in the second", 0},
        {"LOC\tRome\nLOC\tOslo\nPER\tAnn Lee\n", "swap the columns: \"Rome<TAB>LOC\"", 0},
        {"place\tRome\nplace\tOslo\nperson\tAnn Lee\n", "types before names", 0},
        {"LOC\tROMA\nLOC\tOSLO\n", "types before names", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct isg_error err;
        struct isg_names *names;
        assert_error(load(&names, cases[i].text, true, &err), ISG_EDATA, cases[i].message);
        assert_int_equal(err.line, cases[i].line);
        assert_null(names);
    }
    /* the right order, however few names there are */
    static const char *const good[] = {"Rome\tLOC\n", "UN\tORG\n", "ROMA\tLOC\nOSLO\tLOC\n",
        "Washington\tPER\nWashington\tLOC\n", "Rome\tplace\n", "Rome\tplace\nAnn\tperson\n"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct isg_error err;
        struct isg_names *names;
        assert_ok(load(&names, good[i], true, &err));
        isg_names_free(names);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_read),
        cmocka_unit_test(are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
