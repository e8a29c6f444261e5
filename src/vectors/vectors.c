/* Word vectors: telling the formats apart, and what their readers share. */
#include "src/mem.h"
#include "src/safetensors.h"
#include "src/utf8.h"
#include "src/vectors/private.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

/* Where the rows live: in anonymous pages, which grow without copying, or in an open file. */
struct rows {
    void *pages;
    size_t bytes;
    struct isg_safetensors *file;
};

static struct rows *owner_of(struct isg_vectors *v)
{
    if (!v->owner)
        v->owner = isg_calloc(1, sizeof(struct rows));
    return v->owner;
}

static void *grow_pages(void *old, size_t old_bytes, size_t bytes)
{
    void *p;
#ifdef MREMAP_MAYMOVE
    if (old) {
        p = mremap(old, old_bytes, bytes, MREMAP_MAYMOVE);
        return p == MAP_FAILED ? NULL : p;
    }
#endif
    p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    if (old) {
        memcpy(p, old, old_bytes);
        munmap(old, old_bytes);
    }
#ifdef MADV_HUGEPAGE
    (void)madvise(p, bytes, MADV_HUGEPAGE); /* fewer page faults, where the system likes it */
#endif
    return p;
}

enum isg_status isg_vectors_reserve(struct isg_vectors *v, size_t rows, const char *path, struct isg_error *err)
{
    struct rows *o = owner_of(v);
    if (!o)
        return isg_error_nomem(err, "vectors");
    size_t bytes;
    if (__builtin_mul_overflow(rows ? rows : 1, v->m.stride * sizeof(float), &bytes) || bytes > SIZE_MAX / 4)
        return isg_error_set(err, ISG_ENOMEM, path, 0, "%zu vectors do not fit into memory", rows);
    if (bytes <= o->bytes)
        return ISG_OK;
    if (o->bytes && bytes < o->bytes + o->bytes / 2)
        bytes = o->bytes + o->bytes / 2;
    bytes = (bytes + 4095) / 4096 * 4096;
    void *p = grow_pages(o->pages, o->bytes, bytes);
    if (!p) {
        (void)isg_error_set(err, ISG_ENOMEM, path, 0, "no memory for %zu vectors of %zu values", rows, v->m.cols);
        return isg_error_advice(err, "read fewer with --max-vocab");
    }
    o->pages = v->m.x = p;
    o->bytes = bytes;
    return ISG_OK;
}

enum isg_status isg_vectors_adopt(struct isg_vectors *v, struct isg_safetensors *st, struct isg_error *err)
{
    struct rows *o = owner_of(v);
    if (!o)
        return isg_error_nomem(err, "vectors");
    o->file = st;
    return ISG_OK;
}

void isg_vectors_give_back(struct isg_vectors *v, size_t first, size_t n)
{
    enum { PAGE = 4096 };
    const struct rows *const o = v->owner;
    if (!o || n == 0)
        return; /* rows that somebody else owns */
    const uintptr_t start = ((uintptr_t)isg_mat_row(v->m, first) + PAGE - 1) / PAGE * PAGE;
    const uintptr_t end = (uintptr_t)isg_mat_row(v->m, first + n) / PAGE * PAGE;
    if (end > start)
        (void)madvise((void *)start, end - start, MADV_DONTNEED); /* where it fails, the memory is only kept */
}

void isg_vectors_fini(struct isg_vectors *v)
{
    struct rows *o = v->owner;
    if (o) {
        if (o->pages)
            munmap(o->pages, o->bytes);
        isg_safetensors_close(o->file);
        isg_free(o);
    }
    isg_strtab_free(v->words);
    *v = (struct isg_vectors){0};
}

bool isg_row_is_finite(const float *x, size_t n, bool *zero)
{
    uint32_t any = 0, bad = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        bits &= 0x7fffffff;
        any |= bits;
        bad |= (uint32_t)(bits >= 0x7f800000);
    }
    *zero = any == 0;
    return bad == 0;
}

