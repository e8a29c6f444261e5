/* The table of settings. */
#include "ner/ner.h"
#include "tests/test.h"

static void defaults_are_in_range(void **state)
{
    (void)state;
    struct isg_ner_config c;
    struct isg_error err;
    isg_ner_config_defaults(&c);
    for (const struct isg_ner_key *k = isg_ner_keys(); k->name; k++) {
        char value[64], setting[128];
        isg_ner_config_value(&c, k, value, sizeof value);
        snprintf(setting, sizeof setting, "%s=%s", k->name, value);
        assert_ok(isg_ner_config_set(&c, setting, &err));
    }
    assert_near(c.lr, 0.015, 0);
    assert_int_equal(c.batch, 10);
}

static void json_brings_all_back(void **state)
{
    (void)state;
    struct isg_ner_config a, b;
    struct isg_error err;
    isg_ner_config_defaults(&a);
    assert_ok(isg_ner_config_preset(&a, "xie2018", &err));
    assert_ok(isg_ner_config_set(&a, "lr=0.0123456789", &err));
    char *json = isg_ner_config_json(&a);
    assert_non_null(json);
    assert_ok(isg_ner_config_from_json(&b, json, "m", &err));
    assert_memory_equal(&a, &b, sizeof a);
    assert_int_equal(b.transitions, ISG_TRANSITIONS_INPUT);
    isg_free(json);
}

static void wrong_settings_are_refused(void **state)
{
    (void)state;
    struct isg_ner_config c;
    struct isg_error err;
    isg_ner_config_defaults(&c);
    assert_error(isg_ner_config_set(&c, "hiden=5", &err), ISG_EUSAGE, "did you mean \"hidden\"");
    assert_error(isg_ner_config_set(&c, "hidden", &err), ISG_EUSAGE, "key=value");
    assert_error(isg_ner_config_set(&c, "hidden=0", &err), ISG_EUSAGE, "a whole number from 1 to 4096");
    assert_error(isg_ner_config_set(&c, "hidden=1.5", &err), ISG_EUSAGE, "a whole number");
    assert_error(isg_ner_config_set(&c, "hidden=12x", &err), ISG_EUSAGE, "a whole number");
    assert_error(isg_ner_config_set(&c, "lr=nan", &err), ISG_EUSAGE, "a number from");
    assert_error(isg_ner_config_set(&c, "chars=rnn", &err), ISG_EUSAGE, "one of none|cnn|lstm|both");
    assert_error(isg_ner_config_set(&c, "legal=maybe", &err), ISG_EUSAGE, "true or false");
    assert_error(isg_ner_config_preset(&c, "best", &err), ISG_EUSAGE, "no preset \"best\"");
    assert_error(isg_ner_config_from_json(&c, "[1]", "m", &err), ISG_EDATA, "m: ");
    assert_error(isg_ner_config_from_json(&c, "{\"hidden\": -3}", "m", &err), ISG_EDATA, "hidden=-3");
    assert_error(isg_ner_config_from_json(&c, "{\"future\": 1}", "m", &err), ISG_EDATA, "\"future\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_in_range),
        cmocka_unit_test(json_brings_all_back),
        cmocka_unit_test(wrong_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
