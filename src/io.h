/** @file src/io.h  Files: line reader (plain or gzip), atomic writer, checksums. "-" is standard input or output. */
#ifndef ISG_SRC_IO_H
#define ISG_SRC_IO_H
#include "src/error.h"

/** Reads a file once from start to end; gzip (also several members) is seen by its magic bytes. A signal whose handler
 * was set without SA_RESTART ends a wait for input with ISG_ECANCELED. */
struct isg_reader;
ISG_MUST_CHECK enum isg_status isg_reader_open(struct isg_reader **out, const char *path, struct isg_error *err);
void isg_reader_close(struct isg_reader *r); /**< NULL is fine */
/**
 * Next line without its end (LF or CRLF); *line is NULL at the end of the file. The bytes are followed by a 0, may be
 * changed by the caller, and are valid until the next call. A last line without LF counts. A UTF-8 BOM at the start is
 * dropped. A truncated or damaged gzip stream is ISG_EDATA with the line reached.
 */
ISG_MUST_CHECK enum isg_status isg_reader_line(struct isg_reader *r, char **line, size_t *n, struct isg_error *err);
/** Up to n raw bytes; *got < n only at the end. On an error *got counts the good bytes before it. */
ISG_MUST_CHECK enum isg_status isg_reader_read(
    struct isg_reader *r, void *buf, size_t n, size_t *got, struct isg_error *err);
/** The next n bytes or more (fewer only at the end, or before damage) without consuming them; valid until the next call. */
ISG_MUST_CHECK enum isg_status isg_reader_peek(
    struct isg_reader *r, const char **bytes, size_t n, size_t *got, struct isg_error *err);
uint64_t isg_reader_lineno(const struct isg_reader *r);  /**< 1-based number of the line handed out last */
const char *isg_reader_path(const struct isg_reader *r); /**< "<standard input>" for "-" */
bool isg_reader_is_gzip(const struct isg_reader *r);
/** Bytes of the file itself consumed so far and its size (0 = unknown), for progress. */
void isg_reader_position(const struct isg_reader *r, uint64_t *done, uint64_t *total);

/** Writes PATH.tmp-PID beside the target; commit does flush, fsync, rename. Earlier output stays untouched until then. */
struct isg_writer;
/** An existing target without force is ISG_EUSAGE, "exists"; a target in a folder that cannot be written fails here. */
ISG_MUST_CHECK enum isg_status isg_writer_open(
    struct isg_writer **out, const char *path, bool force, struct isg_error *err);
/** The first failure is kept and reported by commit, so that callers may ignore these. */
void isg_writer_write(struct isg_writer *w, const void *data, size_t n);
void isg_writer_text(struct isg_writer *w, const char *text);
void isg_writer_printf(struct isg_writer *w, const char *fmt, ...) ISG_PRINTF(2, 3);
/** Finishes, and frees w in any case. */
ISG_MUST_CHECK enum isg_status isg_writer_commit(struct isg_writer *w, struct isg_error *err);
/** A whole file of n bytes, by the writer. */
ISG_MUST_CHECK enum isg_status isg_write_file(
    const char *path, const void *data, size_t n, bool force, struct isg_error *err);
void isg_writer_abort(struct isg_writer *w); /**< drops what was written; NULL is fine */

/** 64-bit XXH3 of the file's bytes as 16 hex digits and a 0. */
ISG_MUST_CHECK enum isg_status isg_file_checksum(const char *path, char out[17], struct isg_error *err);
/** ISG_EUSAGE where path exists and force is false: to be asked before long work. "-" and NULL never exist. */
ISG_MUST_CHECK enum isg_status isg_check_overwrite(const char *path, bool force, struct isg_error *err);

#endif
