/* isogloss profile: what the text of a language is like, and which settings follow. */
#include "tools/app.h"
#include "translate/translate.h"

#include <string.h>

static double percent(uint64_t a, uint64_t b)
{
    return b ? 100.0 * (double)a / (double)b : 0;
}

/* ---- for people ---- */

static void print_list(FILE *to, const char *name, const struct isg_profile_list *l, size_t most, const char *other)
{
    if (l->n == 0)
        return;
    fprintf(to, "  %-15s", name);
    for (size_t i = 0; i < l->n && i < most; i++) {
        fprintf(to, "%s%s %llu", i ? ", " : "", l->v[i].text, (unsigned long long)l->v[i].n);
        if (other)
            fprintf(to, " (%s %llu)", other, (unsigned long long)l->v[i].other);
    }
    fputc('\n', to);
}

static void print_shares(FILE *to, const char *name, const struct isg_profile_list *l, uint64_t total)
{
    fprintf(to, "  %-15s", name);
    for (size_t i = 0; i < l->n && i < 6; i++)
        fprintf(to, "%s%s %.1f %%", i ? ", " : "", l->v[i].text, percent(l->v[i].n, total));
    fprintf(to, "%s\n", l->n ? "" : "none");
}

static uint64_t total(const struct isg_profile_list *l)
{
    uint64_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        n += l->v[i].n;
    return n;
}

static void print_profile(FILE *to, const struct isg_profile *p)
{
    fprintf(to, "text\n  %-15s%llu lines, %llu sentences, %llu tokens, %llu different words\n", "size",
        (unsigned long long)p->lines, (unsigned long long)p->sentences, (unsigned long long)p->tokens,
        (unsigned long long)p->types);
    print_shares(to, "scripts", &p->scripts, p->letters);
    fprintf(to, "  %-15s%.2f %% of the lines are not in NFC\n", "normal form", percent(p->not_nfc, p->lines));
    if (p->unspaced)
        fprintf(to, "  %-15s%.1f %% of the letters are of scripts without spaces between words\n", "words",
            percent(p->unspaced, p->letters));
    print_shares(to, "digits from", &p->digits, total(&p->digits));
    fprintf(to, "case\n");
    if (p->cased * 10 < p->letters) {
        fprintf(to, "  none: %.1f %% of the letters have a capital\n", percent(p->cased, p->letters));
    } else {
        fprintf(to, "  %-15s%.1f %% of the words inside sentences begin with a capital, %.1f %% are all capitals\n",
            "capitals", percent(p->capital, p->inside), percent(p->all_caps, p->inside));
        print_list(to, "names", &p->capitals, 12, NULL);
        fprintf(to, "  %-15s%.1f %% of these capitals are on words that are also written small\n", "also small",
            percent(p->capital_both, p->capital + p->all_caps));
        print_list(to, "", &p->both, 10, "small");
    }
    fprintf(to, "signs\n");
    print_list(to, "most frequent", &p->signs, 15, NULL);
    print_shares(to, "sentence ends", &p->ends, p->sentences);
    fprintf(to, "  %-15s%.1f %% of the sentences have no end mark\n", "", percent(p->no_end, p->sentences));
    fprintf(to, "words\n");
    print_list(to, "most frequent", &p->frequent, 20, NULL);
    fprintf(to,
        "  %-15s%.1f %% of the words have one; %llu of %llu sentences of ten words or more have none (%.0f if spread "
        "evenly)\n",
        "marks", percent(p->marked, p->words), (unsigned long long)p->bare_lines, (unsigned long long)p->long_lines,
        p->bare_expected);
    print_list(to, "", &p->marks, 10, "without");
}

static void print_suggestions(FILE *to, const struct isg_suggestion *s, size_t n)
{
    fprintf(to, "what follows (rules of thumb, not yet measured on taggers: try them on labelled sentences)\n");
    for (size_t i = 0; i < n; i++) {
        fprintf(to, "  %-15s%s\n", s[i].setting, s[i].option[0] ? s[i].option : "-");
        fprintf(to, "  %-15s%s\n", "", s[i].reason);
    }
}

/* ---- for programs ---- */

