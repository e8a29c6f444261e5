#include "tests/unit/translate_helpers.h"
#include "translate/lm/private.h"

static struct isg_translate_opts with(enum isg_decoder d, enum isg_casing c)
{
    struct isg_translate_opts o;
    isg_translate_opts_default(&o);
    o.decoder = d;
    o.casing = c;
    return o;
}

static double score(const struct isg_lexicon *lex, const char *e, const char *f)
{
    const uint32_t id = isg_lexicon_find(lex, e, strlen(e));
    assert_int_not_equal(id, ISG_NO_ID);
    struct isg_lexicon_entry v[16];
    const size_t n = isg_lexicon_entries(lex, id, v, 16);
    for (size_t i = 0; i < n; i++)
        if (strcmp(isg_lexicon_target(lex, v[i].target, NULL), f) == 0)
            return (double)v[i].score;
    fail_msg("%s has no %s", e, f);
    return 0.0;
}

/** p(f|e) = n(e,f) / max(0.1, sum n(e,f')): n counted by hand. */
static void prominence(void **state)
{
    (void)state;
    struct isg_lexicon *in = test_lexicon(
        "woman\thembra\nwoman\tmujer\nold woman\tmujer vieja\nwise woman\tmujer sabia\nParis\tParís\n");
    struct isg_lexicon *lex;
    assert_ok(isg_lexicon_prominence(&lex, in, &err));
    /* woman-hembra: the entry and its words, each as it is and in lower case: 4. woman-mujer: 4, and 2 for
     * each of the two phrases: 8 */
    assert_near(score(lex, "woman", "hembra"), 4.0 / 12.0, 1e-6);
    assert_near(score(lex, "woman", "mujer"), 8.0 / 12.0, 1e-6);
    struct isg_lexicon_entry best;
    isg_lexicon_entries(lex, isg_lexicon_find(lex, "woman", 5), &best, 1);
    assert_string_equal(isg_lexicon_target(lex, best.target, NULL), "mujer"); /* best first */
    /* a phrase: counted as a phrase only, twice */
    assert_near(score(lex, "old woman", "mujer vieja"), 1.0, 1e-6);
    /* products of words raise counts and make no candidates */
    assert_int_equal(isg_lexicon_find(lex, "old", 3), ISG_NO_ID);
    /* Paris-París: the entry and its word as they are; under "paris" the candidate stands too, but n(paris,
     * París) = 0: 0 / max(0.1, 0) */
    assert_near(score(lex, "Paris", "París"), 1.0, 1e-6);
    assert_near(score(lex, "paris", "París"), 0.0, 1e-6);
    isg_lexicon_free(lex);
    isg_lexicon_free(in);
}

static void pivot(void **state)
{
    (void)state;
    struct isg_lexicon *a = test_lexicon("Bank\tbank\t0.6\nBank\tbench\t0.4\nHund\tdog\t1\n");
    struct isg_lexicon *b = test_lexicon("bank\tbanco\t3\nbank\torilla\t1\nbench\tbanco\t1\n");
    struct isg_lexicon *c;
    assert_ok(isg_lexicon_pivot(&c, a, b, &err));
    assert_near(score(c, "Bank", "banco"), 0.6 * 0.75 + 0.4, 1e-6);
    assert_near(score(c, "Bank", "orilla"), 0.6 * 0.25, 1e-6);
    assert_int_equal(isg_lexicon_find(c, "Hund", 4), ISG_NO_ID);
    isg_lexicon_free(b);
    isg_lexicon_free(c);
    b = test_lexicon("x\ty\t1\n");
    assert_error(isg_lexicon_pivot(&c, a, b, &err), ISG_EDATA, "pivot language");
    isg_lexicon_free(a);
    isg_lexicon_free(b);
}

static struct isg_lm *model(const char *text)
{
    const struct isg_env env = {0};
    char *path = test_file(text, strlen(text), ".txt");
    const char *paths[] = {path};
    struct isg_lm *lm;
    const struct isg_lm_opts o = {.order = 3, .lower = true, .tokenised = true};
    assert_ok(isg_lm_train(&lm, paths, 1, &o, &env, &err));
    unlink(path);
    free(path);
    return lm;
}

