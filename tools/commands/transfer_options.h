/** @file tools/commands/transfer_options.h  The options of `ner transfer` and `ner curve`. */
#ifndef ISG_TOOLS_COMMANDS_TRANSFER_OPTIONS_H
#define ISG_TOOLS_COMMANDS_TRANSFER_OPTIONS_H
#include "ner/ner.h"
#include "tools/app.h"

enum {
    TRANSFER_MAX_SOURCES = 64,
    TRANSFER_MAX_RATES = 32,
    TRANSFER_MAX_KEYS = 40, /**< settings in the library's table */
    TRANSFER_MAX_OPTIONS = TRANSFER_MAX_KEYS + 24
};

/** What the command line says, and the table that reads it. Not to be moved once init has filled the table. */
struct transfer_args {
    struct isg_ner_transfer_opts opts;
    struct isg_ner_task_files files[TRANSFER_MAX_SOURCES];
    struct isg_opt_list sources, source_devs, source_vectors, settings, rates;
    struct isg_ner_rate rate[TRANSFER_MAX_RATES];
    char patterns[TRANSFER_MAX_RATES][128];
    const char *mode, *preset, *columns, *subset;
    int64_t epochs, sentences;
    bool sized; /**< the caller sets the number of target sentences: there is no --sentences */
    /* of the options of settings: name, and the value of a choice, first its default */
    char name[TRANSFER_MAX_KEYS][24], fallback[TRANSFER_MAX_KEYS][16];
    const char *choice[TRANSFER_MAX_KEYS];
    char modes[160];                            /**< names, separated by '|' */
    struct isg_opt table[TRANSFER_MAX_OPTIONS]; /**< n_options, then {0} */
    size_t n_options;
    const char *defaults;          /**< the mode whose settings are the defaults; NULL = none was named */
    bool given[TRANSFER_MAX_KEYS]; /**< a setting: its option was given */
};
/** Fills the table, whose defaults are those of the mode that argv names, and `given`. */
ISG_MUST_CHECK enum isg_status transfer_args_init(
    struct transfer_args *a, bool sized, int argc, char **argv, struct isg_error *err);
/** After isg_app_parse: checks the options and fills a->opts, all but `out`. */
ISG_MUST_CHECK enum isg_status transfer_args_finish(
    struct transfer_args *a, const struct isg_app *app, struct isg_error *err);

#endif
