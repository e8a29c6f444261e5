/* Project files: variables, and stages checked against the option tables of their commands. */
#include "tools/project/project.h"

#include <stdlib.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- strings ---- */

bool isg_strings_have(const struct isg_strings *s, const char *text)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->items[i], text) == 0)
            return true;
    return false;
}

static enum isg_status push(struct isg_strings *s, const char *text, struct isg_error *err)
{
    if (!ISG_GROW(s->items, s->cap, s->n + 1))
        return isg_error_nomem(err, "the project");
    s->items[s->n++] = text;
    return ISG_OK;
}

static enum isg_status keep(struct isg_project *p, const char *text, size_t n, char **out, struct isg_error *err)
{
    *out = isg_arena_alloc(&p->arena, n + 1, 1);
    if (!*out)
        return isg_error_nomem(err, "the project");
    memcpy(*out, text, n);
    (*out)[n] = 0;
    return ISG_OK;
}

static enum isg_status bad(const struct isg_project *p, uint64_t line, struct isg_error *err, const char *found)
{
    return isg_error_set(err, ISG_EDATA, p->path, line, "%s", found);
}

/* ---- variables ---- */

static const char *find_var(struct isg_project *p, const char *name, size_t n)
{
    for (size_t i = 0; i < p->var_names.n; i++)
        if (strlen(p->var_names.items[i]) == n && strncmp(p->var_names.items[i], name, n) == 0) {
            p->var_used[i] = true;
            return p->var_values.items[i];
        }
    return NULL;
}

/* Text with ${NAME} replaced; values are expanded where they are defined, so there can be no cycle. */
static enum isg_status expand(
    struct isg_project *p, const char *text, uint64_t line, const char **out, struct isg_error *err)
{
    struct isg_memstream result;
    isg_memstream_open(&result);
    FILE *const to = result.to;
    if (!to)
        return isg_error_nomem(err, "the project");
    enum isg_status status = ISG_OK;
    while (*text && status == ISG_OK) {
        const char *open = strstr(text, "${"), *close = open ? strchr(open, '}') : NULL;
        if (!open) {
            fputs(text, to);
            break;
        }
        fwrite(text, 1, (size_t)(open - text), to);
        const char *value = close ? find_var(p, open + 2, (size_t)(close - open) - 2) : NULL;
        if (!value) {
            const size_t n = close ? (size_t)(close - open) + 1 : strlen(open);
            status = isg_error_set(err, ISG_EDATA, p->path, line, "%s \"%.*s\"",
                close ? "unknown variable" : "unterminated variable", n < 80 ? (int)n : 80, open);
            isg_error_expected(err, "a name from [vars] or --set NAME=VALUE");
            break;
        }
        fputs(value, to);
        text = close + 1;
        if (fflush(to) == 0 && result.n > 65536)
            status = bad(p, line, err, "value longer than 65536 bytes");
    }
    char *kept = NULL;
    status = isg_memstream_close(&result, status, "the project", err);
    if (status == ISG_OK)
        status = keep(p, result.text, result.n, &kept, err);
    isg_free(result.text);
    *out = kept;
    return status;
}

static enum isg_status define(struct isg_project *p, const char *name, const char *value, struct isg_error *err)
{
    bool *used = isg_realloc(p->var_used, p->var_names.n, p->var_names.n + 1, sizeof *used);
    if (!used)
        return isg_error_nomem(err, "the project");
    p->var_used = used;
    used[p->var_names.n] = false;
    ISG_TRY(push(&p->var_names, name, err));
    return push(&p->var_values, value, err);
}

/* A path given on the command line is relative to where the user is, not to the project. */
static enum isg_status define_path(
    struct isg_project *p, const char *name, const char *value, bool always, struct isg_error *err)
{
    char *copy, *cwd = NULL;
    if (*value != '/' && (always || access(value, F_OK) == 0) && (cwd = getcwd(NULL, 0))) {
        const size_t n = strlen(cwd) + strlen(value) + 2;
        copy = isg_arena_alloc(&p->arena, n, 1);
        if (copy)
            snprintf(copy, n, "%s/%s", cwd, value);
        free(cwd);
        return copy ? define(p, name, copy, err) : isg_error_nomem(err, "the project");
    }
    free(cwd);
    ISG_TRY(keep(p, value, strlen(value), &copy, err));
    return define(p, name, copy, err);
}

