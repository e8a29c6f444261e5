/* The engine end to end, and the worked example of how a graph is built: words and characters -> BiLSTM ->
 * linear -> CRF, trained by SGD until one batch is known by heart. */
#include "tests/test.h"

#include "ner/engine/crf.h"
#include "ner/engine/charcnn.h"
#include "ner/engine/crf_decode.h"
#include "ner/engine/dropout.h"
#include "ner/engine/elementwise.h"
#include "ner/engine/linear.h"
#include "ner/engine/lookup.h"
#include "ner/engine/lstm.h"
#include "ner/engine/optim.h"

enum { WORDS = 20, LETTERS = 8, TAGS = 5, TOKENS = 17, SENTENCES = 4, CHARS = 31 };

struct model {
    struct isg_params *params;
    struct isg_param *word, *letter, *conv_w, *conv_b, *out_w, *out_b;
    struct isg_bilstm lstm;
    struct isg_crf crf;
};

static void model_make(struct model *m, uint64_t seed)
{
    struct isg_error err;
    assert_ok(isg_params_new(&m->params, &err));
    assert_ok(isg_params_add(m->params, &m->word, "word.weight", WORDS, 12, true, &err));
    assert_ok(isg_params_add(m->params, &m->letter, "char.weight", LETTERS, 6, false, &err));
    assert_ok(isg_params_add(m->params, &m->conv_w, "char.conv.w", 3 * 6, 7, false, &err));
    assert_ok(isg_params_add(m->params, &m->conv_b, "char.conv.b", 1, 7, false, &err));
    assert_ok(isg_bilstm_add(m->params, &m->lstm, "lstm", 12 + 7, 10, &err));
    assert_ok(isg_params_add(m->params, &m->out_w, "out.w", 20, TAGS, false, &err));
    assert_ok(isg_params_add(m->params, &m->out_b, "out.b", 1, TAGS, false, &err));
    assert_ok(isg_crf_add(m->params, &m->crf, "crf", TAGS, &err));
    assert_ok(isg_params_seal(m->params, &err));
    for (uint32_t i = 0; i < isg_params_count(m->params); i++)
        isg_param_xavier(isg_params_at(m->params, i), seed);
    isg_bilstm_init(m->params, &m->lstm, 1, seed);
}

/* A batch of four sentences, one of them empty; ten different words with their letters. */
static const uint32_t sentence_at[SENTENCES + 1] = {0, 5, 5, 16, TOKENS};
static const struct isg_seqs sentences = {SENTENCES, sentence_at};
static const uint32_t word_at[11] = {0, 3, 7, 8, 10, 13, 16, 20, 22, 27, CHARS};
static const struct isg_seqs words = {10, word_at};

struct batch {
    uint32_t letters[CHARS], word[10], token[TOKENS], tags[TOKENS];
};
static struct batch batch_make(void)
{
    struct batch b;
    struct isg_rng r = isg_rng_stream(3, "batch", 0);
    for (int i = 0; i < CHARS; i++)
        b.letters[i] = isg_rng_below(&r, LETTERS);
    for (uint32_t i = 0; i < 10; i++)
        b.word[i] = 2 * i;
    for (int i = 0; i < TOKENS; i++) {
        b.token[i] = isg_rng_below(&r, 10);
        b.tags[i] = isg_rng_below(&r, TAGS);
    }
    return b;
}

static struct isg_node *emissions(struct isg_tape *t, const struct model *m, const struct batch *b)
{
    struct isg_node *spelling = isg_char_cnn(
        t, isg_lookup(t, m->letter, b->letters, CHARS), &words, 3, m->conv_w, m->conv_b);
    struct isg_node *type = isg_concat(t, (struct isg_node *[]){isg_lookup(t, m->word, b->word, 10), spelling}, 2);
    struct isg_node *x = isg_dropout(t, isg_rows(t, type, b->token, TOKENS), ISG_R(0.1), "input");
    return isg_linear(t, isg_bilstm(t, x, &sentences, &m->lstm), m->out_w, m->out_b);
}

static void one_batch_is_learnt(void **state)
{
    (void)state;
    struct isg_error err;
    struct model m;
    model_make(&m, 1);
    const struct batch b = batch_make();
    struct isg_tape *t;
    struct isg_optim *optim;
    struct isg_optim_opts opts = isg_optim_defaults();
    opts.lr = 0.1;
    assert_ok(isg_tape_new(&t, m.params, ISG_ISA_AUTO, &err));
    assert_ok(isg_optim_new(&optim, m.params, &opts, &err));
    double first = 0, last = 0;
    for (uint64_t step = 0; step < 200; step++) {
        isg_tape_reset(t, &(struct isg_run){.training = true, .seed = 1, .step = step});
        struct isg_node *loss = isg_crf_loss(
            t, emissions(t, &m, &b), NULL, &sentences, &m.crf, &(struct isg_crf_target){.tags = b.tags});
        assert_ok(isg_backward(t, loss, 1 / ISG_R(SENTENCES), &err));
        last = (double)loss->x[0];
        first = step == 0 ? last : first;
        assert_ok(isg_optim_step(optim, &t, 1, opts.lr, NULL, NULL, &err));
    }
    assert_true(first > TOKENS); /* about log 5 a token */
    assert_true(last < 0.5);

    isg_tape_reset(t, &(struct isg_run){.training = false});
    const struct isg_node *e = emissions(t, &m, &b);
    assert_ok(isg_tape_status(t, &err));
    for (uint32_t s = 0; s < SENTENCES; s++) {
        uint32_t tags[TOKENS];
        const uint32_t at = sentence_at[s], n = isg_seqs_len(&sentences, s);
        assert_ok(isg_crf_viterbi(
            &(struct isg_crf_input){.crf = &m.crf, .n = n, .emit = e->x + at * TAGS}, tags, NULL, &err));
        for (uint32_t i = 0; i < n; i++)
            assert_int_equal(tags[i], b.tags[at + i]);
    }
    isg_optim_free(optim);
    isg_tape_free(t);
    isg_params_free(m.params);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_batch_is_learnt)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
