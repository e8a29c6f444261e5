#include "tests/unit/translate_helpers.h"
#include "translate/lm/private.h"

static const struct isg_env env = {0};

static const char *const text[] = {"the cat sat on the mat", "the dog sat on the mat", "the cat saw the dog",
    "a dog saw a cat", "the cat sat", "on the mat sat the cat", "a cat a dog a mat", "the dog", "the the the",
    "dog saw dog", "x y z", "x y", "y z the cat", "a b c d e f g", "a b c d e", "b c d", "c d e f"};
enum { N_TEXT = sizeof text / sizeof *text };

static struct isg_lm *train(int order)
{
    char all[2048] = "";
    for (int i = 0; i < N_TEXT; i++) {
        strcat(all, text[i]);
        strcat(all, "\n");
    }
    char *path = test_file(all, strlen(all), ".txt");
    const char *paths[] = {path};
    struct isg_lm *lm;
    const struct isg_lm_opts o = {.order = order, .lower = true, .tokenised = true};
    assert_ok(isg_lm_train(&lm, paths, 1, &o, &env, &err));
    unlink(path);
    free(path);
    return lm;
}

/* ---- the naive reference: the definition, by brute force over strings ---- */

static char *corpus[N_TEXT][16]; /* with <s> and </s> */
static int lengths[N_TEXT];
static char vocabulary[64][16];
static int n_vocabulary;

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < N_TEXT; i++) {
        char *copy = strdup(text[i]), *save = NULL;
        corpus[i][0] = strdup("<s>");
        lengths[i] = 1;
        for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
            corpus[i][lengths[i]++] = strdup(w);
        corpus[i][lengths[i]++] = strdup("</s>");
        free(copy);
        for (int k = 1; k < lengths[i]; k++) {
            int v = 0;
            while (v < n_vocabulary && strcmp(vocabulary[v], corpus[i][k]) != 0)
                v++;
            if (v == n_vocabulary)
                snprintf(vocabulary[n_vocabulary++], 16, "%s", corpus[i][k]);
        }
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (int i = 0; i < N_TEXT; i++)
        for (int k = 0; k < lengths[i]; k++)
            free(corpus[i][k]);
    return 0;
}

static int raw(const char *const *g, int n)
{
    int c = 0;
    for (int i = 0; i < N_TEXT; i++)
        for (int at = 0; at + n <= lengths[i]; at++) {
            int k = 0;
            while (k < n && strcmp(corpus[i][at + k], g[k]) == 0)
                k++;
            c += k == n;
        }
    return c;
}

/** a(g): raw at the highest order or after <s>, else how many different words stand before g. */
static int adjusted(const char *const *g, int n, int order)
{
    if (n == order || strcmp(g[0], "<s>") == 0)
        return raw(g, n);
    int c = 0;
    const char *longer[8];
    for (int k = 0; k < n; k++)
        longer[k + 1] = g[k];
    longer[0] = "<s>";
    c += raw(longer, n + 1) > 0;
    for (int v = 0; v < n_vocabulary; v++) {
        longer[0] = vocabulary[v];
        c += raw(longer, n + 1) > 0;
    }
    return c;
}

/** Counts of counts of an order, over all different n-grams of the corpus. */
static void counts_of_counts(int n, int order, double t[5])
{
    char seen[4096] = "|";
    memset(t, 0, 5 * sizeof *t);
    for (int i = 0; i < N_TEXT; i++)
        for (int at = 0; at + n <= lengths[i]; at++) {
            char name[128] = "|";
            for (int k = 0; k < n; k++)
                snprintf(name + strlen(name), sizeof name - strlen(name), "%s ", corpus[i][at + k]);
            strcat(name, "|");
            if ((n == 1 && strcmp(corpus[i][at], "<s>") == 0) || strstr(seen, name))
                continue;
            strcat(seen, name + 1);
            const int a = adjusted((const char *const *)&corpus[i][at], n, order);
            if (a >= 1 && a <= 4)
                t[a]++;
        }
}

