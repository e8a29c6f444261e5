#include "tests/unit/translate_helpers.h"

static struct isg_translate_opts defaults(void)
{
    struct isg_translate_opts o;
    isg_translate_opts_default(&o);
    return o;
}

/** papers.md's rules of Xie et al. 2018, case by case. */
static void xie_rules(void **state)
{
    (void)state;
    struct isg_lexicon *lex = test_lexicon("eu\tue\nberlin\tberlín\nhouse\tcasa\nhouse\thogar\npeter\tpedro\n");
    const struct isg_translate_parts parts = {.lexicon = lex};
    const struct isg_translate_opts o = defaults();
    assert_translates(&parts, &o, NULL, "EU O\n", "UE O\n");         /* all capitals carry over */
    assert_translates(&parts, &o, NULL, "Berlin O\n", "Berlín O\n"); /* the first capital too */
    assert_translates(&parts, &o, NULL, "house O\n", "casa O\n");    /* first entry */
    assert_translates(&parts, &o, NULL, "HOUSE O\n", "CASA O\n");
    assert_translates(&parts, &o, NULL, "Peter I-PER\n", "Peter I-PER\n"); /* PER is copied */
    assert_translates(&parts, &o, NULL, "Peter I-ORG\n", "Pedro I-ORG\n");
    assert_translates(
        &parts, &o, "PER=translate,ORG=copy", "Peter I-PER\nBerlin I-ORG\n", "Pedro I-PER\nBerlin I-ORG\n");
    assert_translates(&parts, &o, "*=copy", "Berlin I-x\nBerlin O\n", "Berlin I-x\nBerlín O\n");
    assert_translates(&parts, &o, NULL, "Zebra O\n", "Zebra O\n"); /* unknown: copied */
    assert_translates(&parts, &o, NULL, "1996 O\n. O\n", "1996 O\n. O\n");
    isg_lexicon_free(lex);
}

static void order_of_sources(void **state)
{
    (void)state;
    struct isg_lexicon *lex = test_lexicon("a\tx\n"), *map = test_lexicon("a\ty\t0.5\nb\tz\t0.25\n");
    const struct isg_translate_parts parts = {.lexicon = lex, .map = map};
    const struct isg_translate_opts o = defaults();
    struct isg_translate_report r = {0};
    char *got = test_translate(&parts, &o, NULL, "a O\nb O\nc O\n, O\nd B-PER\n", &r);
    assert_string_equal(got, "x O\nz O\nc O\n, O\nd B-PER\n");
    free(got);
    assert_int_equal(r.by_method[ISG_BY_LEXICON], 1);
    assert_int_equal(r.by_method[ISG_BY_MAP], 1);
    assert_int_equal(r.by_method[ISG_BY_UNKNOWN], 1);
    assert_int_equal(r.by_method[ISG_BY_CLASS], 1);
    assert_int_equal(r.by_method[ISG_BY_POLICY], 1);
    assert_int_equal(r.tokens_in, 5);
    json_t *j = isg_translate_report_json(&r);
    assert_near(json_real_value(json_object_get(j, "coverage")), 2.0 / 3.0, 1e-9);
    json_decref(j);
    isg_lexicon_free(lex);
    isg_lexicon_free(map);
}

/** All that is not a word or a tag stays as it is. */
static void shapes_are_kept(void **state)
{
    (void)state;
    struct isg_lexicon *lex = test_lexicon("house\tcasa\n");
    const struct isg_translate_parts parts = {.lexicon = lex};
    const struct isg_translate_opts o = defaults();
    assert_translates(&parts, &o, NULL, "-DOCSTART- -X- O O\n\nhouse NN I-NP O\n\n\nhouse NN B-NP O\n",
        "-DOCSTART- -X- O O\n\ncasa NN I-NP O\n\n\ncasa NN B-NP O\n");
    assert_translates(
        &parts, &o, NULL, "#house\tO\n# note\nhouse\tO\r\n\t\nhouse\tO", "#house\tO\n# note\ncasa\tO\r\n\t\ncasa\tO");
    assert_translates(&parts, &o, NULL, "\xef\xbb\xbfhouse O\n",
        "\xef\xbb\xbf"
        "casa O\n");
    assert_translates(&parts, &o, NULL, "# text = house\n1\thouse\thouse\tNOUN\t_\t_\t0\troot\t_\tSpaceAfter=No\n\n",
        "# text = house\n1\tcasa\thouse\tNOUN\t_\t_\t0\troot\t_\tSpaceAfter=No\n\n");
    isg_lexicon_free(lex);
}

