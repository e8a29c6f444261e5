/* Reading vectors: MB/s of text a second, plain and gzipped, against zlib's own inflate in the same run.
 * bench_vectors [FILE.vec.gz]: without a file, vectors are made up. */
#include "src/isg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static const struct isg_env silent = {0};

static void fail(const struct isg_error *err)
{
    char text[1024];
    isg_error_format(err, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    exit(1);
}

/* Best of five, in seconds. */
static double time_load(const char *path, struct isg_pool *pool, size_t *rows)
{
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        struct isg_error err;
        struct isg_vectors v;
        struct isg_env env = silent;
        env.pool = pool;
        const double start = isg_now();
        if (isg_vectors_load(&v, path, NULL, NULL, &env, &err) != ISG_OK)
            fail(&err);
        const double seconds = isg_now() - start;
        best = seconds < best ? seconds : best;
        *rows = v.m.rows;
        isg_vectors_fini(&v);
    }
    return best;
}

static double time_inflate(const char *path, double *bytes)
{
    static char buf[1 << 20];
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        *bytes = 0;
        const double start = isg_now();
        gzFile f = gzopen(path, "rb");
        gzbuffer(f, 1 << 18);
        for (int n; (n = gzread(f, buf, sizeof buf)) > 0;)
            *bytes += n;
        gzclose(f);
        const double seconds = isg_now() - start;
        best = seconds < best ? seconds : best;
    }
    return best;
}

static void make_up(const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f)
        exit(1);
    struct isg_rng rng = isg_rng_stream(1, "vectors", 0);
    fprintf(f, "50000 100\n");
    for (int i = 0; i < 50000; i++) {
        fprintf(f, "word%d", i);
        for (int k = 0; k < 100; k++)
            fprintf(f, " %.5g", isg_rng_normal(&rng) * 0.3);
        fprintf(f, "\n");
    }
    fclose(f);
}

static void copy(const char *from, const char *to, bool pack)
{
    static char buf[1 << 20];
    gzFile in = gzopen(from, "rb");
    gzFile out = gzopen(to, pack ? "wb6" : "wbT");
    if (!in || !out)
        exit(1);
    for (int n; (n = gzread(in, buf, sizeof buf)) > 0;)
        gzwrite(out, buf, (unsigned)n);
    gzclose(in);
    gzclose(out);
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/isg-bench-XXXXXX", plain[64], packed[64], cache[64], half[64], saved[64], word2vec[64];
    if (!mkdtemp(folder))
        return 1;
    snprintf(plain, sizeof plain, "%s/v.vec", folder);
    snprintf(packed, sizeof packed, "%s/v.vec.gz", folder);
    snprintf(cache, sizeof cache, "%s/v.isgv", folder);
    snprintf(half, sizeof half, "%s/h.isgv", folder);
    snprintf(saved, sizeof saved, "%s/s.vec", folder);
    snprintf(word2vec, sizeof word2vec, "%s/s.bin", folder);
    if (argc > 1)
        copy(argv[1], plain, false);
    else
        make_up(plain);
    copy(plain, packed, true);
    struct isg_pool *two = isg_pool_new(2);
    size_t rows;
    double bytes;
    const double inflate = time_inflate(packed, &bytes);
    const double mb = bytes / 1e6;
    printf("| what | seconds | MB/s of text | of zlib's rate |\n| --- | --- | --- | --- |\n");
    printf("| zlib inflate alone | %.3f | %.0f | 1.00 |\n", inflate, mb / inflate);
    const struct {
        const char *what, *path;
        struct isg_pool *pool;
    } loads[] = {{"text, 1 thread", plain, NULL}, {"text, 2 threads", plain, two}, {"gzip, 1 thread", packed, NULL},
        {"gzip, 2 threads", packed, two}};
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        const double s = time_load(loads[i].path, loads[i].pool, &rows);
        printf("| load %s | %.3f | %.0f | %.2f |\n", loads[i].what, s, mb / s, inflate / s);
    }
    struct isg_error err;
    struct isg_vectors v;
    if (isg_vectors_load(&v, plain, NULL, NULL, &silent, &err) != ISG_OK)
        fail(&err);
    const struct {
        const char *what, *path;
        enum isg_vectors_format format;
    } saves[] = {{"text", saved, ISG_VECTORS_TEXT}, {"word2vec", word2vec, ISG_VECTORS_WORD2VEC},
        {"cache", cache, ISG_VECTORS_CACHE}, {"cache, half", half, ISG_VECTORS_CACHE_F16}};
    for (size_t i = 0; i < sizeof saves / sizeof *saves; i++) {
        const double start = isg_now();
        if (isg_vectors_save_as(&v, saves[i].path, saves[i].format, true, &err) != ISG_OK)
            fail(&err);
        const double s = isg_now() - start;
        printf("| save %s (with fsync) | %.3f | %.0f | |\n", saves[i].what, s, mb / s);
        const double l = time_load(saves[i].path, NULL, &rows);
        printf("| load %s | %.4f | %.0f | %.2f |\n", saves[i].what, l, mb / l, inflate / l);
    }
    printf("\n%zu rows, %.1f MB of text\n", rows, mb);
    isg_vectors_fini(&v);
    isg_pool_free(two);
    const char *files[] = {plain, packed, cache, half, saved, word2vec, NULL};
    for (size_t i = 0; files[i]; i++)
        unlink(files[i]);
    rmdir(folder);
    return 0;
}
