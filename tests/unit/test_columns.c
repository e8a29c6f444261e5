#include "tests/test.h"

#include "src/columns.h"
#include "src/mem.h"
#include "src/strtab.h"
#include "src/tags.h"

/** Reads a file block by block, writes every line again and compares bytes. Returns the number of sentences. */
static size_t through(const char *path, size_t *tokens, struct isg_scheme_vote *vote)
{
    struct isg_error err = {0};
    struct isg_columns_reader *r;
    struct isg_writer *w;
    char out[600];
    snprintf(out, sizeof out, "%s/isg-test-%d.out", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
    assert_ok(isg_columns_open(&r, path, ISG_COLUMNS_DEFAULT, &err));
    assert_ok(isg_writer_open(&w, out, true, &err));
    size_t sentences = 0;
    *tokens = 0;
    for (;;) {
        struct isg_block *b;
        assert_ok(isg_columns_next(r, &b, &err));
        if (!b)
            break;
        for (size_t i = 0; i < b->lines.n; i++)
            isg_line_write(&b->lines.v[i], w);
        for (size_t i = 0; vote && i < b->tokens.n; i++) {
            size_t n, m = 0;
            const char *tag = isg_block_tag(r, b, i, &n), *before = i ? isg_block_tag(r, b, i - 1, &m) : NULL;
            if (tag)
                isg_scheme_see(vote, tag, n, before, m);
        }
        sentences += b->tokens.n > 0;
        *tokens += b->tokens.n;
    }
    isg_columns_close(r);
    assert_ok(isg_writer_commit(w, &err));
    FILE *a = fopen(path, "rb"), *c = fopen(out, "rb");
    assert_non_null(a);
    assert_non_null(c);
    for (int x, y;;) {
        x = getc(a);
        y = getc(c);
        assert_int_equal(x, y);
        if (x == EOF)
            break;
    }
    fclose(a);
    fclose(c);
    unlink(out);
    return sentences;
}

static void round_trips(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t sentences, tokens;
    } cases[] = {
        {"-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nrejects VBZ I-VP O\n\nPeter NNP I-NP I-PER\n\n", 2, 3},
        {"Sao NC B-LOC\r\nPaulo VMI I-LOC\r\n\r\n. Fp O\r\n", 2, 3},
        {"a\tO\n\t\nb\tB-x\n \t \n\n\nc\tO", 3, 3}, /* tab-only blank lines, no last line end */
        {"\xef\xbb\xbf"
         "a O\nb O\n",
            1, 2},                                             /* byte order mark */
        {"#wow\tO\nyes\tO\n# a comment\nno\tO\n#\tO\n", 1, 4}, /* hashtags are words */
        {"# text = Ann has group O\nAnn B-PER\nhas O\ngroup O\nO O\n\n", 1, 4},
        {"# newdoc\nAnn B-PER\n# newdoc\n# O\n#newdoc id\nBob B-PER\n", 1, 3}, /* "#" with a tag is a word */
        {"# id 1\n#wow O O\n\nb I-ORG I-ORG\n-DOCSTART-\n# id x\nc O O\n", 3, 3},
        {"#wow O\n#yes B-x\n# no, one comment more\n", 1, 2}, /* no line without # */
        {"# 1\n\n-DOCSTART-\n# 2\n\na O\n", 1, 1},
        {"a O\rb B-x\r\rc O\r", 2, 3},             /* CR alone ends lines, too */
        {"a O\r\nb B-x\r\r\nc O\nd O\re O", 2, 5}, /* whatever the mixture */
        {"1-2\tdel\t_\t_\t_\t_\t_\t_\t_\t_\n1\tde\t_\t_\t_\t_\t_\t_\t_\tO\n"
         "2\tel\t_\t_\t_\t_\t_\t_\t_\tO\n2.1\tx\t_\t_\t_\t_\t_\t_\t_\tO\n# a\tb\t_\t_\t_\t_\t_\t_\t_\tO\n",
            1, 2},
        {"# text = O no\n#wow O\nyes O\n", 1, 2},
        {"a O\n-DOCSTART- -X- O O\nb O\n", 2, 2}, /* mark without a blank line */
        {"a\tb c\t\tO\n", 1, 1},                  /* tabs separate exactly */
        {"   a   O  \nb O\n", 1, 2},
        {"\n\n\na O\n", 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = test_file(cases[i].text, strlen(cases[i].text), ".txt");
        size_t tokens;
        assert_int_equal(through(path, &tokens, NULL), cases[i].sentences);
        assert_int_equal(tokens, cases[i].tokens);
        unlink(path);
        free(path);
    }
}

/** Files named in ISG_TEST_CORPORA (separated by colons) too, for whoever has real corpora. */
static void real_corpora(void **state)
{
    (void)state;
    const char *list = getenv("ISG_TEST_CORPORA");
    if (!list || !*list)
        return;
    char *copy = strdup(list), *save = NULL;
    for (char *p = strtok_r(copy, ":", &save); p; p = strtok_r(NULL, ":", &save)) {
        struct isg_scheme_vote vote = {0};
        size_t tokens;
        const size_t sentences = through(p, &tokens, &vote);
        print_message(
            "# %s: %zu sentences, %zu tokens, %s\n", p, sentences, tokens, isg_scheme_name(isg_scheme_verdict(&vote)));
    }
    free(copy);
}

static void conllu(void **state)
{
    (void)state;
    static const char text[] =
        "# sent_id = 1\n# text = Del mar\n1-2\tDel\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "1\tde\tde\tADP\t_\t_\t3\tcase\t_\t_\n2\tel\tel\tDET\t_\t_\t3\tdet\t_\tSpaceAfter=No\n\n";
    char *path = test_file(text, sizeof text - 1, ".conllu");
    struct isg_error err = {0};
    struct isg_columns_reader *r;
    struct isg_block *b;
    assert_ok(isg_columns_open(&r, path, ISG_COLUMNS_DEFAULT, &err));
    assert_ok(isg_columns_next(r, &b, &err));
    assert_int_equal(b->tokens.n, 2);
    assert_int_equal(b->lines.v[0].kind, ISG_LINE_COMMENT);
    assert_int_equal(b->lines.v[2].kind, ISG_LINE_EXTRA);
    assert_int_equal(isg_columns_effective(r).word, 1);
    size_t n;
    assert_memory_equal(isg_block_word(r, b, 0, &n), "de", 2);
    assert_int_equal(n, 2);
    assert_null(isg_block_tag(r, b, 0, &n));
    isg_columns_close(r);
    unlink(path);
    free(path);
}

static void fields(void **state)
{
    (void)state;
    static const char text[] = "EU NNP I-ORG\n";
    char *path = test_file(text, sizeof text - 1, ".txt");
    struct isg_error err = {0};
    struct isg_columns_reader *r;
    struct isg_block *b;
    assert_ok(isg_columns_open(&r, path, ISG_COLUMNS_DEFAULT, &err));
    assert_ok(isg_columns_next(r, &b, &err));
    size_t n;
    assert_memory_equal(isg_line_field(&b->lines.v[0], -2, &n), "NNP", 3);
    assert_null(isg_line_field(&b->lines.v[0], 3, &n));
    assert_null(isg_line_field(&b->lines.v[0], -4, &n));
    char out[] = "/tmp/isg-fields-XXXXXX";
    assert_int_equal(close(mkstemp(out)), 0);
    struct isg_writer *w;
    assert_ok(isg_writer_open(&w, out, true, &err));
    isg_line_write_field(&b->lines.v[0], 0, "UE", 2, w);
    isg_line_write_field(&b->lines.v[0], -1, "B-ORG", 5, w);
    assert_ok(isg_writer_commit(w, &err));
    char buf[64] = {0};
    FILE *f = fopen(out, "rb");
    assert_true(fread(buf, 1, sizeof buf - 1, f) > 0);
    fclose(f);
    assert_string_equal(buf, "UE NNP I-ORG\nEU NNP B-ORG\n");
    unlink(out);
    isg_columns_close(r);
    unlink(path);
    free(path);
}

static void refuses(const char *text, size_t n, const char *message)
{
    char *path = test_file(text, n, ".txt");
    struct isg_error err = {0};
    struct isg_columns_reader *r;
    assert_ok(isg_columns_open(&r, path, ISG_COLUMNS_DEFAULT, &err));
    struct isg_block *b;
    enum isg_status status;
    do
        status = isg_columns_next(r, &b, &err);
    while (status == ISG_OK && b);
    assert_error(status, ISG_EDATA, message);
    isg_columns_close(r);
    unlink(path);
    free(path);
}
#define REFUSES(text, message) refuses(text, sizeof(text) - 1, message)

static void broken(void **state)
{
    (void)state;
    REFUSES("", "an empty file");
    REFUSES("\n\n \n", "no token");
    REFUSES("a O\nb\n", ":2: a line of 1 column");
    REFUSES("Ann _ O I-PER\nLast Name _ O I-PER\n", ":2: 5 columns; expected 4, as in the file's first token line");
    REFUSES("Ann _ O I-PER\nleft O\n", ":2: 2 columns; expected 4");
    REFUSES("# 1\n\nAnn\t_\tO\n\nb\tO\n", ":5: 2 columns; expected 3");
    REFUSES("a O\nb O-\n", ":2: the tag \"O-\"");
    REFUSES("a O\nb B\n", ":2: the tag \"B\" without a type");
    REFUSES("a O\nb I-\n", ":2: the tag \"I-\" without a type");
    REFUSES("a O\nb X-PER\n", ":2: the tag \"X-PER\"");
    REFUSES("a O\n\xff O\n", ":2: invalid UTF-8 (byte 0xff)");
    REFUSES("a O\nb\0c O\n", ":2: a zero byte");
    REFUSES("a\tO\n\tO\n", ":2: an empty word");
    char *big = malloc((size_t)18 << 20);
    memset(big, 'a', (size_t)18 << 20);
    refuses(big, (size_t)18 << 20, "16 MiB");
    free(big);
}

/** What a line is does not depend on which columns are read. */
static void same_words_whatever_is_read(void **state)
{
    (void)state;
    static const char *const texts[] = {"# newdoc\nAnn B-PER\n\n# newdoc\n#wow O\n",
        "# text = a\n1-2\tab\t_\t_\t_\t_\t_\t_\t_\tO\n1\ta\t_\t_\t_\t_\t_\t_\t_\tO\n2\tb\t_\t_\t_\t_\t_\t_\t_\tO\n"};
    for (size_t i = 0; i < 2; i++) {
        char *path = test_file(texts[i], strlen(texts[i]), ".txt");
        const struct isg_columns ways[] = {ISG_COLUMNS_DEFAULT, {.word = 0, .tag = ISG_NO_COLUMN},
            {.word = 0, .tag = ISG_NO_COLUMN, .features = {1}, .n_features = 1},
            {.word = 0, .tag = -1, .any_tag = true}};
        for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
            struct isg_error err = {0};
            struct isg_columns_reader *r;
            struct isg_block *b;
            size_t tokens = 0, n;
            assert_ok(isg_columns_open(&r, path, ways[k], &err));
            for (;;) {
                assert_ok(isg_columns_next(r, &b, &err));
                if (!b)
                    break;
                for (size_t j = 0; j < b->tokens.n; j++, tokens++) {
                    const char *const word = isg_block_word(r, b, j, &n);
                    static const char *const wanted[2][2] = {{"Ann", "#wow"}, {"a", "b"}};
                    assert_int_equal(n, strlen(wanted[i][tokens]));
                    assert_memory_equal(word, wanted[i][tokens], n);
                }
            }
            assert_int_equal(tokens, 2);
            isg_columns_close(r);
        }
        unlink(path);
        free(path);
    }
}

