/** @file src/writer.h  Writes files: whole or not at all. "-" is standard output.
 *
 * Every output of the program goes through here. A file is written beside its target under a temporary name
 * (src/tempfile.h), synced to the disk, and renamed; until then an earlier file stays as it was.
 * - Without `force` nothing is replaced: neither what exists when the writer is opened, nor what another process has
 *   created by the time of commit.
 * - An existing target keeps its permissions and owner (see isg_tempfile_open); ACLs and extended attributes are lost.
 * - A symbolic link stays one: the file that it points to is replaced. A link to nothing is refused.
 * - Hard links: the other names of a replaced file keep the earlier contents.
 * - Pipes, terminals and devices are written in place. On a terminal control characters are escaped (src/escape.h);
 *   files and pipes get every byte as it is.
 * - A name that ends in .gz, .bz2, .xz, .zst or .zip is compressed (all but .gz by libarchive, src/packing.h).
 */
#ifndef ISG_SRC_WRITER_H
#define ISG_SRC_WRITER_H
#include "src/error.h"

struct isg_writer;
/** ISG_EUSAGE if the target exists and force is false; ISG_EIO if its folder cannot be written. */
ISG_MUST_CHECK enum isg_status isg_writer_open(
    struct isg_writer **out, const char *path, bool force, struct isg_error *err);
/** The first failure is kept and reported by commit, so that callers need not check these. */
void isg_writer_write(struct isg_writer *w, const void *data, size_t n);
void isg_writer_text(struct isg_writer *w, const char *text);
void isg_writer_printf(struct isg_writer *w, const char *fmt, ...) ISG_PRINTF(2, 3);
/** Passes on what is buffered, if the output is a pipe, a terminal or a device: for output that somebody waits for. */
void isg_writer_flush(struct isg_writer *w);
/** Finishes, and frees w in any case. ISG_EIO also where another process created the file meanwhile; ISG_ENOMEM also
 * where a library has run out of memory (src/reserve.h), so that what was to be written may be incomplete. */
ISG_MUST_CHECK enum isg_status isg_writer_commit(struct isg_writer *w, struct isg_error *err);
/** Commits n writers as one, NULLs left out: all of their data is on the disk before the first file appears, and if one
 * cannot be renamed, the others are taken back. Frees them in any case and sets the pointers to NULL. */
ISG_MUST_CHECK enum isg_status isg_writer_commit_all(struct isg_writer **w, size_t n, struct isg_error *err);
void isg_writer_abort(struct isg_writer *w); /**< drops what was written; NULL is fine */
/** Writes a whole file of n bytes. */
ISG_MUST_CHECK enum isg_status isg_write_file(
    const char *path, const void *data, size_t n, bool force, struct isg_error *err);
/** ISG_EUSAGE if path exists and force is false: ask before long work. "-" and NULL never exist. */
ISG_MUST_CHECK enum isg_status isg_check_overwrite(const char *path, bool force, struct isg_error *err);

#endif
