/* Reading and writing word vectors: each format, each policy, each error with its line. */
#include "tests/test.h"

#include "src/isg.h"

#include <sys/resource.h>
#include <signal.h>
#include <zlib.h>

static char folder[] = "/tmp/isg-test-vectors-XXXXXX";
static char path[128];
static const struct isg_env silent = {0};

/* Path of a file of this test, removed in the end. */
static const char *file(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *put(const char *name, const void *data, size_t n)
{
    FILE *f = fopen(file(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    fclose(f);
    return path;
}

static const char *put_text(const char *text)
{
    return put("v.vec", text, strlen(text));
}

static float at(const struct isg_vectors *v, size_t row, size_t col)
{
    return isg_mat_row(v->m, row)[col];
}

static void assert_word(const struct isg_vectors *v, uint32_t row, const char *word)
{
    assert_string_equal(isg_strtab_get(v->words, row, NULL), word);
}

/* Loads text and hands the vectors and the report out. */
static void load(struct isg_vectors *v, struct isg_vectors_report *r, const char *text)
{
    struct isg_error err;
    assert_ok(isg_vectors_load(v, put_text(text), NULL, r, &silent, &err));
}

static void refuse(const char *text, uint64_t line, const char *part)
{
    struct isg_error err;
    struct isg_vectors v;
    assert_error(isg_vectors_load(&v, put_text(text), NULL, NULL, &silent, &err), ISG_EDATA, part);
    assert_int_equal(err.line, line);
    assert_null(v.words);
}

static void test_header(void **state)
{
    (void)state;
    struct isg_vectors v;
    struct isg_vectors_report r;
    load(&v, &r, "2 3\nthe 1 2 3\ncat -4 5e-1 .25\n");
    assert_string_equal(r.format, "text+header");
    assert_int_equal(v.m.rows, 2);
    assert_int_equal(v.m.cols, 3);
    assert_true(at(&v, 1, 0) == -4.0f && at(&v, 1, 1) == 0.5f && at(&v, 1, 2) == 0.25f);
    assert_true(r.complete && r.rows_in_file == 2 && r.rows_read == 2);
    isg_vectors_fini(&v);

    load(&v, &r, "the 1 2 3\ncat 4 5 6"); /* GloVe; no LF at the end */
    assert_string_equal(r.format, "text");
    assert_int_equal(v.m.rows, 2);
    assert_true(at(&v, 1, 2) == 6.0f);
    isg_vectors_fini(&v);

    load(&v, &r, "12 7\n13 8\n14 9\n"); /* words that are numbers, one value each */
    assert_string_equal(r.format, "text");
    assert_int_equal(v.m.rows, 3);
    assert_word(&v, 0, "12");
    isg_vectors_fini(&v);

    load(&v, &r, "5 2\nthe 1 2\ncat 3 4\n"); /* the header is wrong: said, not fatal */
    assert_int_equal(v.m.rows, 2);
    assert_int_equal(r.rows_in_file, 5);
    assert_int_equal(r.rows_read, 2);
    assert_true(r.complete);
    isg_vectors_fini(&v);
    load(&v, &r, "999999999999999999 2\nthe 1 2\n"); /* a lying header gets no memory */
    assert_int_equal(v.m.rows, 1);
    isg_vectors_fini(&v);
}

static void test_words(void **state)
{
    (void)state;
    struct isg_vectors v;
    struct isg_vectors_report r;
    load(&v, &r,
        "10 000 1 2\nat name@domain.com 3 4\nnew\xc2\xa0york 5 6 \r\n. . . 7 8\na\tb 9 10\n 11 12\n3.14 13 "
        "14\n");
    assert_int_equal(v.m.cols, 2);
    static const char *const words[] = {"10 000", "at name@domain.com", "new\xc2\xa0york", ". . .", "a\tb", "", "3.14"};
    for (uint32_t i = 0; i < 7; i++) {
        assert_word(&v, i, words[i]);
        assert_true(at(&v, i, 0) == (float)(2 * i + 1) && at(&v, i, 1) == (float)(2 * i + 2));
    }
    assert_int_equal(isg_vectors_find(&v, ". . .", 5), 3);
    assert_int_equal(isg_vectors_find(&v, "AT Name@Domain.com", 18), 1);
    assert_int_equal(isg_vectors_find(&v, "none", 4), ISG_NO_ID);
    isg_vectors_fini(&v);
}

static void test_crlf_and_bom(void **state)
{
    (void)state;
    struct isg_vectors v;
    struct isg_vectors_report r;
    load(&v, &r,
        "\xef\xbb\xbf"
        "2 2\r\nthe 1 2\r\ncat 3 4\r\n\r\n\n");
    assert_int_equal(v.m.rows, 2);
    assert_word(&v, 0, "the");
    assert_true(at(&v, 0, 1) == 2.0f);
    isg_vectors_fini(&v);
}

static void test_duplicates(void **state)
{
    (void)state;
    struct isg_vectors v;
    struct isg_vectors_report r;
    load(&v, &r, "4 1\na 1\nb 0\na 3\nb 4\n");
    assert_int_equal(v.m.rows, 2);
    assert_int_equal(r.duplicates, 2);
    assert_int_equal(r.first_duplicate_line, 4);
    assert_int_equal(r.zero_rows, 1);
    assert_true(at(&v, 0, 0) == 1.0f);
    isg_vectors_fini(&v);
    load(&v, &r, "a 1 1\na 2 2\nc 3 3\nc 4 4\ne 5 5\n"); /* rows behind a dropped one move up */
    assert_int_equal(v.m.rows, 3);
    assert_true(at(&v, 1, 0) == 3.0f && at(&v, 2, 1) == 5.0f);
    isg_vectors_fini(&v);
}

static void test_errors(void **state)
{
    (void)state;
    refuse("", 0, "empty");
    refuse("\n\n", 1, "no vectors");
    refuse("0 100\n", 0, "no vectors");
    refuse("hello\nworld\n", 1, "no vectors");
    refuse("7 2\na 1 2\nb 1 2\nc 1 2\nd 1 2\ne 1 2\nf 1\ng 1 2\n", 7, "1 values; expected a word and 2");
    refuse("a 1 2\nb 1 2\nc 1 2\nd 1 2\ne 1 2\nf 1 2\ng 1\n", 7, "1 values; expected a word and 2");
    refuse("a 1 2\nb 1 2\nc 1 2\nd 1 2\ne 1 2\nf 1 2\ng 0.1234 1 0.5555\n", 7, "3 values; expected a word and 2");
    refuse("3 3\na .1 .2 .3\nb 0.1 0.2 0.3 0.4\nc .1 .2 .3\n", 3, "4 values; expected a word and 3");
    refuse("2 3\na 1 2 3 4\nb 1 2 3 4\n", 2, "4 values; expected a word and 3 finite values, as the header says");
    refuse("a 1 2\nb 1 nan\n", 2, "\"nan\" is not a number");
    refuse("a 1 2\nb -inf 2\n", 2, "\"-inf\" is not a number");
    refuse("a 1 2\nb 1e60 2\n", 2, "infinite");
    refuse("a 1 2\nb 1,5 2\n", 2, "\"1,5\" is not a number");
    refuse("a 1 2\nb 1 2x\n", 2, "\"2x\" is not a number");
    refuse("a 1 2\n\nb 1 2\n", 2, "an empty line");
    refuse("3 2\na 1 2\nb\xff 1 2\n", 3, "invalid UTF-8");
    struct isg_error err;
    struct isg_vectors v;
    assert_error(isg_vectors_load(&v, file("absent"), NULL, NULL, &silent, &err), ISG_EIO, "No such file");
    assert_error(isg_vectors_load(&v, folder, NULL, NULL, &silent, &err), ISG_EIO, "folder");
}

static void test_bad_utf8(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_vectors v;
    struct isg_vectors_report r;
    struct isg_vectors_opts o = {.bad_utf8 = ISG_BAD_UTF8_SKIP};
    put_text("a 1\nb\xff 2\nc 3\n");
    assert_ok(isg_vectors_load(&v, path, &o, &r, &silent, &err));
    assert_int_equal(v.m.rows, 2);
    assert_int_equal(r.bad_utf8, 1);
    assert_int_equal(r.first_bad_utf8_line, 2);
    assert_true(at(&v, 1, 0) == 3.0f);
    isg_vectors_fini(&v);
    o.bad_utf8 = ISG_BAD_UTF8_REPLACE;
    assert_ok(isg_vectors_load(&v, path, &o, &r, &silent, &err));
    assert_int_equal(v.m.rows, 3);
    assert_word(&v, 1, "b\xef\xbf\xbd");
    isg_vectors_fini(&v);
}

ISG_PRINTF(3, 0)
static void keep_log(void *cookie, enum isg_level level, const char *fmt, va_list ap)
{
    if (level == ISG_LOG_WARNING)
        vsnprintf(cookie, 256, fmt, ap);
}

/* A file cut short at the end of a line differs from a whole one by its header alone. */
static void test_rows_missing(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_vectors v;
    char said[256] = "";
    const struct isg_env env = {.cookie = said, .log = keep_log};
    assert_ok(isg_vectors_load(&v, put_text("3 2\na 1 2\nb 3 4\n"), NULL, NULL, &env, &err));
    assert_non_null(strstr(said, "the header says 3 rows, the file has 2: is it cut short?"));
    isg_vectors_fini(&v);
    said[0] = 0;
    assert_ok(isg_vectors_load(&v, put_text("2 2\na 1 2\nb 3 4\n"), NULL, NULL, &env, &err));
    assert_string_equal(said, "");
    isg_vectors_fini(&v);
}

/* A larger file: blocks, chunks, any number of threads, max_vocab. */
static char *large(size_t rows, size_t dim, size_t *n)
{
    char *text = malloc(rows * (dim * 16 + 32) + 64), *p = text;
    struct isg_rng rng = isg_rng_stream(3, "vectors", 0);
    p += sprintf(p, "%zu %zu\n", rows, dim);
    for (size_t i = 0; i < rows; i++) {
        p += sprintf(p, "w%zu", i - (i % 1000 == 999)); /* some duplicates */
        for (size_t k = 0; k < dim; k++)
            p += sprintf(p, " %.6g", isg_rng_normal(&rng));
        *p++ = '\n';
    }
    *n = (size_t)(p - text);
    return text;
}

static void test_large(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_vectors v, w;
    struct isg_vectors_report r;
    size_t n;
    char *text = large(20000, 20, &n);
    put("v.vec", text, n);
    assert_ok(isg_vectors_load(&v, path, NULL, &r, &silent, &err));
    assert_int_equal(r.duplicates, 20);
    assert_int_equal(r.first_duplicate_line, 1001);
    assert_int_equal(v.m.rows, 19980);
    const char *s = strchr(text, '\n') + 1;
    for (size_t i = 0, row = 0; i < 20000; i++) {
        char *end;
        (void)strtol(s + 1, &end, 10);
        for (size_t k = 0; k < 20; k++) {
            const float want = strtof(end, &end);
            if (i % 1000 != 999)
                assert_near(at(&v, row, k), want, 1e-7 * fabs((double)want));
        }
        row += i % 1000 != 999;
        s = end + 1;
    }
    struct isg_pool *pool = isg_pool_new(2);
    const struct isg_env env = {.pool = pool};
    for (int i = 0; i < 3; i++) {
        assert_ok(isg_vectors_load(&w, path, NULL, NULL, &env, &err));
        assert_int_equal(w.m.rows, v.m.rows);
        assert_memory_equal(w.m.x, v.m.x, v.m.rows * 20 * sizeof(float));
        isg_vectors_fini(&w);
    }
    const struct isg_vectors_opts o = {.max_vocab = 5000};
    assert_ok(isg_vectors_load(&w, path, &o, &r, &env, &err));
    assert_int_equal(w.m.rows, 5000);
    assert_int_equal(isg_strtab_size(w.words), 5000);
    assert_false(r.complete);
    assert_memory_equal(w.m.x, v.m.x, w.m.rows * 20 * sizeof(float));
    isg_vectors_fini(&w);

    gzFile z = gzopen(file("v.vec.gz"), "wb"); /* two members */
    gzwrite(z, text, (unsigned)n / 2);
    gzclose(z);
    z = gzopen(path, "ab");
    gzwrite(z, text + n / 2, (unsigned)(n - n / 2));
    gzclose(z);
    for (int i = 0; i < 2; i++) {
        assert_ok(isg_vectors_load(&w, path, NULL, &r, i ? &env : &silent, &err));
        assert_int_equal(r.packing, ISG_GZIP);
        assert_memory_equal(w.m.x, v.m.x, v.m.rows * 20 * sizeof(float));
        isg_vectors_fini(&w);
    }
    /* cut short: at 60 % of the file; the line is the first that is not whole */
    FILE *f = fopen(path, "rb");
    fseek(f, 0, SEEK_END);
    const long whole = ftell(f);
    fclose(f);
    assert_int_equal(truncate(path, whole * 6 / 10), 0);
    assert_error(isg_vectors_load(&w, path, NULL, NULL, &silent, &err), ISG_EDATA, "ends too early");
    const uint64_t line = err.line;
    assert_in_range(line, 9000, 15000);
    assert_error(isg_vectors_load(&w, path, NULL, NULL, &env, &err), ISG_EDATA, "ends too early");
    assert_int_equal(err.line, line);
    assert_int_equal(truncate(path, 2000), 0);
    assert_error(isg_vectors_load(&w, path, NULL, NULL, &silent, &err), ISG_EDATA, "ends too early");
    assert_in_range(err.line, 2, 100);
    isg_vectors_fini(&v);
    isg_pool_free(pool);
    free(text);
}

static int stop_now(void *cookie, const char *stage, uint64_t done, uint64_t total)
{
    (void)cookie, (void)stage, (void)done, (void)total;
    return 1;
}

static void test_cancel(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_vectors v;
    size_t n;
    char *text = large(30000, 10, &n);
    const struct isg_env env = {.progress = stop_now};
    assert_error(isg_vectors_load(&v, put("v.vec", text, n), NULL, NULL, &env, &err), ISG_ECANCELED, "stopped");
    free(text);
}

static void test_word2vec(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_vectors v;
    struct isg_vectors_report r;
    const float x[4] = {1.5f, -2.0f, 0.25f, 3.0f};
    for (int lf = 0; lf < 2; lf++) {
        char buf[128];
        size_t n = (size_t)sprintf(buf, "2 2\nthe ");
        memcpy(buf + n, x, 8);
        n += 8;
        if (lf)
            buf[n++] = '\n';
        n += (size_t)sprintf(buf + n, "ni\xc3\xb1o ");
        memcpy(buf + n, x + 2, 8);
        n += 8;
        if (lf)
            buf[n++] = '\n';
        assert_ok(isg_vectors_load(&v, put("v.bin", buf, n), NULL, &r, &silent, &err));
        assert_string_equal(r.format, "word2vec-binary");
        assert_int_equal(v.m.rows, 2);
        assert_memory_equal(v.m.x, x, sizeof x);
        assert_word(&v, 1, "ni\xc3\xb1o");
        isg_vectors_fini(&v);
        for (size_t cut = 9; cut < n - (lf ? 1 : 0); cut++) {
            put("v.bin", buf, cut);
            assert_int_not_equal(isg_vectors_load(&v, path, NULL, NULL, &silent, &err), ISG_OK);
        }
        assert_error(
            isg_vectors_load(&v, put("v.bin", buf, n - 3), NULL, NULL, &silent, &err), ISG_EDATA, "ends in row 2 of 2");
        const struct isg_vectors_opts o = {.max_vocab = 1};
        assert_ok(isg_vectors_load(&v, put("v.bin", buf, n), &o, &r, &silent, &err));
        assert_int_equal(v.m.rows, 1);
        assert_false(r.complete);
        assert_int_equal(r.rows_in_file, 2);
        isg_vectors_fini(&v);
        memcpy(buf + n, "and 12345678", 12); /* a third row under a header that says two */
        assert_error(isg_vectors_load(&v, put("v.bin", buf, n + 12), NULL, NULL, &silent, &err), ISG_EDATA,
            "12 bytes left over after the 2 rows");
        memcpy(buf + 8, &(float){NAN}, 4);
        assert_error(isg_vectors_load(&v, put("v.bin", buf, n), NULL, NULL, &silent, &err), ISG_EDATA, "row 1: NaN");
    }
}

/* Each format gives back what was saved. */
static void test_save(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_vectors v, w;
    struct isg_vectors_report r;
    size_t n;
    char *text = large(3000, 20, &n);
    assert_ok(isg_vectors_load(&v, put("v.vec", text, n), NULL, NULL, &silent, &err));
    free(text);
    static const char *const names[] = {"s.vec", "s.bin", "s.isgv", "s.safetensors", "h.isgv"};
    static const char *const formats[] = {
        "text+header", "word2vec-binary", "safetensors", "safetensors", "safetensors"};
    for (int i = 0; i < 5; i++) {
        const bool half = i == 4;
        file(names[i]);
        assert_ok(isg_vectors_save_as(&v, path, half ? ISG_VECTORS_CACHE_F16 : ISG_VECTORS_BY_NAME, false, &err));
        assert_error(isg_vectors_save(&v, path, false, &err), ISG_EUSAGE, "exists");
        assert_ok(isg_vectors_load(&w, path, NULL, &r, &silent, &err));
        assert_string_equal(r.format, formats[i]);
        assert_int_equal(w.m.rows, v.m.rows);
        assert_int_equal(w.m.cols, v.m.cols);
        for (size_t row = 0; row < v.m.rows; row++) {
            assert_word(&w, (uint32_t)row, isg_strtab_get(v.words, (uint32_t)row, NULL));
            for (size_t k = 0; k < v.m.cols; k++)
                assert_near(at(&w, row, k), at(&v, row, k),
                    (half   ? 0x1p-11
                        : i ? 0.0
                            : 1e-6) *
                            fabs((double)at(&v, row, k)) +
                        (half ? 0x1p-25 : 0.0));
        }
        w.m.x[0] = 7.0f; /* rows are the caller's, whatever they come from */
        isg_vectors_fini(&w);
        const struct isg_vectors_opts o = {.max_vocab = 10};
        assert_ok(isg_vectors_load(&w, path, &o, &r, &silent, &err));
        assert_int_equal(w.m.rows, 10);
        assert_int_equal(isg_strtab_size(w.words), 10);
        isg_vectors_fini(&w);
    }
    v.m.x[5] = 1e6f;
    assert_error(isg_vectors_save_as(&v, file("x.isgv"), ISG_VECTORS_CACHE_F16, true, &err), ISG_ENUMERIC, "half");
    v.m.x[5] = INFINITY;
    assert_error(isg_vectors_save(&v, file("x.vec"), true, &err), ISG_ENUMERIC, "infinity");
    assert_int_equal(access(path, F_OK), -1);
    isg_vectors_fini(&v);
    load(&v, &r, "a b 1 2\nc d 3 4\n");
    assert_error(isg_vectors_save(&v, file("x.bin"), true, &err), ISG_EUSAGE, "space");
    assert_ok(isg_vectors_save(&v, file("x.vec"), true, &err));
    assert_ok(isg_vectors_load(&w, path, NULL, NULL, &silent, &err));
    assert_word(&w, 1, "c d");
    isg_vectors_fini(&w);
    isg_vectors_fini(&v);
}

/* Every half there is survives the way there and back. */
static void test_halves(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_vectors v, w;
    struct isg_vectors_report r;
    load(&v, &r, "a 1\n");
    float *x = malloc(63488 * sizeof *x);
    for (uint32_t i = 0; i < 63488; i++) { /* all finite halves, by arithmetic */
        const uint32_t h = i < 31744 ? i : i + 1024, e = h >> 10 & 31, m = h & 1023;
        const double a = e ? ldexp(1024.0 + m, (int)e - 25) : ldexp(m, -24);
        x[i] = (float)(h & 0x8000 ? -a : a);
    }
    const struct isg_vectors wide = {v.words, isg_mat(x, 1, 63488), NULL};
    assert_ok(isg_vectors_save_as(&wide, file("h.isgv"), ISG_VECTORS_CACHE_F16, true, &err));
    assert_ok(isg_vectors_load(&w, path, NULL, NULL, &silent, &err));
    assert_memory_equal(w.m.x, x, 63488 * sizeof *x);
    isg_vectors_fini(&w);
    /* between two halves: to the nearest, ties to even */
    x[0] = 1.0f + 0x1p-11f, x[1] = 1.0f + 0x1.8p-10f, x[2] = 0x1p-25f, x[3] = 0x1.8p-24f, x[4] = 65519.0f;
    assert_ok(isg_vectors_save_as(&wide, file("h.isgv"), ISG_VECTORS_CACHE_F16, true, &err));
    assert_ok(isg_vectors_load(&w, path, NULL, NULL, &silent, &err));
    assert_true(w.m.x[0] == 1.0f && w.m.x[1] == 1.0f + 0x1p-9f && w.m.x[2] == 0.0f && w.m.x[3] == 0x1p-23f);
    assert_true(w.m.x[4] == 65504.0f);
    isg_vectors_fini(&w);
    free(x);
    isg_vectors_fini(&v);
}

static void test_bad_cache(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_vectors v;
    const float x[2] = {1, 2}, bad[2] = {1, NAN};
    const int64_t good_at[3] = {0, 1, 2}, bad_at[3] = {0, 9, 2};
    const struct {
        const float *x;
        const int64_t *at;
        const char *bytes, *part;
        uint64_t n_offsets;
    } cases[] = {{bad, good_at, "ab", "NaN", 3}, {x, bad_at, "ab", "out of bounds", 3}, {x, good_at, "aa", "twice", 3},
        {x, good_at, "ab", "vocab.offsets\" is", 2}, {x, good_at, "a\xff", "invalid UTF-8", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct isg_tensor t[] = {{"embedding.weight", ISG_F32, 2, {2, 1}, cases[i].x},
            {"vocab.offsets", ISG_I64, 1, {cases[i].n_offsets}, cases[i].at},
            {"vocab.bytes", ISG_U8, 1, {2}, cases[i].bytes}};
        assert_ok(isg_safetensors_save(file("c.isgv"), true, t, 3, NULL, 0, &err));
        assert_error(isg_vectors_load(&v, path, NULL, NULL, &silent, &err), ISG_EDATA, cases[i].part);
    }
    const struct isg_tensor other = {"other", ISG_F32, 1, {2}, x};
    assert_ok(isg_safetensors_save(file("c.isgv"), true, &other, 1, NULL, 0, &err));
    assert_error(isg_vectors_load(&v, path, NULL, NULL, &silent, &err), ISG_EDATA, "no tensor \"embedding.weight\"");
}

/* No room on the disk: an error, the earlier file as it was, nothing left behind. */
static void test_disk_full(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_vectors v;
    size_t n;
    char *text = large(5000, 20, &n);
    assert_ok(isg_vectors_load(&v, put("v.vec", text, n), NULL, NULL, &silent, &err));
    free(text);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 100000;
    static const char *const names[] = {"full.vec", "full.bin", "full.isgv"};
    for (int i = 0; i < 3; i++) {
        put(names[i], "before", 6);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        const enum isg_status status = isg_vectors_save(&v, path, true, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_int_equal(status, ISG_EIO);
        assert_non_null(strstr(err.advice, "untouched"));
        char got[8] = "";
        FILE *f = fopen(path, "rb");
        assert_int_equal(fread(got, 1, sizeof got, f), 6);
        fclose(f);
        assert_string_equal(got, "before");
        char tmp[192];
        snprintf(tmp, sizeof tmp, "%s/.%s.isogloss-%ld", folder, names[i], (long)getpid());
        assert_int_equal(access(tmp, F_OK), -1);
    }
    assert_error(isg_vectors_save(&v, "/dev/full", true, &err), ISG_EIO, "No space left");
    isg_vectors_fini(&v);
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_crlf_and_bom),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_bad_utf8),
        cmocka_unit_test(test_rows_missing),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_word2vec),
        cmocka_unit_test(test_save),
        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_bad_cache),
        cmocka_unit_test(test_disk_full),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
