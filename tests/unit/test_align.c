/* align: lists, preprocessing, search, fitting, retrieval, evaluation, the map's file. */
#include "tests/test.h"

#include "align/align.h"
#include "align/rcsls.h"
#include "align/contrast.h"
#include "align/norm.h"
#include "align/topk.h"

static const struct isg_env silent = {0};
static struct isg_error err;

/* ---- helpers ---- */

static struct isg_vectors vectors(size_t n, size_t d, const char *prefix)
{
    struct isg_vectors v = {.words = isg_strtab_new(), .m = isg_mat(isg_calloc(n, d * sizeof(float)), n, d)};
    for (size_t i = 0; i < n; i++) {
        char word[32];
        uint32_t id;
        snprintf(word, sizeof word, "%s%zu", prefix, i);
        assert_ok(isg_strtab_add(v.words, word, strlen(word), &id, NULL, &err));
    }
    return v;
}

static void vectors_free(struct isg_vectors *v)
{
    isg_strtab_free(v->words);
    isg_free(v->m.x);
}

static void fill(struct isg_mat m, const char *name)
{
    struct isg_rng r = isg_rng_stream(7, name, 0);
    for (size_t i = 0; i < m.rows; i++)
        for (size_t j = 0; j < m.cols; j++)
            isg_mat_row(m, i)[j] = (float)isg_rng_normal(&r);
}

/* y = x Q with Q a product of random reflections, plus noise. */
static void rotate(struct isg_mat x, struct isg_mat y, double noise)
{
    struct isg_rng r = isg_rng_stream(11, "rotation", 0);
    const size_t d = x.cols;
    double *const h = isg_malloc(d, sizeof *h);
    memcpy(y.x, x.x, x.rows * d * sizeof *x.x);
    for (size_t reflection = 0; reflection < d; reflection++) {
        double norm = 0;
        for (size_t j = 0; j < d; j++) {
            h[j] = isg_rng_normal(&r);
            norm += h[j] * h[j];
        }
        for (size_t i = 0; i < x.rows; i++) {
            double dot = 0;
            for (size_t j = 0; j < d; j++)
                dot += (double)isg_mat_row(y, i)[j] * h[j];
            for (size_t j = 0; j < d; j++)
                isg_mat_row(y, i)[j] -= (float)(2 * dot / norm * h[j]);
        }
    }
    for (size_t i = 0; i < x.rows * d; i++)
        y.x[i] += (float)(noise * isg_rng_normal(&r));
    isg_free(h);
}

static struct isg_align_pairs first_pairs(uint32_t n)
{
    struct isg_align_pairs p = {0};
    for (uint32_t i = 0; i < n; i++)
        assert_ok(isg_align_pairs_add(&p, i, i, &err));
    return p;
}

static char *text_file(const char *text)
{
    return test_file(text, strlen(text), ".txt");
}

static void drop(char *path)
{
    unlink(path);
    free(path);
}

/* ---- lists ---- */

static void reads_lists(void **state)
{
    (void)state;
    char *const path = text_file(
        "the\tel\nThe\tel\n\nnew york\tnueva  york\nhouse  \tcasa\r\nbroken\nthree words here\n"
        "the\tel\nbad\xff\tword\ncat\tgato\t0.5\tnoun\n");
    struct isg_dict d;
    assert_ok(isg_dict_load(&d, path, NULL, &err));
    assert_int_equal(d.n, 5);
    assert_string_equal(d.entries[2].word[0], "new york");
    assert_string_equal(d.entries[2].word[1], "nueva york");
    assert_string_equal(d.entries[3].word[1], "casa");
    assert_string_equal(d.entries[4].word[1], "gato");
    assert_int_equal(d.report.lines, 10);
    assert_int_equal(d.report.empty, 1);
    assert_int_equal(d.report.broken, 3);
    assert_int_equal(d.report.first_broken_line, 6);
    assert_int_equal(d.report.duplicates, 1);
    assert_int_equal(d.report.multi_word, 1);
    isg_dict_fini(&d);
    drop(path);
    char *const empty = text_file("one\n");
    assert_error(isg_dict_load(&d, empty, NULL, &err), ISG_EDATA, "no pair of words");
    drop(empty);
}

static void pairs_follow_the_case_rule(void **state)
{
    (void)state;
    char *const path = text_file("S1 t1\ns1 t1\ns0 T2\nnone t1\ns2 none\n");
    struct isg_vectors s = vectors(3, 2, "s"), t = vectors(3, 2, "t");
    struct isg_dict d;
    assert_ok(isg_dict_load(&d, path, NULL, &err));
    struct isg_align_pairs p;
    struct isg_align_pairs_report r;
    assert_ok(isg_align_pairs_from_dict(&p, &d, &s, &t, ISG_DICT_CASE_AUTO, &r, &err));
    assert_int_equal(p.n, 2); /* s0-t2, and s1-t1 once */
    assert_int_equal(p.row[0][0], 0);
    assert_int_equal(p.row[1][0], 2);
    assert_int_equal(r.missing[0], 1);
    assert_int_equal(r.missing[1], 1);
    assert_int_equal(r.distinct_sources, 5);
    assert_int_equal(r.covered_sources, 3);
    isg_align_pairs_fini(&p);
    assert_ok(isg_align_pairs_from_dict(&p, &d, &s, &t, ISG_DICT_CASE_KEEP, &r, &err));
    assert_int_equal(p.n, 1);
    isg_align_pairs_fini(&p);
    isg_dict_fini(&d);
    vectors_free(&s);
    vectors_free(&t);
    drop(path);
}

static struct isg_vectors words(const char *const *list, size_t n)
{
    struct isg_vectors v = {.words = isg_strtab_new(), .m = isg_mat(isg_calloc(n, sizeof(float)), n, 1)};
    for (size_t i = 0; i < n; i++) {
        uint32_t id;
        assert_ok(isg_strtab_add(v.words, list[i], strlen(list[i]), &id, NULL, &err));
    }
    return v;
}

static void finds_seeds_in_the_words(void **state)
{
    (void)state;
    const char *const a[] = {"Madrid", "the", "1998", "taxi", "3,5", "1"}, *const b[] = {
                                                                               "taxi", "madrid", "0000", "3,5", "el"};
    struct isg_vectors s = words(a, 6), t = words(b, 5);
    struct isg_align_pairs p;
    assert_ok(isg_align_pairs_from_words(&p, ISG_SEED_IDENTICAL, &s, &t, &err));
    assert_int_equal(p.n, 4); /* taxi and 3,5 as they are; Madrid case-folded; 1998 as 0000 */
    isg_align_pairs_fini(&p);
    assert_ok(isg_align_pairs_from_words(&p, ISG_SEED_NUMERALS, &s, &t, &err));
    assert_int_equal(p.n, 2);
    isg_align_pairs_fini(&p);
    vectors_free(&s);
    vectors_free(&t);
}

