/* What every command shares: options, messages, progress, stopping, the log, JSON results. */
#include "tools/app.h"
#include "tools/interrupt.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

json_t *isg_json_text(const char *s)
{
    size_t n = strlen(s);
    if (isg_utf8_valid(s, n) == n)
        return json_stringn(s, n);
    /* JSON knows no other bytes: each one that is not UTF-8 becomes U+FFFD, three bytes long */
    char *text = isg_malloc(n, 3), *to = text;
    if (!text)
        return NULL;
    while (n > 0) {
        const size_t valid = isg_utf8_valid(s, n);
        memcpy(to, s, valid);
        to += valid;
        s += valid;
        n -= valid;
        if (n > 0) {
            to += isg_utf8_encode(0xFFFD, to);
            s++;
            n--;
        }
    }
    json_t *json = json_stringn(text, (size_t)(to - text));
    isg_free(text);
    return json;
}

static void app_event(void *cookie, const char *json)
{
    struct isg_app *app = cookie;
    if (app->log_file)
        fprintf(app->log_file, "%s\n", json);
}

int isg_exit_code(enum isg_status status)
{
    switch (status) {
    case ISG_OK:
        return 0;
    case ISG_EUSAGE:
        return 2;
    case ISG_EDATA:
        return 3;
    case ISG_ECANCELED:
        return 130;
    default:
        return 1;
    }
}

json_t *isg_error_json(const struct isg_error *err)
{
    static const char *const kinds[] = {"ok", "usage", "data", "io", "memory", "numeric", "interrupted", "failed"};
    char text[sizeof err->found + sizeof err->expected + 16];
    snprintf(text, sizeof text, "%s%s%s", err->found, err->expected[0] ? "; expected " : "", err->expected);
    return json_pack("{s:i, s:s, s:o, s:o, s:o, s:o}", "status", isg_exit_code(err->status), "kind",
        kinds[-(int)err->status], "file", err->file[0] ? isg_json_text(err->file) : json_null(), "line",
        err->line ? json_integer((json_int_t)err->line) : json_null(), "message", isg_json_text(text), "advice",
        err->advice[0] ? isg_json_text(err->advice) : json_null());
}

void isg_print_error(const struct isg_error *err, const struct isg_tool *tool)
{
    char text[1200], shown[2400];
    isg_error_format(err, text, sizeof text);
    (void)isg_escape(shown, sizeof shown, text, strlen(text), false, NULL);
    fprintf(stderr, "isogloss: %s", shown);
    if (err->status == ISG_EUSAGE)
        fprintf(stderr, " (see isogloss%s%s --help)", tool ? " " : "", tool ? tool->cmd.name : "");
    fputc('\n', stderr);
}

const struct isg_tool *isg_tool_find(const struct isg_tool *const *tools, char *const *words, int n, int *used)
{
    const struct isg_tool *one = NULL; /* "translate lm" goes before "translate" */
    for (size_t i = 0; tools[i]; i++) {
        const char *name = tools[i]->cmd.name, *space = strchr(name, ' ');
        if (n > 0 && !space && strcmp(words[0], name) == 0) {
            *used = 1;
            one = tools[i];
        }
        if (n > 1 && space && strlen(words[0]) == (size_t)(space - name) &&
            strncmp(words[0], name, (size_t)(space - name)) == 0 && strcmp(words[1], space + 1) == 0) {
            *used = 2;
            return tools[i];
        }
    }
    return one;
}

/* Takes the reference. */
static void log_object(struct isg_app *app, json_t *object)
{
    char *line = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    if (line)
        app_event(app, line);
    isg_reserve_free(line);
    json_decref(object);
}

