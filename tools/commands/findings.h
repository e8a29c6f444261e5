/** @file tools/commands/findings.h  What `isogloss check` found: counted by kind, the first of each kind shown. */
#ifndef ISG_TOOLS_COMMANDS_FINDINGS_H
#define ISG_TOOLS_COMMANDS_FINDINGS_H
#include "tools/app.h"

struct isg_findings {
    struct isg_app *app;
    int64_t shown;        /**< of one kind in one file; 0 = all */
    const char *file;     /**< the one being checked */
    json_t *list, *kinds; /**< the findings; kind -> count in this file */
    uint64_t errors, warnings;
};
/** Notes a finding at a line (0 = the whole file). `kind` is a fixed short name: "duplicate-sentence". */
void isg_found(struct isg_findings *f, bool error, const char *kind, uint64_t line, const char *fmt, ...)
    ISG_PRINTF(5, 6);
/** Starts a file. */
void isg_findings_file(struct isg_findings *f, const char *file);
/** Says how many findings of the file were not shown. */
void isg_findings_end_file(struct isg_findings *f);

struct isg_check_seen; /**< The sentences of all files so far. */
struct isg_check_seen *isg_check_seen_new(void);
void isg_check_seen_free(struct isg_check_seen *seen);
/** Checks a labelled corpus and gives its figures. */
ISG_MUST_CHECK enum isg_status isg_check_labelled(struct isg_findings *f, struct isg_check_seen *seen, const char *path,
    struct isg_columns columns, json_t **figures, struct isg_error *err);

#endif
