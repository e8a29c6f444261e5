/* safetensors: u64 little-endian header length | JSON header | data. Mapped into memory and checked in full
 * at open. */
#include "src/safetensors.h"
#include "src/reserve.h"
#include "src/packing.h"
#include "src/writer.h"
#include "src/mem.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensors are used in place: little-endian only");

enum { ALIGN = 64, MAX_HEADER = 100000000 }; /* the limit of the reference implementation */

static const struct {
    const char *name;
    uint64_t size;
} dtypes[] = {
    [ISG_U8] = {"U8", 1},
    [ISG_I32] = {"I32", 4},
    [ISG_I64] = {"I64", 8},
    [ISG_F16] = {"F16", 2},
    [ISG_F32] = {"F32", 4},
    [ISG_F64] = {"F64", 8},
};
enum { N_DTYPES = sizeof dtypes / sizeof *dtypes };

struct isg_safetensors {
    char *path;
    unsigned char *map;
    size_t size;
    json_t *header; /* names and metadata live here */
    struct isg_tensor *tensors;
    size_t n;
    struct isg_meta *meta;
    size_t n_meta;
};

uint64_t isg_tensor_elements(const struct isg_tensor *t)
{
    uint64_t n = 1;
    for (uint32_t i = 0; i < t->ndim; i++)
        n *= t->shape[i];
    return n;
}

/* Bytes of a tensor; false where the product does not fit. */
static bool tensor_bytes(const struct isg_tensor *t, uint64_t *bytes)
{
    *bytes = dtypes[t->dtype].size;
    for (uint32_t i = 0; i < t->ndim; i++)
        if (__builtin_mul_overflow(*bytes, t->shape[i], bytes))
            return false;
    return true;
}

static enum isg_status damaged(struct isg_safetensors *st, struct isg_error *err, const char *name, const char *what)
{
    if (name)
        (void)isg_error_set(err, ISG_EDATA, st->path, 0, "tensor \"%.80s\": %s", name, what);
    else
        (void)isg_error_set(err, ISG_EDATA, st->path, 0, "%s", what);
    return isg_error_expected(err, "a whole safetensors file");
}

/* One member of the header; data = first byte behind the header, room = bytes there. */
static enum isg_status read_tensor(struct isg_safetensors *st, struct isg_tensor *t, const char *name,
    const json_t *value, const unsigned char *data, uint64_t room, uint64_t *begin, struct isg_error *err)
{
    const json_t *dtype = json_object_get(value, "dtype");
    const json_t *shape = json_object_get(value, "shape");
    const json_t *offsets = json_object_get(value, "data_offsets");
    if (!json_is_string(dtype) || !json_is_array(shape) || !json_is_array(offsets) || json_array_size(offsets) != 2)
        return damaged(st, err, name, "dtype, shape or data_offsets are missing");
    t->name = name;
    int found = -1;
    for (int i = 0; i < N_DTYPES; i++)
        if (strcmp(json_string_value(dtype), dtypes[i].name) == 0)
            found = i;
    if (found < 0) {
        (void)isg_error_set(
            err, ISG_EDATA, st->path, 0, "tensor \"%.80s\" has the type \"%.40s\"", name, json_string_value(dtype));
        return isg_error_expected(err, "U8, I32, I64, F16, F32 or F64");
    }
    t->dtype = (enum isg_dtype)found;
    if (json_array_size(shape) > 4)
        return damaged(st, err, name, "more than 4 dimensions");
    t->ndim = (uint32_t)json_array_size(shape);
    for (uint32_t i = 0; i < t->ndim; i++) {
        const json_t *d = json_array_get(shape, i);
        if (!json_is_integer(d) || json_integer_value(d) < 0)
            return damaged(st, err, name, "a dimension that is not a whole number");
        t->shape[i] = (uint64_t)json_integer_value(d);
    }
    const json_t *from = json_array_get(offsets, 0), *to = json_array_get(offsets, 1);
    if (!json_is_integer(from) || !json_is_integer(to) || json_integer_value(from) < 0 ||
        json_integer_value(to) < json_integer_value(from))
        return damaged(st, err, name, "bad data_offsets");
    *begin = (uint64_t)json_integer_value(from);
    const uint64_t end = (uint64_t)json_integer_value(to);
    if (end > room) {
        (void)isg_error_set(err, ISG_EDATA, st->path, 0,
            "the file is cut short: tensor \"%.80s\" ends at byte %" PRIu64 " of %" PRIu64, name, end, room);
        return isg_error_advice(err, "copy or write the file again");
    }
    uint64_t bytes;
    if (!tensor_bytes(t, &bytes) || bytes != end - *begin)
        return damaged(st, err, name, "shape and data_offsets do not agree");
    t->data = data + *begin;
    if ((uintptr_t)t->data % dtypes[t->dtype].size != 0)
        return damaged(st, err, name, "data is not aligned to its type");
    return ISG_OK;
}

