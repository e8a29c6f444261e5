/* Writing files: buffered, compressed by name, published in one step. */
#include "src/writer.h"

#include "src/escape.h"
#include "src/mem.h"
#include "src/packing.h"
#include "src/reserve.h"
#include "src/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BUF_BYTES = 1 << 18 };

struct isg_writer {
    char *shown;              /* the target as the caller named it, for messages */
    struct isg_tempfile file; /* file.tmp NULL: written in place (standard output, pipes, devices) */
    int fd;
    int failure; /* errno of the first failure, 0 = none */
    size_t n;
    char *buf;
    enum isg_packing packing;
    z_stream z;
    unsigned char *packed; /* what z makes */
    struct isg_archive *archive;
    struct isg_escaping screen; /* used where `escaped` */
    bool escaped;               /* a terminal, which what is in the data must not steer */
};

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

enum isg_status isg_check_overwrite(const char *path, bool force, struct isg_error *err)
{
    struct stat st;
    if (!path || is_standard(path))
        return ISG_OK;
    if (stat(path, &st) != 0) {
        if (lstat(path, &st) != 0 || !S_ISLNK(st.st_mode))
            return ISG_OK;
        (void)isg_error_set(err, ISG_EUSAGE, path, 0, "output is a symbolic link to a file that does not exist");
        return isg_error_advice(err, "remove the link, or name the file itself");
    }
    if (S_ISDIR(st.st_mode)) {
        (void)isg_error_set(err, ISG_EUSAGE, path, 0, "output is a folder");
        return isg_error_expected(err, "the name of a file to write");
    }
    if (force || !S_ISREG(st.st_mode))
        return ISG_OK;
    (void)isg_error_set(err, ISG_EUSAGE, path, 0, "output file already exists");
    return isg_error_advice(err, "--force overwrites it");
}

static void fail(struct isg_writer *w, int failure)
{
    if (!w->failure)
        w->failure = failure ? failure : EIO;
}

