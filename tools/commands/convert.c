/* isogloss convert: labelled text and word vectors from one form to another. */
#include "tools/app.h"
#include "tools/commands/convert_dict.h"
#include "tools/commands/convert_text.h"

#include <string.h>

static const char *const dict_forms[] = {"tsv", "muse", "csv", "xdxf", "lift", "tbx"};
static const char *const text_forms[] = {"conll", "jsonl", "spans", "doccano"};
/* in the order of enum isg_vectors_format, from ISG_VECTORS_TEXT */
static const char *const vector_forms[] = {"vec", "word2vec", "isgv", "isgv16"};

static int find(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -1;
}

/* The form that a file's name tells of; a compression's ending behind it does not count. */
static const char *form_of(const char *path)
{
    static const char *const endings[][2] = {{".vec", "vec"}, {".bin", "word2vec"}, {".isgv", "isgv"},
        {".safetensors", "isgv"}, {".csv", "csv"}, {".xdxf", "xdxf"}, {".lift", "lift"}, {".tbx", "tbx"},
        {".ifo", "dict"}, {".index", "dict"}, {".jsonl", "jsonl"}, {".json", "jsonl"}};
    size_t n;
    (void)isg_packing_of_name(path, &n);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t k = strlen(endings[i][0]);
        if (n > k && memcmp(path + n - k, endings[i][0], k) == 0)
            return endings[i][1];
    }
    return "conll";
}

static enum isg_status convert_vectors(
    struct isg_app *app, const char *in, const char *out, int to, struct isg_error *err)
{
    struct isg_vectors v = {0};
    struct isg_vectors_report report = {0};
    const struct isg_vectors_opts opts = {0};
    enum isg_status status;
    ISG_GOTO(isg_vectors_load(&v, in, &opts, &report, &app->env, err));
    if (report.duplicates)
        isg_log(&app->env, ISG_LOG_WARNING, "%s: left out %llu duplicate words, the first on line %llu", in,
            (unsigned long long)report.duplicates, (unsigned long long)report.first_duplicate_line);
    ISG_GOTO(isg_vectors_save_as(&v, out, (enum isg_vectors_format)(ISG_VECTORS_TEXT + to), app->force, err));
    isg_app_result(app,
        json_pack("{s:s, s:s, s:I, s:I, s:I}", "from", report.format, "to", vector_forms[to], "words",
            (json_int_t)v.m.rows, "dimensions", (json_int_t)v.m.cols, "duplicates", (json_int_t)report.duplicates));
out:
    isg_vectors_fini(&v);
    return status;
}

