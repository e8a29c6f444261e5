/* Parts of transfer on small texts: vocabularies of several tasks, schedule, losses, what is carried over, agreement. */
#include "tests/test.h"

#include "ner/engine/pack.h"
#include "ner/transfer/agree.h"
#include "ner/transfer/carry.h"
#include "ner/transfer/losses.h"
#include "ner/transfer/ready.h"
#include "ner/transfer/schedule.h"

#include <string.h>

static const char source_text[] = "in P O\nParis N B-LOC\n\nAnna N B-PER\nspoke V O\n\nin P O\nOslo N B-LOC\n\n"
                                  "Bert N B-PER\nDale N I-PER\n\nat P O\nhome X O\n\n";
static const char target_text[] = "en P O\nRoma N B-LOC\n\nAna N B-ORG\nvive V O\n\nen P O\nOslo N B-LOC\n\n";
static const char names[] = "Oslo\tLOC\nAnna\tPER\n";

/* A run on the two texts, its networks ready. */
struct run {
    struct isg_transfer t;
    struct isg_ner_transfer_opts opts;
    struct isg_ner_transfer_config x;
    struct isg_ner_task_files source;
    struct isg_env env;
    char *file[3];
};

static void start(struct run *r, const char *mode)
{
    struct isg_error err;
    *r = (struct run){
        .file = {test_file(source_text, sizeof source_text - 1, ".conll"),
            test_file(target_text, sizeof target_text - 1, ".conll"), test_file(names, sizeof names - 1, ".names")}};
    r->source = (struct isg_ner_task_files){.train = r->file[0]};
    r->opts = (struct isg_ner_transfer_opts){.mode = mode,
        .sources = &r->source,
        .n_sources = 1,
        .target = {.train = r->file[1]},
        .columns = ISG_COLUMNS_DEFAULT,
        .seed = 1};
    isg_ner_config_defaults(&r->opts.config);
    assert_ok(isg_ner_transfer_mode(&r->x, &r->opts.config, mode, &err));
    static const char *const set[] = {
        "hidden=4", "word_dim=4", "char_dim=3", "char_filters=3", "shape_dim=2", "batch=2"};
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        assert_ok(isg_ner_config_set(&r->opts.config, set[i], &err));
}

static void ready(struct run *r)
{
    struct isg_error err;
    r->t.opts = &r->opts;
    r->t.x = &r->x;
    r->t.trainer = (struct isg_ner_trainer){
        .config = &r->opts.config, .env = &r->env, .seed = r->opts.seed, .order = "order"};
    assert_ok(isg_transfer_ready(&r->t, &err));
}

static void end(struct run *r)
{
    isg_transfer_fini(&r->t);
    for (size_t i = 0; i < 3; i++) {
        unlink(r->file[i]);
        free(r->file[i]);
    }
}

static uint32_t find(const struct isg_strtab *t, const char *s)
{
    return isg_strtab_find(t, s, strlen(s));
}

/* ---- words ---- */

static void one_table_where_words_are_shared(void **state)
{
    (void)state;
    struct run r;
    start(&r, "mult");
    ready(&r);
    const struct isg_ner_task *const g = &r.t.trainer.tasks[ISG_TASK_TARGET], *const s = g + 1;
    assert_int_equal(r.t.n_words, 1);
    assert_ptr_equal(g->net.input.word, s->net.input.word);
    assert_int_not_equal(find(g->vocab.words, "paris"), ISG_NO_ID);
    assert_int_not_equal(find(s->vocab.words, "roma"), ISG_NO_ID);
    /* each has its own labels */
    assert_int_equal(find(g->vocab.labels, "S-PER"), ISG_NO_ID);
    assert_int_equal(find(s->vocab.labels, "S-ORG"), ISG_NO_ID);
    end(&r);
}