static enum isg_status read_meta(struct isg_safetensors *st, json_t *value, struct isg_error *err)
{
    if (!json_is_object(value))
        return damaged(st, err, NULL, "__metadata__ is not an object");
    if (!(st->meta = isg_calloc(json_object_size(value), sizeof *st->meta)))
        return isg_error_nomem(err, "metadata");
    const char *key;
    json_t *text;
    json_object_foreach(value, key, text)
    {
        if (!json_is_string(text))
            return damaged(st, err, NULL, "a value of __metadata__ is not a string");
        st->meta[st->n_meta++] = (struct isg_meta){key, json_string_value(text)};
    }
    return ISG_OK;
}

struct extent {
    uint64_t begin, end;
};

static int by_begin(const void *a, const void *b)
{
    const struct extent *const x = a, *const y = b;
    return x->begin != y->begin ? (x->begin > y->begin) - (x->begin < y->begin) : (x->end > y->end) - (x->end < y->end);
}

/* The format allows neither overlap nor holes. */
static enum isg_status check_extents(struct isg_safetensors *st, struct extent *e, uint64_t room, struct isg_error *err)
{
    uint64_t end = 0;
    qsort(e, st->n, sizeof *e, by_begin);
    for (size_t i = 0; i < st->n; i++) {
        if (e[i].begin < end)
            return damaged(st, err, NULL, "tensors overlap");
        if (e[i].begin > end)
            return damaged(st, err, NULL, "a gap between two tensors");
        end = e[i].end;
    }
    if (room > end)
        return damaged(st, err, NULL, "bytes after the last tensor");
    return ISG_OK;
}

static enum isg_status read_header(struct isg_safetensors *st, struct isg_error *err)
{
    uint64_t n;
    if (st->size < 10)
        return damaged(st, err, NULL, "too short for a safetensors file");
    memcpy(&n, st->map, sizeof n);
    if (n > MAX_HEADER)
        return damaged(st, err, NULL, "not a safetensors file (its header would be over 100 MB)");
    if (n > st->size - 8)
        return damaged(st, err, NULL, "the file is cut short inside its header");
    json_error_t json_err;
    st->header = json_loadb((const char *)st->map + 8, n, JSON_REJECT_DUPLICATES, &json_err);
    if (!st->header && json_error_code(&json_err) == json_error_out_of_memory)
        return isg_error_nomem(err, "the header of a safetensors file");
    if (!json_is_object(st->header)) {
        (void)isg_error_set(err, ISG_EDATA, st->path, 0, "the header is not a JSON object: %.200s",
            st->header ? "another value" : json_err.text);
        return isg_error_expected(err, "a safetensors file");
    }
    const size_t members = json_object_size(st->header);
    struct extent *extents = isg_calloc(members, sizeof *extents);
    st->tensors = isg_calloc(members, sizeof *st->tensors);
    enum isg_status status = ISG_OK;
    if (!st->tensors || !extents) {
        status = isg_error_nomem(err, "the table of tensors");
        goto out;
    }
    const uint64_t room = st->size - 8 - n;
    const char *key;
    json_t *value;
    json_object_foreach(st->header, key, value)
    {
        if (strcmp(key, "__metadata__") == 0) {
            ISG_GOTO(read_meta(st, value, err));
            continue;
        }
        struct isg_tensor *t = &st->tensors[st->n];
        struct extent *e = &extents[st->n];
        ISG_GOTO(read_tensor(st, t, key, value, st->map + 8 + n, room, &e->begin, err));
        uint64_t bytes;
        (void)tensor_bytes(t, &bytes);
        e->end = e->begin + bytes;
        st->n++;
    }
    status = check_extents(st, extents, room, err);
out:
    isg_free(extents);
    return status;
}

