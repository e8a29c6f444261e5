/* Compressed files: known by name and content; bzip2, xz, zstd and zip by libarchive, where there is one. */
#include "src/packing.h"

#include "src/mem.h"

#include <errno.h>
#include <string.h>
#ifdef ISG_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>
#endif

static const struct {
    const char *name, *ending, *magic;
    size_t n;
} packings[] = {
    [ISG_PLAIN] = {"none", "", "", 0},
    [ISG_GZIP] = {"gzip", ".gz", "\x1f\x8b", 2},
    /* the name, a level, and pi: a text may well begin with "BZh" */
    [ISG_BZIP2] = {"bzip2", ".bz2", "BZh?1AY&SY", 10},
    [ISG_XZ] = {"xz", ".xz",
        "\xfd"
        "7zXZ\0",
        6},
    [ISG_ZSTD] = {"zstd", ".zst", "\x28\xb5\x2f\xfd", 4},
    [ISG_ZIP] = {"zip", ".zip", "PK\3\4", 4},
};
enum { N_PACKINGS = sizeof packings / sizeof *packings };

const char *isg_packing_name(enum isg_packing packing)
{
    return packings[packing].name;
}

enum isg_packing isg_packing_of_name(const char *path, size_t *length)
{
    const size_t n = strlen(path);
    enum isg_packing found = ISG_PLAIN;
    size_t ending = 0;
    for (int i = 1; i < N_PACKINGS; i++) {
        const size_t k = strlen(packings[i].ending);
        if (n > k && strcmp(path + n - k, packings[i].ending) == 0) {
            found = (enum isg_packing)i;
            ending = k;
        }
    }
    if (length)
        *length = n - ending;
    return found;
}

enum isg_packing isg_packing_of_bytes(const unsigned char *head, size_t n, bool *more)
{
    bool unsure = false;
    enum isg_packing found = ISG_PLAIN;
    for (int i = 1; i < N_PACKINGS; i++) {
        const size_t k = n < packings[i].n ? n : packings[i].n;
        bool same = true;
        for (size_t j = 0; same && j < k; j++)
            same = head[j] == (unsigned char)packings[i].magic[j] || (i == ISG_BZIP2 && j == 3);
        if (same && k == packings[i].n)
            found = (enum isg_packing)i;
        unsure |= same && k < packings[i].n;
    }
    if (more)
        *more = unsure;
    return found;
}

#ifdef ISG_LIBARCHIVE
struct isg_archive {
    struct archive *a;
    struct isg_archive_io io;
    char *path;
    bool failed; /* io->read failed */
    bool ended, writing;
    struct isg_error error; /* at the end: met by each further read */
};

static la_ssize_t read_raw(struct archive *la, void *cookie, const void **piece)
{
    struct isg_archive *const a = cookie;
    const long n = a->io.read(a->io.cookie, piece);
    if (n < 0) {
        a->failed = true;
        archive_set_error(la, EIO, "cannot read");
    }
    return n < 0 ? ARCHIVE_FATAL : n;
}

static la_int64_t seek_raw(struct archive *la, void *cookie, la_int64_t offset, int whence)
{
    (void)la;
    struct isg_archive *const a = cookie;
    const long long at = a->io.seek(a->io.cookie, offset, whence);
    return at < 0 ? ARCHIVE_FATAL : at;
}

static la_ssize_t write_raw(struct archive *la, void *cookie, const void *data, size_t n)
{
    struct isg_archive *const a = cookie;
    const int failure = a->io.write(a->io.cookie, data, n);
    if (failure)
        archive_set_error(la, failure, "cannot write");
    return failure ? -1 : (la_ssize_t)n;
}

static struct isg_archive *new_archive(const char *path, const struct isg_archive_io *io, struct archive *la)
{
    struct isg_archive *const a = isg_calloc(1, sizeof *a);
    if (a)
        *a = (struct isg_archive){.a = la, .io = *io, .path = isg_strndup(path, strlen(path))};
    if (a && a->a && a->path)
        return a;
    if (!a)
        (void)archive_free(la);
    isg_archive_free(a);
    return NULL;
}

