/* isogloss run: the stages of a project file, each kept as long as what it was made from stays the same. */
#include "tools/project/ledger.h"
#include "tools/project/project.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_NAME "isogloss-run.json"

struct run {
    struct isg_app *app;
    struct isg_project project;
    struct isg_ledger ledger;
    char *state_path;
    json_t *state; /* {"stages": {NAME: {"version", "command", "options", "inputs", "outputs", "result",
                      "text"}}} */
    json_t *sums;  /* checksums of files that were read in this run */
    json_t *report;
    struct isg_strings remade; /* outputs of stages that a dry run would run */
    bool dry;
};

/* ---- the state file ---- */

static enum isg_status load_state(struct run *r, struct isg_error *err)
{
    const char *out = r->project.out;
    const size_t n = (out ? strlen(out) : strlen(r->project.name)) + sizeof STATE_NAME + 2;
    r->state_path = isg_malloc(n, 1);
    if (!r->state_path)
        return isg_error_nomem(err, "the project");
    snprintf(r->state_path, n, "%s%s%s", out ? out : r->project.name, out ? "/" : ".", STATE_NAME);
    ISG_TRY(isg_ledger_check_state(&r->ledger, r->state_path, err));
    json_error_t bad;
    r->state = json_load_file(r->state_path, 0, &bad);
    /* one that cannot be read costs time, no result: all stages run again */
    if (!json_is_object(json_object_get(r->state, "stages"))) {
        if (r->state || access(r->state_path, F_OK) == 0)
            isg_log(&r->app->env, ISG_LOG_WARNING, "%s is damaged: all stages will run again", r->state_path);
        json_decref(r->state);
        r->state = json_pack("{s:{}}", "stages");
    }
    return r->state ? ISG_OK : isg_error_nomem(err, "the project");
}

static enum isg_status save_state(const struct run *r, struct isg_error *err)
{
    char *text = json_dumps(r->state, JSON_INDENT(1));
    if (!text)
        return isg_error_nomem(err, "the project's state");
    struct isg_writer *w = NULL;
    enum isg_status status = isg_writer_open(&w, r->state_path, true, err);
    if (status == ISG_OK) {
        isg_writer_text(w, text);
        isg_writer_text(w, "\n");
        status = isg_writer_commit(w, err);
    }
    isg_reserve_free(text);
    return status;
}

/* ---- what a stage depends on ---- */

static json_t *checksums(struct run *r, const struct isg_strings *files, struct isg_error *err)
{
    json_t *object = json_object();
    for (size_t i = 0; object && i < files->n; i++) {
        const char *file = files->items[i];
        json_t *sum = json_object_get(r->sums, file);
        if (!sum && strcmp(file, "-") != 0) {
            char text[17];
            if (isg_regular_checksum(file, text, err) != ISG_OK) {
                json_decref(object);
                return NULL;
            }
            json_object_set_new(r->sums, file, json_string(text));
            sum = json_object_get(r->sums, file);
        }
        json_object_set(object, file, sum);
    }
    if (!object)
        isg_error_nomem(err, "the project");
    return object;
}

/* The first key at which two objects differ, or NULL. */
static const char *difference(json_t *a, json_t *b)
{
    const char *key;
    json_t *value;
    json_object_foreach(a, key, value) if (!json_equal(value, json_object_get(b, key))) return key;
    json_object_foreach(b, key, value) if (!json_object_get(a, key)) return key;
    return NULL;
}

/* What of the stage's inputs and outputs is not as it was; empty = nothing. */
static enum isg_status what_changed(
    struct run *r, const struct isg_stage *stage, const json_t *old, char *why, size_t n, struct isg_error *err)
{
    json_t *inputs = checksums(r, &stage->inputs, err), *sum;
    if (!inputs)
        return err->status;
    const char *key = difference(inputs, json_object_get(old, "inputs")), *file;
    if (key)
        snprintf(why, n, "%s changed", key);
    json_object_foreach(inputs, file, sum)
    {
        if (!*why && !*json_string_value(sum))
            snprintf(why, n, "%s is not a regular file", file);
    }
    json_decref(inputs);
    for (size_t i = 0; i < stage->outputs.n && !*why; i++) {
        char now[17] = "";
        struct isg_error ignored;
        file = stage->outputs.items[i];
        const char *before = json_string_value(json_object_get(json_object_get(old, "outputs"), file));
        if (isg_regular_checksum(file, now, &ignored) != ISG_OK)
            snprintf(why, n, "%s is missing", file);
        else if (!before || !*now || strcmp(before, now) != 0)
            snprintf(why, n, "%s has changed since it was written", file);
    }
    return ISG_OK;
}

