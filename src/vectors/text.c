/* Text vectors: "word v1 ... vdim" a line. Blocks of whole lines are parsed in small chunks, shared out to
 * the pool, while one of its workers reads (and inflates) the next block; words are then put in one by one,
 * in file order, so that nothing depends on the number of threads. */
#include "src/vectors/text.h"

#include "src/mem.h"
#include "src/pool.h"
#include "src/vectors/decimal.h"

#include <string.h>

enum {
    BLOCK = 1 << 20,   /* bytes read at a time: fits the second-level cache */
    CHUNK = 64,        /* lines parsed as one piece of work */
    SNIFFED_LINES = 32 /* lines that vote on the number of values where there is no header */
};
static const size_t max_block = (size_t)1 << 30; /* of a single line, that is */

enum line_state { GOOD, TOO_FEW, TOO_MANY, NO_NUMBER, NOT_FINITE, EMPTY };
struct line {
    uint32_t start, end; /* in the block; end without LF, CR and trailing whitespace */
    uint32_t word_n;
    uint8_t state;
    bool zero;
};
struct block {
    char *bytes; /* cap + ISG_DECIMAL_PAD allocated */
    size_t n, cap;
};
struct text {
    struct isg_vectors_build *b;
    struct isg_reader *r;
    size_t dim;
    struct block now, next;
    bool ended; /* nothing is left to read behind `next` */
    enum isg_status read_status;
    struct isg_error read_error;
    struct line *lines;
    size_t n_lines, cap_lines;
    size_t n_rows;        /* kept so far; line i of the block is parsed into row n_rows + i */
    uint64_t line_number; /* of the last line before the block */
    uint64_t empty_line;  /* 0, or the first empty line with no row after it so far */
    uint64_t header_rows;
};

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Start of the field that ends at e. */
static const char *field_before(const char *s, const char *e)
{
    while (e > s && !blank(e[-1]))
        e--;
    return e;
}

/* Does a word end in a field that can only be a value? Then the row has too many values. "10 000" may be a
 * word. */
static bool ends_in_value(const char *s, const char *e)
{
    const char *f = field_before(s, e);
    if (f == s)
        return false;
    const char *point = memchr(f, '.', (size_t)(e - f));
    float x;
    return point && e - point > 1 && isg_parse_float(f, e, &x) == e;
}

/* The general case: words with spaces, and diagnosing what is wrong. */
static void parse_line_from_right(struct line *l, const char *s, const char *e, size_t dim, float *row)
{
    const char *p = e;
    for (size_t i = 0; i < dim; i++) {
        p = field_before(s, p);
        if (p == s) {
            l->word_n = (uint32_t)i; /* how many values there are, for the message */
            l->state = TOO_FEW;
            return;
        }
        p--;
    }
    l->word_n = (uint32_t)(p - s);
    for (size_t i = 0; i < dim; i++) {
        const char *q = isg_decimal_parse(p + 1, e, &row[i]);
        if (q == p + 1 || (q < e && !blank(*q))) {
            l->state = NO_NUMBER;
            l->word_n = (uint32_t)(p + 1 - s);
            return;
        }
        p = q;
    }
    if (ends_in_value(s, s + l->word_n))
        l->state = TOO_MANY;
}

static void parse_line(struct line *l, const char *block, size_t dim, float *row)
{
    const char *const s = block + l->start, *const e = block + l->end;
    l->state = GOOD;
    l->zero = false;
    if (s == e) {
        l->state = EMPTY;
        return;
    }
    const char *p = s;
    while (p < e && !blank(*p))
        p++;
    l->word_n = (uint32_t)(p - s);
    size_t i = 0;
    for (; i < dim && p < e; i++) {
        const char *q = isg_decimal_parse(p + 1, e, &row[i]);
        if (q == p + 1 || (q < e && !blank(*q)))
            break;
        p = q;
    }
    if (i < dim || p != e)
        parse_line_from_right(l, s, e, dim, row);
    if (l->state == GOOD && !isg_row_is_finite(row, dim, &l->zero))
        l->state = NOT_FINITE;
}

