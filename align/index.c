/* Saved indexes: what FAISS writes, then the means of CSLS, a record of what it was made from, and a footer. */
#include "align/space.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT "isogloss-index-1"
enum { BLOCK = 65536 };
static const char magic[8] = {'I', 'S', 'G', 'I', 'N', 'D', 'E', 'X'};

/* The last bytes of the file, little-endian: sizes of the three parts, the checksum of all three, the magic. */
struct footer {
    uint64_t faiss, means, record, checksum;
    char magic[8];
};

/* ---- writing ---- */

/* Checksums go over blocks of one size, however FAISS cuts what it writes. */
struct sink {
    struct isg_writer *w;
    unsigned char *block; /* BLOCK */
    size_t used;
    uint64_t bytes, checksum;
};

static void put(void *cookie, const void *data, size_t n)
{
    struct sink *const sink = cookie;
    const unsigned char *at = data;
    isg_writer_write(sink->w, data, n);
    sink->bytes += n;
    while (n > 0) {
        const size_t room = BLOCK - sink->used, take = n < room ? n : room;
        memcpy(sink->block + sink->used, at, take);
        sink->used += take;
        at += take;
        n -= take;
        if (sink->used == BLOCK) {
            sink->checksum = isg_checksum(sink->block, BLOCK, sink->checksum);
            sink->used = 0;
        }
    }
}

static json_t *make_record(
    const struct isg_align_space *space, const char *factory, const struct isg_align_index_of *of)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:s}", "format", FORMAT, "isogloss_version",
        ISG_VERSION, "factory", factory, "retrieval", of->source ? "csls" : "nn", "csls_k", (json_int_t)space->csls_k,
        "dim", (json_int_t)space->v[1].cols, "target_words", (json_int_t)space->v[1].rows, "source_words",
        (json_int_t)(of->source ? space->v[0].rows : 0), "map_xxh3", of->map, "target_xxh3", of->target, "source_xxh3",
        of->source ? of->source : "");
}

static enum isg_status write_parts(struct sink *sink, struct isg_align_space *space, const char *factory,
    const struct isg_align_index_of *of, struct isg_error *err)
{
    struct footer footer;
    ISG_TRY(isg_faiss_write(space->faiss[ISG_TARGET], put, sink, err));
    footer.faiss = sink->bytes;
    if (of->source)
        put(sink, space->mean[1], space->v[1].rows * sizeof *space->mean[1]);
    footer.means = sink->bytes - footer.faiss;
    json_t *const record = make_record(space, factory, of);
    char *const text = record ? json_dumps(record, JSON_COMPACT) : NULL;
    json_decref(record);
    if (!text)
        return isg_error_nomem(err, "an index's record");
    footer.record = strlen(text);
    put(sink, text, footer.record);
    isg_reserve_free(text);
    footer.checksum = sink->used ? isg_checksum(sink->block, sink->used, sink->checksum) : sink->checksum;
    memcpy(footer.magic, magic, sizeof magic);
    isg_writer_write(sink->w, &footer, sizeof footer);
    return ISG_OK;
}

enum isg_status isg_align_index_save(struct isg_align_space *space, const char *factory,
    const struct isg_align_index_of *of, const char *path, bool force, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status;
    const enum isg_retrieval retrieval = of->source ? ISG_RETRIEVE_CSLS : ISG_RETRIEVE_NN;
    struct sink sink = {0};
    float *penalty = NULL;
    if (isg_packing_of_name(path, NULL) != ISG_PLAIN) {
        isg_error_set(err, ISG_EUSAGE, path, 0, "an index is mapped into memory: it cannot be compressed");
        return isg_error_expected(err, "a name without .gz, .bz2, .xz, .zst or .zip");
    }
    ISG_TRY(isg_align_space_set_index(space, factory, err));
    ISG_GOTO(isg_space_penalties(space, ISG_TARGET, retrieval, &penalty, env, err));
    ISG_GOTO(isg_space_index(space, ISG_TARGET, retrieval, penalty, err));
    sink.block = isg_malloc(BLOCK, 1);
    if (!sink.block) {
        status = isg_error_nomem(err, "an index");
        goto out;
    }
    ISG_GOTO(isg_writer_open(&sink.w, path, force, err));
    ISG_GOTO(write_parts(&sink, space, factory, of, err));
    status = isg_writer_commit(sink.w, err);
    sink.w = NULL;
out:
    isg_writer_abort(sink.w);
    isg_free(sink.block);
    isg_free(penalty);
    return status;
}

/* ---- reading ---- */

static enum isg_status damaged(const char *path, const char *what, struct isg_error *err)
{
    isg_error_set(err, ISG_EDATA, path, 0, "%s", what);
    return isg_error_advice(err, "make it again with: isogloss align index");
}

static uint64_t checksum(const unsigned char *data, size_t n)
{
    uint64_t sum = 0;
    for (size_t at = 0; at < n; at += BLOCK)
        sum = isg_checksum(data + at, n - at < BLOCK ? n - at : BLOCK, sum);
    return sum;
}

