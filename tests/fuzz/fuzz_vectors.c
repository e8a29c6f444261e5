/* Word-vector files of all formats: what is let in is finite, and consistent with its table of words. */
#include "tests/fuzz/fuzz.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct isg_env silent = {0};
    const char *path = fuzz_file(data, n);
    for (int policy = ISG_BAD_UTF8_ERROR; policy <= ISG_BAD_UTF8_REPLACE; policy++) {
        const struct isg_vectors_opts opts = {
            .max_vocab = policy == ISG_BAD_UTF8_SKIP ? 2 : 0, .bad_utf8 = (enum isg_bad_utf8)policy};
        struct isg_vectors v = {0};
        struct isg_error err = {0};
        struct isg_vectors_report report = {0};
        const enum isg_status status = isg_vectors_load(&v, path, &opts, &report, &silent, &err);
        if (status != ISG_OK) {
            fuzz_check_refusal(status, &err);
            continue;
        }
        FUZZ_CHECK(isg_strtab_size(v.words) == v.m.rows && v.m.stride >= v.m.cols);
        FUZZ_CHECK(opts.max_vocab == 0 || v.m.rows <= opts.max_vocab);
        for (size_t i = 0; i < v.m.rows; i++) {
            size_t length = 0;
            const char *word = isg_strtab_get(v.words, (uint32_t)i, &length);
            FUZZ_CHECK(isg_utf8_valid(word, length) == length);
            FUZZ_CHECK(isg_vectors_find(&v, word, length) == i);
            for (size_t j = 0; j < v.m.cols; j++)
                FUZZ_CHECK(isfinite(isg_mat_row(v.m, i)[j]));
        }
        isg_vectors_fini(&v);
    }
    return 0;
}