static enum isg_status read_error(struct isg_archive *a, struct isg_error *err)
{
    const char *const what = archive_error_string(a->a);
    if (a->failed)
        return isg_error_set(err, ISG_EIO, a->path, 0, "cannot read");
    if (archive_errno(a->a) == ENOMEM)
        return isg_error_nomem(err, "a compressed file");
    (void)isg_error_set(err, ISG_EDATA, a->path, 0, "damaged compressed data (%.160s)", what ? what : "unknown reason");
    return isg_error_advice(err, "the file is cut short or damaged: fetch it again");
}

enum isg_status isg_archive_open(struct isg_archive **out, enum isg_packing packing, const char *path,
    const struct isg_archive_io *io, struct isg_error *err)
{
    *out = NULL;
    struct isg_archive *const a = new_archive(path, io, archive_read_new());
    if (!a)
        return isg_error_nomem(err, "a compressed file");
    int rc = packing == ISG_BZIP2  ? archive_read_support_filter_bzip2(a->a)
             : packing == ISG_XZ   ? archive_read_support_filter_xz(a->a)
             : packing == ISG_ZSTD ? archive_read_support_filter_zstd(a->a)
                                   : ARCHIVE_OK;
    if (rc >= ARCHIVE_WARN)
        rc = packing == ISG_ZIP ? archive_read_support_format_zip(a->a) : archive_read_support_format_raw(a->a);
    if (rc >= ARCHIVE_WARN && io->seek)
        rc = archive_read_set_seek_callback(a->a, seek_raw);
    if (rc >= ARCHIVE_WARN)
        rc = archive_read_open(a->a, a, NULL, read_raw, NULL);
    struct archive_entry *entry;
    do
        rc = rc >= ARCHIVE_WARN ? archive_read_next_header(a->a, &entry) : rc;
    while (rc >= ARCHIVE_WARN && rc != ARCHIVE_EOF && archive_entry_filetype(entry) == AE_IFDIR);
    a->ended = rc == ARCHIVE_EOF;
    if (rc < ARCHIVE_WARN) {
        const enum isg_status status = read_error(a, err);
        isg_archive_free(a);
        return status;
    }
    *out = a;
    return ISG_OK;
}

/* A second file behind the first one is refused: nothing says which of them is meant. */
static enum isg_status check_end(struct isg_archive *a, struct isg_error *err)
{
    struct archive_entry *entry;
    int rc;
    do
        rc = archive_read_next_header(a->a, &entry);
    while (rc >= ARCHIVE_WARN && rc != ARCHIVE_EOF && archive_entry_filetype(entry) == AE_IFDIR);
    if (rc == ARCHIVE_EOF)
        return ISG_OK;
    if (rc < ARCHIVE_WARN)
        return read_error(a, err);
    const char *const name = archive_entry_pathname_utf8(entry);
    (void)isg_error_set(
        err, ISG_EDATA, a->path, 0, "more than one file in the archive (\"%.80s\" is another)", name ? name : "?");
    return isg_error_advice(err, "unpack it and name the file that you want");
}

enum isg_status isg_archive_read(struct isg_archive *a, void *buf, size_t n, size_t *got, struct isg_error *err)
{
    *got = 0;
    if (!a->ended) {
        const la_ssize_t k = archive_read_data(a->a, buf, n);
        if (k > 0) {
            *got = (size_t)k;
            return ISG_OK;
        }
        a->ended = true;
        if ((k < 0 ? read_error(a, &a->error) : check_end(a, &a->error)) == ISG_OK)
            a->error.status = ISG_OK;
    }
    if (a->error.status != ISG_OK)
        *err = a->error;
    return a->error.status;
}

/* The name that the file in a .zip gets. */
static char *inner_name(const char *path)
{
    const char *const slash = strrchr(path, '/'), *const base = slash ? slash + 1 : path;
    size_t n;
    (void)isg_packing_of_name(base, &n);
    return isg_strndup(base, n);
}