/* Fills t->next behind the `carry` bytes already there. */
static void read_next(struct text *t)
{
    size_t got = 0;
    t->read_status = isg_reader_read(t->r, t->next.bytes + t->next.n, t->next.cap - t->next.n, &got, &t->read_error);
    t->ended = t->read_status != ISG_OK || got < t->next.cap - t->next.n;
    t->next.n += got;
}

static void work(void *cookie, size_t i, unsigned worker)
{
    (void)worker;
    struct text *t = cookie;
    if (i == 0) {
        if (!t->ended)
            read_next(t);
        return;
    }
    const size_t first = (i - 1) * CHUNK;
    const size_t last = first + CHUNK < t->n_lines ? first + CHUNK : t->n_lines;
    for (size_t k = first; k < last; k++)
        parse_line(&t->lines[k], t->now.bytes, t->dim, isg_mat_row(t->b->v->m, t->n_rows + k));
}

static bool block_reserve(struct block *k, size_t cap)
{
    if (cap <= k->cap)
        return true;
    char *bytes = isg_realloc(k->bytes, k->n, cap + ISG_DECIMAL_PAD, 1);
    if (!bytes)
        return false;
    k->bytes = bytes;
    k->cap = cap;
    return true;
}

/* Splits the block into lines and moves what follows the last LF to the start of t->next. */
static enum isg_status split_lines(struct text *t, struct isg_error *err)
{
    t->n_lines = 0;
    const char *const base = t->now.bytes;
    size_t at = 0;
    memset(t->now.bytes + t->now.n, 0, ISG_DECIMAL_PAD);
    while (at < t->now.n) {
        const char *lf = memchr(base + at, '\n', t->now.n - at);
        if (!lf && (!t->ended || t->read_status != ISG_OK))
            break;
        const size_t stop = lf ? (size_t)(lf - base) : t->now.n;
        size_t end = stop;
        while (end > at && (blank(base[end - 1]) || base[end - 1] == '\r'))
            end--;
        if (!ISG_GROW(t->lines, t->cap_lines, t->n_lines + 1))
            return isg_error_nomem(err, "lines of a vector file");
        t->lines[t->n_lines++] = (struct line){.start = (uint32_t)at, .end = (uint32_t)end};
        at = stop + 1;
    }
    const size_t carry = at < t->now.n ? t->now.n - at : 0;
    const size_t want = t->n_lines > 0 ? carry + BLOCK : 2 * t->now.cap;
    if (want > max_block)
        return isg_error_set(
            err, ISG_EDATA, t->b->path, t->line_number + t->n_lines + 1, "a line of more than 512 MiB");
    t->next.n = 0;
    if (!block_reserve(&t->next, want))
        return isg_error_nomem(err, "a block of a vector file");
    if (carry)
        memcpy(t->next.bytes, base + at, carry);
    t->next.n = carry;
    return ISG_OK;
}

/* The text of a faulty field, made printable. */
static void excerpt(char out[32], const char *s, const char *e)
{
    size_t n = 0;
    for (; s < e && !blank(*s) && n < 31; s++)
        out[n++] = *s >= ' ' && *s <= '~' ? *s : '?';
    out[n] = 0;
}

static enum isg_status line_error(const struct text *t, size_t i, struct isg_error *err)
{
    const struct line *l = &t->lines[i];
    const char *const s = t->now.bytes + l->start, *const e = t->now.bytes + l->end;
    const uint64_t number = t->line_number + i + 1;
    char text[32];
    switch ((enum line_state)l->state) {
    case TOO_FEW:
        (void)isg_error_set(err, ISG_EDATA, t->b->path, number, "%u values", l->word_n);
        break;
    case TOO_MANY: {
        size_t n = t->dim;
        for (const char *w = s + l->word_n; ends_in_value(s, w); w--, n++)
            w = field_before(s, w);
        (void)isg_error_set(err, ISG_EDATA, t->b->path, number, "%zu values", n);
        break;
    }
    case NO_NUMBER:
        excerpt(text, s + l->word_n, e);
        (void)isg_error_set(err, ISG_EDATA, t->b->path, number, "\"%s\" is not a number", text);
        break;
    case NOT_FINITE:
        (void)isg_error_set(err, ISG_EDATA, t->b->path, number, "a value is infinite");
        break;
    case EMPTY:
    case GOOD:
        (void)isg_error_set(err, ISG_EDATA, t->b->path, number, "an empty line");
        break;
    }
    return isg_error_expected(err, "a word and %zu finite values", t->dim);
}