/* A variable of the command line that the project neither defines nor uses is a slip. */
static enum isg_status check_sets(const struct isg_project *p, struct isg_error *err)
{
    const struct isg_toml *vars = isg_toml_find(&p->file.root, "vars");
    for (size_t i = 0; i < p->n_given; i++) {
        const char *names[66] = {NULL};
        if (p->var_used[i] || strcmp(p->var_names.items[i], "out") == 0)
            continue;
        for (size_t k = 0; vars && k < vars->n_items && k < 64; k++)
            names[k] = vars->items[k].key;
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "--set: the project has no variable \"%.80s\"", p->var_names.items[i]);
        const char *near = isg_did_you_mean(p->var_names.items[i], names);
        return near ? isg_error_advice(err, "did you mean \"%s\"?", near) : ISG_EUSAGE;
    }
    return ISG_OK;
}

static enum isg_status define_sets(
    struct isg_project *p, const struct isg_opt_list *sets, const char *out, struct isg_error *err)
{
    p->out_given = out != NULL;
    if (out)
        ISG_TRY(define_path(p, "out", out, true, err));
    for (size_t i = 0; i < sets->n; i++) {
        const char *is = strchr(sets->items[i], '=');
        if (!is || is == sets->items[i]) {
            isg_error_set(err, ISG_EUSAGE, NULL, 0, "--set: \"%.80s\"", sets->items[i]);
            return isg_error_expected(err, "NAME=VALUE");
        }
        char *name;
        ISG_TRY(keep(p, sets->items[i], (size_t)(is - sets->items[i]), &name, err));
        p->out_given |= strcmp(name, "out") == 0;
        ISG_TRY(define_path(p, name, is + 1, false, err));
    }
    p->n_given = p->var_names.n;
    return ISG_OK;
}

static enum isg_status define_vars(struct isg_project *p, const struct isg_toml *vars, struct isg_error *err)
{
    for (size_t i = 0; vars && i < vars->n_items; i++) {
        const struct isg_toml *v = &vars->items[i];
        if (v->kind == ISG_TOML_TABLE || v->kind == ISG_TOML_ARRAY)
            return bad(p, v->line, err, "a variable must be a string, a number or a boolean");
        if (find_var(p, v->key, strlen(v->key)))
            continue; /* the command line has the last word */
        const char *value;
        ISG_TRY(expand(p, v->text, v->line, &value, err));
        ISG_TRY(define(p, v->key, value, err));
    }
    return ISG_OK;
}

/* ---- stages ---- */

static bool is_reserved(const char *key)
{
    return strcmp(key, "name") == 0 || strcmp(key, "run") == 0 || strcmp(key, "in") == 0 || strcmp(key, "args") == 0;
}

static enum isg_status add_word(struct isg_project *p, struct isg_strings *words, const char *before, const char *key,
    const char *value, struct isg_error *err)
{
    const size_t n = strlen(before) + strlen(key) + (value ? strlen(value) : 0) + 2;
    char *word = isg_arena_alloc(&p->arena, n, 1);
    if (!word)
        return isg_error_nomem(err, "the project");
    snprintf(word, n, "%s%s%s%s", before, key, value && *key ? "=" : "", value ? value : "");
    return push(words, word, err);
}