/* To the file itself. */
static int write_raw(void *cookie, const void *data, size_t n)
{
    struct isg_writer *const w = cookie;
    for (const char *p = data; n > 0;) {
        const ssize_t k = write(w->fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return errno;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

static int deflate_some(struct isg_writer *w, const void *data, size_t n, int flush)
{
    w->z.next_in = (unsigned char *)(uintptr_t)data;
    for (const char *p = data; n > 0 || flush == Z_FINISH;) {
        const uInt step = n > 1u << 30 ? 1u << 30 : (uInt)n;
        w->z.next_in = (unsigned char *)(uintptr_t)p;
        w->z.avail_in = step;
        w->z.next_out = w->packed;
        w->z.avail_out = BUF_BYTES;
        const int rc = deflate(&w->z, flush);
        p += step - w->z.avail_in;
        n -= step - w->z.avail_in;
        const int failure = write_raw(w, w->packed, BUF_BYTES - w->z.avail_out);
        if (failure || rc == Z_STREAM_END)
            return failure;
        if (rc != Z_OK && rc != Z_BUF_ERROR)
            return EIO;
    }
    return 0;
}

static void write_all(struct isg_writer *w, const void *data, size_t n)
{
    if (w->failure || n == 0)
        return;
    const int failure = w->archive   ? isg_archive_write(w->archive, data, n)
                        : w->packed  ? deflate_some(w, data, n, Z_NO_FLUSH)
                        : w->escaped ? isg_escaping_write(&w->screen, data, n)
                                     : write_raw(w, data, n);
    if (failure)
        fail(w, failure);
}

static enum isg_status open_packing(struct isg_writer *w, const char *path, struct isg_error *err)
{
    const struct isg_archive_io io = {.cookie = w, .write = write_raw};
    if (w->packing == ISG_PLAIN)
        return ISG_OK;
    if (w->packing != ISG_GZIP)
        return isg_archive_create(&w->archive, w->packing, path, &io, err);
    if (deflateInit2(&w->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return isg_error_nomem(err, "compressing");
    if ((w->packed = isg_malloc(BUF_BYTES, 1)))
        return ISG_OK;
    (void)deflateEnd(&w->z);
    return isg_error_nomem(err, "compressing");
}

static void writer_free(struct isg_writer *w)
{
    if (w->packed)
        (void)deflateEnd(&w->z);
    isg_archive_free(w->archive);
    if (!w->file.tmp && w->fd > STDERR_FILENO)
        close(w->fd);
    isg_tempfile_close(&w->file);
    isg_free(w->packed);
    isg_free(w->buf);
    isg_free(w->shown);
    isg_free(w);
}

/* Opens what is written to: standard output, something that is not a regular file, or a temporary file. */
static enum isg_status open_target(struct isg_writer *w, const char *path, bool force, struct isg_error *err)
{
    struct stat st;
    if (is_standard(path)) {
        w->fd = STDOUT_FILENO;
        return ISG_OK;
    }
    const bool exists = stat(path, &st) == 0;
    if (exists && !S_ISREG(st.st_mode)) {
        w->fd = open(path, O_WRONLY | O_CLOEXEC);
        return w->fd < 0 ? isg_error_errno(err, path, "cannot write") : ISG_OK;
    }
    /* rename() would replace a symbolic link instead of the file that it points to */
    char *const real = exists ? realpath(path, NULL) : NULL;
    if (exists && !real)
        return errno == ENOMEM ? isg_error_nomem(err, "a path") : isg_error_errno(err, path, "cannot write");
    const int failure = isg_tempfile_open(&w->file, real ? real : path, force);
    free(real);
    if (failure == ENOMEM)
        return isg_error_nomem(err, "a writer");
    errno = failure;
    if (failure)
        return isg_error_errno(err, path, "cannot write");
    w->fd = w->file.fd;
    w->packing = isg_packing_of_name(path, NULL);
    return ISG_OK;
}

enum isg_status isg_writer_open(struct isg_writer **out, const char *path, bool force, struct isg_error *err)
{
    *out = NULL;
    ISG_TRY(isg_check_overwrite(path, force, err));
    struct isg_writer *w = isg_calloc(1, sizeof *w);
    if (!w)
        return isg_error_nomem(err, "a writer");
    w->fd = w->file.fd = -1;
    const char *const shown = is_standard(path) ? "<standard output>" : path;
    w->shown = isg_strndup(shown, strlen(shown));
    w->buf = isg_malloc(BUF_BYTES, 1);
    enum isg_status status = w->shown && w->buf ? ISG_OK : isg_error_nomem(err, "a writer");
    if (status == ISG_OK)
        status = open_target(w, path, force, err);
    w->escaped = status == ISG_OK && !w->file.tmp && isatty(w->fd);
    w->screen = (struct isg_escaping){.write = write_raw, .cookie = w};
    if (status == ISG_OK)
        status = open_packing(w, path, err);
    if (status == ISG_OK)
        *out = w;
    else
        writer_free(w);
    return status;
}

static void flush(struct isg_writer *w)
{
    write_all(w, w->buf, w->n);
    w->n = 0;
}

void isg_writer_flush(struct isg_writer *w)
{
    if (!w->file.tmp)
        flush(w);
}

void isg_writer_write(struct isg_writer *w, const void *data, size_t n)
{
    if (n > BUF_BYTES - w->n) {
        flush(w);
        if (n >= BUF_BYTES) {
            write_all(w, data, n);
            return;
        }
    }
    if (n > 0)
        memcpy(w->buf + w->n, data, n);
    w->n += n;
}

void isg_writer_text(struct isg_writer *w, const char *text)
{
    isg_writer_write(w, text, strlen(text));
}

void isg_writer_printf(struct isg_writer *w, const char *fmt, ...)
{
    char small[512];
    va_list ap;
    va_start(ap, fmt);
    const int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n < 0) {
        fail(w, errno);
    } else if ((size_t)n < sizeof small) {
        isg_writer_write(w, small, (size_t)n);
    } else {
        char *big = isg_malloc((size_t)n + 1, 1);
        if (!big) {
            fail(w, ENOMEM);
            return;
        }
        va_start(ap, fmt);
        vsnprintf(big, (size_t)n + 1, fmt, ap);
        va_end(ap);
        isg_writer_write(w, big, (size_t)n);
        isg_free(big);
    }
}

/* All bytes to the disk; what fails is kept. */
static void complete(struct isg_writer *w)
{
    flush(w);
    int failure = w->failure;
    if (!failure && w->archive)
        failure = isg_archive_finish(w->archive);
    else if (!failure && w->packed)
        failure = deflate_some(w, "", 0, Z_FINISH);
    else if (!failure && w->escaped)
        failure = isg_escaping_end(&w->screen);
    if (!failure && w->file.tmp && fsync(w->fd) != 0 && errno != EINVAL && errno != ENOTSUP)
        failure = errno;
    if (failure)
        fail(w, failure);
}

static enum isg_status failure_of(const struct isg_writer *w, struct isg_error *err)
{
    if (w->failure == ENOMEM)
        return isg_error_nomem(err, "the output");
    if (w->failure == EEXIST) {
        (void)isg_error_set(err, ISG_EIO, w->shown, 0, "another process has created this file in the meantime");
        return isg_error_advice(err, "its contents are untouched; choose another name, or overwrite it with --force");
    }
    errno = w->failure;
    (void)isg_error_errno(err, w->shown, "cannot write");
    if (w->failure == ENOSPC || w->failure == EDQUOT || w->failure == EFBIG)
        (void)isg_error_advice(err, "%s",
            w->file.tmp ? "what was there before is untouched; make room and try again" : "make room and try again");
    return err->status;
}

enum isg_status isg_writer_commit_all(struct isg_writer **w, size_t n, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    size_t n_files = 0, published = 0;
    for (size_t i = 0; i < n; i++)
        if (w[i]) {
            complete(w[i]);
            n_files += w[i]->file.tmp != NULL;
            if (w[i]->failure && status == ISG_OK)
                status = failure_of(w[i], err);
        }
    if (status == ISG_OK && isg_reserve_exhausted())
        status = isg_error_nomem(err, "the output");
    for (; published < n && status == ISG_OK; published++) {
        struct isg_writer *const one = w[published];
        const int failure = one && one->file.tmp ? isg_tempfile_publish(&one->file, n_files > 1) : 0;
        if (failure) {
            fail(one, failure);
            status = failure_of(one, err);
        }
    }
    for (size_t i = 0; i < published && status != ISG_OK; i++)
        if (w[i] && w[i]->file.tmp)
            isg_tempfile_undo(&w[i]->file);
    for (size_t i = 0; i < n; i++)
        if (w[i]) {
            writer_free(w[i]);
            w[i] = NULL;
        }
    return status;
}

enum isg_status isg_writer_commit(struct isg_writer *w, struct isg_error *err)
{
    return isg_writer_commit_all(&w, 1, err);
}

enum isg_status isg_write_file(const char *path, const void *data, size_t n, bool force, struct isg_error *err)
{
    struct isg_writer *w;
    ISG_TRY(isg_writer_open(&w, path, force, err));
    isg_writer_write(w, data, n);
    return isg_writer_commit(w, err);
}

void isg_writer_abort(struct isg_writer *w)
{
    if (w)
        writer_free(w);
}
