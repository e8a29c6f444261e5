/** @file src/writer.h  Writes files atomically. "-" is standard output. */
#ifndef ISG_SRC_WRITER_H
#define ISG_SRC_WRITER_H
#include "src/error.h"

/** Writes PATH.tmp-PID beside the target; commit does flush, fsync, rename. Earlier output stays untouched until then. */
struct isg_writer;
/** ISG_EUSAGE if the target exists and force is false; ISG_EIO if its folder cannot be written. */
ISG_MUST_CHECK enum isg_status isg_writer_open(
    struct isg_writer **out, const char *path, bool force, struct isg_error *err);
/** The first failure is kept and reported by commit, so that callers need not check these. */
void isg_writer_write(struct isg_writer *w, const void *data, size_t n);
void isg_writer_text(struct isg_writer *w, const char *text);
void isg_writer_printf(struct isg_writer *w, const char *fmt, ...) ISG_PRINTF(2, 3);
/** Finishes, and frees w in any case. */
ISG_MUST_CHECK enum isg_status isg_writer_commit(struct isg_writer *w, struct isg_error *err);
void isg_writer_abort(struct isg_writer *w); /**< drops what was written; NULL is fine */
/** Writes a whole file of n bytes. */
ISG_MUST_CHECK enum isg_status isg_write_file(
    const char *path, const void *data, size_t n, bool force, struct isg_error *err);
/** ISG_EUSAGE if path exists and force is false: ask before long work. "-" and NULL never exist. */
ISG_MUST_CHECK enum isg_status isg_check_overwrite(const char *path, bool force, struct isg_error *err);

#endif