enum isg_status isg_safetensors_open(struct isg_safetensors **out, const char *path, struct isg_error *err)
{
    *out = NULL;
    enum isg_status status = ISG_OK;
    struct isg_safetensors *st = isg_calloc(1, sizeof *st);
    if (!st || !(st->path = isg_strndup(path, strlen(path)))) {
        isg_free(st);
        return isg_error_nomem(err, "a safetensors file");
    }
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        status = isg_error_errno(err, path, "cannot open");
        goto out;
    }
    if (!S_ISREG(info.st_mode)) {
        status = isg_error_set(err, ISG_EIO, path, 0, "not a regular file, so it cannot be mapped");
        goto out;
    }
    if (info.st_size < 10) {
        status = damaged(st, err, NULL, "too short for a safetensors file");
        goto out;
    }
    st->size = (size_t)info.st_size;
    /* writable copies on demand, because cached vectors are handed out as matrices that callers may change */
    st->map = mmap(NULL, st->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (st->map == MAP_FAILED) {
        st->map = NULL;
        status = isg_error_errno(err, path, "cannot map");
        goto out;
    }
    ISG_GOTO(read_header(st, err));
    *out = st;
    st = NULL;
out:
    if (fd >= 0)
        close(fd);
    isg_safetensors_close(st);
    return status;
}

void isg_safetensors_close(struct isg_safetensors *st)
{
    if (!st)
        return;
    if (st->map)
        munmap(st->map, st->size);
    json_decref(st->header);
    isg_free(st->tensors);
    isg_free(st->meta);
    isg_free(st->path);
    isg_free(st);
}

const char *isg_safetensors_path(const struct isg_safetensors *st)
{
    return st->path;
}

size_t isg_safetensors_count(const struct isg_safetensors *st)
{
    return st->n;
}

const struct isg_tensor *isg_safetensors_at(const struct isg_safetensors *st, size_t i)
{
    return &st->tensors[i];
}

const struct isg_tensor *isg_safetensors_find(const struct isg_safetensors *st, const char *name)
{
    for (size_t i = 0; i < st->n; i++)
        if (strcmp(st->tensors[i].name, name) == 0)
            return &st->tensors[i];
    return NULL;
}

/* "F32 [2,3]", 0 as "any" */
static const char *describe(char *out, size_t cap, enum isg_dtype dtype, uint32_t ndim, const uint64_t *shape)
{
    size_t at = (size_t)snprintf(out, cap, "%s [", dtypes[dtype].name);
    for (uint32_t i = 0; i < ndim && at < cap; i++)
        at += (size_t)(shape[i] ? snprintf(out + at, cap - at, "%s%" PRIu64, i ? "," : "", shape[i])
                                : snprintf(out + at, cap - at, "%sany", i ? "," : ""));
    if (at < cap)
        snprintf(out + at, cap - at, "]");
    return out;
}

enum isg_status isg_safetensors_want(const struct isg_safetensors *st, const char *name, enum isg_dtype dtype,
    uint32_t ndim, const uint64_t *shape, const struct isg_tensor **out, struct isg_error *err)
{
    char wanted[128], got[128];
    describe(wanted, sizeof wanted, dtype, ndim, shape);
    *out = NULL;
    const struct isg_tensor *t = isg_safetensors_find(st, name);
    if (!t) {
        (void)isg_error_set(err, ISG_EDATA, st->path, 0, "no tensor \"%.80s\"", name);
        return isg_error_expected(err, "%s", wanted);
    }
    bool same = t->dtype == dtype && t->ndim == ndim;
    for (uint32_t i = 0; same && i < ndim; i++)
        same = shape[i] == 0 || shape[i] == t->shape[i];
    if (!same) {
        (void)isg_error_set(err, ISG_EDATA, st->path, 0, "tensor \"%.80s\" is %s", name,
            describe(got, sizeof got, t->dtype, t->ndim, t->shape));
        return isg_error_expected(err, "%s", wanted);
    }
    *out = t;
    return ISG_OK;
}

const char *isg_safetensors_meta(const struct isg_safetensors *st, const char *key)
{
    for (size_t i = 0; i < st->n_meta; i++)
        if (strcmp(st->meta[i].key, key) == 0)
            return st->meta[i].value;
    return NULL;
}

bool isg_safetensors_meta_at(const struct isg_safetensors *st, size_t i, const char **key, const char **value)
{
    if (i >= st->n_meta)
        return false;
    *key = st->meta[i].key;
    *value = st->meta[i].value;
    return true;
}

/* Order in the file: as given, but larger element types first. The format forbids holes between tensors, so
 * this is what keeps each one aligned to its type. */
