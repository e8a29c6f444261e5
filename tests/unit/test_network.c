/* Networks put together: what adaptation layers hand on. */
#include "tests/test.h"
#include "ner/model.h"

static const char text[] = "in O\nRome B-LOC\n\nAnn B-PER\nLee I-PER\nleft O\nRome B-LOC\n\n";
static const char *const words[] = {"Ann", "Lee", "left", "Rome"};
enum { N = 4, DIM = 6 };

struct tagger {
    struct isg_ner_config config;
    struct isg_ner_vocab vocab;
    struct isg_ner_network net;
};

static void tagger_make(struct tagger *m, int64_t sal, int64_t oal, bool residual)
{
    struct isg_error err;
    struct isg_ner_corpus corpus;
    uint32_t *vector_row;
    bool *rare;
    char *const path = test_file(text, strlen(text), ".conll");
    memset(m, 0, sizeof *m);
    isg_ner_config_defaults(&m->config);
    m->config.hidden = 5;
    m->config.word_dim = DIM;
    m->config.sal_hidden = sal;
    m->config.oal_hidden = oal;
    m->config.adapt_residual = residual;
    assert_ok(isg_ner_corpus_load(&corpus, path, ISG_COLUMNS_DEFAULT, &err));
    assert_ok(isg_ner_vocab_build(&m->vocab, &corpus, NULL, &m->config, &vector_row, &rare, &err));
    isg_free(vector_row);
    isg_free(rare);
    isg_ner_corpus_fini(&corpus);
    assert_int_equal(unlink(path), 0);
    free(path);
}

/* N x labels; an adaptation layer whose weights are zero gives zeros: o tanh(c), c = i g = 0. */
static double *emissions(struct tagger *m, bool zero_layers)
{
    struct isg_error err;
    struct isg_ner_forms forms;
    struct isg_ner_batch batch = {0};
    struct isg_tape *tape;
    struct isg_node *pair;
    uint32_t ids[N];
    const uint32_t *const tokens[] = {ids}, lengths[] = {N};
    assert_ok(isg_ner_network_new(&m->net, &m->config, &m->vocab, DIM, &err));
    isg_ner_network_init(&m->net, &m->config, 1);
    for (uint32_t i = 0; i < isg_params_count(m->net.params); i++) {
        struct isg_param *const p = isg_params_at(m->net.params, i);
        if (zero_layers && isg_glob("sal.*|oal.*", p->name))
            isg_param_fill(p, 0);
    }
    assert_ok(isg_ner_forms_init(&forms, &m->vocab, &err));
    for (size_t i = 0; i < N; i++)
        assert_ok(isg_ner_forms_add(&forms, words[i], strlen(words[i]), &ids[i], &err));
    assert_ok(isg_ner_batch_build(&batch, &forms, tokens, lengths, NULL, 1, &err));
    assert_ok(isg_tape_new(&tape, m->net.params, ISG_ISA_AUTO, &err));
    isg_tape_reset(tape, &(struct isg_run){.training = false});
    const struct isg_node *const emit = isg_ner_network_run(&m->net, tape, &m->config, &batch, &pair);
    assert_ok(isg_tape_status(tape, &err));
    const size_t n = (size_t)N * emit->cols;
    double *const out = calloc(n, sizeof *out);
    assert_non_null(out);
    for (size_t i = 0; i < n; i++)
        out[i] = (double)emit->x[i];
    isg_tape_free(tape);
    isg_ner_batch_fini(&batch);
    isg_ner_forms_fini(&forms);
    isg_ner_network_fini(&m->net);
    isg_ner_vocab_fini(&m->vocab);
    return out;
}

/** Layers that add start from the tagger without them; layers in place of their input pass nothing through. */
static void adaptation_layers(void **state)
{
    (void)state;
    static struct tagger m;
    enum { LABELS = 9, COUNT = N * LABELS }; /* BIOES of two types */
    tagger_make(&m, 0, 0, false);
    double *const plain = emissions(&m, false);
    tagger_make(&m, DIM / 2, 5, true);
    double *const added = emissions(&m, true);
    tagger_make(&m, DIM / 2, 5, true);
    double *const learnt = emissions(&m, false);
    tagger_make(&m, DIM / 2, 5, false);
    double *const replaced = emissions(&m, true);
    size_t same = 0;
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(added[i] == plain[i]);
        same += learnt[i] == plain[i];
        assert_true(replaced[i] == replaced[i % LABELS]); /* the head's bias alone */
    }
    assert_true(same < COUNT / 2);
    free(plain);
    free(added);
    free(learnt);
    free(replaced);
}

static void sizes_must_fit(void **state)
{
    (void)state;
    static struct tagger m;
    struct isg_error err;
    tagger_make(&m, DIM / 2, 4, true);
    assert_error(
        isg_ner_network_new(&m.net, &m.config, &m.vocab, DIM, &err), ISG_EUSAGE, "oal_hidden=4 on 10");
    isg_ner_vocab_fini(&m.vocab);
    tagger_make(&m, 2, 5, true);
    assert_error(
        isg_ner_network_new(&m.net, &m.config, &m.vocab, DIM, &err), ISG_EUSAGE, "sal_hidden=2 on 6");
    isg_ner_vocab_fini(&m.vocab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(adaptation_layers), cmocka_unit_test(sizes_must_fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
