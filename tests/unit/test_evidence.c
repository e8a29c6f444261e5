/* evidence: spelling, re-ranking, and weights learnt from held-out seed words. */
#include "tests/test.h"

#include "align/align.h"
#include "align/evidence.h"
#include "align/spelling.h"
#include <math.h>

static const struct isg_env silent = {0};
static struct isg_error err;

static double alike(const char *a, const char *b)
{
    struct isg_spelt x, y;
    isg_spell(&x, a, strlen(a));
    isg_spell(&y, b, strlen(b));
    const double there = isg_spelt_similarity(&x, &y);
    assert_near(there, isg_spelt_similarity(&y, &x), 0);
    return there;
}

static void spelling_by_edit_distance(void **state)
{
    (void)state;
    assert_near(alike("kitten", "sitting"), 1 - 3.0 / 7, 1e-12);
    assert_near(alike("Économie", "ECONOMIE"), 1, 1e-12);
    assert_near(alike("e\xcc\x81", "\xc3\xa9"), 1, 1e-12); /* NFD and NFC */
    assert_near(alike("", ""), 0, 0);
    assert_near(alike("", "abc"), 0, 1e-12);
    assert_near(alike("abc", "\xd0\xb0\xd0\xb1\xd0\xb2"), 0, 1e-12); /* Cyrillic */
    char longest[4 * ISG_SPELT_MAX];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_near(alike(longest, longest), 1, 1e-12);
    struct isg_spelt x, y;
    isg_spell(&x, "nation", 6);
    isg_spell(&y, "nationale", 9);
    assert_near(isg_spelt_prefix(&x, &y), 6.0 / 9, 1e-12);
    assert_near(isg_spelt_length(&x, &y), 3.0 / 9, 1e-12);
}

static struct isg_vectors words(size_t n, size_t d, const char *ending)
{
    struct isg_vectors v = {.words = isg_strtab_new(), .m = isg_mat(isg_calloc(n, d * sizeof(float)), n, d)};
    for (size_t i = 0; i < n; i++) {
        char word[48];
        uint32_t id;
        snprintf(word, sizeof word, "w%u%s", (unsigned)(i * 2654435761U), ending);
        assert_ok(isg_strtab_add(v.words, word, strlen(word), &id, NULL, &err));
    }
    return v;
}

static void words_free(struct isg_vectors *v)
{
    isg_strtab_free(v->words);
    isg_free(v->m.x);
}

static void across_scripts(void **state)
{
    (void)state;
    const char *const there[2][3] = {
        {"moscow", "kharkiv", "x\xc3\xa9"}, {"\xd1\x85\xd0\xb0\xd1\x80\xd0\xba\xd1\x96\xd0\xb2",
                                                "\xd0\xba\xd0\xb8\xd1\x97\xd0\xb2", "ab"}}; /* харків, київ */
    struct isg_vectors v[2];
    struct isg_spellings *spellings;
    for (int s = 0; s < 2; s++) {
        v[s] = (struct isg_vectors){.words = isg_strtab_new(), .m = isg_mat(isg_calloc(3, sizeof(float)), 3, 1)};
        for (int i = 0; i < 3; i++) {
            uint32_t id;
            assert_ok(isg_strtab_add(v[s].words, there[s][i], strlen(there[s][i]), &id, NULL, &err));
        }
    }
    const int script = isg_icu_script("a", 1);
    assert_ok(isg_spellings_new(&spellings, (const struct isg_vectors *const[]){&v[0], &v[1]}, &err));
    for (int s = 0; s < 2; s++)
        for (uint32_t i = 0; i < 3; i++)
            assert_ok(isg_spellings_prepare(spellings, s, i, &err));
    struct isg_spelt a, b;
    isg_spellings_get(spellings, 0, 1, &a);
    isg_spellings_get(spellings, 1, 0, &b);
    if (script >= 0) { /* with ICU: "kharkiv" and "harkiv" */
        assert_near(isg_spelt_similarity(&a, &b), 1 - 1.0 / 7, 1e-12);
        assert_int_not_equal(isg_icu_script(there[1][0], strlen(there[1][0])), script);
        assert_int_equal(isg_icu_script("123", 3), -1);
    } else {
        assert_near(isg_spelt_similarity(&a, &b), 0, 1e-12);
    }
    isg_spellings_free(spellings);
    for (int s = 0; s < 2; s++)
        words_free(&v[s]);
}

