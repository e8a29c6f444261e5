/* A lack of memory where nobody can return a status: in the constructors of libraries before main() (ICU, FAISS's tables)
 * or while OpenBLAS is opened (libgfortran), and in an exception that leaves a thread of FAISS. One line and exit 1, as
 * anywhere else. */
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

static const int early_signals[] = {SIGABRT, SIGSEGV, SIGBUS};
enum { N_EARLY = sizeof early_signals / sizeof *early_signals };
static struct sigaction before[N_EARLY];

static void catch_crashes(void)
{
    /* libgfortran calls itself without end where it cannot say that memory is gone: the stack is used up then */
    static char stack[16384];
    (void)sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    for (int i = 0; i < N_EARLY; i++)
        (void)sigaction(
            early_signals[i], &(struct sigaction){.sa_handler = crashed, .sa_flags = SA_ONSTACK}, &before[i]);
}

static void before_libraries(void)
{
    isg_align_program_starts();
    catch_crashes();
}

/* Runs before any constructor of a shared library. */
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(void) = before_libraries;

void isg_early_end(void)
{
    for (int i = 0; i < N_EARLY; i++)
        (void)sigaction(early_signals[i], &before[i], NULL);
}

enum isg_status isg_early_blas(struct isg_error *err)
{
    catch_crashes();
    const enum isg_status status = isg_blas_reserve(1, err);
    isg_early_end();
    return status;
}