/* Why the stage has to run, as text for people; empty = it can be kept. */
static enum isg_status why_run(struct run *r, const struct isg_stage *stage, char *why, size_t n, struct isg_error *err)
{
    const json_t *old = json_object_get(json_object_get(r->state, "stages"), stage->name);
    *why = 0;
    for (size_t i = 0; i < stage->inputs.n && r->dry; i++)
        if (isg_strings_have(&r->remade, stage->inputs.items[i])) {
            snprintf(why, n, "%s will be new", stage->inputs.items[i]);
            return ISG_OK;
        }
    if (!old || r->app->force) {
        snprintf(why, n, "%s", old ? "--force" : "not done yet");
        return ISG_OK;
    }
    const char *version = json_string_value(json_object_get(old, "version"));
    const char *command = json_string_value(json_object_get(old, "command"));
    if (!version || strcmp(version, ISG_VERSION) != 0)
        snprintf(why, n, "written by another version of isogloss");
    else if (!command || strcmp(command, stage->tool->cmd.name) != 0)
        snprintf(why, n, "the command changed");
    const char *key = difference(stage->options, json_object_get(old, "options"));
    if (!*why && key)
        snprintf(why, n, "%s changed", key);
    if (*why)
        return ISG_OK;
    return what_changed(r, stage, old, why, n, err);
}

/* ---- running ---- */

static enum isg_status make_folder_of(const char *file, struct isg_error *err)
{
    char path[4096];
    if (strlen(file) >= sizeof path)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "path longer than %zu bytes", sizeof path - 1);
    snprintf(path, sizeof path, "%s", file);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return isg_error_errno(err, path, "cannot make the folder");
        *slash = '/';
    }
    return ISG_OK;
}

/* Keeps the numbers of lines and the status of a failed stage's message, and says which stage it was. */
static enum isg_status name_stage(const struct isg_stage *stage, enum isg_status status, struct isg_error *err)
{
    char found[sizeof err->found];
    memcpy(found, err->found, sizeof found);
    snprintf(err->found, sizeof err->found, "%.200s (stage \"%.60s\", %s)", found, stage->name, stage->tool->cmd.name);
    return status;
}

/* Output outside the output folder, and files of others, stay as they are. `early`: the stage may turn out to be done,
 * which only its state knows; that says nothing about who wrote a file. */
static enum isg_status check_outputs(
    const struct run *r, const struct isg_stage *stage, bool early, struct isg_error *err)
{
    const json_t *old = json_object_get(json_object_get(json_object_get(r->state, "stages"), stage->name), "outputs");
    enum isg_status status = ISG_OK;
    for (size_t i = 0; i < stage->outputs.n && status == ISG_OK; i++) {
        const char *file = stage->outputs.items[i];
        status = isg_ledger_check(&r->ledger, file, early ? json_string_value(json_object_get(old, file)) : NULL, err);
    }
    for (size_t i = 0; i < stage->scratch.n && status == ISG_OK; i++)
        status = isg_ledger_check(&r->ledger, stage->scratch.items[i], NULL, err);
    return status == ISG_OK ? ISG_OK : name_stage(stage, status, err);
}

/* Calls the command; its results for people become text, the caller's to free. */
static enum isg_status call(
    struct run *r, const struct isg_stage *stage, char **text, json_t **result, struct isg_error *err)
{
    struct isg_memstream results;
    isg_memstream_open(&results);
    char **words = isg_calloc((size_t)stage->argc + 1, sizeof *words);
    struct isg_app app = {.seed = 1,
        .is_stage = true,
        .tools = r->app->tools,
        .env = r->app->env,
        .results = results.to,
        .json = true,
        .force = true, /* what may be overwritten has been checked */
        .threads = r->app->threads,
        .quiet = r->app->quiet,
        .verbose = r->app->verbose};
    enum isg_status status;
    if (!results.to || !words) {
        status = isg_error_nomem(err, "a stage");
    } else {
        memcpy(words, stage->argv, (size_t)stage->argc * sizeof *words);
        status = isg_tool_run(stage->tool, &app, stage->argc, words, err);
    }
    status = isg_memstream_close(&results, status, "a stage", err);
    *text = results.text;
    isg_free(words);
    *result = app.result;
    return status;
}

