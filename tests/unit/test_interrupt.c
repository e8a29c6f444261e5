#include "tests/test.h"

#include "tools/interrupt.h"
#include <jansson.h>
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

/* What is ended so still says it in the one JSON object. */
static void test_json(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        isg_interrupt_catch();
        isg_interrupt_json(true);
        raise(SIGTERM);
        for (int i = 0; i < 20; i++)
            usleep(50000);
        _exit(3);
    }
    close(ends[1]);
    char text[512];
    size_t n = 0;
    for (ssize_t k = 1; k > 0; n += k > 0 ? (size_t)k : 0)
        k = read(ends[0], text + n, sizeof text - 1 - n);
    close(ends[0]);
    text[n] = 0;
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 130);
    json_t *const object = json_loads(text, 0, NULL);
    assert_non_null(object);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(object, "error"), "status")), 130);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_signal_kills), cmocka_unit_test(test_deaf_work_ends), cmocka_unit_test(test_json)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
