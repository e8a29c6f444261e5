/* The record of how a model was made, and the card that shows it. */
#include "ner/model/card.h"
#include "tests/unit/ner_helpers.h"

static void holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        print_message("no \"%s\" in:\n%s\n", part, text);
    assert_non_null(strstr(text, part));
}

static void lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        print_message("\"%s\" in:\n%s\n", part, text);
    assert_null(strstr(text, part));
}

static void read_record(struct isg_ner_provenance *p, const char *json)
{
    struct isg_error err;
    assert_ok(isg_ner_provenance_read(p, json, "m", &err));
}

static const char transfer_record[] =
    "{\"inputs\":{\"train\":{\"file\":\"es.conll\",\"xxh3\":\"0123456789abcdef\"},\"source 2\":{\"file\":\"de.conll\","
    "\"xxh3\":\"fedcba9876543210\"}},\"transfer\":\"mult-init\",\"transfer_settings\":{\"pretrain\":true,\"p_source\":"
    "0.5,"
    "\"share\":\"head\",\"rates\":{\"char.*\":0.25}},\"source_epochs\":3,\"source_sentences\":70,\"source_tokens\":700,"
    "\"epochs\":9,\"best_epoch\":4,\"selected_by\":\"dev\",\"scheme_of_train\":\"BIO\",\"train_sentences\":10,"
    "\"train_tokens\":99,\"types\":{\"LOC\":{\"train\":7,\"source\":31,\"dev\":{\"gold\":4,\"predicted\":5,\"correct\":"
    "3}}},"
    "\"dev\":{\"precision\":60.0,\"recall\":75.0,\"f1\":66.5},\"history\":[{\"phase\":\"target\",\"epoch\":1,\"loss\":"
    "2.5,"
    "\"dev_f1\":null}],\"calibration\":{\"temperature\":1.25,\"nll_before\":0.5,\"nll_after\":0.25,\"entity_ece_"
    "before\":9.0,"
    "\"entity_ece_after\":3.0,\"entity_ece_held_out\":3.5,\"token_ece_before\":2.0,\"token_ece_after\":1.0}}";

static void writer_and_reader(void **state)
{
    (void)state;
    struct isg_ner_provenance p;
    read_record(&p, transfer_record);
    assert_int_equal(p.inputs.n, 2);
    assert_string_equal(p.inputs.v[1].role, "source 2");
    assert_string_equal(p.inputs.v[1].file, "de.conll");
    assert_string_equal(p.inputs.v[1].xxh3, "fedcba9876543210");
    assert_string_equal(p.mode, "mult-init");
    assert_int_equal(p.scheme, ISG_BIO);
    assert_int_equal(p.selection, ISG_SELECT_DEV);
    assert_int_equal(p.source_epochs, 3);
    assert_int_equal(p.epochs, 9);
    assert_int_equal(p.best_epoch, 4);
    assert_int_equal(p.train.tokens, 99);
    assert_int_equal(p.source.sentences, 70);
    assert_int_equal(p.types.n, 1);
    assert_int_equal(p.types.v[0].source, 31);
    assert_int_equal(p.types.v[0].dev.correct, 3);
    assert_true(p.has_dev && p.calibrated);
    assert_near(p.f1, 66.5, 0);
    assert_near(p.calibration.token_ece_before, 2, 0);
    char *const json = isg_ner_provenance_json(&p);
    assert_string_equal(json, transfer_record);
    isg_free(json);
    isg_ner_provenance_fini(&p);
}

static void filled_by_training(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_ner_provenance p = {.selection = ISG_SELECT_LAST, .scheme = ISG_BIO, .epochs = 2, .best_epoch = 2}, q;
    struct isg_ner_corpus c = {0};
    static const char text[] = "in O\nRome B-LOC\n\nAnn B-PER\nLee I-PER\nleft O\nRome B-LOC\n\n";
    char *const path = test_file(text, sizeof text - 1, ".conll");
    assert_ok(isg_ner_corpus_load(&c, path, ISG_COLUMNS_DEFAULT, NULL, &err));
    assert_ok(isg_ner_provenance_input(&p, "train", 1, path, &err));
    assert_ok(isg_ner_provenance_input(&p, "dev", 1, NULL, &err));
    assert_ok(isg_ner_provenance_text(&p, &c, false, &err));
    isg_ner_provenance_type(&p, "LOC", 3)->dev = (struct isg_ner_counts){4, 2, 2};
    isg_ner_provenance_scored(&p);
    char *const json = isg_ner_provenance_json(&p);
    read_record(&q, json);
    assert_int_equal(q.inputs.n, 1);
    assert_string_equal(q.inputs.v[0].file, strrchr(path, '/') + 1);
    assert_int_equal(strlen(q.inputs.v[0].xxh3), 16);
    assert_int_equal(q.train.sentences, 2);
    assert_int_equal(q.train.tokens, 6);
    assert_int_equal(q.types.n, 2);
    assert_string_equal(q.types.v[0].name, "LOC");
    assert_int_equal(q.types.v[0].train, 2);
    assert_int_equal(q.types.v[1].train, 1);
    assert_near(q.recall, 50, 0);
    assert_near(q.precision, 100, 0);
    assert_null(q.mode);
    isg_free(json);
    isg_ner_provenance_fini(&p);
    isg_ner_provenance_fini(&q);
    isg_ner_corpus_fini(&c);
    assert_int_equal(unlink(path), 0);
    free(path);
}