static void mayhew_rules(void **state)
{
    (void)state;
    struct isg_lexicon *in = test_lexicon(
        "new york\tnueva york\nnew\tnuevo\nyork\tyork\nhouse\tcasa\nwhite house\tcasa blanca\n"
        "walk\tcaminar\nof\tde\none two three four\tcuatro\n"
        "one two three four five\tcinco\nnetherlands\tpaíses bajos\nred\tgran bretaña roja\n");
    struct isg_lexicon *lex;
    assert_ok(isg_lexicon_prominence(&lex, in, &err));
    const struct isg_translate_parts parts = {.lexicon = lex};
    const struct isg_translate_opts o = with(ISG_DECODE_GREEDY, ISG_CASING_NONE);
    /* the longest phrase first; only the first word of the sentence is capitalised, the rest of it made small */
    assert_translates(&parts, &o, NULL, "of O\nNew B-LOC\nYork I-LOC\n", "De O\nnueva B-LOC\nyork I-LOC\n");
    /* a window of four words */
    assert_translates(&parts, &o, NULL, "x O\none O\ntwo O\nthree O\nfour O\nfive O\n", "x O\ncuatro O\nfive O\n");
    /* one word to two: B-X I-X; to three: B-X I-X I-X */
    assert_translates(&parts, &o, NULL, "x O\nNetherlands B-LOC\n", "x O\npaíses B-LOC\nbajos I-LOC\n");
    assert_translates(
        &parts, &o, NULL, "x O\nred B-LOC\nx I-LOC\n", "x O\ngran B-LOC\nbretaña I-LOC\nroja I-LOC\nx I-LOC\n");
    /* suffixes: a final s, a final ed, of the whole phrase */
    assert_translates(
        &parts, &o, NULL, "x O\nhouses O\nwalked O\nwhite O\nhouses O\n", "x O\ncasa O\ncaminar O\ncasa O\nblanca O\n");
    /* names: translated where the table has them, copied where not */
    assert_translates(
        &parts, &o, "PER=translate", "x O\nHouse B-PER\nMiller I-PER\n", "x O\ncasa B-PER\nMiller I-PER\n");
    /* a phrase never joins two names, or a name and its neighbour: no entity gets lost */
    assert_translates(&parts, &o, NULL, "x O\nnew O\nYork B-LOC\n", "x O\nnuevo O\nyork B-LOC\n");
    struct isg_translate_report r = {0};
    char *got = test_translate(&parts, &o, NULL, "x O\nhouses O\n", &r);
    assert_int_equal(r.by_method[ISG_BY_SUFFIX], 1);
    free(got);
    isg_lexicon_free(lex);
    isg_lexicon_free(in);
}

/** score = log10 p_lm(first word | context) + ln(prominence + 1e-7) */
static void mayhew_model(void **state)
{
    (void)state;
    struct isg_lexicon *in = test_lexicon("the\tel\nthe\tla\nhouse\tcasa\nsees\tve\nx\tz\n");
    struct isg_lexicon *lex;
    assert_ok(isg_lexicon_prominence(&lex, in, &err));
    struct isg_lm *lm = model("ve la casa\nve la mesa\nve el mar\nla casa\nve la casa\n");
    struct isg_translate_parts parts = {.lexicon = lex};
    const struct isg_translate_opts o = with(ISG_DECODE_GREEDY, ISG_CASING_NONE);
    assert_translates(&parts, &o, NULL, "x O\nsees O\nthe O\nhouse O\n", "Z O\nve O\nel O\ncasa O\n");
    parts.lm = lm;
    assert_translates(&parts, &o, NULL, "x O\nsees O\nthe O\nhouse O\n", "Z O\nve O\nla O\ncasa O\n");
    isg_lm_free(lm);
    isg_lexicon_free(lex);
    isg_lexicon_free(in);
}