static enum isg_status run_convert(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    static const enum isg_scheme schemes[] = {ISG_SCHEME_UNKNOWN, ISG_IOB1, ISG_BIO, ISG_BIOES, ISG_BMES};
    static const char *const scheme_names[] = {"keep", "iob1", "bio", "bioes", "bmes"};
    const char *from = "auto", *to = "auto", *scheme = "keep", *columns = NULL, *separator = "blank", *languages = NULL,
               *out;
    /* clang-format off */
    const struct isg_opt table[] = {
        {.name = "from", .kind = ISG_OPT_CHOICE, .value = &from, .choices = "auto|conll|jsonl|vectors|dict",
            .help = "input format; auto = by name (.jsonl, .vec, .bin, .isgv, .csv, .xdxf, .lift, .tbx, .ifo), else conll"},
        {.name = "to", .kind = ISG_OPT_CHOICE, .value = &to,
            .choices = "auto|conll|jsonl|spans|doccano|vec|word2vec|isgv|isgv16|tsv|muse|csv|xdxf|lift|tbx",
            .help = "output format; auto = by name; jsonl has tokens and tags, spans has text and entities"},
        {.name = "scheme", .kind = ISG_OPT_CHOICE, .value = &scheme, .choices = "keep|iob1|bio|bioes|bmes",
            .help = "tag scheme of the output; the scheme of the input is detected"},
        {.name = "columns", .kind = ISG_OPT_STRING, .value = &columns, .argument = "LIST",
            .help = "columns of word and tag, as in word,_,_,tag or 0,3",
            .fallback = "first and last"},
        {.name = "languages", .kind = ISG_OPT_STRING, .value = &languages, .argument = "SRC,TGT",
            .help = "codes of a dictionary's languages, as en,es, for xdxf, lift and tbx", .fallback = "undetermined"},
        {.name = "separator", .kind = ISG_OPT_CHOICE, .value = &separator, .choices = "blank|tab",
            .help = "column separator of output made from JSON lines"},
        {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, "-", &out, err));
    if (strcmp(from, "auto") == 0)
        from = form_of(argv[0]);
    if (find(dict_forms, 6, from) >= 0)
        from = "dict";
    if (strcmp(to, "auto") == 0 && strcmp(out, "-") != 0 && find(dict_forms, 6, form_of(out)) >= 0)
        to = form_of(out);
    if (strcmp(from, "dict") == 0 || find(dict_forms, 6, to) >= 0)
        return isg_convert_dict(app, argv[0], out, strcmp(to, "auto") == 0 ? "tsv" : to, languages, err);
    const bool vectors = strcmp(from, "vectors") == 0 || find(vector_forms, 4, from) >= 0;
    if (strcmp(to, "auto") == 0)
        to = strcmp(out, "-") == 0 ? (vectors ? "vec" : "conll") : form_of(out);
    const int to_text = find(text_forms, 4, to), to_vectors = find(vector_forms, 4, to);
    if (vectors != (to_vectors >= 0)) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "%s cannot become %s", vectors ? "word vectors" : "labelled text", to);
        return isg_error_advice(err, "give the formats with --from and --to");
    }
    if (vectors)
        return convert_vectors(app, argv[0], out, to_vectors, err);
    struct isg_convert c = {.from = (enum isg_text_form)find(text_forms, 4, from),
        .to = (enum isg_text_form)to_text,
        .columns = ISG_COLUMNS_DEFAULT,
        .scheme = schemes[find(scheme_names, 5, scheme)],
        .separator = strcmp(separator, "tab") == 0 ? '\t' : ' '};
    if (columns)
        ISG_TRY(isg_columns_parse(&c.columns, columns, err));
    struct isg_converted done;
    if (c.from == ISG_TEXT_COLUMNS && c.to == ISG_TEXT_COLUMNS && c.scheme == ISG_SCHEME_UNKNOWN)
        isg_log(&app->env, ISG_LOG_WARNING, "nothing to convert: give --scheme or --to");
    ISG_TRY(isg_convert_text(&c, argv[0], out, app->force, &done, &app->env, err));
    if (done.lines_left_out)
        isg_log(&app->env, ISG_LOG_WARNING,
            "%s: %llu comments and document marks are left out: %s has no place for them", argv[0],
            (unsigned long long)done.lines_left_out, to);
    if (done.widened)
        isg_log(&app->env, ISG_LOG_WARNING,
            "%s: entities that begin or end inside a token, widened to whole tokens: %llu", argv[0],
            (unsigned long long)done.widened);
    isg_app_result(
        app, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "from", from, "to", to, "sentences",
                 (json_int_t)done.sentences, "tokens", (json_int_t)done.tokens, "entities", (json_int_t)done.entities,
                 "lines_left_out", (json_int_t)done.lines_left_out, "widened", (json_int_t)done.widened));
    return ISG_OK;
}

const struct isg_tool isg_tool_convert = {
    .cmd =
        {
            .name = "convert",
            .summary = "convert labelled text, word vectors and dictionaries between formats",
            .synopsis = "[-o OUT] IN",
            .examples = "isogloss convert --scheme bioes -o train.bioes train.iob1\n"
                        "isogloss convert -o train.jsonl train.conll\n"
                        "isogloss convert --to doccano -o train.jsonl train.conll\n"
                        "isogloss convert -o en.isgv en.vec.gz\n"
                        "isogloss convert --languages en,es -o en-es.xdxf en-es.tsv\n",
            .min_args = 1,
            .max_args = 1,
            .operands = ISG_PATH_IN,
        },
    .run = run_convert,
};
