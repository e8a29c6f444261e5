/* fastText models (.bin): the dictionary and the input matrix, from which any string gets a vector by its
 * n-grams. Bojanowski et al. 2017, "Enriching word vectors with subword information"; layout of version 12
 * files. */
#include "src/vectors/fasttext.h"

#include "src/mem.h"
#include "src/vectors/build.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC = 793712314, MAX_NGRAM = 1024, MODEL_SUPERVISED = 3 };

struct isg_fasttext {
    char *path;
    unsigned char *map;
    size_t size, at;
    struct isg_strtab *words;
    int32_t dim, minn, maxn, bucket, n_words;
    int64_t n_pruned;          /* < 0: nothing was pruned */
    uint64_t *pruned;          /* kept n-grams, rising: bucket in the upper half, row in the lower */
    const unsigned char *rows; /* floats, of any alignment */
    uint64_t n_rows;
};

static enum isg_status cut_short(const struct isg_fasttext *ft, const char *where, struct isg_error *err)
{
    (void)isg_error_set(err, ISG_EDATA, ft->path, 0, "the file ends inside its %s", where);
    return isg_error_advice(err, "it is cut short: fetch it again");
}

static bool take(struct isg_fasttext *ft, void *out, size_t n)
{
    if (n > ft->size - ft->at)
        return false;
    memcpy(out, ft->map + ft->at, n);
    ft->at += n;
    return true;
}

static enum isg_status read_args(struct isg_fasttext *ft, struct isg_error *err)
{
    struct {
        int32_t magic, version, dim, ws, epoch, min_count, neg, word_ngrams, loss, model, bucket, minn, maxn, update;
    } a;
    double t;
    if (!take(ft, &a, sizeof a) || !take(ft, &t, sizeof t))
        return cut_short(ft, "header", err);
    if (a.magic != MAGIC || a.version < 11 || a.version > 12) {
        (void)isg_error_set(err, ISG_EDATA, ft->path, 0, "not a fastText model, or one of version %d", a.version);
        return isg_error_expected(err, "a fastText .bin file of version 11 or 12");
    }
    ft->dim = a.dim;
    ft->bucket = a.bucket;
    ft->minn = a.minn;
    ft->maxn = a.version == 11 && a.model == MODEL_SUPERVISED ? 0 : a.maxn;
    if (a.dim < 1 || a.dim > 1 << 20 || a.bucket < 0 || a.minn < 0 || ft->maxn < 0 || ft->maxn > MAX_NGRAM ||
        (ft->maxn > 0 && a.bucket == 0))
        return isg_error_set(err, ISG_EDATA, ft->path, 0,
            "a fastText header with impossible numbers (dim %d, bucket %d, "
            "minn %d, maxn %d)",
            a.dim, a.bucket, a.minn, a.maxn);
    return ISG_OK;
}

