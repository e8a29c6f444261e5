#include "tests/test.h"

#include "src/isg.h"

static struct isg_error err;
static struct isg_toml_file file;

static enum isg_status load_bytes(const void *data, size_t n)
{
    char *path = test_file(data, n, ".toml");
    memset(&err, 0, sizeof err);
    const enum isg_status status = isg_toml_load(&file, path, &err);
    unlink(path);
    free(path);
    return status;
}
static enum isg_status load(const char *text)
{
    return load_bytes(text, strlen(text));
}

static void test_values(void **state)
{
    (void)state;
    assert_ok(load("\xEF\xBB\xBF# a comment\r\n"
                   "text = \"a\\tb \\u00e9\\U0001F600 \\\"q\\\" # no comment\" # comment\n"
                   "'literal key' = 'C:\\new'\n"
                   "n = -1_000\nhex = 0xFf\noct=0o17\nbin=0b101\nreal = 2.5e-1\nbig = 1e3\n"
                   "yes = true\r\nno = false\nempty = \"\"\n"
                   "list = [1, [\"x\", 'y'], # one\n  2.5,\n]\nnone = []\n"
                   "a.b.c = 1\na.b.d = 2"));
    const struct isg_toml *root = &file.root;
    assert_string_equal(isg_toml_find(root, "text")->text, "a\tb \xC3\xA9\xF0\x9F\x98\x80 \"q\" # no comment");
    assert_int_equal(isg_toml_find(root, "text")->line, 2);
    assert_string_equal(isg_toml_find(root, "literal key")->text, "C:\\new");
    assert_int_equal(isg_toml_find(root, "n")->integer, -1000);
    assert_string_equal(isg_toml_find(root, "n")->text, "-1_000");
    assert_int_equal(isg_toml_find(root, "hex")->integer, 255);
    assert_int_equal(isg_toml_find(root, "oct")->integer, 15);
    assert_int_equal(isg_toml_find(root, "bin")->integer, 5);
    assert_true(isg_toml_find(root, "real")->number == 0.25);
    assert_int_equal(isg_toml_find(root, "big")->kind, ISG_TOML_FLOAT);
    assert_true(isg_toml_find(root, "yes")->boolean);
    assert_int_equal(isg_toml_find(root, "no")->kind, ISG_TOML_BOOL);
    assert_string_equal(isg_toml_find(root, "empty")->text, "");
    const struct isg_toml *list = isg_toml_find(root, "list");
    assert_int_equal(list->n_items, 3);
    assert_int_equal(list->items[1].n_items, 2);
    assert_string_equal(list->items[1].items[1].text, "y");
    assert_int_equal(list->items[2].line, 14);
    assert_int_equal(isg_toml_find(root, "none")->n_items, 0);
    const struct isg_toml *b = isg_toml_find(isg_toml_find(root, "a"), "b");
    assert_int_equal(b->n_items, 2);
    assert_int_equal(isg_toml_find(b, "d")->integer, 2);
    assert_null(isg_toml_find(root, "absent"));
    assert_null(isg_toml_find(list, "x"));
    isg_toml_fini(&file);
}

