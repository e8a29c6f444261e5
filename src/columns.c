/* Labelled text in columns, block by block. */
#include "src/columns.h"
#include "src/array.h"
#include "src/tags.h"
#include "src/utf8.h"

#define MAX_LINE ((size_t)16 << 20)
#define LOOK_AHEAD ((size_t)1 << 20) /* bytes read in search of the first word */

/** Where a line's parts lie while the buffers may still move. */
struct span_of_line {
    size_t text, fields;
};
struct isg_columns_reader {
    struct isg_reader *in;
    struct isg_columns columns; /* in force */
    char *path;
    bool settled;   /* the first word's line was found, and its form is: */
    bool conllu;    /* ten columns of tabs or more, the first a token number */
    bool tagged;    /* a tag where one is wanted, or in the last column */
    uint32_t width; /* columns of a token line; 0 = no line tells */
    bool any_token;
    uint64_t number; /* of the line handed out last */
    /* bytes: line ends and a byte order mark are wanted as they are, which isg_reader_line drops */
    ISG_ARRAY(char) raw;
    size_t raw_at;
    bool raw_end;
    /* the block */
    struct isg_block block;
    ISG_ARRAY(struct span_of_line) places;
    ISG_ARRAY(char) text;
    ISG_ARRAY(struct isg_field) fields;
};

enum isg_status isg_columns_open(
    struct isg_columns_reader **out, const char *path, struct isg_columns columns, struct isg_error *err)
{
    *out = NULL;
    struct isg_columns_reader *r = isg_calloc(1, sizeof *r);
    if (!r || !(r->path = isg_strndup(path, strlen(path)))) {
        isg_free(r);
        return isg_error_nomem(err, "a reader of columns");
    }
    r->columns = columns;
    enum isg_status status = isg_reader_open(&r->in, path, err);
    if (status != ISG_OK) {
        isg_columns_close(r);
        return status;
    }
    *out = r;
    return ISG_OK;
}

void isg_columns_watch(struct isg_columns_reader *r, const struct isg_env *env, const char *stage)
{
    isg_reader_watch(r->in, env, stage);
}

void isg_columns_close(struct isg_columns_reader *r)
{
    if (!r)
        return;
    isg_reader_close(r->in);
    isg_free(r->path);
    ISG_ARRAY_FREE(r->raw);
    isg_free(r->block.lines.v);
    isg_free(r->block.tokens.v);
    ISG_ARRAY_FREE(r->places);
    ISG_ARRAY_FREE(r->text);
    ISG_ARRAY_FREE(r->fields);
    isg_free(r);
}

struct isg_columns isg_columns_effective(const struct isg_columns_reader *r)
{
    return r->columns;
}

uint32_t isg_columns_width(const struct isg_columns_reader *r)
{
    return r->width;
}

void isg_columns_position(const struct isg_columns_reader *r, uint64_t *done, uint64_t *total)
{
    isg_reader_position(r->in, done, total);
}

bool isg_columns_waits(const struct isg_columns_reader *r)
{
    return r->raw_at == r->raw.n && !r->raw_end && isg_reader_waits(r->in);
}

/* More bytes behind those not consumed yet. */
static enum isg_status fill(struct isg_columns_reader *r, struct isg_error *err)
{
    const size_t want = 1 << 16;
    if (r->raw_at > 0) {
        memmove(r->raw.v, r->raw.v + r->raw_at, r->raw.n - r->raw_at);
        r->raw.n -= r->raw_at;
        r->raw_at = 0;
    }
    if (!ISG_RESERVE_MORE(r->raw, want))
        return isg_error_nomem(err, "a line of a labelled file");
    /* what is there, since a pipe's next lines may come after an answer to these */
    const char *bytes;
    size_t held, got = 0;
    ISG_TRY(isg_reader_peek(r->in, &bytes, 1, &held, err));
    ISG_TRY(isg_reader_read(r->in, r->raw.v + r->raw.n, held < want ? held : want, &got, err));
    r->raw.n += got;
    r->raw_end = got == 0;
    return ISG_OK;
}

