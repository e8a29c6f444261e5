/* Decimal numbers to float and back, against the C library. */
#include "tests/test.h"

#include "src/vectors/decimal.h"
#include "src/rng.h"
#include "src/vectors/vectors.h"

static int32_t ordinal(float x)
{
    int32_t i;
    memcpy(&i, &x, sizeof i);
    return i < 0 ? (int32_t)((uint32_t)INT32_MIN - (uint32_t)i) : i;
}

static void check(const char *text)
{
    float x = -77.0f;
    const char *end = text + strlen(text);
    const float want = strtof(text, NULL);
    if (isg_parse_float(text, end, &x) != end)
        fail_msg("\"%s\" was not read to its end", text);
    const int64_t apart = (int64_t)ordinal(x) - ordinal(want);
    if (x != want && (apart > 1 || apart < -1))
        fail_msg("\"%s\" gave %.9g, strtof gives %.9g", text, (double)x, (double)want);
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const numbers[] = {"0", "-0", "+1", "1", "1.", ".5", "-.5", "0.13629", "-0.000073832", "123456",
        "1e5", "1E-5", "1.5e+3", "12345678901234567890", "0.12345678901234567890123456789", "1e38", "3.4028235e38",
        "1e-38", "1e-45", "1.4e-45", "1e-46", "1e-400", "0e999", "0.000000000000000000000000000000000001",
        "9999999999999999999", "99999999999999999", "16777217", "0.1234567", "0.12345678", "0.123456789",
        "12345678.12345678", "100000000000000000000000000000000000000",
        "0.00000000000000000000000000000000000000000000000000000000001e60", "123456789012345678.5",
        "1234567890123456789.5", "000000000000000000000000000000001.5"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        check(numbers[i]);
    float x;
    const char *big = "1e39";
    assert_ptr_equal(isg_parse_float(big, big + 4, &x), big + 4);
    assert_true(isinf(x));
}

static void test_no_numbers(void **state)
{
    (void)state;
    static const char *const others[] = {"", "-", "+", ".", "-.", "e5", "nan", "inf", "-inf", "x", " 1", "--1", "0x"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        float x;
        const char *s = others[i], *end = isg_parse_float(s, s + strlen(s), &x);
        assert_int_equal(end - s, strcmp(s, "0x") == 0 ? 1 : 0);
    }
    /* an e without digits is not part of the number; nothing is read past the end given */
    float x;
    const char *s = "1e";
    assert_ptr_equal(isg_parse_float(s, s + 2, &x), s + 1);
    s = "12345";
    assert_ptr_equal(isg_parse_float(s, s + 2, &x), s + 2);
    assert_true(x == 12.0f);
}

static void test_random(void **state)
{
    (void)state;
    struct isg_rng rng = isg_rng_stream(1, "decimal", 0);
    static const struct {
        int precision;
        bool fixed;
    } formats[] = {{3, false}, {5, false}, {6, false}, {9, false}, {17, false}, {25, false}, {6, true}, {7, true}};
    for (int i = 0; i < 200000; i++) {
        const double scale = pow(10.0, (double)isg_rng_below(&rng, 20) - 12.0);
        char text[80];
        const double x = isg_rng_normal(&rng) * scale;
        if (formats[i % 8].fixed)
            snprintf(text, sizeof text, "%.*f", formats[i % 8].precision, x);
        else
            snprintf(text, sizeof text, "%.*g", formats[i % 8].precision, x);
        check(text);
    }
}

/* Any bit pattern: text that reads back within 1e-6, at most 16 bytes, and short where the number is short. */
static void test_format(void **state)
{
    (void)state;
    struct isg_rng rng = isg_rng_stream(2, "decimal", 0);
    for (int i = 0; i < 500000; i++) {
        const uint32_t bits = isg_rng_u32(&rng);
        float x, y;
        memcpy(&x, &bits, sizeof x);
        if (i % 2)
            x = (float)isg_rng_normal(&rng) * 0.3f;
        if (!isfinite(x))
            continue;
        char text[32];
        memset(text, '#', sizeof text);
        char *end = isg_decimal_format(x, text);
        assert_true(end - text <= 16);
        assert_ptr_equal(isg_parse_float(text, end, &y), end);
        if (fabs((double)x - (double)y) > 1e-6 * fabs((double)x) + 1.5e-45)
            fail_msg("%.9g was written as %.*s", (double)x, (int)(end - text), text);
    }
    static const char *const plain[] = {"0", "1", "-1", "0.5", "-0.13629", "123456", "1e+10", "0.00001", "1e-06",
        "9999999", "0.1", "-2.5e-07", "1000000", "0.999999", "1e+38", "10", "100.5"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        float x;
        char text[32];
        (void)isg_parse_float(plain[i], plain[i] + strlen(plain[i]), &x);
        *isg_decimal_format(x, text) = 0;
        assert_string_equal(text, plain[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_no_numbers),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
