/* conlleval's counts, worked out by hand for each scheme, and its report to the character. */
#include "ner/ner.h"
#include "ner/score/match.h"
#include "tests/test.h"

struct count_case {
    const char *what;
    const char *gold, *predicted; /* tags separated by spaces; "|" = a sentence boundary */
    unsigned n_gold, n_predicted, n_correct, correct_tags;
    unsigned strict_gold, strict_predicted, strict_correct;
};

static enum isg_status feed(struct isg_ner_score *out, const char *gold, const char *predicted)
{
    struct isg_error err;
    struct isg_ner_scorer *s = isg_ner_scorer_new();
    assert_non_null(s);
    while (*gold) {
        const size_t g = strcspn(gold, " "), p = strcspn(predicted, " ");
        if (*gold == '|')
            isg_ner_scorer_break(s);
        else
            assert_ok(isg_ner_scorer_token(s, gold, g, predicted, p, &err));
        gold += g + (gold[g] == ' ');
        predicted += p + (predicted[p] == ' ');
    }
    const enum isg_status status = isg_ner_scorer_finish(s, out, &err);
    isg_ner_scorer_free(s);
    return status;
}

static void counts_are_those_of_conlleval(void **state)
{
    (void)state;
    static const struct count_case cases[] = {
        {"all right", "B-PER I-PER O B-LOC", "B-PER I-PER O B-LOC", 2, 2, 2, 4, 2, 2, 2},
        {"end too early", "B-PER I-PER O", "B-PER O O", 1, 1, 0, 2, 1, 1, 0},
        {"start too late", "B-PER I-PER O", "O B-PER O", 1, 1, 0, 1, 1, 1, 0},
        {"wrong type", "B-PER I-PER", "B-LOC I-LOC", 1, 1, 0, 0, 1, 1, 0},
        {"BIO neighbours", "B-PER B-PER", "B-PER I-PER", 2, 1, 0, 1, 2, 1, 0},
        {"IOB1: I starts, B parts neighbours", "I-PER I-PER B-PER O I-ORG", "I-PER I-PER B-PER O I-ORG", 3, 3, 3, 5, 3,
            3, 3},
        {"IOB1 against BIO: the same entities, other tags", "I-PER I-PER O I-LOC", "B-PER I-PER O B-LOC", 2, 2, 2, 2, 2,
            2, 2},
        {"a change of type starts an entity", "I-PER I-LOC", "B-PER I-LOC", 2, 2, 2, 1, 2, 2, 2},
        {"a sentence ends an entity", "B-PER | I-PER", "B-PER | I-PER", 2, 2, 2, 2, 2, 2, 2},
        {"BIOES with O between", "S-LOC O B-PER I-PER E-PER", "S-LOC O B-PER I-PER E-PER", 2, 2, 2, 5, 2, 2, 2},
        {"BIOES against BIO", "S-LOC O B-PER E-PER", "B-LOC O B-PER I-PER", 2, 2, 2, 2, 2, 2, 2},
        /* conlleval's tables do not know S, nor E before B: it reads neighbours of one type as one entity */
        {"BIOES S S", "S-LOC S-LOC", "S-LOC S-LOC", 1, 1, 1, 2, 2, 2, 2},
        {"BIOES E B", "B-PER E-PER B-PER E-PER", "B-PER E-PER B-PER E-PER", 1, 1, 1, 4, 2, 2, 2},
        {"BIOES S B", "S-LOC B-LOC E-LOC", "S-LOC B-LOC E-LOC", 1, 1, 1, 3, 2, 2, 2},
        {"types with dashes", "B-a-b I-a-b", "B-a-b I-a-c", 1, 2, 0, 1, 1, 2, 0},
        {"nothing found", "B-PER O", "O O", 1, 0, 0, 1, 1, 0, 0},
        {"nothing there", "O O", "O O", 0, 0, 0, 2, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct count_case *c = &cases[i];
        struct isg_ner_score s;
        assert_int_equal(feed(&s, c->gold, c->predicted), ISG_OK);
        if (s.overall.gold != c->n_gold || s.overall.predicted != c->n_predicted || s.overall.correct != c->n_correct ||
            s.correct_tags != c->correct_tags || s.strict.gold != c->strict_gold ||
            s.strict.predicted != c->strict_predicted || s.strict.correct != c->strict_correct)
            fail_msg("%s: gold %d predicted %d correct %d tags %d, strict %d %d %d", c->what, (int)s.overall.gold,
                (int)s.overall.predicted, (int)s.overall.correct, (int)s.correct_tags, (int)s.strict.gold,
                (int)s.strict.predicted, (int)s.strict.correct);
        isg_ner_score_fini(&s);
    }
}

static void report_is_that_of_conlleval(void **state)
{
    (void)state;
    struct isg_ner_score s;
    assert_int_equal(feed(&s, "B-PER I-PER O B-LOC | O B-ORG O", "B-PER I-PER O B-ORG | O B-ORG O"), ISG_OK);
    char *report = isg_ner_score_report(&s, false);
    assert_string_equal(report, "processed 7 tokens with 3 phrases; found: 3 phrases; correct: 2.\n"
                                "accuracy:  85.71%; precision:  66.67%; recall:  66.67%; FB1:  66.67\n"
                                "              LOC: precision:   0.00%; recall:   0.00%; FB1:   0.00  0\n"
                                "              ORG: precision:  50.00%; recall: 100.00%; FB1:  66.67  2\n"
                                "              PER: precision: 100.00%; recall: 100.00%; FB1: 100.00  1\n");
    isg_free(report);
    report = isg_ner_score_report(&s, true);
    assert_string_equal(report, "\\begin{tabular}{lrrr}\n\\hline\n"
                                " & Precision & Recall & F$_{\\beta=1}$ \\\\\n\\hline\n"
                                "LOC & 0.00\\% & 0.00\\% & 0.00 \\\\\n"
                                "ORG & 50.00\\% & 100.00\\% & 66.67 \\\\\n"
                                "PER & 100.00\\% & 100.00\\% & 100.00 \\\\\n\\hline\n"
                                "Overall & 66.67\\% & 66.67\\% & 66.67 \\\\\n\\hline\n\\end{tabular}\n");
    isg_free(report);
    isg_ner_score_fini(&s);
}

/* A file in the test's folder. */
static const char *file(const char *name, const char *text)
{
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
    return name;
}

static void files_are_paired(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_ner_score s;
    const char *gold = file("score.gold", "Ann NNP B-PER\nsings VBZ O\n\nIn IN O\nRome NNP B-LOC\n");
    const char *same = file("score.pred", "\nAnn B-PER\r\nsings O\r\n\t\n\nIn O\nRome B-ORG\n\n");
    assert_ok(isg_ner_eval_files(
        &s, NULL, &(struct isg_ner_eval_opts){.gold = gold, .predicted = {same}, .n_predicted = 1}, &err));
    assert_int_equal(s.tokens, 4);
    assert_int_equal(s.overall.correct, 1);
    isg_ner_score_fini(&s);
    const char *one = file("score.one", "Ann NNP B-PER B-PER\nsings VBZ O O\n\nRome NNP B-LOC B-ORG\n");
    assert_ok(isg_ner_eval_files(&s, NULL, &(struct isg_ner_eval_opts){.gold = one}, &err));
    assert_int_equal(s.tokens, 3);
    assert_int_equal(s.overall.gold, 2);
    isg_ner_score_fini(&s);
    const char *raw = file("score.raw", "a PER PER\nb PER x\nc x x\n");
    assert_ok(
        isg_ner_eval_files(&s, NULL, &(struct isg_ner_eval_opts){.gold = raw, .raw = true, .outside = "x"}, &err));
    assert_int_equal(s.overall.gold, 2);
    assert_int_equal(s.overall.predicted, 1);
    assert_int_equal(s.overall.correct, 1);
    isg_ner_score_fini(&s);
    const char *doc = file("score.doc", "-DOCSTART- -X- O O\n\nAnn NNP B-PER B-PER\n");
    assert_ok(isg_ner_eval_files(&s, NULL, &(struct isg_ner_eval_opts){.gold = doc}, &err));
    assert_int_equal(s.tokens, 2); /* as conlleval counts */
    isg_ner_score_fini(&s);
}

static void errors_are_told_apart(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_ner_detail d;
    struct isg_ner_score all;
    /* entities: Ann PER right and seen; New York LOC cut short; Acme ORG taken for PER; Bob PER missed; Rome
     * invented */
    const char *both = file("score.both", "Ann B-PER B-PER\nat O O\nNew B-LOC B-LOC\nYork I-LOC O\n\n"
                                          "Acme B-ORG B-PER\nBob B-PER O\nRome O B-LOC");
    const char *train = file("score.train", "Ann B-PER\nRome B-LOC\n\nNew B-ORG\nYork I-ORG\nAcme ?\n");
    assert_ok(isg_ner_eval_files(&all, &d, &(struct isg_ner_eval_opts){.gold = both, .train = train}, &err));
    assert_int_equal(d.n_types, 3);
    assert_string_equal(d.types[0], "LOC");
    assert_string_equal(d.types[2], "PER");
    /* LOC ORG PER none, gold down */
    static const uint64_t expected[16] = {0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 2, 0, 0, 0};
    assert_memory_equal(d.confusion, expected, sizeof expected);
    static const struct isg_ner_counts seen[4] = {{0, 1, 0}, {0, 0, 0}, {1, 1, 1}, {1, 2, 1}},
                                       unseen[4] = {{1, 1, 0}, {1, 0, 0}, {1, 1, 0}, {3, 2, 0}};
    assert_memory_equal(d.seen, seen, sizeof seen);
    assert_memory_equal(d.unseen, unseen, sizeof unseen);
    char *svg = isg_ner_confusion_svg(&d), *table = isg_ner_seen_report(&d);
    assert_non_null(strstr(svg, "</svg>"));
    assert_non_null(strstr(table, "all:  25.0% 100.00%  50.00%  66.67"));
    isg_free(svg);
    isg_free(table);
    isg_ner_detail_fini(&d);
    isg_ner_score_fini(&all);
    assert_error(isg_ner_eval_files(&all, &d, &(struct isg_ner_eval_opts){.gold = both, .train = "score.absent"}, &err),
        ISG_EIO, "score.absent");
}

static void bad_files_are_refused(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_ner_score s;
    const char *gold = file("score.gold", "Ann B-PER\nsings O\n\nRome B-LOC\n");
    struct isg_ner_eval_opts o = {.gold = gold, .n_predicted = 1};
    o.predicted[0] = file("score.bad", "Ann B-PER\nhums O\n\nRome B-LOC\n");
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EDATA, "score.bad:2: the word \"hums\"");
    o.predicted[0] = file("score.bad", "Ann B-PER\nsings O\n");
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EDATA, "score.bad:2: the end of the file");
    o.predicted[0] = file("score.bad", "Ann B-PER\nsings O\n\nRome B-LOC\nToo O\n");
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EDATA, "score.bad:5: more tokens than expected");
    o.predicted[0] = file("score.bad", "Ann B-PER\n\nsings O\n\nRome B-LOC\n");
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EDATA, "score.bad:3: a sentence break");
    o.predicted[0] = file("score.bad", "Ann B-PER\nsings O\nRome B-LOC\n");
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EDATA, "no sentence break");
    o.predicted[0] = file("score.bad", "Ann\n");
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EDATA, "score.bad:1: a line of 1 column");
    o.predicted[0] = file("score.bad", "Ann B-PER\nsings \xff\n");
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EDATA, "score.bad:2: invalid UTF-8");
    o.predicted[0] = "score.absent";
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EIO, "score.absent");
    o.n_predicted = 0;
    o.gold = file("score.bad", "Ann NNP B-PER B-PER\nsings O O\n");
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EDATA, "score.bad:2: a line of 3 columns");
    o.gold = file("score.bad", "Ann B-PER\n");
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EDATA,
        "score.bad:1: a line of 2 columns without a tag in column -2; expected a word and 2 tag columns");
    o.gold = file("score.bad", "\n\n");
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EDATA, "no token");
    static const char *const malformed[] = {"ORG", "B_ORG", "ORG-B", "B-", "O-ORG", "b-ORG", "?"};
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
        for (int side = 0; side < 2; side++) {
            char text[64], found[64];
            snprintf(text, sizeof text, "Rome O O\nAnn %s %s\n", side ? "O" : malformed[i], side ? malformed[i] : "O");
            snprintf(found, sizeof found, "score.bad:2: the malformed tag \"%s\"", malformed[i]);
            o.gold = file("score.bad", text);
            assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EDATA, found);
        }
    o = (struct isg_ner_eval_opts){.gold = "-", .predicted = {"-"}, .n_predicted = 1};
    assert_error(isg_ner_eval_files(&s, NULL, &o, &err), ISG_EUSAGE, "standard input given for two files");
}

