/* Labelled text from JSON lines: the first byte says to which form. What is let in has a form in columns. */
#include "tests/fuzz/fuzz.h"
#include "tools/commands/convert_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const enum isg_text_form forms[] = {ISG_TEXT_COLUMNS, ISG_TEXT_TOKENS, ISG_TEXT_SPANS, ISG_TEXT_DOCCANO};
    static const enum isg_scheme schemes[] = {ISG_SCHEME_UNKNOWN, ISG_BIO, ISG_BIOES, ISG_IOB1};
    const uint8_t how = n > 0 ? data[0] : 0;
    const struct isg_convert c = {.from = how & 16 ? ISG_TEXT_COLUMNS : ISG_TEXT_SPANS,
        .to = forms[how & 3],
        .columns = ISG_COLUMNS_DEFAULT,
        .scheme = schemes[how >> 2 & 3],
        .separator = how & 32 ? '\t' : ' '};
    struct isg_converted done = {0};
    const struct isg_env silent = {0};
    struct isg_error err = {0};
    const enum isg_status status = isg_convert_text(
        &c, fuzz_file(data + (n > 0), n - (n > 0)), "/dev/null", true, &done, &silent, &err);
    if (status != ISG_OK)
        fuzz_check_refusal(status, &err);
    else
        FUZZ_CHECK(done.entities <= done.tokens);
    return 0;
}