static double reference(const char *const *g, int n, int order)
{
    double t[5], d[4] = {0, 0.5, 1.0, 1.5}, sum = 0, some[4] = {0};
    counts_of_counts(n, order, t);
    if (t[1] > 0 && t[2] > 0 && t[3] > 0) {
        const double y = t[1] / (t[1] + 2 * t[2]);
        for (int k = 1; k <= 3; k++)
            d[k] = fmin(fmax(k - (k + 1) * y * t[k + 1] / t[k], 0), k);
    }
    const char *next[8];
    memcpy(next, g, (size_t)n * sizeof *g);
    for (int v = 0; v < n_vocabulary; v++) {
        next[n - 1] = vocabulary[v];
        const int a = adjusted(next, n, order);
        sum += a;
        some[a < 3 ? a : 3] += a > 0;
    }
    const double low = n == 1 ? 1.0 / (n_vocabulary + 1) : reference(g + 1, n - 1, order);
    if (sum == 0)
        return low;
    const int a = adjusted(g, n, order);
    return (a - d[a < 3 ? a : 3]) / sum + (d[1] * some[1] + d[2] * some[2] + d[3] * some[3]) / sum * low;
}

/** Every word after every context of the corpus, and after contexts that it does not have. */
static void agrees_with_reference(void **state)
{
    (void)state;
    for (int order = 1; order <= 4; order++) {
        struct isg_lm *lm = train(order);
        assert_int_equal(isg_lm_order(lm), order);
        for (int i = 0; i < N_TEXT; i++) {
            struct isg_lm_state s;
            isg_lm_begin(lm, &s);
            for (int at = 1; at < lengths[i]; at++) {
                for (int v = 0; v < n_vocabulary; v++) {
                    const int n = at + 1 < order ? at + 1 : order;
                    const char *g[8];
                    for (int k = 0; k < n; k++)
                        g[k] = corpus[i][at - n + 1 + k];
                    g[n - 1] = vocabulary[v];
                    struct isg_lm_state ignored;
                    const double got = pow(10,
                        (double)isg_lm_score(lm, &s, isg_lm_word(lm, vocabulary[v], strlen(vocabulary[v])), &ignored));
                    assert_near(got, reference(g, n, order), 2e-6);
                }
                (void)isg_lm_score(lm, &s, isg_lm_word(lm, corpus[i][at], strlen(corpus[i][at])), &s);
            }
        }
        isg_lm_free(lm);
    }
}

/** Probabilities of all words, <unk> included, add up to one in any context, seen or not. */
static void sums_to_one(void **state)
{
    (void)state;
    struct isg_lm *lm = train(3);
    static const char *const contexts[][2] = {
        {"the", "cat"}, {"cat", "the"}, {"zebra", "the"}, {"g", "x"}, {"e", "zebra"}};
    for (size_t i = 0; i < 5; i++) {
        struct isg_lm_state s, next;
        isg_lm_empty(&s);
        for (int k = 0; k < 2; k++)
            (void)isg_lm_score(lm, &s, isg_lm_word(lm, contexts[i][k], strlen(contexts[i][k])), &s);
        double sum = 0;
        for (uint32_t w = 0; w < isg_lm_count(lm, 1); w++)
            if (w != ISG_LM_START)
                sum += pow(10, (double)isg_lm_score(lm, &s, w, &next));
        assert_near(sum, 1.0, 1e-5);
    }
    isg_lm_free(lm);
}

