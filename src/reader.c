/* Reading files once from start to end, plain or gzip (several members), by bytes or by lines. */
#include "src/reader.h"

#include "src/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { IN_BYTES = 1 << 18, LINE_BYTES = 1 << 16 };
static const size_t max_line = (size_t)1 << 30; /* a gzip bomb ends here, not in the machine's memory */

struct isg_reader {
    char *path;
    int fd;
    bool gzip, in_member; /* in_member: a gzip stream has begun and not ended */
    bool any_member;
    bool eof; /* no more bytes of the file itself */
    uint64_t consumed, size;
    unsigned char *in; /* raw bytes of the file: [in_at, in_end) */
    size_t in_at, in_end;
    z_stream z;
    /* lines */
    char *buf; /* decoded bytes: [at, end), cap_buf + 1 allocated */
    size_t at, end, cap_buf;
    bool buf_eof;
    uint64_t lineno;
};

/* A read or open that failed. A signal ends one only where its handler was set without SA_RESTART, that is,
 * by a program that wants to stop: going back to waiting would ignore the user. */
static enum isg_status system_error(const char *path, const char *doing, struct isg_error *err)
{
    if (errno == EINTR)
        return isg_error_set(err, ISG_ECANCELED, path, 0, "stopped while waiting for input");
    return isg_error_errno(err, path, doing);
}

static enum isg_status refill(struct isg_reader *r, struct isg_error *err)
{
    const ssize_t got = read(r->fd, r->in, IN_BYTES);
    if (got < 0)
        return system_error(r->path, "cannot read", err);
    r->in_at = 0;
    r->in_end = (size_t)got;
    r->consumed += (size_t)got;
    r->eof = got == 0;
    return ISG_OK;
}

/* Two bytes are needed to tell gzip; a pipe may give them one by one. */
static enum isg_status see_magic(struct isg_reader *r, struct isg_error *err)
{
    ISG_TRY(refill(r, err));
    while (!r->eof && r->in_end < 2) {
        const ssize_t got = read(r->fd, r->in + r->in_end, IN_BYTES - r->in_end);
        if (got < 0)
            return system_error(r->path, "cannot read", err);
        r->eof = got == 0;
        r->in_end += (size_t)got;
        r->consumed += (size_t)got;
    }
    if (r->in_end < 2 || r->in[0] != 0x1f || r->in[1] != 0x8b)
        return ISG_OK;
    r->gzip = true;
    if (inflateInit2(&r->z, 15 + 16) != Z_OK)
        return isg_error_nomem(err, "reading gzip");
    r->in_member = true;
    return ISG_OK;
}

enum isg_status isg_reader_open(struct isg_reader **out, const char *path, struct isg_error *err)
{
    *out = NULL;
    const bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "<standard input>" : path;
    struct isg_reader *r = isg_calloc(1, sizeof *r);
    if (!r)
        return isg_error_nomem(err, "a reader");
    r->fd = -1;
    enum isg_status status = ISG_OK;
    r->path = isg_strndup(name, strlen(name));
    r->in = isg_malloc(IN_BYTES, 1);
    if (!r->path || !r->in) {
        status = isg_error_nomem(err, "a reader");
        goto out;
    }
    r->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (r->fd < 0 || fstat(r->fd, &st) != 0) {
        status = system_error(r->path, "cannot open", err);
        goto out;
    }
    if (S_ISDIR(st.st_mode)) {
        status = isg_error_set(err, ISG_EIO, r->path, 0, "is a folder");
        (void)isg_error_expected(err, "a file");
        goto out;
    }
    r->size = S_ISREG(st.st_mode) && st.st_size > 0 ? (uint64_t)st.st_size : 0;
    ISG_GOTO(see_magic(r, err));
    *out = r;
    return ISG_OK;
out:
    isg_reader_close(r);
    return status;
}