/* One value of a key as the words of a command line; key "" = an operand. */
static enum isg_status add_value(
    struct isg_project *p, struct isg_strings *words, const char *key, const struct isg_toml *v, struct isg_error *err)
{
    const char *value;
    switch (v->kind) {
    case ISG_TOML_TABLE:
        return bad(p, v->line, err, "a stage's option cannot be a table");
    case ISG_TOML_ARRAY:
        for (size_t i = 0; i < v->n_items; i++) {
            if (v->items[i].kind == ISG_TOML_ARRAY)
                return bad(p, v->items[i].line, err, "nested array");
            ISG_TRY(add_value(p, words, key, &v->items[i], err));
        }
        return ISG_OK;
    case ISG_TOML_BOOL:
        if (!*key)
            return bad(p, v->line, err, "boolean; expected a string");
        return add_word(p, words, v->boolean ? "--" : "--no-", key, NULL, err);
    case ISG_TOML_STRING:
    case ISG_TOML_INTEGER:
    case ISG_TOML_FLOAT:
        ISG_TRY(expand(p, v->text, v->line, &value, err));
        return add_word(p, words, *key ? "--" : "", key, value, err);
    }
    return ISG_OK;
}

static enum isg_status make_words(
    struct isg_project *p, struct isg_stage *stage, const struct isg_toml *table, int64_t seed, struct isg_error *err)
{
    struct isg_strings words = {0};
    enum isg_status status;
    if (!isg_toml_find(table, "seed")) {
        char text[24];
        snprintf(text, sizeof text, "%lld", (long long)seed);
        ISG_GOTO(add_word(p, &words, "--", "seed", text, err));
    }
    for (size_t i = 0; i < table->n_items; i++)
        if (!is_reserved(table->items[i].key))
            ISG_GOTO(add_value(p, &words, table->items[i].key, &table->items[i], err));
    ISG_GOTO(push(&words, "--", err));
    static const char *const operands[] = {"args", "in"}; /* as in: lm train FILE */
    for (size_t k = 0; k < 2; k++) {
        const struct isg_toml *v = isg_toml_find(table, operands[k]);
        if (v && (v->kind == ISG_TOML_BOOL || v->kind == ISG_TOML_TABLE)) {
            status = bad(p, v->line, err, "expected a string or an array of strings");
            goto out;
        }
        if (v)
            ISG_GOTO(add_value(p, &words, "", v, err));
    }
    stage->argc = (int)words.n;
    stage->argv = isg_arena_alloc(&p->arena, words.n + 1, sizeof *stage->argv);
    if (!stage->argv) {
        status = isg_error_nomem(err, "the project");
        goto out;
    }
    for (size_t i = 0; i < words.n; i++)
        stage->argv[i] = (char *)(uintptr_t)words.items[i]; /* from the arena, so they may be changed */
    stage->argv[words.n] = NULL;
out:
    isg_free(words.items);
    return status;
}

/* What the inspection of one stage's option tables needs and gives. */
struct look {
    struct isg_project *p;
    struct isg_stage *stage;
    const struct isg_toml *table;
    struct isg_error *err;
    enum isg_status status;
};

static enum isg_status check_keys(const struct look *l, const struct isg_opt *const *tables, size_t n_tables)
{
    const char *names[256];
    size_t k = 0;
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name && k + 3 < sizeof names / sizeof *names; o++) {
            names[k++] = o->name;
            if (o->alias)
                names[k++] = o->alias;
        }
    names[k++] = "in";
    names[k] = NULL;
    static const char *const of_run[] = {"json", "quiet", "verbose", "log", "force", "threads", "version", NULL};
    for (size_t i = 0; i < l->table->n_items; i++) {
        const struct isg_toml *v = &l->table->items[i];
        bool known = is_reserved(v->key);
        for (size_t j = 0; j < k && !known; j++)
            known = strcmp(names[j], v->key) == 0;
        for (size_t j = 0; of_run[j]; j++)
            if (strcmp(of_run[j], v->key) == 0) {
                isg_error_set(l->err, ISG_EDATA, l->p->path, v->line, "\"%s\" is not allowed in a stage", v->key);
                return isg_error_advice(l->err, "give --%s to isogloss run", v->key);
            }
        if (known)
            continue;
        isg_error_set(l->err, ISG_EDATA, l->p->path, v->line, "\"%.80s\" is not an option of %s", v->key,
            l->stage->tool->cmd.name);
        const char *near = isg_did_you_mean(v->key, names);
        return near ? isg_error_advice(l->err, "did you mean \"%s\"?", near) : ISG_EDATA;
    }
    return ISG_OK;
}