static void lattice(void **state)
{
    (void)state;
    struct isg_lexicon *lex = test_lexicon(
        "the\tel\nthe\tla\nhouse\thogar\nhouse\tcasa\nsees\tve\nhe\tél\nwhite\tblanco\n"
        "white\tblanca\nnew york\tnueva york\n");
    struct isg_lm *lm = model("él ve la casa blanca\nve la casa\nla casa blanca\nel mar blanco\nnueva york\n");
    const struct isg_translate_parts parts = {.lexicon = lex, .lm = lm};
    struct isg_translate_opts o = with(ISG_DECODE_BEAM, ISG_CASING_SOURCE);
    o.lm_weight = 1.0;
    /* the article waits for its noun: only a search over the sentence gets both right */
    assert_translates(&parts, &o, NULL, "He O\nsees O\nthe O\nhouse O\n", "Él O\nve O\nla O\ncasa O\n");
    assert_translates(&parts, &o, NULL, "New B-LOC\nYork I-LOC\n", "Nueva B-LOC\nYork I-LOC\n");
    /* the other order, inside a name or outside, never across its border */
    o.swap = 0.5;
    assert_translates(&parts, &o, NULL, "the O\nWhite B-ORG\nHouse I-ORG\n", "la O\nCasa B-ORG\nBlanca I-ORG\n");
    assert_translates(&parts, &o, NULL, "the O\nwhite O\nhouse O\n", "la O\ncasa O\nblanca O\n");
    char *got = test_translate(&parts, &o, NULL, "the O\nwhite O\nHouse B-ORG\n", NULL);
    assert_non_null(strstr(got, "\nCasa B-ORG\n"));
    free(got);
    /* one hypothesis is greedy; draws are other translations, the same for the same seed */
    o.samples = 4;
    o.temperature = 5.0;
    struct isg_translate_report r = {0};
    got = test_translate(&parts, &o, NULL, "He O\nsees O\nthe O\nwhite O\nhouse O\n\n", &r);
    char *again = test_translate(&parts, &o, NULL, "He O\nsees O\nthe O\nwhite O\nhouse O\n\n", NULL);
    assert_string_equal(got, again);
    assert_int_equal(r.sentences_in, 1);
    assert_int_equal(r.sentences_out, 4);
    const size_t one = strlen(got) / 4;
    bool other = false;
    for (int i = 1; i < 4; i++)
        other |= strncmp(got, got + (size_t)i * one, 20) != 0;
    assert_true(other);
    free(got);
    free(again);
    isg_lm_free(lm);
    isg_lexicon_free(lex);
}

/** Where every path can be tried, a wide beam finds the best. */
static void beam_is_exact(void **state)
{
    (void)state;
    struct isg_lexicon *lex = test_lexicon("a\tx\na\ty\na\tz\nb\ty\nb\tx\nb\tz\nc\tz\nc\ty\nc\tx\n");
    struct isg_lm *lm = model("x y z\nx z y\ny y x\nz x\nz z z y\nx x\ny z\ny x z x\n");
    const struct isg_translate_parts parts = {.lexicon = lex, .lm = lm};
    struct isg_translate_opts o = with(ISG_DECODE_BEAM, ISG_CASING_NONE);
    o.beam = 64;
    o.lm_weight = 0.7;
    static const char *const sources[] = {"a b c a", "c c a b", "b b b b", "a c a c"};
    static const char *const options[3][3] = {{"x", "y", "z"}, {"y", "x", "z"}, {"z", "y", "x"}};
    for (int s = 0; s < 4; s++) {
        double top = -INFINITY;
        int best = 0;
        for (int path = 0; path < 81; path++) {
            struct isg_lm_state st;
            double total = 0;
            isg_lm_begin(lm, &st);
            for (int i = 0, p = path; i < 4; i++, p /= 3) {
                const char *w = options[sources[s][2 * i] - 'a'][p % 3];
                total += log(1.0 / (p % 3 + 1) / (1 + 0.5 + 1.0 / 3)) +
                         0.7 * log(10) * (double)isg_lm_score(lm, &st, isg_lm_word(lm, w, 1), &st);
            }
            total += 0.7 * log(10) * (double)isg_lm_score(lm, &st, ISG_LM_END, &st);
            if (total > top) {
                top = total;
                best = path;
            }
        }
        char text[64] = "", wanted[64] = "";
        for (int i = 0, p = best; i < 4; i++, p /= 3) {
            snprintf(text + strlen(text), sizeof text - strlen(text), "%c O\n", sources[s][2 * i]);
            const char *w = options[sources[s][2 * i] - 'a'][p % 3];
            snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "%c O\n", i ? w[0] : w[0] - 32);
        }
        assert_translates(&parts, &o, NULL, text, wanted);
    }
    isg_lm_free(lm);
    isg_lexicon_free(lex);
}