/** A word that becomes several stays one entity, in any scheme. */
static void labels_spread(void **state)
{
    (void)state;
    struct isg_lexicon *lex = test_lexicon("netherlands\tpaíses bajos\nusa\testados unidos de américa\n");
    const struct isg_translate_parts parts = {.lexicon = lex};
    const struct isg_translate_opts o = defaults();
    assert_translates(&parts, &o, NULL, "Netherlands B-LOC\n", "Países B-LOC\nBajos I-LOC\n");
    assert_translates(&parts, &o, NULL, "Netherlands I-LOC\nUSA B-LOC\n",
        "Países I-LOC\nBajos I-LOC\nESTADOS B-LOC\nUNIDOS I-LOC\nDE I-LOC\nAMÉRICA I-LOC\n");
    assert_translates(&parts, &o, NULL, "Netherlands S-LOC\n", "Países B-LOC\nBajos E-LOC\n");
    assert_translates(&parts, &o, NULL, "Royal B-LOC\nNetherlands E-LOC\n", "Royal B-LOC\nPaíses I-LOC\nBajos E-LOC\n");
    assert_translates(
        &parts, &o, NULL, "x B-LOC\ny M-LOC\nNetherlands E-LOC\n", "x B-LOC\ny M-LOC\nPaíses M-LOC\nBajos E-LOC\n");
    assert_translates(&parts, &o, NULL, "Netherlands U-LOC\n", "Países B-LOC\nBajos L-LOC\n");
    assert_translates(&parts, &o, NULL, "Netherlands NNP O\n", "Países NNP O\nbajos NNP O\n");
    /* CoNLL-U keeps its numbers of tokens */
    assert_translates(&parts, &o, NULL, "1\tnetherlands\t_\t_\t_\t_\t0\troot\t_\t_\n",
        "1\tpaíses_bajos\t_\t_\t_\t_\t0\troot\t_\t_\n");
    struct isg_translate_report r = {0};
    char *got = test_translate(&parts, &o, NULL, "USA B-LOC\nNetherlands B-LOC\n", &r);
    free(got);
    assert_int_equal(r.entities_in, 2);
    assert_int_equal(r.entities_out, 2);
    assert_int_equal(r.phrases_changed, 2);
    isg_lexicon_free(lex);
}

static void provenance(void **state)
{
    (void)state;
    struct isg_lexicon *lex = test_lexicon("house\tcasa\t0.75\n");
    const struct isg_translate_parts parts = {.lexicon = lex};
    struct isg_translate_opts o = defaults();
    o.provenance = true;
    assert_translates(&parts, &o, NULL, "House NN O\n", "Casa NN House lexicon 1 0.7500 O\n");
    assert_translates(&parts, &o, NULL, "Hut\tO\n", "Hut\tHut\tunknown\t0\t0.0000\tO\n");
    isg_lexicon_free(lex);
}

