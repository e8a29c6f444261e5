/* word2vec's binary format, reading: "rows dim\n", then "word " and dim little-endian floats, with or without
 * LF after. */
#include "src/vectors/word2vec.h"

#include "src/mem.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_WORD = 1 << 16 };

static enum isg_status cut_short(const struct isg_vectors_build *b, uint64_t row, uint64_t rows, struct isg_error *err)
{
    (void)isg_error_set(err, ISG_EDATA, b->path, 0, "the file ends in row %" PRIu64 " of %" PRIu64, row, rows);
    return isg_error_advice(err, "it is cut short: fetch or write it again");
}

/* "word ": its bytes from the reader's buffer, leading LF dropped. */
static enum isg_status read_word(struct isg_vectors_build *b, struct isg_reader *r, char *word, size_t *n, uint64_t row,
    uint64_t rows, struct isg_error *err)
{
    for (size_t look = 64;; look *= 4) {
        const char *bytes;
        size_t got;
        ISG_TRY(isg_reader_peek(r, &bytes, look, &got, err));
        size_t skip = 0;
        while (skip < got && (bytes[skip] == '\n' || bytes[skip] == '\r'))
            skip++;
        const char *space = memchr(bytes + skip, ' ', got - skip);
        const size_t length = (space ? (size_t)(space - bytes) : got) - skip;
        if (length >= MAX_WORD) {
            (void)isg_error_set(err, ISG_EDATA, b->path, 0, "row %" PRIu64 ": a word of more than 64 KiB", row);
            return isg_error_expected(err, "a word, a space and the values");
        }
        if (space) {
            memcpy(word, bytes + skip, length);
            *n = length;
            size_t used;
            char dropped[256];
            for (size_t left = skip + length + 1; left > 0; left -= used)
                ISG_TRY(isg_reader_read(r, dropped, left < sizeof dropped ? left : sizeof dropped, &used, err));
            return ISG_OK;
        }
        if (got < look)
            return cut_short(b, row, rows, err);
    }
}

static enum isg_status load_rows(
    struct isg_vectors_build *b, struct isg_reader *r, char *word, uint64_t rows, struct isg_error *err)
{
    struct isg_vectors *v = b->v;
    const size_t dim = v->m.cols;
    size_t n_rows = 0;
    for (uint64_t row = 1; row <= rows; row++) {
        size_t n = 0, got;
        ISG_TRY(read_word(b, r, word, &n, row, rows, err));
        ISG_TRY(isg_vectors_reserve(v, n_rows + 1, b->path, err));
        float *x = isg_mat_row(v->m, n_rows);
        ISG_TRY(isg_reader_read(r, x, dim * sizeof *x, &got, err));
        if (got < dim * sizeof *x)
            return cut_short(b, row, rows, err);
        bool zero, keep;
        if (!isg_row_is_finite(x, dim, &zero)) {
            (void)isg_error_set(err, ISG_EDATA, b->path, 0, "row %" PRIu64 ": NaN or infinity", row);
            return isg_error_expected(err, "finite values");
        }
        b->report->rows_read++;
        ISG_TRY(isg_vectors_add_word(b, word, n, row, &keep, err));
        if (keep) {
            n_rows++;
            b->report->zero_rows += zero;
        }
        if (n_rows == b->opts.max_vocab && b->opts.max_vocab && row < rows)
            break;
        if (row % 4096 == 0)
            ISG_TRY(isg_progress(b->env, "reading vectors", row, rows, err));
    }
    b->report->complete = b->report->rows_read == rows;
    v->m.rows = n_rows;
    return ISG_OK;
}

/* Behind the last row there may be a line end; more means that the rows were not cut where they end. */
static enum isg_status check_end(
    struct isg_vectors_build *b, struct isg_reader *r, uint64_t rows, struct isg_error *err)
{
    enum { MOST = 1 << 20 };
    char bytes[1 << 12];
    size_t left = 0;
    for (size_t got = sizeof bytes; got == sizeof bytes && left < MOST;) {
        ISG_TRY(isg_reader_read(r, bytes, sizeof bytes, &got, err));
        for (size_t i = 0; i < got; i++)
            left += left > 0 || (bytes[i] != '\n' && bytes[i] != '\r');
    }
    if (left == 0)
        return ISG_OK;
    (void)isg_error_set(err, ISG_EDATA, b->path, 0, "%s%zu bytes left over after the %" PRIu64 " rows of the header",
        left < MOST ? "" : "at least ", left, rows);
    return isg_error_advice(err, "the header is wrong, or words contain spaces, which this format cannot hold");
}

enum isg_status isg_vectors_load_word2vec(struct isg_vectors_build *b, struct isg_reader *r, struct isg_error *err)
{
    char *line;
    size_t n;
    uint64_t rows, dim;
    ISG_TRY(isg_reader_line(r, &line, &n, err));
    if (!isg_vectors_header(line, n, &rows, &dim) || dim > 1u << 20)
        return isg_error_set(err, ISG_EDATA, b->path, 1, "not the header of a word2vec file");
    b->v->m.cols = b->v->m.stride = dim;
    b->report->rows_in_file = rows;
    b->report->header = true;
    char *word = isg_malloc(MAX_WORD, 1);
    if (!word)
        return isg_error_nomem(err, "a word");
    /* the header may lie: the file's size bounds the rows too, unless it is packed */
    uint64_t done, total, first = rows;
    isg_reader_position(r, &done, &total);
    if (total / (dim * sizeof(float) + 1) + 1 < first)
        first = total / (dim * sizeof(float) + 1) + 1;
    if (b->opts.max_vocab && first > b->opts.max_vocab)
        first = b->opts.max_vocab;
    enum isg_status status = isg_vectors_reserve(b->v, first + 1, b->path, err);
    if (status == ISG_OK)
        status = load_rows(b, r, word, rows, err);
    if (status == ISG_OK && b->report->complete)
        status = check_end(b, r, rows, err);
    isg_free(word);
    return status;
}
