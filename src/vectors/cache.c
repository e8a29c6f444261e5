/* Word vectors in a safetensors file, which is used in place: embedding.weight [n,dim], vocab.bytes,
 * vocab.offsets. */
#include "src/vectors/cache.h"

#include "src/half.h"
#include "src/mem.h"
#include "src/pool.h"
#include "src/safetensors.h"

#include <inttypes.h>
#include <string.h>

struct widening {
    const uint16_t *from;
    struct isg_mat to;
};
enum { ROWS = 256 };

static void widen_rows(void *cookie, size_t i, unsigned worker)
{
    (void)worker;
    const struct widening *w = cookie;
    const size_t last = (i + 1) * ROWS < w->to.rows ? (i + 1) * ROWS : w->to.rows;
    const size_t first = i * ROWS * w->to.cols;
    isg_half_widen(w->from + first, last * w->to.cols - first, w->to.x + first);
}

struct checking {
    struct isg_mat m;
    uint8_t *state; /* of each row: bit 0 = not finite, bit 1 = zero */
};

static void check_rows(void *cookie, size_t i, unsigned worker)
{
    (void)worker;
    const struct checking *c = cookie;
    for (size_t k = i * ROWS; k < (i + 1) * ROWS && k < c->m.rows; k++) {
        bool zero;
        const bool finite = isg_row_is_finite(isg_mat_row(c->m, k), c->m.cols, &zero);
        c->state[k] = (uint8_t)((finite ? 0 : 1) + (zero ? 2 : 0));
    }
}

static enum isg_status check_values(struct isg_vectors_build *b, struct isg_error *err)
{
    const struct isg_mat m = b->v->m;
    struct checking c = {m, isg_malloc(m.rows, 1)};
    if (!c.state)
        return isg_error_nomem(err, "a check");
    isg_pool_run(b->env->pool, (m.rows + ROWS - 1) / ROWS, check_rows, &c);
    enum isg_status status = ISG_OK;
    for (size_t i = 0; i < m.rows && status == ISG_OK; i++) {
        if (c.state[i] & 1) {
            status = isg_error_set(err, ISG_EDATA, b->path, 0, "row %zu: NaN or infinity", i + 1);
            (void)isg_error_expected(err, "finite values");
        }
        b->report->zero_rows += c.state[i] >> 1;
    }
    isg_free(c.state);
    return status;
}

static enum isg_status load_words(
    struct isg_vectors_build *b, const struct isg_safetensors *st, size_t rows, struct isg_error *err)
{
    const struct isg_tensor *bytes, *offsets;
    const uint64_t any[1] = {0}, ends[1] = {rows + 1};
    ISG_TRY(isg_safetensors_want(st, "vocab.bytes", ISG_U8, 1, any, &bytes, err));
    ISG_TRY(isg_safetensors_want(st, "vocab.offsets", ISG_I64, 1, ends, &offsets, err));
    const char *const s = bytes->data;
    const int64_t *const at = offsets->data;
    for (size_t i = 0; i < b->v->m.rows; i++) {
        if (at[i] < 0 || at[i + 1] < at[i] || (uint64_t)at[i + 1] > bytes->shape[0])
            return isg_error_set(err, ISG_EDATA, b->path, 0, "vocab.offsets: row %zu is out of bounds", i + 1);
        bool keep;
        /* rows are used where they are, so that a word cannot be left out */
        ISG_TRY(isg_vectors_add_word(b, s + at[i], (size_t)(at[i + 1] - at[i]), i + 1, &keep, err));
        if (!keep)
            return isg_error_set(
                err, ISG_EDATA, b->path, 0, "row %zu: the word appears twice, or is invalid UTF-8", i + 1);
    }
    return ISG_OK;
}

