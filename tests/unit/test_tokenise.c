/* The tokeniser on lines of one long token: no match runs out of steps, and none is cut. */
#include "tests/test.h"

#include "src/array.h"
#include "src/tokenise.h"

static void long_tokens(void **state)
{
    (void)state;
    enum { N = 300000 };
    static const struct {
        const char *before, *piece, *after;
        size_t tokens;
    } cases[] = {
        {"", "1", "a", 1}, {"", "a-", "a", 1}, {"", "a'b", "", 1}, {"", "U.", "", 1}, {"www.", "a.", "a", 1},
        {"http://", "a,", "a", 1}, {"x@", "a.", "a", 1}, {"", "!", "", 1}, {"", "-", "", 1}, {"A. ", " ", "B", 2},
        {"http://", ",", "", N + 4}, /* http : / / and the commas */
    };
    struct isg_error err;
    struct isg_tokeniser *t;
    struct isg_tokens tokens = {0};
    assert_ok(isg_tokeniser_new(&t, NULL, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ISG_ARRAY(char) text = {0};
        assert_true(ISG_APPEND(text, cases[i].before, strlen(cases[i].before)));
        for (int k = 0; k < N; k++)
            assert_true(ISG_APPEND(text, cases[i].piece, strlen(cases[i].piece)));
        assert_true(ISG_APPEND(text, cases[i].after, strlen(cases[i].after)));
        assert_ok(isg_tokenise(t, text.v, text.n, &tokens, &err));
        if (tokens.n != cases[i].tokens)
            fail_msg("%s%s...: %zu tokens, not %zu", cases[i].before, cases[i].piece, tokens.n, cases[i].tokens);
        ISG_ARRAY_FREE(text);
    }
    ISG_ARRAY_FREE(tokens);
    isg_tokeniser_free(t);
}

/** What stands before the first word of a sentence, and that word, starts it. */
static void sentence_starts(void **state)
{
    (void)state;
    static const char text[] = "(The end. \xc2\xbfQu\xc3\xa9? and on) Yes";
    static const bool starts[] = {true, true, false, false, true, true, false, false, false, false, false};
    struct isg_error err;
    struct isg_tokeniser *t;
    struct isg_tokens tokens = {0};
    assert_ok(isg_tokeniser_new(&t, NULL, &err));
    assert_ok(isg_tokenise(t, text, sizeof text - 1, &tokens, &err));
    assert_int_equal(tokens.n, 11);
    for (size_t i = 0; i < tokens.n; i++)
        assert_int_equal(tokens.v[i].starts, starts[i]);
    ISG_ARRAY_FREE(tokens);
    isg_tokeniser_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(long_tokens), cmocka_unit_test(sentence_starts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
