/* Option tables: getopt_long fed from struct isg_opt, help text, and messages that say what was meant. */
#include "src/opt.h"
#include "src/mem.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_VALUE = 256 }; /* getopt's return values above all characters: FIRST_VALUE + 2 * index (+ 1 for --no-) */

struct set {
    const struct isg_opt *const *tables;
    size_t n_tables;
    const struct isg_opt **opts; /* all tables in one row */
    size_t n;
    struct option *longs;
    char **negations; /* "no-NAME" of the flags */
    size_t n_negations;
    char *letters;
    bool *seen;
};

static void set_fini(struct set *s)
{
    for (size_t i = 0; i < s->n_negations; i++)
        isg_free(s->negations[i]);
    isg_free(s->negations);
    isg_free(s->opts);
    isg_free(s->longs);
    isg_free(s->letters);
    isg_free(s->seen);
}

static enum isg_status set_init(
    struct set *s, const struct isg_opt *const *tables, size_t n_tables, struct isg_error *err)
{
    *s = (struct set){.tables = tables, .n_tables = n_tables};
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++)
            s->n++;
    s->opts = isg_calloc(s->n + 1, sizeof *s->opts);
    s->longs = isg_calloc(3 * s->n + 2, sizeof *s->longs); /* name, alias, --no-name, --help */
    s->negations = isg_calloc(s->n + 1, sizeof *s->negations);
    s->letters = isg_calloc(2 * s->n + 4, 1);
    s->seen = isg_calloc(s->n + 1, sizeof *s->seen);
    if (!s->opts || !s->longs || !s->negations || !s->letters || !s->seen)
        return isg_error_nomem(err, "the options");
    /* '-': operands come out in order as option 1, whatever POSIXLY_CORRECT says; ':': a missing value is
     * told apart */
    char *letter = s->letters;
    *letter++ = '-';
    *letter++ = ':';
    *letter++ = 'h';
    size_t k = 0, i = 0;
    s->longs[k++] = (struct option){"help", no_argument, NULL, 'h'};
    for (size_t t = 0; t < n_tables; t++) {
        for (const struct isg_opt *o = tables[t]; o->name; o++, i++) {
            const int value = FIRST_VALUE + 2 * (int)i;
            const bool flag = o->kind == ISG_OPT_FLAG;
            s->opts[i] = o;
            s->longs[k++] = (struct option){o->name, flag ? no_argument : required_argument, NULL, value};
            if (o->alias)
                s->longs[k++] = (struct option){o->alias, flag ? no_argument : required_argument, NULL, value};
            if (flag) {
                const size_t size = strlen(o->name) + 4;
                char *no = isg_malloc(size, 1);
                if (!no)
                    return isg_error_nomem(err, "the options");
                snprintf(no, size, "no-%s", o->name);
                s->negations[s->n_negations++] = no;
                s->longs[k++] = (struct option){no, no_argument, NULL, value + 1};
            }
            if (o->letter) {
                *letter++ = o->letter;
                if (!flag)
                    *letter++ = ':';
            }
        }
    }
    return ISG_OK;
}

static bool in_range(const struct isg_opt *o, double x)
{
    return (o->min == 0 && o->max == 0) || (x >= o->min && x <= o->max);
}

static enum isg_status range_error(const struct isg_opt *o, const char *text, const char *what, struct isg_error *err)
{
    isg_error_set(err, ISG_EUSAGE, NULL, 0, "--%s: \"%.80s\"", o->name, text);
    if (o->min == 0 && o->max == 0)
        return isg_error_expected(err, "%s", what);
    if (isinf(o->max))
        return isg_error_expected(err, "%s of at least %.15g", what, o->min);
    return isg_error_expected(err, "%s between %.15g and %.15g", what, o->min, o->max);
}

static bool is_choice(const char *choices, const char *text)
{
    const size_t n = strlen(text);
    for (const char *c = choices; c && n > 0; c = strchr(c, '|') ? strchr(c, '|') + 1 : NULL)
        if (strcspn(c, "|") == n && strncmp(c, text, n) == 0)
            return true;
    return false;
}

