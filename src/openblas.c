/* Opens OpenBLAS: room first, then one thread, then the kernels that the processor deserves. */
#include "src/openblas.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct isg_openblas functions;
static void *library;
static _Atomic(const struct isg_openblas *) opened;

/* dlsym gives pointers to objects; POSIX lets them be called, ISO C has no cast for it. */
static bool find(void *at, const char *name)
{
    void *const p = dlsym(library, name);
    memcpy(at, &p, sizeof p);
    return p != NULL;
}

/* Is there room for so much? OpenBLAS asks the system in this way, too, and without room it asks again for ever. */
static bool room_for(size_t bytes)
{
    void *const p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED && munmap(p, bytes) == 0;
}

static void *open_any(int flags)
{
    static const char *const names[] = {"libopenblas.so.0", "libopenblas.so", ISG_OPENBLAS_DIR "/libopenblas.so",
        ISG_OPENBLAS_DIR "/libopenblas.dylib"};
    void *found = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
        found = dlopen(names[i], flags | RTLD_LOCAL);
    return found;
}

/* dlopen with a variable of the environment that OpenBLAS reads as it is loaded. */
static void *open_with(const char *name, const char *value)
{
    const char *const before = getenv(name);
    char *const kept = before ? strdup(before) : NULL;
    if ((before && !kept) || setenv(name, value, 1) != 0) {
        free(kept);
        return NULL;
    }
    void *const found = open_any(RTLD_NOW);
    if (kept)
        (void)setenv(name, kept, 1);
    else
        (void)unsetenv(name);
    free(kept);
    return found;
}

/* OPENBLAS_CORETYPE for this processor where OpenBLAS chose a far slower one; between Haswell and Zen nothing is lost. */
static const char *better_core(void)
{
#if defined(__x86_64__)
    static const char *const slow[] = {"Prescott", "Core2", "Nehalem", "Penryn", "Atom", "Nano", "Generic", "Unknown"};
    char *(*corename)(void);
    const char *const core = find(&corename, "openblas_get_corename") ? corename() : "";
    bool is_slow = false;
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++)
        is_slow |= strcasecmp(core, slow[i]) == 0;
    __builtin_cpu_init();
    if (is_slow && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return "SkylakeX";
    if (is_slow && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return "Haswell";
#endif
    return NULL;
}

static void load(void)
{
    library = open_any(RTLD_NOW | RTLD_NOLOAD);
    if (library) /* somebody else's, with the kernels that it has */
        return;
    library = open_with("OPENBLAS_NUM_THREADS", "1");
    const char *const core = library && !getenv("OPENBLAS_CORETYPE") ? better_core() : NULL;
    if (!core)
        return;
    dlclose(library);
    library = open_with("OPENBLAS_CORETYPE", core);
}

static enum isg_status not_opened(struct isg_error *err)
{
    const char *const why = dlerror();
    if (!why || errno == ENOMEM || strstr(why, "memory"))
        return isg_error_nomem(err, "OpenBLAS");
    isg_error_set(err, ISG_EIO, NULL, 0, "OpenBLAS cannot be opened: %.300s", why);
    return isg_error_advice(err, "install it; on Debian or Ubuntu: apt-get install libopenblas0");
}

static enum isg_status open_library(struct isg_error *err)
{
    if (!room_for((size_t)180 << 20)) { /* a buffer, which some releases take as they are loaded, and the library */
        (void)isg_error_set(err, ISG_ENOMEM, NULL, 0, "no memory for OpenBLAS (180 MiB of address space)");
        return isg_error_advice(err, "raise the limit (ulimit -v)");
    }
    errno = 0;
    (void)dlerror();
    load();
    if (!library)
        return not_opened(err);
    struct isg_openblas *const f = &functions;
    void (*set_num_threads)(int);
    if (!find(&f->sgemm, "cblas_sgemm") || !find(&f->dgemm, "cblas_dgemm") || !find(&f->dgesdd, "dgesdd_") ||
        !find(&f->dsyevd, "dsyevd_") || !find(&f->dposv, "dposv_") || !find(&f->config, "openblas_get_config") ||
        !find(&set_num_threads, "openblas_set_num_threads"))
        return not_opened(err);
    if (!find(&f->memory_alloc, "blas_memory_alloc") || !find(&f->memory_free, "blas_memory_free"))
        f->memory_alloc = NULL;
    set_num_threads(1); /* its results change with their number */
    atomic_store(&opened, f);
    return ISG_OK;
}

const struct isg_openblas *isg_openblas_open(struct isg_error *err)
{
    if (!atomic_load(&opened)) {
        (void)pthread_mutex_lock(&lock);
        if (!atomic_load(&opened))
            (void)open_library(err);
        (void)pthread_mutex_unlock(&lock);
    }
    return atomic_load(&opened);
}

void *isg_openblas_symbol(const char *name)
{
    struct isg_error err = {0};
    return isg_openblas_open(&err) ? dlsym(library, name) : NULL;
}

enum isg_status isg_openblas_reserve(unsigned n_threads, struct isg_error *err)
{
    enum { MOST = 128 }; /* buffers; OpenBLAS has twice as many as cores it was built for */
    static unsigned reserved;
    void *held[MOST];
    const unsigned n = n_threads < MOST ? n_threads : MOST;
    const struct isg_openblas *const blas = isg_openblas_open(err);
    if (!blas)
        return err->status;
    (void)pthread_mutex_lock(&lock);
    /* those already there are handed out first, so that all have to be held at once to get more */
    unsigned k = 0;
    bool room = true;
    while (k < n && reserved < n && room) {
        room = k < reserved || room_for((size_t)132 << 20);
        if (room)
            held[k++] = blas->memory_alloc ? blas->memory_alloc(0) : NULL;
    }
    reserved = k > reserved ? k : reserved;
    while (k > 0)
        if (held[--k])
            blas->memory_free(held[k]);
    (void)pthread_mutex_unlock(&lock);
    if (room)
        return ISG_OK;
    (void)isg_error_set(err, ISG_ENOMEM, NULL, 0, "no memory for matrix products (128 MiB of address space a thread)");
    return isg_error_advice(err, "use fewer --threads, or raise the limit (ulimit -v)");
}