/* The line that starts `from` bytes after the last one taken; *size counts its end (LF, CRLF or CR), 0 = end of file. */
static enum isg_status find_line(
    struct isg_columns_reader *r, size_t from, struct isg_line *line, size_t *size, struct isg_error *err)
{
    size_t n = 0, end = 0;
    if (!r->raw.v)
        ISG_TRY(fill(r, err));
    for (;;) {
        const char *const s = r->raw.v + r->raw_at + from;
        const size_t left = r->raw.n - r->raw_at - from;
        while (n < left && s[n] != '\n' && s[n] != '\r')
            n++;
        if (n > MAX_LINE) {
            (void)isg_error_set(err, ISG_EDATA, r->path, line->number, "a line of more than 16 MiB");
            return isg_error_expected(err, "columns of text, one token a line");
        }
        end = n == left ? 0 : s[n] == '\r' && n + 1 < left && s[n + 1] == '\n' ? 2 : 1;
        /* a CR at the end of the bytes read may be half a CRLF */
        if (r->raw_end || (end > 0 && (s[n] == '\n' || n + 1 < left)))
            break;
        ISG_TRY(fill(r, err));
    }
    line->text = r->raw.v + r->raw_at + from;
    line->crlf = end > 0 && line->text[n] == '\r';
    line->no_lf = end == 0 || (line->crlf && end == 1);
    *size = n + end;
    if (line->number == 1 && n >= 3 && memcmp(line->text, "\xef\xbb\xbf", 3) == 0) {
        line->bom = true;
        line->text += 3;
        n -= 3;
    }
    line->n = (uint32_t)n;
    return ISG_OK;
}

