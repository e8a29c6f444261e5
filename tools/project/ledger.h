/** @file tools/project/ledger.h  What a project may write: only inside its output folder, and only over files that
 * it wrote itself, here, for this user.
 *
 * Which files those are is kept in $XDG_STATE_HOME/isogloss/projects (~/.local/state by default), one file per project,
 * named by a hash of the project's absolute path: {"project": PATH, "files": {PATH: XXH3 of its bytes}}. Nothing that
 * comes with a project can add to it. */
#ifndef ISG_TOOLS_PROJECT_LEDGER_H
#define ISG_TOOLS_PROJECT_LEDGER_H
#include "tools/app.h"

struct isg_ledger {
    char *path;    /**< of the ledger; NULL = nowhere to keep it */
    char *project; /**< absolute path of the project file */
    char *root;    /**< absolute path of the output folder, links resolved */
    json_t *files; /**< absolute path: checksum, or null while a stage may be writing it */
    bool allow_outside, force;
    json_t *before; /**< between begin and end of a stage: path: [earlier entry or false, checksum or ""] */
};
/**
 * To be called in the project's folder.
 * @param project  name of the project file
 * @param out      its output folder, or NULL = the project's folder
 * @param trusted  `out` was given on the command line; else it must lie inside the project's folder (ISG_EUSAGE)
 */
ISG_MUST_CHECK enum isg_status isg_ledger_open(
    struct isg_ledger *l, const char *project, const char *out, bool trusted, struct isg_error *err);
void isg_ledger_close(struct isg_ledger *l); /**< a zeroed one is fine */
/**
 * May the project write this file? ISG_EUSAGE for a path that leads out of the output folder (absolute, by .. or by
 * links) or into a hidden file or folder, without allow_outside; and for an existing file that is not as the project
 * wrote it, without force.
 * @param recorded  NULL, or a checksum with which the file is let pass for now: the stage may turn out to be done
 */
ISG_MUST_CHECK enum isg_status isg_ledger_check(
    const struct isg_ledger *l, const char *file, const char *recorded, struct isg_error *err);
/** The same for the project's own state file, which may be overwritten but not lead elsewhere by a link. */
ISG_MUST_CHECK enum isg_status isg_ledger_check_state(
    const struct isg_ledger *l, const char *file, struct isg_error *err);
/** Before a stage: these files may change now, so that a run that is killed does not lock itself out. */
ISG_MUST_CHECK enum isg_status isg_ledger_begin(
    struct isg_ledger *l, const char *const *files, size_t n, const struct isg_env *env, struct isg_error *err);
/** After it, however it ended: notes what the files are now. */
ISG_MUST_CHECK enum isg_status isg_ledger_end(
    struct isg_ledger *l, bool succeeded, const struct isg_env *env, struct isg_error *err);
/** Checksum of a regular file; "" for anything else: a pipe can be read once, a device has no end. */
ISG_MUST_CHECK enum isg_status isg_regular_checksum(const char *file, char sum[17], struct isg_error *err);

#endif