enum isg_status isg_archive_create(struct isg_archive **out, enum isg_packing packing, const char *path,
    const struct isg_archive_io *io, struct isg_error *err)
{
    *out = NULL;
    struct isg_archive *const a = new_archive(path, io, archive_write_new());
    struct archive_entry *const entry = archive_entry_new();
    char *const name = inner_name(path);
    int rc = a && entry && name ? ARCHIVE_OK : ARCHIVE_FATAL;
    if (rc == ARCHIVE_OK)
        rc = packing == ISG_ZIP ? archive_write_set_format_zip(a->a) : archive_write_set_format_raw(a->a);
    if (rc == ARCHIVE_OK && packing != ISG_ZIP)
        rc = packing == ISG_BZIP2 ? archive_write_add_filter_bzip2(a->a)
             : packing == ISG_XZ  ? archive_write_add_filter_xz(a->a)
                                  : archive_write_add_filter_zstd(a->a);
    if (rc == ARCHIVE_OK)
        rc = archive_write_set_bytes_in_last_block(a->a, 1);
    if (rc == ARCHIVE_OK)
        rc = archive_write_open(a->a, a, NULL, write_raw, NULL);
    if (a)
        a->writing = true;
    if (rc == ARCHIVE_OK) {
        archive_entry_set_pathname(entry, name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        rc = archive_write_header(a->a, entry);
    }
    archive_entry_free(entry);
    isg_free(name);
    if (rc == ARCHIVE_OK) {
        *out = a;
        return ISG_OK;
    }
    isg_archive_free(a);
    return isg_error_nomem(err, "compressing");
}

/* libarchive's failure as an errno */
static int write_failure(struct isg_archive *a)
{
    const int failure = archive_errno(a->a);
    return failure > 0 ? failure : EIO;
}

int isg_archive_write(struct isg_archive *a, const void *data, size_t n)
{
    for (const char *p = data; n > 0;) {
        const la_ssize_t k = archive_write_data(a->a, p, n);
        if (k <= 0)
            return write_failure(a);
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

int isg_archive_finish(struct isg_archive *a)
{
    a->writing = false;
    return archive_write_close(a->a) == ARCHIVE_OK ? 0 : write_failure(a);
}

void isg_archive_free(struct isg_archive *a)
{
    if (!a)
        return;
    if (a->writing)
        (void)archive_write_fail(a->a); /* else freeing would write the rest */
    (void)archive_free(a->a);
    isg_free(a->path);
    isg_free(a);
}
#else
static enum isg_status missing(enum isg_packing packing, const char *path, struct isg_error *err)
{
    (void)isg_error_set(err, ISG_EUSAGE, path, 0, "%s compression: this program was built without libarchive",
        isg_packing_name(packing));
    return isg_error_advice(err, "install libarchive-dev and build again, or use gzip");
}

enum isg_status isg_archive_open(struct isg_archive **out, enum isg_packing packing, const char *path,
    const struct isg_archive_io *io, struct isg_error *err)
{
    (void)io;
    *out = NULL;
    return missing(packing, path, err);
}

enum isg_status isg_archive_read(struct isg_archive *a, void *buf, size_t n, size_t *got, struct isg_error *err)
{
    (void)a, (void)buf, (void)n;
    *got = 0;
    return isg_error_set(err, ISG_EUSAGE, NULL, 0, "no libarchive");
}

enum isg_status isg_archive_create(struct isg_archive **out, enum isg_packing packing, const char *path,
    const struct isg_archive_io *io, struct isg_error *err)
{
    (void)io;
    *out = NULL;
    return missing(packing, path, err);
}

int isg_archive_write(struct isg_archive *a, const void *data, size_t n)
{
    (void)a, (void)data, (void)n;
    return ENOTSUP;
}

int isg_archive_finish(struct isg_archive *a)
{
    (void)a;
    return ENOTSUP;
}

void isg_archive_free(struct isg_archive *a)
{
    (void)a;
}
#endif