ISG_PRINTF(3, 0)
static void app_log(void *cookie, enum isg_level level, const char *fmt, va_list ap)
{
    static const char *const names[] = {"warning", "info", "debug"};
    struct isg_app *app = cookie;
    char raw[1024], text[2048];
    vsnprintf(raw, sizeof raw, fmt, ap);
    (void)isg_escape(text, sizeof text, raw, strlen(raw), false, NULL);
    const enum isg_level shown = app->quiet ? ISG_LOG_WARNING : app->verbose ? ISG_LOG_DEBUG : ISG_LOG_INFO;
    if (level <= shown) {
        isg_bar_clear(&app->bar);
        fprintf(stderr, "%s%s\n", level == ISG_LOG_WARNING ? "warning: " : "", text);
    }
    if (app->log_file)
        log_object(app, json_pack("{s:s, s:s, s:o, s:f}", "event", "message", "level", names[level], "text",
                            isg_json_text(text), "time", isg_now() - app->started));
}

static int app_progress(void *cookie, const char *stage, uint64_t done, uint64_t total)
{
    struct isg_app *app = cookie;
    if (app->bar.enabled) {
        char shown[sizeof app->bar.stage];
        (void)isg_escape(shown, sizeof shown, stage, strlen(stage), false, NULL);
        isg_bar_draw(&app->bar, shown, done, total);
    }
    return isg_interrupted();
}

static enum isg_status open_env(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    app->started = isg_now();
    isg_bar_init(&app->bar, stderr, app->quiet);
    app->env = (struct isg_env){.cookie = app, .log = app_log, .progress = app_progress, .event = app_event};
    /* a pool that cannot be had only means less speed */
    if (app->threads != 1)
        app->env.pool = isg_pool_new((unsigned)app->threads);
    if (!app->log)
        return ISG_OK;
    app->log_file = fopen(app->log, "ae");
    if (!app->log_file)
        return isg_error_errno(err, app->log, "opening the log");
    setvbuf(app->log_file, NULL, _IOLBF, 0);
    json_t *operands = json_array();
    for (int i = 0; i < argc; i++)
        json_array_append_new(operands, isg_json_text(argv[i]));
    log_object(app, json_pack("{s:s, s:s, s:s, s:o, s:I, s:i}", "event", "start", "command", app->tool->cmd.name,
                        "version", ISG_VERSION, "files", operands, "seed", (json_int_t)app->seed, "threads",
                        (int)isg_pool_threads(app->env.pool)));
    return ISG_OK;
}

/* The items of a command's list options are freed when it ends, whichever way it ends. */
static void keep_lists(struct isg_app *app, const struct isg_opt *table)
{
    for (const struct isg_opt *o = table; o->name; o++) {
        struct isg_opt_list *list = o->kind == ISG_OPT_LIST ? o->value : NULL;
        if (!list || !list->items)
            continue;
        assert(app->n_lists < ISG_APP_MAX_LISTS);
        app->lists[app->n_lists++] = *list;
    }
}

/* Where app->results leads, if not to standard output: to memory that becomes the file of -o, or nowhere. */
static enum isg_status open_results(struct isg_app *app, struct isg_error *err)
{
    if (app->tool->reports && app->out && strcmp(app->out, "-") != 0) {
        const char *path;
        ISG_TRY(isg_app_out(app, NULL, &path, err));
        isg_memstream_open(&app->report);
        if (!app->report.to)
            return isg_error_nomem(err, "the report");
        app->results = app->report.to;
        app->reporting = true;
        return ISG_OK;
    }
    if (app->is_stage)
        return ISG_OK;
    if (app->json) {
        FILE *nowhere = fopen("/dev/null", "we");
        if (!nowhere)
            return isg_error_errno(err, "/dev/null", "opening");
        app->results = nowhere;
    } else if (isatty(STDOUT_FILENO)) { /* what data hold must not steer the terminal */
        FILE *escaped = isg_escape_stream(stdout);
        if (!escaped)
            return isg_error_nomem(err, "the results");
        app->results = escaped;
    }
    return ISG_OK;
}

/* The report of a command that ended well becomes its file; in any case it is freed. */
static enum isg_status write_report(struct isg_app *app, enum isg_status status, struct isg_error *err)
{
    status = isg_memstream_close(&app->report, status, "the report", err);
    app->results = NULL;
    if (status == ISG_OK)
        status = isg_write_file(app->out, app->report.text, app->report.n, app->force, err);
    isg_free(app->report.text);
    app->report.text = NULL;
    return status;
}

