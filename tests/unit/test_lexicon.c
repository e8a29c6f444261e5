#include "tests/unit/translate_helpers.h"

/** "a: x, y; b: z" for a lexicon. */
static void lexicon_is(const struct isg_lexicon *lex, const char *wanted)
{
    char got[1024] = "";
    for (uint32_t i = 0; i < isg_lexicon_size(lex); i++) {
        struct isg_lexicon_entry e[8];
        const size_t n = isg_lexicon_entries(lex, i, e, 8);
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s:", i ? "; " : "", isg_lexicon_source(lex, i, NULL));
        for (size_t k = 0; k < n && k < 8; k++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s %s", k ? "," : "",
                isg_lexicon_target(lex, e[k].target, NULL));
    }
    assert_string_equal(got, wanted);
}

static void line_formats(void **state)
{
    (void)state;
    struct isg_lexicon *lex = test_lexicon("the el\nthe las\nhouse casa\nthe el\n"); /* MUSE */
    lexicon_is(lex, "the: el, las; house: casa");
    isg_lexicon_free(lex);
    lex = test_lexicon("new york\tnueva  york\t0.5\n# note\nof\tde\n");
    lexicon_is(lex, "new york: nueva york; of: de");
    isg_lexicon_free(lex);
    lex = test_lexicon("house\t1\tcasa\t0.8\nhouse\t2\thogar\t0.5\n"); /* align dict */
    lexicon_is(lex, "house: casa, hogar");
    struct isg_lexicon_entry e;
    isg_lexicon_entries(lex, 0, &e, 1);
    assert_near(e.score, 0.8, 1e-6);
    isg_lexicon_free(lex);
}

static void refuses(const char *lines, const char *message)
{
    char *path = test_file(lines, strlen(lines), ".txt");
    struct isg_lexicon *lex = isg_lexicon_new();
    assert_error(isg_lexicon_load(lex, path, NULL, NULL, &err), ISG_EDATA, message);
    isg_lexicon_free(lex);
    unlink(path);
    free(path);
}

static void broken_lines(void **state)
{
    (void)state;
    refuses("", "an empty lexicon");
    refuses("a b\nc\n", ":2: \"c\"");
    refuses("a b c\n", ":1: \"a b c\"");
    refuses("a\t\n", ":1:");
    refuses("a\tb\tx1\n", ":1: the score \"x1\"");
    refuses("a \xff\n", ":1: invalid UTF-8");
}

/** Columns are what the whole file says they are, and a line that disagrees is refused. */
static void columns_of_the_file(void **state)
{
    (void)state;
    /* a target that is a number is no rank, and its score no target */
    struct isg_lexicon *lex = test_lexicon("four\t4\t0.8\nfive\tcinco\t0.5\n");
    lexicon_is(lex, "four: 4; five: cinco");
    isg_lexicon_free(lex);
    lex = test_lexicon("four\t4\t0.8\n");
    lexicon_is(lex, "four: 4");
    isg_lexicon_free(lex);
    lex = test_lexicon("four\t1\t4\t0.8\nfour\t2\tcuatro\t0.5\n"); /* the second line says what the first is */
    lexicon_is(lex, "four: 4, cuatro");
    isg_lexicon_free(lex);
    refuses("house\t1\tcasa\t0.8\nhouse\t2\thogar\t0.5\nof\tde\n", ":3: \"of\tde\"; expected source, rank");
    refuses("of\tde\nhouse\t1\tcasa\t0.8\n", ":2: \"house\t1\tcasa\t0.8\"; expected source and target");
    refuses("a\tb\nc\td\nnew york\n", ":3: \"new york\"; expected source and target with a tab");
    refuses("a b\nc d\nnew york\tnueva york\n", ":3: \"new york\tnueva york\"; expected");
    char *late = calloc(1, 1 << 16); /* far behind the lines that decided */
    for (int i = 0; i < 1000; i++)
        snprintf(late + strlen(late), 32, "w%d\t%d\tx%d\t0.5\n", i, 1, i);
    strcat(late, "of\tde\t0.5\n");
    refuses(late, ":1001: \"of\tde\t0.5\"");
    free(late);
}

