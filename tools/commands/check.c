/* isogloss check: problems of labelled text and word vectors. */
#include "tools/commands/check_fix.h"
#include "tools/commands/check_labelled.h"
#include "tools/commands/check_rows.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_regular(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Row by row: for a file that cannot be read to its end, and for a repaired copy. Text alone. */
static enum isg_status check_each_row(
    struct isg_findings *f, const char *path, struct isg_writer *fixed, json_t **figures, struct isg_error *err)
{
    struct isg_check_rows rows;
    ISG_TRY(isg_check_rows(f, path, &rows, fixed, err));
    *figures = json_pack("{s:s, s:s, s:I, s:I, s:I}", "kind", "vectors", "format", "text", "words",
        (json_int_t)rows.rows, "good", (json_int_t)rows.good, "dimensions", (json_int_t)rows.dim);
    return *figures ? ISG_OK : isg_error_nomem(err, "the figures");
}

static enum isg_status check_vectors(struct isg_findings *f, const char *path, json_t **figures, struct isg_error *err)
{
    struct isg_vectors v = {0};
    struct isg_vectors_report r = {0};
    const struct isg_vectors_opts opts = {.bad_utf8 = ISG_BAD_UTF8_SKIP};
    const enum isg_status loaded = isg_vectors_load(&v, path, &opts, &r, &f->app->env, err);
    if (loaded == ISG_EDATA && is_regular(path)) {
        struct isg_error ignored;
        const uint64_t before = f->errors;
        if (check_each_row(f, path, NULL, figures, &ignored) == ISG_OK && f->errors > before)
            return ISG_OK;
        json_decref(*figures);
        *figures = NULL;
    }
    ISG_TRY(loaded);
    if (r.duplicates)
        isg_found(
            f, false, "duplicate-word", r.first_duplicate_line, "%llu %s%s", ISG_COUNT(r.duplicates, "duplicate word"));
    if (r.bad_utf8)
        isg_found(
            f, true, "bad-utf8", r.first_bad_utf8_line, "%llu %s%s in invalid UTF-8", ISG_COUNT(r.bad_utf8, "word"));
    if (r.zero_rows)
        isg_found(f, false, "zero-row", 0, "%llu %s%s of zeros", ISG_COUNT(r.zero_rows, "row"));
    if (isg_strtab_not_nfc(v.words))
        isg_found(f, false, "not-nfc", 0, "%llu %s%s not in NFC, compared as if they were",
            ISG_COUNT(isg_strtab_not_nfc(v.words), "word"));
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
        isg_reserve_free(text);
    }
    fputc('\n', app->results);
}

struct check_opts {
    const char *as;
    struct isg_columns columns;
    const char *fix; /* the repaired copy, or NULL */
};

/* The error that ended the reading of a labelled file is in err; others of its kind, on later lines, are found, too. */
static void list_bad_text(struct isg_findings *f, const char *path, const struct isg_error *err)
{
    struct isg_error ignored;
    struct isg_reader *in = NULL;
    char *line;
    size_t n;
    if (strncmp(err->found, "invalid UTF-8", 13) != 0 || !is_regular(path) ||
        isg_reader_open(&in, path, &ignored) != ISG_OK)
        return;
    while (isg_reader_line(in, &line, &n, &ignored) == ISG_OK && line)
        if (isg_reader_lineno(in) > err->line && isg_utf8_valid(line, n) != n)
            isg_found(f, true, "malformed", isg_reader_lineno(in), "invalid UTF-8");
    isg_reader_close(in);
}

/* The check of vectors that also writes the repaired copy. */
static enum isg_status fix_vectors(
    struct isg_findings *f, const char *path, const char *to, json_t **figures, struct isg_error *err)
{
    struct isg_writer *w;
    ISG_TRY(isg_writer_open(&w, to, f->app->force, err));
    const enum isg_status status = check_each_row(f, path, w, figures, err);
    if (status == ISG_OK)
        return isg_writer_commit(w, err);
    isg_writer_abort(w);
    return status;
}

/* The repaired copy of labelled text that has been checked; what stays wrong is in the findings. */
static enum isg_status fix_labelled(
    struct isg_findings *f, const char *path, const struct check_opts *o, enum isg_scheme scheme, struct isg_error *err)
{
    struct isg_writer *w;
    ISG_TRY(isg_writer_open(&w, o->fix, f->app->force, err));
    const enum isg_status status = isg_fix_labelled(f, path, o->columns, scheme, w, err);
    if (status == ISG_OK)
        return isg_writer_commit(w, err);
    isg_writer_abort(w);
    return status;
}