/* The folders of the files that the stage may write, and a note in the ledger that they may change. */
static enum isg_status ready_outputs(struct run *r, const struct isg_stage *stage, struct isg_error *err)
{
    ISG_TRY(check_outputs(r, stage, false, err));
    const size_t n = stage->outputs.n + stage->scratch.n;
    const char **files = isg_calloc(n + 1, sizeof *files);
    if (!files)
        return isg_error_nomem(err, "a stage");
    enum isg_status status = ISG_OK;
    for (size_t i = 0; i < n && status == ISG_OK; i++) {
        files[i] = i < stage->outputs.n ? stage->outputs.items[i] : stage->scratch.items[i - stage->outputs.n];
        status = make_folder_of(files[i], err);
    }
    if (status == ISG_OK)
        status = isg_ledger_begin(&r->ledger, files, n, &r->app->env, err);
    isg_free(files);
    return status;
}

static enum isg_status execute(struct run *r, const struct isg_stage *stage, json_t **entry, struct isg_error *err)
{
    json_t *inputs = checksums(r, &stage->inputs, err), *outputs = NULL, *result = NULL;
    char *text = NULL;
    if (!inputs)
        return err->status;
    enum isg_status status;
    ISG_GOTO(ready_outputs(r, stage, err));
    status = call(r, stage, &text, &result, err);
    struct isg_error ignored;
    const enum isg_status noted = isg_ledger_end(
        &r->ledger, status == ISG_OK, &r->app->env, status == ISG_OK ? err : &ignored);
    if (status != ISG_OK) {
        status = name_stage(stage, status, err);
        goto out;
    }
    ISG_GOTO(noted);
    for (size_t i = 0; i < stage->outputs.n; i++)
        json_object_del(r->sums, stage->outputs.items[i]);
    outputs = checksums(r, &stage->outputs, err);
    if (!outputs) {
        status = err->status;
        goto out;
    }
    *entry = json_pack("{s:s, s:s, s:O, s:O, s:O, s:O?, s:o}", "version", ISG_VERSION, "command", stage->tool->cmd.name,
        "options", stage->options, "inputs", inputs, "outputs", outputs, "result", result, "text", isg_json_text(text));
    if (!*entry)
        status = isg_error_nomem(err, "a stage");
out:
    json_decref(inputs);
    json_decref(outputs);
    json_decref(result);
    isg_free(text);
    return status;
}

static void show(
    struct run *r, const struct isg_stage *stage, const json_t *entry, const char *did, const char *why, double seconds)
{
    const char *text = json_string_value(json_object_get(entry, "text"));
    if (text && *text && !r->dry)
        fprintf(r->app->results, "== %s (%s) ==\n%s", stage->name, stage->tool->cmd.name, text);
    fflush(r->app->results);
    json_t *result = json_object_get(entry, "result"), *outputs = json_array();
    for (size_t i = 0; i < stage->outputs.n; i++)
        json_array_append_new(outputs, isg_json_text(stage->outputs.items[i]));
    json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:f, s:o}", "name", stage->name, "command", stage->tool->cmd.name,
        "status", did, "why", why, "seconds", seconds, "outputs", outputs);
    if (result && !r->dry)
        json_object_set(line, "result", result);
    json_array_append_new(r->report, line);
}

static enum isg_status remember_remade(struct run *r, const struct isg_stage *stage, struct isg_error *err)
{
    for (size_t i = 0; i < stage->outputs.n; i++) {
        if (!ISG_GROW(r->remade.items, r->remade.cap, r->remade.n + 1))
            return isg_error_nomem(err, "the project");
        r->remade.items[r->remade.n++] = stage->outputs.items[i];
    }
    return ISG_OK;
}

static enum isg_status run_stage(struct run *r, size_t i, struct isg_error *err)
{
    const struct isg_stage *stage = &r->project.stages[i];
    const struct isg_env *env = &r->app->env;
    json_t *done = json_object_get(r->state, "stages"), *entry = NULL;
    char why[320];
    ISG_TRY(isg_progress(env, stage->name, 0, 0, err));
    ISG_TRY(why_run(r, stage, why, sizeof why, err));
    const char *what = !*why ? "unchanged, kept" : r->dry ? "would run" : "runs";
    isg_log(env, ISG_LOG_INFO, "[%zu/%zu] %s (%s): %s%s%s", i + 1, r->project.n_stages, stage->name,
        stage->tool->cmd.name, what, *why ? ": " : "", why);
    if (!*why) {
        show(r, stage, json_object_get(done, stage->name), "kept", why, 0);
        return ISG_OK;
    }
    if (r->dry) {
        show(r, stage, NULL, "would run", why, 0);
        return remember_remade(r, stage, err);
    }
    const double start = isg_now();
    ISG_TRY(execute(r, stage, &entry, err));
    if (json_object_set_new(done, stage->name, entry) != 0)
        return isg_error_nomem(err, "the project's state");
    show(r, stage, entry, "ran", why, isg_now() - start);
    ISG_TRY(make_folder_of(r->state_path, err));
    return save_state(r, err); /* after each stage: what is done stays done */
}