/* Puts the parsed lines in, in order; *full = max_vocab is reached. */
static enum isg_status take_lines(struct text *t, bool *full, struct isg_error *err)
{
    struct isg_vectors_build *b = t->b;
    const struct isg_mat m = b->v->m;
    const size_t first_row = t->n_rows;
    for (size_t i = 0; i < t->n_lines && !*full; i++) {
        const struct line *l = &t->lines[i];
        const uint64_t number = t->line_number + i + 1;
        if (l->state == EMPTY) {
            t->empty_line = t->empty_line ? t->empty_line : number;
            continue;
        }
        if (t->empty_line) {
            (void)isg_error_set(err, ISG_EDATA, b->path, t->empty_line, "an empty line");
            return isg_error_expected(err, "a word and %zu finite values", t->dim);
        }
        if (l->state != GOOD)
            return line_error(t, i, err);
        bool keep;
        b->report->rows_read++;
        ISG_TRY(isg_vectors_add_word(b, t->now.bytes + l->start, l->word_n, number, &keep, err));
        if (!keep)
            continue;
        if (t->n_rows != first_row + i)
            memcpy(isg_mat_row(m, t->n_rows), isg_mat_row(m, first_row + i), t->dim * sizeof(float));
        t->n_rows++;
        b->report->zero_rows += l->zero;
        *full = b->opts.max_vocab && t->n_rows == b->opts.max_vocab;
    }
    t->line_number += t->n_lines;
    return ISG_OK;
}

/* How many fields at the end of a line are numbers, with one left for the word. */
static size_t count_values(const char *s, const char *e)
{
    size_t n = 0;
    for (const char *f; (f = field_before(s, e)) > s; e = f - 1, n++) {
        float x;
        if (isg_parse_float(f, e, &x) != e || f == e)
            break;
    }
    return n;
}

/* The commonest count wins, so that one faulty row is reported where it is; the first among equals. */
static size_t commonest(const size_t *counts, size_t n)
{
    size_t best = 0, found = 0;
    for (size_t i = 0; i < n; i++) {
        size_t votes = 0;
        for (size_t k = 0; k < n; k++)
            votes += counts[k] == counts[i];
        if (votes > best) {
            best = votes;
            found = counts[i];
        }
    }
    return found;
}

static enum isg_status wrong_header(const struct text *t, size_t found, uint64_t dim, struct isg_error *err)
{
    (void)isg_error_set(err, ISG_EDATA, t->b->path, 2, "%zu values", found);
    (void)isg_error_expected(err, "a word and %llu finite values, as the header says", (unsigned long long)dim);
    return isg_error_advice(err, "correct the header");
}

