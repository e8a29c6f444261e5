#include "tests/test.h"

#include "src/isg.h"

static struct {
    const char *src, *method;
    int64_t k;
    double rate;
    bool csls, centre;
    struct isg_opt_list words;
} v;
static const struct isg_opt table[] = {
    {.name = "src", .letter = 's', .kind = ISG_OPT_STRING, .value = &v.src, .argument = "FILE", .help = "vectors"},
    {.name = "seed-dict",
        .kind = ISG_OPT_STRING,
        .value = &v.src,
        .argument = "FILE",
        .help = "pairs",
        .fallback = "identical"},
    {.name = "method", .kind = ISG_OPT_CHOICE, .value = &v.method, .choices = "nn|csls|isf", .help = "search"},
    {.name = "k",
        .letter = 'k',
        .kind = ISG_OPT_INT,
        .value = &v.k,
        .argument = "N",
        .min = 1,
        .max = 100,
        .help = "neighbours"},
    {.name = "rate",
        .kind = ISG_OPT_REAL,
        .value = &v.rate,
        .argument = "R",
        .min = 0,
        .max = 1,
        .help = "step",
        .group = "Training",
        .alias = "lr"},
    {.name = "csls", .kind = ISG_OPT_FLAG, .value = &v.csls, .help = "correct hubs"},
    {.name = "centre",
        .kind = ISG_OPT_FLAG,
        .value = &v.centre,
        .help = "centre a help text that is too long for one line, and so is broken at a space"},
    {.name = "word", .kind = ISG_OPT_LIST, .value = &v.words, .argument = "W", .help = "words"},
    {0},
};
static const struct isg_opt *const tables[] = {table};
static const struct isg_command cmd = {.name = "align try",
    .summary = "tries",
    .synopsis = "[FILE...]",
    .examples = "isogloss align try a b\nisogloss align try -",
    .max_args = 3};

static struct isg_error err;
static char *args[16];
static int n_args;
static bool help;

/* Parses the NULL-terminated words. */
static enum isg_status parse(const char *const *words)
{
    isg_opt_list_fini(&v.words);
    memset(&v, 0, sizeof v);
    memset(&err, 0, sizeof err);
    v.method = "csls";
    v.k = 10;
    v.rate = 0.5;
    v.centre = true;
    for (n_args = 0; words[n_args]; n_args++)
        args[n_args] = (char *)(uintptr_t)words[n_args];
    return isg_opt_parse(&cmd, tables, 1, args, &n_args, &help, &err);
}
#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static void test_values(void **state)
{
    (void)state;
    assert_ok(parse((const char *const[]){NULL}));
    assert_int_equal(v.k, 10);
    assert_ok(PARSE("a", "--src=x", "-k7", "--rate", "1e-3", "-", "--csls", "--no-centre", "--word", "u", "--word", "",
        "--", "--src"));
    assert_string_equal(v.src, "x");
    assert_int_equal(v.k, 7);
    assert_true(v.rate == 1e-3 && v.csls && !v.centre);
    assert_int_equal(v.words.n, 2);
    assert_string_equal(v.words.items[0], "u");
    assert_string_equal(v.words.items[1], "");
    assert_int_equal(n_args, 3);
    assert_string_equal(args[0], "a");
    assert_string_equal(args[1], "-");
    assert_string_equal(args[2], "--src");
    assert_ok(PARSE("--lr", "0.25"));
    assert_true(v.rate == 0.25);
    assert_ok(PARSE("-s", "-"));
    assert_string_equal(v.src, "-");
    assert_ok(PARSE("--meth", "nn")); /* short for one option only */
    assert_string_equal(v.method, "nn");
    isg_opt_list_fini(&v.words);
}

static void test_posixly_correct(void **state)
{
    (void)state;
    setenv("POSIXLY_CORRECT", "1", 1);
    assert_ok(PARSE("a", "--src", "x", "b"));
    unsetenv("POSIXLY_CORRECT");
    assert_int_equal(n_args, 2);
    assert_string_equal(v.src, "x");
}

#define expect(call, message) assert_error(call, ISG_EUSAGE, message)

static void test_errors(void **state)
{
    (void)state;
    expect(PARSE("--scr", "x"), "unknown option --scr; did you mean --src?");
    expect(PARSE("--methud=x"), "unknown option --methud; did you mean --method?");
    expect(PARSE("--zebra"), "unknown option --zebra");
    expect(PARSE("-z"), "unknown option -z");
    expect(PARSE("-zk"), "unknown option -z");
    expect(PARSE("--s", "x"), "ambiguous option --s; did you mean --src or --seed-dict?");
    expect(PARSE("--src"), "option --src without a value");
    expect(PARSE("-k"), "option -k without a value");
    expect(PARSE("--csls=1"), "option --csls takes no value");
    expect(PARSE("--help=1"), "option --help takes no value");
    expect(PARSE("-k", "0"), "--k: \"0\"; expected a whole number between 1 and 100");
    expect(PARSE("-k", "5x"), "--k: \"5x\"; expected a whole number between 1 and 100");
    expect(PARSE("-k", "99999999999999999999"), "expected a whole number between 1 and 100");
    expect(PARSE("--rate", "nan"), "--rate: \"nan\"; expected a number between 0 and 1");
    expect(PARSE("--rate", "1.5"), "--rate: \"1.5\"; expected a number between 0 and 1");
    expect(PARSE("--rate", ""), "--rate: \"\"; expected a number between 0 and 1");
    expect(PARSE("--method", "csl"), "--method: \"csl\"; expected one of nn|csls|isf");
    expect(PARSE("--method", "nn|csls"), "--method: \"nn|csls\"; expected one of nn|csls|isf");
    expect(PARSE("--method", ""), "--method: \"\"; expected one of nn|csls|isf");
    expect(PARSE("a", "b", "c", "d"), "unexpected argument \"d\"; expected isogloss align try [FILE...]");
    isg_opt_list_fini(&v.words);
}