/* ---- preprocessing ---- */

static void preprocessing_does_what_its_name_says(void **state)
{
    (void)state;
    enum { N = 50, D = 6 };
    struct isg_vectors v = vectors(N, D, "w");
    fill(v.m, "norm");
    for (size_t i = 0; i < N; i++)
        isg_mat_row(v.m, i)[2] += 3; /* a mean, and a direction of large variance */
    for (size_t i = 0; i < N; i++)
        isg_mat_row(v.m, i)[4] *= 10;
    memset(isg_mat_row(v.m, 17), 0, D * sizeof(float));
    struct isg_mat out = isg_mat(isg_malloc(N, D * sizeof(float)), N, D);
    struct isg_norm norm;
    assert_ok(isg_norm_fit(&norm, (enum isg_align_step[]){ISG_NORM_UNIT, ISG_NORM_CENTRE, ISG_NORM_END}, 1, v.m, &err));
    isg_norm_apply(&norm, v.m, NULL, out, &silent);
    for (size_t j = 0; j < D; j++) {
        double mean = 0;
        for (size_t i = 0; i < N; i++)
            mean += (double)isg_mat_row(out, i)[j];
        assert_near(mean, 0, 1e-5); /* sums of 50 floats of size 1 */
        assert_true(isg_mat_row(out, 17)[j] == 0.0F);
    }
    isg_norm_fini(&norm);
    assert_ok(isg_norm_fit(&norm, (enum isg_align_step[]){ISG_NORM_ABTT, ISG_NORM_UNIT, ISG_NORM_END}, 1, v.m, &err));
    isg_norm_apply(&norm, v.m, NULL, out, &silent);
    for (size_t i = 0; i < N; i++)
        if (i != 17) {
            double length = 0;
            for (size_t j = 0; j < D; j++)
                length += (double)isg_mat_row(out, i)[j] * (double)isg_mat_row(out, i)[j];
            assert_near(length, 1, 1e-6);
            double on_axis = 0;
            for (size_t j = 0; j < D; j++)
                on_axis += (double)isg_mat_row(out, i)[j] * (double)norm.stats[0][D + j];
            assert_near(on_axis, 0, 1e-5);
        }
    assert_true(fabsf(norm.stats[0][D + 4]) > 0.9F); /* the axis is the loud direction */
    isg_norm_fini(&norm);
    isg_free(out.x);
    vectors_free(&v);
}

static void names_of_steps(void **state)
{
    (void)state;
    struct isg_align_opts opts;
    isg_align_opts_default(&opts);
    assert_ok(isg_align_parse_norm(&opts, "center,abtt", &err));
    assert_int_equal(opts.norm[0], ISG_NORM_CENTRE);
    assert_int_equal(opts.norm[1], ISG_NORM_ABTT);
    assert_int_equal(opts.norm[2], ISG_NORM_END);
    assert_ok(isg_align_parse_norm(&opts, "none", &err));
    assert_int_equal(opts.norm[0], ISG_NORM_END);
    assert_error(isg_align_parse_norm(&opts, "unit,,unit", &err), ISG_EUSAGE, "unit,,unit");
    assert_error(isg_align_parse_norm(&opts, "unit,unit,unit,unit,unit,unit,unit,unit", &err), ISG_EUSAGE, "up to 7");
}

/* ---- search ---- */

static int by_score(const void *a, const void *b)
{
    const struct isg_near *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1) : (x->row > y->row) - (x->row < y->row);
}

/* The k best of one row by sorting all of them. */
static void reference(struct isg_mat a, size_t i, struct isg_mat b, const float *penalty, struct isg_near *all)
{
    for (size_t j = 0; j < b.rows; j++) {
        float dot = 0;
        for (size_t c = 0; c < a.cols; c++)
            dot += isg_mat_row(a, i)[c] * isg_mat_row(b, j)[c];
        all[j] = (struct isg_near){(uint32_t)j, dot - (penalty ? penalty[j] : 0.0F)};
    }
    qsort(all, b.rows, sizeof *all, by_score);
}

/* Small whole numbers: products are exact in float in whatever order they are summed, and ties are many. */
static void whole_numbers(struct isg_mat m, const char *name)
{
    struct isg_rng r = isg_rng_stream(3, name, 0);
    for (size_t i = 0; i < m.rows * m.cols; i++)
        m.x[i] = (float)isg_rng_below(&r, 5) - 2.0F;
}

static void check_search(size_t n, size_t m, size_t d, uint32_t k, struct isg_pool *pool)
{
    const struct isg_env env = {.pool = pool};
    struct isg_mat v[2] = {isg_mat(isg_malloc(n, d * 4), n, d), isg_mat(isg_malloc(m, d * 4), m, d)};
    whole_numbers(v[0], "a");
    whole_numbers(v[1], "b");
    float *penalty[2];
    struct isg_near *out[2], *const all = isg_malloc(n > m ? n : m, sizeof *all);
    for (int s = 0; s < 2; s++) {
        penalty[s] = isg_malloc(v[s].rows, sizeof(float));
        out[s] = isg_malloc(v[s].rows, k * sizeof *out[s]);
        for (size_t i = 0; i < v[s].rows; i++)
            penalty[s][i] = i % 7 == 3 ? INFINITY : (float)(i % 4) / 2;
    }
    const struct isg_topk of_a = {.k = k, .penalty = penalty[1], .out = out[0]},
                          of_b = {.k = k, .penalty = penalty[0], .out = out[1]};
    assert_ok(isg_topk_both(v[0], v[1], &of_a, &of_b, "test", &env, &err));
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < v[s].rows; i++) {
            reference(v[s], i, v[1 - s], penalty[1 - s], all);
            for (uint32_t r = 0; r < k; r++) {
                const struct isg_near got = out[s][i * k + r];
                const bool there = r < v[1 - s].rows && all[r].score > -INFINITY;
                assert_int_equal(got.row, there ? all[r].row : ISG_NO_ID);
                assert_true(got.score == (there ? all[r].score : -INFINITY));
            }
        }
    for (int s = 0; s < 2; s++) {
        isg_free(v[s].x);
        isg_free(penalty[s]);
        isg_free(out[s]);
    }
    isg_free(all);
}

static void search_is_exact(void **state)
{
    (void)state;
    struct isg_pool *const pool = isg_pool_new(2);
    check_search(1, 1, 1, 1, NULL);
    check_search(5, 3, 4, 7, NULL); /* more wanted than there are */
    check_search(300, 1100, 5, 10, NULL);
    check_search(300, 1100, 5, 10, pool);
    check_search(1025, 255, 3, 3, pool);
    isg_pool_free(pool);
}