/* Comments and lone document marks are no tokens; two predictions are scored in one pass; BMES and BILOU are read. */
static void other_lines_and_schemes(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_ner_score s[2];
    const char *one = file("score.one", "-DOCSTART-\n\n# newdoc\n# id 1\nAnn B-PER B-PER\n# a b\nLee I-PER I-PER\n"
                                        "-DOCSTART-\nRome I-LOC I-LOC\n");
    assert_ok(isg_ner_eval_files(s, NULL, &(struct isg_ner_eval_opts){.gold = one}, &err));
    assert_int_equal(s[0].tokens, 3);
    assert_int_equal(s[0].overall.correct, 2);
    assert_int_equal(s[0].n_sentences, 2);
    isg_ner_score_fini(s);
    const char *gold = file("score.gold", "# newdoc id\nAnn,PER\nRome,LOC\n");
    const struct isg_ner_eval_opts two = {.gold = gold,
        .predicted = {file("score.a", "Ann,PER\nRome,O\n"), file("score.b", "Ann,PER\n# x\nRome,LOC\n")},
        .n_predicted = 2,
        .raw = true,
        .delimiter = ','};
    assert_ok(isg_ner_eval_files(s, NULL, &two, &err));
    assert_int_equal(s[0].overall.correct, 1);
    assert_int_equal(s[1].overall.correct, 2);
    isg_ner_score_fini(&s[0]);
    isg_ner_score_fini(&s[1]);
    assert_int_equal(feed(s, "B-X M-X E-X S-X | B-X L-X U-X", "B-X M-X E-X S-X | B-X L-X U-X"), ISG_OK);
    assert_int_equal(s[0].strict.correct, 4);
    isg_ner_score_fini(s);
}

