/* Usage: fuzz_NAME FOLDER. Runs the target on nothing, on each file of the folder, and on broken copies of
 * each: cut short, and with bytes changed, doubled or dropped by a fixed seed. What breaks it is in the
 * message: the target itself aborts, or a sanitizer does. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>

enum { CUTS = 100, MUTANTS = 200 };
static char now[512];

static void say_where(int signal_number)
{
    (void)signal_number;
    const ssize_t unused = write(STDERR_FILENO, now, strlen(now));
    (void)unused;
}

/* An exact heap copy, so that AddressSanitizer sees each byte read beyond the end. */
static void run(const uint8_t *data, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    FUZZ_CHECK(copy);
    if (n)
        memcpy(copy, data, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static void run_mutants(const char *name, const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < CUTS && i < n; i++) {
        const size_t keep = n <= CUTS ? i : n * i / CUTS;
        snprintf(now, sizeof now, "in %.200s cut to %zu bytes\n", name, keep);
        run(data, keep);
    }
    static const uint8_t nasty[] = {0, 1, 0x7f, 0x80, 0xff, '\n', '\r', ' ', '\t', '"', '\\', '-', '9', '[', '{', 'e'};
    uint8_t *copy = malloc(2 * n + 16);
    FUZZ_CHECK(copy);
    for (uint64_t m = 0; m < MUTANTS && n; m++) {
        snprintf(now, sizeof now, "in %.200s, mutant %llu\n", name, (unsigned long long)m);
        struct isg_rng r = isg_rng_stream(1, name, m);
        memcpy(copy, data, n);
        size_t size = n;
        for (uint32_t edits = 1 + isg_rng_below(&r, 4); edits && size; edits--) {
            const size_t at = isg_rng_u64(&r) % size, len = 1 + isg_rng_u64(&r) % (size - at < 16 ? size - at : 16);
            switch (isg_rng_below(&r, 4)) {
            case 0:
                copy[at] ^= (uint8_t)(1u << isg_rng_below(&r, 8));
                break;
            case 1:
                copy[at] = nasty[isg_rng_below(&r, sizeof nasty)];
                break;
            case 2: /* drop */
                memmove(copy + at, copy + at + len, size - at - len);
                size -= len;
                break;
            default: /* double */
                if (size + len > 2 * n + 16)
                    break;
                memmove(copy + at + len, copy + at, size - at);
                size += len;
            }
        }
        run(copy, size);
    }
    free(copy);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    struct sigaction act = {.sa_handler = say_where, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGABRT, &act, NULL);
    snprintf(now, sizeof now, "in no input\n");
    run(NULL, 0);
    struct dirent **entries = NULL;
    const int n_entries = scandir(argv[1], &entries, NULL, alphasort);
    int files = 0;
    for (int i = 0; i < n_entries; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
        FILE *f = entries[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (f) {
            static uint8_t data[1 << 20];
            const size_t n = fread(data, 1, sizeof data, f);
            fclose(f);
            snprintf(now, sizeof now, "in %.200s\n", entries[i]->d_name);
            run(data, n);
            run_mutants(entries[i]->d_name, data, n);
            files++;
        }
        free(entries[i]);
    }
    free(entries);
    printf("%d files\n", files);
    return files == 0; /* a folder without files checks nothing */
}