static int rising(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static enum isg_status read_pruned(struct isg_fasttext *ft, struct isg_error *err)
{
    if (ft->n_pruned <= 0)
        return ISG_OK;
    if ((uint64_t)ft->n_pruned > (ft->size - ft->at) / 8)
        return cut_short(ft, "list of pruned n-grams", err);
    const size_t n = (size_t)ft->n_pruned;
    if (!(ft->pruned = isg_malloc(n, sizeof *ft->pruned)))
        return isg_error_nomem(err, "pruned n-grams");
    for (size_t i = 0; i < n; i++) {
        int32_t pair[2];
        (void)take(ft, pair, sizeof pair);
        if (pair[0] < 0 || pair[1] < 0)
            return isg_error_set(err, ISG_EDATA, ft->path, 0, "a damaged list of pruned n-grams");
        ft->pruned[i] = (uint64_t)(uint32_t)pair[0] << 32 | (uint32_t)pair[1];
    }
    qsort(ft->pruned, n, sizeof *ft->pruned, rising);
    for (size_t i = 1; i < n; i++)
        if (ft->pruned[i] >> 32 == ft->pruned[i - 1] >> 32)
            return isg_error_set(err, ISG_EDATA, ft->path, 0, "a list of pruned n-grams with one bucket twice");
    return ISG_OK;
}

static enum isg_status read_dictionary(struct isg_fasttext *ft, struct isg_error *err)
{
    int32_t sizes[3]; /* entries, words, labels */
    int64_t n_tokens;
    if (!take(ft, sizes, sizeof sizes) || !take(ft, &n_tokens, sizeof n_tokens) ||
        !take(ft, &ft->n_pruned, sizeof ft->n_pruned))
        return cut_short(ft, "dictionary", err);
    if (sizes[0] < 0 || sizes[1] < 0 || sizes[1] > sizes[0])
        return isg_error_set(
            err, ISG_EDATA, ft->path, 0, "a dictionary of %d entries and %d words", sizes[0], sizes[1]);
    ft->n_words = sizes[1];
    for (int32_t i = 0; i < sizes[0]; i++) {
        const char *s = (const char *)ft->map + ft->at;
        const char *zero = memchr(s, 0, ft->size - ft->at);
        if (!zero || ft->size - ft->at - (size_t)(zero - s) < 10)
            return cut_short(ft, "dictionary", err);
        ft->at += (size_t)(zero - s) + 10; /* 0, i64 count, u8 type */
        if (i >= ft->n_words)              /* labels follow the words */
            continue;
        uint32_t id;
        bool is_new;
        ISG_TRY(isg_strtab_add_spelling(ft->words, s, (size_t)(zero - s), &id, &is_new, err));
        if (!is_new)
            return isg_error_set(err, ISG_EDATA, ft->path, 0, "the word \"%.100s\" appears twice", s);
    }
    return read_pruned(ft, err);
}

static enum isg_status read_matrix(struct isg_fasttext *ft, struct isg_error *err)
{
    uint8_t quantised;
    int64_t shape[2];
    if (!take(ft, &quantised, 1))
        return cut_short(ft, "header of the vectors", err);
    if (quantised) {
        (void)isg_error_set(err, ISG_EDATA, ft->path, 0, "a quantised fastText model (.ftz)");
        (void)isg_error_expected(err, "a model that is not quantised (.bin)");
        return isg_error_advice(err, "use the .bin or .vec file it was made from");
    }
    if (!take(ft, shape, sizeof shape))
        return cut_short(ft, "header of the vectors", err);
    const int64_t ngram_rows = ft->maxn == 0 ? 0 : ft->n_pruned >= 0 ? ft->n_pruned : ft->bucket;
    if (shape[1] != ft->dim || shape[0] < ft->n_words + ngram_rows) {
        (void)isg_error_set(err, ISG_EDATA, ft->path, 0, "a matrix of %" PRId64 " x %" PRId64, shape[0], shape[1]);
        return isg_error_expected(err, "at least %" PRId64 " x %d", ft->n_words + ngram_rows, ft->dim);
    }
    if ((uint64_t)shape[0] > (ft->size - ft->at) / (sizeof(float) * (size_t)ft->dim))
        return cut_short(ft, "vectors", err);
    ft->n_rows = (uint64_t)shape[0];
    ft->rows = ft->map + ft->at;
    return ISG_OK;
}

enum isg_status isg_fasttext_open(struct isg_fasttext **out, const char *path, struct isg_error *err)
{
    *out = NULL;
    enum isg_status status = ISG_OK;
    struct isg_fasttext *ft = isg_calloc(1, sizeof *ft);
    if (!ft || !(ft->path = isg_strndup(path, strlen(path))) || !(ft->words = isg_strtab_new())) {
        isg_fasttext_close(ft);
        return isg_error_nomem(err, "a fastText model");
    }
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        status = isg_error_errno(err, path, "cannot open");
        goto out;
    }
    if (!S_ISREG(info.st_mode) || info.st_size == 0) {
        status = isg_error_set(err, ISG_EDATA, path, 0, "empty, or not a regular file");
        (void)isg_error_expected(err, "a fastText .bin file");
        goto out;
    }
    void *map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
        status = isg_error_errno(err, path, "cannot map");
        goto out;
    }
    ft->map = map;
    ft->size = (size_t)info.st_size;
    ISG_GOTO(read_args(ft, err));
    ISG_GOTO(read_dictionary(ft, err));
    ISG_GOTO(read_matrix(ft, err));
    *out = ft;
    ft = NULL;
out:
    if (fd >= 0)
        close(fd);
    isg_fasttext_close(ft);
    return status;
}

void isg_fasttext_close(struct isg_fasttext *ft)
{
    if (!ft)
        return;
    if (ft->map)
        munmap(ft->map, ft->size);
    isg_strtab_free(ft->words);
    isg_free(ft->pruned);
    isg_free(ft->path);
    isg_free(ft);
}

size_t isg_fasttext_dim(const struct isg_fasttext *ft)
{
    return (size_t)ft->dim;
}

/* out += row; false where a damaged file points past its matrix. */
static bool add_row(const struct isg_fasttext *ft, uint64_t row, float *out)
{
    if (row >= ft->n_rows)
        return false;
    const unsigned char *x = ft->rows + row * (uint64_t)ft->dim * sizeof(float);
    for (int32_t i = 0; i < ft->dim; i++) {
        float f;
        memcpy(&f, x + (size_t)i * sizeof f, sizeof f);
        out[i] += f;
    }
    return true;
}

