/* The program: finds the command, runs it, turns its status into one line and an exit status. */
#include "tools/app.h"
#include "tools/early.h"
#include "tools/interrupt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define TOOL_DECLARE(name) extern const struct isg_tool isg_tool_##name;
ISG_TOOLS(TOOL_DECLARE)
#define TOOL_ENTRY(name) &isg_tool_##name,
static const struct isg_tool *const tools[] = {ISG_TOOLS(TOOL_ENTRY) NULL};

/* Is word the first word of commands of two words ("align")? */
static bool is_group(const char *word)
{
    const size_t n = strlen(word);
    for (size_t i = 0; tools[i]; i++)
        if (strncmp(tools[i]->cmd.name, word, n) == 0 && tools[i]->cmd.name[n] == ' ')
            return true;
    return false;
}

static void print_commands(const char *group, FILE *to)
{
    const size_t n = group ? strlen(group) : 0;
    for (size_t i = 0; tools[i]; i++)
        if (!tools[i]->hidden &&
            (!group || (strncmp(tools[i]->cmd.name, group, n) == 0 && tools[i]->cmd.name[n] == ' ')))
            fprintf(to, "  %-18s %s\n", tools[i]->cmd.name, tools[i]->cmd.summary);
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
          "Exit status: 0 success, 1 failure, 2 wrong usage, 3 bad input data, 130 interrupted.\n",
        to);
}

static enum isg_status unknown_command(char **words, int n, struct isg_error *err)
{
    const bool two = is_group(words[0]);
    char typed[96];
    snprintf(typed, sizeof typed, "%s%s%s", words[0], two && n > 1 ? " " : "", two && n > 1 ? words[1] : "");
    if (two && n == 1) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "missing subcommand for \"%s\"", typed);
        return isg_error_advice(err, "\"isogloss %s --help\" lists them", typed);
    }
    isg_error_set(err, ISG_EUSAGE, NULL, 0, "unknown command \"%s\"", typed);
    const char *names[128], *near = NULL;
    size_t k = 0;
    for (size_t i = 0; tools[i] && k < sizeof names / sizeof *names - 1; i++) {
        const char *name = tools[i]->cmd.name, *space = strchr(name, ' ');
        if (!two && space && strcmp(space + 1, words[0]) == 0 && !near) /* "fit" for "align fit" */
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

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool asks_help(int n, char **words)
{
    bool asks = false;
    for (int i = 0; i < n; i++)
        asks |= is_help(words[i]);
    return asks;
}

/* What goes wrong before a command runs; is there a --json among the words? */
static int fail(const struct isg_error *err, int argc, char **argv)
{
    isg_print_error(err, NULL);
    bool json = false;
    for (int i = 1; i < argc; i++)
        json |= strcmp(argv[i], "--json") == 0;
    json_t *object = json ? json_pack("{s:o}", "error", isg_error_json(err)) : NULL;
    if (object) {
        json_dumpf(object, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    json_decref(object);
    return isg_exit_code(err->status);
}

/* What needs no command: overview, version, help of a group. Returns an exit status, or -1. */
static int serve(char **words, int n)
{
    if (n == 0) {
        print_overview(stderr);
        return 2;
    }
    const bool help = strcmp(words[0], "help") == 0;
    if (is_help(words[0]) || (help && n == 1)) {
        print_overview(stdout);
        return 0;
    }
    if (strcmp(words[0], "--version") == 0) {
        printf("isogloss %s\n%s\n", ISG_VERSION, isg_blas_describe());
        return 0;
    }
    int used;
    const char *group = words[help];
    if (n > 1 && is_group(group) && (help ? n == 2 : is_help(words[1])) &&
        !isg_tool_find(tools, words + help, 1, &used)) {
        printf("Commands of isogloss %s:\n", group);
        print_commands(group, stdout);
        return 0;
    }
    return -1;
}

/* glibc raises its limits with each large block that is freed, and then keeps what training frees: 4 % of its peak. */
static void give_back_large_blocks(void)
{
#ifdef __GLIBC__
    enum { LIMIT = 1 << 20 };
    (void)mallopt(M_MMAP_THRESHOLD, LIMIT);
    (void)mallopt(M_TRIM_THRESHOLD, LIMIT);
#endif
}

int main(int argc, char **argv)
{
    isg_early_end();
    give_back_large_blocks();
    struct isg_error err = {0};
    char **words = argv + 1;
    int n = argc - 1, used = 0;
    const int served = serve(words, n);
    if (served >= 0 && (fflush(stdout) != 0 || ferror(stdout))) {
        (void)isg_error_errno(&err, "standard output", "writing");
        isg_print_error(&err, NULL);
        return isg_exit_code(err.status);
    }
    if (served >= 0)
        return served;
    if (words[0][0] == '-' && words[0][1]) {
        isg_error_set(&err, ISG_EUSAGE, NULL, 0, "unknown option %.80s before the command", words[0]);
        isg_error_expected(&err, "isogloss COMMAND [options]");
        return fail(&err, argc, argv);
    }
    char help[] = "--help";
    char *asked[] = {help, NULL};
    const bool help_on = strcmp(words[0], "help") == 0; /* help COMMAND */
    words += help_on;
    n -= help_on;
    const struct isg_tool *tool = isg_tool_find(tools, words, n, &used);
    if (!tool) {
        (void)unknown_command(words, n, &err);
        return fail(&err, argc, argv);
    }
    json_set_alloc_funcs(isg_reserve_malloc, isg_reserve_free);
    if (tool->products && !help_on && !asks_help(n - used, words + used) && isg_early_blas(&err) != ISG_OK)
        return fail(&err, argc, argv);
    isg_interrupt_catch();
    struct isg_app app = {.seed = 1, .tools = tools};
    const enum isg_status status = help_on ? isg_tool_run(tool, &app, 1, asked, &err)
                                           : isg_tool_run(tool, &app, n - used, words + used, &err);
    if (status != ISG_OK)
        isg_print_error(&err, tool);
    return isg_exit_code(status);
}