/* What a type's name holds must not reach a terminal, or break LaTeX. */
static void names_are_escaped(void **state)
{
    (void)state;
    struct isg_ner_score s;
    assert_int_equal(feed(&s, "B-\x1b[31m_&\xc2\x9b\xe2\x80\xae", "O"), ISG_OK);
    char *report = isg_ner_score_report(&s, false);
    assert_non_null(strstr(report, "\\x1b[31m_&\\u009b\\u202e: precision"));
    assert_null(strchr(report, 0x1b));
    isg_free(report);
    report = isg_ner_score_report(&s, true);
    assert_non_null(strstr(report, "\n[31m\\_\\&"));
    isg_free(report);
    isg_ner_score_fini(&s);
}

/* Entities of the same tokens come together, others alone, in order. */
static void entities_are_matched(void **state)
{
    (void)state;
    static const struct isg_span a[] = {{0, 1, 0}, {2, 2, 0}, {6, 1, 0}},
                                 b[] = {{0, 1, 1}, {2, 1, 0}, {3, 1, 0}, {9, 1, 0}};
    static const int want[][2] = {{0, 0}, {1, -1}, {-1, 1}, {-1, 2}, {2, -1}, {-1, 3}};
    struct isg_ner_match m = {a, 3, b, 4};
    const struct isg_span *x, *y;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_true(isg_ner_match_next(&m, &x, &y));
        assert_int_equal(x ? x - a : -1, want[i][0]);
        assert_int_equal(y ? y - b : -1, want[i][1]);
    }
    assert_false(isg_ner_match_next(&m, &x, &y));
    assert_false(isg_ner_match_next(&(struct isg_ner_match){0}, &x, &y));
}

