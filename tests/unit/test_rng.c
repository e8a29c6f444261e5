#include "tests/test.h"

#include "src/rng.h"

/* Known-answer vectors published with Random123 (kat_vectors, philox4x32 10). */
static void published_vectors(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
            {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
            {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t out[4];
        isg_philox4x32(cases[i].counter, cases[i].key, out);
        assert_memory_equal(out, cases[i].out, sizeof out);
    }
}

static void streams(void **state)
{
    (void)state;
    struct isg_rng a = isg_rng_stream(1, "dropout", 5), b = isg_rng_stream(1, "dropout", 5);
    struct isg_rng others[] = {isg_rng_stream(2, "dropout", 5), isg_rng_stream(1, "dropouu", 5),
        isg_rng_stream(1, "dropout", 6), isg_rng_stream(1, "", 5), isg_rng_stream(1, "dropout", 5 + (1ull << 32))};
    int same[5] = {0};
    for (int i = 0; i < 1000; i++) {
        const uint32_t x = isg_rng_u32(&a);
        assert_int_equal(x, isg_rng_u32(&b));
        for (int k = 0; k < 5; k++)
            same[k] += x == isg_rng_u32(&others[k]);
    }
    for (int k = 0; k < 5; k++)
        assert_true(same[k] <= 1);
    struct isg_rng carry = isg_rng_stream(1, "x", 0);
    carry.counter[0] = UINT32_MAX;
    isg_rng_u32(&carry);
    assert_int_equal(carry.counter[0], 0);
    assert_int_equal(carry.counter[1], 1);
}

static void ranges_and_moments(void **state)
{
    (void)state;
    enum { N = 200000 };
    struct isg_rng r = isg_rng_stream(1, "test", 0);
    double sum = 0, squares = 0, fourth = 0, mean = 0;
    for (int i = 0; i < N; i++) {
        const float f = isg_rng_float(&r);
        const double d = isg_rng_double(&r), z = isg_rng_normal(&r);
        assert_true(f >= 0 && f < 1 && d >= 0 && d < 1 && isfinite(z));
        mean += ((double)f + d) / 2;
        sum += z;
        squares += z * z;
        fourth += z * z * z * z;
    }
    /* Bounds of five standard errors: 1/sqrt(24 N), 1/sqrt(N), sqrt(2/N), sqrt(96/N). */
    assert_near(mean / N, 0.5, 5 / sqrt(24.0 * N));
    assert_near(sum / N, 0, 5 / sqrt((double)N));
    assert_near(squares / N, 1, 5 * sqrt(2.0 / N));
    assert_near(fourth / N, 3, 5 * sqrt(96.0 / N));
}

static void below_is_fair(void **state)
{
    (void)state;
    struct isg_rng r = isg_rng_stream(3, "below", 0);
    assert_int_equal(isg_rng_below(&r, 1), 0);
    int count[6] = {0};
    for (int i = 0; i < 60000; i++)
        count[isg_rng_below(&r, 6)]++;
    for (int i = 0; i < 6; i++)
        assert_near(count[i], 10000, 5 * sqrt(60000 * (1.0 / 6) * (5.0 / 6)));
    /* With 3 * 2^30 a product without rejection falls into the first third twice as often as into the others. */
    int third[3] = {0};
    for (int i = 0; i < 60000; i++) {
        const uint32_t x = isg_rng_below(&r, 3u << 30);
        assert_true(x < 3u << 30);
        third[x >> 30]++;
    }
    int mod3[3] = {0};
    for (int i = 0; i < 60000; i++)
        mod3[isg_rng_below(&r, 3u << 30) % 3]++;
    for (int i = 0; i < 3; i++) {
        assert_near(third[i], 20000, 5 * sqrt(60000 * 2.0 / 9));
        assert_near(mod3[i], 20000, 5 * sqrt(60000 * 2.0 / 9));
    }
}

static void shuffles(void **state)
{
    (void)state;
    struct isg_rng r = isg_rng_stream(1, "shuffle", 0);
    isg_rng_shuffle(&r, NULL, 0);
    uint32_t one = 7;
    isg_rng_shuffle(&r, &one, 1);
    assert_int_equal(one, 7);
    int count[24] = {0};
    for (int i = 0; i < 24000; i++) { /* each of the 4! orders as often as another */
        uint32_t v[4] = {0, 1, 2, 3};
        isg_rng_shuffle(&r, v, 4);
        unsigned seen = 0, rank = 0;
        for (unsigned k = 0; k < 4; k++) {
            seen |= 1u << v[k];
            unsigned smaller = 0;
            for (unsigned j = k + 1; j < 4; j++)
                smaller += v[j] < v[k];
            rank = rank * (4 - k) + smaller;
        }
        assert_int_equal(seen, 15);
        count[rank]++;
    }
    for (int i = 0; i < 24; i++)
        assert_near(count[i], 1000, 5 * sqrt(1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(published_vectors), cmocka_unit_test(streams),
        cmocka_unit_test(ranges_and_moments), cmocka_unit_test(below_is_fair), cmocka_unit_test(shuffles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
