/* safetensors: each tensor of a file that is let in lies inside of it. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const size_t bytes[] = {
        [ISG_U8] = 1, [ISG_I32] = 4, [ISG_I64] = 8, [ISG_F16] = 2, [ISG_F32] = 4, [ISG_F64] = 8};
    struct isg_safetensors *st = NULL;
    struct isg_error err = {0};
    const enum isg_status status = isg_safetensors_open(&st, fuzz_file(data, n), &err);
    if (status != ISG_OK) {
        fuzz_check_refusal(status, &err);
        return 0;
    }
    uint64_t total = 0;
    for (size_t i = 0; i < isg_safetensors_count(st); i++) {
        const struct isg_tensor *t = isg_safetensors_at(st, i);
        FUZZ_CHECK(isg_safetensors_find(st, t->name) == t && t->ndim <= 4);
        const uint64_t size = isg_tensor_elements(t) * bytes[t->dtype];
        FUZZ_CHECK((total += size) <= n);
        const volatile uint8_t *x = t->data;
        for (uint64_t k = 0; k < size; k++) /* each byte can be read */
            (void)x[k];
    }
    const char *key, *value;
    for (size_t i = 0; isg_safetensors_meta_at(st, i, &key, &value); i++)
        FUZZ_CHECK(isg_safetensors_meta(st, key) != NULL);
    isg_safetensors_close(st);
    return 0;
}
