/* Row by row checks of word vectors in text form. */
#include "tools/commands/check_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SNIFFED = 32 };

struct rows {
    struct isg_findings *f;
    struct isg_check_rows *out;
    struct isg_strtab *words;
    ISG_ARRAY(uint64_t) lines; /* of each word */
    uint64_t header_rows;
    bool header;
    ISG_ARRAY(bool) good; /* by row, for the second reading */
};

/* Two whole numbers: a header. */
static bool read_header(const char *line, uint64_t *rows, uint64_t *dim)
{
    char *end;
    *rows = strtoull(line, &end, 10);
    if (end == line || *end != ' ' || line[strspn(line, "0123456789 ")])
        return false;
    const char *const second = end + 1;
    *dim = strtoull(second, &end, 10);
    return end != second && end[strspn(end, " ")] == 0 && *dim > 0;
}

/* Values at the end of a line, at most `most`; *word_n = bytes before them. *wrong gets the field that stopped the count
 * early, terminated, where it looks like a value: a digit, nan or inf. */
static uint64_t count_values(const char *line, size_t n, uint64_t most, size_t *word_n, bool *zero, char wrong[40])
{
    uint64_t values = 0;
    size_t end = n;
    *zero = true;
    wrong[0] = 0;
    while (end > 0 && strchr(" \t\r", line[end - 1]))
        end--;
    while (values < most && end > 0) {
        size_t start = end;
        while (start > 0 && line[start - 1] != ' ' && line[start - 1] != '\t')
            start--;
        float x;
        if (start == 0) /* a word */
            break;
        if (isg_parse_float(line + start, line + end, &x) != line + end || !isfinite(x)) {
            const size_t m = end - start < 39 ? end - start : 39;
            memcpy(wrong, line + start, m);
            wrong[m] = 0;
            break;
        }
        *zero = *zero && x == 0.0f;
        values++;
        end = start - 1;
    }
    *word_n = end;
    return values;
}

/* What most of the first lines have; a header decides alone. */
static enum isg_status find_dim(struct rows *r, const char *path, struct isg_error *err)
{
    struct isg_reader *in;
    uint64_t counts[SNIFFED], best = 0;
    size_t n = 0;
    ISG_TRY(isg_reader_open(&in, path, err));
    enum isg_status status = ISG_OK;
    while (n < SNIFFED) {
        char *line, wrong[40];
        size_t length, word;
        bool zero;
        ISG_GOTO(isg_reader_line(in, &line, &length, err));
        if (!line)
            break;
        if (isg_reader_lineno(in) == 1 && read_header(line, &r->header_rows, &r->out->dim)) {
            r->header = true;
            break;
        }
        counts[n++] = count_values(line, length, UINT64_MAX, &word, &zero, wrong);
    }
    for (size_t i = 0; i < n && !r->header; i++) {
        uint64_t votes = 0;
        for (size_t j = 0; j < n; j++)
            votes += counts[j] == counts[i];
        if (votes > best) {
            best = votes;
            r->out->dim = counts[i];
        }
    }
    if (r->out->dim == 0)
        status = isg_error_set(err, ISG_EDATA, path, 1, "no line holds a word with its values");
out:
    isg_reader_close(in);
    return status;
}