/* One file. What keeps it from being read to its end is one of its findings, so that the other files are checked, too. */
static enum isg_status check_file(struct isg_findings *f, struct isg_check_seen *seen, const char *path,
    const struct check_opts *o, json_t *files, struct isg_error *err)
{
    json_t *figures = NULL;
    const bool vectors = strcmp(o->as, "vectors") == 0 || (strcmp(o->as, "auto") == 0 && is_vectors(path));
    enum isg_scheme scheme = ISG_SCHEME_UNKNOWN;
    isg_findings_file(f, path);
    enum isg_status status;
    if (vectors)
        status = o->fix ? fix_vectors(f, path, o->fix, &figures, err) : check_vectors(f, path, &figures, err);
    else
        status = isg_check_labelled(f, seen, path, o->columns, &scheme, &figures, err);
    if (status == ISG_OK && o->fix && !vectors)
        status = fix_labelled(f, path, o, scheme, err);
    if (status == ISG_EDATA) {
        char text[512];
        struct isg_error bare = *err;
        bare.file[0] = 0;
        isg_error_format(&bare, text, sizeof text);
        isg_found(f, true, "malformed", err->line, "%s", text);
        if (!vectors)
            list_bad_text(f, path, err);
        json_decref(figures);
        figures = json_pack("{s:s}", "kind", vectors ? "vectors" : "labelled");
    } else if (status != ISG_OK) {
        json_decref(figures);
        return status;
    }
    isg_findings_end_file(f);
    if (status == ISG_OK)
        show_figures(f->app, path, figures);
    if (o->fix && status == ISG_OK)
        fprintf(f->app->results, "%s: %zu change%s\n", o->fix, json_array_size(f->changes),
            json_array_size(f->changes) == 1 ? "" : "s");
    else if (o->fix)
        fprintf(f->app->results, "%s: not written: the file cannot be read to its end\n", o->fix);
    if (!figures || json_object_set_new(figures, "findings", json_copy(f->kinds)) != 0 ||
        json_object_set_new(files, path, figures) != 0)
        return isg_error_nomem(err, "the figures");
    return ISG_OK;
}

static enum isg_status check_files(
    struct isg_findings *f, char **paths, int n, const struct check_opts *o, struct isg_error *err)
{
    json_t *const files = json_object();
    struct isg_check_seen *const seen = isg_check_seen_new();
    enum isg_status status = files && seen ? ISG_OK : isg_error_nomem(err, "the findings");
    for (int i = 0; i < n && status == ISG_OK; i++)
        status = check_file(f, seen, paths[i], o, files, err);
    if (status == ISG_OK) {
        fprintf(f->app->results, "%llu %s%s, %llu %s%s\n", ISG_COUNT(f->errors, "error"),
            ISG_COUNT(f->warnings, "warning"));
        isg_app_result(
            f->app, json_pack("{s:I, s:I, s:O, s:O, s:O}", "errors", (json_int_t)f->errors, "warnings",
                        (json_int_t)f->warnings, "files", files, "findings", f->list, "changes", f->changes));
        if (f->errors)
            status = isg_error_set(err, ISG_EDATA, NULL, 0, "%llu %s%s in the data", ISG_COUNT(f->errors, "error"));
    }
    isg_check_seen_free(seen);
    json_decref(files);
    return status;
}

static enum isg_status run_check(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct check_opts o = {.as = "auto", .columns = ISG_COLUMNS_DEFAULT};
    const char *columns = NULL;
    int64_t shown = 5;
    /* clang-format off */
    const struct isg_opt table[] = {
        {.name = "as", .kind = ISG_OPT_CHOICE, .value = &o.as, .choices = "auto|labelled|vectors",
            .help = "type of the files; auto = by name (.vec, .bin, .isgv: vectors), else labelled text"},
        {.name = "columns", .kind = ISG_OPT_STRING, .value = &columns, .argument = "LIST",
            .help = "columns of word and tag, as in word,_,_,tag or 0,3", .fallback = "first and last"},
        {.name = "show", .kind = ISG_OPT_INT, .value = &shown, .argument = "N", .max = 1e9,
            .help = "findings shown of each kind in each file, 0 = all"},
        {.name = "fix", .kind = ISG_OPT_STRING, .value = &o.fix, .argument = "FILE", .path = ISG_PATH_OUT,
            .help = "write a repaired copy of the one file checked, and say each change"},
        {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    if (columns)
        ISG_TRY(isg_columns_parse(&o.columns, columns, err));
    if (o.fix && (argc != 1 || strcmp(o.fix, "-") == 0 || !is_regular(argv[0]))) {
        isg_error_set(
            err, ISG_EUSAGE, NULL, 0, "--fix with %s", argc != 1 ? "several files" : "standard input or output");
        return isg_error_expected(err, "one file, which is read twice");
    }
    ISG_TRY(isg_check_overwrite(o.fix, app->force, err));
    struct isg_findings f;
    enum isg_status status = isg_findings_init(&f, app, shown, err);
    if (status == ISG_OK)
        status = check_files(&f, argv, argc, &o, err);
    isg_findings_fini(&f);
    return status;
}

const struct isg_tool isg_tool_check = {
    .cmd =
        {
            .name = "check",
            .summary = "find problems in labelled text and word vectors",
            .synopsis = "FILE...",
            .examples = "isogloss check train.conll dev.conll test.conll\n"
                        "isogloss check es.vec.gz --json\n"
                        "isogloss check --fix train.fixed.conll train.conll\n",
            .min_args = 1,
            .max_args = -1,
            .operands = ISG_PATH_IN,
        },
    .run = run_check,
    .reports = true,
};
