/* isogloss man-pages: a page for the program and one for each command, from the option tables; used by the build. */
#include "tools/app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Text as roff takes it: hyphens as typed, no escapes, no requests at the start of a line. */
static void put_roff(FILE *to, const char *text)
{
    for (bool start = true; *text; text++) {
        if (start && (*text == '.' || *text == '\''))
            fputs("\\&", to);
        if (*text == '\\')
            fputs("\\e", to);
        else if (*text == '-')
            fputs("\\-", to);
        else
            fputc(*text, to);
        start = *text == '\n';
    }
}

static void put_title(FILE *to, const char *name, const char *summary)
{
    char page[64];
    snprintf(page, sizeof page, "isogloss%s%s", *name ? "-" : "", name);
    for (char *c = page; *c; c++)
        *c = *c == ' ' ? '-' : *c;
    fputs(".TH \"", to);
    for (const char *c = page; *c; c++)
        fputc(*c >= 'a' && *c <= 'z' ? *c - 32 : *c, to);
    fprintf(to, "\" 1 \"\" \"isogloss %s\" \"isogloss manual\"\n.SH NAME\n", ISG_VERSION);
    put_roff(to, page);
    fputs(" \\- ", to);
    put_roff(to, summary);
    fputs("\n.SH SYNOPSIS\n", to);
}

static void put_option(FILE *to, const struct isg_opt *o)
{
    char marks[200];
    const char *argument = o->argument ? o->argument : o->kind == ISG_OPT_CHOICE ? o->choices : NULL;
    fputs(".TP\n", to);
    if (o->letter)
        fprintf(to, "\\fB\\-%c\\fR, ", o->letter);
    fputs("\\fB\\-\\-", to);
    put_roff(to, o->name);
    fputs("\\fR", to);
    if (argument) {
        fputs(" \\fI", to);
        put_roff(to, argument);
        fputs("\\fR", to);
    }
    fputc('\n', to);
    put_roff(to, o->help);
    if (o->argument && o->kind == ISG_OPT_CHOICE) {
        fputs(": ", to);
        for (const char *c = o->choices; *c; c++)
            fputs(*c == '|' ? ", " : *c == '-' ? "\\-" : (char[2]){*c, 0}, to);
    }
    isg_opt_marks(o, marks, sizeof marks);
    fputs(*marks ? "\n" : "", to);
    put_roff(to, marks);
    fputc('\n', to);
}

static void put_examples(FILE *to, const char *examples)
{
    fputs(".SH EXAMPLES\n.nf\n", to);
    put_roff(to, examples);
    fputs(examples[strlen(examples) - 1] == '\n' ? ".fi\n" : "\n.fi\n", to);
}

static void put_page(struct isg_app *app, const struct isg_opt *const *tables, size_t n_tables)
{
    FILE *to = app->cookie;
    const struct isg_command *cmd = &app->tool->cmd;
    put_title(to, cmd->name, cmd->summary);
    fputs(".B isogloss ", to);
    put_roff(to, cmd->name);
    fputs("\n[\\fIoptions\\fR]\n", to);
    put_roff(to, cmd->synopsis ? cmd->synopsis : "");
    fputs("\n.SH OPTIONS\n", to);
    const char *group = "Options";
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++) {
            if (o->group && strcmp(o->group, group) != 0) {
                fputs(".SS ", to);
                put_roff(to, o->group);
                fputc('\n', to);
                group = o->group;
            }
            put_option(to, o);
        }
    fputs(".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nshow this help\n", to);
    if (cmd->examples)
        put_examples(to, cmd->examples);
    fputs(".SH EXIT STATUS\n0 success, 1 failure, 2 wrong usage, 3 bad input data, 130 interrupted.\n"
          ".SH SEE ALSO\n.BR isogloss (1)\n",
        to);
}

static void put_overview(FILE *to, const struct isg_tool *const *tools)
{
    put_title(to, "", "named-entity recognition for a language without labelled data");
    fputs(".B isogloss\n\\fICOMMAND\\fR [\\fISUBCOMMAND\\fR] [\\fIoptions\\fR] [\\fIfiles\\fR]\n.SH COMMANDS\n", to);
    for (size_t i = 0; tools[i]; i++) {
        if (tools[i]->hidden)
            continue;
        fputs(".TP\n\\fB", to);
        put_roff(to, tools[i]->cmd.name);
        fputs("\\fR\n", to);
        put_roff(to, tools[i]->cmd.summary);
        fputc('\n', to);
    }
    fputs(".SH EXIT STATUS\n0 success, 1 failure, 2 wrong usage, 3 bad input data, 130 interrupted.\n"
          ".SH SEE ALSO\n",
        to);
    for (size_t i = 0, any = 0; tools[i]; i++) {
        if (tools[i]->hidden)
            continue;
        fprintf(to, "%s.BR isogloss\\-", any++ ? " ,\n" : "");
        for (const char *c = tools[i]->cmd.name; *c; c++)
            fputs(*c == ' ' || *c == '-' ? "\\-" : (char[2]){*c, 0}, to);
        fputs(" (1)", to);
    }
    fputc('\n', to);
}

/* FOLDER/isogloss.1 for tool NULL, else FOLDER/isogloss-align-fit.1 */
static enum isg_status write_page(
    struct isg_app *app, const char *folder, const struct isg_tool *tool, struct isg_error *err)
{
    char path[4096];
    struct isg_memstream page;
    const int start = snprintf(path, sizeof path, "%s/", folder);
    if (start < 0 || (size_t)start + 64 > sizeof path)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "path too long");
    snprintf(path + start, sizeof path - (size_t)start, "isogloss%s%s.1", tool ? "-" : "", tool ? tool->cmd.name : "");
    for (char *c = path + start; *c; c++)
        *c = *c == ' ' ? '-' : *c;
    isg_memstream_open(&page);
    if (!page.to)
        return isg_error_nomem(err, "a page");
    enum isg_status status = ISG_OK;
    struct isg_app asked = {.seed = 1, .tools = app->tools, .inspect = put_page, .cookie = page.to};
    if (tool)
        status = isg_tool_inspect(tool, &asked, err);
    else
        put_overview(page.to, app->tools);
    status = isg_memstream_close(&page, status, "a page", err);
    if (status == ISG_OK)
        status = isg_write_file(path, page.text, page.n, app->force, err);
    isg_free(page.text);
    return status;
}

static enum isg_status run_man_pages(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    const struct isg_opt table[] = {{0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    if (mkdir(argv[0], 0777) != 0 && errno != EEXIST)
        return isg_error_errno(err, argv[0], "cannot make the folder");
    ISG_TRY(write_page(app, argv[0], NULL, err));
    for (size_t i = 0; app->tools[i]; i++)
        if (!app->tools[i]->hidden)
            ISG_TRY(write_page(app, argv[0], app->tools[i], err));
    return ISG_OK;
}

const struct isg_tool isg_tool_man_pages = {
    .cmd = {.name = "man-pages",
        .summary = "write the man pages of all commands into a folder",
        .synopsis = "FOLDER",
        .examples = "isogloss man-pages build/man1\n",
        .min_args = 1,
        .max_args = 1,
        .operands = ISG_PATH_OUT},
    .run = run_man_pages,
    .hidden = true,
};
