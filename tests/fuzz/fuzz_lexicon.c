/* Lexicons of one file: what is let in can be asked back, and refusals name a line. */
#include "tests/fuzz/fuzz.h"
#include "translate/translate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct isg_lexicon *lexicon = isg_lexicon_new(), *table = NULL;
    FUZZ_CHECK(lexicon);
    struct isg_lexicon_report report;
    struct isg_error err = {0};
    const enum isg_status status = isg_lexicon_load(lexicon, fuzz_file(data, n), &report, NULL, &err);
    if (status != ISG_OK) {
        fuzz_check_refusal(status, &err);
        isg_lexicon_free(lexicon);
        return 0;
    }
    uint64_t entries = 0;
    for (uint32_t i = 0; i < isg_lexicon_size(lexicon); i++) {
        size_t length;
        const char *source = isg_lexicon_source(lexicon, i, &length);
        FUZZ_CHECK(isg_lexicon_find(lexicon, source, length) == i);
        FUZZ_CHECK(isg_utf8_valid(source, length) == length);
        struct isg_lexicon_entry first;
        const size_t has = isg_lexicon_entries(lexicon, i, &first, 1);
        FUZZ_CHECK(has > 0 && isg_lexicon_target(lexicon, first.target, &length));
        entries += has;
    }
    FUZZ_CHECK(entries == report.entries);
    FUZZ_CHECK(isg_lexicon_prominence(&table, lexicon, &err) == ISG_OK || err.status == ISG_ENOMEM);
    isg_lexicon_free(table);
    isg_lexicon_free(lexicon);
    return 0;
}
