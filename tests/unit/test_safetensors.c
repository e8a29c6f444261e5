/* safetensors: there and back, and every way a file can lie. */
#include "tests/test.h"

#include "src/safetensors.h"

static char path[] = "/tmp/isg-test-st-XXXXXX";

/* A file of this header, padded so that data is aligned, and n bytes of data. */
static void put(const char *header, size_t n)
{
    FILE *f = fopen(path, "wb");
    const uint64_t length = strlen(header), padded = (length + 7) / 8 * 8;
    assert_non_null(f);
    fwrite(&padded, 1, 8, f);
    fprintf(f, "%-*s", (int)padded, header);
    for (size_t i = 0; i < n; i++)
        fputc(0, f);
    fclose(f);
}

static void refuse(const char *header, size_t n, const char *part)
{
    struct isg_error err;
    struct isg_safetensors *st;
    put(header, n);
    assert_error(isg_safetensors_open(&st, path, &err), ISG_EDATA, part);
    assert_null(st);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_safetensors *st;
    const float w[6] = {1, 2, 3, 4, 5, 6};
    const int64_t ids[2] = {-1, 1LL << 40};
    const double scalar = 0.5;
    const struct isg_tensor t[] = {{"text", ISG_U8, 1, {3}, "abc"}, {"w", ISG_F32, 2, {2, 3}, w},
        {"ids", ISG_I64, 1, {2}, ids}, {"none", ISG_F32, 2, {0, 5}, w}, {"s", ISG_F64, 0, {0}, &scalar}};
    const struct isg_meta meta[] = {{"config", "{\"a\": \"\xc3\xb1\"}"}, {"version", "1"}};
    assert_ok(isg_safetensors_save(path, true, t, 5, meta, 2, &err));
    assert_ok(isg_safetensors_open(&st, path, &err));
    assert_int_equal(isg_safetensors_count(st), 5);
    assert_string_equal(isg_safetensors_at(st, 0)->name, "ids"); /* larger elements first */
    assert_int_equal((uintptr_t)isg_safetensors_at(st, 0)->data % 64, 0);
    for (int i = 0; i < 5; i++) {
        const struct isg_tensor *got;
        uint64_t bytes[] = {1, 4, 8, 4, 8};
        assert_ok(isg_safetensors_want(st, t[i].name, t[i].dtype, t[i].ndim, t[i].shape, &got, &err));
        assert_int_equal(isg_tensor_elements(got), isg_tensor_elements(&t[i]));
        assert_memory_equal(got->data, t[i].data, isg_tensor_elements(got) * bytes[i]);
        assert_int_equal((uintptr_t)got->data % bytes[i], 0);
    }
    assert_string_equal(isg_safetensors_meta(st, "config"), "{\"a\": \"\xc3\xb1\"}");
    assert_null(isg_safetensors_meta(st, "absent"));
    const char *key, *value;
    assert_true(isg_safetensors_meta_at(st, 1, &key, &value));
    assert_string_equal(key, "version");
    assert_false(isg_safetensors_meta_at(st, 2, &key, &value));
    const struct isg_tensor *got;
    assert_error(isg_safetensors_want(st, "x", ISG_F32, 1, (uint64_t[]){0}, &got, &err), ISG_EDATA, "no tensor \"x\"");
    assert_error(isg_safetensors_want(st, "w", ISG_F32, 2, (uint64_t[]){0, 4}, &got, &err), ISG_EDATA,
        "is F32 [2,3]; expected F32 [any,4]");
    assert_error(isg_safetensors_want(st, "w", ISG_F16, 2, (uint64_t[]){2, 3}, &got, &err), ISG_EDATA, "expected F16");
    assert_ok(isg_safetensors_want(st, "w", ISG_F32, 2, (uint64_t[]){0, 3}, &got, &err));
    isg_safetensors_close(st);
    isg_safetensors_close(NULL);
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_safetensors *st;
    const float w[6] = {1, 2, 3, 4, 5, 6};
    const struct isg_tensor t = {"w", ISG_F32, 2, {2, 3}, w};
    assert_ok(isg_safetensors_save(path, true, &t, 1, NULL, 0, &err));
    FILE *f = fopen(path, "rb");
    fseek(f, 0, SEEK_END);
    const long size = ftell(f);
    fclose(f);
    for (long n = size - 1; n >= 0; n--) {
        assert_int_equal(truncate(path, n), 0);
        assert_int_equal(isg_safetensors_open(&st, path, &err), ISG_EDATA);
    }
}