/* Invalid bytes one by one replaced by U+FFFD; NULL = no memory. */
static char *replace_invalid(const char *s, size_t n, size_t *out_n)
{
    char *out = n > SIZE_MAX / 3 - 1 ? NULL : isg_malloc(3 * n + 1, 1);
    if (!out)
        return NULL;
    size_t k = 0;
    while (n > 0) {
        const size_t good = isg_utf8_valid(s, n);
        memcpy(out + k, s, good);
        k += good;
        s += good;
        n -= good;
        if (n > 0) {
            memcpy(out + k, "\xef\xbf\xbd", 3);
            k += 3;
            s++;
            n--;
        }
    }
    *out_n = k;
    return out;
}

enum isg_status isg_vectors_add_word(
    struct isg_vectors_build *b, const char *word, size_t n, uint64_t line, bool *keep, struct isg_error *err)
{
    char *replaced = NULL;
    *keep = false;
    const size_t good = isg_utf8_valid(word, n);
    if (good != n) {
        if (b->opts.bad_utf8 == ISG_BAD_UTF8_ERROR) {
            (void)isg_error_set(
                err, ISG_EDATA, b->path, line, "invalid UTF-8 in a word (byte 0x%02x)", (unsigned char)word[good]);
            return isg_error_advice(err, "such words can be skipped or repaired: --bad-utf8 skip|replace");
        }
        b->report->bad_utf8++;
        if (b->report->first_bad_utf8_line == 0)
            b->report->first_bad_utf8_line = line;
        if (b->opts.bad_utf8 == ISG_BAD_UTF8_SKIP)
            return ISG_OK;
        if (!(replaced = replace_invalid(word, n, &n)))
            return isg_error_nomem(err, "a word");
        word = replaced;
    }
    uint32_t id;
    const enum isg_status status = isg_strtab_add(b->v->words, word, n, &id, keep, err);
    isg_free(replaced);
    if (status == ISG_OK && !*keep) {
        b->report->duplicates++;
        if (b->report->first_duplicate_line == 0)
            b->report->first_duplicate_line = line;
    }
    return status;
}

static bool whole_number(const char **s, const char *end, uint64_t *out)
{
    const char *p = *s;
    uint64_t x = 0;
    while (p < end && *p >= '0' && *p <= '9' && p - *s < 18)
        x = x * 10 + (uint64_t)(*p++ - '0');
    const bool any = p > *s;
    *s = p;
    *out = x;
    return any;
}

bool isg_vectors_header(const char *line, size_t n, uint64_t *rows, uint64_t *dim)
{
    const char *p = line, *const end = line + n;
    if (!whole_number(&p, end, rows) || p == end || (*p != ' ' && *p != '\t'))
        return false;
    p++;
    return whole_number(&p, end, dim) && p == end && *dim > 0;
}

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
    b->report->gzip = isg_reader_is_gzip(r);
    const enum kind kind = kind_of(head, n);
    const char *format = "text";
    if (kind == KIND_EMPTY) {
        status = isg_error_set(err, ISG_EDATA, b->path, 0, "the file is empty");
        (void)isg_error_expected(err, "word vectors");
    } else if (kind == KIND_SAFETENSORS || kind == KIND_FASTTEXT) {
        format = kind == KIND_FASTTEXT ? "fasttext-bin" : "safetensors";
        if (b->report->gzip) {
            status = isg_error_set(err, ISG_EDATA, b->path, 0, "a gzipped %s file", format);
            (void)isg_error_advice(err, "unpack it with gunzip first");
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
    const enum isg_status status = load(&b, err);
    if (status == ISG_OK)
        *out = v;
    else
        isg_vectors_fini(&v);
    return status;
}

uint32_t isg_vectors_find(const struct isg_vectors *v, const char *word, size_t n)
{
    uint32_t id = isg_strtab_find(v->words, word, n);
    if (id != ISG_NO_ID)
        return id;
    size_t lower_n;
    char *lower = isg_utf8_lower(word, n, &lower_n);
    if (lower)
        id = isg_strtab_find(v->words, lower, lower_n);
    isg_free(lower);
    return id;
}
