/* Line reader, atomic writer, checksums. */
#include "tests/test.h"

#include "src/checksum.h"
#include "src/reader.h"
#include "src/writer.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zlib.h>

static char folder[] = "/tmp/isg-test-io-XXXXXX";
static char path[128];

static const char *put(const char *name, const void *data, size_t n)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    fclose(f);
    return path;
}

static void assert_holds(const char *name, const char *text)
{
    char got[64] = "";
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    got[fread(got, 1, sizeof got - 1, f)] = 0;
    fclose(f);
    assert_string_equal(got, text);
}

static void assert_lines(const char *text, size_t n, const char *const *lines)
{
    struct isg_error err;
    struct isg_reader *r;
    char *line;
    size_t k;
    assert_ok(isg_reader_open(&r, put("lines", text, n), &err));
    for (uint64_t i = 0; lines[i]; i++) {
        assert_ok(isg_reader_line(r, &line, &k, &err));
        assert_non_null(line);
        assert_int_equal(k, strlen(lines[i]));
        assert_string_equal(line, lines[i]);
        assert_int_equal(isg_reader_lineno(r), i + 1);
    }
    for (int i = 0; i < 2; i++) {
        assert_ok(isg_reader_line(r, &line, &k, &err));
        assert_null(line);
    }
    isg_reader_close(r);
}

static void test_lines(void **state)
{
    (void)state;
    assert_lines("", 0, (const char *const[]){NULL});
    assert_lines("\n", 1, (const char *const[]){"", NULL});
    assert_lines("a\nb", 3, (const char *const[]){"a", "b", NULL});
    assert_lines("a\r\n\r\nb\r", 7, (const char *const[]){"a", "", "b", NULL});
    assert_lines("\xef\xbb\xbf"
                 "a\n\xef\xbb\xbf",
        8, (const char *const[]){"a", "\xef\xbb\xbf", NULL});
}

static void test_long_lines(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_reader *r;
    char *line;
    size_t n = 0;
    static char text[1000000];
    memset(text, 'x', sizeof text);
    text[10] = text[sizeof text - 10] = '\n';
    assert_ok(isg_reader_open(&r, put("long", text, sizeof text), &err));
    assert_ok(isg_reader_line(r, &line, &n, &err));
    assert_int_equal(n, 10);
    assert_ok(isg_reader_line(r, &line, &n, &err));
    assert_int_equal(n, sizeof text - 21);
    assert_ok(isg_reader_line(r, &line, &n, &err));
    assert_int_equal(n, 9);
    uint64_t done, total;
    isg_reader_position(r, &done, &total);
    assert_int_equal(done, sizeof text);
    assert_int_equal(total, sizeof text);
    isg_reader_close(r);
}

/* Lines, a look ahead and raw bytes follow each other without loss. */
static void test_mixed(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_reader *r;
    char *line, raw[16];
    const char *ahead;
    size_t n;
    assert_ok(isg_reader_open(&r, put("mixed", "one\ntwo\nthree", 13), &err));
    assert_ok(isg_reader_line(r, &line, &n, &err));
    assert_ok(isg_reader_peek(r, &ahead, 5, &n, &err));
    assert_true(n >= 5);
    assert_memory_equal(ahead, "two\nt", 5);
    assert_ok(isg_reader_read(r, raw, 2, &n, &err));
    assert_memory_equal(raw, "tw", 2);
    assert_ok(isg_reader_line(r, &line, &n, &err));
    assert_string_equal(line, "o");
    assert_ok(isg_reader_read(r, raw, sizeof raw, &n, &err));
    assert_int_equal(n, 5);
    assert_memory_equal(raw, "three", 5);
    isg_reader_close(r);
}

static size_t read_packed(enum isg_status *status, struct isg_error *err)
{
    struct isg_reader *r;
    char *line;
    size_t n, lines = 0;
    assert_int_equal(isg_reader_open(&r, path, err), ISG_OK);
    assert_int_equal(isg_reader_packing(r), ISG_GZIP);
    while ((*status = isg_reader_line(r, &line, &n, err)) == ISG_OK && line)
        lines++;
    isg_reader_close(r);
    return lines;
}