static void tables_apart_have_one_numbering_of_characters_and_features(void **state)
{
    (void)state;
    struct run r;
    struct isg_error err;
    start(&r, "init");
    assert_ok(isg_columns_parse(&r.opts.columns, "word,feature,tag", &err));
    r.opts.gazetteer = r.file[2];
    r.x.share = ISG_SHARE_HEAD;
    ready(&r);
    const struct isg_ner_task *const g = &r.t.trainer.tasks[ISG_TASK_TARGET], *const s = g + 1;
    assert_int_equal(r.t.n_words, 2);
    assert_ptr_not_equal(g->net.input.word, s->net.input.word);
    assert_int_equal(find(g->vocab.words, "paris"), ISG_NO_ID);
    const struct isg_strtab *const both[][2] = {{g->vocab.chars, s->vocab.chars},
        {g->vocab.features.values[0], s->vocab.features.values[0]}, {g->vocab.labels, s->vocab.labels}};
    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
        assert_int_equal(isg_strtab_size(both[i][0]), isg_strtab_size(both[i][1]));
        for (uint32_t k = 0; k < isg_strtab_size(both[i][0]); k++)
            assert_string_equal(isg_strtab_get(both[i][0], k, NULL), isg_strtab_get(both[i][1], k, NULL));
    }
    assert_int_not_equal(find(g->vocab.features.values[0], "X"), ISG_NO_ID); /* the source's alone */
    assert_int_not_equal(find(g->vocab.labels, "S-PER"), ISG_NO_ID);
    assert_int_not_equal(find(g->vocab.labels, "S-ORG"), ISG_NO_ID);
    /* features are read, from one table each: the column, and the gazetteer */
    assert_int_equal(g->net.input.n_features, 2);
    for (int k = 0; k < 2; k++)
        assert_ptr_equal(g->net.input.feature[k], s->net.input.feature[k]);
    assert_int_equal(s->train.features[0][0], find(s->vocab.features.values[0], "P"));
    assert_int_equal(s->train.features[2][3], 1); /* Oslo: the first name's type */
    assert_int_equal(g->train.features[2][3], 1);
    assert_int_equal(g->train.features[1][1], 0);
    end(&r);
}

/* ---- schedule ---- */

static void shares_and_steps(void **state)
{
    (void)state;
    struct run r;
    start(&r, "mult");
    r.x.epoch_batches = 1;
    ready(&r);
    struct isg_transfer_plan both = {&r.t, true, true, 5}, source = {&r.t, true, false, 5},
                             target = {&r.t, false, true, 5};
    assert_near(isg_transfer_source_share(&source, 0), 1, 0);
    assert_near(isg_transfer_source_share(&target, 0), 0, 0);
    assert_near(isg_transfer_source_share(&both, 0), 0.5, 0);
    assert_near(isg_transfer_source_share(&both, 4), 0.5, 0);
    assert_int_equal(isg_transfer_steps(&source, 0), 3); /* 5 sentences, 2 a batch */
    assert_int_equal(isg_transfer_steps(&target, 0), 2);
    assert_int_equal(isg_transfer_steps(&both, 0), 4);
    r.x.p_source = 0.75;
    r.x.p_source_end = 0;
    assert_near(isg_transfer_source_share(&both, 0), 0.75, 1e-15);
    assert_near(isg_transfer_source_share(&both, 2), 0.375, 1e-15);
    assert_near(isg_transfer_source_share(&both, 4), 0, 1e-15);
    assert_int_equal(isg_transfer_steps(&both, 0), 8);
    r.x.p_source = 0; /* by the square roots of the batches */
    r.x.p_source_end = -1;
    assert_near(isg_transfer_source_share(&both, 3), sqrt(3) / (sqrt(3) + sqrt(2)), 1e-15);
    r.x.epoch_batches = 100;
    assert_int_equal(isg_transfer_steps(&target, 0), 100);
    end(&r);
}

static void tasks_are_drawn_by_their_share(void **state)
{
    (void)state;
    struct run r;
    start(&r, "mult");
    const struct isg_ner_task_files sources[] = {{.train = r.file[0]}, {.train = r.file[1]}};
    r.opts.sources = sources;
    r.opts.n_sources = 2;
    r.x.p_source = 0.3;
    ready(&r);
    const struct isg_transfer_plan both = {&r.t, true, true, 1}, target = {&r.t, false, true, 1};
    struct isg_rng rng = isg_rng_stream(1, "draw", 0);
    enum { N = 20000 };
    double n[3] = {0};
    for (int i = 0; i < N; i++) {
        n[isg_transfer_draw(&both, 0, &rng)]++;
        assert_int_equal(isg_transfer_draw(&target, 0, &rng), ISG_TASK_TARGET);
    }
    const double mass = sqrt(3) + sqrt(2);
    assert_near(n[0] / N, 0.7, 0.015);
    assert_near(n[1] / N, 0.3 * sqrt(3) / mass, 0.015);
    assert_near(n[2] / N, 0.3 * sqrt(2) / mass, 0.015);
    end(&r);
}

/* ---- losses ---- */

