/** @file src/reader.h  Reads a file once from start to end, by lines or bytes, plain or compressed. "-" is standard
 * input. */
#ifndef ISG_SRC_READER_H
#define ISG_SRC_READER_H
#include "src/error.h"
#include "src/packing.h"

/** gzip (also several members), bzip2, xz, zstd and zip (of one file) are recognised by their first bytes. A signal
 * whose handler was set without SA_RESTART ends a wait for input with ISG_ECANCELED. */
struct isg_reader;
/** ISG_EDATA for UTF-16 text and for HTML pages, which people mistake for data; ISG_EUSAGE for a packing that needs
 * libarchive where there is none. */
ISG_MUST_CHECK enum isg_status isg_reader_open(struct isg_reader **out, const char *path, struct isg_error *err);
void isg_reader_close(struct isg_reader *r); /**< NULL is fine */
/**
 * Next line without its end (LF or CRLF); *line is NULL at the end of the file. The bytes are followed by a 0, may be
 * changed by the caller, and are valid until the next call. A last line without LF counts. A UTF-8 BOM at the start is
 * dropped. ISG_EDATA, with the line: a truncated or damaged compressed file, a line of more than 256 MiB, and binary
 * data (a zero byte in the first 64 KiB of a longer line).
 */
ISG_MUST_CHECK enum isg_status isg_reader_line(struct isg_reader *r, char **line, size_t *n, struct isg_error *err);
/** Up to n raw bytes; *got < n only at the end. On an error *got counts the good bytes before it. */
ISG_MUST_CHECK enum isg_status isg_reader_read(
    struct isg_reader *r, void *buf, size_t n, size_t *got, struct isg_error *err);
/** The next n bytes or more (fewer only at the end, or before damage) without consuming them; valid until the next
 * call. */
ISG_MUST_CHECK enum isg_status isg_reader_peek(
    struct isg_reader *r, const char **bytes, size_t n, size_t *got, struct isg_error *err);
/** Would isg_reader_line wait for input now, because a pipe or terminal has nothing to read? */
bool isg_reader_waits(const struct isg_reader *r);
uint64_t isg_reader_lineno(const struct isg_reader *r);  /**< 1-based number of the last line returned */
const char *isg_reader_path(const struct isg_reader *r); /**< "<standard input>" for "-" */
enum isg_packing isg_reader_packing(const struct isg_reader *r);
/** From now on reports each read of the file to env->progress as the progress of `stage`; where that asks to stop, the
 * call in progress returns ISG_ECANCELED. env and stage are borrowed. */
void isg_reader_watch(struct isg_reader *r, const struct isg_env *env, const char *stage);
/** Bytes of the file itself consumed so far and its size (0 = unknown), for progress. */
void isg_reader_position(const struct isg_reader *r, uint64_t *done, uint64_t *total);

#endif
