/* A signal handler can only reach globals: the ones in the program, and not in its libraries. */
#include "tools/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE_MS = 500 };

static volatile sig_atomic_t interrupted, noticed, saves, json;

/* Nobody asked since the signal: a read without end, or a long computation. Nothing is lost: output is renamed into
 * place when it is complete. */
static void on_alarm(int number)
{
    static const char text[] = "isogloss: stopped\n";
    static const char object[] =
        "{\n  \"error\": {\n    \"status\": 130,\n    \"kind\": \"interrupted\",\n    \"file\": null,\n"
        "    \"line\": null,\n    \"message\": \"stopped\",\n    \"advice\": null\n  }\n}\n";
    (void)number;
    if (noticed || saves)
        return;
    if (json)
        (void)!write(STDOUT_FILENO, object, sizeof object - 1);
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(130);
}

static void on_signal(int number)
{
    const struct itimerval patience = {.it_value = {.tv_usec = 1000 * PATIENCE_MS}};
    (void)number;
    interrupted = 1;
    signal(SIGINT, SIG_DFL); /* the next one of either kind kills */
    signal(SIGTERM, SIG_DFL);
    setitimer(ITIMER_REAL, &patience, NULL);
}

void isg_interrupt_catch(void)
{
    /* no SA_RESTART: a read that waits for somebody's typing ends */
    struct sigaction action = {.sa_handler = on_signal}, late = {.sa_handler = on_alarm};
    sigemptyset(&action.sa_mask);
    sigemptyset(&late.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGALRM, &late, NULL);
}

void isg_interrupt_saves(bool yes)
{
    saves = yes;
}

void isg_interrupt_json(bool yes)
{
    json = yes;
}

int isg_interrupted(void)
{
    noticed = interrupted;
    return interrupted;
}