void isg_reader_close(struct isg_reader *r)
{
    if (!r)
        return;
    if (r->gzip)
        inflateEnd(&r->z);
    if (r->fd > STDIN_FILENO)
        close(r->fd);
    isg_free(r->in);
    isg_free(r->buf);
    isg_free(r->path);
    isg_free(r);
}

static enum isg_status gzip_error(struct isg_reader *r, const char *what, struct isg_error *err)
{
    (void)isg_error_set(err, ISG_EDATA, r->path, r->lineno ? r->lineno + 1 : 0, "%s", what);
    return isg_error_advice(err, "the file is cut short or damaged: fetch it again, and try gzip -t");
}

/* One step of inflate into (buf, n); *got = 0 at the end of the last member. */
static enum isg_status inflate_some(
    struct isg_reader *r, unsigned char *buf, size_t n, size_t *got, struct isg_error *err)
{
    *got = 0;
    while (*got == 0) {
        if (r->in_at == r->in_end && !r->eof)
            ISG_TRY(refill(r, err));
        if (r->in_at == r->in_end) {
            if (r->in_member)
                return gzip_error(r, "the gzip stream ends too early", err);
            return ISG_OK;
        }
        if (!r->in_member) {
            /* gzip(1) and block compressors pad with zeroes; any other byte must start another member */
            if (r->in[r->in_at] == 0) {
                r->in_at++;
                continue;
            }
            if (inflateReset2(&r->z, 15 + 16) != Z_OK)
                return gzip_error(r, "the gzip stream is damaged", err);
            r->in_member = true;
        }
        r->z.next_in = r->in + r->in_at;
        r->z.avail_in = (uInt)(r->in_end - r->in_at);
        r->z.next_out = buf;
        r->z.avail_out = n > (1u << 30) ? 1u << 30 : (uInt)n;
        const size_t room = r->z.avail_out;
        const int rc = inflate(&r->z, Z_NO_FLUSH);
        r->in_at = r->in_end - r->z.avail_in;
        *got = room - r->z.avail_out;
        if (rc == Z_STREAM_END)
            r->in_member = false;
        else if (rc == Z_MEM_ERROR)
            return isg_error_nomem(err, "reading gzip");
        else if (rc != Z_OK && rc != Z_BUF_ERROR)
            return gzip_error(
                r, r->any_member ? "damaged bytes after a gzip stream" : "the gzip stream is damaged", err);
        r->any_member |= rc == Z_STREAM_END;
    }
    return ISG_OK;
}

/* Decoded bytes, past the line buffer; *got < n only at the end. */
static enum isg_status read_decoded(
    struct isg_reader *r, unsigned char *buf, size_t n, size_t *got, struct isg_error *err)
{
    *got = 0;
    while (*got < n) {
        size_t step = 0;
        if (r->gzip) {
            ISG_TRY(inflate_some(r, buf + *got, n - *got, &step, err));
        } else if (r->in_at < r->in_end) {
            step = r->in_end - r->in_at < n - *got ? r->in_end - r->in_at : n - *got;
            memcpy(buf + *got, r->in + r->in_at, step);
            r->in_at += step;
        } else if (!r->eof && n - *got >= IN_BYTES) { /* big pieces go past our own buffer */
            const ssize_t k = read(r->fd, buf + *got, n - *got);
            if (k < 0)
                return system_error(r->path, "cannot read", err);
            r->eof = k == 0;
            r->consumed += (size_t)k;
            step = (size_t)k;
        } else if (!r->eof) {
            ISG_TRY(refill(r, err));
            if (!r->eof)
                continue;
        }
        if (step == 0)
            break;
        *got += step;
    }
    return ISG_OK;
}

enum isg_status isg_reader_read(struct isg_reader *r, void *buf, size_t n, size_t *got, struct isg_error *err)
{
    const size_t held = r->end - r->at < n ? r->end - r->at : n;
    if (held > 0)
        memcpy(buf, r->buf + r->at, held);
    r->at += held;
    *got = held;
    if (held == n)
        return ISG_OK;
    size_t more;
    const enum isg_status status = read_decoded(r, (unsigned char *)buf + held, n - held, &more, err);
    *got += more;
    return status;
}