/* Header and number of values from the first lines. */
static enum isg_status sniff(struct text *t, const char *bytes, size_t n, struct isg_error *err)
{
    size_t counts[SNIFFED_LINES], n_counts = 0;
    uint64_t rows = 0, header_dim = 0;
    const char *s = bytes, *const stop = bytes + n;
    size_t header_bytes = 0;
    for (int line = 0; line <= SNIFFED_LINES && s < stop; line++) {
        const char *lf = memchr(s, '\n', (size_t)(stop - s));
        if (!lf && n_counts > 0 && !t->ended)
            break;
        const char *e = lf ? lf : stop;
        while (e > s && (blank(e[-1]) || e[-1] == '\r'))
            e--;
        if (line == 0 && isg_vectors_header(s, (size_t)(e - s), &rows, &header_dim))
            header_bytes = (size_t)((lf ? lf + 1 : stop) - bytes);
        else if (n_counts < SNIFFED_LINES)
            counts[n_counts++] = count_values(s, e);
        s = lf ? lf + 1 : stop;
    }
    /* "12 7" is a header unless all that follows looks like one-dimensional vectors too */
    if (header_bytes && n_counts > 0 && header_dim != 1 && counts[0] == 1) {
        bool one = true;
        for (size_t i = 0; i < n_counts; i++)
            one &= counts[i] == 1;
        if (one)
            header_bytes = 0;
    }
    t->dim = commonest(counts, n_counts);
    if (header_bytes) {
        /* with fewer values the rows are reported one by one; more would become part of the words */
        if (t->dim > header_dim)
            return wrong_header(t, t->dim, header_dim, err);
        t->dim = header_dim;
        t->header_rows = rows;
    }
    t->b->report->header = header_bytes > 0;
    if (t->dim == 0 || t->dim > 1u << 20) {
        (void)isg_error_set(err, ISG_EDATA, t->b->path, 1, "no vectors: the first lines hold no values");
        return isg_error_expected(err, "lines of a word and its numbers, or a known binary format");
    }
    if (header_bytes) {
        size_t got;
        char *line;
        ISG_TRY(isg_reader_line(t->r, &line, &got, err));
        t->line_number = 1;
    }
    return ISG_OK;
}

static enum isg_status load(struct text *t, struct isg_error *err)
{
    struct isg_vectors_build *b = t->b;
    const char *bytes;
    size_t got;
    ISG_TRY(isg_reader_peek(t->r, &bytes, BLOCK, &got, err));
    if (got >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) { /* byte order mark */
        char bom[3];
        ISG_TRY(isg_reader_read(t->r, bom, 3, &got, err));
        ISG_TRY(isg_reader_peek(t->r, &bytes, BLOCK, &got, err));
    }
    t->ended = got < BLOCK;
    ISG_TRY(sniff(t, bytes, got, err));
    t->ended = false;
    b->v->m.cols = b->v->m.stride = t->dim;
    if (t->header_rows) {
        /* a header may lie: no more room than the file can fill (a value takes two bytes, gzip gains a factor
         * of 4) */
        uint64_t done, total;
        isg_reader_position(t->r, &done, &total);
        const uint64_t fit = (isg_reader_packing(t->r) ? 4 : 1) * total / (2 * t->dim + 1) + 1;
        uint64_t rows = t->header_rows < fit ? t->header_rows : fit;
        if (b->opts.max_vocab && rows > b->opts.max_vocab)
            rows = b->opts.max_vocab;
        ISG_TRY(isg_vectors_reserve(b->v, rows, b->path, err));
    }
    if (!block_reserve(&t->next, BLOCK))
        return isg_error_nomem(err, "a block of a vector file");
    read_next(t);
    for (bool full = false;;) {
        const struct block swap = t->now;
        t->now = t->next;
        t->next = swap;
        if (!t->next.bytes && !block_reserve(&t->next, BLOCK))
            return isg_error_nomem(err, "a block of a vector file");
        const bool last = t->ended;
        ISG_TRY(split_lines(t, err));
        ISG_TRY(isg_vectors_reserve(b->v, t->n_rows + t->n_lines, b->path, err));
        isg_pool_run(b->env->pool, 1 + (t->n_lines + CHUNK - 1) / CHUNK, work, t);
        ISG_TRY(take_lines(t, &full, err));
        if (full || last) {
            b->report->complete = last && !full;
            break;
        }
        uint64_t done, total;
        isg_reader_position(t->r, &done, &total);
        ISG_TRY(isg_progress(b->env, "reading vectors", done, total, err));
    }
    if (b->report->complete && t->read_status != ISG_OK) {
        *err = t->read_error;
        err->line = t->line_number + 1;
        return t->read_status;
    }
    b->v->m.rows = t->n_rows;
    b->report->rows_in_file = t->header_rows ? t->header_rows : b->report->rows_read;
    return ISG_OK;
}

enum isg_status isg_vectors_load_text(struct isg_vectors_build *b, struct isg_reader *r, struct isg_error *err)
{
    struct text t = {.b = b, .r = r};
    const enum isg_status status = load(&t, err);
    isg_free(t.now.bytes);
    isg_free(t.next.bytes);
    isg_free(t.lines);
    return status;
}