static enum isg_status store(const struct isg_opt *o, const char *text, bool on, struct isg_error *err)
{
    char *end;
    errno = 0;
    switch (o->kind) {
    case ISG_OPT_FLAG:
        *(bool *)o->value = on;
        return ISG_OK;
    case ISG_OPT_INT: {
        const long long x = strtoll(text, &end, 10);
        if (end == text || *end || errno || !in_range(o, (double)x))
            return range_error(o, text, "a whole number", err);
        *(int64_t *)o->value = x;
        return ISG_OK;
    }
    case ISG_OPT_REAL: {
        const double x = strtod(text, &end);
        if (end == text || *end || !isfinite(x) || !in_range(o, x))
            return range_error(o, text, "a number", err);
        *(double *)o->value = x;
        return ISG_OK;
    }
    case ISG_OPT_STRING:
        *(const char **)o->value = text;
        return ISG_OK;
    case ISG_OPT_CHOICE:
        if (!is_choice(o->choices, text)) {
            isg_error_set(err, ISG_EUSAGE, NULL, 0, "--%s: \"%.80s\"", o->name, text);
            return isg_error_expected(err, "one of %s", o->choices);
        }
        *(const char **)o->value = text;
        return ISG_OK;
    case ISG_OPT_LIST: {
        struct isg_opt_list *list = o->value;
        if (!ISG_GROW(list->items, list->cap, list->n + 1))
            return isg_error_nomem(err, "the options");
        list->items[list->n++] = text;
        return ISG_OK;
    }
    }
    return ISG_OK;
}

static enum isg_status unknown(const struct set *s, const char *word, struct isg_error *err)
{
    const int n = (int)strcspn(word + 2, "=");
    char name[64];
    snprintf(name, sizeof name, "%.*s", n, word + 2);
    /* getopt also ends up here for an abbreviation of several options */
    const struct option *first = NULL, *second = NULL;
    for (const struct option *o = s->longs; o->name; o++)
        if (strncmp(o->name, name, strlen(name)) == 0) {
            if (!first)
                first = o;
            else if (!second && o->val != first->val)
                second = o;
        }
    if (second) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "ambiguous option --%s", name);
        return isg_error_advice(err, "did you mean --%s or --%s?", first->name, second->name);
    }
    isg_error_set(err, ISG_EUSAGE, NULL, 0, "unknown option --%s", name);
    const char **names = isg_calloc(3 * s->n + 2, sizeof *names);
    if (names) {
        size_t k = 0;
        for (const struct option *o = s->longs; o->name; o++)
            names[k++] = o->name;
        const char *near = isg_did_you_mean(name, names);
        if (near)
            isg_error_advice(err, "did you mean --%s?", near);
    }
    isg_free(names);
    return err->status;
}

/* One option as getopt_long returned it; words = the vector that getopt walks through. */
static enum isg_status take(struct set *s, int c, char **words, bool *help, struct isg_error *err)
{
    if (c == 'h') {
        *help = true;
        return ISG_OK;
    }
    size_t i = s->n;
    bool on = true;
    if (c >= FIRST_VALUE) {
        i = (size_t)(c - FIRST_VALUE) / 2;
        on = (c - FIRST_VALUE) % 2 == 0;
    } else if (c == ':') { /* optopt = what getopt would have returned */
        if (optopt < FIRST_VALUE)
            return isg_error_set(err, ISG_EUSAGE, NULL, 0, "option -%c without a value", optopt);
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "option %.80s without a value", words[optind - 1]);
    } else if (c == '?') { /* optopt = 0 for an unknown long option, the letter for a short one */
        const char *word = words[optind - 1];
        if (optopt == 0)
            return unknown(s, word, err);
        if (optopt >= FIRST_VALUE || optopt == 'h')
            return isg_error_set(err, ISG_EUSAGE, NULL, 0, "option %.*s takes no value", (int)strcspn(word, "="), word);
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "unknown option -%c", optopt);
    } else {
        for (i = 0; i < s->n && s->opts[i]->letter != c; i++)
            ;
    }
    s->seen[i] = true;
    return store(s->opts[i], optarg, on, err);
}

static enum isg_status check_operands(const struct isg_command *cmd, int n, char **args, struct isg_error *err)
{
    if (cmd->max_args >= 0 && n > cmd->max_args) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "unexpected argument \"%.80s\"", args[cmd->max_args]);
    } else if (n < cmd->min_args) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, n ? "too few arguments" : "no argument given");
    } else {
        return ISG_OK;
    }
    return isg_error_expected(err, "isogloss %s %s", cmd->name, cmd->synopsis ? cmd->synopsis : "");
}