enum isg_status isg_vectors_load_cache(struct isg_vectors_build *b, struct isg_error *err)
{
    struct isg_vectors *v = b->v;
    struct isg_safetensors *st;
    ISG_TRY(isg_safetensors_open(&st, b->path, err));
    enum isg_status status = ISG_OK;
    const struct isg_tensor *w = isg_safetensors_find(st, "embedding.weight");
    const bool half = w && w->dtype == ISG_F16;
    const uint64_t any[2] = {0, 0};
    ISG_GOTO(isg_safetensors_want(st, "embedding.weight", half ? ISG_F16 : ISG_F32, 2, any, &w, err));
    if (w->shape[1] == 0 || w->shape[1] > 1u << 20 || w->shape[0] >= ISG_NO_ID) {
        status = isg_error_set(err, ISG_EDATA, b->path, 0, "embedding.weight has an impossible shape");
        goto out;
    }
    v->m.cols = v->m.stride = w->shape[1];
    v->m.rows = w->shape[0];
    if (b->opts.max_vocab && v->m.rows > b->opts.max_vocab)
        v->m.rows = b->opts.max_vocab;
    b->report->rows_in_file = w->shape[0];
    b->report->rows_read = v->m.rows;
    b->report->complete = v->m.rows == w->shape[0];
    ISG_GOTO(load_words(b, st, w->shape[0], err));
    if (half) {
        ISG_GOTO(isg_vectors_reserve(v, v->m.rows, b->path, err));
        struct widening wide = {w->data, v->m};
        isg_pool_run(b->env->pool, (v->m.rows + ROWS - 1) / ROWS, widen_rows, &wide);
    } else {
        ISG_GOTO(isg_vectors_adopt(v, st, err));
        /* the mapping is private: who writes to these rows gets pages of his own, the file stays as it is */
        v->m.x = (float *)(uintptr_t)w->data;
        st = NULL;
    }
    status = check_values(b, err);
out:
    isg_safetensors_close(st);
    return status;
}

/* Rows of v in one piece, as halves. */
static enum isg_status halve(const struct isg_vectors *v, const char *path, uint16_t **out, struct isg_error *err)
{
    uint16_t *half = v->m.cols > SIZE_MAX / 2 ? NULL : isg_malloc(v->m.rows, v->m.cols * sizeof *half);
    if (!half)
        return isg_error_nomem(err, "vectors in half precision");
    for (size_t i = 0; i < v->m.rows; i++) {
        const float *x = isg_mat_row(v->m, i);
        for (size_t k = 0; k < v->m.cols; k++) {
            const uint16_t h = isg_half_from_float(x[k]);
            if ((h & 0x7c00) == 0x7c00) {
                isg_free(half);
                (void)isg_error_set(err, ISG_ENUMERIC, path, 0, "%g does not fit into half precision", (double)x[k]);
                return isg_error_advice(err, "save in single precision");
            }
            half[i * v->m.cols + k] = h;
        }
    }
    *out = half;
    return ISG_OK;
}

enum isg_status isg_vectors_save_cache(
    const struct isg_vectors *v, const char *path, bool force, bool half, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t rows = v->m.rows, cols = v->m.cols;
    float *packed = NULL;
    uint16_t *halves = NULL;
    char *bytes = NULL;
    int64_t *offsets = isg_malloc(rows + 1, sizeof *offsets);
    size_t n_bytes = 0, n;
    for (size_t i = 0; i < rows; i++) {
        (void)isg_strtab_get(v->words, (uint32_t)i, &n);
        n_bytes += n;
    }
    bytes = isg_malloc(n_bytes, 1);
    if (v->m.stride != cols && !half)
        packed = isg_malloc(rows, cols * sizeof *packed);
    if (!offsets || !bytes || (v->m.stride != cols && !half && !packed)) {
        status = isg_error_nomem(err, "the words of a vector file");
        goto out;
    }
    offsets[0] = 0;
    for (size_t i = 0; i < rows; i++) {
        const char *word = isg_strtab_get(v->words, (uint32_t)i, &n);
        memcpy(bytes + offsets[i], word, n);
        offsets[i + 1] = offsets[i] + (int64_t)n;
        if (packed)
            memcpy(packed + i * cols, isg_mat_row(v->m, i), cols * sizeof *packed);
    }
    if (half)
        ISG_GOTO(halve(v, path, &halves, err));
    const struct isg_tensor tensors[] = {
        {"vocab.offsets", ISG_I64, 1, {rows + 1}, offsets},
        {"embedding.weight", half ? ISG_F16 : ISG_F32, 2, {rows, cols},
            half     ? (const void *)halves
            : packed ? (const void *)packed
                     : v->m.x},
        {"vocab.bytes", ISG_U8, 1, {n_bytes}, bytes},
    };
    const struct isg_meta meta[] = {{"format", "isogloss-vectors"}, {"version", "1"}};
    status = isg_safetensors_save(path, force, tensors, 3, meta, 2, err);
out:
    isg_free(offsets);
    isg_free(bytes);
    isg_free(packed);
    isg_free(halves);
    return status;
}