/* Row of an n-gram's bucket; false where it was pruned. */
static bool ngram_row(const struct isg_fasttext *ft, uint32_t bucket, uint64_t *row)
{
    if (ft->n_pruned == 0)
        return false;
    *row = (uint64_t)ft->n_words + bucket;
    if (ft->n_pruned < 0)
        return true;
    size_t low = 0, high = (size_t)ft->n_pruned;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (ft->pruned[middle] >> 32 < bucket)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < (size_t)ft->n_pruned && ft->pruned[low] >> 32 == bucket) {
        *row = (uint64_t)ft->n_words + (uint32_t)ft->pruned[low];
        return true;
    }
    return false;
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Adds the rows of the character n-grams of <word>, as fastText counts characters; returns how many. */
static size_t add_ngrams(const struct isg_fasttext *ft, const char *s, size_t n, float *out)
{
    size_t added = 0;
    for (size_t i = 0; i < n; i++) {
        if (continues(s[i]))
            continue;
        uint32_t hash = 2166136261u; /* FNV-1a over signed bytes, as fastText has it */
        size_t j = i;
        for (int32_t k = 1; j < n && k <= ft->maxn; k++) {
            do
                hash = (hash ^ (uint32_t)(int32_t)(signed char)s[j++]) * 16777619u;
            while (j < n && continues(s[j]));
            uint64_t row;
            if (k >= ft->minn && !(k == 1 && (i == 0 || j == n)) && ngram_row(ft, hash % (uint32_t)ft->bucket, &row))
                added += add_row(ft, row, out);
        }
    }
    return added;
}

bool isg_fasttext_vector(const struct isg_fasttext *ft, const char *word, size_t n, float *out)
{
    for (int32_t i = 0; i < ft->dim; i++)
        out[i] = 0.0f;
    size_t added = 0;
    const uint32_t id = isg_strtab_find(ft->words, word, n);
    if (id != ISG_NO_ID)
        added += add_row(ft, id, out);
    const bool end_of_sentence = n == 4 && memcmp(word, "</s>", 4) == 0;
    if (ft->maxn > 0 && !end_of_sentence) {
        char small[256];
        char *marked = n + 2 <= sizeof small ? small : isg_malloc(n + 2, 1);
        if (marked) {
            marked[0] = '<';
            memcpy(marked + 1, word, n);
            marked[n + 1] = '>';
            added += add_ngrams(ft, marked, n + 2, out);
        }
        if (marked != small)
            isg_free(marked);
    }
    if (added == 0)
        return false;
    const float mean = 1.0f / (float)added;
    for (int32_t i = 0; i < ft->dim; i++)
        out[i] *= mean;
    return true;
}

/* Row `row` of b->v from the model; checks what came out. */
static enum isg_status add_vector(struct isg_vectors_build *b, const struct isg_fasttext *ft, const char *word,
    size_t n, size_t number, struct isg_error *err)
{
    bool keep, zero;
    b->report->rows_read++;
    ISG_TRY(isg_vectors_add_word(b, word, n, number, &keep, err));
    if (!keep)
        return ISG_OK;
    ISG_TRY(isg_vectors_reserve(b->v, b->v->m.rows + 1, b->path, err));
    float *x = isg_mat_row(b->v->m, b->v->m.rows);
    (void)isg_fasttext_vector(ft, word, n, x);
    if (!isg_row_is_finite(x, b->v->m.cols, &zero))
        return isg_error_set(err, ISG_EDATA, b->path, 0, "the vector of \"%.100s\" holds NaN or infinity", word);
    b->report->zero_rows += zero;
    b->v->m.rows++;
    return ISG_OK;
}

enum isg_status isg_vectors_load_fasttext(struct isg_vectors_build *b, struct isg_error *err)
{
    struct isg_fasttext *ft;
    ISG_TRY(isg_fasttext_open(&ft, b->path, err));
    enum isg_status status = ISG_OK;
    b->v->m.cols = b->v->m.stride = isg_fasttext_dim(ft);
    const uint32_t size = isg_strtab_size(ft->words);
    b->report->rows_in_file = size;
    for (uint32_t i = 0; i < size && (!b->opts.max_vocab || b->v->m.rows < b->opts.max_vocab); i++) {
        size_t n;
        const char *word = isg_strtab_get(ft->words, i, &n);
        ISG_GOTO(add_vector(b, ft, word, n, i + 1, err));
        if (i % 4096 == 4095)
            ISG_GOTO(isg_progress(b->env, "reading vectors", i + 1, size, err));
    }
    b->report->complete = b->report->rows_read == size;
out:
    isg_fasttext_close(ft);
    return status;
}
