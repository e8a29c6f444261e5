#include "tests/test.h"

#include "tools/interrupt.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* What becomes of a process that gets these two signals, one after the other. */
static int end_of(int first, int second)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        isg_interrupt_catch();
        if (isg_interrupted())
            _exit(1);
        raise(first);
        if (!isg_interrupted())
            _exit(2);
        raise(second);
        _exit(3);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void test_second_signal_kills(void **state)
{
    (void)state;
    assert_int_equal(end_of(SIGINT, SIGINT), SIGINT);
    assert_int_equal(end_of(SIGTERM, SIGTERM), SIGTERM);
    assert_int_equal(end_of(SIGINT, SIGTERM), SIGTERM);
    assert_int_equal(end_of(SIGTERM, SIGINT), SIGINT);
}

/* Exit status of a process that does not notice the signal. */
static int end_of_deaf(bool saves)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        isg_interrupt_catch();
        isg_interrupt_saves(saves);
        raise(SIGINT);
        for (int i = 0; i < 20; i++)
            usleep(50000);
        _exit(3);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_deaf_work_ends(void **state)
{
    (void)state;
    assert_int_equal(end_of_deaf(false), 130);
    assert_int_equal(end_of_deaf(true), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_second_signal_kills), cmocka_unit_test(test_deaf_work_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