/* ---- fitting ---- */

static struct isg_align_opts options(enum isg_align_method method)
{
    struct isg_align_opts opts;
    isg_align_opts_default(&opts);
    opts.method = method;
    return opts;
}

static double precision(struct isg_align_space *space, size_t n, enum isg_retrieval retrieval)
{
    struct isg_near *const near = isg_malloc(n, sizeof *near);
    size_t right = 0;
    assert_ok(isg_align_knn(space, ISG_SOURCE, NULL, n, retrieval, 1, near, &silent, &err));
    for (size_t i = 0; i < n; i++)
        right += near[i].row == i;
    isg_free(near);
    return (double)right / (double)n;
}

static void procrustes_recovers_a_rotation(void **state)
{
    (void)state;
    enum { N = 400, D = 12 };
    struct isg_vectors s = vectors(N, D, "s"), t = vectors(N, D, "t");
    fill(s.m, "planted");
    rotate(s.m, t.m, 0);
    struct isg_align_pairs p = first_pairs(40);
    struct isg_align_opts opts = options(ISG_ALIGN_PROCRUSTES);
    assert_ok(isg_align_parse_norm(&opts, "none", &err));
    struct isg_align_map *map;
    assert_ok(isg_align_fit(&map, &s, &t, &p, &opts, NULL, &silent, &err));
    /* W^T W = 1: the images of the unit vectors are orthonormal. */
    struct isg_mat eye = isg_mat(isg_calloc(D, D * 4), D, D), image = isg_mat(isg_calloc(D, D * 4), D, D);
    for (size_t i = 0; i < D; i++)
        isg_mat_row(eye, i)[i] = 1;
    assert_ok(isg_align_project(map, ISG_SOURCE, eye, image, &silent, &err));
    for (size_t i = 0; i < D; i++)
        for (size_t j = 0; j < D; j++) {
            double dot = 0;
            for (size_t c = 0; c < D; c++)
                dot += (double)isg_mat_row(image, i)[c] * (double)isg_mat_row(image, j)[c];
            assert_near(dot, i == j, 1e-5);
        }
    struct isg_align_space *space;
    assert_ok(isg_align_space_new(&space, map, &s, &t, 0, &silent, &err));
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < D; j++)
            assert_near(isg_mat_row(isg_align_space_rows(space, ISG_SOURCE), i)[j],
                isg_mat_row(isg_align_space_rows(space, ISG_TARGET), i)[j], 1e-5);
    assert_true(precision(space, N, ISG_RETRIEVE_NN) == 1);
    isg_align_space_free(space);
    isg_align_map_free(map);
    isg_align_pairs_fini(&p);
    isg_free(eye.x);
    isg_free(image.x);
    vectors_free(&s);
    vectors_free(&t);
}

static void every_method_and_retrieval_translates(void **state)
{
    (void)state;
    enum { N = 500, D = 16 };
    struct isg_vectors s = vectors(N, D, "s"), t = vectors(N, D, "t");
    fill(s.m, "noisy");
    rotate(s.m, t.m, 0.1);
    struct isg_align_pairs p = first_pairs(120);
    const enum isg_align_method methods[] = {
        ISG_ALIGN_AUTO, ISG_ALIGN_PROCRUSTES, ISG_ALIGN_ADVANCED, ISG_ALIGN_RCSLS, ISG_ALIGN_PROCB};
    for (size_t m = 0; m < sizeof methods / sizeof *methods; m++)
        for (int refine = 0; refine < 3; refine += 2) {
            struct isg_align_opts opts = options(methods[m]);
            opts.refine = refine;
            struct isg_align_report report;
            struct isg_align_map *map;
            struct isg_align_space *space;
            assert_ok(isg_align_fit(&map, &s, &t, &p, &opts, &report, &silent, &err));
            assert_int_equal(report.seed_pairs, 120);
            assert_ok(isg_align_space_new(&space, map, &s, &t, 0, &silent, &err));
            for (int r = ISG_RETRIEVE_NN; r <= ISG_RETRIEVE_ISF; r++)
                assert_true(precision(space, N, (enum isg_retrieval)r) > 0.95);
            isg_align_space_free(space);
            isg_align_map_free(map);
        }
    isg_align_pairs_fini(&p);
    vectors_free(&s);
    vectors_free(&t);
}

/* CSLS by its definition, in double. */
static void csls_is_its_definition(void **state)
{
    (void)state;
    enum { N = 60, M = 45, D = 5, K = 4 };
    struct isg_vectors s = vectors(N, D, "s"), t = vectors(M, D, "t");
    fill(s.m, "csls-s");
    fill(t.m, "csls-t");
    struct isg_align_pairs p = first_pairs(30);
    struct isg_align_opts opts = options(ISG_ALIGN_PROCRUSTES);
    opts.csls_k = K;
    struct isg_align_map *map;
    struct isg_align_space *space;
    assert_ok(isg_align_fit(&map, &s, &t, &p, &opts, NULL, &silent, &err));
    assert_ok(isg_align_space_new(&space, map, &s, &t, 0, &silent, &err));
    const struct isg_mat x = isg_align_space_rows(space, ISG_SOURCE), y = isg_align_space_rows(space, ISG_TARGET);
    double cosine[N][M], r[2][N] = {{0}};
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < M; j++) {
            cosine[i][j] = 0;
            for (size_t c = 0; c < D; c++)
                cosine[i][j] += (double)isg_mat_row(x, i)[c] * (double)isg_mat_row(y, j)[c];
        }
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < (side ? M : N); i++) {
            struct isg_near all[N];
            const size_t n = side ? N : M;
            for (size_t j = 0; j < n; j++)
                all[j] = (struct isg_near){(uint32_t)j, (float)(side ? cosine[j][i] : cosine[i][j])};
            qsort(all, n, sizeof *all, by_score);
            for (size_t k = 0; k < K; k++)
                r[side][i] += (double)all[k].score / K;
        }
    struct isg_near near[N * 3], looked_up[N * 3];
    uint32_t rows[N];
    for (uint32_t i = 0; i < N; i++)
        rows[i] = i;
    assert_ok(isg_align_lookup(space, ISG_SOURCE, rows, N, ISG_RETRIEVE_CSLS, 3, looked_up, &silent, &err));
    assert_ok(isg_align_knn(space, ISG_SOURCE, NULL, N, ISG_RETRIEVE_CSLS, 3, near, &silent, &err));
    for (size_t i = 0; i < N; i++) {
        double best = -9;
        for (size_t j = 0; j < M; j++) {
            const double csls = 2 * cosine[i][j] - r[0][i] - r[1][j];
            best = csls > best ? csls : best;
        }
        assert_near(near[i * 3].score, best, 1e-5);
        const uint32_t j = near[i * 3].row;
        assert_near(2 * cosine[i][j] - r[0][i] - r[1][j], best, 1e-5);
        for (size_t rank = 0; rank < 3; rank++) /* fewer words than the shortlist holds: the same */
            assert_near(looked_up[i * 3 + rank].score, near[i * 3 + rank].score, 1e-5);
    }
    /* Queries that are no rows give what the rows they equal give. */
    struct isg_near again[2 * 3];
    assert_ok(
        isg_align_knn_vectors(space, ISG_SOURCE, isg_mat_rows(x, 5, 2), ISG_RETRIEVE_CSLS, 3, again, &silent, &err));
    for (size_t i = 0; i < 6; i++)
        assert_near(again[i].score, near[15 + i].score, 1e-5);
    isg_align_space_free(space);
    isg_align_map_free(map);
    isg_align_pairs_fini(&p);
    vectors_free(&s);
    vectors_free(&t);
}