/* What version 0.1 wrote: no types, scores in the history alone, nothing of what selected the epoch. */
static void records_of_version_0_1(void **state)
{
    (void)state;
    struct isg_ner_provenance p;
    read_record(&p,
        "{\"inputs\":{\"train\":{\"file\":\"a\",\"xxh3\":\"00\"},\"dev\":{\"file\":\"b\",\"xxh3\":\"11\"}},"
        "\"epochs\":3,\"best_epoch\":2,\"scheme_of_train\":\"BIOES\",\"train_sentences\":5,\"train_tokens\":50,"
        "\"history\":[{\"epoch\":1,\"dev_f1\":10.0},{\"epoch\":2,\"dev_precision\":40.0,\"dev_recall\":60.0,"
        "\"dev_f1\":48.0},{\"epoch\":3,\"dev_f1\":20.0}]}");
    assert_int_equal(p.selection, ISG_SELECT_DEV);
    assert_int_equal(p.train.tokens, 50);
    assert_true(p.has_dev);
    assert_near(p.precision, 40, 0);
    assert_near(p.f1, 48, 0);
    isg_ner_provenance_fini(&p);
    /* transfer: two phases in one history; the best epoch is one of the second */
    read_record(&p,
        "{\"transfer\":\"mult-init\",\"transfer_settings\":{\"joint\":true},\"inputs\":{\"train\":{},"
        "\"source dev\":{}},\"source_epochs\":1,\"epochs\":1,\"best_epoch\":1,\"target_sentences\":7,\"history\":["
        "{\"phase\":\"source\",\"epoch\":1,\"dev_f1\":90.0},{\"phase\":\"target\",\"epoch\":1,\"dev_f1\":30.0}]}");
    assert_int_equal(p.selection, ISG_SELECT_SOURCE_DEV);
    assert_int_equal(p.train.sentences, 7);
    assert_int_equal(p.train.tokens, 0);
    assert_near(p.f1, 30, 0);
    assert_true(isnan(p.precision));
    isg_ner_provenance_fini(&p);
    read_record(&p, "{\"transfer\":\"init\",\"inputs\":{\"train\":{},\"unlabelled\":{}}}");
    assert_int_equal(p.selection, ISG_SELECT_AGREEMENT);
    assert_false(p.has_dev);
    isg_ner_provenance_fini(&p);
    read_record(&p, "{\"inputs\":{\"train\":{}}}");
    assert_int_equal(p.selection, ISG_SELECT_LAST);
    isg_ner_provenance_fini(&p);
}

static void damaged_records(void **state)
{
    (void)state;
    struct isg_ner_provenance p;
    struct isg_error err;
    assert_error(isg_ner_provenance_read(&p, "{", "m", &err), ISG_EDATA, "m: ");
    assert_error(isg_ner_provenance_read(&p, "[]", "m", &err), ISG_EDATA, "m: ");
    read_record(&p, "{\"inputs\":7,\"types\":[1],\"epochs\":\"x\",\"history\":{},\"dev\":3,\"calibration\":[]}");
    assert_int_equal(p.inputs.n + p.types.n, 0);
    isg_ner_provenance_fini(&p);
}

static void card_of_a_transfer_model(void **state)
{
    (void)state;
    struct isg_ner_model m = {.temperature = 1.25};
    read_record(&m.provenance, transfer_record);
    char *const card = isg_ner_card(&m, "es.model"), *const summary = isg_ner_summary(&m);
    holds(card, "| 7 | 31 | 60.00 | 75.00 | 66.67 |\n");
    holds(card, "| all | | | 60.00 | 75.00 | 66.50 |\n");
    holds(card, "| source 2 | de.conll | fedcba9876543210 |\n");
    holds(card, "- transfer mode: mult-init\n- training text: 10 sentences, 99 tokens\n- source text: 70 sentences, "
                "700 tokens\n");
    holds(card, "- epoch 4 of 9 was kept, selected by F1 on the dev text\n");
    holds(card, "| rate char.\\* | 0.25 |\n");
    holds(card, "| p\\_source | 0.5 |\n");
    holds(summary, "dev F1 66.50\n");
    isg_free(card);
    isg_free(summary);
    m.provenance.selection = ISG_SELECT_LAST;
    m.provenance.has_dev = false;
    char *const unscored = isg_ner_card(&m, "es.model");
    holds(unscored, "was kept: the last one, since no text selected an epoch\n");
    holds(unscored, "not scored");
    lacks(unscored, "precision");
    isg_free(unscored);
    isg_ner_model_fini(&m);
}

/* Names come from strangers' files; a card is shown on web pages. */
static void names_are_escaped(void **state)
{
    (void)state;
    struct isg_ner_model m = {.temperature = 1};
    read_record(&m.provenance,
        "{\"inputs\":{\"train\":{\"file\":\"[x](javascript:alert(1))\"}},"
        "\"types\":{\"<img src=x onerror=alert(1)>\":{},\"A|B\":{},\"\\u202eCOL\":{},\"\\u001b[2J\":{},\"a\\nb\":{}}}");
    char *const card = isg_ner_card(&m, "# <b>x</b>\xff");
    lacks(card, "<img");
    lacks(card, "<b>");
    lacks(card, "](");
    lacks(card, "javascript:");
    lacks(card, "A|B");
    lacks(card, "\x1b");
    lacks(card, "\xe2\x80\xae");
    lacks(card, "\xff");
    lacks(card, "a\nb");
    holds(card, "\\\\u202eCOL");
    char *const summary = isg_ner_summary(&m);
    lacks(summary, "\x1b");
    lacks(summary, "\xe2\x80\xae");
    isg_free(card);
    isg_free(summary);
    isg_ner_model_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(writer_and_reader), cmocka_unit_test(filled_by_training),
        cmocka_unit_test(records_of_version_0_1), cmocka_unit_test(damaged_records),
        cmocka_unit_test(card_of_a_transfer_model), cmocka_unit_test(names_are_escaped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
