/* Reading files once from start to end, plain or compressed, by bytes or by lines. */
#include "src/reader.h"

#include "src/mem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { IN_BYTES = 1 << 18, LINE_BYTES = 1 << 16 };
/* A bomb ends here, not in the machine's memory, and no line keeps a program from noticing that it is to stop. */
static const size_t max_line = (size_t)256 << 20;

struct isg_reader {
    char *path;
    int fd;
    enum isg_packing packing;
    bool inflating, in_member; /* in_member: a gzip stream has begun and not ended */
    bool any_member;
    struct isg_archive *archive; /* decodes everything but gzip */
    const struct isg_env *env;   /* NULL, or told of the progress of `stage` */
    const char *stage;
    enum isg_status raw_status; /* of the file below the archive */
    struct isg_error raw_error;
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

static enum isg_status fetch(struct isg_reader *r, unsigned char *to, size_t n, size_t *got, struct isg_error *err)
{
    const ssize_t k = read(r->fd, to, n);
    *got = 0;
    if (k < 0)
        return system_error(r->path, "cannot read", err);
    *got = (size_t)k;
    r->consumed += (size_t)k;
    r->eof = k == 0;
    return r->env ? isg_progress(r->env, r->stage, r->consumed, r->size, err) : ISG_OK;
}

static enum isg_status refill(struct isg_reader *r, struct isg_error *err)
{
    r->in_at = r->in_end = 0;
    return fetch(r, r->in, IN_BYTES, &r->in_end, err);
}

/* Fills the buffer until its first bytes tell the packing; a pipe may give them one by one. */
static enum isg_status see_packing(struct isg_reader *r, struct isg_error *err)
{
    for (bool more = true; more && !r->eof;) {
        size_t got;
        ISG_TRY(fetch(r, r->in + r->in_end, IN_BYTES - r->in_end, &got, err));
        r->in_end += got;
        r->packing = isg_packing_of_bytes(r->in, r->in_end, &more);
    }
    return ISG_OK;
}

static bool starts_like(const unsigned char *s, size_t n, const char *word)
{
    const size_t k = strlen(word);
    return n >= k && strncasecmp((const char *)s, word, k) == 0;
}

/* Files that people take for data: a page that says why there was nothing to download, and UTF-16. */
static enum isg_status check_content(struct isg_reader *r, struct isg_error *err)
{
    const unsigned char *s = r->in, *const end = r->in + r->in_end;
    const size_t n = r->in_end;
    const bool mark = n >= 2 && ((s[0] == 0xff && s[1] == 0xfe) || (s[0] == 0xfe && s[1] == 0xff));
    const bool little = n >= 4 && !s[1] && !s[3] && isprint(s[0]) && isprint(s[2]);
    const bool big = n >= 4 && !s[0] && !s[2] && isprint(s[1]) && isprint(s[3]);
    /* "FF FE 00 00" may be a binary file's length as well as UTF-32 */
    if ((mark && !(n >= 4 && !s[2] && !s[3])) || little || big) {
        (void)isg_error_set(err, ISG_EDATA, r->path, 0, "UTF-16 text");
        (void)isg_error_expected(err, "UTF-8");
        return isg_error_advice(err, "convert it: iconv -f UTF-16%s -t UTF-8", mark ? "" : little ? "LE" : "BE");
    }
    if (starts_like(s, n, "\xef\xbb\xbf"))
        s += 3;
    while (s < end && isspace(*s))
        s++;
    if (starts_like(s, (size_t)(end - s), "<!doctype html") || starts_like(s, (size_t)(end - s), "<html")) {
        (void)isg_error_set(err, ISG_EDATA, r->path, 0, "an HTML page");
        return isg_error_advice(err, "if it was downloaded, get the file itself instead of the page about it");
    }
    return ISG_OK;
}

static long next_piece(void *cookie, const void **piece)
{
    struct isg_reader *const r = cookie;
    if (r->in_at == r->in_end && !r->eof) {
        r->raw_status = refill(r, &r->raw_error);
        if (r->raw_status != ISG_OK)
            return -1;
    }
    *piece = r->in + r->in_at;
    const size_t n = r->in_end - r->in_at;
    r->in_at = r->in_end;
    return (long)n;
}

static long long seek_file(void *cookie, long long offset, int whence)
{
    struct isg_reader *const r = cookie;
    /* relative to what was handed out, all of which was read */
    const off_t at = lseek(r->fd, (off_t)offset, whence);
    if (at < 0)
        return -1;
    r->consumed = (uint64_t)at;
    r->in_at = r->in_end = 0;
    r->eof = false;
    return (long long)at;
}

static enum isg_status start_decoder(struct isg_reader *r, struct isg_error *err)
{
    if (r->packing == ISG_PLAIN)
        return check_content(r, err);
    if (r->packing == ISG_GZIP) {
        if (inflateInit2(&r->z, 15 + 16) != Z_OK)
            return isg_error_nomem(err, "reading gzip");
        r->in_member = r->inflating = true;
        return ISG_OK;
    }
    const struct isg_archive_io io = {.cookie = r, .read = next_piece, .seek = r->size ? seek_file : NULL};
    const enum isg_status status = isg_archive_open(&r->archive, r->packing, r->path, &io, err);
    if (r->raw_status != ISG_OK)
        *err = r->raw_error;
    return r->raw_status != ISG_OK ? r->raw_status : status;
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
    ISG_GOTO(see_packing(r, err));
    ISG_GOTO(start_decoder(r, err));
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
    if (r->inflating)
        inflateEnd(&r->z);
    isg_archive_free(r->archive);
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

static enum isg_status archive_some(struct isg_reader *r, void *buf, size_t n, size_t *got, struct isg_error *err)
{
    enum isg_status status = isg_archive_read(r->archive, buf, n, got, err);
    if (status != ISG_OK && r->raw_status != ISG_OK) {
        *err = r->raw_error;
        status = r->raw_status;
    }
    if (status == ISG_EDATA && r->lineno)
        err->line = r->lineno + 1;
    return status;
}

/* One step of decoding, 1 to n bytes; *got = 0 at the end. */
static enum isg_status decode_some(
    struct isg_reader *r, unsigned char *buf, size_t n, size_t *got, struct isg_error *err)
{
    if (r->archive)
        return archive_some(r, buf, n, got, err);
    if (r->inflating)
        return inflate_some(r, buf, n, got, err);
    if (r->in_at == r->in_end && !r->eof) {
        if (n >= IN_BYTES) /* big pieces go past our own buffer */
            return fetch(r, buf, n, got, err);
        ISG_TRY(refill(r, err));
    }
    *got = r->in_end - r->in_at < n ? r->in_end - r->in_at : n;
    memcpy(buf, r->in + r->in_at, *got);
    r->in_at += *got;
    return ISG_OK;
}

/* Decoded bytes, past the line buffer; *got < n only at the end. */
static enum isg_status read_decoded(
    struct isg_reader *r, unsigned char *buf, size_t n, size_t *got, struct isg_error *err)
{
    *got = 0;
    while (*got < n) {
        size_t step = 0;
        ISG_TRY(decode_some(r, buf + *got, n - *got, &step, err));
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
            return isg_error_set(err, ISG_EDATA, r->path, r->lineno + 1, "a line of more than 256 MiB");
        char *buf = isg_realloc(r->buf, r->buf ? r->cap_buf + 1 : 0, cap + 1, 1);
        if (!buf)
            return isg_error_nomem(err, "a line");
        r->buf = buf;
        r->cap_buf = cap;
    }
    size_t got = 0;
    ISG_TRY(decode_some(r, (unsigned char *)r->buf + r->end, r->cap_buf - r->end, &got, err));
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
        if (held >= LINE_BYTES && memchr(r->buf + r->at, 0, LINE_BYTES)) {
            (void)isg_error_set(err, ISG_EDATA, r->path, r->lineno + 1, "binary data (a zero byte in a long line)");
            return isg_error_expected(err, "text");
        }
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

bool isg_reader_waits(const struct isg_reader *r)
{
    if (r->buf_eof || r->eof || (r->end > r->at && memchr(r->buf + r->at, '\n', r->end - r->at)) ||
        (r->in_end > r->in_at && memchr(r->in + r->in_at, '\n', r->in_end - r->in_at)))
        return false;
    return poll(&(struct pollfd){.fd = r->fd, .events = POLLIN}, 1, 0) == 0;
}

uint64_t isg_reader_lineno(const struct isg_reader *r)
{
    return r->lineno;
}

const char *isg_reader_path(const struct isg_reader *r)
{
    return r->path;
}

enum isg_packing isg_reader_packing(const struct isg_reader *r)
{
    return r->packing;
}

void isg_reader_watch(struct isg_reader *r, const struct isg_env *env, const char *stage)
{
    r->env = env;
    r->stage = stage;
}

void isg_reader_position(const struct isg_reader *r, uint64_t *done, uint64_t *total)
{
    *done = r->consumed - (r->in_end - r->in_at);
    *total = r->size;
}