static void faiss_finds_the_same(void **state)
{
    (void)state;
    enum { N = 700, D = 8, K = 5 };
    struct isg_vectors s = vectors(N, D, "s"), t = vectors(N, D, "t");
    fill(s.m, "faiss");
    rotate(s.m, t.m, 0.4);
    memset(isg_mat_row(t.m, 9), 0, D * sizeof(float));
    struct isg_align_pairs p = first_pairs(60);
    struct isg_align_opts opts = options(ISG_ALIGN_PROCRUSTES);
    struct isg_align_map *map;
    struct isg_align_space *space;
    assert_ok(isg_align_fit(&map, &s, &t, &p, &opts, NULL, &silent, &err));
    assert_ok(isg_align_space_new(&space, map, &s, &t, 0, &silent, &err));
    static struct isg_near exact[N * K], found[2][N * K];
    for (int r = ISG_RETRIEVE_NN; r <= ISG_RETRIEVE_ISF; r++) {
        double recall;
        assert_ok(isg_align_space_set_index(space, NULL, &err));
        assert_ok(isg_align_knn(space, ISG_SOURCE, NULL, N, (enum isg_retrieval)r, K, exact, &silent, &err));
        assert_ok(isg_align_space_set_index(space, "Flat", &err));
        for (unsigned threads = 1; threads <= 2; threads++) {
            struct isg_pool *const pool = isg_pool_new(threads);
            const struct isg_env env = {.pool = pool};
            assert_ok(
                isg_align_knn(space, ISG_SOURCE, NULL, N, (enum isg_retrieval)r, K, found[threads - 1], &env, &err));
            isg_pool_free(pool);
        }
        assert_memory_equal(found[0], found[1], sizeof exact);
        for (size_t i = 0; i < N * K; i++)
            assert_near(found[0][i].score, exact[i].score, 1e-4); /* ranks may swap where scores are as near */
        assert_ok(isg_align_space_recall(space, ISG_SOURCE, (enum isg_retrieval)r, K, &recall, &silent, &err));
        assert_true(recall > 0.999);
    }
    assert_ok(isg_align_space_set_index(space, "HNSW16;efSearch=200", &err));
    double recall;
    assert_ok(isg_align_space_recall(space, ISG_SOURCE, ISG_RETRIEVE_CSLS, K, &recall, &silent, &err));
    assert_true(recall > 0.8);
    assert_ok(isg_align_space_set_index(space, "NoSuchIndex", &err));
    assert_error(
        isg_align_knn(space, ISG_SOURCE, NULL, N, ISG_RETRIEVE_NN, K, exact, &silent, &err), ISG_EUSAGE, "NoSuchIndex");
    isg_align_space_free(space);
    isg_align_map_free(map);
    isg_align_pairs_fini(&p);
    vectors_free(&s);
    vectors_free(&t);
}

/* Central differences of the loss: it is linear in w, so they are exact but for rounding. */
static void rcsls_gradient(void **state)
{
    (void)state;
    enum { N = 7, D = 4 };
    double data[4][N * D], w[D * D], g[D * D], scratch[D * D];
    struct isg_rng r = isg_rng_stream(5, "rcsls", 0);
    for (size_t m = 0; m < 4; m++)
        for (size_t i = 0; i < N * D; i++)
            data[m][i] = isg_rng_normal(&r);
    for (size_t i = 0; i < D * D; i++)
        w[i] = isg_rng_normal(&r);
    const double loss = isg_rcsls_loss(N, D, data[0], data[1], data[2], data[3], w, g);
    double naive = 0; /* the loss by its definition, pair by pair */
    for (size_t i = 0; i < N; i++)
        for (size_t a = 0; a < D; a++)
            for (size_t b = 0; b < D; b++) {
                const double *const x = data[0] + i * D, *const y = data[1] + i * D;
                const double *const z = data[2] + i * D, *const u = data[3] + i * D;
                naive += (-2 * x[a] * y[b] + x[a] * z[b] + u[a] * y[b]) * w[a * D + b] / N;
            }
    assert_near(loss, naive, 1e-12);
    for (size_t i = 0; i < D * D; i++) {
        const double eps = 1e-4, at = w[i];
        w[i] = at + eps;
        const double up = isg_rcsls_loss(N, D, data[0], data[1], data[2], data[3], w, scratch);
        w[i] = at - eps;
        const double down = isg_rcsls_loss(N, D, data[0], data[1], data[2], data[3], w, scratch);
        w[i] = at;
        assert_near((up - down) / (2 * eps), g[i], 1e-8);
    }
}

/* The contrastive loss by its definition, candidate by candidate. */
static double naive_contrast(const struct isg_contrast *c, const double *const w[2])
{
    double total = 0, *u[2];
    for (int s = 0; s < 2; s++) {
        u[s] = isg_calloc(c->rows[s], c->dim * sizeof(double));
        for (size_t i = 0; i < c->rows[s]; i++) {
            double norm = 0;
            for (size_t j = 0; j < c->dim; j++) {
                for (size_t k = 0; k < c->d[s]; k++)
                    u[s][i * c->dim + j] += c->x[s][i * c->d[s] + k] * w[s][k * c->dim + j];
                norm += u[s][i * c->dim + j] * u[s][i * c->dim + j];
            }
            for (size_t j = 0; j < c->dim && norm > 0; j++)
                u[s][i * c->dim + j] /= sqrt(norm);
        }
    }
    for (size_t i = 0; i < c->n; i++)
        for (int to = 0; to < 2; to++) {
            double sum = 0, right = 0;
            for (size_t k = 0; k <= c->n_negatives; k++) {
                const uint32_t row = k < c->n_negatives ? c->negative[to][i * c->n_negatives + k] : c->pair[to][i];
                if (row == ISG_NO_ID)
                    continue;
                double dot = 0;
                for (size_t j = 0; j < c->dim; j++)
                    dot += u[!to][c->pair[!to][i] * c->dim + j] * u[to][row * c->dim + j];
                const double logit = (dot - c->penalty[to][row]) / c->temperature;
                sum += exp(logit);
                if (k == c->n_negatives)
                    right = logit;
            }
            total += c->weight[i] * (log(sum) - right);
        }
    isg_free(u[0]);
    isg_free(u[1]);
    return total;
}