static double step(struct run *r, uint32_t which, isg_ner_gradient_fn *gradient)
{
    struct isg_error err;
    const struct isg_transfer_plan plan = {&r->t, true, true, 1};
    struct isg_optim_opts opts = isg_optim_defaults();
    r->t.trainer.at = (struct isg_ner_position){0};
    isg_optim_free(r->t.trainer.optim);
    assert_ok(isg_optim_new(&r->t.trainer.optim, r->t.trainer.params, &opts, &err));
    assert_ok(isg_params_pack(r->t.trainer.params, true, NULL, &err));
    isg_ner_task_shuffle(&r->t.trainer.tasks[which], 1, "order", which);
    assert_ok(isg_ner_step(&r->t.trainer, &r->t.trainer.tasks[which], gradient, &plan, 0.01, &err));
    assert_int_equal(r->t.trainer.at.sentences, 2);
    return r->t.trainer.at.loss;
}

static void the_discriminator_learns_and_adds_its_loss(void **state)
{
    (void)state;
    double loss[2][2];
    for (int adversary = 0; adversary < 2; adversary++) {
        struct run r;
        start(&r, "mult");
        r.x.adversary = adversary ? ISG_ADVERSARY_GRAD : ISG_ADVERSARY_NONE;
        ready(&r);
        for (uint32_t which = 0; which < 2; which++)
            loss[adversary][which] = step(&r, which, isg_transfer_gradient);
        const struct isg_param *const w = isg_params_find(r.t.trainer.params, "discriminator.w");
        assert_int_equal(w != NULL, adversary);
        if (w)
            assert_non_null(w->state[0]); /* it has had a gradient */
        end(&r);
    }
    assert_true(loss[1][0] > loss[0][0]);
    assert_true(loss[1][1] > loss[0][1]);
}

static void perturbation_adds_a_gradient(void **state)
{
    (void)state;
    double norm[3];
    for (int i = 0; i < 3; i++) {
        struct run r;
        start(&r, "mult");
        r.x.epsilon = r.x.epsilon_char = i == 2 ? 1 : 0;
        ready(&r);
        (void)step(&r, ISG_TASK_TARGET, i ? isg_transfer_gradient_perturbed : isg_transfer_gradient);
        norm[i] = r.t.trainer.at.norm;
        end(&r);
    }
    assert_true(norm[0] == norm[1]);
    assert_true(norm[2] > 1.2 * norm[0]); /* about twice the gradient */
}

/* ---- between the phases ---- */

static void fill(struct isg_param *p, isg_real from)
{
    for (size_t i = 0; i < isg_param_size(p); i++)
        p->value[i] = from + ISG_R(0.001) * (isg_real)i;
    isg_param_changed(p);
}

static void words_and_labels_are_copied(void **state)
{
    (void)state;
    struct run r;
    struct isg_error err;
    start(&r, "init");
    r.x.copy_words = r.x.copy_labels = true;
    ready(&r);
    const struct isg_ner_task *const g = &r.t.trainer.tasks[ISG_TASK_TARGET], *const s = g + 1;
    fill(s->net.input.word, 1);
    fill(s->net.head.w, 2);
    fill(s->net.head.b, 3);
    const uint32_t from = find(s->vocab.words, "oslo"), to = find(g->vocab.words, "oslo"),
                   own = find(g->vocab.words, "roma");
    const isg_real untouched = g->net.input.word->value[own * 4];
    assert_ok(isg_transfer_carry_over(&r.t, &err));
    assert_memory_equal(g->net.input.word->value + to * 4, s->net.input.word->value + from * 4, 4 * sizeof(isg_real));
    assert_true(g->net.input.word->value[own * 4] == untouched);
    const uint32_t i = find(g->vocab.labels, "S-LOC"), j = find(s->vocab.labels, "S-LOC");
    assert_true(g->net.head.b->value[i] == s->net.head.b->value[j]);
    assert_true(g->net.head.w->value[i] == s->net.head.w->value[j]);
    assert_true(g->net.head.b->value[find(g->vocab.labels, "S-ORG")] == 0);
    end(&r);
}