static void spaces_beside_fields(void **state)
{
    (void)state;
    static const char text[] = "New York \t x\tB-LOC \nb\t\t O\n";
    char *path = test_file(text, sizeof text - 1, ".txt");
    struct isg_error err = {0};
    struct isg_columns_reader *r;
    struct isg_block *b;
    size_t n;
    assert_ok(isg_columns_open(&r, path, ISG_COLUMNS_DEFAULT, &err));
    assert_ok(isg_columns_next(r, &b, &err));
    assert_int_equal(isg_columns_width(r), 3);
    assert_memory_equal(isg_block_word(r, b, 0, &n), "New York", 8);
    assert_int_equal(n, 8);
    assert_memory_equal(isg_block_tag(r, b, 0, &n), "B-LOC", 5);
    assert_int_equal(n, 5);
    isg_block_tag(r, b, 1, &n);
    assert_int_equal(n, 1);
    isg_columns_close(r);
    unlink(path);
    free(path);
}

/** A ragged file is read with columns counted from the front; an empty one where that is allowed. */
static void allowances(void **state)
{
    (void)state;
    struct isg_error err = {0};
    struct isg_columns_reader *r;
    struct isg_block *b;
    struct isg_columns c;
    assert_ok(isg_columns_parse(&c, "0,1", &err));
    char *path = test_file("a O\nb O x y\n", 12, ".txt");
    assert_ok(isg_columns_open(&r, path, c, &err));
    assert_ok(isg_columns_next(r, &b, &err));
    assert_int_equal(b->tokens.n, 2);
    isg_columns_close(r);
    unlink(path);
    free(path);
    path = test_file("\n", 1, ".txt");
    c = ISG_COLUMNS_DEFAULT;
    c.allow_empty = true;
    assert_ok(isg_columns_open(&r, path, c, &err));
    assert_ok(isg_columns_next(r, &b, &err));
    assert_int_equal(b->lines.n, 1);
    assert_ok(isg_columns_next(r, &b, &err));
    assert_null(b);
    isg_columns_close(r);
    unlink(path);
    free(path);
}