static void files(void **state)
{
    (void)state;
    struct isg_lm *lm = train(3), *arpa, *binary, *again;
    char *a = test_file("", 0, ".arpa"), *b = test_file("", 0, ".lm"), *c = test_file("", 0, ".lm");
    assert_ok(isg_lm_save(lm, a, true, &err));
    assert_ok(isg_lm_save(lm, b, true, &err));
    assert_ok(isg_lm_load(&arpa, a, &env, &err));
    assert_ok(isg_lm_load(&binary, b, &env, &err));
    assert_ok(isg_lm_save(arpa, c, true, &err));
    assert_ok(isg_lm_load(&again, c, &env, &err));
    assert_true(isg_lm_lower(arpa));
    assert_int_equal(isg_lm_count(arpa, 3), isg_lm_count(lm, 3));
    assert_int_equal(isg_lm_count(binary, 3), isg_lm_count(lm, 3));
    for (int i = 0; i < N_TEXT; i++) {
        struct isg_lm *const all[] = {lm, arpa, binary, again};
        struct isg_lm_state s[4];
        for (int m = 0; m < 4; m++)
            isg_lm_begin(all[m], &s[m]);
        for (int at = lengths[i] - 1; at > 0; at--) { /* backwards: words in contexts they were not seen in */
            double p[4];
            for (int m = 0; m < 4; m++)
                p[m] = (double)isg_lm_score(
                    all[m], &s[m], isg_lm_word(all[m], corpus[i][at], strlen(corpus[i][at])), &s[m]);
            assert_near(p[1], p[0], 1e-5);
            assert_true(p[2] == p[0]);
            assert_near(p[3], p[0], 1e-5);
        }
    }
    assert_error(isg_lm_save(binary, a, true, &err), ISG_EUSAGE, "keeps no n-grams");
    isg_lm_free(lm);
    isg_lm_free(arpa);
    isg_lm_free(binary);
    isg_lm_free(again);
    unlink(a);
    unlink(b);
    unlink(c);
    free(a);
    free(b);
    free(c);
}

static void refuses(const char *data, size_t n, const char *message)
{
    char *path = test_file(data, n, ".arpa");
    struct isg_lm *lm;
    assert_error(isg_lm_load(&lm, path, &env, &err), ISG_EDATA, message);
    assert_null(lm);
    unlink(path);
    free(path);
}

static void broken(void **state)
{
    (void)state;
#define REFUSES(s, m) refuses(s, sizeof(s) - 1, m)
    REFUSES("", "missing \\data\\ line");
    REFUSES("\\data\\\nngram 1=2\n\n\\1-grams:\n-1\ta\n\n\\end\\\n", "number of n-grams");
    REFUSES("\\data\\\nngram 2=2\n", ":2:");
    REFUSES("\\data\\\nngram 1=1\n\n\\1-grams:\nx\ta\n\n\\end\\\n", ":5: malformed log10 probability");
    REFUSES("\\data\\\nngram 1=1\n\n\\1-grams:\n1\ta\n\n\\end\\\n", ":5: malformed log10");
    REFUSES("\\data\\\nngram 1=1\n\n\\1-grams:\n-1\ta\tb\n\n\\end\\\n", ":5: malformed back-off");
    REFUSES("\\data\\\nngram 1=1\nngram 2=1\n\n\\1-grams:\n-1\ta\n\n\\2-grams:\n-1\ta\n\n\\end\\\n",
        ":9: too few words in an n-gram");
    REFUSES("\\data\\\nngram 1=1\n\n\\1-grams:\n-1\ta\n", "cut short");
    char *path = test_file("\n\n", 2, ".txt");
    const char *paths[] = {path};
    struct isg_lm *lm;
    const struct isg_lm_opts o = {.order = 2};
    assert_error(isg_lm_train(&lm, paths, 1, &o, &env, &err), ISG_EDATA, "without words");
    unlink(path);
    free(path);
}

static void perplexity(void **state)
{
    (void)state;
    struct isg_lm *lm = train(2);
    char *path = test_file("the cat zebra\n", 14, ".txt");
    struct isg_lm_perplexity p;
    assert_ok(isg_lm_measure(lm, path, true, &p, &err));
    assert_int_equal(p.tokens, 4);
    assert_int_equal(p.oov, 1);
    const char *g[] = {"<s>", "the", "cat"};
    const double unk = pow(10, p.log10_all - p.log10_known);
    assert_true(unk > 0 && unk < 1);
    const double words = reference(g, 2, 2) * reference(g + 1, 2, 2);
    const char *end[] = {"zebra", "</s>"};
    assert_near(pow(10, p.log10_known), words * reference(end + 1, 1, 2), 1e-6);
    assert_near(p.all, pow(10, -p.log10_all / 4), 1e-9);
    isg_lm_free(lm);
    unlink(path);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_reference),
        cmocka_unit_test(sums_to_one),
        cmocka_unit_test(files),
        cmocka_unit_test(broken),
        cmocka_unit_test(perplexity),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