/* --FLAG=true and --FLAG=false, from a text or a variable, as the switches that they mean. */
static enum isg_status settle_flags(const struct look *l, const struct isg_opt *const *tables, size_t n_tables)
{
    for (int i = 0; i < l->stage->argc && strcmp(l->stage->argv[i], "--") != 0; i++) {
        char *word = l->stage->argv[i] + 2;
        const size_t n = strcspn(word, "=");
        for (size_t t = 0; word[n] && t < n_tables; t++)
            for (const struct isg_opt *o = tables[t]; o->name; o++) {
                if (o->kind != ISG_OPT_FLAG || strlen(o->name) != n || strncmp(o->name, word, n) != 0)
                    continue;
                const bool on = strcmp(word + n + 1, "true") == 0;
                if (!on && strcmp(word + n + 1, "false") != 0) {
                    isg_error_set(l->err, ISG_EUSAGE, NULL, 0, "--%s: \"%.80s\"", o->name, word + n + 1);
                    return isg_error_expected(l->err, "true or false");
                }
                char *flag = isg_arena_alloc(&l->p->arena, n + 6, 1);
                if (!flag)
                    return isg_error_nomem(l->err, "the project");
                snprintf(flag, n + 6, on ? "--%s" : "--no-%s", o->name);
                l->stage->argv[i] = flag;
                word = flag + 2;
            }
    }
    return ISG_OK;
}

/* Notes a file that the stage reads or writes. */
static enum isg_status add_file(const struct look *l, enum isg_path path, const char *text)
{
    if (!text || !*text || strcmp(text, "-") == 0)
        return ISG_OK;
    if (path & ISG_PATH_IN)
        ISG_TRY(push(&l->stage->inputs, text, l->err));
    return path & ISG_PATH_OUT ? push(&l->stage->outputs, text, l->err) : ISG_OK;
}

/* The value of a text option, or NULL. */
static const char *text_of(const struct isg_opt *const *tables, size_t n_tables, const char *name)
{
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++)
            if ((o->kind == ISG_OPT_STRING || o->kind == ISG_OPT_CHOICE) && strcmp(o->name, name) == 0)
                return *(const char *const *)o->value;
    return NULL;
}

/* Notes the file of -o, and those that the command writes beside it or instead. */
static enum isg_status add_out(
    const struct look *l, const struct isg_opt *const *tables, size_t n_tables, const char *out)
{
    bool instead = false;
    size_t n = out ? strlen(out) : 0;
    if (n == 0 || strcmp(out, "-") == 0)
        return ISG_OK;
    const struct isg_beside *const beside = l->stage->tool->cmd.beside;
    const size_t k = beside && beside->instead ? strlen(beside->suffix) : 0;
    if (k && n > k && strcmp(out + n - k, beside->suffix) == 0)
        n -= k;
    for (const struct isg_beside *b = beside; b && b->suffix; b++) {
        const char *value = b->option ? text_of(tables, n_tables, b->option) : NULL;
        if (b->option && (!value || strcmp(value, b->value) != 0))
            continue;
        const size_t size = n + strlen(b->suffix) + 1;
        char *file = isg_arena_alloc(&l->p->arena, size, 1);
        if (!file)
            return isg_error_nomem(l->err, "the project");
        snprintf(file, size, "%.*s%s", (int)n, out, b->suffix);
        ISG_TRY(push(b->temporary ? &l->stage->scratch : &l->stage->outputs, file, l->err));
        instead |= b->instead;
    }
    return instead ? ISG_OK : push(&l->stage->outputs, out, l->err);
}

static json_t *value_json(const struct isg_opt *o)
{
    switch (o->kind) {
    case ISG_OPT_FLAG:
        return json_boolean(*(const bool *)o->value);
    case ISG_OPT_INT:
        return json_integer(*(const int64_t *)o->value);
    case ISG_OPT_REAL: {
        const double x = *(const double *)o->value;
        return isfinite(x) ? json_real(x) : json_string(x > 0 ? "inf" : "-inf"); /* JSON has no infinity */
    }
    case ISG_OPT_STRING:
    case ISG_OPT_CHOICE: {
        const char *text = *(const char *const *)o->value;
        return text ? isg_json_text(text) : json_null();
    }
    case ISG_OPT_LIST: {
        const struct isg_opt_list *list = o->value;
        json_t *array = json_array();
        for (size_t i = 0; i < list->n; i++)
            json_array_append_new(array, isg_json_text(list->items[i]));
        return array;
    }
    }
    return NULL;
}

