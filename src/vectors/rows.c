/* A table of word vectors: the memory of its rows, and looking words up. */
#include "src/vectors/rows.h"

#include "src/mem.h"
#include "src/safetensors.h"
#include "src/utf8.h"

#include "src/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What is read of rows in a temporary file before its memory is given back. */
#define STRETCH ((size_t)64 << 20)

/* Where the rows live: in anonymous pages, which grow without copying, in a temporary file, or in an open file. */
struct rows {
    void *pages;
    size_t bytes;
    struct isg_safetensors *file;
    uint64_t limit; /* bytes beyond which they go to a temporary file; 0 = none */
    const char *folder;
    bool on_disk;
    size_t rested; /* bytes from the start that have been given back */
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

enum isg_status isg_vectors_limit(struct isg_vectors *v, uint64_t limit, const char *folder, struct isg_error *err)
{
    struct rows *const o = owner_of(v);
    if (!o)
        return isg_error_nomem(err, "vectors");
    o->limit = limit;
    o->folder = folder;
    return ISG_OK;
}

void isg_vectors_rest(const struct isg_vectors *v)
{
    const struct rows *const o = v->owner;
    if (o && o->on_disk)
        (void)madvise(o->pages, o->bytes, MADV_DONTNEED); /* where it fails, more memory is used */
}

/* A file of this many bytes, all of them on the disk: a full one is an error here, and not a signal later. What there is
 * already is copied. */
static enum isg_status grow_file(struct rows *o, size_t bytes, struct isg_error *err)
{
    int fd;
    ISG_TRY(isg_tempfile_unnamed(o->folder, &fd, err));
    const int failed = posix_fallocate(fd, 0, (off_t)bytes);
    void *const p = failed ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (failed)
        errno = failed;
    const enum isg_status status = p == MAP_FAILED ? isg_error_errno(err, o->folder, "room for vectors") : ISG_OK;
    close(fd);
    ISG_TRY(status);
    for (size_t at = 0; at < o->bytes; at += STRETCH) {
        const size_t n = o->bytes - at < STRETCH ? o->bytes - at : STRETCH;
        memcpy((char *)p + at, (char *)o->pages + at, n);
        (void)madvise((char *)p + at, n, MADV_DONTNEED);
        (void)madvise((char *)o->pages + at, n, MADV_DONTNEED);
    }
    if (o->pages)
        munmap(o->pages, o->bytes);
    o->pages = p;
    o->bytes = bytes;
    o->on_disk = true;
    o->rested = 0;
    return ISG_OK;
}

enum isg_status isg_vectors_reserve(struct isg_vectors *v, size_t rows, const char *path, struct isg_error *err)
{
    struct rows *o = owner_of(v);
    if (!o)
        return isg_error_nomem(err, "vectors");
    size_t bytes;
    if (__builtin_mul_overflow(rows ? rows : 1, v->m.stride * sizeof(float), &bytes) || bytes > SIZE_MAX / 4)
        return isg_error_set(err, ISG_ENOMEM, path, 0, "%zu vectors do not fit into memory", rows);
    if (o->on_disk && bytes <= o->bytes && bytes > o->rested + STRETCH) {
        o->rested = bytes;
        isg_vectors_rest(v);
    }
    if (bytes <= o->bytes)
        return ISG_OK;
    if (o->bytes && bytes < o->bytes + o->bytes / 2)
        bytes = o->bytes + o->bytes / 2;
    bytes = (bytes + 4095) / 4096 * 4096;
    if (o->on_disk || (o->limit && bytes > o->limit)) {
        ISG_TRY(grow_file(o, bytes, err));
        v->m.x = o->pages;
        return ISG_OK;
    }
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
