/* Profiles of texts, and the settings that follow. */
#include "tests/test.h"
#include "translate/translate.h"

static struct isg_profile profile(const char *text)
{
    struct isg_error err;
    struct isg_profile p;
    char *path = test_file(text, strlen(text), ".txt");
    const char *const paths[] = {path};
    assert_ok(isg_profile_texts(&p, paths, 1, false, &(struct isg_env){0}, &err));
    unlink(path);
    free(path);
    return p;
}

static const struct isg_suggestion *find(const struct isg_suggestion *s, size_t n, const char *setting)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(s[i].setting, setting) == 0)
            return &s[i];
    return NULL;
}

static bool holds(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static const char *option(const struct isg_suggestion *s, size_t n, const char *setting)
{
    const struct isg_suggestion *const found = find(s, n, setting);
    return found ? found->option : "none";
}

static void counts(void **state)
{
    (void)state;
    struct isg_profile p = profile(
        "The king saw King Arthur.\nALL IN CAPITALS!\nE\xcc\x81t\xc3\xa9 in the UK, 12 \xe0\xa5\xa7\n");
    assert_int_equal(p.lines, 3);
    assert_int_equal(p.sentences, 3);
    assert_int_equal(p.not_nfc, 1);
    assert_int_equal(p.no_end, 1);
    /* inside: king saw King Arthur, in the UK; the headline and the first words are left out */
    assert_int_equal(p.inside, 7);
    assert_int_equal(p.capital, 2);
    assert_int_equal(p.all_caps, 1);
    assert_int_equal(p.capital_both, 1);
    assert_string_equal(p.both.v[0].text, "king");
    assert_int_equal(p.both.v[0].other, 1);
    assert_int_equal(p.marked, 1);
    assert_int_equal(p.digits.n, 2);
    assert_string_equal(p.digits.v[0].text, "0");
    assert_int_equal(p.digits.v[0].n, 2);
    assert_string_equal(p.frequent.v[0].text, "the");
    assert_int_equal(p.ends.n, 2);
    isg_profile_fini(&p);
}

/** Hausa hooks and Yoruba tones: the sentences without are too many to be chance. */
static void marks_are_left_out(void **state)
{
    (void)state;
    struct isg_text with = {0}, mixed = {0};
    for (int i = 0; i < 60; i++) {
        const char *const hooks = "a ɗan c ɗan e ɗan g h i j.\n";
        isg_text_put(&with, "%s", hooks);
        isg_text_put(&mixed, "%s", i % 2 ? "a dan c dan e dan g h i j.\n" : hooks);
    }
    struct isg_suggestion s[ISG_MAX_SUGGESTIONS];
    struct isg_profile p = profile(with.s), q = profile(mixed.s);
    assert_null(find(s, isg_suggest(&p, NULL, s), "marks"));
    assert_non_null(find(s, isg_suggest(&q, NULL, s), "marks"));
    assert_int_equal(q.marks.v[0].n, 90);
    assert_int_equal(q.marks.v[0].other, 90);
    isg_profile_fini(&p);
    isg_profile_fini(&q);
    isg_free(with.s);
    isg_free(mixed.s);
}

static void settings_follow(void **state)
{
    (void)state;
    struct isg_suggestion s[ISG_MAX_SUGGESTIONS];
    struct isg_profile de = profile("wir sahen den Hund und die Katze im Garten mit Anna.\n"),
                       nl = profile(
                           "wij zagen de hond en de kat in de tuin met Anna en met de man die daar bij was.\n"),
                       hi = profile("राम घर गया। सीता घर गई।\n");
    size_t n = isg_suggest(&de, NULL, s);
    assert_true(holds(option(s, n, "casing"), "target"));
    assert_string_equal(option(s, n, "capitals"), "ner tag --no-capitals");
    n = isg_suggest(&nl, NULL, s);
    assert_string_equal(option(s, n, "casing"), "translate --casing source");
    assert_string_equal(option(s, n, "capitals"), "ner tag --capitals");
    assert_null(find(s, n, "signs"));
    n = isg_suggest(&hi, NULL, s);
    assert_string_equal(option(s, n, "casing"), "");
    assert_null(find(s, n, "capitals"));
    assert_true(find(s, n, "signs") && holds(find(s, n, "signs")->reason, "।"));
    if (hi.scripts.n) /* with ICU */
        assert_true(holds(option(s, n, "transliterate"), "Latin-Devanagari"));
    n = isg_suggest(&hi, &hi, s); /* from a language like itself nothing has to change */
    assert_null(find(s, n, "signs"));
    assert_null(find(s, n, "transliterate"));
    isg_profile_fini(&de);
    isg_profile_fini(&nl);
    isg_profile_fini(&hi);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts), cmocka_unit_test(marks_are_left_out), cmocka_unit_test(settings_follow)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
