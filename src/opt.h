/** @file src/opt.h  Option tables: one table per command gives the parser, the help and the error messages. */
#ifndef ISG_SRC_OPT_H
#define ISG_SRC_OPT_H
#include "src/error.h"
#include <stdio.h>

enum isg_opt_kind {
    ISG_OPT_FLAG,   /**< bool; --no-NAME clears it */
    ISG_OPT_INT,    /**< int64_t in [min, max] */
    ISG_OPT_REAL,   /**< double in [min, max] */
    ISG_OPT_STRING, /**< const char *, borrowed from argv */
    ISG_OPT_CHOICE, /**< const char *, one of `choices` */
    ISG_OPT_LIST    /**< struct isg_opt_list, may be given several times */
};
struct isg_opt_list {
    const char **items;
    size_t n, cap;
};
void isg_opt_list_fini(struct isg_opt_list *list);
/** What a command does with a file that a value or an operand names; "-" is standard input or output. */
enum isg_path {
    ISG_PATH_NONE, /**< the value names no file */
    ISG_PATH_IN,   /**< reads it */
    ISG_PATH_OUT,  /**< writes it */
    ISG_PATH_IN_OUT
};
struct isg_opt {
    const char *name; /**< long name without dashes; NULL ends the table */
    char letter;      /**< short name, 0 = none; one letter means the same in every command */
    enum isg_opt_kind kind;
    void *value;          /**< destination; its value before parsing is the default, which the help shows */
    const char *argument; /**< "FILE", "N"; NULL for flags */
    const char *help;     /**< one line, with the unit; marks (required, repeatable, default) are added to it */
    const char *choices;  /**< ISG_OPT_CHOICE: "nn|csls|isf" */
    double min, max;      /**< numbers; both 0 = any */
    const char *group;    /**< heading in the help; NULL = that of the option before it ("Options" at first) */
    bool required;
    bool needed; /**< shown as required, but left to the command to check, which has a use without it */
    const char *alias; /**< another long name, not shown; NULL = none */
    enum isg_path path;
    const char *fallback; /**< what the default value means, shown as the default: "first column"; NULL = the value */
};
/** A file that a command writes beside the one of -o: that file's name and a suffix. Where the first of the list is
 * written instead of that file, a name that has its suffix already loses it. */
struct isg_beside {
    const char *suffix;         /**< NULL ends the list */
    const char *option, *value; /**< only where this option has this value; NULL = always */
    bool instead;               /**< the file of -o itself is not written then */
    bool temporary;             /**< removed when the command succeeds: a checkpoint */
};
struct isg_command {
    const char *name;                /**< "align fit" */
    const char *summary;             /**< one line */
    const char *synopsis;            /**< what follows the name in the usage line */
    const char *examples;            /**< lines of commands, shown first in the help */
    int min_args, max_args;          /**< number of operands; max_args < 0 = any number */
    enum isg_path operands;          /**< what operands are; ISG_PATH_NONE = words */
    int n_words;                     /**< operands before the first path: the action of "translate lm train TEXT" */
    const struct isg_beside *beside; /**< NULL = none */
};
/**
 * Operands are moved to the front of args (argv after the command's words); *n_args counts them. -h gives *help = true
 * and no check of required options. A long name may be cut short where what is left fits one option only; an ambiguous
 * or unknown one is ISG_EUSAGE with a did-you-mean. Numbers are parsed whole and range-checked; "--" ends options; "-"
 * is an operand.
 */
ISG_MUST_CHECK enum isg_status isg_opt_parse(const struct isg_command *cmd, const struct isg_opt *const *tables,
    size_t n_tables, char **args, int *n_args, bool *help, struct isg_error *err);
/**
 * What an option will be set to, read by the rules of isg_opt_parse and without storing anything: *value = its last
 * value, "" for a flag, "no" for --no-NAME, NULL where it is not given. For what has to be known before parsing, such as
 * the option that sets the others' defaults. Options of other tables are ignored; an abbreviation is resolved among those
 * of this table.
 */
ISG_MUST_CHECK enum isg_status isg_opt_peek(
    const struct isg_opt *table, int n, char **args, const char *name, const char **value, struct isg_error *err);
/**
 * What the help says of an option beside its text, NUL-terminated and cut at n bytes: "[required]", "[repeatable]",
 * "[required, repeatable]", "[default: X]", "" for an option whose fallback is "". The default is the present value, so
 * call it before parsing.
 */
void isg_opt_marks(const struct isg_opt *o, char *out, size_t n);
/** Prints the help, no line longer than 100 characters unless a word or an example is; call it before parsing. */
void isg_opt_help(const struct isg_command *cmd, const struct isg_opt *const *tables, size_t n_tables, FILE *to);
/** The name among `names` (NULL-terminated) nearest to word by edit distance, or NULL where none is near
 * enough. */
const char *isg_did_you_mean(const char *word, const char *const *names);

#endif