/* --help and --version, also as the one JSON object. */
static void serve(struct isg_app *app, const char *key, const char *text)
{
    app->done = true;
    if (app->json)
        isg_app_result(app, json_pack("{s:s}", key, text));
    else
        printf(strcmp(key, "version") == 0 ? "isogloss %s\n" : "%s", text);
}

/* The help shows the defaults, which are there only before parsing: it is written in any case. */
static enum isg_status parse(struct isg_app *app, const struct isg_opt *const *tables, size_t n_tables, int *argc,
    char **argv, struct isg_error *err)
{
    struct isg_memstream help;
    isg_memstream_open(&help);
    if (help.to)
        isg_opt_help(&app->tool->cmd, tables, n_tables, help.to);
    ISG_TRY(isg_memstream_close(&help, ISG_OK, "the help", err));
    bool want_help = false;
    enum isg_status status = isg_opt_parse(&app->tool->cmd, tables, n_tables, argv, argc, &want_help, err);
    if (status != ISG_OK && app->want_version) /* --version wins over what is missing beside it */
        status = ISG_OK;
    if (status == ISG_OK && want_help)
        serve(app, "help", help.text);
    else if (status == ISG_OK && app->want_version)
        serve(app, "version", ISG_VERSION);
    isg_free(help.text);
    return status;
}

enum isg_status isg_app_parse(
    struct isg_app *app, const struct isg_opt *table, int *argc, char **argv, struct isg_error *err)
{
    /* clang-format off */
    const struct isg_opt common[] = {
        {.name = "out", .letter = 'o', .kind = ISG_OPT_STRING, .value = &app->out, .argument = "FILE",
            .path = ISG_PATH_OUT, .alias = "output", .group = "Common options",
            .help = "output file; - is standard output", .needed = app->tool->needs_out, .fallback = "standard output"},
        {.name = "force", .kind = ISG_OPT_FLAG, .value = &app->force, .help = "overwrite existing output files"},
        {.name = "seed", .kind = ISG_OPT_INT, .value = &app->seed, .argument = "N", .max = 9007199254740992.0,
            .help = "random seed; same seed, same output"},
        {.name = "threads", .kind = ISG_OPT_INT, .value = &app->threads, .argument = "N", .max = 1024,
            .help = "worker threads, 0 = one per core; results do not depend on it"},
        {.name = "json", .kind = ISG_OPT_FLAG, .value = &app->json,
            .help = "print one JSON object, the result or the error, on standard output"},
        {.name = "quiet", .letter = 'q', .kind = ISG_OPT_FLAG, .value = &app->quiet,
            .help = "print only warnings and errors on standard error"},
        {.name = "verbose", .letter = 'v', .kind = ISG_OPT_FLAG, .value = &app->verbose,
            .help = "print details on standard error"},
        {.name = "log", .kind = ISG_OPT_STRING, .value = &app->log, .argument = "FILE", .path = ISG_PATH_OUT,
            .help = "append a log of this run as JSON lines"},
        {.name = "version", .kind = ISG_OPT_FLAG, .value = &app->want_version, .help = "show the version",
            .fallback = ""},
        {0}};
    /* clang-format on */
    const struct isg_opt *const tables[] = {table, common};
    if (app->inspect) {
        app->done = true;
        app->inspect(app, tables, 2);
        return ISG_OK;
    }
    const enum isg_status status = parse(app, tables, 2, argc, argv, err);
    keep_lists(app, table);
    if (status != ISG_OK || app->done)
        return status;
    ISG_TRY(open_results(app, err));
    return app->is_stage ? ISG_OK : open_env(app, *argc, argv, err);
}

enum isg_status isg_app_out(struct isg_app *app, const char *otherwise, const char **path, struct isg_error *err)
{
    *path = app->out ? app->out : otherwise;
    if (!*path)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "option -o is missing");
    if (strcmp(*path, "-") == 0) {
        if (!app->json)
            return ISG_OK;
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "--json and the output both go to standard output");
        return isg_error_advice(err, "give the output a file: -o FILE");
    }
    ISG_TRY(isg_check_overwrite(*path, app->force, err));
    const char *slash = strrchr(*path, '/');
    char *folder = slash ? isg_strndup(*path, (size_t)(slash - *path) + 1) : isg_strndup(".", 1);
    if (!folder)
        return isg_error_nomem(err, "a path");
    enum isg_status status = ISG_OK;
    if (access(folder, W_OK | X_OK) != 0)
        status = isg_error_errno(err, *path, "output that cannot be written");
    isg_free(folder);
    return status;
}