/* Options that say how a command talks, not what it computes. */
static bool changes_no_result(const char *name)
{
    static const char *const names[] = {"force", "threads", "json", "quiet", "verbose", "log", "version"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static enum isg_status look_at_options(const struct look *l, const struct isg_opt *const *tables, size_t n_tables)
{
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++) {
            if (changes_no_result(o->name))
                continue;
            if (json_object_set_new(l->stage->options, o->name, value_json(o)) != 0)
                return isg_error_nomem(l->err, "the project");
            if (strcmp(o->name, "out") == 0)
                ISG_TRY(add_out(l, tables, n_tables, *(const char *const *)o->value));
            else if (o->kind == ISG_OPT_STRING)
                ISG_TRY(add_file(l, o->path, *(const char *const *)o->value));
            const struct isg_opt_list *list = o->value;
            for (size_t i = 0; o->kind == ISG_OPT_LIST && i < list->n; i++)
                ISG_TRY(add_file(l, o->path, list->items[i]));
        }
    return ISG_OK;
}

/* Called by the command's isg_app_parse with its tables: parses the stage as the command will, and notes what
 * it says. */
static void inspect(struct isg_app *app, const struct isg_opt *const *tables, size_t n_tables)
{
    struct look *l = app->cookie;
    bool help;
    int n = l->stage->argc;
    l->status = check_keys(l, tables, n_tables);
    if (l->status == ISG_OK)
        l->status = settle_flags(l, tables, n_tables);
    char **words = l->status == ISG_OK ? isg_arena_alloc(&l->p->arena, (size_t)n + 1, sizeof *words) : NULL;
    if (!words) {
        if (l->status == ISG_OK)
            l->status = isg_error_nomem(l->err, "the project");
        return;
    }
    memcpy(words, l->stage->argv, ((size_t)n + 1) * sizeof *words);
    l->status = isg_opt_parse(&app->tool->cmd, tables, n_tables, words, &n, &help, l->err);
    if (l->status == ISG_OK)
        l->status = look_at_options(l, tables, n_tables);
    for (int i = app->tool->cmd.n_words; l->status == ISG_OK && i < n; i++)
        l->status = add_file(l, app->tool->cmd.operands, words[i]);
    for (int i = 0; l->status == ISG_OK && i < n; i++) {
        json_t *operands = json_object_get(l->stage->options, "(operands)");
        if (!operands)
            json_object_set_new(l->stage->options, "(operands)", operands = json_array());
        json_array_append_new(operands, isg_json_text(words[i]));
    }
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++)
            if (o->kind == ISG_OPT_LIST)
                isg_opt_list_fini(o->value);
}

static enum isg_status check_stage(
    struct isg_project *p, struct isg_stage *stage, const struct isg_toml *table, struct isg_error *err)
{
    struct look l = {.p = p, .stage = stage, .table = table, .err = err};
    struct isg_app asked = {.seed = 1, .inspect = inspect, .cookie = &l};
    stage->options = json_object();
    if (!stage->options)
        return isg_error_nomem(err, "the project");
    ISG_TRY(isg_tool_inspect(stage->tool, &asked, err));
    if (l.status != ISG_EUSAGE)
        return l.status;
    /* the command line's message, at the line of the key that it names */
    uint64_t line = stage->line;
    for (size_t i = 0; i < table->n_items; i++) {
        char key[80];
        const size_t n = (size_t)snprintf(key, sizeof key, "--%s", table->items[i].key);
        const char *at = strstr(err->found, key);
        if (at && n < sizeof key && !(at[n] == '-' || (at[n] >= 'a' && at[n] <= 'z')))
            line = table->items[i].line;
    }
    err->status = ISG_EDATA;
    err->line = line;
    snprintf(err->file, sizeof err->file, "%s", p->path);
    if (!err->advice[0])
        isg_error_advice(err, "see isogloss %s --help", stage->tool->cmd.name);
    return ISG_EDATA;
}