static void rates_of_what_comes_from_the_source(void **state)
{
    (void)state;
    struct run r;
    struct isg_error err;
    const struct isg_ner_rate rates[] = {{"head.*", 3}, {"word.*", 0}};
    start(&r, "init");
    r.x.psi = 0.5;
    r.x.l2_start = 0.25;
    r.opts.rates = rates;
    r.opts.n_rates = 2;
    ready(&r);
    struct isg_params *const params = r.t.trainer.params;
    assert_ok(isg_transfer_carry_over(&r.t, &err));
    assert_ok(isg_transfer_set_rates(&r.t, &err));
    const struct isg_param *const encoder = isg_params_find(params, "encoder.0.fw.wx"),
                                  *const chars = isg_params_find(params, "char.weight"),
                                  *const head = isg_params_find(params, "head.w"),
                                  *const word = isg_params_find(params, "word.weight");
    assert_near(encoder->lr_scale, 0.5, 0);
    assert_near(chars->lr_scale, 0.5, 0);
    assert_near(head->lr_scale, 3, 0);
    assert_true(word->frozen && !encoder->frozen && !head->frozen);
    assert_near(encoder->l2_start, 0.25, 0);
    assert_memory_equal(encoder->start, encoder->value, isg_param_size(encoder) * sizeof(isg_real));
    assert_null(head->start);
    const struct isg_ner_rate none = {"nothing.*", 1};
    r.opts.rates = &none;
    r.opts.n_rates = 1;
    assert_error(isg_transfer_set_rates(&r.t, &err), ISG_EUSAGE, "nothing.*");
    end(&r);
}

static void an_encoder_that_is_not_kept_is_reinitialised(void **state)
{
    (void)state;
    struct run r;
    struct isg_error err;
    start(&r, "init");
    r.x.psi = 0.5;
    r.x.keep_encoder = false;
    ready(&r);
    struct isg_param *const encoder = isg_params_find(r.t.trainer.params, "encoder.0.fw.wx");
    fill(encoder, 7);
    assert_ok(isg_transfer_carry_over(&r.t, &err));
    assert_true(encoder->value[0] < 7);
    assert_near(encoder->lr_scale, 1, 0);
    end(&r);
}

static void without_target_text_the_source_hands_over(void **state)
{
    (void)state;
    struct run r;
    start(&r, "translate");
    r.opts.target.train = NULL;
    ready(&r);
    const struct isg_ner_task *const g = &r.t.trainer.tasks[ISG_TASK_TARGET], *const s = g + 1;
    assert_ptr_equal(g->net.head.w, s->net.head.w);
    assert_ptr_not_equal(g->net.input.shape, s->net.input.shape);
    fill(s->net.input.shape, 5);
    isg_transfer_hand_over(&r.t);
    assert_memory_equal(
        g->net.input.shape->value, s->net.input.shape->value, isg_param_size(s->net.input.shape) * sizeof(isg_real));
    end(&r);
}

/* ---- agreement ---- */

static void agreement_of_two_epochs(void **state)
{
    (void)state;
    struct run r;
    struct isg_error err;
    struct isg_ner_counts counts;
    start(&r, "mult");
    r.opts.unlabelled = r.file[0];
    ready(&r);
    const struct isg_ner_task *const g = &r.t.trainer.tasks[ISG_TASK_TARGET];
    struct isg_param *const b = g->net.head.b;
    b->value[find(g->vocab.labels, "S-LOC")] = 50; /* every token a place */
    isg_param_changed(b);
    assert_ok(isg_transfer_agreement(&r.t, &counts, &err));
    assert_int_equal(counts.gold, 0);
    assert_int_equal(counts.predicted, 10);
    assert_int_equal(counts.correct, 0);
    assert_ok(isg_transfer_agreement(&r.t, &counts, &err));
    assert_int_equal(counts.gold, 10);
    assert_int_equal(counts.correct, 10);
    b->value[find(g->vocab.labels, "S-ORG")] = 100;
    isg_param_changed(b);
    assert_ok(isg_transfer_agreement(&r.t, &counts, &err));
    assert_int_equal(counts.gold, 10);
    assert_int_equal(counts.predicted, 10);
    assert_int_equal(counts.correct, 0); /* other types */
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_table_where_words_are_shared),
        cmocka_unit_test(tables_apart_have_one_numbering_of_characters_and_features),
        cmocka_unit_test(shares_and_steps), cmocka_unit_test(tasks_are_drawn_by_their_share),
        cmocka_unit_test(the_discriminator_learns_and_adds_its_loss), cmocka_unit_test(perturbation_adds_a_gradient),
        cmocka_unit_test(words_and_labels_are_copied), cmocka_unit_test(rates_of_what_comes_from_the_source),
        cmocka_unit_test(an_encoder_that_is_not_kept_is_reinitialised),
        cmocka_unit_test(without_target_text_the_source_hands_over), cmocka_unit_test(agreement_of_two_epochs)};
    return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