enum isg_status isg_opt_parse(const struct isg_command *cmd, const struct isg_opt *const *tables, size_t n_tables,
    char **args, int *n_args, bool *help, struct isg_error *err)
{
    const int n = *n_args;
    struct set s;
    char **words = NULL;
    char name[] = "isogloss";
    int n_operands = 0;
    enum isg_status status;
    *help = false;
    ISG_GOTO(set_init(&s, tables, n_tables, err));
    words = isg_calloc((size_t)n + 2, sizeof *words);
    if (!words) {
        status = isg_error_nomem(err, "the options");
        goto out;
    }
    words[0] = name; /* getopt skips the program's name */
    if (n > 0)
        memcpy(words + 1, args, (size_t)n * sizeof *words);
    optind = 0; /* start again, also after another command */
    opterr = 0;
    int c;
    while ((c = getopt_long(n + 1, words, s.letters, s.longs, NULL)) != -1) {
        if (c == 1)
            args[n_operands++] = optarg;
        else
            ISG_GOTO(take(&s, c, words, help, err));
    }
    while (optind < n + 1)
        args[n_operands++] = words[optind++];
    *n_args = n_operands;
    if (*help)
        goto out;
    for (size_t i = 0; i < s.n; i++)
        if (s.opts[i]->required && !s.seen[i]) {
            status = isg_error_set(err, ISG_EUSAGE, NULL, 0, "option --%s is missing", s.opts[i]->name);
            goto out;
        }
    status = check_operands(cmd, n_operands, args, err);
out:
    isg_free(words);
    set_fini(&s);
    return status;
}

enum isg_status isg_opt_peek(
    const struct isg_opt *table, int n, char **args, const char *name, const char **value, struct isg_error *err)
{
    const struct isg_opt *const tables[] = {table};
    struct set s;
    char program[] = "isogloss", **words = NULL;
    enum isg_status status;
    *value = NULL;
    ISG_GOTO(set_init(&s, tables, 1, err));
    words = isg_calloc((size_t)n + 2, sizeof *words);
    if (!words) {
        status = isg_error_nomem(err, "the options");
        goto out;
    }
    words[0] = program;
    if (n > 0)
        memcpy(words + 1, args, (size_t)n * sizeof *words);
    optind = 0;
    opterr = 0;
    for (int c; (c = getopt_long(n + 1, words, s.letters, s.longs, NULL)) != -1;)
        if (c >= FIRST_VALUE && strcmp(s.opts[(c - FIRST_VALUE) / 2]->name, name) == 0)
            *value = optarg ? optarg : (c - FIRST_VALUE) % 2 ? "no" : "";
out:
    isg_free(words);
    set_fini(&s);
    return status;
}

void isg_opt_list_fini(struct isg_opt_list *list)
{
    isg_free(list->items);
    *list = (struct isg_opt_list){0};
}

enum { HELP_WIDTH = 100, HELP_COLUMN = 31 };

/* Text that starts in column `at`, broken at spaces so that no line passes HELP_WIDTH; further lines are indented. */
static void put_wrapped(FILE *to, const char *text, int at, int indent)
{
    for (bool first = true; *text; first = false) {
        int word = (int)strcspn(text, " ");
        const int mark = *text == '[' ? (int)strcspn(text, "]") + 1 : 0;
        if (mark > word && mark < HELP_WIDTH - HELP_COLUMN && text[mark - 1]) /* a mark stays in one piece */
            word = mark;
        if (!first && at + 1 + word > HELP_WIDTH) {
            fprintf(to, "\n%*s", indent, "");
            at = indent;
        } else if (!first) {
            fputc(' ', to);
            at++;
        }
        fprintf(to, "%.*s", word, text);
        at += word;
        text += word + (text[word] == ' ');
    }
    fputc('\n', to);
}

static void default_text(const struct isg_opt *o, char *out, size_t n)
{
    const char *text = NULL;
    *out = 0;
    switch (o->kind) {
    case ISG_OPT_FLAG:
        if (*(const bool *)o->value)
            snprintf(out, n, "on; --no-%s", o->name);
        else
            snprintf(out, n, "off");
        break;
    case ISG_OPT_INT:
        snprintf(out, n, "%lld", (long long)*(const int64_t *)o->value);
        break;
    case ISG_OPT_REAL:
        snprintf(out, n, "%g", *(const double *)o->value);
        break;
    case ISG_OPT_STRING:
    case ISG_OPT_CHOICE:
        text = *(const char *const *)o->value;
        snprintf(out, n, "%s", text ? text : "none");
        break;
    case ISG_OPT_LIST:
        break;
    }
}