static void contrast_loss_and_gradient(void **state)
{
    (void)state;
    enum { N = 6, M = 3, D0 = 5, D1 = 4, DIM = 4 };
    const size_t rows[2] = {9, 11}, d[2] = {D0, D1};
    double x[2][11 * D0], w[2][D0 * DIM], g[2][D0 * DIM], penalty[2][11], weight[N], scratch[2][D0 * DIM];
    uint32_t pair[2][N], negative[2][N * M];
    struct isg_rng r = isg_rng_stream(3, "contrast", 0);
    struct isg_contrast c = {.n = N, .dim = DIM, .weight = weight, .n_negatives = M, .temperature = 0.3};
    for (int s = 0; s < 2; s++) {
        c.rows[s] = rows[s];
        c.d[s] = d[s];
        for (size_t i = 0; i < rows[s] * d[s]; i++)
            x[s][i] = i < d[s] ? 0 : isg_rng_normal(&r); /* row 0 is a word without a vector */
        for (size_t i = 0; i < d[s] * DIM; i++)
            w[s][i] = isg_rng_normal(&r);
        for (size_t i = 0; i < rows[s]; i++)
            penalty[s][i] = 0.3 * isg_rng_double(&r);
        for (size_t i = 0; i < N; i++)
            pair[s][i] = isg_rng_below(&r, (uint32_t)rows[s]);
        for (size_t i = 0; i < N * M; i++) /* none at all for the first pair, one missing for the second */
            negative[s][i] = i < M || i == M + 2 ? ISG_NO_ID : isg_rng_below(&r, (uint32_t)rows[s]);
        c.x[s] = x[s];
        c.pair[s] = pair[s];
        c.penalty[s] = penalty[s];
        c.negative[s] = negative[s];
    }
    for (size_t i = 0; i < N; i++)
        weight[i] = isg_rng_double(&r);
    pair[0][2] = 0;
    struct isg_contrast_work work;
    assert_ok(isg_contrast_work_new(&work, &c, &err));
    const double *const at[2] = {w[0], w[1]};
    double *const grad[2] = {g[0], g[1]}, *const other[2] = {scratch[0], scratch[1]};
    const double loss = isg_contrast_loss(&c, at, grad, &work, &silent);
    assert_near(loss, naive_contrast(&c, at), 1e-12);
    assert_near(loss, isg_contrast_loss(&c, at, NULL, &work, &silent), 0);
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < d[s] * DIM; i++) {
            const double eps = 1e-5, here = w[s][i];
            w[s][i] = here + eps;
            const double up = isg_contrast_loss(&c, at, NULL, &work, &silent);
            w[s][i] = here - eps;
            const double down = isg_contrast_loss(&c, at, NULL, &work, &silent);
            w[s][i] = here;
            assert_near((up - down) / (2 * eps), g[s][i], 1e-8); /* eps^2 by the third derivative */
        }
    /* The same bits from two threads. */
    struct isg_pool *const pool = isg_pool_new(2);
    const struct isg_env two = {.pool = pool};
    assert_true(isg_contrast_loss(&c, at, other, &work, &two) == loss);
    assert_memory_equal(scratch[0], g[0], sizeof(double) * D0 * DIM);
    assert_memory_equal(scratch[1], g[1], sizeof(double) * D1 * DIM);
    isg_pool_free(pool);
    isg_contrast_work_fini(&work);
}

/* No rotation undoes a stretched space; the refined map does, also for words that it has not seen. */
static void contrast_improves_a_poor_map(void **state)
{
    (void)state;
    enum { N = 400, D = 12, SEEDS = 200 };
    struct isg_vectors s = vectors(N, D, "s"), t = vectors(N, D, "t");
    fill(s.m, "contrast");
    rotate(s.m, t.m, 0.3);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < 3; j++)
            isg_mat_row(t.m, i)[j] *= 4;
    struct isg_align_opts opts = options(ISG_ALIGN_PROCRUSTES);
    opts.refine = 0;
    struct isg_align_pairs p = first_pairs(SEEDS);
    static const enum isg_contrast_use use[] = {ISG_CONTRAST_OFF, ISG_CONTRAST_ON, ISG_CONTRAST_AUTO};
    double right[3] = {0};
    for (int refined = 0; refined < 3; refined++) {
        opts.contrast = use[refined];
        struct isg_align_map *map;
        struct isg_align_space *space;
        assert_ok(isg_align_fit(&map, &s, &t, &p, &opts, NULL, &silent, &err));
        assert_ok(isg_align_space_new(&space, map, &s, &t, 0, &silent, &err));
        struct isg_near near[N];
        assert_ok(isg_align_knn(space, ISG_SOURCE, NULL, N, ISG_RETRIEVE_CSLS, 1, near, &silent, &err));
        for (uint32_t i = SEEDS; i < N; i++)
            right[refined] += near[i].row == i;
        isg_align_space_free(space);
        isg_align_map_free(map);
    }
    assert_true(right[1] > right[0] + 0.1 * (N - SEEDS));
    assert_near(right[2], right[0], 0); /* the method was asked for: left as it is, though refinement would win */
    isg_align_pairs_fini(&p);
    vectors_free(&s);
    vectors_free(&t);
}

static void unsupervised_knows_good_from_bad(void **state)
{
    (void)state;
    enum { N = 900, D = 20 };
    struct isg_vectors s = vectors(N, D, "s"), t = vectors(N, D, "t"), u = vectors(N, D, "u");
    fill(s.m, "unsupervised");
    /* Clusters, so that words differ in how their similarities are distributed, as words of a language do. */
    struct isg_rng rng = isg_rng_stream(2, "clusters", 0);
    for (size_t i = 30; i < N; i++)
        for (size_t j = 0, c = isg_rng_below(&rng, 30); j < D; j++)
            isg_mat_row(s.m, i)[j] = isg_mat_row(s.m, c % (1 + i % 30))[j] + 0.5F * isg_mat_row(s.m, i)[j];
    rotate(s.m, t.m, 0.01);
    fill(u.m, "unrelated");
    struct isg_align_opts opts = options(ISG_ALIGN_AUTO);
    opts.seed_from = ISG_SEED_UNSUPERVISED;
    struct isg_align_report report;
    struct isg_align_map *map;
    struct isg_align_space *space;
    assert_ok(isg_align_fit(&map, &s, &t, NULL, &opts, &report, &silent, &err));
    assert_false(report.degenerate);
    assert_ok(isg_align_space_new(&space, map, &s, &t, 0, &silent, &err));
    assert_true(precision(space, N, ISG_RETRIEVE_CSLS) > 0.9);
    isg_align_space_free(space);
    isg_align_map_free(map);
    assert_ok(isg_align_fit(&map, &s, &u, NULL, &opts, &report, &silent, &err));
    assert_true(report.degenerate);
    isg_align_map_free(map);
    vectors_free(&s);
    vectors_free(&t);
    vectors_free(&u);
}

