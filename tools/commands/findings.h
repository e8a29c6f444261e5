/** @file tools/commands/findings.h  What `isogloss check` found: counted by kind, the first of each kind shown. */
#ifndef ISG_TOOLS_COMMANDS_FINDINGS_H
#define ISG_TOOLS_COMMANDS_FINDINGS_H
#include "tools/app.h"

struct isg_findings {
    struct isg_app *app;
    int64_t shown;        /**< of each kind in each file; 0 = all */
    const char *file;     /**< the one being checked */
    json_t *list, *kinds; /**< the findings; kind -> count in this file */
    json_t *changes;      /**< what --fix changed */
    uint64_t errors, warnings;
};
/** ISG_ENOMEM only. isg_findings_fini in any case. */
ISG_MUST_CHECK enum isg_status isg_findings_init(
    struct isg_findings *f, struct isg_app *app, int64_t shown, struct isg_error *err);
void isg_findings_fini(struct isg_findings *f);
/** Records a finding at a line (0 = the whole file). `kind` is a fixed short name: "duplicate-sentence". */
void isg_found(struct isg_findings *f, bool error, const char *kind, uint64_t line, const char *fmt, ...)
    ISG_PRINTF(5, 6);
/** Records and prints a change of a repaired copy; all are shown. */
void isg_fixed(struct isg_findings *f, const char *kind, uint64_t line, const char *fmt, ...) ISG_PRINTF(4, 5);
/** Starts a file. */
void isg_findings_file(struct isg_findings *f, const char *file);
/** Prints how many findings of the file were not shown. */
void isg_findings_end_file(struct isg_findings *f);

/** "1 error", "2 errors": arguments for "%llu %s%s". */
#define ISG_COUNT(n, noun) (unsigned long long)(n), noun, (n) == 1 ? "" : "s"

#endif
