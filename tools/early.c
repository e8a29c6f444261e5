/* A lack of memory where nobody can return a status: in the constructors of libraries before main() (libgfortran,
 * OpenBLAS, FAISS's tables), and in an exception that leaves a thread of FAISS (align/cxx.h). One line and exit 1, as anywhere else.
 * And OpenBLAS is kept from starting threads, which needs the most memory of all. */
#include "tools/early.h"
#include "align/align.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static void say_and_exit(const char *line)
{
    const ssize_t unused = write(STDERR_FILENO, line, strlen(line));
    (void)unused;
    _exit(1);
}

static void crashed(int signal_number)
{
    (void)signal_number;
    say_and_exit("isogloss: the libraries cannot start, most likely for lack of memory or threads\n");
}

/* OpenBLAS raises SIGINT where it gets no threads */
static const int early_signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGINT};
enum { N_EARLY = sizeof early_signals / sizeof *early_signals };
static struct sigaction before[N_EARLY];

/* With threads of its own, OpenBLAS takes a buffer of 128 MiB for each core as it is loaded, and without room for one
 * (under ulimit -v, say) it retries for ever, deaf to SIGTERM. It reads their number from the environment, so the program
 * starts itself again with that set. Results do not change: src/blas.c uses one thread anyway. */
static void start_without_blas_threads(char **argv, char **env)
{
    enum { MOST = 4096 }; /* variables of the environment; with more, OpenBLAS starts its threads */
    static char name[] = "OPENBLAS_NUM_THREADS=", one[] = "OPENBLAS_NUM_THREADS=1";
    static char *changed[MOST + 2];
    size_t n = 0;
    for (char **e = env; *e; e++) {
        if (strcmp(*e, one) == 0 || n == MOST)
            return;
        if (strncmp(*e, name, sizeof name - 1) != 0)
            changed[n++] = *e;
    }
    changed[n] = one;
    (void)execve("/proc/self/exe", argv, changed); /* where that fails, it is a matter of memory only */
}

static void before_libraries(int argc, char **argv, char **env)
{
    (void)argc;
    start_without_blas_threads(argv, env);
    isg_align_program_starts();
    /* libgfortran calls itself without end where it cannot say that memory is gone: the stack is used up then */
    static char stack[16384];
    (void)sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    for (int i = 0; i < N_EARLY; i++)
        (void)sigaction(
            early_signals[i], &(struct sigaction){.sa_handler = crashed, .sa_flags = SA_ONSTACK}, &before[i]);
}

/* Runs before any constructor of a shared library. */
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **, char **) = before_libraries;

void isg_early_end(void)
{
    for (int i = 0; i < N_EARLY; i++)
        (void)sigaction(early_signals[i], &before[i], NULL);
}
