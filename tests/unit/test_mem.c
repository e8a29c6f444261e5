#include "tests/test.h"

#include "src/mem.h"

static void allocation(void **state)
{
    (void)state;
    unsigned char *p = isg_calloc(1000, 3);
    assert_int_equal((uintptr_t)p % 64, 0);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(p[i], 0);
    for (int i = 0; i < 3000; i++)
        p[i] = (unsigned char)i;
    p = isg_realloc(p, 3000, 100000, 1);
    assert_int_equal((uintptr_t)p % 64, 0);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(p[i], (unsigned char)i);
    p = isg_realloc(p, 100000, 5, 1);
    for (int i = 0; i < 5; i++)
        assert_int_equal(p[i], i);
    isg_free(p);
    isg_free(NULL);
    void *empty = isg_malloc(0, 8), *empty2 = isg_calloc(8, 0);
    assert_non_null(empty);
    assert_non_null(empty2);
    isg_free(empty);
    isg_free(empty2);
}

static void products_that_overflow(void **state)
{
    (void)state;
    const size_t half = SIZE_MAX / 2;
    assert_null(isg_malloc(half, 3));
    assert_null(isg_calloc(half, 3));
    assert_null(isg_malloc(SIZE_MAX, 1)); /* would wrap when rounded up */
    assert_null(isg_malloc((size_t)PTRDIFF_MAX, 1));
    assert_null(isg_strndup("x", SIZE_MAX));
    int *p = isg_malloc(4, sizeof *p);
    p[0] = 7;
    assert_null(isg_realloc(p, 4, half, sizeof *p)); /* p is kept */
    assert_int_equal(p[0], 7);
    isg_free(p);
    struct isg_arena arena = {0};
    assert_null(isg_arena_alloc(&arena, half, 3));
    assert_null(isg_arena_alloc(&arena, (size_t)PTRDIFF_MAX - 100, 1));
    assert_int_equal(arena.used, 0);
    isg_arena_fini(&arena);
}

static void copies(void **state)
{
    (void)state;
    char *s = isg_strndup("a\0bc", 3);
    assert_memory_equal(s, "a\0b", 4);
    isg_free(s);
    s = isg_strndup(NULL, 0);
    assert_string_equal(s, "");
    isg_free(s);
}

static void arenas(void **state)
{
    (void)state;
    struct isg_arena arena = {0};
    char *seen[300];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 300; i++) {
            const size_t n = (size_t)(i * i) + 1;
            seen[i] = isg_arena_alloc(&arena, n, 1);
            assert_int_equal((uintptr_t)seen[i] % 64, 0);
            memset(seen[i], i, n);
        }
        for (int i = 0; i < 300; i++) /* no two overlap */
            for (int k = 0; k <= i * i; k++)
                assert_int_equal((unsigned char)seen[i][k], i & 255);
        assert_true(arena.used >= 300 * 299 / 2);
        isg_arena_reset(&arena);
        assert_int_equal(arena.used, 0);
    }
    /* After a reset one block serves all: same address again, no new block. */
    void *first = isg_arena_alloc(&arena, 100, 1);
    const struct isg_arena_block *head = arena.head;
    assert_non_null(isg_arena_alloc(&arena, 8 << 20, 1));
    assert_ptr_equal(arena.head, head);
    isg_arena_reset(&arena);
    assert_ptr_equal(isg_arena_alloc(&arena, 1, 1), first);
    assert_non_null(isg_arena_alloc(&arena, 0, 4));
    isg_arena_fini(&arena);
    assert_null(arena.head);
    isg_arena_fini(&arena);
}

static void growing(void **state)
{
    (void)state;
    int *v = NULL;
    size_t cap = 0;
    int moves = 0;
    for (int i = 0; i < 100000; i++) {
        const size_t before = cap;
        assert_true(ISG_GROW(v, cap, (size_t)i + 1));
        moves += cap != before;
        v[i] = i;
    }
    for (int i = 0; i < 100000; i++)
        assert_int_equal(v[i], i);
    assert_true(moves < 20); /* doubling */
    int *const was = v;
    const size_t was_cap = cap;
    assert_false(ISG_GROW(v, cap, SIZE_MAX / 2));
    assert_ptr_equal(v, was);
    assert_int_equal(cap, was_cap);
    assert_true(ISG_GROW(v, cap, 0));
    isg_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocation),
        cmocka_unit_test(products_that_overflow),
        cmocka_unit_test(copies),
        cmocka_unit_test(arenas),
        cmocka_unit_test(growing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