static void specifications(void **state)
{
    (void)state;
    struct isg_error err = {0};
    struct isg_columns c;
    assert_ok(isg_columns_parse(&c, "word,_,_,tag", &err));
    assert_int_equal(c.word, 0);
    assert_int_equal(c.tag, 3);
    assert_ok(isg_columns_parse(&c, "_,form,ner", &err));
    assert_int_equal(c.word, 1);
    assert_int_equal(c.tag, 2);
    assert_ok(isg_columns_parse(&c, "1,-1", &err));
    assert_int_equal(c.tag, -1);
    assert_ok(isg_columns_parse(&c, "0", &err));
    assert_int_equal(c.tag, ISG_NO_COLUMN);
    assert_error(isg_columns_parse(&c, "tag,_", &err), ISG_EUSAGE, "tag,_");
    assert_error(isg_columns_parse(&c, "1,1", &err), ISG_EUSAGE, "1,1");
    assert_error(isg_columns_parse(&c, "1,x", &err), ISG_EUSAGE, "1,x");
    assert_error(isg_columns_parse(&c, "", &err), ISG_EUSAGE, "columns");
}

/** Spans of tags written as "B-x I-x O", as "first+n:type" pieces. */
static void spans_are(const char *tags, const char *wanted)
{
    struct isg_error err = {0};
    char letters[32], got[256] = "";
    uint32_t types[32];
    size_t n = 0;
    for (const char *p = tags; *p; n++) {
        const size_t m = strcspn(p, " ");
        const char *type;
        size_t type_n;
        letters[n] = isg_tag_split(p, m, &type, &type_n);
        types[n] = type_n ? (uint32_t)(unsigned char)type[0] : ISG_NO_ID;
        p += m + (p[m] == ' ');
    }
    struct isg_spans spans = {0};
    assert_ok(isg_spans_from_tags(letters, types, n, &spans, &err));
    for (size_t i = 0; i < spans.n; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%u+%u:%c", i ? " " : "", spans.v[i].first,
            spans.v[i].n, (char)spans.v[i].type);
    assert_string_equal(got, wanted);
    ISG_ARRAY_FREE(spans);
}