static void test_gzip(void **state)
{
    (void)state;
    struct isg_error err;
    enum isg_status status;
    snprintf(path, sizeof path, "%s/lines.gz", folder);
    for (int member = 0; member < 3; member++) {
        gzFile z = gzopen(path, member ? "ab" : "wb");
        for (int i = 0; i < 20000; i++)
            gzprintf(z, "line %d of member %d\n", i, member);
        gzclose(z);
    }
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(read_packed(&status, &err), 60000);
    assert_int_equal(status, ISG_OK);
    /* zeroes behind the stream are padding, other bytes are damage */
    FILE *f = fopen(path, "ab");
    fwrite("\0\0\0", 1, 3, f);
    fclose(f);
    assert_int_equal(read_packed(&status, &err), 60000);
    assert_int_equal(status, ISG_OK);
    f = fopen(path, "ab");
    fwrite("junk", 1, 4, f);
    fclose(f);
    (void)read_packed(&status, &err);
    assert_int_equal(status, ISG_EDATA);
    assert_non_null(strstr(err.found, "damaged"));
    /* cut in the last trailer, and in the middle */
    assert_int_equal(truncate(path, st.st_size - 2), 0);
    assert_int_equal(read_packed(&status, &err), 60000);
    assert_int_equal(status, ISG_EDATA);
    assert_int_equal(err.line, 60001);
    assert_int_equal(truncate(path, st.st_size / 2), 0);
    const size_t whole = read_packed(&status, &err);
    assert_int_equal(status, ISG_EDATA);
    assert_non_null(strstr(err.found, "too early"));
    assert_int_equal(err.line, whole + 1);
    /* a wrong byte in the middle is found by inflate or by the checksum */
    f = fopen(path, "r+b");
    fseek(f, st.st_size / 8, SEEK_SET);
    fwrite("\xa5\x5a\xa5\x5a", 1, 4, f);
    fclose(f);
    (void)read_packed(&status, &err);
    assert_int_equal(status, ISG_EDATA);
}

static void test_writer(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_writer *w;
    char tmp[192];
    put("out", "before", 6);
    snprintf(tmp, sizeof tmp, "%s/.out.isogloss-%ld", folder, (long)getpid());
    assert_error(isg_writer_open(&w, path, false, &err), ISG_EUSAGE, "output file already exists");
    assert_error(isg_check_overwrite(path, false, &err), ISG_EUSAGE, "--force");
    assert_error(isg_check_overwrite(folder, true, &err), ISG_EUSAGE, "folder");
    assert_ok(isg_check_overwrite("-", false, &err));
    assert_ok(isg_check_overwrite(NULL, false, &err));

    assert_ok(isg_writer_open(&w, path, true, &err));
    isg_writer_text(w, "after");
    assert_int_equal(access(tmp, F_OK), 0);
    isg_writer_abort(w);
    assert_int_equal(access(tmp, F_OK), -1);
    assert_holds(path, "before");

    assert_int_equal(chmod(path, 0640), 0);
    struct isg_writer *other;
    assert_ok(isg_writer_open(&w, path, true, &err));
    assert_ok(isg_writer_open(&other, path, true, &err)); /* another writer gets a temporary name of its own */
    isg_writer_printf(w, "%s %d", "after", 7);
    assert_ok(isg_writer_commit(w, &err));
    isg_writer_abort(other);
    assert_holds(path, "after 7");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(access(tmp, F_OK), -1);

    /* a symbolic link stays one: the file it names is replaced */
    char link[192];
    snprintf(link, sizeof link, "%s/link", folder);
    assert_int_equal(symlink(path, link), 0);
    assert_ok(isg_writer_open(&w, link, true, &err));
    isg_writer_text(w, "by link");
    assert_ok(isg_writer_commit(w, &err));
    assert_holds(path, "by link");
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    /* one that points nowhere is refused, with force too */
    assert_int_equal(unlink(path), 0);
    assert_error(isg_writer_open(&w, link, true, &err), ISG_EUSAGE, "symbolic link");
    assert_int_equal(unlink(link), 0);
}

/* Of two writers that create one file, the second is told; with force the second replaces the first. */
static void test_two_writers(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_writer *a, *b;
    snprintf(path, sizeof path, "%s/race", folder);
    for (int force = 0; force < 2; force++) {
        assert_ok(isg_writer_open(&a, path, force, &err));
        assert_ok(isg_writer_open(&b, path, force, &err));
        isg_writer_text(a, "a");
        isg_writer_text(b, "b");
        assert_ok(isg_writer_commit(b, &err));
        if (force) {
            assert_ok(isg_writer_commit(a, &err));
        } else {
            assert_error(isg_writer_commit(a, &err), ISG_EIO, "another process has created this file");
        }
        assert_holds(path, force ? "a" : "b");
        assert_int_equal(unlink(path), 0);
    }
}

static size_t count_entries(void)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