void isg_app_result(struct isg_app *app, json_t *result)
{
    json_decref(app->result);
    app->result = result;
    app->has_result = true;
}

/* Was --json among the words? An error in the options must be an object, too. */
static bool asks_json(int argc, char **argv)
{
    bool json = false;
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        json = strcmp(argv[i], "--json") == 0 || (json && strcmp(argv[i], "--no-json") != 0);
    return json;
}

/* The one JSON object: the result, and the error in it. */
static void print_json(struct isg_app *app, enum isg_status status, const struct isg_error *err)
{
    json_t *object = app->result ? json_incref(app->result) : json_object();
    if (object && status != ISG_OK)
        json_object_set_new(object, "error", isg_error_json(err));
    if (object) {
        FILE *to = isatty(STDOUT_FILENO) ? isg_escape_stream(stdout) : NULL;
        json_dumpf(object, to ? to : stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
        fputc('\n', to ? to : stdout);
        if (to)
            fclose(to);
    }
    json_decref(object);
}

static enum isg_status close_log(struct isg_app *app, enum isg_status status, struct isg_error *err)
{
    char text[1024] = "";
    if (status != ISG_OK)
        isg_error_format(err, text, sizeof text);
    log_object(app,
        json_pack("{s:s, s:i, s:o, s:f, s:I}", "event", "end", "exit", isg_exit_code(status), "error",
            isg_json_text(text), "seconds", isg_now() - app->started, "peak_bytes", (json_int_t)isg_peak_memory()));
    if (fclose(app->log_file) != 0 && status == ISG_OK)
        status = isg_error_errno(err, app->log, "writing the log");
    return status;
}

/* Prints the result, ends the log, frees what isg_app_parse made. */
static enum isg_status finish(struct isg_app *app, enum isg_status status, struct isg_error *err)
{
    if (status == ISG_OK && ((app->has_result && !app->result) || isg_reserve_exhausted()))
        status = isg_error_nomem(err, "the result");
    if (app->reporting)
        status = write_report(app, status, err);
    if (app->is_stage) /* `run` takes the result and owns the rest */
        return status;
    if (status != ISG_OK)
        status = err->status = isg_interrupted() ? ISG_ECANCELED : status;
    isg_interrupt_json(false); /* from here on it would be a second object */
    isg_bar_clear(&app->bar);
    if (app->results && app->results != stdout && fclose(app->results) != 0 && status == ISG_OK)
        status = isg_error_errno(err, "standard output", "writing");
    if (app->json)
        print_json(app, status, err);
    if (status == ISG_OK && (fflush(stdout) != 0 || ferror(stdout)))
        status = isg_error_errno(err, "standard output", "writing");
    if (app->log_file)
        status = close_log(app, status, err);
    json_decref(app->result);
    isg_pool_free(app->env.pool);
    return status;
}

enum isg_status isg_tool_run(
    const struct isg_tool *tool, struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    app->tool = tool;
    if (!app->results)
        app->results = stdout;
    const bool json = asks_json(argc, argv);
    isg_interrupt_saves(tool->saves);
    if (!app->is_stage)
        isg_interrupt_json(json);
    enum isg_status status = tool->run(app, argc, argv, err);
    isg_interrupt_saves(false);
    app->json |= json && status != ISG_OK; /* also where the options could not be parsed */
    status = finish(app, status, err);
    while (app->n_lists > 0)
        isg_opt_list_fini(&app->lists[--app->n_lists]);
    return status;
}

enum isg_status isg_tool_inspect(const struct isg_tool *tool, struct isg_app *app, struct isg_error *err)
{
    app->tool = tool;
    app->is_stage = true;
    return tool->run(app, 0, NULL, err);
}
