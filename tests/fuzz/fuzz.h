/** @file tests/fuzz/fuzz.h  What the fuzz targets share. A target is fuzz_NAME.c with LLVMFuzzerTestOneInput;
 * it is linked with libFuzzer (meson setup -Dfuzzing=true, CC=clang) or with replay.c, which runs the files
 * of corpus/NAME and broken copies of them. */
#ifndef ISG_TESTS_FUZZ_FUZZ_H
#define ISG_TESTS_FUZZ_FUZZ_H
#include "src/isg.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/** What must hold for any input, in builds without assertions too. */
#define FUZZ_CHECK(condition)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);                              \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/** Path of a file in memory that holds these bytes, until the next call. */
static inline const char *fuzz_file(const uint8_t *data, size_t n)
{
    static int fd = -1;
    static char path[32];
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        FUZZ_CHECK(fd >= 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    FUZZ_CHECK(ftruncate(fd, 0) == 0);
    for (size_t at = 0; at < n;) {
        const ssize_t put = pwrite(fd, data + at, n - at, (off_t)at);
        FUZZ_CHECK(put > 0);
        at += (size_t)put;
    }
    return path;
}

/** Folder of this process, in memory where there is such a place, for inputs that must have names. */
static inline const char *fuzz_folder(void);
static inline void fuzz_remove_folder(void)
{
    DIR *d = opendir(fuzz_folder());
    for (const struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            (void)unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    rmdir(fuzz_folder());
}
static inline const char *fuzz_folder(void)
{
    static char path[256];
    if (!path[0]) {
        const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
        snprintf(path, sizeof path, "%.200s/isogloss-fuzz-XXXXXX", tmp ? tmp : "/tmp");
        FUZZ_CHECK(mkdtemp(path));
        atexit(fuzz_remove_folder);
    }
    return path;
}

/** Writes FOLDER/NAME; its path is good until the next call with the same buffer. */
static inline const char *fuzz_named_file(char buf[320], const char *name, const uint8_t *data, size_t n)
{
    snprintf(buf, 320, "%s/%s", fuzz_folder(), name);
    FILE *f = fopen(buf, "wb");
    FUZZ_CHECK(f && fwrite(data, 1, n, f) == n);
    FUZZ_CHECK(fclose(f) == 0);
    return buf;
}

/** A refusal says what is wrong, and blames the data or the memory, not the user or the system. */
static inline void fuzz_check_refusal(enum isg_status status, const struct isg_error *err)
{
    FUZZ_CHECK(status == ISG_EDATA || status == ISG_ENOMEM || status == ISG_ENUMERIC);
    FUZZ_CHECK(err->status == status && err->found[0]);
}

#endif