static enum isg_status check_row(
    struct rows *r, const char *line, size_t n, uint64_t number, bool *good, struct isg_error *err)
{
    char wrong[40];
    size_t word_n;
    bool zero, fresh;
    uint32_t id;
    const uint64_t dim = r->out->dim, values = count_values(line, n, dim, &word_n, &zero, wrong);
    *good = false;
    if (values < dim && wrong[0] &&
        (strpbrk(wrong, "0123456789") || strcasestr(wrong, "nan") || strcasestr(wrong, "inf")))
        isg_found(r->f, true, "wrong-value", number, "\"%s\" where value %llu of %llu should be", wrong,
            (unsigned long long)(dim - values), (unsigned long long)dim);
    else if (values < dim)
        isg_found(r->f, true, "wrong-row", number, "%llu %s%s where others have %llu", ISG_COUNT(values, "value"),
            (unsigned long long)dim);
    else if (word_n == 0)
        isg_found(r->f, true, "wrong-row", number, "no word before the %llu values", (unsigned long long)dim);
    else if (isg_utf8_valid(line, word_n) != word_n)
        isg_found(r->f, true, "bad-utf8", number, "a word in invalid UTF-8");
    else {
        ISG_TRY(isg_strtab_add_spelling(r->words, line, word_n, &id, &fresh, err));
        *good = fresh;
        if (!fresh)
            isg_found(r->f, false, "duplicate-word", number, "the word \"%.*s\" is at line %llu",
                (int)(word_n < 60 ? word_n : 60), line, (unsigned long long)r->lines.v[id]);
        else if (!ISG_PUSH(r->lines, number))
            return isg_error_nomem(err, "the words");
        if (fresh && zero)
            isg_found(r->f, false, "zero-row", number, "a row of zeros");
    }
    return ISG_OK;
}

/* Each row once; the good ones are noted, or on the second reading written. */
static enum isg_status read_rows(struct rows *r, const char *path, struct isg_writer *fixed, struct isg_error *err)
{
    struct isg_reader *in;
    uint64_t row = 0;
    ISG_TRY(isg_reader_open(&in, path, err));
    enum isg_status status = ISG_OK;
    for (;;) {
        char *line;
        size_t n, word_n;
        ISG_GOTO(isg_reader_line(in, &line, &n, err));
        if (!line)
            break;
        const uint64_t number = isg_reader_lineno(in);
        if (number == 1 && r->header)
            continue;
        if (!fixed) {
            bool good;
            ISG_GOTO(check_row(r, line, n, number, &good, err));
            if (!ISG_PUSH(r->good, good)) {
                status = isg_error_nomem(err, "the rows");
                goto out;
            }
            r->out->good += good;
        } else if (row < r->good.n && !r->good.v[row]) {
            isg_fixed(r->f, "row", number, "left out");
        } else if (row < r->good.n) {
            for (word_n = n; word_n > 0 && strchr(" \t\r", line[word_n - 1]);)
                word_n--;
            isg_writer_write(fixed, line, word_n);
            isg_writer_write(fixed, "\n", 1);
        }
        row++;
        uint64_t done, total;
        isg_reader_position(in, &done, &total);
        ISG_GOTO(isg_progress(&r->f->app->env, fixed ? "repairing" : "checking", done, total, err));
    }
    r->out->rows = row;
out:
    isg_reader_close(in);
    return status;
}

enum isg_status isg_check_rows(struct isg_findings *f, const char *path, struct isg_check_rows *out,
    struct isg_writer *fixed, struct isg_error *err)
{
    struct rows r = {.f = f, .out = out, .words = isg_strtab_new()};
    enum isg_status status = ISG_OK;
    *out = (struct isg_check_rows){0};
    if (!r.words) {
        status = isg_error_nomem(err, "the words");
        goto out;
    }
    ISG_GOTO(find_dim(&r, path, err));
    ISG_GOTO(read_rows(&r, path, NULL, err));
    if (r.header && r.header_rows != out->rows)
        isg_found(f, true, "wrong-header", 1, "the header says %llu rows, the file has %llu",
            (unsigned long long)r.header_rows, (unsigned long long)out->rows);
    if (!fixed)
        goto out;
    isg_writer_printf(fixed, "%llu %llu\n", (unsigned long long)out->good, (unsigned long long)out->dim);
    status = read_rows(&r, path, fixed, err);
out:
    isg_strtab_free(r.words);
    ISG_ARRAY_FREE(r.lines);
    ISG_ARRAY_FREE(r.good);
    return status;
}
