/* fastText models, on a small file made here byte by byte: dim 1, so that a vector is the mean of known rows. */
#include "tests/test.h"

#include "src/isg.h"

enum { BUCKET = 50, MINN = 2, MAXN = 3 };
static char path[] = "/tmp/isg-test-ft-XXXXXX";
static unsigned char model[4096];
static size_t n_model, quant_at, dictionary_end;

static void put(const void *data, size_t n)
{
    memcpy(model + n_model, data, n);
    n_model += n;
}
static void put32(int32_t x)
{
    put(&x, sizeof x);
}
static void put64(int64_t x)
{
    put(&x, sizeof x);
}

/* Words "ni\u00f1o" and "</s>", a label; row i of the matrix holds i * i + 1. */
static void make(void)
{
    n_model = 0;
    const int32_t args[] = {793712314, 12, 1, 5, 5, 1, 5, 1, 2, 2, BUCKET, MINN, MAXN, 100};
    put(args, sizeof args);
    put(&(double){1e-4}, 8);
    put32(3), put32(2), put32(1), put64(99), put64(-1);
    put("ni\xc3\xb1o", 6), put64(7), put("\0", 1);
    put("</s>", 5), put64(5), put("\0", 1);
    put("__label__x", 11), put64(5), put("\1", 1);
    dictionary_end = quant_at = n_model;
    put("\0", 1);
    put64(2 + BUCKET), put64(1);
    for (int i = 0; i < 2 + BUCKET; i++)
        put(&(float){(float)(i * i + 1)}, 4);
}

static const char *save(size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(model, 1, n, f), n);
    fclose(f);
    return path;
}

/* FNV-1a written out, for n-grams of ASCII and of bytes above 127, which fastText takes as signed. */
static float row_of(const char *ngram)
{
    uint32_t h = 2166136261u;
    for (; *ngram; ngram++) {
        h ^= (uint32_t)(int32_t)(int8_t)*ngram;
        h *= 16777619u;
    }
    const uint32_t row = 2 + h % BUCKET;
    return (float)(row * row + 1);
}

static void assert_mean(const struct isg_fasttext *ft, const char *word, float own, const char *const *ngrams)
{
    float sum = own, x;
    size_t n = own > 0.0f;
    for (; *ngrams; ngrams++, n++)
        sum += row_of(*ngrams);
    assert_true(isg_fasttext_vector(ft, word, strlen(word), &x));
    assert_near(x, sum / (float)n, 1e-6 * (double)sum);
}

static void test_vectors(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_fasttext *ft;
    make();
    assert_ok(isg_fasttext_open(&ft, save(n_model), &err));
    assert_int_equal(isg_fasttext_dim(ft), 1);
    assert_mean(ft, "ni\xc3\xb1o", 1.0f,
        (const char *const[]){
            "<n", "<ni", "ni", "ni\xc3\xb1", "i\xc3\xb1", "i\xc3\xb1o", "\xc3\xb1o", "\xc3\xb1o>", "o>", NULL});
    assert_mean(ft, "ab", 0.0f, (const char *const[]){"<a", "<ab", "ab", "ab>", "b>", NULL}); /* unknown */
    assert_mean(ft, "</s>", 2.0f, (const char *const[]){NULL}); /* no n-grams of the end of a sentence */
    isg_fasttext_close(ft);
    struct isg_vectors v;
    struct isg_vectors_report r;
    const struct isg_env env = {0};
    assert_ok(isg_vectors_load(&v, path, NULL, &r, &env, &err));
    assert_string_equal(r.format, "fasttext-bin");
    assert_int_equal(v.m.rows, 2); /* labels are no words */
    assert_true(v.m.x[1] == 2.0f);
    isg_vectors_fini(&v);
}

/* A model without n-grams has nothing for unknown words. */
static void test_no_ngrams(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_fasttext *ft;
    make();
    memset(model + 11 * 4, 0, 8); /* minn, maxn */
    assert_ok(isg_fasttext_open(&ft, save(n_model), &err));
    float x = 7;
    assert_false(isg_fasttext_vector(ft, "ab", 2, &x));
    assert_true(x == 0.0f);
    assert_true(isg_fasttext_vector(ft, "ni\xc3\xb1o", 5, &x));
    assert_true(x == 1.0f);
    isg_fasttext_close(ft);
}

static void test_damage(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_fasttext *ft;
    make();
    for (size_t n = 1; n < n_model; n++)
        assert_error(isg_fasttext_open(&ft, save(n), &err), ISG_EDATA, "cut short");
    model[quant_at] = 1;
    assert_error(isg_fasttext_open(&ft, save(n_model), &err), ISG_EDATA, "quantised");
    make();
    model[4] = 13;
    assert_error(isg_fasttext_open(&ft, save(n_model), &err), ISG_EDATA, "version 13");
    make();
    memset(model + 8, 0, 4);
    assert_error(isg_fasttext_open(&ft, save(n_model), &err), ISG_EDATA, "impossible");
    make();
    memset(model + 40, 0, 4);
    assert_error(isg_fasttext_open(&ft, save(n_model), &err), ISG_EDATA, "impossible");
    make();
    model[quant_at + 1]--; /* one row short of the n-grams */
    assert_error(isg_fasttext_open(&ft, save(n_model), &err), ISG_EDATA, "expected at least 52 x 1");
    assert_error(isg_fasttext_open(&ft, "/nowhere", &err), ISG_EIO, "No such file");
    /* any single byte changed: an error or vectors, never a crash */
    const struct isg_env env = {0};
    for (size_t i = 0; i < dictionary_end + 17; i++) {
        make();
        model[i] ^= 0xff;
        struct isg_vectors v;
        if (isg_vectors_load(&v, save(n_model), NULL, NULL, &env, &err) == ISG_OK)
            isg_vectors_fini(&v);
    }
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
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_no_ngrams),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