/* The next line without consuming it; its text is NULL at the end. */
static enum isg_status peek(struct isg_columns_reader *r, struct isg_line *line, size_t *size, struct isg_error *err)
{
    *line = (struct isg_line){.number = r->number + 1};
    ISG_TRY(find_line(r, 0, line, size, err));
    const size_t n = line->n, good = isg_utf8_valid(line->text, n);
    if (good != n) {
        (void)isg_error_set(err, ISG_EDATA, r->path, line->number, "invalid UTF-8 (byte 0x%02x)",
            (unsigned)(unsigned char)line->text[good]);
        return isg_error_advice(err, "convert the file: iconv -f LATIN1 -t UTF-8 (or its real encoding)");
    }
    if (n > 0 && memchr(line->text, 0, n))
        return isg_error_set(err, ISG_EDATA, r->path, line->number, "a zero byte in a line of text");
    return ISG_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_blank_line(const struct isg_line *line)
{
    uint32_t i = 0;
    while (i < line->n && is_blank(line->text[i]))
        i++;
    return i == line->n;
}

static bool is_document(const struct isg_line *line)
{
    static const char mark[] = "-DOCSTART-";
    const size_t n = sizeof mark - 1;
    return line->n >= n && memcmp(line->text, mark, n) == 0 && (line->n == n || is_blank(line->text[n]));
}

/* Splits a line at runs of spaces and tabs (separator ' '), or at each separator; spaces around a field are no part of
 * it. Fields are appended to r->fields without being counted there. */
static enum isg_status split(struct isg_columns_reader *r, struct isg_line *line, char separator, struct isg_error *err)
{
    line->n_fields = 0;
    uint32_t i = 0;
    while (i <= line->n) {
        while (i < line->n && (separator == ' ' ? is_blank(line->text[i]) : line->text[i] == ' '))
            i++;
        if (separator == ' ' && i == line->n)
            break;
        const uint32_t start = i;
        while (i < line->n && (separator == ' ' ? !is_blank(line->text[i]) : line->text[i] != separator))
            i++;
        uint32_t end = i;
        while (end > start && line->text[end - 1] == ' ')
            end--;
        if (!ISG_RESERVE_MORE(r->fields, (size_t)line->n_fields + 1))
            return isg_error_nomem(err, "the columns of a sentence");
        r->fields.v[r->fields.n + line->n_fields++] = (struct isg_field){start, end - start};
        i++;
    }
    line->fields = r->fields.v + r->fields.n;
    return ISG_OK;
}

/** Index of a column counted from either end; -1 where the line has none. */
static int64_t column_index(const struct isg_line *line, int column)
{
    if (column == ISG_NO_COLUMN)
        return -1;
    const int64_t i = column < 0 ? (int64_t)line->n_fields + column : column;
    return i >= 0 && i < line->n_fields ? i : -1;
}

static bool is_tag(const char *tag, size_t n, struct isg_columns c)
{
    const char *type;
    size_t type_n;
    return (c.open_tags && n == 1 && tag[0] == '?') || isg_tag_split(tag, n, &type, &type_n) != 0;
}

/* Is there a tag in the tag column (the last one where no column is to be read)? */
static bool has_tag(const struct isg_line *line, struct isg_columns c)
{
    const int column = c.tag == ISG_NO_COLUMN ? -1 : c.tag;
    size_t n;
    const char *tag = isg_line_field(line, column, &n);
    return tag && column_index(line, column) != column_index(line, c.word) && is_tag(tag, n, c);
}

enum { CONLLU_WIDTH = 10 };

/* The first field of CoNLL-U: a word ("7"), a surface token over several words ("7-8"), an empty node ("7.1"). */
static enum { NO_ID, WORD_ID, OTHER_ID } conllu_id(const struct isg_line *line)
{
    const struct isg_field f = line->fields[0];
    bool other = false;
    for (uint32_t i = 0; i < f.n; i++) {
        const char c = line->text[f.start + i];
        if (c >= '0' && c <= '9')
            continue;
        if (other || i == 0 || i + 1 == f.n || (c != '-' && c != '.'))
            return NO_ID;
        other = true;
    }
    return f.n == 0 ? NO_ID : other ? OTHER_ID : WORD_ID;
}

/* Takes the form of the file from a line. */
static enum isg_status settle_by(struct isg_columns_reader *r, struct isg_line *line, bool *good, struct isg_error *err)
{
    const bool tab = memchr(line->text, '\t', line->n) != NULL, hash = line->text[0] == '#';
    const char separator = r->columns.separator ? r->columns.separator : tab ? '\t' : ' ';
    ISG_TRY(split(r, line, separator, err));
    const bool conllu = separator == '\t' && line->n_fields >= CONLLU_WIDTH && conllu_id(line) != NO_ID;
    const bool tagged = has_tag(line, r->columns);
    *good = conllu ? conllu_id(line) == WORD_ID : !hash || tagged || (line->n_fields == 1 && line->n > 1);
    if (!*good)
        return ISG_OK;
    r->width = line->n_fields;
    r->columns.separator = separator;
    r->tagged = tagged;
    r->conllu = conllu;
    if (conllu && r->columns.word == 0 && (r->columns.tag == -1 || r->columns.tag == ISG_NO_COLUMN)) {
        r->columns.word = 1;
        r->columns.tag = tagged ? r->columns.tag : ISG_NO_COLUMN;
    }
    return ISG_OK;
}

/* Looks ahead for the first line that is a word's for certain, and settles the file's form by it: whether a line that
 * starts with '#' is a comment depends on the columns of the others. A file in which every line starts so is settled by
 * the first that could be a word's. */
static enum isg_status settle(struct isg_columns_reader *r, struct isg_error *err)
{
    for (int hashes = 0; hashes < 2 && !r->width; hashes++) {
        size_t at = 0, size;
        for (uint64_t number = r->number + 1; at < LOOK_AHEAD && !r->width; number++, at += size) {
            struct isg_line line = {.number = number};
            bool good;
            ISG_TRY(find_line(r, at, &line, &size, err));
            if (size == 0)
                break;
            if (!is_blank_line(&line) && !is_document(&line) && (line.text[0] == '#') == (hashes == 1))
                ISG_TRY(settle_by(r, &line, &good, err));
        }
    }
    r->settled = true;
    return ISG_OK;
}

/* A line that starts with '#': a word such as "#wow" or "#", or a comment? */
static bool is_hash_word(const struct isg_columns_reader *r, const struct isg_line *line)
{
    if (r->conllu || line->n_fields != r->width)
        return false;
    if (r->tagged)
        return has_tag(line, r->columns);
    return r->columns.separator == ' ' ? line->n > 1 && !is_blank(line->text[1]) : true;
}

static enum isg_status classify(struct isg_columns_reader *r, struct isg_line *line, struct isg_error *err)
{
    if (is_blank_line(line)) {
        line->kind = ISG_LINE_BLANK;
        return ISG_OK;
    }
    if (!r->width && line->text[0] != '#' && !is_document(line)) { /* after more than LOOK_AHEAD bytes of other lines */
        bool good;
        ISG_TRY(settle_by(r, line, &good, err));
    }
    ISG_TRY(split(r, line, r->columns.separator ? r->columns.separator : ' ', err));
    if (is_document(line))
        line->kind = ISG_LINE_DOCUMENT;
    else if (line->text[0] == '#' && !is_hash_word(r, line))
        line->kind = ISG_LINE_COMMENT;
    else if (r->conllu && line->n_fields >= CONLLU_WIDTH && conllu_id(line) == OTHER_ID)
        line->kind = ISG_LINE_EXTRA;
    else
        line->kind = ISG_LINE_TOKEN;
    if (line->kind == ISG_LINE_COMMENT || line->kind == ISG_LINE_EXTRA) {
        line->fields = NULL;
        line->n_fields = 0;
    }
    return ISG_OK;
}

static enum isg_status check_token(
    const struct isg_columns_reader *r, const struct isg_line *line, struct isg_error *err)
{
    const struct isg_columns c = r->columns;
    const int64_t word = column_index(line, c.word), tag = column_index(line, c.tag);
    bool features = true;
    for (uint32_t k = 0; k < c.n_features; k++)
        features = features && column_index(line, c.features[k]) >= 0;
    if (word < 0 || !features || (c.tag != ISG_NO_COLUMN && (tag < 0 || tag == word))) {
        (void)isg_error_set(err, ISG_EDATA, r->path, line->number, "a line of %u column%s", line->n_fields,
            line->n_fields == 1 ? "" : "s");
        const char *const more = features ? "" : ", and a feature in each column asked for";
        if (c.tag == ISG_NO_COLUMN)
            (void)isg_error_expected(err, "a word in column %d%s", c.word, more);
        else
            (void)isg_error_expected(err, "a word and a tag in columns %d and %d%s", c.word, c.tag, more);
        return isg_error_advice(
            err, "say with --columns which column holds what (counted from 0, or from the end: -1)");
    }
    if (line->n_fields != r->width && !c.ragged && !c.any_tag) {
        (void)isg_error_set(
            err, ISG_EDATA, r->path, line->number, "%u column%s", line->n_fields, line->n_fields == 1 ? "" : "s");
        (void)isg_error_expected(err, "%u, as in the file's first token line", r->width);
        return isg_error_advice(err, "mend the line, or count columns from the front: --columns 0,%d",
            r->width > 1 ? (int)r->width - 1 : 1);
    }
    if (line->fields[word].n == 0)
        return isg_error_set(err, ISG_EDATA, r->path, line->number, "an empty word");
    if (tag < 0 || c.any_tag)
        return ISG_OK;
    const char *text = line->text + line->fields[tag].start;
    const size_t n = line->fields[tag].n;
    if (is_tag(text, n, c))
        return ISG_OK;
    const bool bare = n == 1 || (n == 2 && text[1] == '-');
    (void)isg_error_set(err, ISG_EDATA, r->path, line->number, "the tag \"%.*s\"%s", (int)(n < 80 ? n : 80), text,
        bare ? " without a type" : "");
    (void)isg_error_expected(
        err, "O, B-TYPE or I-TYPE (or E-, S-, M-)%s", c.open_tags ? ", or ? for an unknown tag" : "");
    return isg_error_advice(err, "say with --columns which column holds the tag");
}

/** Copies the line peeked at into the block and consumes its bytes. */
static enum isg_status take(struct isg_columns_reader *r, struct isg_line *line, size_t size, struct isg_error *err)
{
    struct isg_block *b = &r->block;
    if (b->lines.n >= UINT32_MAX)
        return isg_error_set(err, ISG_EDATA, r->path, line->number, "a sentence of more than 4,294,967,295 lines");
    if (!ISG_PUSH(r->places, (struct span_of_line){r->text.n, r->fields.n}) ||
        !ISG_APPEND(r->text, line->text, (size_t)line->n) || !ISG_PUSH(r->text, 0) ||
        (line->kind == ISG_LINE_TOKEN && !ISG_PUSH(b->tokens, (uint32_t)b->lines.n)) || !ISG_PUSH(b->lines, *line))
        return isg_error_nomem(err, "a sentence");
    r->fields.n += line->n_fields;
    r->raw_at += size;
    r->number++;
    return ISG_OK;
}

enum isg_status isg_columns_next(struct isg_columns_reader *r, struct isg_block **block, struct isg_error *err)
{
    struct isg_block *b = &r->block;
    *block = NULL;
    b->lines.n = b->tokens.n = 0;
    r->places.n = r->text.n = r->fields.n = 0;
    bool blank = false;
    if (!r->settled)
        ISG_TRY(settle(r, err));
    for (;;) {
        struct isg_line line;
        size_t size = 0;
        ISG_TRY(peek(r, &line, &size, err));
        if (size == 0)
            break;
        ISG_TRY(classify(r, &line, err));
        if ((blank && line.kind != ISG_LINE_BLANK) || (line.kind == ISG_LINE_DOCUMENT && b->tokens.n > 0))
            break;
        if (line.kind == ISG_LINE_TOKEN) {
            ISG_TRY(check_token(r, &line, err));
            r->any_token = true;
        }
        blank = line.kind == ISG_LINE_BLANK;
        ISG_TRY(take(r, &line, size, err));
        if (blank && b->tokens.n > 0 && isg_columns_waits(r)) /* more blank lines would be a block of their own */
            break;
    }
    if (b->lines.n == 0) {
        if (r->any_token || r->columns.allow_empty)
            return ISG_OK;
        (void)isg_error_set(
            err, ISG_EDATA, r->path, 0, r->number == 0 ? "an empty file" : "no token in the whole file");
        return isg_error_expected(err, "one token a line, a blank line after each sentence");
    }
    for (size_t i = 0; i < b->lines.n; i++) {
        b->lines.v[i].text = r->text.v + r->places.v[i].text;
        b->lines.v[i].fields = b->lines.v[i].n_fields ? r->fields.v + r->places.v[i].fields : NULL;
    }
    *block = b;
    return ISG_OK;
}

const char *isg_line_field(const struct isg_line *line, int column, size_t *n)
{
    const int64_t i = column_index(line, column);
    *n = i < 0 ? 0 : line->fields[i].n;
    return i < 0 ? NULL : line->text + line->fields[i].start;
}

const char *isg_block_word(const struct isg_columns_reader *r, const struct isg_block *b, size_t token, size_t *n)
{
    return isg_line_field(&b->lines.v[b->tokens.v[token]], r->columns.word, n);
}

const char *isg_block_tag(const struct isg_columns_reader *r, const struct isg_block *b, size_t token, size_t *n)
{
    return isg_line_field(&b->lines.v[b->tokens.v[token]], r->columns.tag, n);
}

void isg_line_write_body(const struct isg_line *line, struct isg_writer *w)
{
    if (line->bom)
        isg_writer_write(w, "\xef\xbb\xbf", 3);
    isg_writer_write(w, line->text, line->n);
}

void isg_line_write_end(const struct isg_line *line, struct isg_writer *w)
{
    if (line->crlf)
        isg_writer_write(w, "\r", 1);
    if (!line->no_lf)
        isg_writer_write(w, "\n", 1);
}

void isg_line_write(const struct isg_line *line, struct isg_writer *w)
{
    isg_line_write_body(line, w);
    isg_line_write_end(line, w);
}

void isg_line_write_field(const struct isg_line *line, int column, const char *text, size_t n, struct isg_writer *w)
{
    const int64_t i = column_index(line, column);
    if (i < 0) {
        isg_line_write(line, w);
        return;
    }
    if (line->bom)
        isg_writer_write(w, "\xef\xbb\xbf", 3);
    const size_t end = (size_t)line->fields[i].start + line->fields[i].n;
    isg_writer_write(w, line->text, line->fields[i].start);
    isg_writer_write(w, text, n);
    isg_writer_write(w, line->text + end, line->n - end);
    isg_line_write_end(line, w);
}

/** Index of the column called one of `names` in a list such as "word,_,_,tag", from column `from` on; -1 = not
 * there. */
static int named_column(const char *text, const char *const *names, int from)
{
    int i = 0;
    for (const char *p = text;; p++, i++) {
        const size_t n = strcspn(p, ",");
        for (const char *const *name = names; *name; name++)
            if (i >= from && strlen(*name) == n && memcmp(*name, p, n) == 0)
                return i;
        p += n;
        if (!*p)
            return -1;
    }
}

static bool parse_number(const char **p, int *out)
{
    const char *s = *p;
    const bool minus = *s == '-';
    s += minus;
    int v = 0, digits = 0;
    while (*s >= '0' && *s <= '9' && ++digits < 5)
        v = 10 * v + (*s++ - '0');
    if (digits == 0 || digits > 4 || (minus && v == 0))
        return false;
    *out = minus ? -v : v;
    *p = s;
    return true;
}

enum isg_status isg_columns_parse(struct isg_columns *out, const char *text, struct isg_error *err)
{
    static const char *const words[] = {"word", "form", "token", "text", NULL};
    static const char *const tags[] = {"tag", "ner", "label", NULL}, *const features[] = {"feature", NULL};
    struct isg_columns c = {.word = 0, .tag = ISG_NO_COLUMN};
    const char *p = text;
    bool good;
    if (parse_number(&p, &c.word)) {
        good = *p == 0 || (*p == ',' && (p++, parse_number(&p, &c.tag)) && *p == 0 && c.tag != c.word);
    } else {
        c.word = named_column(text, words, 0);
        const int tag = named_column(text, tags, 0);
        c.tag = tag < 0 ? ISG_NO_COLUMN : tag;
        good = c.word >= 0;
        for (int at = 0; good && (at = named_column(text, features, at)) >= 0; at++) {
            good = c.n_features < ISG_MAX_FEATURES;
            if (good)
                c.features[c.n_features++] = at;
        }
    }
    if (!good) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "columns \"%s\"", text);
        return isg_error_expected(err, "names, as in word,_,_,tag (or word,feature,_,tag), or the numbers of "
                                       "the word and the tag, as in 0,3 or 0,-1");
    }
    c.ragged = c.word >= 0 && c.tag >= 0 && c.tag != ISG_NO_COLUMN;
    *out = c;
    return ISG_OK;
}
