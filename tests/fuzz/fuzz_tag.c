/* Tagging with a loaded model: the first byte says how, the rest is the text. As many lines out as in. */
#include "ner/ner.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static uint64_t lines_of(const uint8_t *data, size_t n)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += data[i] == '\n';
    return lines + (n > 0 && data[n - 1] != '\n');
}

/* A CR that no LF follows ends a line in columns alone. */
static bool lone_cr(const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (data[i] == '\r' && (i + 1 == n || data[i + 1] != '\n'))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct isg_ner_model *model;
    struct isg_error err = {0};
    if (!model) /* kept for all inputs */
        FUZZ_CHECK(isg_ner_model_open(&model, FUZZ_MODEL, &err) == ISG_OK);
    const uint8_t how = n > 0 ? data[0] : 0;
    data += n > 0;
    n -= n > 0;
    static const enum isg_ner_format formats[] = {ISG_NER_AUTO, ISG_NER_COLUMNS, ISG_NER_TEXT, ISG_NER_JSONL};
    struct isg_ner_tag_opts opts = {.in = fuzz_file(data, n),
        .out = "/dev/null",
        .force = true,
        .format = formats[how & 3],
        .columns = {.word = 0, .tag = how & 4 ? -1 : ISG_NO_COLUMN, .open_tags = how & 4},
        .given = how & 4,
        .capitals = how & 8,
        .confidence = how & 16,
        .nbest = how & 32 ? 3 : 1,
        .min_confidence = how & 64 ? 0.5 : 0,
        .batch_tokens = how & 128 ? 7 : 0};
    const struct isg_ner_model *models[] = {model};
    const struct isg_env silent = {0};
    struct isg_ner_tagged done = {0};
    const enum isg_status status = isg_ner_tag(&done, models, 1, NULL, &opts, &silent, &err);
    if (status != ISG_OK) {
        /* forced decoding with raw text is wrong use */
        if (status != ISG_EUSAGE)
            fuzz_check_refusal(status, &err);
        FUZZ_CHECK(err.found[0]);
        return 0;
    }
    FUZZ_CHECK(lone_cr(data, n) || done.lines == lines_of(data, n));
    return 0;
}
