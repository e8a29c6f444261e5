#include "tests/test.h"

#include "src/strtab.h"

static uint32_t add(struct isg_strtab *t, const char *s, size_t n, bool *is_new)
{
    struct isg_error err = {0};
    uint32_t id = ISG_NO_ID;
    assert_ok(isg_strtab_add(t, s, n, &id, is_new, &err));
    return id;
}

static void small(void **state)
{
    (void)state;
    struct isg_strtab *t = isg_strtab_new();
    bool is_new = false;
    assert_int_equal(isg_strtab_size(t), 0);
    assert_int_equal(isg_strtab_find(t, "", 0), ISG_NO_ID);
    assert_int_equal(add(t, "haus", 4, &is_new), 0);
    assert_true(is_new);
    assert_int_equal(add(t, NULL, 0, &is_new), 1);
    assert_true(is_new);
    assert_int_equal(add(t, "", 0, &is_new), 1);
    assert_false(is_new);
    assert_int_equal(add(t, "a\0b", 3, NULL), 2); /* a 0 is a byte like any other */
    assert_int_equal(add(t, "a", 1, NULL), 3);
    assert_int_equal(add(t, "hausboot", 4, &is_new), 0);
    assert_false(is_new);
    assert_int_equal(isg_strtab_size(t), 4);
    assert_int_equal(isg_strtab_find(t, "a\0b", 3), 2);
    assert_int_equal(isg_strtab_find(t, "a\0c", 3), ISG_NO_ID);
    assert_int_equal(isg_strtab_find(t, "hau", 3), ISG_NO_ID);
    size_t n = 99;
    assert_memory_equal(isg_strtab_get(t, 2, &n), "a\0b", 4);
    assert_int_equal(n, 3);
    assert_string_equal(isg_strtab_get(t, 1, &n), "");
    assert_int_equal(n, 0);
    isg_strtab_free(t);
    isg_strtab_free(NULL);
}

static void many(void **state)
{
    (void)state;
    struct isg_strtab *t = isg_strtab_new();
    enum { N = 200000 };
    char word[32];
    const char *first = NULL;
    for (int i = 0; i < N; i++) {
        bool is_new = false;
        const int n = snprintf(word, sizeof word, "w%d", i * 7);
        assert_int_equal(add(t, word, (size_t)n, &is_new), i);
        assert_true(is_new);
        if (i == 0)
            first = isg_strtab_get(t, 0, NULL);
    }
    assert_ptr_equal(first, isg_strtab_get(t, 0, NULL)); /* strings never move */
    assert_int_equal(isg_strtab_size(t), N);
    for (int i = 0; i < N; i++) {
        const int n = snprintf(word, sizeof word, "w%d", i * 7);
        assert_int_equal(isg_strtab_find(t, word, (size_t)n), i);
        assert_string_equal(isg_strtab_get(t, (uint32_t)i, NULL), word);
        snprintf(word, sizeof word, "w%d", i * 7 + 1);
        assert_int_equal(isg_strtab_find(t, word, strlen(word)), ISG_NO_ID);
    }
    isg_strtab_free(t);
}

static void long_strings(void **state)
{
    (void)state;
    struct isg_strtab *t = isg_strtab_new();
    static char big[300000];
    memset(big, 'x', sizeof big);
    for (uint32_t i = 0; i < 40; i++)
        assert_int_equal(add(t, big, sizeof big - 7000 * i, NULL), i);
    for (uint32_t i = 0; i < 40; i++) {
        size_t n = 0;
        const char *s = isg_strtab_get(t, i, &n);
        assert_int_equal(n, sizeof big - 7000 * i);
        assert_memory_equal(s, big, n);
        assert_int_equal(s[n], 0);
    }
    isg_strtab_free(t);
}

/** Strings that are equal in NFC are one; the first spelling stays. */
static void normal_forms(void **state)
{
    (void)state;
    static const char nfc[] = "caf\xc3\xa9", nfd[] = "cafe\xcc\x81";
    struct isg_error err = {0};
    struct isg_strtab *t = isg_strtab_new();
    bool is_new;
    uint32_t id;
    size_t n;
    assert_int_equal(add(t, nfd, sizeof nfd - 1, &is_new), 0);
    assert_int_equal(add(t, nfc, sizeof nfc - 1, &is_new), 0);
    assert_false(is_new);
    assert_string_equal(isg_strtab_get(t, 0, &n), nfd);
    assert_int_equal(n, sizeof nfd - 1);
    assert_string_equal(isg_strtab_key(t, 0, &n), nfc);
    assert_int_equal(n, sizeof nfc - 1);
    assert_int_equal(isg_strtab_not_nfc(t), 1);
    /* rows of their own */
    assert_ok(isg_strtab_add_spelling(t, nfc, sizeof nfc - 1, &id, &is_new, &err));
    assert_true(is_new);
    assert_int_equal(id, 1);
    assert_string_equal(isg_strtab_get(t, 1, &n), nfc);
    assert_ok(isg_strtab_add_spelling(t, nfd, sizeof nfd - 1, &id, &is_new, &err));
    assert_false(is_new);
    assert_int_equal(id, 0);
    for (int i = 2; i < 500; i++) { /* the table grows */
        char word[16];
        snprintf(word, sizeof word, "e\xcc\x81%d", i);
        assert_int_equal(add(t, word, strlen(word), NULL), i);
    }
    assert_int_equal(isg_strtab_find(t, nfc, sizeof nfc - 1), 0);
    assert_int_equal(isg_strtab_find(t, nfd, sizeof nfd - 1), 0);
    assert_int_equal(isg_strtab_find(t,
                         "\xc3\xa9"
                         "77",
                         4),
        77);
    assert_int_equal(isg_strtab_find(t, "cafe", 4), ISG_NO_ID);
    isg_strtab_free(t);
    t = isg_strtab_new_exact();
    assert_int_equal(add(t, nfd, sizeof nfd - 1, NULL), 0);
    assert_int_equal(add(t, nfc, sizeof nfc - 1, NULL), 1);
    assert_string_equal(isg_strtab_key(t, 0, NULL), nfd);
    isg_strtab_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(small), cmocka_unit_test(many), cmocka_unit_test(long_strings),
        cmocka_unit_test(normal_forms)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