static void bytes_do_not_depend_on_threads(void **state)
{
    (void)state;
    enum { N = 2600, D = 10 };
    struct isg_vectors s = vectors(N, D, "s"), t = vectors(N, D, "t");
    fill(s.m, "threads");
    rotate(s.m, t.m, 0.3);
    struct isg_align_pairs p = first_pairs(100);
    struct isg_align_opts opts = options(ISG_ALIGN_AUTO);
    opts.refine = 2;
    opts.contrast = ISG_CONTRAST_ON;
    struct isg_near *near[2];
    for (unsigned threads = 1; threads <= 2; threads++) {
        struct isg_pool *const pool = isg_pool_new(threads);
        const struct isg_env env = {.pool = pool};
        struct isg_align_map *map;
        struct isg_align_space *space;
        near[threads - 1] = isg_malloc(N, 5 * sizeof **near);
        assert_ok(isg_align_fit(&map, &s, &t, &p, &opts, NULL, &env, &err));
        assert_ok(isg_align_space_new(&space, map, &s, &t, 0, &env, &err));
        assert_ok(isg_align_knn(space, ISG_SOURCE, NULL, N, ISG_RETRIEVE_CSLS, 5, near[threads - 1], &env, &err));
        isg_align_space_free(space);
        isg_align_map_free(map);
        isg_pool_free(pool);
    }
    assert_memory_equal(near[0], near[1], N * 5 * sizeof **near);
    isg_free(near[0]);
    isg_free(near[1]);
    isg_align_pairs_fini(&p);
    vectors_free(&s);
    vectors_free(&t);
}

static void refuses_what_cannot_be_fitted(void **state)
{
    (void)state;
    struct isg_vectors s = vectors(10, 4, "s"), t = vectors(10, 5, "t"), u = vectors(10, 4, "u");
    fill(s.m, "s");
    fill(t.m, "t");
    struct isg_align_pairs p = first_pairs(5), none = {0};
    struct isg_align_opts opts = options(ISG_ALIGN_AUTO);
    struct isg_align_map *map;
    assert_error(isg_align_fit(&map, &s, &t, &p, &opts, NULL, &silent, &err), ISG_EDATA, "4 dimensions");
    assert_null(map);
    assert_error(isg_align_fit(&map, &s, &s, &none, &opts, NULL, &silent, &err), ISG_EDATA, "no seed pair");
    assert_error(isg_align_fit(&map, &s, &u, &p, &opts, NULL, &silent, &err), ISG_EDATA, "no seed pair"); /* all zero */
    p.row[1][2] = 99;
    assert_error(isg_align_fit(&map, &s, &s, &p, &opts, NULL, &silent, &err), ISG_EUSAGE, "past the end");
    isg_align_pairs_fini(&p);
    vectors_free(&s);
    vectors_free(&t);
    vectors_free(&u);
}

static void zero_rows_get_no_neighbours_and_are_none(void **state)
{
    (void)state;
    struct isg_vectors s = vectors(30, 4, "s");
    fill(s.m, "zero");
    memset(isg_mat_row(s.m, 3), 0, 4 * sizeof(float));
    struct isg_align_pairs p = first_pairs(30);
    struct isg_align_opts opts = options(ISG_ALIGN_PROCRUSTES);
    struct isg_align_map *map;
    struct isg_align_space *space;
    struct isg_align_report report;
    assert_ok(isg_align_fit(&map, &s, &s, &p, &opts, &report, &silent, &err));
    assert_int_equal(report.seed_pairs, 29);
    assert_ok(isg_align_space_new(&space, map, &s, &s, 0, &silent, &err));
    struct isg_near near[30 * 40];
    for (int r = ISG_RETRIEVE_NN; r <= ISG_RETRIEVE_ISF; r++) {
        assert_ok(isg_align_knn(space, ISG_SOURCE, NULL, 30, (enum isg_retrieval)r, 40, near, &silent, &err));
        for (size_t i = 0; i < 30; i++)
            for (size_t k = 0; k < 40; k++) {
                assert_true(near[i * 40 + k].row != 3);
                assert_int_equal(near[i * 40 + k].row == ISG_NO_ID, i == 3 || k >= 29);
            }
    }
    isg_align_space_free(space);
    isg_align_map_free(map);
    isg_align_pairs_fini(&p);
    vectors_free(&s);
}

/* ---- evaluation and files ---- */

static void evaluation_counts_by_hand(void **state)
{
    (void)state;
    enum { N = 20, D = 20 };
    struct isg_vectors v = vectors(N, D, "w"); /* the unit vectors: w_i translates to w_i, the rest ties by row */
    for (size_t i = 0; i < N; i++)
        isg_mat_row(v.m, i)[i] = 1;
    struct isg_align_pairs p = first_pairs(N);
    struct isg_align_opts opts = options(ISG_ALIGN_PROCRUSTES);
    assert_ok(isg_align_parse_norm(&opts, "none", &err));
    struct isg_align_map *map;
    struct isg_align_space *space;
    assert_ok(isg_align_fit(&map, &v, &v, &p, &opts, NULL, &silent, &err));
    assert_ok(isg_align_space_new(&space, map, &v, &v, 0, &silent, &err));
    /* w0 right at once; w1 wrong at 1, its gold w0 is found later; Z, w3 not covered */
    char *const path = text_file("w0 w0\nw0 w9\nw1 w0\nZ w2\nZ z\nw3 y\n");
    struct isg_dict gold;
    assert_ok(isg_dict_load(&gold, path, NULL, &err));
    struct isg_align_eval_opts eval;
    isg_align_eval_opts_default(&eval);
    eval.retrieval = ISG_RETRIEVE_NN;
    struct isg_align_scores scores;
    assert_ok(isg_align_eval(space, &gold, &v, &v, &eval, &scores, &silent, &err));
    assert_int_equal(scores.queries, 4);
    assert_int_equal(scores.covered, 2);
    assert_near(scores.coverage, 0.5, 0);
    assert_near(scores.p_at[0], 50, 0);
    assert_near(scores.p_at_all[0], 25, 0);
    assert_near(scores.p_at_copied[0], 50, 0);         /* Z answers itself */
    assert_int_equal(scores.not_identical.queries, 1); /* w1 */
    assert_near(scores.not_identical.p_at[0], 0, 0);
    assert_int_equal(scores.band[0].queries, 2);
    assert_near(scores.band[0].mrr, scores.mrr, 0);
    assert_int_equal(scores.band[1].queries, 0);
    assert_true(scores.p_at[2] >= scores.p_at[1] && scores.p_at[1] >= scores.p_at[0]);
    isg_dict_fini(&gold);
    drop(path);
    char *const other = text_file("x y\n");
    assert_ok(isg_dict_load(&gold, other, NULL, &err));
    assert_error(isg_align_eval(space, &gold, &v, &v, &eval, &scores, &silent, &err), ISG_EDATA, "not evaluated");
    isg_dict_fini(&gold);
    drop(other);
    isg_align_space_free(space);
    isg_align_map_free(map);
    isg_align_pairs_fini(&p);
    vectors_free(&v);
}

