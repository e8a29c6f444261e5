/* Checkpoints of training. The input is a list of changes to a good checkpoint, five bytes each: an offset (32 bits,
 * little-endian, taken modulo the size) and a byte; or, after a first byte of 255, the whole file. Training goes on from
 * it, or refuses it. */
#include "ner/ner.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static const char text[] = "Ann B-PER\nlives O\nin O\nRome B-LOC\n\nBert B-PER\nsleeps O\n\n";

static uint8_t good[1 << 16];
static size_t n_good;

/* After an epoch: keeps the first checkpoint there is. */
static void keep(void *cookie, const char *event)
{
    (void)event;
    FILE *f = n_good ? NULL : fopen(cookie, "rb");
    if (f) {
        n_good = fread(good, 1, sizeof good, f);
        FUZZ_CHECK(n_good > 0 && n_good < sizeof good);
        fclose(f);
    }
}

static enum isg_status train(const char *in, const char *out, char *checkpoint, bool resume, struct isg_error *err)
{
    const char *const texts[] = {in};
    struct isg_ner_train_opts opts = {.train = texts,
        .n_train = 1,
        .out = out,
        .force = true,
        .resume = resume,
        .columns = ISG_COLUMNS_DEFAULT,
        .seed = 1};
    isg_ner_config_defaults(&opts.config);
    static const char *const settings[] = {
        "hidden=2", "word_dim=2", "char_filters=2", "char_dim=2", "epochs=3", "average=0.5", "optimiser=adam"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        FUZZ_CHECK(isg_ner_config_set(&opts.config, settings[i], err) == ISG_OK);
    const struct isg_env env = {.cookie = checkpoint, .event = keep};
    struct isg_ner_trained done;
    return isg_ner_train(&done, &opts, &env, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static char in[320], out[320], checkpoint[320];
    struct isg_error err = {0};
    if (!n_good) {
        fuzz_named_file(in, "t.conll", (const uint8_t *)text, sizeof text - 1);
        snprintf(out, sizeof out, "%s/m.model", fuzz_folder());
        snprintf(checkpoint, sizeof checkpoint, "%s/m.model.checkpoint", fuzz_folder());
        FUZZ_CHECK(train(in, out, checkpoint, false, &err) == ISG_OK && n_good);
    }
    static uint8_t changed[1 << 16];
    char path[320];
    if (n > 0 && data[0] == 255) {
        fuzz_named_file(path, "m.model.checkpoint", data + 1, n - 1);
    } else {
        memcpy(changed, good, n_good);
        for (size_t i = 0; i + 5 <= n; i += 5) {
            uint32_t at;
            memcpy(&at, data + i, sizeof at);
            changed[at % n_good] = data[i + 4];
        }
        fuzz_named_file(path, "m.model.checkpoint", changed, n_good);
    }
    const enum isg_status status = train(in, out, checkpoint, true, &err);
    if (status != ISG_OK && status != ISG_EUSAGE)
        fuzz_check_refusal(status, &err);
    FUZZ_CHECK(n > 0 || status == ISG_OK);
    return 0;
}
