/* Writing files atomically: a temporary file beside the target, fsync, rename. */
#include "src/writer.h"

#include "src/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUF_BYTES = 1 << 18 };

struct isg_writer {
    char *path;  /* the target, links followed */
    char *shown; /* as the caller named it, for messages */
    char *tmp;   /* NULL: written in place (standard output, pipes, devices) */
    int fd;
    int failure; /* errno of the first failure, 0 = none */
    size_t n;
    char *buf;
};

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

enum isg_status isg_check_overwrite(const char *path, bool force, struct isg_error *err)
{
    struct stat st;
    if (!path || is_standard(path) || stat(path, &st) != 0)
        return ISG_OK;
    if (S_ISDIR(st.st_mode)) {
        (void)isg_error_set(err, ISG_EUSAGE, path, 0, "is a folder");
        return isg_error_expected(err, "the name of a file to write");
    }
    if (force || !S_ISREG(st.st_mode))
        return ISG_OK;
    (void)isg_error_set(err, ISG_EUSAGE, path, 0, "exists");
    return isg_error_advice(err, "give --force to overwrite it");
}

static void writer_free(struct isg_writer *w)
{
    if (w->fd > STDERR_FILENO)
        close(w->fd);
    isg_free(w->buf);
    isg_free(w->path);
    isg_free(w->shown);
    isg_free(w->tmp);
    isg_free(w);
}

/* PATH.tmp-PID, with a number behind where a crashed process of the same id or another writer has it. */
static bool open_temporary(struct isg_writer *w)
{
    const size_t cap = strlen(w->path) + 48;
    if (!(w->tmp = isg_malloc(cap, 1))) {
        errno = ENOMEM;
        return false;
    }
    for (int i = 0; i < 100; i++) {
        if (i == 0)
            snprintf(w->tmp, cap, "%s.tmp-%ld", w->path, (long)getpid());
        else
            snprintf(w->tmp, cap, "%s.tmp-%ld-%d", w->path, (long)getpid(), i);
        w->fd = open(w->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (w->fd >= 0)
            return true;
        if (errno != EEXIST)
            break;
    }
    const int kept = errno;
    isg_free(w->tmp);
    w->tmp = NULL;
    errno = kept;
    return false;
}

enum isg_status isg_writer_open(struct isg_writer **out, const char *path, bool force, struct isg_error *err)
{
    *out = NULL;
    ISG_TRY(isg_check_overwrite(path, force, err));
    struct isg_writer *w = isg_calloc(1, sizeof *w);
    if (!w)
        return isg_error_nomem(err, "a writer");
    w->fd = -1;
    enum isg_status status = ISG_OK;
    struct stat st;
    const bool there = !is_standard(path) && stat(path, &st) == 0;
    /* rename() would replace a symbolic link instead of the file it names */
    char *real = there ? realpath(path, NULL) : NULL;
    const char *target = real ? real : path;
    const char *shown = is_standard(path) ? "<standard output>" : path;
    w->path = isg_strndup(target, strlen(target));
    w->shown = isg_strndup(shown, strlen(shown));
    free(real);
    w->buf = isg_malloc(BUF_BYTES, 1);
    if (!w->path || !w->shown || !w->buf) {
        status = isg_error_nomem(err, "a writer");
        goto out;
    }
    if (is_standard(path)) {
        w->fd = STDOUT_FILENO;
    } else if (there && !S_ISREG(st.st_mode)) {
        w->fd = open(w->path, O_WRONLY | O_CLOEXEC);
    } else if (open_temporary(w) && there) {
        (void)!fchmod(w->fd, st.st_mode & 07777); /* a nicety: the new file works without it */
    }
    if (w->fd < 0) {
        status = isg_error_errno(err, w->shown, "cannot write");
        goto out;
    }
    *out = w;
    return ISG_OK;
out:
    writer_free(w);
    return status;
}

static void write_all(struct isg_writer *w, const char *data, size_t n)
{
    while (n > 0 && !w->failure) {
        const ssize_t k = write(w->fd, data, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0) {
            w->failure = errno;
            return;
        }
        data += k;
        n -= (size_t)k;
    }
}

static void flush(struct isg_writer *w)
{
    write_all(w, w->buf, w->n);
    w->n = 0;
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
        w->failure = w->failure ? w->failure : errno;
    } else if ((size_t)n < sizeof small) {
        isg_writer_write(w, small, (size_t)n);
    } else {
        char *big = isg_malloc((size_t)n + 1, 1);
        if (!big) {
            w->failure = w->failure ? w->failure : ENOMEM;
            return;
        }
        va_start(ap, fmt);
        vsnprintf(big, (size_t)n + 1, fmt, ap);
        va_end(ap);
        isg_writer_write(w, big, (size_t)n);
        isg_free(big);
    }
}

/* The rename itself must reach the disk too; a folder that cannot be opened or synced is no reason to fail. */
static void sync_folder(const char *path)
{
    char *folder = isg_strndup(path, strlen(path));
    if (!folder)
        return;
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder ? 1 : 0] = 0;
    const int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    isg_free(folder);
}

enum isg_status isg_writer_commit(struct isg_writer *w, struct isg_error *err)
{
    flush(w);
    if (w->tmp) {
        if (!w->failure && fsync(w->fd) != 0 && errno != EINVAL && errno != ENOTSUP)
            w->failure = errno;
        if (close(w->fd) != 0 && !w->failure)
            w->failure = errno;
        w->fd = -1;
        if (!w->failure && rename(w->tmp, w->path) != 0)
            w->failure = errno;
        if (w->failure)
            unlink(w->tmp);
        else
            sync_folder(w->path);
    }
    enum isg_status status = ISG_OK;
    if (w->failure) {
        errno = w->failure;
        status = isg_error_errno(err, w->shown, "cannot write");
        if (w->failure == ENOSPC || w->failure == EDQUOT || w->failure == EFBIG)
            (void)isg_error_advice(err, "%s",
                w->tmp ? "what was there before is untouched; make room and try again" : "make room and try again");
    }
    writer_free(w);
    return status;
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
    if (!w)
        return;
    if (w->tmp)
        unlink(w->tmp);
    writer_free(w);
}