/* Rows in a temporary file are the same rows, whoever searches them and whatever is asked. */
static void a_limit_on_memory_changes_nothing(void **state)
{
    (void)state;
    enum { N = 1300, D = 24, K = 4 };
    struct isg_vectors s = vectors(N, D, "s"), t = vectors(N, D, "t");
    fill(s.m, "memory");
    rotate(s.m, t.m, 0.3);
    struct isg_align_pairs p = first_pairs(100);
    struct isg_align_opts opts = options(ISG_ALIGN_PROCRUSTES);
    struct isg_align_map *map;
    assert_ok(isg_align_fit(&map, &s, &t, &p, &opts, NULL, &silent, &err));
    struct isg_pool *const pool = isg_pool_new(2);
    const struct isg_env two = {.pool = pool};
    static const enum isg_retrieval ways[] = {ISG_RETRIEVE_NN, ISG_RETRIEVE_CSLS, ISG_RETRIEVE_ISF};
    for (size_t w = 0; w < 3; w++) {
        struct isg_near *near[2];
        for (int limited = 0; limited < 2; limited++) {
            struct isg_align_space *space;
            near[limited] = isg_malloc(N, K * sizeof **near);
            if (limited) {
                const struct isg_space_opts few = {.memory = 1, .folder = "/tmp"};
                assert_ok(isg_align_space_open(&space, map, &few, &err));
                assert_ok(isg_align_space_take(space, ISG_SOURCE, &s, &two, &err));
                assert_ok(isg_align_space_take(space, ISG_TARGET, &t, &two, &err));
            } else {
                assert_ok(isg_align_space_new(&space, map, &s, &t, 0, &silent, &err));
            }
            assert_ok(
                isg_align_knn(space, ISG_SOURCE, NULL, N, ways[w], K, near[limited], limited ? &two : &silent, &err));
            isg_align_space_free(space);
        }
        assert_memory_equal(near[0], near[1], N * K * sizeof **near);
        isg_free(near[0]);
        isg_free(near[1]);
    }
    struct isg_align_space *space;
    const struct isg_space_opts nowhere = {.memory = 1, .folder = "/nonexistent"};
    assert_ok(isg_align_space_open(&space, map, &nowhere, &err));
    assert_error(isg_align_space_take(space, ISG_SOURCE, &s, &silent, &err), ISG_EIO, "");
    isg_align_space_free(space);
    isg_pool_free(pool);
    isg_align_map_free(map);
    isg_align_pairs_fini(&p);
    vectors_free(&s);
    vectors_free(&t);
}

/* Translations that are right with a known probability: it is found again, and the gradient is zero there. */
static void probabilities_are_found_again(void **state)
{
    (void)state;
    enum { N = 20000 };
    static double score[N];
    static uint32_t rank[N];
    static bool right[N];
    const struct isg_align_calibration truth = {.weight = {-1, 4, -0.7}};
    struct isg_align_calibration c;
    struct isg_rng r = isg_rng_stream(8, "calibration", 0);
    for (size_t i = 0; i < N; i++) {
        score[i] = isg_rng_normal(&r) * 0.3;
        rank[i] = 1 + (uint32_t)(i % 5);
        right[i] = isg_rng_double(&r) < isg_align_probability(&truth, score[i], rank[i]);
    }
    assert_ok(isg_align_fit_logistic(score, rank, right, N, &c, &err));
    for (int i = 0; i < 3; i++)
        assert_near(c.weight[i], truth.weight[i], 0.2); /* four standard errors */
    double p = 0, q = 0;
    for (size_t i = 0; i < N; i++) {
        p += isg_align_probability(&c, score[i], rank[i]) / N;
        q += (double)right[i] / N;
    }
    assert_near(p, q, 1e-6); /* that the sums agree is the first of the likelihood equations; the rest is the ridge */
    for (size_t i = 0; i < N; i++)
        right[i] = score[i] > 0; /* can be told apart: no infinite weights */
    assert_ok(isg_align_fit_logistic(score, rank, right, N, &c, &err));
    for (int i = 0; i < 3; i++)
        assert_true(isfinite(c.weight[i]));
    assert_true(isg_align_probability(&c, 0.2, 1) > 0.99 && isg_align_probability(&c, -0.2, 1) < 0.01);
}

static void correlations_by_hand(void **state)
{
    (void)state;
    const double x[5] = {1, 2, 3, 4, 5}, y[5] = {1, 4, 9, 16, 25}, ties[5] = {2, 1, 1, 3, 3}, flat[5] = {0};
    double rho;
    assert_near(isg_pearson(x, y, 5), 0.98110491, 1e-8); /* 60 / sqrt(10 * 374) */
    assert_near(isg_pearson(x, flat, 5), 0, 0);
    assert_ok(isg_spearman(x, y, 5, &rho, &err));
    assert_near(rho, 1, 1e-12);
    assert_ok(isg_spearman(x, ties, 5, &rho, &err)); /* ranks 3, 1.5, 1.5, 4.5, 4.5 */
    assert_near(rho, 6 / sqrt(10 * 9), 1e-12);
}

