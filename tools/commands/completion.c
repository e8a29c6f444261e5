/* isogloss completion: scripts for bash, zsh and fish, made from the option tables so that they cannot fall behind. */
#include "tools/app.h"

#include <string.h>

struct script {
    const struct isg_tool *const *tools;
    FILE *to;
};

typedef void print_tables(struct isg_app *app, const struct isg_opt *const *tables, size_t n_tables);

static enum isg_status for_each_tool(const struct script *s, print_tables *print, struct isg_error *err)
{
    for (size_t i = 0; s->tools[i]; i++) {
        struct isg_app asked = {.seed = 1, .tools = s->tools, .inspect = print, .cookie = s->to};
        if (!s->tools[i]->hidden)
            ISG_TRY(isg_tool_inspect(s->tools[i], &asked, err));
    }
    return ISG_OK;
}

/* Text inside single quotes: what a shell, and zsh's _arguments, would take for its own is left out or escaped. */
static void put_quoted(FILE *to, const char *text, const char *escape)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", to);
        else if (strchr(escape, *text))
            fprintf(to, "\\%c", *text);
        else
            fputc(*text, to);
    }
}

static void put_choices(FILE *to, const char *choices)
{
    for (; *choices; choices++)
        fputc(*choices == '|' ? ' ' : *choices, to);
}

/* Is tool i the first of those with its first word? Hidden tools come last. */
static bool first_of_group(const struct isg_tool *const *tools, size_t i)
{
    const char *name = tools[i]->cmd.name;
    const size_t n = strcspn(name, " ");
    for (size_t k = 0; k < i; k++)
        if (strncmp(tools[k]->cmd.name, name, n) == 0 && strcspn(tools[k]->cmd.name, " ") == n)
            return false;
    return !tools[i]->hidden;
}

/* The second words of the commands whose first word is that of tool i, each after a space. */
static void put_subcommands(const struct script *s, size_t i)
{
    const size_t n = strcspn(s->tools[i]->cmd.name, " ");
    for (size_t k = 0; s->tools[k]; k++)
        if (strncmp(s->tools[k]->cmd.name, s->tools[i]->cmd.name, n) == 0 && s->tools[k]->cmd.name[n] == ' ')
            fprintf(s->to, " %s", s->tools[k]->cmd.name + n + 1);
}

static bool has_subcommands(const struct script *s, size_t i)
{
    const size_t n = strcspn(s->tools[i]->cmd.name, " ");
    for (size_t k = 0; s->tools[k]; k++)
        if (strncmp(s->tools[k]->cmd.name, s->tools[i]->cmd.name, n) == 0 && s->tools[k]->cmd.name[n] == ' ')
            return true;
    return false;
}

/* ---- bash ---- */

static void bash_options(struct isg_app *app, const struct isg_opt *const *tables, size_t n_tables)
{
    FILE *to = app->cookie;
    fprintf(to, "    \"%s\") words+=\" --help", app->tool->cmd.name);
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++)
            fprintf(to, " --%s", o->name);
    fputs("\" ;;\n", to);
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++) {
            if (o->kind != ISG_OPT_CHOICE)
                continue;
            fprintf(to, "    \"%s --%s\") words=\"", app->tool->cmd.name, o->name);
            put_choices(to, o->choices);
            fputs("\" ;;\n", to);
        }
}

static enum isg_status bash(const struct script *s, struct isg_error *err)
{
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
          "  case $1 in\n"
          "    \"\") words=\"--help --version",
        s->to);
    for (size_t i = 0; s->tools[i]; i++)
        if (first_of_group(s->tools, i))
            fprintf(s->to, " %.*s", (int)strcspn(s->tools[i]->cmd.name, " "), s->tools[i]->cmd.name);
    fputs("\" ;;\n  esac\n  case $1 in\n", s->to);
    for (size_t i = 0; s->tools[i]; i++)
        if (first_of_group(s->tools, i) && has_subcommands(s, i)) {
            fprintf(
                s->to, "    \"%.*s\") words=\"--help", (int)strcspn(s->tools[i]->cmd.name, " "), s->tools[i]->cmd.name);
            put_subcommands(s, i);
            fputs("\" ;;\n", s->to);
        }
    fputs("  esac\n  case $1 in\n", s->to);
    ISG_TRY(for_each_tool(s, bash_options, err));
    fputs("  esac\n"
          "  echo \"$words\"\n"
          "}\n"
          "complete -o bashdefault -o default -F _isogloss isogloss\n",
        s->to);
    return ISG_OK;
}

/* ---- zsh ---- */

static void zsh_option(FILE *to, const struct isg_opt *o)
{
    fputs(" \\\n      ", to);
    fputs(o->kind == ISG_OPT_LIST ? "'*" : "'", to);
    fprintf(to, "--%s[", o->name);
    put_quoted(to, o->help, "[]:\\");
    fputc(']', to);
    if (o->kind == ISG_OPT_CHOICE) {
        fputs(":value:(", to);
        put_choices(to, o->choices);
        fputc(')', to);
    } else if (o->kind != ISG_OPT_FLAG) {
        fprintf(to, ":%s:%s", o->argument, o->path ? "_files" : "");
    }
    fputc('\'', to);
}

static void zsh_options(struct isg_app *app, const struct isg_opt *const *tables, size_t n_tables)
{
    FILE *to = app->cookie;
    fprintf(to, "    '%s') _arguments", app->tool->cmd.name);
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++)
            zsh_option(to, o);
    fputs(" \\\n      '--help[show this help]' '*:file:_files' ;;\n", to);
}

