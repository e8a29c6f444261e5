/* isogloss completion bash: a completion script out of the option tables, so that it cannot fall behind them. */
#include "tools/app.h"

#include <string.h>

/* Writes one line of the script's case: the command and what may follow it. */
static void print_options(struct isg_app *app, const struct isg_opt *const *tables, size_t n_tables)
{
    FILE *to = app->cookie;
    fprintf(to, "    \"%s\") words=\"--help", app->tool->cmd.name);
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++)
            fprintf(to, " --%s", o->name);
    fputs("\" ;;\n", to);
}

static void print_choices(struct isg_app *app, const struct isg_opt *const *tables, size_t n_tables)
{
    FILE *to = app->cookie;
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++) {
            if (o->kind != ISG_OPT_CHOICE)
                continue;
            fprintf(to, "    \"%s --%s\") words=\"", app->tool->cmd.name, o->name);
            for (const char *c = o->choices; *c; c++)
                fputc(*c == '|' ? ' ' : *c, to);
            fputs("\" ;;\n", to);
        }
}

static enum isg_status for_each_tool(
    FILE *to, void (*print)(struct isg_app *, const struct isg_opt *const *, size_t), struct isg_error *err)
{
    for (size_t i = 0; isg_tools[i]; i++) {
        struct isg_app asked = {.seed = 1, .is_stage = true, .inspect = print, .cookie = to};
        ISG_TRY(isg_tool_run(isg_tools[i], &asked, 0, NULL, err));
    }
    return ISG_OK;
}

static void print_words(FILE *to)
{
    /* the first word of each command once, then the second words of each group */
    fputs("    \"\") words=\"--help --version", to);
    for (size_t i = 0; isg_tools[i]; i++) {
        const char *name = isg_tools[i]->cmd.name;
        const size_t n = strcspn(name, " ");
        if (i == 0 || strncmp(isg_tools[i - 1]->cmd.name, name, n) != 0 ||
            strcspn(isg_tools[i - 1]->cmd.name, " ") != n)
            fprintf(to, " %.*s", (int)n, name);
    }
    fputs("\" ;;\n", to);
    for (size_t i = 0; isg_tools[i]; i++) {
        const char *name = isg_tools[i]->cmd.name, *blank = strchr(name, ' ');
        if (!blank)
            continue;
        const size_t n = (size_t)(blank - name) + 1;
        if (i > 0 && strncmp(isg_tools[i - 1]->cmd.name, name, n) == 0)
            continue;
        fprintf(to, "    \"%.*s\") words=\"--help", (int)n - 1, name);
        for (size_t k = i; isg_tools[k] && strncmp(isg_tools[k]->cmd.name, name, n) == 0; k++)
            fprintf(to, " %s", isg_tools[k]->cmd.name + n);
        fputs("\" ;;\n", to);
    }
}

static enum isg_status run_completion(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    const struct isg_opt table[] = {{0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    if (strcmp(argv[0], "bash") != 0) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "unknown shell \"%s\"", argv[0]);
        return isg_error_expected(err, "bash");
    }
    FILE *to = app->results;
    fputs("# Completion of isogloss for bash; made by: isogloss completion bash\n"
          "_isogloss() {\n"
          "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= words= i\n"
          "  for ((i = 1; i < COMP_CWORD && i < 3; i++)); do\n"
          "    [[ ${COMP_WORDS[i]} == -* ]] && break\n"
          "    [[ $i == 2 && \" $(_isogloss_words \"$command\") \" != *\" ${COMP_WORDS[i]} \"* ]] && break\n"
          "    command+=${command:+ }${COMP_WORDS[i]}\n"
          "  done\n"
          "  words=$(_isogloss_words \"$command $prev\")\n"
          "  [[ $words || $prev == --* && $cur != -* ]] || words=$(_isogloss_words \"$command\")\n"
          "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "}\n"
          "_isogloss_words() {\n"
          "  local words=\n"
          "  case $1 in\n",
        to);
    print_words(to);
    ISG_TRY(for_each_tool(to, print_options, err));
    ISG_TRY(for_each_tool(to, print_choices, err));
    fputs("  esac\n"
          "  echo \"$words\"\n"
          "}\n"
          "complete -o bashdefault -o default -F _isogloss isogloss\n",
        to);
    return ISG_OK;
}

const struct isg_tool isg_tool_completion = {
    .cmd =
        {
            .name = "completion",
            .summary = "completion of commands and options for a shell",
            .synopsis = "bash",
            .examples = "source <(isogloss completion bash)\n"
                        "isogloss completion bash > ~/.local/share/bash-completion/completions/isogloss\n",
            .min_args = 1,
            .max_args = 1,
        },
    .run = run_completion,
    .reports = true,
};
