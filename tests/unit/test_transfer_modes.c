/* Transfer settings: the table, every mode's settings, settings without effect. */
#include "ner/engine/optim.h"
#include "ner/ner.h"
#include "tests/test.h"

static void mode(struct isg_ner_transfer_config *x, struct isg_ner_config *tagger, const char *name)
{
    struct isg_error err;
    isg_ner_config_defaults(tagger);
    assert_ok(isg_ner_transfer_mode(x, tagger, name, &err));
}

/* What differs from the defaults, as "key=value key=value ". */
static void differences(const struct isg_ner_key *keys, const void *of, const void *defaults, char *out, size_t n)
{
    size_t at = 0;
    *out = 0;
    for (const struct isg_ner_key *k = keys; k->name; k++) {
        char a[64], b[64];
        isg_ner_keys_value(of, k, a, sizeof a);
        isg_ner_keys_value(defaults, k, b, sizeof b);
        if (strcmp(a, b) != 0)
            at += (size_t)snprintf(out + at, n - at, "%s=%s ", k->name, a);
    }
}

static void settings_of_every_mode(void **state)
{
    (void)state;
    static const struct {
        const char *name, *transfer, *tagger;
    } wanted[] = {{"base", "", ""}, {"init", "pretrain=true share_words=false ", ""},
        {"mult", "joint=true p_source=0.5 ", ""}, {"mult-init", "pretrain=true joint=true p_source=0.5 ", ""},
        {"adapt", "pretrain=true share_words=false word_adaptation=true sal=true oal=true psi=0.6 ", ""},
        {"at", "joint=true p_source=0.5 private=true adversary=ad pool_max=true lambda=0.06 reverse=1 ",
            "hidden=120 attention=heads attention_heads=8 attention_join=replace "},
        {"datnet-f", "joint=true share=transitions adversary=grad epsilon=5 epsilon_char=5 ", NULL},
        {"datnet-p", "joint=true private=true share=transitions adversary=grad epsilon=5 epsilon_char=5 ", NULL},
        {"translate", "pretrain=true share=head ", ""}};
    struct isg_ner_transfer_config defaults, x;
    struct isg_ner_config plain, tagger;
    isg_ner_transfer_defaults(&defaults);
    isg_ner_config_defaults(&plain);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char text[512];
        assert_string_equal(isg_ner_transfer_mode_name(i), wanted[i].name);
        mode(&x, &tagger, wanted[i].name);
        differences(isg_ner_transfer_keys(), &x, &defaults, text, sizeof text);
        assert_string_equal(text, wanted[i].transfer);
        differences(isg_ner_keys(), &tagger, &plain, text, sizeof text);
        if (wanted[i].tagger) {
            assert_string_equal(text, wanted[i].tagger);
        } else { /* DATNet's */
            assert_int_equal(tagger.optimiser, ISG_ADAM);
            assert_near(tagger.lr, 0.001, 0);
            assert_near(tagger.word_lr + tagger.dropout_char, 0, 0);
            assert_near(tagger.dropout_in, 0.2, 0);
        }
    }
    assert_null(isg_ner_transfer_mode_name(sizeof wanted / sizeof *wanted));
    struct isg_error err;
    assert_error(isg_ner_transfer_mode(&x, &tagger, "datnet", &err), ISG_EUSAGE, "datnet-p or translate");
}

static void defaults_are_in_range(void **state)
{
    (void)state;
    struct isg_ner_transfer_config x;
    struct isg_error err;
    isg_ner_transfer_defaults(&x);
    for (const struct isg_ner_key *k = isg_ner_transfer_keys(); k->name; k++) {
        char value[64], setting[128];
        isg_ner_keys_value(&x, k, value, sizeof value);
        snprintf(setting, sizeof setting, "%s=%s", k->name, value);
        assert_ok(isg_ner_keys_set(isg_ner_transfer_keys(), &x, setting, &err));
        assert_true(strlen(k->help) <= 69); /* with the option before it, a line of the help has at most 100 */
    }
    assert_near(x.p_source_end, -1, 0);
    assert_int_equal(x.epoch_batches, 100);
    assert_error(isg_ner_keys_set(isg_ner_transfer_keys(), &x, "psi=2", &err), ISG_EUSAGE, "a number from 0 to 1");
    assert_error(isg_ner_keys_set(isg_ner_transfer_keys(), &x, "share=all", &err), ISG_EUSAGE, "none|transitions|head");
    char *const json = isg_ner_transfer_json(&x);
    assert_non_null(strstr(json, "\"adversary\":\"none\""));
    assert_non_null(strstr(json, "\"pretrain_epochs\":10"));
    isg_free(json);
}

static bool is_given(const void *cookie, const char *name)
{
    return strcmp(cookie, name) == 0;
}

/* Each setting in each mode: it has an effect, or the error says what it needs. */
static void settings_without_effect(void **state)
{
    (void)state;
    static const struct {
        const char *mode, *key, *needs; /* NULL = it has an effect */
    } cases[] = {{"datnet-f", "pretrain_epochs", "--pretrain-epochs has no effect without --pretrain;"},
        {"init", "pretrain_epochs", NULL}, {"init", "p_source_end", "without --joint"}, {"mult", "p_source_end", NULL},
        {"mult", "lambda", "without --adversary;"}, {"at", "lambda", NULL},
        {"at", "alpha", "--alpha has no effect without --adversary grad;"}, {"datnet-p", "alpha", NULL},
        {"mult", "psi", "--psi has no effect without --pretrain"}, {"adapt", "psi", NULL},
        {"at", "epsilon_relative", NULL}, {"init", "pivots", "without --word-adaptation"}, {"adapt", "pivots", NULL},
        {"mult", "keep_chars", "--keep-chars has no effect without --pretrain"}, {"base", "epsilon", NULL},
        {"mult", "ramp", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct isg_ner_transfer_config x;
        struct isg_ner_config tagger;
        struct isg_error err;
        mode(&x, &tagger, cases[i].mode);
        if (cases[i].needs)
            assert_error(isg_ner_transfer_check(&x, is_given, cases[i].key, &err), ISG_EUSAGE, cases[i].needs);
        else
            assert_ok(isg_ner_transfer_check(&x, is_given, cases[i].key, &err));
    }
    struct isg_ner_transfer_config x;
    struct isg_ner_config tagger;
    struct isg_error err;
    mode(&x, &tagger, "mult");
    x.ramp = true;
    assert_error(isg_ner_transfer_check(&x, is_given, "ramp", &err), ISG_EUSAGE, "--ramp has no effect");
    x.epsilon_relative = true;
    assert_error(isg_ner_transfer_check(&x, is_given, "epsilon_relative", &err), ISG_EUSAGE,
        "without --epsilon or --epsilon-char");
    x.epsilon_char = 2;
    assert_ok(isg_ner_transfer_check(&x, is_given, "epsilon_relative", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(settings_of_every_mode),
        cmocka_unit_test(defaults_are_in_range), cmocka_unit_test(settings_without_effect)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
