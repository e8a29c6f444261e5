/** @file tests/unit/translate_helpers.h  A corpus as a string through a translator, and the result as a
 * string. */
#ifndef ISG_TESTS_UNIT_TRANSLATE_HELPERS_H
#define ISG_TESTS_UNIT_TRANSLATE_HELPERS_H
#include "tests/test.h"
#include "translate/translate.h"

static struct isg_error err;

/** Lexicon of "source\ttarget[\tscore]" lines. */
static inline struct isg_lexicon *test_lexicon(const char *lines)
{
    char *path = test_file(lines, strlen(lines), ".tsv");
    struct isg_lexicon *lex = isg_lexicon_new();
    assert_non_null(lex);
    assert_ok(isg_lexicon_load(lex, path, NULL, NULL, &err));
    unlink(path);
    free(path);
    return lex;
}

/** Translates `text`; the caller frees the result. */
static inline char *test_translate(const struct isg_translate_parts *parts, const struct isg_translate_opts *opts,
    const char *policy, const char *text, struct isg_translate_report *report)
{
    struct isg_translator *t;
    struct isg_translate_report mine = {0};
    const struct isg_env env = {0};
    assert_ok(isg_translator_new(&t, parts, opts, &err));
    if (policy)
        assert_ok(isg_translator_policy(t, policy, &err));
    char *in = test_file(text, strlen(text), ".txt"), *out = test_file("", 0, ".out");
    struct isg_writer *w;
    assert_ok(isg_writer_open(&w, out, true, &err));
    assert_ok(isg_translate_corpus(t, in, ISG_COLUMNS_DEFAULT, w, NULL, report ? report : &mine, &env, &err));
    assert_ok(isg_writer_commit(w, &err));
    isg_translator_free(t);
    char *got = calloc(1, 1 << 16);
    FILE *f = fopen(out, "rb");
    assert_non_null(f);
    (void)!fread(got, 1, (1 << 16) - 1, f);
    fclose(f);
    unlink(in);
    unlink(out);
    free(in);
    free(out);
    return got;
}

#define assert_translates(parts, opts, policy, text, wanted)                                                           \
    do {                                                                                                               \
        char *got_ = test_translate((parts), (opts), (policy), (text), NULL);                                          \
        assert_string_equal(got_, (wanted));                                                                           \
        free(got_);                                                                                                    \
    } while (0)

#endif