/* n sentences of one entity each, of which the first `right` are found. */
static void score_of(struct isg_ner_score *out, size_t n, size_t right)
{
    struct isg_error err;
    struct isg_ner_scorer *s = isg_ner_scorer_new();
    for (size_t i = 0; i < n; i++) {
        assert_ok(isg_ner_scorer_token(s, "B-X", 3, i < right ? "B-X" : "O", i < right ? 3 : 1, &err));
        isg_ner_scorer_break(s);
    }
    assert_ok(isg_ner_scorer_finish(s, out, &err));
    isg_ner_scorer_free(s);
}

static void intervals_and_significance(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_ner_score a, b;
    struct isg_ner_interval i, again;
    struct isg_ner_comparison c;
    score_of(&a, 400, 200);
    assert_int_equal(a.n_sentences, 400);
    assert_int_equal(a.sentences[0].correct, 1);
    assert_int_equal(a.sentences[399].predicted, 0);
    assert_ok(isg_ner_bootstrap(&i, &a, 2000, 1, &err));
    /* recall r = k / 400 with k ~ B(400, 1/2), precision 1: F1 = 2 r / (1 + r); its deviation by the delta
     * method is 2 / (1 + r)^2 * sqrt(r (1 - r) / 400) = 2.22 points */
    assert_near(i.f1, 66.6667, 1e-3);
    assert_near(i.deviation, 2.22, 0.15);
    assert_near(i.low, 66.67 - 1.96 * 2.22, 0.6);
    assert_near(i.high, 66.67 + 1.96 * 2.22, 0.6);
    assert_ok(isg_ner_bootstrap(&again, &a, 2000, 1, &err));
    assert_memory_equal(&i, &again, sizeof i);
    score_of(&b, 400, 200);
    assert_ok(isg_ner_compare(&c, &a, &b, 500, 1, &err));
    assert_near(c.p, 1, 0); /* nothing differs */
    isg_ner_score_fini(&b);
    score_of(&b, 400, 203); /* three sentences differ: all three must fall the same way, 2 of 8 */
    assert_ok(isg_ner_compare(&c, &a, &b, 20000, 1, &err));
    assert_near(c.p, 0.25, 0.02);
    isg_ner_score_fini(&b);
    score_of(&b, 400, 230);
    assert_ok(isg_ner_compare(&c, &a, &b, 999, 1, &err));
    assert_near(c.p, 0.001, 1e-9);
    assert_error(isg_ner_bootstrap(&i, &a, 1, 1, &err), ISG_EUSAGE, "1 samples");
    isg_ner_score_fini(&b);
    score_of(&b, 399, 230);
    assert_error(isg_ner_compare(&c, &a, &b, 10, 1, &err), ISG_EDATA, "different gold sentences");
    isg_ner_score_fini(&b);
    isg_ner_score_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_those_of_conlleval),
        cmocka_unit_test(report_is_that_of_conlleval),
        cmocka_unit_test(files_are_paired),
        cmocka_unit_test(errors_are_told_apart),
        cmocka_unit_test(bad_files_are_refused),
        cmocka_unit_test(other_lines_and_schemes),
        cmocka_unit_test(names_are_escaped),
        cmocka_unit_test(entities_are_matched),
        cmocka_unit_test(intervals_and_significance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
