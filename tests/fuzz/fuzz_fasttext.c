/* fastText models: what is let in has a vector for any string. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct isg_fasttext *ft = NULL;
    struct isg_error err = {0};
    const enum isg_status status = isg_fasttext_open(&ft, fuzz_file(data, n), &err);
    if (status != ISG_OK) {
        FUZZ_CHECK(!ft);
        fuzz_check_refusal(status, &err);
        return 0;
    }
    const size_t dim = isg_fasttext_dim(ft);
    float *x = isg_malloc(dim, sizeof *x);
    FUZZ_CHECK(x && dim > 0);
    static const char *const strings[] = {"the", "", "w", "\xc3\xa9t\xc3\xa9", "unheardofword", "\xff\xfe", "<>"};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        (void)isg_fasttext_vector(ft, strings[i], strlen(strings[i]), x);
    isg_free(x);
    isg_fasttext_close(ft);
    return 0;
}
