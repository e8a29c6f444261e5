/* Training that is stopped after each batch, wherever it stands, and taken up again, ends in the same bytes. */
#include "tests/test.h"

#include "ner/ner.h"
#include "src/isg.h"

static struct isg_error err;

static int stop(void *cookie, const char *stage, uint64_t done, uint64_t total)
{
    (void)cookie, (void)stage, (void)done, (void)total;
    return 1;
}

static char *contents(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *n = (size_t)ftell(f);
    rewind(f);
    char *bytes = malloc(*n);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *n, f), *n);
    fclose(f);
    return bytes;
}

static void stopped_after_each_batch(void **state)
{
    (void)state;
    static const char text[] =
        "in O\nParis B-LOC\n\nAnna B-PER\nspoke O\n\nin O\nOslo B-LOC\n\nBert B-PER\nDale I-PER\n\n"
        "at O\nhome O\n\n";
    char *const train = test_file(text, sizeof text - 1, ".conll"), *const whole = test_file("", 0, ".whole"),
                *const parts = test_file("", 0, ".parts");
    assert_int_equal(unlink(whole), 0);
    assert_int_equal(unlink(parts), 0);
    struct isg_ner_train_opts opts = {.train = (const char *const[]){train},
        .n_train = 1,
        .dev = train,
        .out = whole,
        .columns = ISG_COLUMNS_DEFAULT,
        .seed = 1};
    isg_ner_config_defaults(&opts.config);
    static const char *const set[] = {"hidden=4", "word_dim=4", "char_dim=3", "char_filters=3", "batch=2", "epochs=3",
        "average=0.9", "schedule=linear"};
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        assert_ok(isg_ner_config_set(&opts.config, set[i], &err));
    struct isg_ner_trained trained;
    const struct isg_env free_run = {0}, stopping = {.progress = stop};
    assert_ok(isg_ner_train(&trained, &opts, &free_run, &err));

    opts.out = parts;
    opts.resume = true;
    enum isg_status status;
    int calls = 0;
    do { /* three batches an epoch: the last stop of each comes when nothing of it is left but its end */
        status = isg_ner_train(&trained, &opts, &stopping, &err);
        assert_true(++calls <= 10);
    } while (status == ISG_ECANCELED);
    assert_int_equal(status, ISG_OK);
    assert_int_equal(calls, 10);
    size_t n, m;
    char *const a = contents(whole, &n), *const b = contents(parts, &m);
    assert_int_equal(n, m);
    assert_memory_equal(a, b, n);
    free(a);
    free(b);
    char *const paths[] = {train, whole, parts};
    for (size_t i = 0; i < 3; i++) {
        unlink(paths[i]);
        free(paths[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stopped_after_each_batch)};
    return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}
