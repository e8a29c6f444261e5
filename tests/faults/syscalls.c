/* syscalls LOG FOLDER AT ERRNO PROGRAM ARGUMENT...: runs the program and answers the AT-th of its system calls on files
 * with an error (ERRNO a number), or kills it there (ERRNO 0); AT 0 = none. Calls count on files below FOLDER, the
 * working folder, and on pipes and standard output. LOG gets a line each: number, call, file. The exit status is the program's;
 * 128 + signal where it was killed, 77 where this system lets nobody watch system calls.
 *
 * A seccomp filter hands each of these calls to this process (seccomp_unotify(2), Linux 5.5), which fails them or lets
 * them go on: stdio and libraries are seen, which a preloaded library cannot, and no registers of any machine. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77, OTHER_FAILURE = 99 };
/* path: which argument is a path; -1: the first is a descriptor */
static const struct call {
    int number, path;
    const char *name;
} calls[] = {
#ifdef SYS_open
    {SYS_open, 0, "open"},
#endif
#ifdef SYS_rename
    {SYS_rename, 0, "rename"}, {SYS_renameat, 1, "rename"},
#endif
#ifdef SYS_unlink
    {SYS_unlink, 0, "unlink"},
#endif
#ifdef SYS_mkdir
    {SYS_mkdir, 0, "mkdir"},
#endif
#ifdef SYS_link
    {SYS_link, 0, "link"},
#endif
    {SYS_openat, 1, "open"}, {SYS_renameat2, 1, "rename"}, {SYS_unlinkat, 1, "unlink"}, {SYS_mkdirat, 1, "mkdir"},
    {SYS_linkat, 1, "link"}, {SYS_read, -1, "read"}, {SYS_pread64, -1, "read"}, {SYS_readv, -1, "read"},
    {SYS_write, -1, "write"}, {SYS_pwrite64, -1, "write"}, {SYS_writev, -1, "write"}, {SYS_fsync, -1, "fsync"},
    {SYS_fdatasync, -1, "fsync"}, {SYS_ftruncate, -1, "truncate"}, {SYS_fallocate, -1, "truncate"},
    {SYS_close, -1, "close"}, {SYS_mmap, -2, "mmap"}, /* the fifth is a descriptor */
};
enum { N_CALLS = sizeof calls / sizeof *calls };

static void die(const char *what)
{
    fprintf(stderr, "syscalls: %s: %s\n", what, strerror(errno));
    exit(OTHER_FAILURE);
}

static int install_filter(void)
{
    struct sock_filter filter[N_CALLS + 3];
    size_t n = 0;
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < N_CALLS; i++)
        filter[n++] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i].number, (uint8_t)(N_CALLS - i), 0);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    const struct sock_fprog program = {(unsigned short)n, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

static void send_fd(int to, int fd)
{
    char byte = fd >= 0;
    struct iovec part = {&byte, 1};
    union control control = {{0}};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(head), &fd, sizeof fd);
    }
    if (sendmsg(to, &message, 0) != 1)
        _exit(OTHER_FAILURE);
}

static int receive_fd(int from)
{
    char byte = 0;
    struct iovec part = {&byte, 1};
    union control control = {{0}};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != 1)
        die("no word from the child");
    const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    int fd = -1;
    if (byte && head)
        memcpy(&fd, CMSG_DATA(head), sizeof fd);
    return fd;
}

static const struct call *find_call(int number)
{
    for (size_t i = 0; i < N_CALLS; i++)
        if (calls[i].number == number)
            return &calls[i];
    return NULL;
}

/* The file a call is about; empty where it cannot be told. */
static void file_of(const struct call *call, const struct seccomp_notif *notice, char path[PATH_MAX])
{
    char link[64];
    path[0] = 0;
    if (call->path >= 0) {
        snprintf(link, sizeof link, "/proc/%u/mem", notice->pid);
        const int memory = open(link, O_RDONLY | O_CLOEXEC);
        const ssize_t got = memory < 0 ? -1 : pread(memory, path, PATH_MAX - 1, (off_t)notice->data.args[call->path]);
        path[got > 0 ? got : 0] = 0;
        close(memory);
        return;
    }
    const int fd = (int)notice->data.args[call->path == -2 ? 4 : 0];
    if (fd < 0)
        return;
    snprintf(link, sizeof link, "/proc/%u/fd/%d", notice->pid, fd);
    const ssize_t got = readlink(link, path, PATH_MAX - 1);
    path[got > 0 ? got : 0] = 0;
}

static int counts(const struct call *call, const struct seccomp_notif *notice, const char *path, const char *folder)
{
    if (call->path == -1 && notice->data.args[0] == STDERR_FILENO)
        return 0; /* there the error itself is told */
    if (call->path >= 0 && path[0] && path[0] != '/')
        return 1;
    return strncmp(path, folder, strlen(folder)) == 0 || strncmp(path, "pipe:", 5) == 0;
}

static void watch(int listener, pid_t child, FILE *log, const char *folder, long at, int error)
{
    struct seccomp_notif notice;
    struct seccomp_notif_resp answer;
    long count = 0;
    for (;;) {
        struct pollfd ready = {.fd = listener, .events = POLLIN};
        if (poll(&ready, 1, -1) < 0 && errno == EINTR)
            continue;
        if (!(ready.revents & POLLIN))
            return; /* all that had the filter are gone */
        memset(&notice, 0, sizeof notice);
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notice) != 0)
            continue;
        memset(&answer, 0, sizeof answer);
        answer.id = notice.id;
        answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        const struct call *call = find_call(notice.data.nr);
        char path[PATH_MAX];
        file_of(call, &notice, path);
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &notice.id) == 0 && counts(call, &notice, path, folder)) {
            fprintf(log, "%ld %s %s\n", ++count, call->name, path);
            if (count == at && error == 0) {
                kill(child, SIGKILL);
            } else if (count == at) {
                answer.flags = 0;
                answer.error = -error;
            }
        }
        (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
}

int main(int argc, char **argv)
{
    if (argc < 6) {
        fprintf(stderr, "usage: %s LOG FOLDER AT ERRNO PROGRAM ARGUMENT...\n", argv[0]);
        return OTHER_FAILURE;
    }
    int pair[2];
    FILE *log = fopen(argv[1], "we");
    if (!log || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        die(argv[1]);
    const pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int listener = install_filter();
        send_fd(pair[1], listener);
        if (listener < 0)
            _exit(SKIPPED);
        execv(argv[5], argv + 5);
        _exit(OTHER_FAILURE);
    }
    close(pair[1]);
    const int listener = receive_fd(pair[0]);
    if (listener < 0) {
        fprintf(stderr, "syscalls: no seccomp notifications here\n");
        return SKIPPED;
    }
    watch(listener, child, log, argv[2], atol(argv[3]), atoi(argv[4]));
    int status = 0;
    if (waitpid(child, &status, 0) != child)
        die("wait");
    if (fclose(log) != 0)
        die(argv[1]);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