static enum isg_status zsh(const struct script *s, struct isg_error *err)
{
    fputs("#compdef isogloss\n"
          "# Completion of isogloss for zsh; made by: isogloss completion zsh\n"
          "_isogloss() {\n"
          "  local command=$words[2] subcommands=\n"
          "  if (( CURRENT == 2 )); then\n"
          "    compadd --",
        s->to);
    for (size_t i = 0; s->tools[i]; i++)
        if (first_of_group(s->tools, i))
            fprintf(s->to, " %.*s", (int)strcspn(s->tools[i]->cmd.name, " "), s->tools[i]->cmd.name);
    fputs("\n    return\n  fi\n  case $command in\n", s->to);
    for (size_t i = 0; s->tools[i]; i++)
        if (first_of_group(s->tools, i) && has_subcommands(s, i)) {
            fprintf(s->to, "    %.*s) subcommands='", (int)strcspn(s->tools[i]->cmd.name, " "), s->tools[i]->cmd.name);
            put_subcommands(s, i);
            fputs("' ;;\n", s->to);
        }
    fputs("  esac\n"
          "  (( CURRENT == 3 )) && compadd -- ${=subcommands}\n"
          "  if [[ \" $subcommands \" == *\" $words[3] \"* ]]; then\n"
          "    command+=\" $words[3]\"\n"
          "    shift words\n"
          "    (( CURRENT-- ))\n"
          "  fi\n"
          "  shift words\n"
          "  (( CURRENT-- ))\n"
          "  case $command in\n",
        s->to);
    ISG_TRY(for_each_tool(s, zsh_options, err));
    fputs("  esac\n}\ncompdef _isogloss isogloss\n", s->to);
    return ISG_OK;
}

/* ---- fish ---- */

static void fish_option(FILE *to, const char *command, const struct isg_opt *o)
{
    fprintf(to, "complete -c isogloss -n '__isogloss_is %s' -l %s", command, o->name);
    if (o->letter)
        fprintf(to, " -s %c", o->letter);
    if (o->kind == ISG_OPT_CHOICE) {
        fputs(" -x -a '", to);
        put_choices(to, o->choices);
        fputc('\'', to);
    } else if (o->kind != ISG_OPT_FLAG) {
        fputs(o->path ? " -r -F" : " -x", to);
    }
    fputs(" -d '", to);
    put_quoted(to, o->help, "\\");
    fputs("'\n", to);
}

static void fish_options(struct isg_app *app, const struct isg_opt *const *tables, size_t n_tables)
{
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++)
            fish_option(app->cookie, app->tool->cmd.name, o);
}

static enum isg_status fish(const struct script *s, struct isg_error *err)
{
    fputs("# Completion of isogloss for fish; made by: isogloss completion fish\n"
          "function __isogloss_is\n"
          "    set -l words (commandline -opc)\n"
          "    test \"$words[2..(math 1 + (count $argv))]\" = \"$argv\"\n"
          "end\n",
        s->to);
    for (size_t i = 0; s->tools[i]; i++) {
        const char *name = s->tools[i]->cmd.name, *space = strchr(name, ' ');
        const int n = (int)strcspn(name, " ");
        if (s->tools[i]->hidden)
            continue;
        if (first_of_group(s->tools, i))
            fprintf(s->to, "complete -c isogloss -n __fish_use_subcommand -f -a %.*s\n", n, name);
        if (space)
            fprintf(s->to, "complete -c isogloss -n '__isogloss_is %.*s' -f -a %s -d '", n, name, space + 1);
        else
            fprintf(s->to, "complete -c isogloss -n __fish_use_subcommand -f -a %s -d '", name);
        put_quoted(s->to, s->tools[i]->cmd.summary, "\\");
        fputs("'\n", s->to);
    }
    return for_each_tool(s, fish_options, err);
}

static enum isg_status run_completion(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    static const struct {
        const char *name;
        enum isg_status (*print)(const struct script *s, struct isg_error *err);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    const struct isg_opt table[] = {{0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (strcmp(argv[0], shells[i].name) == 0) {
            struct isg_memstream script;
            isg_memstream_open(&script);
            struct script s = {.tools = app->tools, .to = script.to};
            if (!s.to)
                return isg_error_nomem(err, "the script");
            enum isg_status status = shells[i].print(&s, err);
            status = isg_memstream_close(&script, status, "the script", err);
            if (status == ISG_OK) {
                fputs(script.text, app->results);
                isg_app_result(app, json_pack("{s:s, s:s}", "shell", argv[0], "script", script.text));
            }
            isg_free(script.text);
            return status;
        }
    isg_error_set(err, ISG_EUSAGE, NULL, 0, "unknown shell \"%.80s\"", argv[0]);
    return isg_error_expected(err, "bash, zsh or fish");
}

const struct isg_tool isg_tool_completion = {
    .cmd = {.name = "completion",
        .summary = "print a shell's completion script for commands and options",
        .synopsis = "bash|zsh|fish",
        .examples = "source <(isogloss completion bash)\n"
                    "isogloss completion bash -o ~/.local/share/bash-completion/completions/isogloss\n"
                    "isogloss completion zsh -o ~/.zfunc/_isogloss\n"
                    "isogloss completion fish -o ~/.config/fish/completions/isogloss.fish\n",
        .min_args = 1,
        .max_args = 1},
    .run = run_completion,
    .reports = true,
};