/* A killed writer leaves its temporary file; the next writer of that target removes it, and nothing else. */
static void test_leftovers(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_writer *w;
    snprintf(path, sizeof path, "%s/killed", folder);
    const size_t before = count_entries();
    const pid_t child = fork();
    if (child == 0) {
        if (isg_writer_open(&w, path, false, &err) == ISG_OK)
            raise(SIGKILL);
        _exit(1);
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
    assert_int_equal(count_entries(), before + 1);
    char other[192];
    static const char *const not_ours[] = {
        ".killed.isogloss-", ".killed.isogloss-notes", ".killed2.isogloss-7", "killed.tmp-7"};
    for (int i = 0; i < 4; i++) {
        snprintf(other, sizeof other, "%s/%s", folder, not_ours[i]);
        assert_int_equal(close(open(other, O_CREAT | O_WRONLY, 0600)), 0);
    }
    struct isg_writer *living;
    assert_ok(isg_writer_open(&living, path, true, &err));
    assert_ok(isg_writer_open(&w, path, true, &err));
    assert_ok(isg_writer_commit(w, &err));
    isg_writer_text(living, "alive");
    assert_ok(isg_writer_commit(living, &err));
    assert_holds(path, "alive");
    assert_int_equal(count_entries(), before + 5);
    for (int i = 0; i < 4; i++) {
        snprintf(other, sizeof other, "%s/%s", folder, not_ours[i]);
        assert_int_equal(unlink(other), 0);
    }
    assert_int_equal(unlink(path), 0);
}

/* No setuid file is made; owner and mode stay where the system allows it. */
static void test_permissions(void **state)
{
    (void)state;
    struct isg_error err;
    struct stat st;
    put("mode", "old", 3);
    const bool root = geteuid() == 0;
    if (root)
        assert_int_equal(chown(path, 12, 34), 0);
    assert_int_equal(chmod(path, 06751), 0);
    assert_ok(isg_write_file(path, "new", 3, true, &err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0751);
    if (root) {
        assert_int_equal(st.st_uid, 12);
        assert_int_equal(st.st_gid, 34);
    }
    assert_int_equal(unlink(path), 0);
}

/* Several files appear together or not at all, and a replaced one comes back. */
static void test_commit_all(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_writer *w[4] = {NULL};
    char name[3][192];
    for (int fail = 0; fail < 2; fail++) {
        for (int i = 0; i < 3; i++) {
            snprintf(name[i], sizeof name[i], "%s/all%d", folder, i);
            (void)unlink(name[i]);
        }
        put("all0", "old", 3);
        const size_t before = count_entries();
        for (int i = 0; i < 3; i++) {
            assert_ok(isg_writer_open(&w[i], name[i], i == 0, &err));
            isg_writer_printf(w[i], "new %d", i);
        }
        if (fail) { /* somebody else takes the last name */
            put("all2", "theirs", 6);
            assert_error(isg_writer_commit_all(w, 4, &err), ISG_EIO, "all2: another process");
            assert_holds(name[0], "old");
            assert_int_equal(access(name[1], F_OK), -1);
            assert_holds(name[2], "theirs");
            assert_int_equal(count_entries(), before + 1);
        } else {
            assert_ok(isg_writer_commit_all(w, 4, &err));
            for (int i = 0; i < 3; i++) {
                char want[8];
                snprintf(want, sizeof want, "new %d", i);
                assert_holds(name[i], want);
            }
            assert_int_equal(count_entries(), before + 2);
        }
        assert_null(w[0]);
    }
}

/* The ending of a name says how a file is compressed; the reader goes by the content. */
static void test_compressed(void **state)
{
    (void)state;
    struct isg_error err;
    static const char *const endings[] = {"gz", "bz2", "xz", "zst", "zip"};
    for (size_t i = 0; i < 5; i++) {
        char name[192];
        snprintf(name, sizeof name, "%s/packed.txt.%s", folder, endings[i]);
        struct isg_writer *w;
        const enum isg_status status = isg_writer_open(&w, name, false, &err);
        if (status == ISG_EUSAGE && i > 0) { /* built without libarchive */
            assert_non_null(strstr(err.advice, "libarchive-dev"));
            continue;
        }
        assert_int_equal(status, ISG_OK);
        for (int k = 0; k < 100000; k++)
            isg_writer_printf(w, "line %d\n", k);
        assert_ok(isg_writer_commit(w, &err));
        struct stat st;
        assert_int_equal(stat(name, &st), 0);
        assert_in_range(st.st_size, 100, 500000);
        struct isg_reader *r;
        char *line;
        size_t n;
        assert_ok(isg_reader_open(&r, name, &err));
        for (int k = 0; k < 100000; k++) {
            char want[32];
            snprintf(want, sizeof want, "line %d", k);
            assert_ok(isg_reader_line(r, &line, &n, &err));
            assert_string_equal(line, want);
        }
        assert_ok(isg_reader_line(r, &line, &n, &err));
        assert_null(line);
        isg_reader_close(r);
        /* cut short: an error, never a shorter text */
        assert_int_equal(truncate(name, st.st_size * 2 / 3), 0);
        enum isg_status end = isg_reader_open(&r, name, &err);
        if (end == ISG_OK) {
            while ((end = isg_reader_line(r, &line, &n, &err)) == ISG_OK && line)
                ;
            isg_reader_close(r);
        }
        assert_int_equal(end, ISG_EDATA);
    }
}

/* What people take for data is named as what it is. */
static void test_mistaken_files(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_reader *r;
    char *line;
    size_t n;
    static const struct {
        const char *text;
        size_t n;
        const char *part;
    } files[] = {
        {"\xff\xfe"
         "a\0b\0",
            6, "UTF-16 text; expected UTF-8; convert it: iconv -f UTF-16 -t UTF-8"},
        {"\xfe\xff\0a\0b", 6, "UTF-16 text"},
        {"a\0\n\0", 4, "UTF-16"},
        {"E\0U\0", 4, "iconv -f UTF-16LE"},
        {"\0E\0U", 4, "iconv -f UTF-16BE"},
        {"\n <!DOCTYPE HTML><p>", 20, "an HTML page"},
        {"\xef\xbb\xbf<html lang=en>", 17, "an HTML page"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (i != 2) /* too little to tell */
            assert_error(
                isg_reader_open(&r, put("mistaken", files[i].text, files[i].n), &err), ISG_EDATA, files[i].part);
    static char zeros[1 << 17];
    assert_ok(isg_reader_open(&r, put("zeros", zeros, sizeof zeros), &err));
    assert_error(isg_reader_line(r, &line, &n, &err), ISG_EDATA, "binary data");
    isg_reader_close(r);
    assert_lines("BZh9 is no bzip2", 16, (const char *const[]){"BZh9 is no bzip2", NULL});
    assert_lines("<h1>", 4, (const char *const[]){"<h1>", NULL});
}

static int stop_at_second(void *cookie, const char *stage, uint64_t done, uint64_t total)
{
    (void)done, (void)total;
    assert_string_equal(stage, "counting");
    return ++*(int *)cookie == 2;
}

/* A watched reader ends when it is asked to, whatever the file holds. */
static void test_watch(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_reader *r;
    char *line;
    size_t n;
    int calls = 0;
    const struct isg_env env = {.cookie = &calls, .progress = stop_at_second};
    enum isg_status status;
    assert_ok(isg_reader_open(&r, "/dev/urandom", &err));
    isg_reader_watch(r, &env, "counting");
    while ((status = isg_reader_line(r, &line, &n, &err)) == ISG_OK && line)
        ;
    assert_int_equal(status, ISG_ECANCELED);
    isg_reader_close(r);
}

static void test_writer_errors(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_writer *w;
    static char big[1 << 20];
    assert_error(isg_writer_open(&w, "/nowhere/at/all", false, &err), ISG_EIO, "No such file");
    assert_null(w);
    for (int i = 0; i < 2; i++) { /* met at commit, or on the way */
        assert_ok(isg_writer_open(&w, "/dev/full", false, &err));
        isg_writer_write(w, big, i ? sizeof big : 5);
        assert_error(isg_writer_commit(w, &err), ISG_EIO, "No space left");
    }
    memset(big, 'y', sizeof big - 1);
    snprintf(path, sizeof path, "%s/long", folder);
    assert_ok(isg_writer_open(&w, path, true, &err));
    isg_writer_text(w, "a");
    isg_writer_printf(w, "%s", big); /* longer than any buffer */
    isg_writer_text(w, "b");
    assert_ok(isg_writer_commit(w, &err));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, sizeof big + 1);
}

static void test_checksum(void **state)
{
    (void)state;
    struct isg_error err;
    char sum[17], other[17];
    assert_ok(isg_file_checksum(put("sum", "", 0), sum, &err));
    assert_string_equal(sum, "2d06800538d394c2"); /* XXH3 of nothing, as published */
    assert_ok(isg_file_checksum(put("sum", "a", 1), other, &err));
    assert_string_not_equal(sum, other);
    assert_error(isg_file_checksum("/nowhere", sum, &err), ISG_EIO, "No such file");
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_mixed),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_writer),
        cmocka_unit_test(test_two_writers),
        cmocka_unit_test(test_leftovers),
        cmocka_unit_test(test_permissions),
        cmocka_unit_test(test_commit_all),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_mistaken_files),
        cmocka_unit_test(test_watch),
        cmocka_unit_test(test_writer_errors),
        cmocka_unit_test(test_checksum),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
