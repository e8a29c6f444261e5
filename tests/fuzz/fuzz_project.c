/* `isogloss run PROJECT --dry-run`, the whole program on a project file: any exit but a crash, and nothing is written.
 * The program's main() is linked in as isogloss_main. */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>

int isogloss_main(int argc, char **argv);

static int entries_of(const char *folder)
{
    DIR *d = opendir(folder);
    FUZZ_CHECK(d);
    int n = 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    /* or the program would start itself again for a better BLAS */
    FUZZ_CHECK(setenv("OPENBLAS_CORETYPE", "Generic", 0) == 0);
    char path[320];
    fuzz_named_file(path, "p.toml", data, n);
    char program[] = "isogloss", command[] = "run", dry[] = "--dry-run", quiet[] = "-q";
    char *argv[] = {program, command, path, dry, quiet, NULL};
    const int kept_out = dup(STDOUT_FILENO), kept_err = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    FUZZ_CHECK(kept_out >= 0 && kept_err >= 0 && nowhere >= 0);
    fflush(stdout);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    const int here = open(".", O_RDONLY | O_DIRECTORY);
    const int status = isogloss_main(5, argv);
    FUZZ_CHECK(here >= 0 && fchdir(here) == 0); /* `run` works in the project's folder */
    close(here);
    fflush(stdout);
    dup2(kept_out, STDOUT_FILENO);
    dup2(kept_err, STDERR_FILENO);
    close(kept_out);
    close(kept_err);
    close(nowhere);
    FUZZ_CHECK(status >= 0 && status <= 3);
    FUZZ_CHECK(entries_of(fuzz_folder()) == 3); /* ".", ".." and the project */
    return 0;
}
