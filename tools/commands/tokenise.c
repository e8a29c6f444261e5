/* isogloss tokenise: raw text to sentences of tokens. */
#include "tools/app.h"

#include <string.h>

struct job {
    struct isg_text_rule rule;
    bool column, keep_lines;
    struct isg_writer *out;
    uint64_t lines, sentences, tokens;
};

static void write_line(struct job *j, const struct isg_word *words, size_t n)
{
    bool fresh = true;
    for (size_t i = 0; i < n; i++) {
        if (!fresh && !j->column)
            isg_writer_write(j->out, " ", 1);
        isg_writer_write(j->out, words[i].s, words[i].n);
        if (j->column)
            isg_writer_write(j->out, "\n", 1);
        fresh = i + 1 == n || (words[i].ends && !j->keep_lines);
        if (fresh)
            isg_writer_write(j->out, "\n", 1);
        j->sentences += fresh;
    }
    if (n == 0 && j->keep_lines && !j->column)
        isg_writer_write(j->out, "\n", 1);
    j->tokens += n;
}

static enum isg_status tokenise(struct job *j, const char *path, const struct isg_env *env, struct isg_error *err)
{
    struct isg_sentences *text;
    ISG_TRY(isg_sentences_open(&text, path, j->rule, env, "tokenising", err));
    enum isg_status status = ISG_OK;
    for (;;) {
        const struct isg_word *words;
        size_t n;
        if (isg_sentences_wait(text))
            isg_writer_flush(j->out);
        ISG_GOTO(isg_sentences_line(text, &words, &n, err));
        if (!words)
            break;
        write_line(j, words, n);
        j->lines++;
    }
out:
    isg_sentences_close(text);
    return status;
}

static enum isg_status run_tokenise(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct job j = {.rule = {.nfc = true}};
    const char *format = "line", *out_path;
    const struct isg_opt table[] = {{.name = "lower",
                                        .kind = ISG_OPT_FLAG,
                                        .value = &j.rule.lower,
                                        .help = "lower-case every token, after sentences have been found"},
        {.name = "nfc",
            .kind = ISG_OPT_FLAG,
            .value = &j.rule.nfc,
            .help = "put the text into Unicode normal form C, in which texts and vectors are compared"},
        {.name = "format",
            .kind = ISG_OPT_CHOICE,
            .value = &format,
            .choices = "line|column",
            .help =
                "line = a sentence a line, tokens separated by spaces; column = a token a line, an empty line after "
                "each sentence"},
        {.name = "keep-lines",
            .kind = ISG_OPT_FLAG,
            .value = &j.keep_lines,
            .help = "a line is one sentence, as in sentence-aligned text: as many lines out as in"},
        {.name = "tokens",
            .kind = ISG_OPT_STRING,
            .value = &j.rule.patterns,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "token patterns, one name<TAB>pattern a line",
            .fallback = "resources/tokens.tsv"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    j.column = strcmp(format, "column") == 0;
    ISG_TRY(isg_app_out(app, "-", &out_path, err));
    ISG_TRY(isg_writer_open(&j.out, out_path, app->force, err));
    enum isg_status status = ISG_OK;
    for (int i = 0; i < (argc ? argc : 1) && status == ISG_OK; i++)
        status = tokenise(&j, argc ? argv[i] : "-", &app->env, err);
    if (status != ISG_OK) {
        isg_writer_abort(j.out);
        return status;
    }
    ISG_TRY(isg_writer_commit(j.out, err));
    isg_log(&app->env, ISG_LOG_INFO, "%llu lines, %llu sentences, %llu tokens", (unsigned long long)j.lines,
        (unsigned long long)j.sentences, (unsigned long long)j.tokens);
    isg_app_result(app, json_pack("{s:I, s:I, s:I}", "lines", (json_int_t)j.lines, "sentences", (json_int_t)j.sentences,
                            "tokens", (json_int_t)j.tokens));
    return ISG_OK;
}

const struct isg_tool isg_tool_tokenise = {
    {.name = "tokenise",
        .summary = "cut raw text into sentences and tokens",
        .synopsis = "[IN...] [-o OUT]",
        .examples = "isogloss tokenise hau.txt -o hau.tokens.txt\n"
                    "isogloss tokenise --lower hau.txt | fasttext skipgram -input /dev/stdin -output hau\n"
                    "isogloss tokenise --format column letters.txt -o to-label.conll\n"
                    "isogloss tokenise --keep-lines en-hau.hau.xz -o en-hau.hau.txt\n",
        .min_args = 0,
        .max_args = -1,
        .operands = ISG_PATH_IN},
    .run = run_tokenise};