static void evidence(void **state)
{
    (void)state;
    static const char table[] = "bush\t0\t90\t0\narbusto\t30\t0\t0\nalemania\t0\t500\t0\n"
                                "berlín\t0\t9\t0\nberlin\t0\t0\t0\n"
                                "ue\t0\t0\t9\nunión\t5\t50\t0\nexpediente\t99\t9\t0\n";
    char *path = test_file(table, sizeof table - 1, ".tsv");
    struct isg_case_table *cases;
    assert_ok(isg_case_table_new(&cases, NULL, &err));
    assert_ok(isg_case_table_load(cases, path, NULL, &err));
    unlink(path);
    free(path);
    struct isg_lexicon *lex = test_lexicon("bush\tarbusto\ngermany\talemania\nberlin\tberlín\n");
    const struct isg_translate_parts parts = {.lexicon = lex, .cases = cases};
    for (int d = 0; d < 2; d++) {
        const struct isg_translate_opts o = with(d ? ISG_DECODE_BEAM : ISG_DECODE_WORD, ISG_CASING_SOURCE);
        assert_translates(&parts, &o, "*=evidence", "x O\nBush B-ORG\nx O\nGermany B-LOC\nx O\nBerlin B-LOC\nbush O\n",
            "x O\nBush B-ORG\nx O\nAlemania B-LOC\nx O\nBerlín B-LOC\narbusto O\n");
    }
    isg_lexicon_free(lex);
    /* acronyms are translated by acronyms alone, except in headlines; names are none of the map's business */
    lex = test_lexicon("eu\tunión\neu\tue\nsec\texpediente\n");
    struct isg_lexicon *map = test_lexicon("vw\talemania\t0.9\nskoda\talemania\t0.9\ncar\tcoche\t0.9\n");
    const struct isg_translate_parts both = {.lexicon = lex, .map = map, .cases = cases};
    const struct isg_translate_opts o = with(ISG_DECODE_BEAM, ISG_CASING_SOURCE);
    assert_translates(&both, &o, "*=evidence",
        "x O\nEU B-ORG\nx O\nSEC B-ORG\nx O\nVW B-ORG\nx O\nSkoda B-ORG\ncar O\n",
        "x O\nUE B-ORG\nx O\nSEC B-ORG\nx O\nVW B-ORG\nx O\nSkoda B-ORG\ncoche O\n");
    assert_translates(&both, &o, "*=evidence", "SEC B-ORG\nCAR O\n", "EXPEDIENTE B-ORG\nCOCHE O\n");
    isg_lexicon_free(map);
    isg_case_table_free(cases);
    isg_lexicon_free(lex);
}

static void mixture(void **state)
{
    (void)state;
    struct isg_lexicon *lex = test_lexicon("a\tp\n"),
                       *map = test_lexicon("a\tq\t0.9\na\tp\t0.5\nb\ts\t0.5\nb\tr\t0.4\n");
    const struct isg_translate_parts parts = {.lexicon = lex, .map = map};
    struct isg_translate_opts o = with(ISG_DECODE_BEAM, ISG_CASING_SOURCE);
    assert_translates(&parts, &o, NULL, "a O\nb O\n", "p O\ns O\n");
    o.map_share = 0.9; /* p(q) = 0.9 softmax(...) > p(p) */
    assert_translates(&parts, &o, NULL, "a O\nb O\n", "q O\ns O\n");
    struct isg_translator *t;
    assert_ok(isg_translator_new(&t, &parts, &o, &err));
    struct isg_translate_calibration c;
    assert_ok(isg_translator_calibrate(t, &c, &err)); /* too few words to learn from: left as it is */
    assert_int_equal(c.words, 1);
    assert_false(c.kept);
    assert_near(c.temperature, 0.1, 1e-12);
    isg_translator_free(t);
    isg_lexicon_free(lex);
    isg_lexicon_free(map);
}