static void test_lies(void **state)
{
    (void)state;
#define W(type, shape, from, to)                                                                                       \
    "{\"w\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[" from "," to "]}}"
    struct isg_error err;
    struct isg_safetensors *st;
    put(W("F32", "[2]", "0", "8"), 8);
    assert_ok(isg_safetensors_open(&st, path, &err));
    isg_safetensors_close(st);
    refuse(W("F32", "[2]", "0", "8"), 7, "cut short");
    refuse(W("F32", "[2]", "0", "8"), 9, "after the last");
    refuse(W("F32", "[3]", "0", "8"), 8, "do not agree");
    refuse(W("F32", "[4611686018427387904,4]", "0", "0"), 0, "do not agree");
    refuse(W("F32", "[-2]", "0", "8"), 8, "not a whole number");
    refuse(W("F32", "[2.0]", "0", "8"), 8, "not a whole number");
    refuse(W("F32", "[1,1,1,1,2]", "0", "8"), 8, "more than 4");
    refuse(W("F32", "[2]", "8", "0"), 8, "bad data_offsets");
    refuse(W("F32", "[2]", "-8", "0"), 8, "bad data_offsets");
    refuse(W("BF16", "[4]", "0", "8"), 8, "type \"BF16\"; expected U8");
    refuse(W("F32", "[2]", "4", "12"), 12, "gap");
    refuse("{\"w\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "missing");
    refuse("{\"w\":7}", 8, "missing");
    refuse("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
           "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}}",
        5, "not aligned");
    refuse("[1,2]", 0, "not a JSON object");
    refuse("[1,2,3,4,5,6]", 0, "not a JSON object");
    refuse("{\"w\":", 8, "not a JSON object");
    refuse("{\"__metadata__\":{\"a\":1}}", 0, "not a string");
    refuse("{\"__metadata__\":[]}", 0, "not an object");
    refuse("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
           "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
        6, "overlap");
    refuse("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
           "\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}}",
        8, "not a JSON object");
    assert_error(isg_safetensors_open(&st, "/nowhere", &err), ISG_EIO, "No such file");
    assert_error(isg_safetensors_open(&st, "/tmp", &err), ISG_EIO, "regular");
    FILE *f = fopen(path, "wb");
    fwrite("\xff\xff\xff\xff\xff\xff\xff\xff{}", 1, 10, f);
    fclose(f);
    assert_error(isg_safetensors_open(&st, path, &err), ISG_EDATA, "100 MB");
}

static void test_save_errors(void **state)
{
    (void)state;
    struct isg_error err;
    const float w[2] = {1, 2};
    const struct isg_tensor twice[] = {{"w", ISG_F32, 1, {2}, w}, {"w", ISG_F32, 1, {2}, w}};
    const struct isg_tensor bad = {"w\xff", ISG_F32, 1, {2}, w}, huge = {"h", ISG_F32, 2, {1ull << 62, 8}, w};
    assert_error(isg_safetensors_save(path, true, twice, 2, NULL, 0, &err), ISG_EFAILED, "twice");
    assert_error(isg_safetensors_save(path, true, &bad, 1, NULL, 0, &err), ISG_EFAILED, "UTF-8");
    assert_error(isg_safetensors_save(path, true, &huge, 1, NULL, 0, &err), ISG_ENOMEM, "too large");
    assert_error(isg_safetensors_save(path, false, twice, 1, NULL, 0, &err), ISG_EUSAGE, "exists");
    assert_error(isg_safetensors_save("/dev/full", true, twice, 1, NULL, 0, &err), ISG_EIO, "No space");
}

static int setup(void **state)
{
    (void)state;
    const int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_lies),
        cmocka_unit_test(test_save_errors),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