static void test_required(void **state)
{
    (void)state;
    static const char *value;
    static const struct isg_opt required[] = {
        {.name = "map", .kind = ISG_OPT_STRING, .value = &value, .required = true, .argument = "FILE"}, {0}};
    static const struct isg_opt *const two[] = {required, table};
    static const struct isg_command strict = {.name = "x", .synopsis = "IN", .min_args = 1, .max_args = 1};
    char map[] = "--map", m[] = "m", h[] = "-h";
    n_args = 0;
    expect(isg_opt_parse(&strict, two, 2, args, &n_args, &help, &err), "option --map is missing");
    args[0] = map;
    args[1] = m;
    n_args = 2;
    expect(isg_opt_parse(&strict, two, 2, args, &n_args, &help, &err), "no argument given; expected isogloss x IN");
    args[0] = h;
    n_args = 1;
    assert_ok(isg_opt_parse(&strict, two, 2, args, &n_args, &help, &err));
    assert_true(help);
}

static void test_help(void **state)
{
    (void)state;
    assert_ok(parse((const char *const[]){NULL}));
    char *text;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    isg_opt_help(&cmd, tables, 1, f);
    fclose(f);
    assert_string_equal(text,
        "isogloss align try: tries\n"
        "\n"
        "Examples:\n"
        "  isogloss align try a b\n"
        "  isogloss align try -\n"
        "\n"
        "Usage: isogloss align try [options] [FILE...]\n"
        "\n"
        "Options:\n"
        "  -s, --src FILE               vectors [default: none]\n"
        "      --seed-dict FILE         pairs [default: identical]\n"
        "      --method nn|csls|isf     search [default: csls]\n"
        "  -k, --k N                    neighbours [default: 10]\n"
        "\n"
        "Training:\n"
        "      --rate R                 step [default: 0.5]\n"
        "      --csls                   correct hubs [default: off]\n"
        "      --centre                 centre a help text that is too long for one line, and so is broken at\n"
        "                               a space [default: on; --no-centre]\n"
        "      --word W                 words [repeatable]\n"
        "  -h, --help                   show this help\n");
    free(text);
}

/* What will be parsed, read before parsing by the same rules. */
static void test_peek(void **state)
{
    (void)state;
    const char *mode = NULL;
    bool mild = false;
    struct isg_opt_list list = {0};
    const struct isg_opt options[] = {{.name = "mode", .kind = ISG_OPT_STRING, .value = &mode, .argument = "M"},
        {.name = "mild", .kind = ISG_OPT_FLAG, .value = &mild},
        {.name = "word", .kind = ISG_OPT_LIST, .value = &list, .argument = "W"}, {0}};
    static const struct {
        const char *line, *mode, *mild; /* NULL = not given */
    } cases[] = {{"--mode a", "a", NULL}, {"--mod a --mo=b", "b", NULL}, {"--m a", NULL, NULL},
        {"--mil --no-mild", NULL, "no"}, {"--mild", NULL, ""}, {"--word --mode --other x", NULL, NULL},
        {"-- --mode a", NULL, NULL}, {"file --mode a", "a", NULL}, {"", NULL, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char copy[64], *words[8], *rest = NULL;
        const char *value;
        int n = 0;
        snprintf(copy, sizeof copy, "%s", cases[i].line);
        for (char *w = strtok_r(copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
            words[n++] = w;
        assert_ok(isg_opt_peek(options, n, words, "mode", &value, &err));
        assert_true(value ? cases[i].mode && strcmp(value, cases[i].mode) == 0 : !cases[i].mode);
        assert_ok(isg_opt_peek(options, n, words, "mild", &value, &err));
        assert_true(value ? cases[i].mild && strcmp(value, cases[i].mild) == 0 : !cases[i].mild);
        assert_true(!mode && !mild && !list.items);
    }
}

static void test_did_you_mean(void **state)
{
    (void)state;
    static const char *const names[] = {"train", "tag", "eval", "transfer", NULL};
    assert_string_equal(isg_did_you_mean("trian", names), "train");
    assert_string_equal(isg_did_you_mean("transfr", names), "transfer");
    assert_null(isg_did_you_mean("lookup", names));
    assert_null(isg_did_you_mean("", names));
    char word[300];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = 0;
    assert_null(isg_did_you_mean(word, names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_posixly_correct),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_required),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_peek),
        cmocka_unit_test(test_did_you_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