static enum isg_status find_tool(
    const struct isg_project *p, struct isg_stage *stage, const struct isg_toml *run, struct isg_error *err)
{
    char text[64];
    char *words[2] = {text, NULL};
    snprintf(text, sizeof text, "%s", run->text);
    char *blank = strchr(text, ' ');
    if (blank) {
        *blank = 0;
        words[1] = blank + 1;
    }
    int used = 0;
    stage->tool = isg_tool_find(p->tools, words, blank ? 2 : 1, &used);
    if (stage->tool && used == (blank ? 2 : 1) && strcmp(stage->tool->cmd.name, "run") != 0)
        return ISG_OK;
    const char *names[128];
    size_t k = 0;
    for (size_t i = 0; p->tools[i] && k + 1 < sizeof names / sizeof *names; i++)
        names[k++] = p->tools[i]->cmd.name;
    names[k] = NULL;
    isg_error_set(err, ISG_EDATA, p->path, run->line, "\"%.80s\" cannot be a stage", run->text);
    const char *near = isg_did_you_mean(run->text, names);
    return near && strcmp(near, run->text) ? isg_error_advice(err, "did you mean \"%s\"?", near) : ISG_EDATA;
}

static enum isg_status make_stage(
    struct isg_project *p, struct isg_stage *stage, const struct isg_toml *table, int64_t seed, struct isg_error *err)
{
    stage->line = table->line;
    const struct isg_toml *run = isg_toml_find(table, "run"), *name = isg_toml_find(table, "name");
    if (!run || run->kind != ISG_TOML_STRING) {
        bad(p, run ? run->line : table->line, err, "stage without a command");
        return isg_error_expected(err, "run = \"align fit\" or another command");
    }
    if (name && (name->kind != ISG_TOML_STRING || !name->text[0]))
        return bad(p, name->line, err, "a stage's name must be a non-empty string");
    stage->name = name ? name->text : run->text;
    for (const struct isg_stage *before = p->stages; before < stage; before++)
        if (strcmp(before->name, stage->name) == 0) {
            isg_error_set(err, ISG_EDATA, p->path, stage->line, "duplicate stage \"%.60s\" (first on line %llu)",
                stage->name, (unsigned long long)before->line);
            return isg_error_advice(err, "give each stage its own name = \"...\"");
        }
    ISG_TRY(find_tool(p, stage, run, err));
    ISG_TRY(make_words(p, stage, table, seed, err));
    return check_stage(p, stage, table, err);
}

/* Files that no earlier stage makes have to be there before the first stage runs. */
static enum isg_status check_inputs(const struct isg_project *p, struct isg_error *err)
{
    for (size_t i = 0; i < p->n_stages; i++) {
        const struct isg_stage *stage = &p->stages[i];
        for (size_t k = 0; k < stage->inputs.n; k++) {
            const char *file = stage->inputs.items[k];
            bool made = access(file, R_OK) == 0, later = false;
            for (size_t j = 0; j < p->n_stages && !made; j++)
                if (isg_strings_have(&p->stages[j].outputs, file)) {
                    made = j < i;
                    later = !made;
                }
            if (made)
                continue;
            isg_error_set(err, ISG_EIO, p->path, stage->line, "stage \"%.60s\" needs %.180s, which does not exist",
                stage->name, file);
            return isg_error_advice(err, later ? "move the stage that makes it before this one"
                                               : "paths are relative to the project file; ${NAME} and --set NAME=DIR "
                                                 "say where data are");
        }
    }
    return ISG_OK;
}

