/* Several taggers as one: scores are the mean of the members', checked against all paths of a short sentence. */
#include "tests/unit/ner_helpers.h"

#include "ner/decode/ensemble.h"

static const char text[] = "in O\nRome B-LOC\n\nAnn B-PER\nLee I-PER\nleft O\nRome B-LOC\n\n";
static const char *const words[] = {"Ann", "Lee", "left", "Rome"};
enum { N = 4 };

/* A tagger of random weights. */
static void make_model(struct isg_ner_model *m, uint64_t seed, int64_t hidden, const char *labelled)
{
    struct isg_error err;
    *m = (struct isg_ner_model){.temperature = 1 + 0.5 * (double)seed};
    isg_ner_config_defaults(&m->config);
    m->config.scheme = ISG_LABELS_BIO; /* 5 labels, 625 paths */
    m->config.hidden = hidden;
    m->config.word_dim = 6;
    test_vocab(&m->vocab, &m->config, labelled);
    assert_ok(isg_ner_network_new(&m->net, &m->config, &m->vocab, 6, &err));
    isg_ner_network_init(&m->net, &m->config, seed);
    for (uint32_t i = 0; i < isg_params_count(m->net.params); i++) { /* the CRF's start from 0 */
        struct isg_param *const p = isg_params_at(m->net.params, i);
        if (isg_glob("head.crf.*", p->name))
            isg_param_uniform(p, 1, seed);
        isg_param_changed(p);
    }
}

struct naive {
    double emit[N * 5], trans[25], start[5], end[5];
    const struct isg_crf_legal *legal;
};

/* Score of a path, or -infinity where it is not legal. */
static double path_score(const struct naive *n, const uint32_t *y)
{
    if (!n->legal->start[y[0]] || !n->legal->end[y[N - 1]])
        return -(double)INFINITY;
    double sum = n->start[y[0]] + n->end[y[N - 1]];
    for (size_t t = 0; t < N; t++) {
        sum += n->emit[t * 5 + y[t]];
        if (t && !n->legal->trans[y[t - 1] * 5 + y[t]])
            return -(double)INFINITY;
        sum += t ? n->trans[y[t - 1] * 5 + y[t]] : 0;
    }
    return sum;
}

static void run_ensemble(
    const struct isg_ner_model *const *models, size_t n, double temperature, uint32_t labels[N], float confidence[N])
{
    struct isg_error err;
    struct isg_ner_ensemble *e;
    uint32_t ids[N];
    const uint32_t *const tokens[] = {ids}, lengths[] = {N};
    assert_ok(isg_ner_ensemble_new(&e, models, n, NULL, NULL, &err));
    for (size_t i = 0; i < N; i++) {
        size_t len;
        assert_ok(isg_ner_ensemble_form(e, words[i], strlen(words[i]), &ids[i], &err));
        assert_string_equal(isg_ner_ensemble_word(e, ids[i], &len), words[i]);
    }
    assert_int_equal(isg_ner_ensemble_forms(e), N);
    const struct isg_ner_decode job = {.n = 1,
        .tokens = tokens,
        .n_tokens = lengths,
        .offset = (const size_t[]){0},
        .labels = labels,
        .confidence = confidence,
        .temperature = temperature};
    assert_ok(isg_ner_ensemble_run(e, &job, &err));
    assert_ok(isg_ner_ensemble_forget(e, &err));
    assert_int_equal(isg_ner_ensemble_forms(e), 0);
    isg_ner_ensemble_free(e);
}

static void mean_of_scores(void **state)
{
    (void)state;
    static struct isg_ner_model m[3];
    struct naive n = {.legal = NULL};
    const struct isg_ner_model *const models[] = {&m[0], &m[1], &m[2]};
    for (uint64_t i = 0; i < 3; i++) {
        make_model(&m[i], i, 5 + (int64_t)i, text); /* of different sizes */
        const struct isg_crf *const crf = &m[i].net.head.crf;
        assert_int_equal(crf->n_tags, 5);
        test_add_emissions(&m[i].net, &m[i].config, &m[i].vocab, words, N, 5, n.emit);
        for (size_t k = 0; k < 25; k++)
            n.trans[k] += (double)crf->trans->value[k] / 3;
        for (size_t k = 0; k < 5; k++) {
            n.start[k] += (double)crf->start->value[k] / 3;
            n.end[k] += (double)crf->end->value[k] / 3;
        }
    }
    for (size_t k = 0; k < N * 5; k++)
        n.emit[k] /= 3;
    n.legal = &m[0].net.head.crf.legal;
    const double temperature = (m[0].temperature + m[1].temperature + m[2].temperature) / 3;
    double z = 0, marginal[N * 5] = {0}, best = -(double)INFINITY;
    uint32_t path[N] = {0};
    for (uint32_t code = 0; code < 625; code++) {
        const uint32_t y[N] = {code % 5, code / 5 % 5, code / 25 % 5, code / 125};
        const double s = path_score(&n, y), p = exp(s / temperature);
        z += p;
        for (size_t t = 0; t < N; t++)
            marginal[t * 5 + y[t]] += p;
        if (s > best) {
            best = s;
            memcpy(path, y, sizeof path);
        }
    }
    uint32_t labels[N];
    float confidence[N];
    run_ensemble(models, 3, 0, labels, confidence);
    for (size_t t = 0; t < N; t++) {
        assert_int_equal(labels[t], path[t]);
        assert_near(confidence[t], marginal[t * 5 + path[t]] / z, 1e-5); /* float scores */
    }
    /* one alone gives its own results */
    uint32_t alone[N], twice[N];
    float p_alone[N], p_twice[N];
    run_ensemble(models, 1, 0, alone, p_alone);
    run_ensemble((const struct isg_ner_model *const[]){&m[0], &m[0]}, 2, 0, twice, p_twice);
    for (size_t t = 0; t < N; t++) {
        assert_int_equal(alone[t], twice[t]);
        assert_near(p_alone[t], p_twice[t], 1e-6);
    }
    for (size_t i = 0; i < 3; i++)
        isg_ner_model_fini(&m[i]);
}

static void other_labels_are_refused(void **state)
{
    (void)state;
    static struct isg_ner_model m[2];
    struct isg_error err;
    struct isg_ner_ensemble *e;
    make_model(&m[0], 1, 5, text);
    make_model(&m[1], 2, 5, "in O\nRome B-PLACE\n\nAnn B-PER\n\n");
    const struct isg_ner_model *const models[] = {&m[0], &m[1]};
    const char *const paths[] = {"one.model", "two.model"};
    assert_error(isg_ner_ensemble_new(&e, models, 2, paths, NULL, &err), ISG_EDATA, "two.model");
    assert_null(e);
    isg_ner_model_fini(&m[0]);
    isg_ner_model_fini(&m[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(mean_of_scores), cmocka_unit_test(other_labels_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
