/* Word vectors of the library. */
#include "tools/library/private.h"

#include <math.h>
#include <string.h>

_Static_assert((int)ISOGLOSS_BAD_UTF8_REPLACE == (int)ISG_BAD_UTF8_REPLACE, "the same choices");

void isogloss_vectors_free(struct isogloss_vectors *v)
{
    if (!v)
        return;
    isg_vectors_fini(&v->v);
    isg_free(v->path);
    isg_free(v);
}

enum isogloss_status isogloss_vectors_load(struct isogloss_context *c, const char *path,
    const struct isogloss_vectors_options *options, struct isogloss_vectors **out)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_vectors_options o;
    struct isg_vectors_report report = {0};
    enum isg_status status;
    struct isogloss_vectors *v = NULL;
    *out = NULL;
    ISG_GOTO(isg_library_options(&o, sizeof o, options, err));
    ISG_GOTO(isg_library_path(path, err));
    v = isg_calloc(1, sizeof *v);
    if (v)
        v->path = isg_strndup(path, strlen(path));
    if (!v || !v->path) {
        status = isg_error_nomem(err, "vectors");
        goto out;
    }
    const struct isg_vectors_opts opts = {.max_vocab = o.max_vocab, .bad_utf8 = (enum isg_bad_utf8)o.bad_utf8};
    ISG_GOTO(isg_vectors_load(&v->v, path, &opts, &report, &c->env, err));
    if (report.duplicates)
        isg_log(&c->env, ISG_LOG_WARNING, "%s:%llu: %llu duplicate words; the first row of each is used", path,
            (unsigned long long)report.first_duplicate_line, (unsigned long long)report.duplicates);
    if (report.bad_utf8)
        isg_log(&c->env, ISG_LOG_WARNING, "%s:%llu: %llu words of invalid UTF-8", path,
            (unsigned long long)report.first_bad_utf8_line, (unsigned long long)report.bad_utf8);
    *out = v;
    v = NULL;
out:
    isogloss_vectors_free(v);
    return isg_library_end(c, status);
}

static enum isg_status fill(
    struct isg_vectors *v, const char *const *words, const float *rows, size_t n, size_t dim, struct isg_error *err)
{
    if (n == 0 || dim == 0 || n >= ISG_NO_ID)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "%zu vectors of %zu dimensions", n, dim);
    v->words = isg_strtab_new();
    if (!v->words)
        return isg_error_nomem(err, "vectors");
    for (size_t i = 0; i < n; i++) {
        bool is_new;
        uint32_t id;
        const size_t length = strlen(words[i]);
        if (isg_utf8_valid(words[i], length) != length)
            return isg_error_set(err, ISG_EDATA, NULL, 0, "word %zu is not valid UTF-8", i + 1);
        ISG_TRY(isg_strtab_add_spelling(v->words, words[i], length, &id, &is_new, err));
        if (!is_new)
            return isg_error_set(err, ISG_EDATA, NULL, 0, "duplicate word %zu, \"%.80s\"", i + 1, words[i]);
    }
    for (size_t i = 0; i < n * dim; i++)
        if (!isfinite(rows[i]))
            return isg_error_set(err, ISG_EDATA, NULL, 0, "NaN or infinity in the vector of \"%.80s\"", words[i / dim]);
    v->m = isg_mat((float *)(uintptr_t)rows, n, dim); /* read only, as everywhere */
    return ISG_OK;
}

enum isogloss_status isogloss_vectors_new(struct isogloss_context *c, const char *const *words, const float *rows,
    size_t n, size_t dim, struct isogloss_vectors **out)
{
    struct isg_error *const err = isg_library_begin(c);
    struct isogloss_vectors *v = isg_calloc(1, sizeof *v);
    enum isg_status status = v ? fill(&v->v, words, rows, n, dim, err) : isg_error_nomem(err, "vectors");
    if (status != ISG_OK) {
        isogloss_vectors_free(v);
        v = NULL;
    }
    *out = v;
    return isg_library_end(c, status);
}

enum isogloss_status isogloss_vectors_save(
    struct isogloss_context *c, const struct isogloss_vectors *v, const char *path, int overwrite)
{
    struct isg_error *const err = isg_library_begin(c);
    enum isg_status status = isg_library_path(path, err);
    if (status == ISG_OK)
        status = isg_vectors_save(&v->v, path, overwrite, err);
    return isg_library_end(c, status);
}

size_t isogloss_vectors_count(const struct isogloss_vectors *v)
{
    return v->v.m.rows;
}

size_t isogloss_vectors_dim(const struct isogloss_vectors *v)
{
    return v->v.m.cols;
}

const float *isogloss_vectors_rows(const struct isogloss_vectors *v)
{
    return v->v.m.x;
}

const char *isogloss_vectors_word(const struct isogloss_vectors *v, size_t row)
{
    return row < v->v.m.rows ? isg_strtab_get(v->v.words, (uint32_t)row, NULL) : NULL;
}

int64_t isogloss_vectors_find(const struct isogloss_vectors *v, const char *word)
{
    const uint32_t row = isg_vectors_find(&v->v, word, strlen(word));
    return row == ISG_NO_ID ? -1 : (int64_t)row;
}

size_t isogloss_vectors_words(const struct isogloss_vectors *v, size_t first, size_t n, char *to, size_t room)
{
    const size_t rows = v->v.m.rows, start = first < rows ? first : rows, end = n < rows - start ? start + n : rows;
    size_t bytes = 0, length;
    for (size_t i = start; i < end; i++) {
        (void)isg_strtab_get(v->v.words, (uint32_t)i, &length);
        bytes += length + 1;
    }
    for (size_t i = start; i < end && bytes <= room; i++) {
        const char *const word = isg_strtab_get(v->v.words, (uint32_t)i, &length);
        memcpy(to, word, length + 1);
        to += length + 1;
    }
    return bytes;
}