/* The parts of a file of n bytes, whole and undamaged. */
static enum isg_status check_file(
    const char *path, const unsigned char *data, size_t n, struct footer *f, struct isg_error *err)
{
    if (n < sizeof *f || memcmp(data + n - sizeof magic, magic, sizeof magic) != 0)
        return damaged(path, "not a saved index, or cut short", err);
    memcpy(f, data + n - sizeof *f, sizeof *f);
    const uint64_t whole = n - sizeof *f;
    if (f->faiss > whole || f->means > whole - f->faiss || f->record != whole - f->faiss - f->means)
        return damaged(path, "a damaged index: its parts are longer than the file", err);
    return checksum(data, (size_t)whole) == f->checksum ? ISG_OK
                                                        : damaged(path, "a damaged index: another checksum", err);
}

static enum isg_status compare(
    const char *path, const json_t *record, const char *key, const char *want, const char *what, struct isg_error *err)
{
    const char *const has = json_string_value(json_object_get(record, key));
    if (has && strcmp(has, want) == 0)
        return ISG_OK;
    isg_error_set(err, ISG_EDATA, path, 0, "the index was made from %s", what);
    return isg_error_advice(err, "give the files that it was made from, or make it again with: isogloss align index");
}

static enum isg_status compare_count(
    const char *path, const json_t *record, const char *key, size_t want, const char *option, struct isg_error *err)
{
    const json_int_t has = json_integer_value(json_object_get(record, key));
    if (has == (json_int_t)want)
        return ISG_OK;
    isg_error_set(err, ISG_EDATA, path, 0, "the index was made with %lld %s", (long long)has, key);
    return isg_error_expected(err, "%zu: give %s as for align index", want, option);
}

/* *csls: whether it is an index by CSLS. */
static enum isg_status check_record(const struct isg_align_space *space, const char *path, const json_t *record,
    const struct isg_align_index_of *of, uint64_t means, bool *csls, struct isg_error *err)
{
    const char *const retrieval = json_string_value(json_object_get(record, "retrieval"));
    ISG_TRY(compare(path, record, "format", FORMAT, "another version of the program", err));
    ISG_TRY(compare(path, record, "map_xxh3", of->map, "another map", err));
    ISG_TRY(compare(path, record, "target_xxh3", of->target, "other vectors than those of --tgt", err));
    ISG_TRY(compare_count(path, record, "dim", space->v[1].cols, "the map", err));
    ISG_TRY(compare_count(path, record, "target_words", space->v[1].rows, "--max-vocab", err));
    *csls = retrieval && strcmp(retrieval, "csls") == 0;
    if (!*csls)
        return ISG_OK;
    ISG_TRY(
        compare(path, record, "source_xxh3", of->source ? of->source : "", "other vectors than those of --src", err));
    ISG_TRY(compare_count(path, record, "source_words", space->v[0].rows, "--max-vocab", err));
    ISG_TRY(compare_count(path, record, "csls_k", space->csls_k, "--csls-k", err));
    return means == space->v[1].rows * sizeof(float) ? ISG_OK
                                                     : damaged(path, "a damaged index: means are missing", err);
}

static enum isg_status take_index(struct isg_align_space *space, const char *path, const char *parameters, bool csls,
    const unsigned char *means, struct isg_error *err)
{
    const size_t n = space->v[1].rows;
    float *const mean = isg_malloc(n, sizeof *mean), *const penalty = isg_malloc(n, sizeof *penalty);
    enum isg_status status = ISG_OK;
    if (!mean || !penalty) {
        status = isg_error_nomem(err, "an index");
        goto out;
    }
    if (csls)
        memcpy(mean, means, n * sizeof *mean);
    for (size_t i = 0; csls && i < n; i++) {
        penalty[i] = mean[i] / 2;
        if (!__builtin_isfinite(mean[i])) {
            status = damaged(path, "a damaged index: a mean that is not a number", err);
            goto out;
        }
    }
    const struct isg_faiss_rows rows = {.y = space->v[1], .out = space->zero[1], .penalty = csls ? penalty : NULL};
    ISG_GOTO(isg_align_space_set_index(space, NULL, err));
    ISG_GOTO(isg_faiss_read(&space->faiss[ISG_TARGET], path, &rows, parameters, err));
    space->faiss_saved = true;
    space->faiss_penalty[ISG_TARGET] = csls ? ISG_RETRIEVE_CSLS : ISG_RETRIEVE_NN;
    if (csls && !space->mean[1]) {
        space->mean[1] = mean;
        isg_free(penalty);
        return ISG_OK;
    }
out:
    isg_free(mean);
    isg_free(penalty);
    return status;
}

enum isg_status isg_align_space_load_index(struct isg_align_space *space, const char *path, const char *parameters,
    const struct isg_align_index_of *of, struct isg_error *err)
{
    enum isg_status status;
    struct footer footer;
    struct stat st;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return isg_error_errno(err, path, "opening an index");
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
        close(fd);
        return damaged(path, "not a saved index", err);
    }
    const size_t n = (size_t)st.st_size;
    unsigned char *const data = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (data == MAP_FAILED)
        return isg_error_errno(err, path, "mapping an index");
    json_t *record = NULL;
    bool csls;
    ISG_GOTO(check_file(path, data, n, &footer, err));
    json_error_t json;
    record = json_loadb((const char *)data + footer.faiss + footer.means, (size_t)footer.record, 0, &json);
    if (!record) {
        status = damaged(path, "a damaged index: no record of what it was made from", err);
        goto out;
    }
    ISG_GOTO(check_record(space, path, record, of, footer.means, &csls, err));
    status = take_index(space, path, parameters, csls, data + footer.faiss, err);
out:
    json_decref(record);
    munmap(data, n);
    return status;
}
