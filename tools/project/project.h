/** @file tools/project/project.h  A project file: stages, each one a command of the program with its options. */
#ifndef ISG_TOOLS_PROJECT_PROJECT_H
#define ISG_TOOLS_PROJECT_PROJECT_H
#include "tools/app.h"

struct isg_strings {
    const char **items;
    size_t n, cap;
};
bool isg_strings_have(const struct isg_strings *s, const char *text);

struct isg_stage {
    const char *name;
    const struct isg_tool *tool;
    uint64_t line; /**< of its [[stage]] in the project file */
    char **argv;   /**< options and operands as the command takes them; isg_opt_parse shuffles a copy */
    int argc;
    struct isg_strings inputs;  /**< files it reads, of options and operands */
    struct isg_strings outputs; /**< files it leaves: those of options and operands, and those beside --out */
    struct isg_strings scratch; /**< files it writes and removes: checkpoints */
    json_t *options;            /**< the effective value of each option that can change a result, and the operands */
};
struct isg_project {
    const struct isg_tool *const *tools; /**< all commands */
    const char *path;                    /**< as given, for messages */
    const char *name;                    /**< the file's own name */
    const char *out;                     /**< value of the variable `out`, or NULL */
    bool out_given;                      /**< `out` comes from the command line */
    struct isg_stage *stages;
    size_t n_stages;
    /* Private. */
    struct isg_toml_file file;
    struct isg_arena arena;
    struct isg_strings var_names, var_values;
    bool *var_used; /**< as long as var_names */
    size_t n_given; /**< of them, those of the command line: they come first */
};
/**
 * Reads a project and changes to its folder, to which all its paths are relative. Every stage's options are
 * parsed by its command's own table, so that a wrong one is ISG_EDATA with its line before anything runs; so
 * are unknown tables and keys, and files that neither exist nor are made by an earlier stage. A flag may have the text
 * "true" or "false", so that a variable can set it.
 * @param sets  "NAME=VALUE" over the file's [vars]; a value that names a file or folder from here becomes
 * absolute; a name that the file neither defines nor uses is ISG_EUSAGE
 * @param seed  for stages that set none
 */
ISG_MUST_CHECK enum isg_status isg_project_load(struct isg_project *p, const char *path,
    const struct isg_opt_list *sets, const char *out, int64_t seed, const struct isg_tool *const *tools,
    struct isg_error *err);
void isg_project_fini(struct isg_project *p);

#endif
