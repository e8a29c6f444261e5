/** @file tools/commands/transfer_options.h  The options of `ner transfer`, which `ner curve` has too. */
#ifndef ISG_TOOLS_COMMANDS_TRANSFER_OPTIONS_H
#define ISG_TOOLS_COMMANDS_TRANSFER_OPTIONS_H
#include "ner/ner.h"
#include "tools/app.h"

#define TRANSFER_MAX_SOURCES 64
#define TRANSFER_MAX_RATES 32
#define TRANSFER_OPTIONS 56

/** What the command line says, and the table that reads it. Not to be moved once init has filled the table. */
struct transfer_args {
    struct isg_ner_transfer_opts opts;
    struct isg_ner_task_files files[TRANSFER_MAX_SOURCES];
    struct isg_opt_list sources, source_devs, source_vectors, settings, rates;
    struct isg_ner_rate rate[TRANSFER_MAX_RATES];
    char patterns[TRANSFER_MAX_RATES][128];
    const char *mode, *preset, *columns, *adversary, *share, *subset;
    int64_t epochs, sentences;
    struct isg_opt table[TRANSFER_OPTIONS]; /**< ends with {0} */
};
/** Defaults of the mode that argv names (it says what the other options start from), and the table. */
ISG_MUST_CHECK enum isg_status transfer_args_init(
    struct transfer_args *a, int argc, char **argv, struct isg_error *err);
/** After isg_app_parse: fills a->opts, all but `out`. */
ISG_MUST_CHECK enum isg_status transfer_args_finish(
    struct transfer_args *a, const struct isg_app *app, struct isg_error *err);

#endif