/** A word of many translations: time grows with the file, not with its square. */
static void many_translations(void **state)
{
    (void)state;
    enum { MANY = 300000 };
    struct isg_lexicon *lex = isg_lexicon_new();
    char target[16];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < MANY; i++) {
            const int n = snprintf(target, sizeof target, "t%d", i);
            assert_ok(isg_lexicon_add(lex, "word", 4, target, (size_t)n, 0.0F, &err));
        }
    assert_int_equal(isg_lexicon_count(lex), MANY);
    isg_lexicon_free(lex);
}

static char *with_end(const char *path, size_t old, const char *end)
{
    char *out = calloc(1, strlen(path) + 16);
    memcpy(out, path, strlen(path) - old);
    strcat(out, end);
    return out;
}

static void put(const char *path, const void *data, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    fclose(f);
}

static void dictd(void **state)
{
    (void)state;
    static const char text[] = "House /haus/\n1. casa, hogar (de alguien)\n2. cámara; domicilio\n"
                               "new york\nNueva York\n";
    /* offsets in base 64: 0 = A, 72 = BI; sizes */
    const size_t first = strstr(text, "new york") - text;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char index[256];
    snprintf(index, sizeof index, "00databaseinfo\tA\tA\nhouse\tA\t%c%c\nnew york\t%c%c\t%c\n", digits[first / 64],
        digits[first % 64], digits[first / 64], digits[first % 64], digits[sizeof text - 1 - first]);
    char *path = test_file(index, strlen(index), ".index"), *dict = with_end(path, 6, ".dict");
    put(dict, text, sizeof text - 1);
    struct isg_lexicon *lex = isg_lexicon_new();
    struct isg_lexicon_report r;
    assert_ok(isg_lexicon_load(lex, path, &r, NULL, &err));
    assert_string_equal(r.format, "dictd");
    lexicon_is(lex, "House: casa, hogar, cámara, domicilio; new york: Nueva York");
    isg_lexicon_free(lex);
    put(path, "x\t////\tB\n", 9);
    lex = isg_lexicon_new();
    assert_error(isg_lexicon_load(lex, path, &r, NULL, &err), ISG_EDATA, "points outside");
    isg_lexicon_free(lex);
    unlink(path);
    unlink(dict);
    free(path);
    free(dict);
}

static void stardict(void **state)
{
    (void)state;
    static const char ifo[] = "StarDict's dict ifo file\nversion=2.4.2\nsametypesequence=m\n", text[] = "casa, hogar";
    static const char idx[] = "house\0\0\0\0\0\0\0\0\x0b";
    char *path = test_file(ifo, sizeof ifo - 1, ".ifo"), *i = with_end(path, 4, ".idx"),
         *d = with_end(path, 4, ".dict");
    put(i, idx, sizeof idx - 1);
    put(d, text, sizeof text - 1);
    struct isg_lexicon *lex = isg_lexicon_new();
    struct isg_lexicon_report r;
    assert_ok(isg_lexicon_load(lex, path, &r, NULL, &err));
    lexicon_is(lex, "house: casa, hogar");
    isg_lexicon_free(lex);
    put(i, idx, sizeof idx - 3);
    lex = isg_lexicon_new();
    assert_error(isg_lexicon_load(lex, path, &r, NULL, &err), ISG_EDATA, "cut short");
    put(i, "house\0\0\0\0\1\0\0\0\x0b", 14);
    assert_error(isg_lexicon_load(lex, path, &r, NULL, &err), ISG_EDATA, "outside the dictionary");
    put(path, "nothing\n", 8);
    assert_error(isg_lexicon_load(lex, path, &r, NULL, &err), ISG_EDATA, "not a StarDict file");
    isg_lexicon_free(lex);
    unlink(path);
    unlink(i);
    unlink(d);
    free(path);
    free(i);
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_formats),
        cmocka_unit_test(broken_lines),
        cmocka_unit_test(columns_of_the_file),
        cmocka_unit_test(many_translations),
        cmocka_unit_test(dictd),
        cmocka_unit_test(stardict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