static void casing_by_target(void **state)
{
    (void)state;
    static const char table[] = "alemán\t90\t10\t0\nhaus\t1\t99\t0\nonu\t0\t5\t95\nstraße\t1\t1\t0\n";
    char *path = test_file(table, sizeof table - 1, ".tsv");
    struct isg_case_table *cases;
    assert_ok(isg_case_table_new(&cases, NULL, &err));
    assert_ok(isg_case_table_load(cases, path, NULL, &err));
    unlink(path);
    free(path);
    struct isg_lexicon *lex = test_lexicon(
        "german\talemán\nhouse\thaus\nun\tonu\nx\tx\nstreet\tstraße\nwhite\tblanco\n");
    const struct isg_translate_parts parts = {.lexicon = lex, .cases = cases};
    struct isg_translate_opts o = defaults();
    o.casing = ISG_CASING_TARGET;
    assert_translates(&parts, &o, NULL, "the O\nhouse O\nGerman O\nun O\nStreet O\nGERMAN O\n",
        "the O\nHaus O\nalemán O\nONU O\nstraße O\nALEMÁN O\n");
    assert_translates(&parts, &o, NULL, "German O\n", "Alemán O\n");                     /* starts the sentence */
    assert_translates(&parts, &o, NULL, "x O\nGerman B-MISC\n", "x O\nalemán B-MISC\n"); /* one word, written small */
    assert_translates(&parts, &o, NULL, "x O\nGerman B-ORG\nHouse I-ORG\n", "x O\nAlemán B-ORG\nHaus I-ORG\n");
    assert_translates(&parts, &o, NULL, "x O\nWhite O\n", "x O\nBlanco O\n"); /* unseen: as the source */
    o.casing = ISG_CASING_BOTH; /* the target takes capitals away, and gives none */
    assert_translates(&parts, &o, NULL, "the O\nhouse O\nGerman O\nun O\nHouse O\nWhite O\n",
        "the O\nhaus O\nalemán O\nonu O\nHaus O\nBlanco O\n");
    o.casing = ISG_CASING_SAMPLE;
    char *one = test_translate(&parts, &o, NULL, "x O\nGerman O\nhouse O\nun O\nStreet O\n", NULL);
    char *two = test_translate(&parts, &o, NULL, "x O\nGerman O\nhouse O\nun O\nStreet O\n", NULL);
    assert_string_equal(one, two); /* the same seed, the same letters */
    free(one);
    free(two);
    o.casing = ISG_CASING_NONE;
    assert_translates(&parts, &o, NULL, "House O\nGerman O\n", "Haus O\nalemán O\n");
    struct isg_translator *t;
    const struct isg_translate_parts none = {.lexicon = lex};
    o.casing = ISG_CASING_TARGET;
    assert_error(isg_translator_new(&t, &none, &o, &err), ISG_EUSAGE, "needs a case table");
    isg_lexicon_free(lex);
    isg_case_table_free(cases);
}

/** Capitals that take more bytes than their small letters, and letters whose capital is several letters. */
static void letters_that_grow(void **state)
{
    (void)state;
    static const char source[] = "STREET O\nBIG O\nFlow O\nNight O\nApostrophe O\n";
    struct isg_lexicon *lex = test_lexicon("street\tstraße\nbig\tgroß\nflow\tɑbɑ\nnight\tΐxx\napostrophe\tŉdebele\n");
    const struct isg_translate_parts parts = {.lexicon = lex};
    struct isg_translate_opts o = defaults();
    struct isg_case_map *map;
    assert_ok(isg_case_map_new(&map, NULL, &err));
    isg_case_map_free(map);
    const bool full = isg_case_map_new(&map, "de", &err) == ISG_OK;
    isg_case_map_free(map);
    assert_translates(&parts, &o, NULL, source,
        full ? "STRASSE O\nGROSS O\nⱭbɑ O\n\u0399\u0308\u0301xx O\nʼNdebele O\n"
             : "STRAẞE O\nGROẞ O\nⱭbɑ O\nΐxx O\nŉdebele O\n");
    isg_lexicon_free(lex);
}

/** One language's letters: a final sigma, Turkish and Azeri i, Dutch ij. */
static void letters_of_a_language(void **state)
{
    (void)state;
    static const struct {
        const char *locale, *word, *upper, *title, *lower; /* lower: of the upper-case word */
    } cases[] = {{NULL, "οδός", "ΟΔΌΣ", "Οδός", "οδός"}, {NULL, "ilik", "ILIK", "Ilik", "ilik"},
        {"tr", "ilik", "İLİK", "İlik", "ilik"}, {"az", "ırmaq", "IRMAQ", "Irmaq", "ırmaq"},
        {"tr-TR", "ilik", "İLİK", "İlik", "ilik"}, {"nl", "ijs", "IJS", "IJs", "ijs"}};
    struct isg_case_map *map;
    if (isg_case_map_new(&map, "tr", &err) != ISG_OK) {
        test_error_holds(&err, ISG_EUSAGE, "without ICU", __FILE__, __LINE__);
        return;
    }
    isg_case_map_free(map);
    assert_error(isg_case_map_new(&map, "turkish", &err), ISG_EUSAGE, "language \"turkish\"; expected a code");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n;
        assert_ok(isg_case_map_new(&map, cases[i].locale, &err));
        char *upper = isg_case_map_apply(map, ISG_TO_UPPER, cases[i].word, strlen(cases[i].word), &n);
        assert_string_equal(upper, cases[i].upper);
        assert_int_equal(n, strlen(upper));
        char *lower = isg_case_map_apply(map, ISG_TO_LOWER, upper, n, &n);
        assert_string_equal(lower, cases[i].lower);
        char *title = isg_case_map_apply(map, ISG_TO_TITLE, cases[i].word, strlen(cases[i].word), &n);
        assert_string_equal(title, cases[i].title);
        isg_free(upper);
        isg_free(lower);
        isg_free(title);
        isg_case_map_free(map);
    }
    /* the source's letters find the entry, the target's are written */
    struct isg_lexicon *lex = test_lexicon("ırmak\tirmaq\n");
    const struct isg_translate_parts parts = {.lexicon = lex};
    struct isg_translate_opts o = defaults();
    assert_translates(&parts, &o, NULL, "IRMAK O\n", "IRMAK O\n"); /* copied */
    o.source_locale = "tr";
    o.locale = "az";
    assert_translates(&parts, &o, NULL, "IRMAK O\n", "İRMAQ O\n");
    isg_lexicon_free(lex);
}