static void conlleval_rules(void **state)
{
    (void)state;
    spans_are("O O", "");
    spans_are("I-x I-x O I-y", "0+2:x 3+1:y"); /* IOB1 */
    spans_are("I-x B-x I-x", "0+1:x 1+2:x");   /* IOB1, two that touch */
    spans_are("B-x I-x B-x", "0+2:x 2+1:x");   /* BIO */
    spans_are("B-x I-y", "0+1:x 1+1:y");       /* the type changes */
    spans_are("S-x B-x E-x S-x", "0+1:x 1+2:x 3+1:x");
    spans_are("B-x M-x E-x U-y", "0+3:x 3+1:y"); /* BMES, BILUO */
    spans_are("E-x E-x", "0+1:x 1+1:x");
    spans_are("E-x I-x", "0+1:x 1+1:x");
    spans_are("I-x E-x B-x", "0+2:x 2+1:x");
    spans_are("S-x I-x", "0+1:x 1+1:x");
    spans_are("I-x O I-x", "0+1:x 2+1:x");
}

static void writes_schemes(void **state)
{
    (void)state;
    const struct isg_span spans[] = {{0, 1, 5}, {1, 3, 5}, {5, 2, 7}};
    char letters[8] = {0};
    uint32_t types[7];
    isg_spans_to_tags(spans, 3, ISG_BIO, 7, letters, types);
    assert_string_equal(letters, "BBIIOBI");
    assert_int_equal(types[4], ISG_NO_ID);
    assert_int_equal(types[6], 7);
    isg_spans_to_tags(spans, 3, ISG_IOB1, 7, letters, types);
    assert_string_equal(letters, "IBIIOII");
    isg_spans_to_tags(spans, 3, ISG_BIOES, 7, letters, types);
    assert_string_equal(letters, "SBIEOBE");
    isg_spans_to_tags(spans, 3, ISG_BMES, 7, letters, types);
    assert_string_equal(letters, "SBMEOBE");
    const struct isg_span outside = {6, 2, 1};
    isg_spans_to_tags(&outside, 1, ISG_BIO, 7, letters, types);
    assert_string_equal(letters, "OOOOOOO");
}

