/* Loading word vectors: tells the formats apart and hands each file to its reader. */
#include "src/vectors/vectors.h"

#include "src/reader.h"
#include "src/vectors/build.h"
#include "src/vectors/cache.h"
#include "src/vectors/fasttext.h"
#include "src/vectors/text.h"
#include "src/vectors/word2vec.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

enum kind { KIND_TEXT, KIND_WORD2VEC, KIND_FASTTEXT, KIND_FTZ, KIND_SAFETENSORS, KIND_EMPTY };

/* Control characters come in text as tabs and line ends only; the floats of a binary file are full of them. */
static bool looks_binary(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
            return true;
    return false;
}

static enum kind kind_of(const char *head, size_t n)
{
    static const unsigned char fasttext[4] = {0xba, 0x16, 0x4f, 0x2f}; /* 793712314 */
    uint64_t length = UINT64_MAX;
    if (n == 0)
        return KIND_EMPTY;
    if (n >= 4 && memcmp(head, fasttext, 4) == 0)
        return KIND_FASTTEXT;
    if (n >= 9 && head[8] == '{')
        memcpy(&length, head, sizeof length);
    if (length < (uint64_t)1 << 40) /* eight bytes of text would be far more */
        return KIND_SAFETENSORS;
    const char *lf = memchr(head, '\n', n < 64 ? n : 64);
    uint64_t rows, dim;
    if (lf && isg_vectors_header(head, (size_t)(lf - head), &rows, &dim) &&
        looks_binary(lf + 1, (size_t)(head + n - lf - 1)))
        return KIND_WORD2VEC;
    return KIND_TEXT;
}

static enum isg_status load(struct isg_vectors_build *b, struct isg_error *err)
{
    struct isg_reader *r;
    const char *head;
    size_t n;
    ISG_TRY(isg_reader_open(&r, b->path, err));
    enum isg_status status = isg_reader_peek(r, &head, 1 << 16, &n, err);
    if (status != ISG_OK) {
        isg_reader_close(r);
        return status;
    }
    b->report->packing = isg_reader_packing(r);
    const enum kind kind = kind_of(head, n);
    const char *format = "text";
    if (kind == KIND_EMPTY) {
        status = isg_error_set(err, ISG_EDATA, b->path, 0, "the file is empty");
        (void)isg_error_expected(err, "word vectors");
    } else if (kind == KIND_SAFETENSORS || kind == KIND_FASTTEXT) {
        format = kind == KIND_FASTTEXT ? "fasttext-bin" : "safetensors";
        struct stat st;
        if (stat(b->path, &st) != 0 || !S_ISREG(st.st_mode)) {
            status = isg_error_set(err, ISG_EDATA, b->path, 0, "a %s file from a pipe", format);
            (void)isg_error_advice(err, "save it to a file: it is mapped into memory");
        } else if (b->report->packing) {
            status = isg_error_set(
                err, ISG_EDATA, b->path, 0, "a %s file compressed by %s", format, isg_packing_name(b->report->packing));
            (void)isg_error_advice(err, "unpack it first");
        } else {
            status = kind == KIND_FASTTEXT ? isg_vectors_load_fasttext(b, err) : isg_vectors_load_cache(b, err);
        }
    } else if (kind == KIND_WORD2VEC) {
        format = "word2vec-binary";
        status = isg_vectors_load_word2vec(b, r, err);
    } else {
        status = isg_vectors_load_text(b, r, err);
        if (b->report->header)
            format = "text+header";
    }
    memcpy(b->report->format, format, strlen(format) + 1);
    isg_reader_close(r);
    if (status == ISG_OK && b->v->m.rows == 0) {
        status = isg_error_set(err, ISG_EDATA, b->path, 0, "no vectors in the file");
        (void)isg_error_expected(err, "word vectors");
    }
    return status;
}

/* A file cut short at the end of a line looks like a whole one but for its header. Not an error: the first lines of a
 * large file, taken with head(1), are common. */
static void warn_of_rows(const struct isg_vectors_build *b)
{
    const struct isg_vectors_report *const r = b->report;
    if (r->header && r->complete && r->rows_in_file != r->rows_read)
        isg_log(b->env, ISG_LOG_WARNING, "%s: the header says %" PRIu64 " rows, the file has %" PRIu64 "%s", b->path,
            r->rows_in_file, r->rows_read, r->rows_read < r->rows_in_file ? ": is it cut short?" : "");
}

enum isg_status isg_vectors_load(struct isg_vectors *out, const char *path, const struct isg_vectors_opts *opts,
    struct isg_vectors_report *report, const struct isg_env *env, struct isg_error *err)
{
    struct isg_vectors_report unasked;
    struct isg_vectors v = {0};
    static const struct isg_env silent = {0};
    struct isg_vectors_build b = {
        .v = &v, .path = path, .report = report ? report : &unasked, .env = env ? env : &silent};
    if (opts)
        b.opts = *opts;
    *out = (struct isg_vectors){0};
    *b.report = (struct isg_vectors_report){0};
    if (!(v.words = isg_strtab_new()))
        return isg_error_nomem(err, "words");
    enum isg_status status = ISG_OK;
    if (b.opts.memory)
        status = isg_vectors_limit(&v, b.opts.memory, b.opts.folder, err);
    if (status == ISG_OK)
        status = load(&b, err);
    if (status == ISG_OK) {
        isg_vectors_rest(&v);
        warn_of_rows(&b);
        *out = v;
    } else {
        isg_vectors_fini(&v);
    }
    return status;
}