static void case_tables(void **state)
{
    (void)state;
    static const char text[] = "El alemán vio Madrid. Ayer, el alemán dijo: «España». ONU la ONU y la "
                               "Onu.\n¿Quién? El señor J. Pérez.\n";
    char *path = test_file(text, sizeof text - 1, ".txt"), *out = test_file("", 0, ".tsv");
    struct isg_case_table *t;
    assert_ok(isg_case_table_new(&t, NULL, &err));
    const struct isg_env env = {0};
    assert_ok(isg_case_table_count(t, path, &env, &err));
    struct isg_case_counts c = isg_case_table_get(t, "Alemán", strlen("Alemán"));
    assert_int_equal(c.lower, 2);
    assert_int_equal(c.title, 0);
    assert_int_equal(isg_case_table_get(t, "madrid", 6).title, 1);
    assert_int_equal(isg_case_table_get(t, "ayer", 4).title, 0); /* starts its sentence */
    assert_int_equal(isg_case_table_get(t, "españa", strlen("españa")).title, 1);
    assert_int_equal(isg_case_table_get(t, "onu", 3).upper, 1);
    assert_int_equal(isg_case_table_get(t, "onu", 3).title, 1);
    assert_int_equal(isg_case_table_get(t, "pérez", strlen("pérez")).title, 1);
    assert_int_equal(isg_case_table_get(t, "zzz", 3).lower, 0);
    assert_ok(isg_case_table_save(t, out, 1, true, &err));
    struct isg_case_table *again;
    assert_ok(isg_case_table_new(&again, NULL, &err));
    assert_ok(isg_case_table_load(again, out, NULL, &err));
    assert_int_equal(isg_case_table_get(again, "la", 2).lower, isg_case_table_get(t, "la", 2).lower);
    isg_case_table_free(t);
    isg_case_table_free(again);
    unlink(path);
    free(path);
    path = test_file("a\t1\t2\n", 6, ".tsv");
    assert_ok(isg_case_table_new(&t, NULL, &err));
    assert_error(isg_case_table_load(t, path, NULL, &err), ISG_EDATA, ":1: \"a");
    isg_case_table_free(t);
    unlink(path);
    unlink(out);
    free(path);
    free(out);
}

static void policies_are_checked(void **state)
{
    (void)state;
    struct isg_lexicon *lex = test_lexicon("a\tb\n");
    const struct isg_translate_parts parts = {.lexicon = lex};
    const struct isg_translate_opts o = defaults();
    struct isg_translator *t;
    assert_ok(isg_translator_new(&t, &parts, &o, &err));
    assert_error(isg_translator_policy(t, "PER", &err), ISG_EUSAGE, "policy \"PER\"");
    assert_error(isg_translator_policy(t, "PER=cpy", &err), ISG_EUSAGE, "expected TYPE=translate");
    assert_error(isg_translator_policy(t, "=copy", &err), ISG_EUSAGE, "policy");
    isg_translator_free(t);
    isg_lexicon_free(lex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xie_rules),
        cmocka_unit_test(order_of_sources),
        cmocka_unit_test(shapes_are_kept),
        cmocka_unit_test(labels_spread),
        cmocka_unit_test(provenance),
        cmocka_unit_test(casing_by_target),
        cmocka_unit_test(letters_that_grow),
        cmocka_unit_test(letters_of_a_language),
        cmocka_unit_test(case_tables),
        cmocka_unit_test(policies_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
