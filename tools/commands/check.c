/* isogloss check: problems of labelled text, word vectors and bilingual lists. */
#include "tools/commands/findings.h"

#include <stdlib.h>
#include <string.h>

void isg_found(struct isg_findings *f, bool error, const char *kind, uint64_t line, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const json_int_t n = json_integer_value(json_object_get(f->kinds, kind)) + 1;
    json_object_set_new(f->kinds, kind, json_integer(n));
    f->errors += error;
    f->warnings += !error;
    if (f->shown > 0 && n > f->shown)
        return;
    json_array_append_new(
        f->list, json_pack("{s:o, s:I, s:s, s:s, s:o}", "file", isg_json_text(f->file), "line", (json_int_t)line,
                     "level", error ? "error" : "warning", "kind", kind, "text", isg_json_text(text)));
    if (line)
        fprintf(f->app->results, "%s:%llu: %s: %s [%s]\n", f->file, (unsigned long long)line,
            error ? "error" : "warning", text, kind);
    else
        fprintf(f->app->results, "%s: %s: %s [%s]\n", f->file, error ? "error" : "warning", text, kind);
}

void isg_findings_file(struct isg_findings *f, const char *file)
{
    f->file = file;
    json_object_clear(f->kinds);
}

void isg_findings_end_file(struct isg_findings *f)
{
    const char *kind;
    json_t *count;
    json_object_foreach(f->kinds, kind, count)
    {
        const json_int_t n = json_integer_value(count);
        if (f->shown > 0 && n > f->shown)
            fprintf(
                f->app->results, "%s: %lld more [%s] (--show 0 lists all)\n", f->file, (long long)(n - f->shown), kind);
    }
}

static enum isg_status check_vectors(struct isg_findings *f, const char *path, json_t **figures, struct isg_error *err)
{
    struct isg_vectors v = {0};
    struct isg_vectors_report r = {0};
    const struct isg_vectors_opts opts = {.bad_utf8 = ISG_BAD_UTF8_SKIP};
    ISG_TRY(isg_vectors_load(&v, path, &opts, &r, &f->app->env, err));
    if (r.duplicates)
        isg_found(f, false, "duplicate-word", r.first_duplicate_line, "%llu words stand a second time",
            (unsigned long long)r.duplicates);
    if (r.bad_utf8)
        isg_found(
            f, true, "bad-utf8", r.first_bad_utf8_line, "%llu words are no UTF-8", (unsigned long long)r.bad_utf8);
    if (r.zero_rows)
        isg_found(f, false, "zero-row", 0, "%llu rows of zeros", (unsigned long long)r.zero_rows);
    if (r.header && r.complete && r.rows_in_file != r.rows_read)
        isg_found(f, true, "wrong-header", 1, "the header says %llu rows, the file has %llu",
            (unsigned long long)r.rows_in_file, (unsigned long long)r.rows_read);
    *figures = json_pack("{s:s, s:s, s:I, s:I}", "kind", "vectors", "format", r.format, "words", (json_int_t)v.m.rows,
        "dimensions", (json_int_t)v.m.cols);
    isg_vectors_fini(&v);
    return *figures ? ISG_OK : isg_error_nomem(err, "the figures");
}

static bool is_vectors(const char *path)
{
    static const char *const endings[] = {".vec", ".bin", ".isgv", ".safetensors"};
    size_t n = strlen(path);
    if (n > 3 && strcmp(path + n - 3, ".gz") == 0)
        n -= 3;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (n > strlen(endings[i]) && memcmp(path + n - strlen(endings[i]), endings[i], strlen(endings[i])) == 0)
            return true;
    return false;
}

static void show_figures(struct isg_app *app, const char *path, json_t *figures)
{
    const char *key;
    json_t *value;
    fprintf(app->results, "%s:", path);
    json_object_foreach(figures, key, value)
    {
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        fprintf(app->results, " %s %s", key, text ? text : "?");
        free(text);
    }
    fputc('\n', app->results);
}

static enum isg_status run_check(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    const char *as = "auto", *columns = NULL;
    struct isg_findings f = {.app = app, .shown = 5};
    /* clang-format off */
    const struct isg_opt table[] = {
        {.name = "as", .kind = ISG_OPT_CHOICE, .value = &as, .choices = "auto|labelled|vectors",
            .help = "what the files are; auto: by the name (.vec, .bin, .isgv, else labelled text)"},
        {.name = "columns", .kind = ISG_OPT_STRING, .value = &columns, .argument = "LIST",
            .help = "which columns hold word and tag: word,_,_,tag or 0,3; the first and the last"},
        {.name = "show", .kind = ISG_OPT_INT, .value = &f.shown, .argument = "N", .max = 1e9,
            .help = "findings of one kind shown a file, 0 = all"},
        {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    struct isg_columns c = ISG_COLUMNS_DEFAULT;
    if (columns)
        ISG_TRY(isg_columns_parse(&c, columns, err));
    enum isg_status status = ISG_OK;
    json_t *files = json_object();
    struct isg_check_seen *seen = isg_check_seen_new();
    f.list = json_array();
    f.kinds = json_object();
    if (!seen || !files || !f.list || !f.kinds) {
        status = isg_error_nomem(err, "the findings");
        goto out;
    }
    for (int i = 0; i < argc; i++) {
        json_t *figures = NULL;
        const bool vectors = strcmp(as, "vectors") == 0 || (strcmp(as, "auto") == 0 && is_vectors(argv[i]));
        isg_findings_file(&f, argv[i]);
        ISG_GOTO(vectors ? check_vectors(&f, argv[i], &figures, err)
                         : isg_check_labelled(&f, seen, argv[i], c, &figures, err));
        isg_findings_end_file(&f);
        show_figures(app, argv[i], figures);
        json_object_set_new(figures, "findings", json_copy(f.kinds));
        json_object_set_new(files, argv[i], figures);
    }
    fprintf(app->results, "%llu errors, %llu warnings\n", (unsigned long long)f.errors, (unsigned long long)f.warnings);
    isg_app_result(app, json_pack("{s:I, s:I, s:O, s:O}", "errors", (json_int_t)f.errors, "warnings",
                            (json_int_t)f.warnings, "files", files, "findings", f.list));
    if (f.errors)
        status = isg_error_set(err, ISG_EDATA, NULL, 0, "%llu errors in the data", (unsigned long long)f.errors);
out:
    isg_check_seen_free(seen);
    json_decref(files);
    json_decref(f.list);
    json_decref(f.kinds);
    return status;
}

const struct isg_tool isg_tool_check = {
    .cmd =
        {
            .name = "check",
            .summary = "problems of labelled text and word vectors, with their lines",
            .synopsis = "FILE...",
            .examples = "isogloss check train.conll dev.conll test.conll\n"
                        "isogloss check es.vec.gz --json\n",
            .min_args = 1,
            .max_args = -1,
        },
    .run = run_check,
    .reports = true,
};
