/* The program: finds the command, runs it, turns its status into one line and an exit status. */
#include "tools/app.h"
#include "tools/early.h"
#include "tools/interrupt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOOL_ENTRY(name) &isg_tool_##name,
const struct isg_tool *const isg_tools[] = {ISG_TOOLS(TOOL_ENTRY) NULL};

const struct isg_tool *isg_tool_find(char *const *words, int n, int *used)
{
    const struct isg_tool *one = NULL; /* "translate lm" goes before "translate" */
    for (size_t i = 0; isg_tools[i]; i++) {
        const char *name = isg_tools[i]->cmd.name, *blank = strchr(name, ' ');
        if (n > 0 && !blank && strcmp(words[0], name) == 0) {
            *used = 1;
            one = isg_tools[i];
        }
        if (n > 1 && blank && strlen(words[0]) == (size_t)(blank - name) &&
            strncmp(words[0], name, (size_t)(blank - name)) == 0 && strcmp(words[1], blank + 1) == 0) {
            *used = 2;
            return isg_tools[i];
        }
    }
    return one;
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

/* Is word the first word of commands of two words ("align")? */
static bool is_group(const char *word)
{
    const size_t n = strlen(word);
    for (size_t i = 0; isg_tools[i]; i++)
        if (strncmp(isg_tools[i]->cmd.name, word, n) == 0 && isg_tools[i]->cmd.name[n] == ' ')
            return true;
    return false;
}

static void print_commands(const char *group, FILE *to)
{
    const size_t n = group ? strlen(group) : 0;
    for (size_t i = 0; isg_tools[i]; i++)
        if (!group || (strncmp(isg_tools[i]->cmd.name, group, n) == 0 && isg_tools[i]->cmd.name[n] == ' '))
            fprintf(to, "  %-18s %s\n", isg_tools[i]->cmd.name, isg_tools[i]->cmd.summary);
}

static void print_overview(FILE *to)
{
    fputs("isogloss: named-entity recognition for a language without labelled data\n\n"
          "Examples:\n"
          "  isogloss align fit --src en.vec.gz --tgt es.vec.gz --seed-dict en-es.txt -o en-es.map\n"
          "  isogloss translate --map en-es.map --src en.vec.gz --tgt es.vec.gz -o es.conll en.conll\n"
          "  isogloss ner train --train es.conll --dev es-dev.conll --emb es.vec.gz -o es.model\n"
          "  isogloss ner tag --model es.model text.txt\n"
          "  isogloss run project.toml                     all of it from one file\n\n"
          "Usage: isogloss COMMAND [SUBCOMMAND] [options] [files]\n\nCommands:\n",
        to);
    print_commands(NULL, to);
    fputs("\nisogloss COMMAND --help shows a command's examples, options and defaults.\n"
          "Exit status: 0 good, 1 failed, 2 wrong usage, 3 bad input data, 130 interrupted.\n",
        to);
}

static enum isg_status unknown_command(char **words, int n, struct isg_error *err)
{
    const bool two = is_group(words[0]);
    char typed[96];
    snprintf(typed, sizeof typed, "%s%s%s", words[0], two && n > 1 ? " " : "", two && n > 1 ? words[1] : "");
    if (two && n == 1) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "%s what?", typed);
        return isg_error_expected(err, "a command that \"isogloss %s --help\" lists", typed);
    }
    isg_error_set(err, ISG_EUSAGE, NULL, 0, "unknown command \"%s\"", typed);
    const char *names[128], *near = NULL;
    size_t k = 0;
    for (size_t i = 0; isg_tools[i] && k < sizeof names / sizeof *names - 1; i++) {
        const char *name = isg_tools[i]->cmd.name, *blank = strchr(name, ' ');
        if (!two && blank && strcmp(blank + 1, words[0]) == 0 && !near) /* "fit" for "align fit" */
            near = name;
        names[k++] = name;
    }
    names[k] = NULL;
    if (!near && !two && n > 1) { /* "algin fit" */
        snprintf(typed, sizeof typed, "%s %s", words[0], words[1]);
        near = isg_did_you_mean(typed, names);
    }
    if (!near)
        near = isg_did_you_mean(two ? typed : words[0], names);
    return near ? isg_error_advice(err, "did you mean \"%s\"?", near) : err->status;
}

/* Old releases of OpenBLAS take processors newer than themselves for a Prescott and run five times slower.
 * They read OPENBLAS_CORETYPE only when they are loaded, so the program has to start itself again. */
static void restart_with_better_blas(char **argv)
{
    const char *core = getenv("OPENBLAS_CORETYPE") ? NULL : isg_blas_better_core();
    if (core && setenv("OPENBLAS_CORETYPE", core, 1) == 0)
        execv("/proc/self/exe", argv); /* where that fails, it is only slower */
}

static int report(enum isg_status status, const struct isg_tool *tool, const struct isg_error *err)
{
    if (status != ISG_OK && isg_interrupted())
        status = ISG_ECANCELED;
    if (status == ISG_OK)
        return 0;
    char text[1200];
    isg_error_format(err, text, sizeof text);
    for (char *p = text; *p; p++) /* one line, whatever the names of files */
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    fprintf(stderr, "isogloss: %s", text);
    if (status == ISG_EUSAGE)
        fprintf(stderr, " (see isogloss%s%s --help)", tool ? " " : "", tool ? tool->cmd.name : "");
    fputc('\n', stderr);
    return isg_exit_code(status);
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int main(int argc, char **argv)
{
    isg_early_end();
    struct isg_error err = {0};
    char **words = argv + 1;
    int n = argc - 1, used = 0;
    restart_with_better_blas(argv);
    if (n == 0) {
        print_overview(stderr);
        return 2;
    }
    if (is_help(words[0]) || (strcmp(words[0], "help") == 0 && n == 1)) {
        print_overview(stdout);
        return 0;
    }
    if (strcmp(words[0], "--version") == 0) {
        printf("isogloss %s\n%s\n", ISG_VERSION, isg_blas_describe());
        return 0;
    }
    if (words[0][0] == '-' && words[0][1]) {
        isg_error_set(&err, ISG_EUSAGE, NULL, 0, "unknown option %.80s before the command", words[0]);
        isg_error_expected(&err, "isogloss COMMAND [options]");
        return report(ISG_EUSAGE, NULL, &err);
    }
    char help[] = "--help";
    char *asked[] = {help, NULL};
    const bool help_on = strcmp(words[0], "help") == 0; /* help COMMAND */
    words += help_on;
    n -= help_on;
    const struct isg_tool *tool = isg_tool_find(words, n, &used);
    if (!tool && is_group(words[0]) && (help_on || (n > 1 && is_help(words[1])))) {
        printf("Commands of isogloss %s:\n", words[0]);
        print_commands(words[0], stdout);
        return 0;
    }
    if (!tool)
        return report(unknown_command(words, n, &err), NULL, &err);
    json_set_alloc_funcs(isg_reserve_malloc, isg_reserve_free);
    isg_interrupt_catch();
    struct isg_app app = {.seed = 1};
    const enum isg_status status = help_on ? isg_tool_run(tool, &app, 1, asked, &err)
                                           : isg_tool_run(tool, &app, n - used, words + used, &err);
    return report(status, tool, &err);
}
