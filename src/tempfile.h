/** @file src/tempfile.h  A file that is written beside its target under a temporary name and then becomes the target in
 * one step. Used by writer.c.
 *
 * The temporary name is .NAME.isogloss-PID in the target's folder, and its writer holds a lock (flock) on it. A file of
 * that pattern that nobody has locked was left by a process that died: the next writer of that target removes it.
 */
#ifndef ISG_SRC_TEMPFILE_H
#define ISG_SRC_TEMPFILE_H
#include "src/error.h"

struct isg_tempfile {
    char *path, *tmp;
    int fd;         /**< open for writing; -1 = none */
    bool replace;   /**< an existing target may be replaced */
    bool existed;   /**< the target is a file whose mode and owner the new file has got */
    bool published; /**< the target is the new file */
    bool holds_old; /**< tmp is the earlier target: isg_tempfile_undo can put it back */
};

/**
 * Creates the temporary file. path is taken as it is: links must have been resolved.
 * Permissions: those of an existing target without its setuid, setgid and sticky bits, else 0666 less the umask. Owner
 * and group of an existing target are kept where the system allows; where the group cannot be kept, its members get no
 * more than everybody.
 * Returns 0 or an errno.
 */
ISG_MUST_CHECK int isg_tempfile_open(struct isg_tempfile *t, const char *path, bool replace);
/** Gives the file its target's name. EEXIST if there is a target and `replace` is false: of several writers that create
 * the same file, one succeeds. @param keep  keep the earlier target until isg_tempfile_close, for undo */
ISG_MUST_CHECK int isg_tempfile_publish(struct isg_tempfile *t, bool keep);
/** Puts back what was there before publish, as far as that was kept. */
void isg_tempfile_undo(struct isg_tempfile *t);
/** Removes the temporary name, and syncs the folder of a published file. A zeroed struct with fd = -1 is fine. */
void isg_tempfile_close(struct isg_tempfile *t);
/** Room on a disk: opens a file without a name in a folder (NULL = /var/tmp), which goes when it is closed. */
ISG_MUST_CHECK enum isg_status isg_tempfile_unnamed(const char *folder, int *fd, struct isg_error *err);

#endif