static void file_order(const struct isg_tensor *tensors, size_t n, size_t *order)
{
    size_t k = 0;
    for (uint64_t size = 8; size > 0; size /= 2)
        for (size_t i = 0; i < n; i++)
            if (dtypes[tensors[i].dtype].size == size)
                order[k++] = i;
}

static json_t *metadata_json(const struct isg_meta *meta, size_t n)
{
    json_t *m = json_object();
    for (size_t i = 0; i < n; i++)
        if (json_object_set_new(m, meta[i].key, json_string(meta[i].value)) != 0) {
            json_decref(m);
            return NULL;
        }
    return m;
}

static json_t *tensor_json(const struct isg_tensor *t, uint64_t at, uint64_t bytes)
{
    json_t *shape = json_array();
    for (uint32_t k = 0; k < t->ndim; k++)
        if (json_array_append_new(shape, json_integer((json_int_t)t->shape[k])) != 0) {
            json_decref(shape);
            return NULL;
        }
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", dtypes[t->dtype].name, "shape", shape, "data_offsets",
        (json_int_t)at, (json_int_t)(at + bytes));
}

/* NULL: no memory, or invalid UTF-8. */
static json_t *make_header(
    const struct isg_tensor *tensors, const size_t *order, size_t n, const struct isg_meta *meta, size_t n_meta)
{
    json_t *header = json_object();
    if (n_meta > 0 && json_object_set_new(header, "__metadata__", metadata_json(meta, n_meta)) != 0) {
        json_decref(header);
        return NULL;
    }
    uint64_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const struct isg_tensor *t = &tensors[order[i]];
        uint64_t bytes;
        (void)tensor_bytes(t, &bytes);
        if (json_object_set_new(header, t->name, tensor_json(t, at, bytes)) != 0) {
            json_decref(header);
            return NULL;
        }
        at += bytes;
    }
    return header;
}

/* What our own reader would refuse must not be written. */
static enum isg_status check_tensors(
    const char *path, const struct isg_tensor *tensors, size_t n, struct isg_error *err)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bytes;
        if (tensors[i].ndim > 4 || !tensor_bytes(&tensors[i], &bytes) || __builtin_add_overflow(total, bytes, &total) ||
            total > INT64_MAX)
            return isg_error_set(err, ISG_ENOMEM, path, 0, "tensor \"%.80s\" is too large", tensors[i].name);
    }
    return ISG_OK;
}

enum isg_status isg_safetensors_save(const char *path, bool force, const struct isg_tensor *tensors, size_t n,
    const struct isg_meta *meta, size_t n_meta, struct isg_error *err)
{
    ISG_TRY(check_tensors(path, tensors, n, err));
    if (isg_packing_of_name(path, NULL) != ISG_PLAIN) {
        (void)isg_error_set(
            err, ISG_EUSAGE, path, 0, "safetensors files cannot be compressed: they are mapped into memory");
        return isg_error_advice(err, "choose a name without %s", strrchr(path, '.'));
    }
    enum isg_status status = ISG_OK;
    struct isg_writer *w = NULL;
    json_t *header = NULL;
    char *text = NULL;
    size_t *order = isg_calloc(n, sizeof *order);
    if (!order)
        return isg_error_nomem(err, "the order of tensors");
    file_order(tensors, n, order);
    header = make_header(tensors, order, n, meta, n_meta);
    if (!header || json_object_size(header) != n + (n_meta > 0) || !(text = json_dumps(header, JSON_COMPACT))) {
        status = isg_reserve_exhausted() ? isg_error_nomem(err, "the header of a safetensors file")
                                         : isg_error_set(err, ISG_EFAILED, path, 0,
                                               "cannot write the header: invalid UTF-8 in a name or in metadata, or a "
                                               "name that is there twice");
        goto out;
    }
    ISG_GOTO(isg_writer_open(&w, path, force, err));
    const size_t length = strlen(text);
    const uint64_t padded = (8 + length + ALIGN - 1) / ALIGN * ALIGN - 8;
    isg_writer_write(w, &padded, sizeof padded);
    isg_writer_write(w, text, length);
    for (size_t i = length; i < padded; i++)
        isg_writer_write(w, " ", 1);
    for (size_t i = 0; i < n; i++) {
        uint64_t bytes;
        (void)tensor_bytes(&tensors[order[i]], &bytes);
        isg_writer_write(w, tensors[order[i]].data, bytes);
    }
    status = isg_writer_commit(w, err);
out:
    isg_reserve_free(text);
    json_decref(header);
    isg_free(order);
    return status;
}
