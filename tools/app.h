/** @file tools/app.h  The contract between the program (isogloss.c, app.c) and its commands (commands/, project/).
 *
 * A command is one `const struct isg_tool isg_tool_NAME` in one file and one entry in ISG_TOOLS below:
 *
 *     static enum isg_status run_fit(struct isg_app *app, int argc, char **argv, struct isg_error *err)
 *     {
 *         const char *src = NULL;
 *         const struct isg_opt table[] = {
 *             {.name = "src", .kind = ISG_OPT_STRING, .value = &src, .argument = "FILE", .required = true,
 *                 .path = ISG_PATH_IN, .help = "word vectors of the source language"},
 *             {0}};
 *         const char *out;
 *         ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
 *         if (app->done)
 *             return ISG_OK;
 *         ISG_TRY(isg_app_out(app, NULL, &out, err)); // before long work
 *         ... library calls with &app->env; argv[0 .. argc-1] are the operands ...
 *         fprintf(app->results, "%s\n", ...);           // results for people: standard output
 *         isg_app_result(app, json);                    // the same for programs: printed only with --json
 *         return ISG_OK;
 *     }
 *     const struct isg_tool isg_tool_align_fit = {{.name = "align fit", ...}, .run = run_fit};
 *
 * A command never exits, and prints only to app->results (never to stdout or stderr); everything else it has to say
 * goes through isg_log(&app->env, ...). -o/--out and the other options below belong to every command. With --json the
 * program prints one JSON object, always: the command's result, and an "error" in it if the command failed. Control
 * characters in messages, and in results shown on a terminal, are escaped here, not in the commands. Any command may
 * be a stage of `isogloss run`, called in the same process: its long options are the stage's keys. */
#ifndef ISG_TOOLS_APP_H
#define ISG_TOOLS_APP_H
#include "src/isg.h"
#include <jansson.h>
#include <stdio.h>

/** The commands: X(name of the struct after isg_tool_), in the order of the help. */
/* clang-format off */
#define ISG_TOOLS(X) \
    X(align_fit) X(align_eval) X(align_dict) X(align_apply) X(align_lookup) X(align_index) X(align_hub) X(align_health) X(align_plot) \
    X(translate) X(translate_case) X(translate_lm) X(translate_vectors) X(translate_view) \
    X(ner_train) X(ner_transfer) X(ner_curve) X(ner_pseudo) X(ner_tag) X(ner_eval) X(ner_compare) X(ner_card) \
    X(ner_plot) X(run_project) X(profile) X(tokenise) X(convert) X(check) X(info) X(completion) X(man_pages)
/* clang-format on */

struct isg_tool;

#define ISG_APP_MAX_LISTS 8 /**< list options of one command */
/** One run of one command: the options that every command has, and the environment for library calls. */
struct isg_app {
    /* Options of every command, as values. */
    const char *out; /**< -o/--out, or NULL; use isg_app_out */
    const char *log; /**< --log, or NULL */
    int64_t seed;    /**< --seed, default 1, >= 0 */
    int64_t threads; /**< --threads, default 0 = the cores there are */
    bool json, quiet, verbose, force;
    /* What a command uses. */
    const struct isg_tool *tool;
    const struct isg_tool *const *tools; /**< all commands, NULL at the end */
    struct isg_env env; /**< after isg_app_parse: log to standard error and --log, bar, stop on SIGINT, thread pool */
    FILE *results;      /**< where results for people go: standard output, or nowhere with --json; of a command that
                      only reports, the file of -o */
    bool done;          /**< isg_app_parse has served the user (--help, --version): return ISG_OK at once */
    /* Private to app.c, isogloss.c and project/. */
    bool want_version, has_result, reporting;
    json_t *result;
    double started;
    FILE *log_file;
    struct isg_memstream report; /**< what goes to -o when a command that only reports has ended */
    struct isg_bar bar;
    struct isg_opt_list lists[ISG_APP_MAX_LISTS]; /**< of the command's options, freed when it ends */
    size_t n_lists;
    bool is_stage; /**< the environment belongs to the `run` command around it */
    /** NULL, or called instead of parsing, with the command's option tables: completion, man pages, stages of `run`. */
    void (*inspect)(struct isg_app *app, const struct isg_opt *const *tables, size_t n_tables);
    void *cookie; /**< for inspect */
};

struct isg_tool {
    struct isg_command cmd;
    /** argv[0 .. argc-1] = options and operands after the command's words. */
    enum isg_status (*run)(struct isg_app *app, int argc, char **argv, struct isg_error *err);
    bool reports;   /**< its only output is app->results: isg_app_parse handles -o */
    bool saves;     /**< saves its work when it is interrupted, and so is given the time that it takes */
    bool products;  /**< computes matrix products or LAPACK's: the program opens OpenBLAS first */
    bool needs_out; /**< -o has no default: isg_app_out is called with `otherwise` NULL */
    bool hidden;    /**< for the build: not in lists of commands */
};

/**
 * Parses options of the command (table ends with {0}) and of every command, and readies app->env. The items
 * of list options live until the command returns, and are the app's to free. On return
 * the *argc operands are argv[0 .. *argc-1]. With --help or --version it prints these and sets app->done.
 */
ISG_MUST_CHECK enum isg_status isg_app_parse(
    struct isg_app *app, const struct isg_opt *table, int *argc, char **argv, struct isg_error *err);
/**
 * Path that the command's main output goes to: -o, else `otherwise` ("-" for commands that may write to
 * standard output; NULL = -o is required). ISG_EUSAGE where the file exists without --force, where its folder
 * does not, or where it would share standard output with --json.
 */
ISG_MUST_CHECK enum isg_status isg_app_out(
    struct isg_app *app, const char *otherwise, const char **path, struct isg_error *err);
/** The result as one JSON object; takes the reference (NULL = no memory, ISG_ENOMEM at the end). Call once,
 * in every mode. */
void isg_app_result(struct isg_app *app, json_t *result);

/** A JSON string of bytes that may not be UTF-8 (names of files, words of broken input): these become U+FFFD. */
json_t *isg_json_text(const char *s);

/** The tool among `tools` named by the first one or two of words ("align fit", "run"), or NULL; *used = how many words
 * that took. */
const struct isg_tool *isg_tool_find(const struct isg_tool *const *tools, char *const *words, int n, int *used);
/**
 * Calls the tool with argv[0 .. argc-1] in a fresh app and finishes it: result, log, and the error as JSON if it was
 * asked for. Returns the command's status, ISG_ECANCELED for a failure after an interrupt.
 */
enum isg_status isg_tool_run(
    const struct isg_tool *tool, struct isg_app *app, int argc, char **argv, struct isg_error *err);
/** Calls app->inspect with the option tables of a tool. */
enum isg_status isg_tool_inspect(const struct isg_tool *tool, struct isg_app *app, struct isg_error *err);
/** Exit status of the program for a status. */
int isg_exit_code(enum isg_status status);
/** Prints an error to standard error, in one line. */
void isg_print_error(const struct isg_error *err, const struct isg_tool *tool);
/** {"status", "kind", "file", "line", "message", "advice"}: exit status, its name, and the parts of the message; file,
 * line and advice are null where there is none. */
json_t *isg_error_json(const struct isg_error *err);

#endif
