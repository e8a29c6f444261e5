/* Preloaded (LD_PRELOAD) into the program: counts what asks for memory or a thread, and lets one call fail, or all from
 * one on. Driven through the file that $ISG_FAULTS names (state.h); without it nothing fails. glibc only: the real
 * functions are its __libc_* names, which need no dlsym() before the first allocation. */
#undef _FILE_OFFSET_BITS /* it makes mmap and mmap64 one name */
#include "tests/faults/state.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#define VISIBLE __attribute__((visibility("default")))
enum { DEPTH = 24 };

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);

static struct faults *_Atomic state;
static atomic_int opened; /* 0 not yet, 1 done */
static __thread bool busy __attribute__((tls_model("initial-exec")));

static struct faults *open_state(void)
{
    if (atomic_load(&opened))
        return atomic_load(&state);
    const char *path = getenv("ISG_FAULTS");
    if (path) {
        const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
        if (fd >= 0) {
            const off_t size = (off_t)syscall(SYS_lseek, fd, 0, SEEK_END);
            void *p = (void *)syscall(SYS_mmap, NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            syscall(SYS_close, fd);
            if (p != MAP_FAILED)
                atomic_store(&state, p);
        }
    }
    atomic_store(&opened, 1);
    return atomic_load(&state);
}

struct stack {
    uintptr_t at[DEPTH];
    int n;
};

static _Unwind_Reason_Code see(struct _Unwind_Context *context, void *cookie)
{
    struct stack *s = cookie;
    if (s->n == DEPTH)
        return _URC_END_OF_STACK;
    s->at[s->n++] = _Unwind_GetIP(context);
    return _URC_NO_REASON;
}

static uint64_t hash(const struct stack *s)
{
    uint64_t h = 14695981039346656037u;
    for (int i = 0; i < s->n; i++)
        h = (h ^ s->at[i]) * 1099511628211u;
    return h;
}

static void describe(const struct stack *s, char *text, size_t cap)
{
    size_t n = 0;
    for (int i = 2; i < s->n && n < cap - 1; i++) { /* without see() and fails() */
        Dl_info info = {0};
        if (!dladdr((const void *)(s->at[i] - 1), &info) || !info.dli_fname)
            continue;
        const char *slash = strrchr(info.dli_fname, '/');
        const int k = snprintf(text + n, cap - n, "%s %lx %s\n", slash ? slash + 1 : info.dli_fname,
            (unsigned long)(s->at[i] - 1 - (uintptr_t)info.dli_fbase), info.dli_sname ? info.dli_sname : "?");
        n += k > 0 ? (size_t)k : 0;
    }
}

/* Counts one call, and says whether it is to fail. */
static __attribute__((noinline)) bool fails(void)
{
    if (busy)
        return false;
    struct faults *f = open_state();
    if (!f)
        return false;
    const uint64_t mine = __atomic_add_fetch(&f->count, 1, __ATOMIC_SEQ_CST);
    if (f->trace && mine <= FAULTS_TRACE) {
        struct stack s = {.n = 0};
        busy = true;
        _Unwind_Backtrace(see, &s);
        f->stacks[mine - 1] = hash(&s);
        busy = false;
    }
    if (f->at == 0 || mine < f->at || (mine > f->at && !f->all))
        return false;
    if (__atomic_add_fetch(&f->fired, 1, __ATOMIC_SEQ_CST) == 1) {
        struct stack s = {.n = 0};
        busy = true;
        _Unwind_Backtrace(see, &s);
        describe(&s, f->where, sizeof f->where);
        busy = false;
    }
    errno = ENOMEM;
    return true;
}

VISIBLE void *malloc(size_t n)
{
    return fails() ? NULL : __libc_malloc(n);
}

VISIBLE void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

VISIBLE void *realloc(void *p, size_t n)
{
    return fails() ? NULL : __libc_realloc(p, n);
}

VISIBLE void *memalign(size_t alignment, size_t n)
{
    return fails() ? NULL : __libc_memalign(alignment, n);
}

VISIBLE void *aligned_alloc(size_t alignment, size_t n)
{
    return memalign(alignment, n);
}

VISIBLE int posix_memalign(void **out, size_t alignment, size_t n)
{
    const int kept = errno;
    void *p = memalign(alignment, n);
    errno = kept;
    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}

VISIBLE void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
    if (fails())
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, at, n, protection, flags, fd, offset);
}

VISIBLE void *mmap64(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
    return mmap(at, n, protection, flags, fd, offset);
}

VISIBLE int pthread_create(
    pthread_t *restrict thread, const pthread_attr_t *restrict attr, void *(*run)(void *), void *restrict cookie)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (!real) {
        void *found = dlsym(RTLD_NEXT, "pthread_create");
        memcpy(&real, &found, sizeof real);
    }
    return fails() ? EAGAIN : real(thread, attr, run, cookie);
}
