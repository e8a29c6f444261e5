#include "tests/test.h"

#include "src/keytab.h"

static void test_find_and_put(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct isg_keytab t = {0};
    assert_null(isg_keytab_find(&t, 1, sizeof(double)));
    for (uint64_t i = 1; i <= N; i++) {
        double *const v = isg_keytab_put(&t, isg_mix64(i), sizeof *v);
        assert_non_null(v);
        assert_true(*v == 0.0); /* new: zero bytes */
        *v = (double)i;
    }
    assert_int_equal(t.used, N);
    assert_int_equal(t.slots & (t.slots - 1), 0);
    assert_true(t.used <= t.slots / 4 * 3); /* a search ends */
    for (uint64_t i = 1; i <= N; i++) {
        const double *const v = isg_keytab_find(&t, isg_mix64(i), sizeof *v);
        assert_non_null(v);
        assert_true(*v == (double)i);
    }
    assert_null(isg_keytab_find(&t, isg_mix64(N + 1), sizeof(double)));
    const double *const again = isg_keytab_put(&t, isg_mix64(7), sizeof *again);
    assert_true(*again == 7.0);
    assert_int_equal(t.used, N);
    isg_keytab_fini(&t);
    assert_null(t.keys);
}

/* Keys of the same slot, past the end of the table. */
static void test_collisions(void **state)
{
    (void)state;
    struct isg_keytab t = {0};
    for (uint64_t i = 1; i <= 5; i++)
        *(uint64_t *)isg_keytab_put(&t, i << 10 | 1023, sizeof(uint64_t)) = i;
    for (uint64_t i = 1; i <= 5; i++)
        assert_int_equal(*(uint64_t *)isg_keytab_find(&t, i << 10 | 1023, sizeof(uint64_t)), i);
    assert_null(isg_keytab_find(&t, 6 << 10 | 1023, sizeof(uint64_t)));
    isg_keytab_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_find_and_put), cmocka_unit_test(test_collisions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
