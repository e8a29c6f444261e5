#include "tests/test.h"

#include "tools/interrupt.h"
#include <signal.h>
#include <sys/wait.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_second_signal_kills)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
