#include "tests/test.h"

#include "src/escape.h"

static void test_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *one_line, *lines;
    } cases[] = {
        {"plain, naïve, 日本", "plain, naïve, 日本", "plain, naïve, 日本"},
        {"\033[31mred\007", "\\x1b[31mred\\x07", "\\x1b[31mred\\x07"},
        {"a\tb\nc\r", "a\\tb\\nc\\r", "a\tb\nc\\r"},
        {"\302\233"
         "2J\177",
            "\\u009b2J\\x7f", "\\u009b2J\\x7f"},
        {"\342\200\256evil\342\201\246", "\\u202eevil\\u2066", "\\u202eevil\\u2066"},
        {"a\342\200\250b", "a\\u2028b", "a\\u2028b"},
        {"\377\303", "\\xff\\xc3", "\\xff\\xc3"},
        {"", "", ""},
    };
    char out[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t used;
        const size_t n = strlen(cases[i].text);
        assert_int_equal(isg_escape(out, sizeof out, cases[i].text, n, false, &used), strlen(cases[i].one_line));
        assert_string_equal(out, cases[i].one_line);
        assert_int_equal(used, n);
        assert_int_equal(isg_escape(out, sizeof out, cases[i].text, n, true, NULL), strlen(cases[i].lines));
        assert_string_equal(out, cases[i].lines);
    }
    size_t used;
    assert_int_equal(isg_escape(out, 5, "ab\033c", 4, false, &used), 2); /* an escape is not cut */
    assert_string_equal(out, "ab");
    assert_int_equal(used, 2);
}

/* Whatever the pieces in which it is written. */
static void test_stream(void **state)
{
    (void)state;
    static const char text[] = "日本\n\033[2J \302\233 \360\237\230\200 \377x \342\200";
    for (size_t step = 1; step < sizeof text; step++) {
        char *got = NULL;
        size_t size = 0;
        FILE *to = open_memstream(&got, &size), *stream = isg_escape_stream(to);
        assert_non_null(stream);
        setvbuf(stream, NULL, _IONBF, 0);
        for (size_t at = 0; at < sizeof text - 1; at += step) {
            const size_t n = sizeof text - 1 - at < step ? sizeof text - 1 - at : step;
            assert_int_equal(fwrite(text + at, 1, n, stream), n);
        }
        assert_int_equal(fclose(stream), 0);
        fclose(to);
        assert_string_equal(got, "日本\n\\x1b[2J \\u009b 😀 \\xffx \\xe2\\x80");
        free(got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_text), cmocka_unit_test(test_stream)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
