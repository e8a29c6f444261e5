/* Training that is stopped after each batch, wherever it is, and continued, ends in the same bytes; checkpoints that are
 * damaged, or not this run's, are refused and left alone. */
#include "tests/test.h"

#include "ner/ner.h"
#include "src/isg.h"

static struct isg_error err;

/* Texts are read before the first batch. */
static bool is_batch(const char *stage)
{
    return strncmp(stage, "reading", 7) != 0;
}

static int stop(void *cookie, const char *stage, uint64_t done, uint64_t total)
{
    (void)cookie, (void)done, (void)total;
    return is_batch(stage);
}
static uint32_t batches;
static int count(void *cookie, const char *stage, uint64_t done, uint64_t total)
{
    (void)cookie, (void)done, (void)total;
    batches += is_batch(stage);
    return 0;
}
static const struct isg_env free_run = {.progress = count}, stopping = {.progress = stop};

static char *contents(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *n = (size_t)ftell(f);
    rewind(f);
    char *bytes = malloc(*n + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *n, f), *n);
    fclose(f);
    return bytes;
}

static void assert_same_file(const char *a, const char *b)
{
    size_t n, m;
    char *const x = contents(a, &n), *const y = contents(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
    free(x);
    free(y);
}

/* The name of a file that does not exist. */
static char *new_name(const char *suffix)
{
    char *const path = test_file("", 0, suffix);
    assert_int_equal(unlink(path), 0);
    return path;
}

static void drop(char *path)
{
    unlink(path);
    free(path);
}

static void put(const char *path, const char *bytes, size_t n)
{
    FILE *const f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static const char text[] = "in O\nParis B-LOC\n\nAnna B-PER\nspoke O\n\nin O\nOslo B-LOC\n\nBert B-PER\nDale I-PER\n\n"
                           "at O\nhome O\n\n";
static const char target[] = "a O\nRoma B-LOC\n\nAna B-PER\nvive O\n\nen O\nOslo B-LOC\n\n";

static void small(struct isg_ner_config *c)
{
    static const char *const set[] = {
        "hidden=4", "word_dim=4", "char_dim=3", "char_filters=3", "batch=2", "average=0.9", "schedule=linear"};
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        assert_ok(isg_ner_config_set(c, set[i], &err));
}

static struct isg_ner_train_opts plain_opts(char *const *train, const char *out)
{
    struct isg_ner_train_opts opts = {.train = (const char *const *)train,
        .n_train = 1,
        .dev = *train,
        .out = out,
        .columns = ISG_COLUMNS_DEFAULT,
        .seed = 1};
    isg_ner_config_defaults(&opts.config);
    small(&opts.config);
    opts.config.epochs = 3;
    return opts;
}

static void stopped_after_each_batch(void **state)
{
    (void)state;
    char *train = test_file(text, sizeof text - 1, ".conll"), *const whole = new_name(".whole"),
         *const parts = new_name(".parts");
    struct isg_ner_train_opts opts = plain_opts(&train, whole);
    struct isg_ner_trained trained;
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
    assert_same_file(whole, parts);
    drop(train);
    drop(whole);
    drop(parts);
}

struct transfer_case {
    const char *mode;
    bool train, dev, source_dev, unlabelled;
};

static void transfer_stopped(const struct transfer_case *k, char *const *file)
{
    char *const whole = new_name(".whole"), *const parts = new_name(".parts");
    const struct isg_ner_task_files sources[] = {
        {.train = file[0], .dev = k->source_dev ? file[0] : NULL}, {.train = file[1]}};
    const struct isg_ner_rate rate = {"char.*", 0.5};
    struct isg_ner_transfer_opts opts = {.mode = k->mode,
        .sources = sources,
        .n_sources = 2,
        .target = {.train = k->train ? file[1] : NULL, .dev = k->dev ? file[1] : NULL},
        .rates = &rate,
        .n_rates = 1,
        .unlabelled = k->unlabelled ? file[0] : NULL,
        .out = whole,
        .columns = ISG_COLUMNS_DEFAULT,
        .seed = 1};
    isg_ner_config_defaults(&opts.config);
    assert_ok(isg_ner_transfer_mode(&opts.transfer, &opts.config, k->mode, &err));
    small(&opts.config);
    opts.config.attention_heads = 1;
    opts.config.epochs = 2;
    opts.transfer.epoch_batches = 5;
    opts.transfer.pretrain_epochs = 2;
    opts.transfer.word_adaptation = opts.transfer.sal = opts.transfer.oal = false;
    opts.transfer.l2_start = 0.01;
    opts.transfer.psi = 0.5;
    struct isg_ner_transferred done;
    batches = 0;
    assert_ok(isg_ner_transfer(&done, &opts, &free_run, &err));
    assert_true(batches >= (done.source_epochs + done.epochs) * 5);
    opts.out = parts;
    opts.resume = true;
    enum isg_status status;
    uint32_t calls = 0;
    do {
        status = isg_ner_transfer(&done, &opts, &stopping, &err);
        assert_true(++calls <= 100);
    } while (status == ISG_ECANCELED);
    assert_int_equal(status, ISG_OK);
    assert_int_equal(calls, batches + 1);
    assert_same_file(whole, parts);
    drop(whole);
    drop(parts);
}

static void transfer_stopped_after_each_batch(void **state)
{
    (void)state;
    static const struct transfer_case cases[] = {{"mult-init", true, true, true, false},
        {"init", true, false, true, true}, {"datnet-p", true, true, false, false}, {"at", true, false, false, false},
        {"adapt", true, false, false, false}, {"translate", false, false, true, false},
        {"translate", false, false, false, true}};
    char *file[] = {test_file(text, sizeof text - 1, ".conll"), test_file(target, sizeof target - 1, ".conll")};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        transfer_stopped(&cases[i], file);
    drop(file[0]);
    drop(file[1]);
}

static void other_files_are_left_alone(void **state)
{
    (void)state;
    char *train = test_file(text, sizeof text - 1, ".conll"), *const out = new_name(".model");
    char checkpoint[600];
    snprintf(checkpoint, sizeof checkpoint, "%s.checkpoint", out);
    struct isg_ner_train_opts opts = plain_opts(&train, out);
    struct isg_ner_trained trained;
    /* not a checkpoint at all, also with force */
    put(checkpoint, "a diary", 7);
    for (int force = 0; force < 2; force++) {
        opts.force = force;
        assert_error(isg_ner_train(&trained, &opts, &free_run, &err), ISG_EUSAGE, "not a checkpoint");
    }
    opts.force = false;
    size_t n, m;
    char *bytes = contents(checkpoint, &n);
    assert_int_equal(n, 7);
    assert_memory_equal(bytes, "a diary", 7);
    free(bytes);
    assert_int_equal(access(out, F_OK), -1);
    assert_int_equal(unlink(checkpoint), 0);
    /* another run's */
    assert_int_equal(isg_ner_train(&trained, &opts, &stopping, &err), ISG_ECANCELED);
    bytes = contents(checkpoint, &n);
    opts.seed = 2;
    assert_error(isg_ner_train(&trained, &opts, &free_run, &err), ISG_EUSAGE, "other inputs");
    opts.resume = true;
    assert_error(isg_ner_train(&trained, &opts, &free_run, &err), ISG_EUSAGE, "other inputs");
    char *const now = contents(checkpoint, &m);
    assert_int_equal(n, m);
    assert_memory_equal(now, bytes, n);
    free(now);
    /* each byte counts */
    opts.seed = 1;
    for (size_t at = n / 7; at < n; at += n / 7) {
        bytes[at] ^= 1;
        put(checkpoint, bytes, n);
        assert_int_equal(isg_ner_train(&trained, &opts, &free_run, &err), ISG_EDATA);
        bytes[at] ^= 1;
    }
    bytes[n - 1] ^= 1;
    put(checkpoint, bytes, n);
    assert_error(isg_ner_train(&trained, &opts, &free_run, &err), ISG_EDATA, "damaged checkpoint");
    free(bytes);
    /* given up for this run */
    opts.resume = false;
    opts.force = true;
    opts.seed = 2;
    assert_ok(isg_ner_train(&trained, &opts, &free_run, &err));
    assert_int_equal(access(checkpoint, F_OK), -1);
    drop(train);
    drop(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stopped_after_each_batch),
        cmocka_unit_test(transfer_stopped_after_each_batch), cmocka_unit_test(other_files_are_left_alone)};
    return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}
