/* A signal handler can only reach a global: the one in the program, and not in its libraries. */
#include "tools/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
    signal(SIGINT, SIG_DFL); /* the next one of either kind kills */
    signal(SIGTERM, SIG_DFL);
}

void isg_interrupt_catch(void)
{
    /* no SA_RESTART: a read that waits for somebody's typing ends */
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int isg_interrupted(void)
{
    return interrupted;
}