/* More bytes behind [at, end); moves and grows as needed. Little at a time, so that pipes are read as they
 * come. */
static enum isg_status more_bytes(struct isg_reader *r, struct isg_error *err)
{
    if (r->at > 0 && (r->at == r->end || r->end == r->cap_buf)) {
        memmove(r->buf, r->buf + r->at, r->end - r->at);
        r->end -= r->at;
        r->at = 0;
    }
    if (r->end == r->cap_buf) {
        const size_t cap = r->cap_buf ? 2 * r->cap_buf : LINE_BYTES;
        if (cap > max_line)
            return isg_error_set(err, ISG_EDATA, r->path, r->lineno + 1, "a line of more than 1 GiB");
        char *buf = isg_realloc(r->buf, r->buf ? r->cap_buf + 1 : 0, cap + 1, 1);
        if (!buf)
            return isg_error_nomem(err, "a line");
        r->buf = buf;
        r->cap_buf = cap;
    }
    size_t got = 0;
    if (r->gzip) {
        ISG_TRY(inflate_some(r, (unsigned char *)r->buf + r->end, r->cap_buf - r->end, &got, err));
    } else {
        if (r->in_at == r->in_end && !r->eof)
            ISG_TRY(refill(r, err));
        got = r->in_end - r->in_at < r->cap_buf - r->end ? r->in_end - r->in_at : r->cap_buf - r->end;
        memcpy(r->buf + r->end, r->in + r->in_at, got);
        r->in_at += got;
    }
    r->end += got;
    r->buf_eof = got == 0;
    return ISG_OK;
}

enum isg_status isg_reader_peek(struct isg_reader *r, const char **bytes, size_t n, size_t *got, struct isg_error *err)
{
    while (r->end - r->at < n && !r->buf_eof) {
        const enum isg_status status = more_bytes(r, err);
        if (status == ISG_ECANCELED || (status != ISG_OK && r->at == r->end))
            return status;
        if (status != ISG_OK)
            break; /* the next read meets it again, behind the good bytes */
    }
    *bytes = r->buf + r->at;
    *got = r->end - r->at;
    return ISG_OK;
}

enum isg_status isg_reader_line(struct isg_reader *r, char **line, size_t *n, struct isg_error *err)
{
    *line = NULL;
    *n = 0;
    size_t scanned = 0;
    char *lf = NULL;
    for (;;) {
        const size_t held = r->end - r->at;
        if (held > scanned)
            lf = memchr(r->buf + r->at + scanned, '\n', held - scanned);
        if (lf || r->buf_eof)
            break;
        scanned = held;
        ISG_TRY(more_bytes(r, err));
    }
    if (!lf && r->at == r->end)
        return ISG_OK;
    char *start = r->buf + r->at;
    char *end = lf ? lf : r->buf + r->end;
    r->at = (size_t)(end - r->buf) + (lf ? 1 : 0);
    if (end > start && end[-1] == '\r')
        end--;
    *end = 0;
    if (++r->lineno == 1 && end - start >= 3 && memcmp(start, "\xef\xbb\xbf", 3) == 0)
        start += 3;
    *line = start;
    *n = (size_t)(end - start);
    return ISG_OK;
}

uint64_t isg_reader_lineno(const struct isg_reader *r)
{
    return r->lineno;
}

const char *isg_reader_path(const struct isg_reader *r)
{
    return r->path;
}

bool isg_reader_is_gzip(const struct isg_reader *r)
{
    return r->gzip;
}

void isg_reader_position(const struct isg_reader *r, uint64_t *done, uint64_t *total)
{
    *done = r->consumed - (r->in_end - r->in_at);
    *total = r->size;
}
