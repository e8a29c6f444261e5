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
static uint32_t bucket_of(const char *ngram)
{
    uint32_t h = 2166136261u;
    for (; *ngram; ngram++) {
        h ^= (uint32_t)(int32_t)(int8_t)*ngram;
        h *= 16777619u;
    }
    return h % BUCKET;
}

static float row_of(const char *ngram)
{
    const uint32_t row = 2 + bucket_of(ngram);
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

/* A pruned model keeps some buckets; each has one row. Equal ones are refused, and not searched one by one. */
static void test_pruned(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_fasttext *ft;
    for (int equal = 0; equal < 2; equal++) {
        make();
        const size_t tail = n_model - dictionary_end;
        static unsigned char rest[4096];
        memcpy(rest, model + dictionary_end, tail);
        memcpy(model + 14 * 4 + 8 + 12 + 8, &(int64_t){3}, 8); /* args, t, three sizes, the number of tokens */
        n_model = dictionary_end;
        put32(40), put32(2), put32(equal ? 40 : 7), put32(0), put32(20), put32(1);
        put(rest, tail);
        if (equal) {
            assert_error(isg_fasttext_open(&ft, save(n_model), &err), ISG_EDATA, "one bucket twice");
            continue;
        }
        assert_ok(isg_fasttext_open(&ft, save(n_model), &err));
        /* the mean of the word's own row and of the rows of those n-grams whose buckets are kept */
        static const char *const ngrams[] = {
            "<n", "<ni", "ni", "ni\xc3\xb1", "i\xc3\xb1", "i\xc3\xb1o", "\xc3\xb1o", "\xc3\xb1o>", "o>"};
        static const int32_t kept[][2] = {{40, 2}, {7, 0}, {20, 1}};
        float sum = 1.0f, n = 1.0f, x;
        for (int i = 0; i < 9; i++)
            for (int k = 0; k < 3; k++)
                if (bucket_of(ngrams[i]) == (uint32_t)kept[k][0]) {
                    sum += (float)((2 + kept[k][1]) * (2 + kept[k][1]) + 1);
                    n += 1.0f;
                }
        assert_true(isg_fasttext_vector(ft, "ni\xc3\xb1o", 5, &x));
        assert_near(x, sum / n, 1e-6 * (double)sum);
        isg_fasttext_close(ft);
    }
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
        cmocka_unit_test(test_pruned),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
