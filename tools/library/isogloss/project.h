/** @file isogloss/project.h  Whole pipelines: what `isogloss run` does. */
#ifndef ISOGLOSS_PROJECT_H
#define ISOGLOSS_PROJECT_H
#include <isogloss/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct isogloss_project_options {
    size_t size;
    const char *out;         /**< output folder; NULL = the project's */
    const char *const *sets; /**< n_sets "NAME=VALUE" over the project's [vars] */
    size_t n_sets;
    uint64_t seed;     /**< of stages that set none; default 1 */
    int dry_run;       /**< say which stages would run, and why; write nothing */
    int force;         /**< run all stages, overwrite files that the project did not write */
    int allow_outside; /**< let the project write outside its output folder */
};
/**
 * Runs the stages of a project file whose inputs have changed. The process's current folder stays as it is; callbacks are
 * called on the calling thread.
 * @param report  NULL, or gets a JSON object: the stages, what became of each, and its results; isogloss_string_free it
 */
ISOGLOSS_CHECK enum isogloss_status isogloss_project_run(
    struct isogloss_context *c, const char *path, const struct isogloss_project_options *options, char **report);

#ifdef __cplusplus
}
#endif
#endif
