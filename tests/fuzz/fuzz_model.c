/* Model files of the tagger: what is let in can be described. */
#include "ner/ner.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct isg_ner_model *model = NULL;
    struct isg_error err = {0};
    const enum isg_status status = isg_ner_model_open(&model, fuzz_file(data, n), &err);
    if (status != ISG_OK) {
        FUZZ_CHECK(!model);
        fuzz_check_refusal(status, &err);
        return 0;
    }
    char *text = isg_ner_model_describe(model);
    FUZZ_CHECK(text);
    isg_free(text);
    isg_ner_model_close(model);
    return 0;
}
