/** @file tests/unit/ner_helpers.h  Small vocabularies and what networks say of one sentence. */
#ifndef ISG_TESTS_UNIT_NER_HELPERS_H
#define ISG_TESTS_UNIT_NER_HELPERS_H
#include "tests/test.h"

#include "ner/data/vocab_build.h"
#include "ner/model/model.h"

/** The vocabulary of labelled text, without vectors. */
static inline void test_vocab(struct isg_ner_vocab *vocab, const struct isg_ner_config *config, const char *labelled)
{
    struct isg_error err;
    struct isg_ner_corpus corpus;
    uint32_t *vector_row;
    bool *rare;
    char *const path = test_file(labelled, strlen(labelled), ".conll");
    assert_ok(isg_ner_corpus_load(&corpus, path, ISG_COLUMNS_DEFAULT, NULL, &err));
    assert_ok(isg_ner_vocab_build(vocab, &corpus, NULL, config, &vector_row, &rare, &err));
    isg_free(vector_row);
    isg_free(rare);
    isg_ner_corpus_fini(&corpus);
    assert_int_equal(unlink(path), 0);
    free(path);
}

/** Adds the emissions for one sentence of n <= 8 words, n x n_labels, to sum. */
static inline void test_add_emissions(const struct isg_ner_network *net, const struct isg_ner_config *config,
    const struct isg_ner_vocab *vocab, const char *const *words, uint32_t n, uint32_t n_labels, double *sum)
{
    struct isg_error err;
    struct isg_ner_forms forms;
    struct isg_ner_batch batch = {0};
    struct isg_tape *tape;
    struct isg_node *pair;
    uint32_t ids[8];
    const uint32_t *const tokens[] = {ids};
    assert_true(n <= 8);
    assert_ok(isg_ner_forms_init(&forms, vocab, &err));
    for (size_t i = 0; i < n; i++)
        assert_ok(isg_ner_forms_add(&forms, words[i], strlen(words[i]), &ids[i], &err));
    assert_ok(isg_ner_batch_build(&batch, &forms, tokens, &n, NULL, 1, &err));
    assert_ok(isg_tape_new(&tape, net->params, ISG_ISA_AUTO, &err));
    isg_tape_reset(tape, &(struct isg_run){.training = false});
    const struct isg_node *const emit = isg_ner_network_run(net, tape, config, &batch, &pair);
    assert_ok(isg_tape_status(tape, &err));
    assert_int_equal(emit->cols, n_labels);
    for (size_t i = 0; i < (size_t)n * n_labels; i++)
        sum[i] += (double)emit->x[i];
    isg_tape_free(tape);
    isg_ner_batch_fini(&batch);
    isg_ner_forms_fini(&forms);
}

#endif
