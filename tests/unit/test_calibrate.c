/* Temperatures for the probabilities of entities: a network too sure of itself is calmed, and none gets worse. */
#include "tests/unit/ner_helpers.h"

#include "ner/decode/calibrate.h"

enum { SENTENCES = 60, SEEDS = 12 };

/* Sentences of six words; every second word that starts with n is a name. */
static char *corpus_text(void)
{
    static char text[1 << 14];
    struct isg_rng r = isg_rng_stream(1, "corpus", 0);
    size_t n = 0;
    for (int s = 0; s < SENTENCES; s++) {
        for (int i = 0; i < 6; i++) {
            const bool name = isg_rng_below(&r, 2);
            n += (size_t)snprintf(text + n, sizeof text - n, "%c%u %s\n", name ? 'n' : 'w', isg_rng_below(&r, 30),
                name && isg_rng_below(&r, 2) ? isg_rng_below(&r, 2) ? "B-PER" : "B-LOC" : "O");
        }
        n += (size_t)snprintf(text + n, sizeof text - n, "\n");
    }
    return text;
}

/* Calibrates a network of random weights, the output's times `sureness`. */
static struct isg_ner_calibration calibrate(uint64_t seed, isg_real sureness, bool pairs)
{
    struct isg_error err;
    struct isg_ner_config config;
    struct isg_ner_vocab vocab;
    struct isg_ner_network net;
    struct isg_ner_forms forms;
    struct isg_ner_encoded e = {0};
    struct isg_ner_decoder *decoder;
    struct isg_ner_calibration out;
    const char *const labelled = corpus_text();
    char *const path = test_file(labelled, strlen(labelled), ".conll");
    isg_ner_config_defaults(&config);
    config.hidden = 6;
    config.word_dim = 6;
    config.transitions = pairs ? ISG_TRANSITIONS_INPUT : ISG_TRANSITIONS_CONSTANT;
    test_vocab(&vocab, &config, labelled);
    assert_ok(isg_ner_network_new(&net, &config, &vocab, 6, &err));
    isg_ner_network_init(&net, &config, seed);
    for (uint32_t i = 0; i < isg_params_count(net.params); i++) {
        struct isg_param *const p = isg_params_at(net.params, i);
        for (size_t k = 0; isg_glob("head.*", p->name) && k < isg_param_size(p); k++)
            p->value[k] *= sureness;
        isg_param_changed(p);
    }
    assert_ok(isg_ner_corpus_load(&e.corpus, path, ISG_COLUMNS_DEFAULT, NULL, &err));
    assert_ok(isg_ner_forms_init(&forms, &vocab, &err));
    assert_ok(isg_ner_encode(&e, &forms, &err));
    assert_ok(isg_ner_encode_labels(&e, &vocab, config.scheme == 0, &err));
    assert_ok(isg_ner_decoder_new(&decoder, &net, &config, NULL, &err));
    assert_ok(isg_ner_calibrate(&out, decoder, &net, &forms, &vocab, &e, &err));
    isg_ner_decoder_free(decoder);
    isg_ner_encoded_fini(&e);
    isg_ner_forms_fini(&forms);
    isg_ner_network_fini(&net);
    isg_ner_vocab_fini(&vocab);
    unlink(path);
    free(path);
    return out;
}

static void a_sure_network_is_calmed(void **state)
{
    (void)state;
    for (int pairs = 0; pairs < 2; pairs++) {
        const struct isg_ner_calibration c = calibrate(1, 40, pairs);
        assert_true(c.temperature > 1.5);
        assert_true(c.entity_ece_before > 20);
        assert_true(c.entity_ece_held_out < c.entity_ece_before);
        assert_true(c.entity_ece_after < c.entity_ece_before);
        assert_true(c.nll_after < c.nll_before);
    }
}

static void none_gets_worse(void **state)
{
    (void)state;
    int kept = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const struct isg_ner_calibration c = calibrate(seed, ISG_R(1 + (double)seed), false);
        assert_true(c.entity_ece_after <= c.entity_ece_before);
        if (c.temperature == 1) {
            kept++;
            assert_true(c.entity_ece_after == c.entity_ece_before && c.nll_after == c.nll_before);
        } else {
            assert_true(c.entity_ece_held_out < c.entity_ece_before);
        }
    }
    print_message("temperature 1 kept for %d of %d networks\n", kept, SEEDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_sure_network_is_calmed), cmocka_unit_test(none_gets_worse)};
    return cmocka_run_group_tests_name("calibrate", tests, NULL, NULL);
}
