/* Temporary files beside their targets: created, locked, published by rename, cleaned up after dead processes. */
#include "src/tempfile.h"

#include "src/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_BYTES = 200, TRIES = 100 }; /* of the target's name; names may have 255 bytes */
static const char infix[] = ".isogloss-";

/* Bytes of the path up to and including the last slash. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* "FOLDER/.NAME.isogloss-"; PID and a number follow. */
static char *name_prefix(const char *path)
{
    const size_t n = folder_length(path), cap = n + NAME_BYTES + sizeof infix + 48;
    char *prefix = isg_malloc(cap, 1);
    if (prefix)
        snprintf(prefix, cap, "%.*s.%.*s%s", (int)n, path, NAME_BYTES, path + n, infix);
    return prefix;
}

static bool same_file(int fd, const char *path)
{
    struct stat a, b;
    return fstat(fd, &a) == 0 && lstat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Is the rest of a temporary name "PID" or "PID-N"? */
static bool is_number(const char *s)
{
    return *s && strspn(s, "0123456789-") == strlen(s);
}

/* Removes one leftover, if no living process has it locked. */
static void remove_if_dead(const char *path)
{
    const int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    struct stat st;
    /* whoever holds the lock may unlink: nobody else can, and no new file takes a name that exists */
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
        same_file(fd, path))
        (void)unlink(path);
    close(fd);
}

static void remove_leftovers(const char *prefix)
{
    const size_t n = folder_length(prefix), base = strlen(prefix) - n, cap = n + 257;
    char *path = isg_malloc(cap, 1);
    if (!path)
        return; /* there is always a next run */
    snprintf(path, cap, "%.*s", (int)n, prefix);
    DIR *folder = opendir(n ? path : ".");
    for (const struct dirent *e; folder && (e = readdir(folder));)
        if (strncmp(e->d_name, prefix + n, base) == 0 && is_number(e->d_name + base)) {
            snprintf(path + n, cap - n, "%s", e->d_name);
            remove_if_dead(path);
        }
    if (folder)
        closedir(folder);
    isg_free(path);
}

/* Opens t->tmp and locks it: EAGAIN where another process took it for a leftover in between. */
static int create(struct isg_tempfile *t, mode_t mode)
{
    t->fd = open(t->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (t->fd < 0)
        return errno;
    (void)flock(t->fd, LOCK_EX | LOCK_NB); /* where there are no locks, leftovers stay */
    if (same_file(t->fd, t->tmp))
        return 0;
    close(t->fd);
    t->fd = -1;
    return EAGAIN;
}

/* Mode and owner of the earlier file. The new file is private until its owner is right. */
static void take_after(int fd, const struct stat *was)
{
    mode_t mode = was->st_mode & 0777;
    struct stat now;
    if (fstat(fd, &now) != 0)
        return;
    if (now.st_uid != was->st_uid || now.st_gid != was->st_gid)
        if (fchown(fd, was->st_uid, was->st_gid) != 0 && fchown(fd, (uid_t)-1, was->st_gid) != 0)
            mode &= (mode_t)(0707 | (mode & 07) << 3);
    (void)fchmod(fd, mode);
}

int isg_tempfile_open(struct isg_tempfile *t, const char *path, bool replace)
{
    *t = (struct isg_tempfile){.fd = -1, .replace = replace};
    struct stat was;
    t->existed = stat(path, &was) == 0;
    t->path = isg_strndup(path, strlen(path));
    t->tmp = name_prefix(path);
    int failure = t->path && t->tmp ? EAGAIN : ENOMEM;
    if (failure == EAGAIN)
        remove_leftovers(t->tmp);
    const size_t n = t->tmp ? strlen(t->tmp) : 0;
    for (int i = 0; i < TRIES && (failure == EAGAIN || failure == EEXIST); i++) {
        snprintf(t->tmp + n, 40, i ? "%ld-%d" : "%ld", (long)getpid(), i);
        failure = create(t, t->existed ? 0600 : 0666);
    }
    if (failure) {
        isg_free(t->path);
        isg_free(t->tmp);
        *t = (struct isg_tempfile){.fd = -1};
        return failure;
    }
    if (t->existed)
        take_after(t->fd, &was);
    return 0;
}

/* Renames only where there is no file of that name. */
static int rename_new(const char *tmp, const char *path)
{
    if (renameat2(AT_FDCWD, tmp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    /* file systems without that flag: NFS has hard links */
    if (link(tmp, path) == 0) {
        (void)unlink(tmp);
        return 0;
    }
    if (errno == EEXIST)
        return EEXIST;
    /* and without hard links: whoever creates the name may replace it */
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    close(fd);
    return rename(tmp, path) == 0 ? 0 : errno;
}

int isg_tempfile_publish(struct isg_tempfile *t, bool keep)
{
    int failure = t->replace && t->existed ? EEXIST : rename_new(t->tmp, t->path);
    if (failure == EEXIST && t->replace) {
        t->holds_old = keep && renameat2(AT_FDCWD, t->tmp, AT_FDCWD, t->path, RENAME_EXCHANGE) == 0;
        failure = t->holds_old || rename(t->tmp, t->path) == 0 ? 0 : errno;
    }
    t->published = failure == 0;
    return failure;
}

void isg_tempfile_undo(struct isg_tempfile *t)
{
    if (t->published && t->holds_old)
        (void)rename(t->tmp, t->path);
    else if (t->published && !t->existed)
        (void)unlink(t->path);
    if (t->published)
        t->published = t->holds_old = false;
}

/* The rename itself must reach the disk too; a folder that cannot be opened or synced is no reason to fail. */
static void sync_folder(const char *path)
{
    const size_t n = folder_length(path);
    char *folder = isg_strndup(n ? path : ".", n ? n : 1);
    const int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    isg_free(folder);
}

void isg_tempfile_close(struct isg_tempfile *t)
{
    if (t->tmp && (!t->published || t->holds_old))
        (void)unlink(t->tmp);
    if (t->published)
        sync_folder(t->path);
    if (t->fd >= 0)
        close(t->fd);
    isg_free(t->path);
    isg_free(t->tmp);
    *t = (struct isg_tempfile){.fd = -1};
}

enum isg_status isg_tempfile_unnamed(const char *folder, int *fd, struct isg_error *err)
{
    char path[4096];
    folder = folder ? folder : "/var/tmp";
    snprintf(path, sizeof path, "%s/isogloss-XXXXXX", folder);
    *fd = mkstemp(path);
    if (*fd < 0)
        return isg_error_errno(err, folder, "creating a temporary file");
    unlink(path);
    return ISG_OK;
}