static enum isg_status check_top(const struct isg_project *p, struct isg_error *err)
{
    static const char *const names[] = {"project", "vars", "stage", NULL};
    for (size_t i = 0; i < p->file.root.n_items; i++) {
        const struct isg_toml *v = &p->file.root.items[i];
        const bool stages = strcmp(v->key, "stage") == 0;
        if (!stages && strcmp(v->key, "vars") != 0 && strcmp(v->key, "project") != 0) {
            isg_error_set(err, ISG_EDATA, p->path, v->line, "unknown table or key \"%.80s\"", v->key);
            isg_error_expected(err, "[project], [vars] or [[stage]]");
            const char *near = isg_did_you_mean(v->key, names);
            return near ? isg_error_advice(err, "did you mean \"%s\"?", near) : ISG_EDATA;
        }
        static const char *const about[] = {
            "name", "description", "version", "authors", "license", "licence", "url", NULL};
        for (size_t k = 0; strcmp(v->key, "project") == 0 && k < v->n_items; k++) {
            const char *key = v->items[k].key;
            size_t j = 0;
            while (key && about[j] && strcmp(about[j], key) != 0)
                j++;
            if (!key || about[j])
                continue;
            isg_error_set(err, ISG_EDATA, p->path, v->items[k].line, "unknown key \"%.80s\" in [project]", key);
            const char *near = isg_did_you_mean(key, about);
            return near ? isg_error_advice(err, "did you mean \"%s\"?", near)
                        : isg_error_expected(err, "name, description, version, authors, license or url");
        }
        bool good = v->kind == (stages ? ISG_TOML_ARRAY : ISG_TOML_TABLE);
        for (size_t k = 0; stages && good && k < v->n_items; k++)
            good = v->items[k].kind == ISG_TOML_TABLE;
        if (!good)
            return isg_error_set(err, ISG_EDATA, p->path, v->line, "\"%s\" must be written as %s%s%s", v->key,
                stages ? "[[" : "[", v->key, stages ? "]]" : "]");
    }
    return ISG_OK;
}

/* To the project's folder, so that relative paths mean what they say. */
static enum isg_status enter(struct isg_project *p, struct isg_error *err)
{
    const char *slash = strrchr(p->path, '/');
    p->name = slash ? slash + 1 : p->path;
    if (!slash)
        return ISG_OK;
    char *folder;
    ISG_TRY(keep(p, p->path, (size_t)(slash - p->path) + 1, &folder, err));
    return chdir(folder) == 0 ? ISG_OK : isg_error_errno(err, folder, "cannot enter the project's folder");
}

enum isg_status isg_project_load(struct isg_project *p, const char *path, const struct isg_opt_list *sets,
    const char *out, int64_t seed, const struct isg_tool *const *tools, struct isg_error *err)
{
    *p = (struct isg_project){.path = path, .tools = tools};
    ISG_TRY(isg_toml_load(&p->file, path, err));
    ISG_TRY(check_top(p, err));
    ISG_TRY(define_sets(p, sets, out, err));
    ISG_TRY(enter(p, err));
    ISG_TRY(define_vars(p, isg_toml_find(&p->file.root, "vars"), err));
    p->out = find_var(p, "out", 3);
    const struct isg_toml *stages = isg_toml_find(&p->file.root, "stage");
    if (!stages || stages->n_items == 0) {
        bad(p, 0, err, "no stages");
        return isg_error_expected(err, "[[stage]] tables");
    }
    p->stages = isg_calloc(stages->n_items, sizeof *p->stages);
    if (!p->stages)
        return isg_error_nomem(err, "the project");
    for (size_t i = 0; i < stages->n_items; i++) {
        p->n_stages++;
        ISG_TRY(make_stage(p, &p->stages[i], &stages->items[i], seed, err));
    }
    ISG_TRY(check_sets(p, err));
    return check_inputs(p, err);
}

void isg_project_fini(struct isg_project *p)
{
    for (size_t i = 0; i < p->n_stages; i++) {
        isg_free(p->stages[i].inputs.items);
        isg_free(p->stages[i].outputs.items);
        isg_free(p->stages[i].scratch.items);
        json_decref(p->stages[i].options);
    }
    isg_free(p->stages);
    isg_free(p->var_used);
    isg_free(p->var_names.items);
    isg_free(p->var_values.items);
    isg_arena_fini(&p->arena);
    isg_toml_fini(&p->file);
    *p = (struct isg_project){0};
}