static void reranks_by_weights(void **state)
{
    (void)state;
    struct isg_vectors src = words(4, 2, ""), tgt = words(4, 2, "o");
    struct isg_spellings *spellings;
    assert_ok(isg_spellings_new(&spellings, (const struct isg_vectors *const[]){&src, &tgt}, &err));
    const struct isg_near found[4] = {{2, 0.50F}, {1, 0.45F}, {0, 0.44F}, {ISG_NO_ID, -INFINITY}};
    struct isg_near near[4];
    struct isg_evidence none = {0}, some = isg_evidence_default();
    memcpy(near, found, sizeof near);
    isg_evidence_rerank(&none, spellings, 0, near, 4);
    assert_memory_equal(near, found, sizeof near);
    memcpy(near, found, sizeof near);
    isg_evidence_rerank(&some, spellings, 0, near, 4);
    assert_int_equal(near[0].row, 0); /* w0 -> w0o */
    assert_near((double)near[0].score, 0.44 + 0.2 * 2 / 3, 1e-6);
    assert_int_equal(near[3].row, ISG_NO_ID);
    /* ties keep the order by CSLS */
    struct isg_near tie[2] = {{2, 0.5F}, {3, 0.5F}};
    isg_evidence_rerank(&none, spellings, 0, tie, 2);
    assert_int_equal(tie[0].row, 2);
    isg_spellings_free(spellings);
    words_free(&src);
    words_free(&tgt);
}

static void keeps_to_its_text(void **state)
{
    (void)state;
    const struct isg_evidence e = {.weight = {0.1, -0.25, 1.0 / 3, 0, 4e-9}, .bias = -2.5, .slope = 7, .words = 351};
    struct isg_evidence back;
    char text[256];
    isg_evidence_text(&e, text, sizeof text);
    assert_true(isg_evidence_parse(&back, text));
    assert_memory_equal(&back, &e, sizeof e);
    const char *const bad[] = {"", "1", "1 2 3", "1 2 3 4 5 6 7 nan", "1 2 3 4 5 6 7 8 9", "x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(isg_evidence_parse(&back, bad[i]));
}

/* Target words are spelt like their sources; vectors are so noisy that CSLS alone is often wrong. */
static void learns_that_spelling_helps(void **state)
{
    (void)state;
    enum { N = 900, D = 20, SEED = 600 };
    struct isg_vectors src = words(N, D, ""), tgt = words(N, D, "o");
    struct isg_rng rng = isg_rng_stream(3, "noisy", 0);
    for (size_t i = 0; i < N * D; i++) {
        src.m.x[i] = (float)isg_rng_normal(&rng);
        tgt.m.x[i] = src.m.x[i] + (float)(0.9 * isg_rng_normal(&rng));
    }
    struct isg_align_pairs seed = {0};
    for (uint32_t i = 0; i < SEED; i++)
        assert_ok(isg_align_pairs_add(&seed, i, i, &err));
    struct isg_align_opts opts;
    isg_align_opts_default(&opts);
    struct isg_align_map *map;
    struct isg_align_report report;
    assert_ok(isg_align_fit(&map, &src, &tgt, &seed, &opts, &report, &silent, &err));
    assert_true(report.held_out >= 0 && report.held_out_reranked > report.held_out + 10);
    struct isg_align_space *space;
    assert_ok(isg_align_space_new(&space, map, &src, &tgt, 0, &silent, &err));
    static struct isg_near near[2][3][N * 2];
    size_t right[2] = {0};
    for (int with = 0; with < 2; with++)
        for (unsigned threads = 1; threads <= 3; threads++) {
            struct isg_env env = {.pool = isg_pool_new(threads)};
            assert_ok(isg_align_space_set_words(space, with ? &src : NULL, with ? &tgt : NULL, &err));
            assert_ok(
                isg_align_knn(space, ISG_SOURCE, NULL, N, ISG_RETRIEVE_CSLS, 2, near[with][threads - 1], &env, &err));
            assert_memory_equal(near[with][threads - 1], near[with][0], sizeof near[with][0]);
            isg_pool_free(env.pool);
        }
    for (uint32_t i = SEED; i < N; i++) /* words that the map has not seen */
        for (int with = 0; with < 2; with++)
            right[with] += near[with][0][i * 2].row == i;
    assert_true(right[1] > right[0] + 30);
    /* one by one, as `align lookup` asks */
    struct isg_near one[2];
    const uint32_t row = N - 1;
    assert_ok(isg_align_lookup(space, ISG_SOURCE, &row, 1, ISG_RETRIEVE_CSLS, 2, one, &silent, &err));
    assert_int_equal(one[0].row, near[1][0][row * 2].row);
    isg_align_space_free(space);
    isg_align_map_free(map);
    isg_align_pairs_fini(&seed);
    words_free(&src);
    words_free(&tgt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(spelling_by_edit_distance), cmocka_unit_test(across_scripts),
        cmocka_unit_test(reranks_by_weights), cmocka_unit_test(keeps_to_its_text),
        cmocka_unit_test(learns_that_spelling_helps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