static enum isg_scheme verdict(const char *tags)
{
    struct isg_scheme_vote v = {0};
    const char *before = NULL;
    size_t before_n = 0;
    for (const char *p = tags; *p;) {
        const size_t m = strcspn(p, " ");
        isg_scheme_see(&v, p, m, before, before_n);
        before = p;
        before_n = m;
        p += m + (p[m] == ' ');
    }
    return isg_scheme_verdict(&v);
}

static void finds_schemes(void **state)
{
    (void)state;
    assert_int_equal(verdict("O I-x I-x B-x O I-y"), ISG_IOB1);
    assert_int_equal(verdict("O I-x"), ISG_IOB1);
    assert_int_equal(verdict("B-x I-x O B-y B-y"), ISG_BIO);
    assert_int_equal(verdict("B-x E-x O S-y"), ISG_BIOES);
    assert_int_equal(verdict("B-x M-x E-x S-y"), ISG_BMES);
    assert_int_equal(verdict("O O"), ISG_SCHEME_UNKNOWN);
    assert_int_equal(verdict("B-x O I-x"), ISG_SCHEME_UNKNOWN);
    assert_string_equal(isg_scheme_name(ISG_BIOES), "BIOES");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(real_corpora),
        cmocka_unit_test(conllu),
        cmocka_unit_test(fields),
        cmocka_unit_test(broken),
        cmocka_unit_test(same_words_whatever_is_read),
        cmocka_unit_test(spaces_beside_fields),
        cmocka_unit_test(allowances),
        cmocka_unit_test(specifications),
        cmocka_unit_test(conlleval_rules),
        cmocka_unit_test(writes_schemes),
        cmocka_unit_test(finds_schemes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
