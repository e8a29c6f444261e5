/* Labelled text in columns, block by block. */
#include "src/columns.h"
#include "src/mem.h"
#include "src/tags.h"
#include "src/utf8.h"
#include <string.h>

#define MAX_LINE ((size_t)16 << 20)

/** Where a line's parts lie while the buffers may still move. */
struct span_of_line {
    size_t text, fields;
};
struct isg_columns_reader {
    struct isg_reader *in;
    struct isg_columns columns; /* in force */
    char *path;
    bool settled; /* the first token line was seen */
    bool any_token, ended;
    uint32_t first_fields; /* of the first token line */
    uint64_t number;       /* of the line handed out last */
    /* raw bytes: line ends and a byte order mark are wanted as they are, which isg_reader_line drops */
    char *raw;
    size_t raw_cap, raw_at, raw_n;
    bool raw_end;
    /* the block */
    struct isg_block block;
    struct span_of_line *places;
    size_t cap_places, cap_tokens;
    char *text;
    size_t n_text, cap_text;
    struct isg_field *fields;
    size_t n_fields, cap_fields;
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

void isg_columns_close(struct isg_columns_reader *r)
{
    if (!r)
        return;
    isg_reader_close(r->in);
    isg_free(r->path);
    isg_free(r->raw);
    isg_free(r->block.lines);
    isg_free(r->block.tokens);
    isg_free(r->places);
    isg_free(r->text);
    isg_free(r->fields);
    isg_free(r);
}

struct isg_columns isg_columns_effective(const struct isg_columns_reader *r)
{
    return r->columns;
}

void isg_columns_position(const struct isg_columns_reader *r, uint64_t *done, uint64_t *total)
{
    isg_reader_position(r->in, done, total);
}

/** The next line in r->raw without consuming it; *line NULL at the end. size counts the line's end, n does
 * not. */
static enum isg_status peek(struct isg_columns_reader *r, struct isg_line *line, size_t *size, struct isg_error *err)
{
    size_t scanned = 0;
    char *lf = NULL;
    *line = (struct isg_line){.number = r->number + 1};
    for (;;) {
        lf = r->raw_n > scanned ? memchr(r->raw + r->raw_at + scanned, '\n', r->raw_n - scanned) : NULL;
        if (lf || r->raw_end)
            break;
        scanned = r->raw_n;
        if (r->raw_n > MAX_LINE) {
            (void)isg_error_set(err, ISG_EDATA, r->path, r->number + 1, "a line of more than 16 MiB");
            return isg_error_expected(err, "columns of text, one token a line");
        }
        if (r->raw_at > 0) {
            memmove(r->raw, r->raw + r->raw_at, r->raw_n);
            r->raw_at = 0;
        }
        const size_t want = 1 << 16;
        if (!ISG_GROW(r->raw, r->raw_cap, r->raw_n + want))
            return isg_error_nomem(err, "a line of a labelled file");
        size_t got;
        ISG_TRY(isg_reader_read(r->in, r->raw + r->raw_n, want, &got, err));
        r->raw_n += got;
        r->raw_end = got < want;
    }
    *size = 0;
    if (!lf && r->raw_n == 0)
        return ISG_OK;
    line->text = r->raw + r->raw_at;
    size_t n = lf ? (size_t)(lf - line->text) : r->raw_n;
    *size = lf ? n + 1 : n;
    line->no_lf = !lf;
    if (n > 0 && line->text[n - 1] == '\r') {
        line->crlf = true;
        n--;
    }
    if (line->number == 1 && n >= 3 && memcmp(line->text, "\xef\xbb\xbf", 3) == 0) {
        line->bom = true;
        line->text += 3;
        n -= 3;
    }
    if (n > MAX_LINE)
        return isg_error_set(err, ISG_EDATA, r->path, line->number, "a line of more than 16 MiB");
    line->n = (uint32_t)n;
    if (isg_utf8_valid(line->text, n) != n) {
        const unsigned bad = (unsigned char)line->text[isg_utf8_valid(line->text, n)];
        (void)isg_error_set(err, ISG_EDATA, r->path, line->number, "invalid UTF-8 (byte 0x%02x)", bad);
        return isg_error_advice(err, "convert the file with iconv -f LATIN1 -t UTF-8, or what its encoding is");
    }
    if (memchr(line->text, 0, n))
        return isg_error_set(err, ISG_EDATA, r->path, line->number, "a zero byte in a line of text");
    return ISG_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/** Splits a line at tabs (exactly) or runs of blanks; fields are appended to r->fields. */
static enum isg_status split(struct isg_columns_reader *r, struct isg_line *line, char separator, struct isg_error *err)
{
    line->n_fields = 0;
    uint32_t i = 0;
    while (i <= line->n) {
        if (separator == ' ') {
            while (i < line->n && is_blank(line->text[i]))
                i++;
            if (i == line->n)
                break;
        }
        const uint32_t start = i;
        while (i < line->n && (separator == ' ' ? !is_blank(line->text[i]) : line->text[i] != separator))
            i++;
        if (!ISG_GROW(r->fields, r->cap_fields, r->n_fields + line->n_fields + 1))
            return isg_error_nomem(err, "the columns of a sentence");
        r->fields[r->n_fields + line->n_fields++] = (struct isg_field){start, i - start};
        i++;
    }
    line->fields = r->fields + r->n_fields;
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

static bool field_is_tag(const struct isg_line *line, struct isg_columns c)
{
    size_t n;
    const char *tag = isg_line_field(line, c.tag, &n);
    return tag && column_index(line, c.tag) > 0 && is_tag(tag, n, c);
}

static bool is_conllu(const struct isg_line *line)
{
    if (line->n_fields != 10 || line->fields[0].n == 0)
        return false;
    for (uint32_t i = 0; i < line->fields[0].n; i++)
        if (!strchr("0123456789.-", line->text[line->fields[0].start + i]))
            return false;
    return true;
}

static enum isg_status classify(struct isg_columns_reader *r, struct isg_line *line, struct isg_error *err)
{
    static const char doc[] = "-DOCSTART-";
    uint32_t blanks = 0;
    while (blanks < line->n && is_blank(line->text[blanks]))
        blanks++;
    if (blanks == line->n) {
        line->kind = ISG_LINE_BLANK;
        return ISG_OK;
    }
    const size_t nd = sizeof doc - 1;
    if (line->n >= nd && memcmp(line->text, doc, nd) == 0 && (line->n == nd || is_blank(line->text[nd]))) {
        line->kind = ISG_LINE_DOCUMENT;
    } else {
        line->kind = ISG_LINE_TOKEN;
    }
    const bool tab = memchr(line->text, '\t', line->n) != NULL;
    const char separator = r->columns.separator ? r->columns.separator : tab ? '\t' : ' ';
    ISG_TRY(split(r, line, separator, err));
    if (line->kind == ISG_LINE_DOCUMENT)
        return ISG_OK;
    if (line->text[0] == '#') {
        const bool token = separator == '\t' && r->columns.tag != ISG_NO_COLUMN ? tab
                           : r->columns.tag != ISG_NO_COLUMN                    ? field_is_tag(line, r->columns)
                           : r->settled                                         ? line->n_fields == r->first_fields
                                                                                : tab || line->n_fields == 1;
        if (!token) {
            line->kind = ISG_LINE_COMMENT;
            line->fields = NULL;
            line->n_fields = 0;
            return ISG_OK;
        }
    }
    if (!r->settled) {
        r->settled = true;
        r->columns.separator = separator;
        r->first_fields = line->n_fields;
        if (r->columns.word == 0 && r->columns.tag == -1 && separator == '\t' && is_conllu(line)) {
            r->columns.word = 1;
            if (!field_is_tag(line, r->columns))
                r->columns.tag = ISG_NO_COLUMN;
        }
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
        err, "O, B-TYPE or I-TYPE (or E-, S-, M-)%s", c.open_tags ? ", or ? for a tag that is not known" : "");
    return isg_error_advice(err, "say with --columns which column holds the tag");
}

/** Copies the line peeked at into the block and consumes its bytes. */
static enum isg_status take(struct isg_columns_reader *r, struct isg_line *line, size_t size, struct isg_error *err)
{
    struct isg_block *b = &r->block;
    if (b->n_lines >= UINT32_MAX)
        return isg_error_set(err, ISG_EDATA, r->path, line->number, "a sentence of more than 4,294,967,295 lines");
    if (!ISG_GROW(b->lines, b->cap_lines, b->n_lines + 1) || !ISG_GROW(r->places, r->cap_places, b->n_lines + 1) ||
        !ISG_GROW(r->text, r->cap_text, r->n_text + line->n + 1) ||
        (line->kind == ISG_LINE_TOKEN && !ISG_GROW(b->tokens, r->cap_tokens, b->n_tokens + 1)))
        return isg_error_nomem(err, "a sentence");
    memcpy(r->text + r->n_text, line->text, line->n);
    r->text[r->n_text + line->n] = 0;
    r->places[b->n_lines] = (struct span_of_line){r->n_text, r->n_fields};
    r->n_text += line->n + 1;
    r->n_fields += line->n_fields;
    if (line->kind == ISG_LINE_TOKEN)
        b->tokens[b->n_tokens++] = (uint32_t)b->n_lines;
    b->lines[b->n_lines++] = *line;
    r->raw_at += size;
    r->raw_n -= size;
    r->number++;
    return ISG_OK;
}

enum isg_status isg_columns_next(struct isg_columns_reader *r, struct isg_block **block, struct isg_error *err)
{
    struct isg_block *b = &r->block;
    *block = NULL;
    b->n_lines = b->n_tokens = 0;
    r->n_text = r->n_fields = 0;
    bool blank = false;
    for (;;) {
        struct isg_line line;
        size_t size = 0;
        ISG_TRY(peek(r, &line, &size, err));
        if (size == 0)
            break;
        ISG_TRY(classify(r, &line, err));
        if ((blank && line.kind != ISG_LINE_BLANK) || (line.kind == ISG_LINE_DOCUMENT && b->n_tokens > 0))
            break;
        if (line.kind == ISG_LINE_TOKEN) {
            ISG_TRY(check_token(r, &line, err));
            r->any_token = true;
        }
        blank = line.kind == ISG_LINE_BLANK;
        ISG_TRY(take(r, &line, size, err));
    }
    if (b->n_lines == 0) {
        if (r->any_token || r->columns.allow_empty)
            return ISG_OK;
        (void)isg_error_set(
            err, ISG_EDATA, r->path, 0, r->number == 0 ? "an empty file" : "no token in the whole file");
        return isg_error_expected(err, "one token a line, a blank line after each sentence");
    }
    for (size_t i = 0; i < b->n_lines; i++) {
        b->lines[i].text = r->text + r->places[i].text;
        b->lines[i].fields = b->lines[i].n_fields ? r->fields + r->places[i].fields : NULL;
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
    return isg_line_field(&b->lines[b->tokens[token]], r->columns.word, n);
}

const char *isg_block_tag(const struct isg_columns_reader *r, const struct isg_block *b, size_t token, size_t *n)
{
    return isg_line_field(&b->lines[b->tokens[token]], r->columns.tag, n);
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
    *out = c;
    return ISG_OK;
}