/** Scores that are right in three of four cases, by a margin of 0.3: p = 3/4 where T = 0.3 / ln 3. */
static void calibration(void **state)
{
    (void)state;
    char a[4096] = "", b[4096] = "";
    for (int i = 0; i < 40; i++) {
        snprintf(a + strlen(a), sizeof a - strlen(a), "w%d\t%s%d\n", i, i % 4 ? "x" : "y", i);
        snprintf(b + strlen(b), sizeof b - strlen(b), "w%d\tx%d\t0.6\nw%d\ty%d\t0.3\n", i, i, i, i);
    }
    struct isg_lexicon *lex = test_lexicon(a), *map = test_lexicon(b);
    const struct isg_translate_parts parts = {.lexicon = lex, .map = map};
    struct isg_translate_opts o = with(ISG_DECODE_BEAM, ISG_CASING_SOURCE);
    struct isg_translator *t;
    assert_ok(isg_translator_new(&t, &parts, &o, &err));
    struct isg_translate_calibration c;
    assert_ok(isg_translator_calibrate(t, &c, &err));
    assert_int_equal(c.words, 40);
    assert_true(c.kept);
    assert_true(c.gain > 0.0);
    assert_near(c.temperature, 0.3 / log(3.0), 0.01);
    isg_translator_free(t);
    isg_lexicon_free(lex);
    isg_lexicon_free(map);
}

/** Words that differ from fold to fold: what is fitted to four folds is worse than the default on the fifth. */
static void calibration_that_does_not_hold(void **state)
{
    (void)state;
    static const int right[5] = {4, 4, 3, 2, 2}; /* of the four words of each fold; p = 0.73 at T = 0.1 */
    char a[4096] = "", b[4096] = "";
    for (int i = 0; i < 20; i++) {
        snprintf(a + strlen(a), sizeof a - strlen(a), "w%d\t%s%d\n", i, i / 5 < right[i % 5] ? "x" : "y", i);
        snprintf(b + strlen(b), sizeof b - strlen(b), "w%d\tx%d\t0.5\nw%d\ty%d\t0.4\n", i, i, i, i);
    }
    struct isg_lexicon *lex = test_lexicon(a), *map = test_lexicon(b);
    const struct isg_translate_parts parts = {.lexicon = lex, .map = map};
    struct isg_translate_opts o = with(ISG_DECODE_BEAM, ISG_CASING_SOURCE);
    struct isg_translator *t;
    struct isg_translate_calibration c;
    assert_ok(isg_translator_new(&t, &parts, &o, &err));
    assert_ok(isg_translator_calibrate(t, &c, &err));
    assert_int_equal(c.words, 20);
    assert_true(c.gain < 0.0);
    assert_false(c.kept);
    assert_near(c.temperature, 0.1, 1e-12);
    isg_translator_free(t);
    isg_lexicon_free(lex);
    isg_lexicon_free(map);
}

static void names(void **state)
{
    (void)state;
    static const char list[] = "José Gómez\tPER\nMadrid\tLOC\n";
    char *path = test_file(list, sizeof list - 1, ".tsv");
    struct isg_names *g;
    assert_ok(isg_names_load(&g, path, true, NULL, &err));
    unlink(path);
    free(path);
    struct isg_lexicon *lex = test_lexicon("house\tcasa\n");
    const struct isg_translate_parts parts = {.lexicon = lex, .gazetteer = g};
    for (int d = 0; d < 3; d++) {
        const struct isg_translate_opts o = with((enum isg_decoder)d, ISG_CASING_SOURCE);
        assert_translates(&parts, &o, "*=gazetteer,PER=gazetteer",
            "x O\nPeter B-PER\nJames I-PER\nMiller I-PER\nhouse O\nEU B-ORG\n",
            "x O\nJosé B-PER\nGómez I-PER\ncasa O\nEU B-ORG\n");
    }
    isg_names_free(g);
    struct isg_translate_opts o = with(ISG_DECODE_WORD, ISG_CASING_SOURCE);
    struct isg_translator *t;
    o.transliterator = "No-Such Thing";
    assert_error(isg_translator_new(&t, &parts, &o, &err), ISG_EUSAGE, "transliterator \"No-Such Thing\"");
    o.transliterator = "Latin-Cyrillic";
    if (isg_translator_new(&t, &parts, &o, &err) == ISG_OK) { /* built with ICU */
        isg_translator_free(t);
        assert_translates(&parts, &o, "PER=transliterate", "Boris B-PER\nhouse O\n", "Борис B-PER\ncasa O\n");
    } else {
        test_error_holds(&err, ISG_EUSAGE, "without ICU", __FILE__, __LINE__);
    }
    isg_lexicon_free(lex);
}

