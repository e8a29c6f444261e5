/* The tokeniser on lines of one long token: no match runs out of steps, and none is cut. */
#include "tests/test.h"

#include "src/array.h"
#include "src/icu.h"
#include "src/sentences.h"
#include "src/tokenise.h"
#include "src/utf8.h"

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

/** Sentence ends, marks, joiners and apostrophes of many scripts; words of those without spaces need ICU. */
static void scripts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *tokens; /* tokens separated by spaces, "|" after the end of a sentence */
        bool icu;
    } cases[] = {
        {"北京和上海。中国！", "北京 和 上海 。 | 中国 ！ |", true},
        {"“好！”他说。", "“ 好 ！ ” | 他 说 。 |", true},
        {"2020年用iPhone", "2020 年 用 iPhone |", true},
        {"กรุงเทพมหานครเป็นเมือง", "กรุงเทพมหานคร เป็น เมือง |", true},
        {"東京と大阪", "東京 と 大阪 |", true},
        {"मैं हिन्दी बोलता हूँ। आप॥", "मैं हिन्दी बोलता हूँ । | आप ॥ |", false},
        {"ሰላም ነው። ጥሩ፡፡ እሺ፧", "ሰላም ነው ። | ጥሩ ፡፡ | እሺ ፧ |", false},
        {"کیا؟ ہاں۔ کتاب\u200cها", "کیا ؟ | ہاں ۔ | کتاب\u200cها |", false},
        {"п'ять м’яч пʼять dan'uwanka", "п'ять м’яч пʼять dan'uwanka |", false},
        {"צה״ל \"כן\" צה\"ל", "צה״ל \" כן \" צה\"ל |", false},
        {"e\u0301cole o\u0323\u0301", "e\u0301cole o\u0323\u0301 |", false},
    };
    struct isg_error err;
    struct isg_tokeniser *t;
    struct isg_tokens tokens = {0};
    struct isg_icu_words *words;
    assert_ok(isg_icu_words_new(&words, &err));
    const bool icu = words != NULL;
    isg_icu_words_free(words);
    assert_ok(isg_tokeniser_new(&t, NULL, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const s = cases[i].text;
        char got[256] = "";
        if (cases[i].icu && !icu)
            continue;
        assert_ok(isg_tokenise(t, s, strlen(s), &tokens, &err));
        for (size_t k = 0; k < tokens.n; k++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s%s", k ? " " : "", (int)tokens.v[k].n,
                s + tokens.v[k].start, tokens.v[k].ends ? " |" : "");
        assert_string_equal(got, cases[i].tokens);
        assert_int_equal(tokens.v[tokens.n - 1].cp_end, isg_utf8_length(s, strlen(s)));
    }
    ISG_ARRAY_FREE(tokens);
    isg_tokeniser_free(t);
}

/** Lines of a file: NFC, lower case, words separated already; invalid UTF-8 is named with its line. */
static void lines_of_words(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_sentences *s;
    const struct isg_word *w;
    size_t n;
    static const char lines[] = "E\u0301COLE. \u0130\n\nA b. C\nbad \xff\n";
    char *path = test_file(lines, sizeof lines - 1, "");
    assert_ok(isg_sentences_open(&s, path, (struct isg_text_rule){.nfc = true, .lower = true}, NULL, NULL, &err));
    assert_ok(isg_sentences_line(s, &w, &n, &err));
    assert_int_equal(n, 3);
    assert_memory_equal(w[0].s, "\u00e9cole", w[0].n);
    assert_true(w[1].ends && w[2].starts && w[2].ends);
    assert_ok(isg_sentences_line(s, &w, &n, &err));
    assert_non_null(w);
    assert_int_equal(n, 0);
    assert_ok(isg_sentences_line(s, &w, &n, &err));
    assert_int_equal(n, 4);
    assert_int_equal(isg_sentences_lineno(s), 3);
    assert_error(isg_sentences_line(s, &w, &n, &err), ISG_EDATA, ":4: invalid UTF-8");
    isg_sentences_close(s);
    assert_ok(isg_sentences_open(&s, path, (struct isg_text_rule){.tokenised = true}, NULL, NULL, &err));
    for (int i = 0; i < 3; i++)
        assert_ok(isg_sentences_line(s, &w, &n, &err));
    assert_int_equal(n, 3);
    assert_memory_equal(w[1].s, "b.", w[1].n);
    assert_true(w[0].starts && !w[1].starts && !w[1].ends && w[2].ends);
    isg_sentences_close(s);
    unlink(path);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(long_tokens), cmocka_unit_test(sentence_starts),
        cmocka_unit_test(scripts), cmocka_unit_test(lines_of_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
