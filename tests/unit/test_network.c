/* Networks put together: what adaptation layers and attention hand on. */
#include "tests/unit/ner_helpers.h"

static const char text[] = "in O\nRome B-LOC\n\nAnn B-PER\nLee I-PER\nleft O\nRome B-LOC\n\n";
static const char *const words[] = {"Ann", "Lee", "left", "Rome"};
enum { N = 4, DIM = 6, HIDDEN = 5, LABELS = 9, COUNT = N * LABELS }; /* BIOES of two types */

struct tagger {
    struct isg_ner_config config;
    struct isg_ner_vocab vocab;
    struct isg_ner_network net;
};

/* A tagger without attention and adaptation layers; the test gives it these. */
static void tagger_make(struct tagger *m)
{
    memset(m, 0, sizeof *m);
    isg_ner_config_defaults(&m->config);
    m->config.hidden = HIDDEN;
    m->config.word_dim = DIM;
    test_vocab(&m->vocab, &m->config, text);
}

/* N x labels, with the parameters of that pattern 0. */
static double *emissions(struct tagger *m, const char *zero)
{
    struct isg_error err;
    assert_ok(isg_ner_network_new(&m->net, &m->config, &m->vocab, DIM, &err));
    isg_ner_network_init(&m->net, &m->config, 1);
    for (uint32_t i = 0; i < isg_params_count(m->net.params); i++) {
        struct isg_param *const p = isg_params_at(m->net.params, i);
        if (isg_glob(zero, p->name))
            isg_param_fill(p, 0);
    }
    double *const out = calloc(COUNT, sizeof *out);
    assert_non_null(out);
    test_add_emissions(&m->net, &m->config, &m->vocab, words, N, LABELS, out);
    isg_ner_network_fini(&m->net);
    isg_ner_vocab_fini(&m->vocab);
    return out;
}

static size_t differences(const double *a, const double *b)
{
    size_t n = 0;
    for (size_t i = 0; i < COUNT; i++)
        n += a[i] != b[i];
    return n;
}

static double *plain_emissions(void)
{
    struct tagger m;
    tagger_make(&m);
    return emissions(&m, "");
}

static double *adapted_emissions(bool residual, const char *zero)
{
    struct tagger m;
    tagger_make(&m);
    m.config.sal_hidden = DIM / 2;
    m.config.oal_hidden = HIDDEN;
    m.config.adapt_residual = residual;
    return emissions(&m, zero);
}

/** An LSTM whose weights are 0 gives 0: o tanh(c), c = i g = 0. So layers that add start from the tagger without
 * them, and layers in the place of their input let nothing through but the head's bias. */
static void adaptation_layers(void **state)
{
    (void)state;
    double *const plain = plain_emissions(), *const added = adapted_emissions(true, "sal.*|oal.*"),
                  *const learnt = adapted_emissions(true, ""), *const replaced = adapted_emissions(false, "sal.*|oal.*");
    assert_int_equal(differences(added, plain), 0);
    assert_true(differences(learnt, plain) > COUNT / 2);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(replaced[i] == replaced[i % LABELS]);
    free(plain);
    free(added);
    free(learnt);
    free(replaced);
}

static double *attending_emissions(int64_t join, const char *zero)
{
    struct tagger m;
    tagger_make(&m);
    m.config.attention = ISG_ATTENTION_HEADS;
    m.config.attention_heads = 2;
    m.config.attention_join = join;
    return emissions(&m, zero);
}

/** Attention whose output weights are 0: added, it changes nothing; in the place of the encoder's output nothing is
 * left of the sentence. */
static void attention_joins(void **state)
{
    (void)state;
    double *const plain = plain_emissions(), *const added = attending_emissions(ISG_JOIN_ADD, "attention.o"),
                  *const learnt = attending_emissions(ISG_JOIN_ADD, ""),
                  *const replaced = attending_emissions(ISG_JOIN_REPLACE, "attention.o"),
                  *const beside = attending_emissions(ISG_JOIN_CONCAT, "attention.o");
    assert_int_equal(differences(added, plain), 0);
    assert_true(differences(learnt, plain) > COUNT / 2);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(replaced[i] == replaced[i % LABELS]);
    assert_true(beside[0] != beside[LABELS]); /* the encoder's half is there */
    free(plain);
    free(added);
    free(learnt);
    free(replaced);
    free(beside);
}

static void sizes_must_fit(void **state)
{
    (void)state;
    struct tagger m;
    struct isg_error err;
    tagger_make(&m);
    m.config.adapt_residual = true;
    m.config.oal_hidden = 4;
    assert_error(isg_ner_network_new(&m.net, &m.config, &m.vocab, DIM, &err), ISG_EUSAGE, "oal_hidden=4 on 10");
    m.config.sal_hidden = 2;
    assert_error(isg_ner_network_new(&m.net, &m.config, &m.vocab, DIM, &err), ISG_EUSAGE, "sal_hidden=2 on 6");
    isg_ner_vocab_fini(&m.vocab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adaptation_layers), cmocka_unit_test(attention_joins), cmocka_unit_test(sizes_must_fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