static enum isg_status run_all(struct run *r, struct isg_error *err)
{
    ISG_TRY(isg_ledger_open(&r->ledger, r->project.name, r->project.out, r->project.out_given, err));
    ISG_TRY(load_state(r, err));
    for (size_t i = 0; i < r->project.n_stages; i++)
        ISG_TRY(check_outputs(r, &r->project.stages[i], true, err));
    r->sums = json_object();
    r->report = json_array();
    if (!r->sums || !r->report)
        return isg_error_nomem(err, "the project");
    for (size_t i = 0; i < r->project.n_stages; i++)
        ISG_TRY(run_stage(r, i, err));
    isg_app_result(r->app, json_pack("{s:o, s:b, s:O}", "project", isg_json_text(r->project.path), "dry_run", r->dry,
                               "stages", r->report));
    return ISG_OK;
}

static enum isg_status run_project(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct run r = {.app = app};
    struct isg_opt_list sets = {0};
    const struct isg_opt table[] = {
        {.name = "set",
            .kind = ISG_OPT_LIST,
            .value = &sets,
            .argument = "NAME=VALUE",
            .help = "set a variable of the project, overriding [vars]"},
        {.name = "dry-run",
            .letter = 'n',
            .kind = ISG_OPT_FLAG,
            .value = &r.dry,
            .help = "show which stages would run, and why; write nothing"},
        {.name = "allow-outside",
            .kind = ISG_OPT_FLAG,
            .value = &r.ledger.allow_outside,
            .help = "let the project write outside its output folder, and to hidden files"},
        {0},
    };
    enum isg_status status = isg_app_parse(app, table, &argc, argv, err);
    if (status == ISG_OK && !app->done) {
        r.ledger.force = app->force;
        status = isg_project_load(&r.project, argv[0], &sets, app->out, app->seed, app->tools, err);
        if (status == ISG_OK)
            status = run_all(&r, err);
        isg_project_fini(&r.project);
        isg_ledger_close(&r.ledger);
        isg_free(r.state_path);
        isg_free(r.remade.items);
        json_decref(r.state);
        json_decref(r.sums);
        json_decref(r.report);
    }
    return status;
}

const struct isg_tool isg_tool_run_project = {
    .cmd =
        {
            .name = "run",
            .summary = "run a whole pipeline from one project file",
            .synopsis = "PROJECT.toml",
            .examples =
                "isogloss run project.toml\n"
                "isogloss run project.toml --dry-run\n"
                "isogloss run project.toml --set data=~/corpora -o /tmp/es\n"
                "\n"
                "A project file (TOML) is a list of stages. Each runs a command: `run` names it, the other keys\n"
                "are its long options, `in` its input file or files, `args` operands that are not files. true\n"
                "and false set flags, an array repeats an option. ${NAME} is a variable of [vars]; --set\n"
                "overrides it. Paths are relative to the project file.\n"
                "\n"
                "  [vars]\n"
                "  data = \"corpora\"\n"
                "  out = \"out\"                           # the output folder; -o DIR overrides it\n"
                "\n"
                "  [[stage]]\n"
                "  name = \"map\"\n"
                "  run = \"align fit\"\n"
                "  src = \"${data}/en.vec.gz\"\n"
                "  tgt = \"${data}/es.vec.gz\"\n"
                "  seed-dict = \"${data}/en-es.txt\"\n"
                "  out = \"${out}/en-es.map\"\n"
                "\n"
                "  [[stage]]\n"
                "  name = \"train set\"\n"
                "  run = \"translate\"\n"
                "  map = \"${out}/en-es.map\"\n"
                "  src = \"${data}/en.vec.gz\"\n"
                "  tgt = \"${data}/es.vec.gz\"\n"
                "  in = \"${data}/en.conll\"\n"
                "  out = \"${out}/es.conll\"\n"
                "\n"
                "A stage is kept while its command, options, input files, outputs and the program's version\n"
                "are unchanged (recorded in " STATE_NAME " in the output folder); --force runs all. A\n"
                "project writes only to its output folder (its own folder if it has no `out`), and only over\n"
                "files that it wrote itself.\n",
            .min_args = 1,
            .max_args = 1,
            .operands = ISG_PATH_IN,
        },
    .run = run_project, .products = true,
};