static json_t *list_json(const struct isg_profile_list *l, const char *other)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->n; i++) {
        json_t *const item = json_pack(
            "{s:o, s:I}", "text", isg_json_text(l->v[i].text), "count", (json_int_t)l->v[i].n);
        if (other)
            json_object_set_new(item, other, json_integer((json_int_t)l->v[i].other));
        json_array_append_new(list, item);
    }
    return list;
}

static json_t *suggestions_json(const struct isg_suggestion *s, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "setting", s[i].setting, "option",
                                        isg_json_text(s[i].option), "reason", isg_json_text(s[i].reason)));
    return list;
}

static json_t *profile_json(const struct isg_profile *p, const struct isg_suggestion *s, size_t n)
{
    json_t *o = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "lines", (json_int_t)p->lines, "sentences",
        (json_int_t)p->sentences, "tokens", (json_int_t)p->tokens, "words", (json_int_t)p->words, "types",
        (json_int_t)p->types, "lines_not_nfc", (json_int_t)p->not_nfc, "letters", (json_int_t)p->letters,
        "cased_letters", (json_int_t)p->cased, "unspaced_letters", (json_int_t)p->unspaced);
    json_t *more = json_pack("{s:I, s:I, s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:f}", "inside", (json_int_t)p->inside,
        "capital", (json_int_t)p->capital, "all_capitals", (json_int_t)p->all_caps, "capital_also_small",
        (json_int_t)p->capital_both, "capital_share", isg_profile_capitals(p), "no_end_mark", (json_int_t)p->no_end,
        "marked_words", (json_int_t)p->marked, "long_sentences", (json_int_t)p->long_lines,
        "long_sentences_without_marks", (json_int_t)p->bare_lines, "long_sentences_without_marks_expected",
        p->bare_expected);
    json_object_update_missing(o, more);
    json_decref(more);
    json_object_set_new(o, "scripts", list_json(&p->scripts, NULL));
    json_object_set_new(o, "digits", list_json(&p->digits, NULL));
    json_object_set_new(o, "signs", list_json(&p->signs, NULL));
    json_object_set_new(o, "sentence_ends", list_json(&p->ends, NULL));
    json_object_set_new(o, "frequent", list_json(&p->frequent, NULL));
    json_object_set_new(o, "capitals", list_json(&p->capitals, "small"));
    json_object_set_new(o, "capitals_also_small", list_json(&p->both, "small"));
    json_object_set_new(o, "marks", list_json(&p->marks, "without"));
    json_object_set_new(o, "suggestions", suggestions_json(s, n));
    return o;
}

static enum isg_status run_profile(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    const char *source_path = NULL;
    bool tokenised = false;
    const struct isg_opt table[] = {{.name = "source",
                                        .kind = ISG_OPT_STRING,
                                        .value = &source_path,
                                        .argument = "TEXT",
                                        .path = ISG_PATH_IN,
                                        .help = "text of the labelled language, to compare with",
                                        .fallback = "a language written like English"},
        {.name = "tokenised",
            .kind = ISG_OPT_FLAG,
            .value = &tokenised,
            .help = "text has one sentence per line, tokens separated by spaces",
            .alias = "tokenized"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    struct isg_profile p = {0}, source = {0};
    struct isg_suggestion s[ISG_MAX_SUGGESTIONS];
    static const char *const standard_input = "-";
    const char *const *const paths = argc ? (const char *const *)argv : &standard_input;
    enum isg_status status = isg_profile_texts(&p, paths, argc ? (size_t)argc : 1, tokenised, &app->env, err);
    if (status == ISG_OK && source_path)
        status = isg_profile_texts(&source, &source_path, 1, tokenised, &app->env, err);
    if (status == ISG_OK) {
        const size_t n = isg_suggest(&p, source_path ? &source : NULL, s);
        print_profile(app->results, &p);
        print_suggestions(app->results, s, n);
        isg_app_result(app, profile_json(&p, s, n));
    }
    isg_profile_fini(&p);
    isg_profile_fini(&source);
    return status;
}

const struct isg_tool isg_tool_profile = {
    {.name = "profile",
        .summary = "describe the text of a language, and the settings that suit it",
        .synopsis = "[TEXT...]",
        .examples = "isogloss profile hau.txt\n"
                    "isogloss profile --source eng.txt deu.txt\n"
                    "isogloss profile --json hin.txt.xz\n",
        .min_args = 0,
        .max_args = -1,
        .operands = ISG_PATH_IN},
    .reports = true, .run = run_profile};
