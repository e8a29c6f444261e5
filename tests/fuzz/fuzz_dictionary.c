/* StarDict and dictd dictionaries, which are several files: parts of the input, with a line "==" between them. The first
 * is "stardict" or "dictd"; then .ifo, .idx, .dict, or .index, .dict. What is let in can be asked back. */
#include "tests/fuzz/fuzz.h"
#include "translate/translate.h"

#include <string.h>

struct part {
    const uint8_t *data;
    size_t n;
};

static struct part next_part(struct part *rest)
{
    static const char mark[] = "\n==\n";
    const uint8_t *end = rest->n ? memmem(rest->data, rest->n, mark, sizeof mark - 1) : NULL;
    const struct part one = {rest->data, end ? (size_t)(end - rest->data) : rest->n};
    const size_t used = end ? one.n + sizeof mark - 1 : rest->n;
    rest->data += used;
    rest->n -= used;
    return one;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct part rest = {data, n};
    const struct part kind = next_part(&rest);
    const bool stardict = kind.n == 8 && memcmp(kind.data, "stardict", 8) == 0;
    static const char *const names[2][3] = {{"d.index", "d.dict", NULL}, {"d.ifo", "d.idx", "d.dict"}};
    char path[320], unused[320];
    for (int i = 0; i < 3 && names[stardict][i]; i++) {
        const struct part file = next_part(&rest);
        fuzz_named_file(i == 0 ? path : unused, names[stardict][i], file.data, file.n);
    }
    struct isg_lexicon *lexicon = isg_lexicon_new();
    struct isg_lexicon_report report = {0};
    struct isg_error err = {0};
    FUZZ_CHECK(lexicon);
    const enum isg_status status = isg_lexicon_load(lexicon, path, &report, NULL, &err);
    if (status != ISG_OK)
        fuzz_check_refusal(status, &err);
    for (uint32_t i = 0; status == ISG_OK && i < isg_lexicon_size(lexicon); i++) {
        size_t length;
        const char *source = isg_lexicon_source(lexicon, i, &length);
        FUZZ_CHECK(isg_lexicon_find(lexicon, source, length) == i && isg_utf8_valid(source, length) == length);
    }
    isg_lexicon_free(lexicon);
    return 0;
}
