/** @file src/packing.h  Compressed files: which are known by name or content, and all but gzip by libarchive.
 *
 * libarchive is optional at build time (option `libarchive`). Without it isg_archive_open and isg_archive_create fail
 * with ISG_EUSAGE and name the package. */
#ifndef ISG_SRC_PACKING_H
#define ISG_SRC_PACKING_H
#include "src/error.h"

enum isg_packing { ISG_PLAIN, ISG_GZIP, ISG_BZIP2, ISG_XZ, ISG_ZSTD, ISG_ZIP };
/** "none", "gzip", "bzip2", "xz", "zstd", "zip" */
const char *isg_packing_name(enum isg_packing packing);
/** By the ending of a name, .gz .bz2 .xz .zst .zip; *length (may be NULL) gets the length of the name without it. */
enum isg_packing isg_packing_of_name(const char *path, size_t *length);
/** By a file's first n bytes. *more (may be NULL): further bytes could change the answer. */
enum isg_packing isg_packing_of_bytes(const unsigned char *head, size_t n, bool *more);

/** Where an archive's raw bytes come from or go to. */
struct isg_archive_io {
    void *cookie;
    /** The next piece, valid until the next call; 0 bytes at the end, a negative value after a failure. */
    long (*read)(void *cookie, const void **piece);
    /** To a position in the file: NULL, or -1, where that is impossible. `whence` as lseek's. */
    long long (*seek)(void *cookie, long long offset, int whence);
    /** 0, or an errno. */
    int (*write)(void *cookie, const void *data, size_t n);
};
struct isg_archive;
/** A compressed stream, or the only file in a .zip: of several the first is read and the end is then ISG_EDATA. */
ISG_MUST_CHECK enum isg_status isg_archive_open(struct isg_archive **out, enum isg_packing packing, const char *path,
    const struct isg_archive_io *io, struct isg_error *err);
/** Up to n bytes; *got = 0 at the end. Damage is ISG_EDATA; after a failure of io->read, ISG_EIO. */
ISG_MUST_CHECK enum isg_status isg_archive_read(
    struct isg_archive *a, void *buf, size_t n, size_t *got, struct isg_error *err);
/** For writing; a .zip gets one file of path's name without ".zip". */
ISG_MUST_CHECK enum isg_status isg_archive_create(struct isg_archive **out, enum isg_packing packing, const char *path,
    const struct isg_archive_io *io, struct isg_error *err);
int isg_archive_write(struct isg_archive *a, const void *data, size_t n); /**< 0 or an errno */
/** Ends what was written. 0 or an errno. */
int isg_archive_finish(struct isg_archive *a);
void isg_archive_free(struct isg_archive *a); /**< NULL is fine */

#endif