void isg_opt_marks(const struct isg_opt *o, char *out, size_t n)
{
    char text[160];
    if (o->required || o->needed) {
        snprintf(out, n, o->kind == ISG_OPT_LIST ? "[required, repeatable]" : "[required]");
        return;
    }
    if (o->fallback)
        snprintf(text, sizeof text, "%s", o->fallback);
    else
        default_text(o, text, sizeof text);
    if (o->kind == ISG_OPT_LIST)
        snprintf(out, n, *text ? "[repeatable; default: %s]" : "[repeatable]", text);
    else
        snprintf(out, n, "%s%s%s", *text ? "[default: " : "", text, *text ? "]" : "");
}

static void print_option(const struct isg_opt *o, FILE *to)
{
    char head[160], text[640], marks[200];
    const char *argument = o->kind == ISG_OPT_CHOICE && !o->argument ? o->choices : o->argument;
    int n = o->letter ? snprintf(head, sizeof head, "  -%c, --%s", o->letter, o->name)
                      : snprintf(head, sizeof head, "      --%s", o->name);
    if (argument && n > 0 && (size_t)n < sizeof head)
        snprintf(head + n, sizeof head - (size_t)n, " %s", argument);
    if (strlen(head) > HELP_COLUMN - 2)
        fprintf(to, "%s\n%*s", head, HELP_COLUMN, "");
    else
        fprintf(to, "%-*s", HELP_COLUMN, head);
    isg_opt_marks(o, marks, sizeof marks);
    n = snprintf(text, sizeof text, "%s", o->help ? o->help : "");
    if (o->kind == ISG_OPT_CHOICE && o->argument && o->choices) {
        n += snprintf(text + n, sizeof text - (size_t)n, ": ");
        for (const char *c = o->choices; *c && (size_t)n + 3 < sizeof text; c++)
            n += snprintf(text + n, sizeof text - (size_t)n, *c == '|' ? ", " : "%c", *c);
    }
    snprintf(text + n, sizeof text - (size_t)n, "%s%s", *marks ? " " : "", marks);
    put_wrapped(to, text, HELP_COLUMN, HELP_COLUMN);
}

void isg_opt_help(const struct isg_command *cmd, const struct isg_opt *const *tables, size_t n_tables, FILE *to)
{
    fprintf(to, "isogloss %s: %s\n", cmd->name, cmd->summary);
    if (cmd->examples) {
        fputs("\nExamples:\n", to);
        for (const char *line = cmd->examples; *line;) {
            const size_t n = strcspn(line, "\n");
            fprintf(to, n ? "  %.*s\n" : "%.*s\n", (int)n, line);
            line += n + (line[n] == '\n');
        }
    }
    char usage[512];
    snprintf(usage, sizeof usage, "Usage: isogloss %s [options]%s%s", cmd->name,
        cmd->synopsis && *cmd->synopsis ? " " : "", cmd->synopsis ? cmd->synopsis : "");
    fputc('\n', to);
    put_wrapped(to, usage, 0, (int)strlen(cmd->name) + 17);
    const char *group = NULL;
    for (size_t t = 0; t < n_tables; t++)
        for (const struct isg_opt *o = tables[t]; o->name; o++) {
            const char *heading = o->group ? o->group : group ? group : "Options";
            if (!group || strcmp(heading, group) != 0)
                fprintf(to, "\n%s:\n", heading);
            group = heading;
            print_option(o, to);
        }
    fprintf(to, "%-*sshow this help\n", HELP_COLUMN, "  -h, --help");
}

/* Edits (insert, delete, replace, swap neighbours) that turn a into b, for words of at most 63 bytes. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[3][64];
    const size_t n = strlen(a), m = strlen(b);
    if (n > 63 || m > 63)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3];
        const size_t *before = row[(i - 1) % 3], *earlier = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = before[j - 1] + (a[i - 1] != b[j - 1]);
            if (before[j] + 1 < best)
                best = before[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && earlier[j - 2] + 1 < best)
                best = earlier[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

const char *isg_did_you_mean(const char *word, const char *const *names)
{
    const char *best = NULL;
    size_t least = strlen(word) / 3 + 1; /* "trian" -> "train", but "x" -> nothing */
    for (; *names; names++) {
        const size_t d = edit_distance(word, *names);
        if (d <= least && d < strlen(word) && (!best || d < least)) {
            least = d;
            best = *names;
        }
    }
    return best;
}