static void similarity_of_words(void **state)
{
    (void)state;
    enum { N = 6, D = 6 };
    struct isg_vectors v = vectors(N, D, "w");
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j <= i; j++)
            isg_mat_row(v.m, i)[j] = 1; /* cos(w_0, w_i) = 1 / sqrt(i + 1): falls with i */
    struct isg_align_pairs p = first_pairs(N);
    struct isg_align_opts opts = options(ISG_ALIGN_PROCRUSTES);
    assert_ok(isg_align_parse_norm(&opts, "none", &err));
    struct isg_align_map *map;
    struct isg_align_space *space;
    struct isg_align_similarity s;
    assert_ok(isg_align_fit(&map, &v, &v, &p, &opts, NULL, &silent, &err));
    assert_ok(isg_align_space_new(&space, map, &v, &v, 0, &silent, &err));
    char *path = text_file("word\tword\tscore\n# note\nw0\tw0\t4\nw0\tw1\t3\nw0\tw3\t1\nw0\tnone\t9\nW0\tw5\t0.5\n");
    assert_ok(isg_align_similarity(space, &v, &v, path, ISG_DICT_CASE_AUTO, &s, NULL, &err));
    assert_int_equal(s.pairs, 5);
    assert_int_equal(s.covered, 4);
    assert_near(s.spearman, 1, 1e-12);
    assert_true(s.pearson > 0.9 && s.pearson < 1);
    drop(path);
    path = text_file("w0 w1 3\nw0 w1\n");
    assert_error(
        isg_align_similarity(space, &v, &v, path, ISG_DICT_CASE_AUTO, &s, NULL, &err), ISG_EDATA, "no two words");
    assert_int_equal(err.line, 2);
    drop(path);
    path = text_file("w0 w1 3\n");
    assert_error(isg_align_similarity(space, &v, &v, path, ISG_DICT_CASE_AUTO, &s, NULL, &err), ISG_EDATA, "1 of 1");
    drop(path);
    isg_align_space_free(space);
    isg_align_map_free(map);
    isg_align_pairs_fini(&p);
    vectors_free(&v);
}

static void health_knows_a_map_from_none(void **state)
{
    (void)state;
    enum { N = 1500, D = 16, SEEDS = 20 };
    struct isg_vectors s = vectors(N, D, "s"), t = vectors(N, D, "t"), u = vectors(N, D, "u");
    fill(s.m, "health");
    rotate(s.m, t.m, 0.2);
    fill(u.m, "other");
    struct isg_align_pairs p = first_pairs(SEEDS);
    struct isg_align_opts opts = options(ISG_ALIGN_PROCRUSTES);
    opts.refine = 0; /* what few pairs fit by chance is not to be taken for a map */
    for (int related = 0; related < 2; related++) {
        struct isg_align_map *map;
        struct isg_align_space *space;
        struct isg_align_health h;
        const struct isg_vectors *const to = related ? &t : &u;
        assert_ok(isg_align_fit(&map, &s, to, &p, &opts, NULL, &silent, &err));
        assert_ok(isg_align_space_new(&space, map, &s, to, 0, &silent, &err));
        assert_ok(isg_align_health(space, map, &h, &silent, &err));
        assert_int_equal(h.words, N);
        assert_true((h.verdict == ISG_MAP_DEGENERATE) == !related);
        assert_true(h.held_out_words == 0 && h.chance_csls > 0);
        isg_align_space_free(space);
        isg_align_map_free(map);
    }
    isg_align_pairs_fini(&p);
    vectors_free(&s);
    vectors_free(&t);
    vectors_free(&u);
}

static void a_map_survives_its_file(void **state)
{
    (void)state;
    struct isg_vectors s = vectors(80, 6, "s"), t = vectors(80, 6, "t");
    fill(s.m, "file");
    rotate(s.m, t.m, 0.1);
    struct isg_align_pairs p = first_pairs(50);
    struct isg_align_opts opts = options(ISG_ALIGN_ADVANCED);
    assert_ok(isg_align_parse_norm(&opts, "unit,abtt,unit", &err));
    char *const path = text_file(""), *const path2 = text_file("");
    struct isg_align_map *map, *again;
    assert_ok(isg_align_fit(&map, &s, &t, &p, &opts, NULL, &silent, &err));
    assert_ok(isg_align_map_set_meta(map, "note", "kept", &err));
    assert_ok(isg_align_map_save(map, path, true, &err));
    assert_ok(isg_align_map_load(&again, path, &err));
    assert_string_equal(isg_align_map_meta(again, "note"), "kept");
    assert_string_equal(isg_align_map_meta(again, "norm"), "unit,abtt,unit");
    struct isg_mat a = isg_mat(isg_malloc(80, 6 * 4), 80, 6), b = isg_mat(isg_malloc(80, 6 * 4), 80, 6);
    for (int side = 0; side < 2; side++) {
        assert_ok(isg_align_project(map, (enum isg_side)side, side ? t.m : s.m, a, &silent, &err));
        assert_ok(isg_align_project(again, (enum isg_side)side, side ? t.m : s.m, b, &silent, &err));
        assert_memory_equal(a.x, b.x, 80 * 6 * 4);
    }
    char sum[2][17];
    assert_ok(isg_align_map_save(again, path2, true, &err));
    assert_ok(isg_file_checksum(path, sum[0], &err));
    assert_ok(isg_file_checksum(path2, sum[1], &err));
    struct isg_mat narrow = isg_mat(s.m.x, 10, 5);
    assert_error(isg_align_project(again, ISG_SOURCE, narrow, a, &silent, &err), ISG_EDATA, "5 dimensions");
    isg_align_map_free(map);
    isg_align_map_free(again);
    isg_free(a.x);
    isg_free(b.x);
    drop(path);
    drop(path2);
    char *const junk = text_file("this is no map at all");
    assert_error(isg_align_map_load(&map, junk, &err), ISG_EDATA, junk);
    drop(junk);
    isg_align_pairs_fini(&p);
    vectors_free(&s);
    vectors_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lists),
        cmocka_unit_test(pairs_follow_the_case_rule),
        cmocka_unit_test(finds_seeds_in_the_words),
        cmocka_unit_test(preprocessing_does_what_its_name_says),
        cmocka_unit_test(names_of_steps),
        cmocka_unit_test(search_is_exact),
        cmocka_unit_test(procrustes_recovers_a_rotation),
        cmocka_unit_test(every_method_and_retrieval_translates),
        cmocka_unit_test(csls_is_its_definition),
        cmocka_unit_test(faiss_finds_the_same),
        cmocka_unit_test(rcsls_gradient),
        cmocka_unit_test(contrast_loss_and_gradient),
        cmocka_unit_test(contrast_improves_a_poor_map),
        cmocka_unit_test(unsupervised_knows_good_from_bad),
        cmocka_unit_test(bytes_do_not_depend_on_threads),
        cmocka_unit_test(refuses_what_cannot_be_fitted),
        cmocka_unit_test(zero_rows_get_no_neighbours_and_are_none),
        cmocka_unit_test(evaluation_counts_by_hand),
        cmocka_unit_test(a_limit_on_memory_changes_nothing),
        cmocka_unit_test(probabilities_are_found_again),
        cmocka_unit_test(correlations_by_hand),
        cmocka_unit_test(similarity_of_words),
        cmocka_unit_test(health_knows_a_map_from_none),
        cmocka_unit_test(a_map_survives_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