static void test_tables(void **state)
{
    (void)state;
    assert_ok(load("top = 1\n[x.y]\nk = 1\n[x]\nk = 2\n"
                   "[[stage]]\nname = \"a\"\n[stage.options]\nv = 1\n[[stage]]\nname = \"b\"\n[ stage . "
                   "options ]\nv = 2\n"
                   "[[stage]]\n[\"q r\"]\n"));
    const struct isg_toml *root = &file.root, *stages = isg_toml_find(root, "stage");
    assert_int_equal(isg_toml_find(isg_toml_find(isg_toml_find(root, "x"), "y"), "k")->integer, 1);
    assert_int_equal(isg_toml_find(isg_toml_find(root, "x"), "k")->integer, 2);
    assert_int_equal(stages->n_items, 3);
    assert_int_equal(stages->items[1].line, 10);
    assert_int_equal(isg_toml_find(isg_toml_find(&stages->items[1], "options"), "v")->integer, 2);
    assert_int_equal(stages->items[2].n_items, 0);
    assert_non_null(isg_toml_find(root, "q r"));
    isg_toml_fini(&file);
    assert_ok(load("")); /* TOML calls an empty file valid */
    assert_int_equal(file.root.n_items, 0);
    isg_toml_fini(&file);
}

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"a = 1\na = 2", ":2: \"a\" a second time (first on line 1)"},
        {"a = 1\n[a]", ":2: \"a\" a second time"},
        {"[a]\n[a]", ":2: \"a\" a second time"},
        {"[a]\n[[a]]", ":2: \"a\" a second time"},
        {"[[a]]\n[a]", ":2: \"a\" a second time"},
        {"a = []\n[[a]]", ":2: \"a\" a second time"},
        {"a.b = 1\n[a]", ":2: \"a\" a second time"},
        {"a = 1\na.b = 1", ":2: \"a\" a second time"},
        {"[a.b]\n[c]\n[a]\nb.c = 1", ":4: \"b\" a second time"},
        {"a = 1\n[a.b]", ":2: \"a\" a second time"},
        {"\na = \"x\nb = 1", ":2: a string without its end"},
        {"a = 'x", ":1: a string without its end"},
        {"a = \"x\\\"", ":1: a string without its end"},
        {"a = \"\\", "in a string"},
        {"a = \"\\q\"", ":1: an unknown escape"},
        {"a = \"\\u12\"", ":1: an unfinished \\u escape"},
        {"a = \"\\ud800\"", "Unicode scalar value"},
        {"a = \"\\u0000\"", "Unicode scalar value"},
        {"a = \"\\U00110000\"", "Unicode scalar value"},
        {"a = \"\x01\"", ":1: a control character in a string"},
        {"# \x01", ":1: a control character in a comment"},
        {"a = \"\"\"x\"\"\"", "a string of several lines"},
        {"a = {b = 1}", "an inline table"},
        {"a = 1 2", ":1: \"2\" after the value; expected the end of the line"},
        {"a = \"x\" y", "\"y\" after the value"},
        {"[a] b = 1", "\"b = 1\" after the table's name"},
        {"[a", ":1: a table's name without its end; expected ]"},
        {"[[a]\n", "expected ]]"},
        {"[]", ":1: no key"},
        {"= 1", ":1: no key"},
        {"a", ":1: a key without a value"},
        {"a = ", ":1: nothing, which is no value"},
        {"a = word", ":1: word, which is no value"},
        {"a = 1979-05-27", "which is no value"},
        {"a = nan", "which is no value"},
        {"a = +inf", "which is no value"},
        {"a = 01", "which is no value"},
        {"a = 1__0", "which is no value"},
        {"a = 1_", "which is no value"},
        {"a = _1", "which is no value"},
        {"a = .5", "which is no value"},
        {"a = 5.", "which is no value"},
        {"a = 5.e1", "which is no value"},
        {"a = 1e", "out of range"},
        {"a = 1e999", "a number out of range"},
        {"a = 0x", "which is no value"},
        {"a = 0x1G", "which is no value"},
        {"a = 0b12", "a malformed whole number"},
        {"a = -", "which is no value"},
        {"a = 9223372036854775808", "does not fit into 64 bits"},
        {"a = [1\n2]", ":2: an array that goes on without a comma"},
        {"a = [1,\n\n", ":3: nothing, which is no value"},
        {"a = [1", ":1: an array without its end"},
        {"a = [,]", "which is no value"},
        {"a = 1\n\xff = 2", ":2: bytes that are not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_error(load(cases[i].text), ISG_EDATA, cases[i].message);
    assert_error(load_bytes("a = 1\nb = \"\0\"", 13), ISG_EDATA, ":2: a zero byte");
    assert_error(isg_toml_load(&file, "/nonexistent/x.toml", &err), ISG_EIO, "/nonexistent/x.toml");
}

static void test_limits(void **state)
{
    (void)state;
    const size_t n = (1 << 20) + 1;
    char *big = malloc(n + 1);
    assert_non_null(big);
    memset(big, '\n', n);
    assert_error(load_bytes(big, n), ISG_EDATA, "more than 1 MiB");
    assert_ok(load_bytes(big, n - 1));
    isg_toml_fini(&file);
    memset(big, '[', n); /* neither arrays nor headers may eat the stack */
    memcpy(big, "a = ", 4);
    assert_error(load_bytes(big, n - 1), ISG_EDATA, "nested more than 32 deep");
    memset(big, '[', n);
    assert_error(load_bytes(big, n - 1), ISG_EDATA, "no key");
    size_t at = 0;
    for (int i = 0; i <= 4096; i++)
        at += (size_t)sprintf(big + at, "k%d = 1\n", i);
    assert_error(load_bytes(big, at), ISG_EDATA, ":4097: more than 4096 keys");
    /* dotted keys nest without recursion */
    for (at = 0; at + 2 < 100000; at += 2)
        memcpy(big + at, "a.", 2);
    memcpy(big + at, "a=1", 3);
    assert_ok(load_bytes(big, at + 3));
    isg_toml_fini(&file);
    free(big);
}

/* Each prefix and each single changed byte of a good file gives a verdict and no more. */
static void test_broken(void **state)
{
    (void)state;
    static const char good[] = "[a.b]\nk = [1, \"x\\u0041\", 'y']\n[[s]]\nr = 0x1_f\nf = -1.5e3 # c\r\nb.c = true\n";
    char text[sizeof good];
    for (size_t n = 0; n < sizeof good; n++)
        if (load_bytes(good, n) == ISG_OK)
            isg_toml_fini(&file);
        else
            assert_int_equal(err.status, ISG_EDATA);
    for (size_t i = 0; i + 1 < sizeof good; i++)
        for (const char *c = "\"'[]{}=.,\\\n\r#_-0ex\x80\x01"; *c; c++) {
            memcpy(text, good, sizeof good);
            text[i] = *c;
            if (load_bytes(text, sizeof good - 1) == ISG_OK)
                isg_toml_fini(&file);
            else
                assert_int_equal(err.status, ISG_EDATA);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
