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
struct isg_opt {
    const char *name; /**< long name without dashes; NULL ends the table */
    char letter;      /**< short name, 0 = none */
    enum isg_opt_kind kind;
    void *value;          /**< where the value goes; what is there before parsing is the default, shown in the help */
    const char *argument; /**< "FILE", "N"; NULL for flags */
    const char *help;     /**< one line; unit where there is one; one with "(default" in it shows no value */
    const char *choices;  /**< ISG_OPT_CHOICE: "nn|csls|isf" */
    double min, max;      /**< numbers; both 0 = any */
    const char *group;    /**< heading in the help; NULL = as the one before ("Options" at first) */
    bool required;
    const char *alias; /**< another long name, not shown; NULL = none */
    bool output;       /**< the value is a file that the command writes, not one that it reads */
};
struct isg_command {
    const char *name;       /**< "align fit" */
    const char *summary;    /**< one line */
    const char *synopsis;   /**< what follows the name in the usage line */
    const char *examples;   /**< lines of commands, shown first in the help */
    int min_args, max_args; /**< number of operands; max_args < 0 = any number */
};
/** Operands are moved to the front of args (argv after the command's words); *n_args counts them. -h gives
 * *help = true and no check of required options. Unknown options get a did-you-mean, numbers are parsed whole
 * and range-checked;
 * "--" ends options; "-" is an operand. */
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
/** Prints the help; defaults are those in the values, so call it before parsing or with a fresh table. */
void isg_opt_help(const struct isg_command *cmd, const struct isg_opt *const *tables, size_t n_tables, FILE *to);
/** The name among `names` (NULL-terminated) nearest to word by edit distance, or NULL where none is near
 * enough. */
const char *isg_did_you_mean(const char *word, const char *const *names);

#endif
