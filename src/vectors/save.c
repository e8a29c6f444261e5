/* Writing word vectors: text, word2vec binary, or the cache by cache.c. */
#include "src/vectors/save.h"

#include "src/mem.h"
#include "src/packing.h"
#include "src/vectors/build.h"
#include "src/vectors/cache.h"
#include "src/vectors/decimal.h"
#include "src/writer.h"

#include <string.h>

enum { NUMBER_BYTES = 16 };

static enum isg_status save_text(struct isg_writer *w, const struct isg_vectors *v, struct isg_error *err)
{
    const size_t dim = v->m.cols;
    char *line = isg_malloc(dim, NUMBER_BYTES + 1);
    if (!line)
        return isg_error_nomem(err, "a line");
    isg_writer_printf(w, "%zu %zu\n", v->m.rows, dim);
    for (size_t i = 0; i < v->m.rows; i++) {
        size_t n;
        const char *word = isg_strtab_get(v->words, (uint32_t)i, &n);
        const float *x = isg_mat_row(v->m, i);
        char *p = line;
        for (size_t k = 0; k < dim; k++) {
            *p++ = ' ';
            p = isg_decimal_format(x[k], p);
        }
        *p++ = '\n';
        isg_writer_write(w, word, n);
        isg_writer_write(w, line, (size_t)(p - line));
    }
    isg_free(line);
    return ISG_OK;
}

static void save_word2vec(struct isg_writer *w, const struct isg_vectors *v)
{
    isg_writer_printf(w, "%zu %zu\n", v->m.rows, v->m.cols);
    for (size_t i = 0; i < v->m.rows; i++) {
        size_t n;
        const char *word = isg_strtab_get(v->words, (uint32_t)i, &n);
        isg_writer_write(w, word, n);
        isg_writer_write(w, " ", 1);
        isg_writer_write(w, isg_mat_row(v->m, i), v->m.cols * sizeof(float));
        isg_writer_write(w, "\n", 1);
    }
}

/* What a format cannot hold, or would read back as something else, is refused before anything is written. */
static enum isg_status check(
    const struct isg_vectors *v, const char *path, enum isg_vectors_format format, struct isg_error *err)
{
    for (size_t i = 0; i < v->m.rows; i++) {
        size_t n;
        bool zero;
        const char *word = isg_strtab_get(v->words, (uint32_t)i, &n);
        if (!isg_row_is_finite(isg_mat_row(v->m, i), v->m.cols, &zero))
            return isg_error_set(err, ISG_ENUMERIC, path, 0, "the vector of \"%.100s\" holds NaN or infinity", word);
        if (format != ISG_VECTORS_TEXT && format != ISG_VECTORS_WORD2VEC)
            continue;
        if (memchr(word, '\n', n) || (format == ISG_VECTORS_WORD2VEC && memchr(word, ' ', n))) {
            (void)isg_error_set(err, ISG_EUSAGE, path, 0, "the word \"%.100s\" contains a %s", word,
                memchr(word, '\n', n) ? "line end" : "space, which word2vec's binary format cannot hold");
            return isg_error_advice(err, "save as .isgv");
        }
    }
    return ISG_OK;
}

/* Not counting .gz and the like. */
static bool ends_with(const char *path, const char *ending)
{
    size_t n;
    const size_t k = strlen(ending);
    (void)isg_packing_of_name(path, &n);
    return n >= k && memcmp(path + n - k, ending, k) == 0;
}

enum isg_status isg_vectors_save_as(
    const struct isg_vectors *v, const char *path, enum isg_vectors_format format, bool force, struct isg_error *err)
{
    if (format == ISG_VECTORS_BY_NAME) {
        format = ISG_VECTORS_TEXT;
        if (ends_with(path, ".bin"))
            format = ISG_VECTORS_WORD2VEC;
        else if (ends_with(path, ".isgv") || ends_with(path, ".safetensors"))
            format = ISG_VECTORS_CACHE;
    }
    ISG_TRY(isg_check_overwrite(path, force, err));
    ISG_TRY(check(v, path, format, err));
    if (format == ISG_VECTORS_CACHE || format == ISG_VECTORS_CACHE_F16)
        return isg_vectors_save_cache(v, path, force, format == ISG_VECTORS_CACHE_F16, err);
    struct isg_writer *w;
    ISG_TRY(isg_writer_open(&w, path, force, err));
    if (format == ISG_VECTORS_WORD2VEC) {
        save_word2vec(w, v);
    } else {
        const enum isg_status status = save_text(w, v, err);
        if (status != ISG_OK) {
            isg_writer_abort(w);
            return status;
        }
    }
    return isg_writer_commit(w, err);
}

enum isg_status isg_vectors_save(const struct isg_vectors *v, const char *path, bool force, struct isg_error *err)
{
    return isg_vectors_save_as(v, path, ISG_VECTORS_BY_NAME, force, err);
}