static void filters(void **state)
{
    (void)state;
    struct isg_lexicon *lex = test_lexicon("german\talemán\nhouse\tcasa\n");
    struct isg_case_table *cases;
    assert_ok(isg_case_table_new(&cases, NULL, &err));
    char *path = test_file("alemán\t90\t1\t0\n", strlen("alemán\t90\t1\t0\n"), ".tsv");
    assert_ok(isg_case_table_load(cases, path, NULL, &err));
    unlink(path);
    free(path);
    const struct isg_translate_parts parts = {.lexicon = lex, .cases = cases};
    struct isg_translate_opts o = with(ISG_DECODE_WORD, ISG_CASING_SOURCE);
    o.min_coverage = 0.5;
    struct isg_translate_report r = {0};
    char *got = test_translate(&parts, &o, NULL, "-DOCSTART- O\n\nx O\ny O\nhouse O\n\nhouse O\nx O\n\n# end\n", &r);
    assert_string_equal(got, "-DOCSTART- O\n\ncasa O\nx O\n\n# end\n");
    free(got);
    assert_int_equal(r.sentences_dropped, 1);
    o.min_coverage = 0.0;
    o.drop_lower = true;
    o.casing = ISG_CASING_TARGET;
    r = (struct isg_translate_report){0};
    got = test_translate(&parts, &o, NULL, "x O\nGerman B-MISC\nGerman B-ORG\nHouse I-ORG\nx B-ORG\n", &r);
    assert_string_equal(got, "x O\nalemán O\nAlemán B-ORG\nCasa I-ORG\nx B-ORG\n");
    free(got);
    assert_int_equal(r.entities_in, 3);
    assert_int_equal(r.entities_out, 2);
    assert_int_equal(r.labels_dropped, 1);
    isg_lexicon_free(lex);
    isg_case_table_free(cases);
}

static void pages(void **state)
{
    (void)state;
    static const char trace[] =
        "{\"sentence\":1,\"source\":[\"a<b\",\"x\"],\"gold\":[\"B-LOC\",\"O\"],\"target\":[\"c&d\",\"y\"],"
        "\"tags\":[\"B-LOC\",\"O\"],\"units\":[{\"source\":[0,1],\"target\":[0,1],\"method\":\"map\"}]}\n"
        "{\"sentence\":2,\"source\":[\"a\xe2\x80\xae\xe2\x81\xa6\xd8\x9c\xe2\x80\xa6\"],\"gold\":[\"B-\\\"><script>\"],"
        "\"target\":[\"\\u001b[2J\"],\"tags\":[\"O\"],\"units\":[]}\n";
    char *path = test_file(trace, sizeof trace - 1, ".jsonl"), *out = test_file("", 0, ".html");
    struct isg_writer *w;
    assert_ok(isg_writer_open(&w, out, true, &err));
    assert_ok(isg_translate_page(path, w, NULL, &err));
    assert_ok(isg_writer_commit(w, &err));
    char buf[8192] = {0};
    FILE *f = fopen(out, "rb");
    assert_true(fread(buf, 1, sizeof buf - 1, f) > 0);
    fclose(f);
    assert_non_null(strstr(buf, "<mark class=\"LOC\" title=\"LOC\">a&lt;b</mark> x"));
    assert_non_null(strstr(buf, "<span class=\"map\">c&amp;d</span></mark> y"));
    /* what comes from data neither adds markup nor turns the page around; "..." stays */
    assert_non_null(
        strstr(buf, "title=\"&quot;&gt;&lt;script&gt;\">a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xe2\x80\xa6</mark>"));
    assert_null(strchr(buf, '\x1b'));
    unlink(path);
    free(path);
    path = test_file("{}\nno\n", 6, ".jsonl");
    assert_ok(isg_writer_open(&w, out, true, &err));
    assert_error(isg_translate_page(path, w, NULL, &err), ISG_EDATA, ":2: malformed JSON");
    isg_writer_abort(w);
    unlink(path);
    unlink(out);
    free(path);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prominence),
        cmocka_unit_test(pivot),
        cmocka_unit_test(mayhew_rules),
        cmocka_unit_test(mayhew_model),
        cmocka_unit_test(lattice),
        cmocka_unit_test(beam_is_exact),
        cmocka_unit_test(evidence),
        cmocka_unit_test(mixture),
        cmocka_unit_test(calibration),
        cmocka_unit_test(calibration_that_does_not_hold),
        cmocka_unit_test(names),
        cmocka_unit_test(filters),
        cmocka_unit_test(pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
