/* TOML 1.0 (toml.io/en/v1.0.0) but for dates, inline tables and strings of several lines: one pass over the
 * file in memory; everything it makes lives in one arena. */
#include "src/toml.h"
#include "src/reader.h"
#include "src/mem.h"
#include "src/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_BYTES = 1 << 20,
    MAX_DEPTH = 32, /* of arrays in arrays: they are read by recursion */
    MAX_KEYS = 4096 /* of one table: keys are searched one by one */
};
enum { DEFINED = 1, DOTTED = 2, OF_TABLES = 4 }; /* flags of tables and arrays */

struct parser {
    const char *path;
    char *p, *end; /* *end is 0 */
    uint64_t line;
    struct isg_arena *arena;
    struct isg_error *err;
};

static enum isg_status nomem(struct parser *s)
{
    return isg_error_nomem(s->err, "the project file");
}

static enum isg_status fail(struct parser *s, const char *found, const char *expected)
{
    isg_error_set(s->err, ISG_EDATA, s->path, s->line, "%s", found);
    return expected ? isg_error_expected(s->err, "%s", expected) : ISG_EDATA;
}

/* Adds a zeroed item of a kind; earlier pointers to the parent's items become stale. */
static struct isg_toml *add(struct parser *s, struct isg_toml *parent, const char *key, enum isg_toml_kind kind)
{
    const size_t n = parent->n_items;
    if ((n & (n - 1)) == 0) { /* full: the room is always a power of two */
        struct isg_toml *items = isg_arena_alloc(s->arena, n ? 2 * n : 1, sizeof *items);
        if (!items)
            return NULL;
        if (n > 0)
            memcpy(items, parent->items, n * sizeof *items);
        parent->items = items;
    }
    parent->items[n] = (struct isg_toml){.kind = kind, .key = key, .line = s->line, .text = ""};
    parent->n_items++;
    return &parent->items[n];
}

static struct isg_toml *find(struct isg_toml *table, const char *key)
{
    for (size_t i = 0; i < table->n_items; i++)
        if (strcmp(table->items[i].key, key) == 0)
            return &table->items[i];
    return NULL;
}

static void skip_blanks(struct parser *s)
{
    while (*s->p == ' ' || *s->p == '\t')
        s->p++;
}

/* Blanks and a comment, up to the end of the line. */
static enum isg_status skip_comment(struct parser *s)
{
    skip_blanks(s);
    if (*s->p != '#')
        return ISG_OK;
    for (; s->p < s->end && *s->p != '\n'; s->p++)
        if (((unsigned char)*s->p < ' ' && *s->p != '\t' && !(*s->p == '\r' && s->p[1] == '\n')) || *s->p == 0x7f)
            return fail(s, "a control character in a comment", NULL);
    return ISG_OK;
}

/* Takes one end of line; false where there is none. */
static bool take_newline(struct parser *s)
{
    if (*s->p == '\r' && s->p[1] == '\n')
        s->p++;
    if (*s->p != '\n')
        return false;
    s->p++;
    s->line++;
    return true;
}

static enum isg_status expect_line_end(struct parser *s, const char *after)
{
    ISG_TRY(skip_comment(s));
    if (s->p == s->end || take_newline(s))
        return ISG_OK;
    char found[96];
    const size_t rest = strcspn(s->p, "\r\n");
    snprintf(found, sizeof found, "\"%.*s\" after %s", rest < 20 ? (int)rest : 20, s->p, after);
    return fail(s, found, "the end of the line");
}

/* Four or eight hexadecimal digits after \u or \U. */
static enum isg_status parse_code_point(struct parser *s, int digits, char **to)
{
    uint32_t cp = 0;
    for (int i = 0; i < digits; i++, s->p++) {
        const char c = *s->p;
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0)
            return fail(s, "an unfinished \\u escape", "4 hexadecimal digits after \\u or 8 after \\U");
        cp = cp << 4 | (uint32_t)digit;
    }
    if (cp == 0 || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
        return fail(s, "an escape that is not a character", "a Unicode scalar value other than 0");
    *to += isg_utf8_encode(cp, *to);
    return ISG_OK;
}

static enum isg_status parse_escape(struct parser *s, char **to)
{
    static const char from[] = "btnfr\"\\", into[] = "\b\t\n\f\r\"\\";
    const char c = *s->p++;
    if (c == 'u' || c == 'U')
        return parse_code_point(s, c == 'u' ? 4 : 8, to);
    const char *at = c ? strchr(from, c) : NULL;
    if (!at)
        return fail(s, "an unknown escape in a string", "one of \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX");
    *(*to)++ = into[at - from];
    return ISG_OK;
}

/* "basic" or 'literal'; the result is never longer than what was written. */
static enum isg_status parse_string(struct parser *s, const char **out)
{
    const char quote = *s->p;
    if (s->p[1] == quote && s->p[2] == quote)
        return fail(s, "a string of several lines, which project files do not have", "one line");
    char *close = ++s->p;
    while (*close != quote && *close != '\n' && close < s->end)
        close += *close == '\\' && quote == '"' && close + 1 < s->end ? 2 : 1;
    char *to = isg_arena_alloc(s->arena, (size_t)(close - s->p) + 1, 1);
    if (!to)
        return nomem(s);
    *out = to;
    for (;;) {
        const char c = *s->p;
        if (c == quote)
            break;
        if (s->p >= s->end || c == '\n' || (c == '\r' && s->p[1] == '\n'))
            return fail(s, "a string without its end", quote == '"' ? "\" on the same line" : "' on the same line");
        if (((unsigned char)c < ' ' && c != '\t') || c == 0x7f)
            return fail(s, "a control character in a string", "an escape such as \\n");
        s->p++;
        if (c == '\\' && quote == '"')
            ISG_TRY(parse_escape(s, &to));
        else
            *to++ = c;
    }
    s->p++;
    *to = 0;
    return ISG_OK;
}

static bool is_bare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static enum isg_status copy(struct parser *s, const char *from, size_t n, const char **out)
{
    char *to = isg_arena_alloc(s->arena, n + 1, 1);
    if (!to)
        return nomem(s);
    memcpy(to, from, n);
    to[n] = 0;
    *out = to;
    return ISG_OK;
}

static enum isg_status parse_key(struct parser *s, const char **key)
{
    skip_blanks(s);
    if (*s->p == '"' || *s->p == '\'')
        return parse_string(s, key);
    const char *start = s->p;
    while (is_bare(*s->p))
        s->p++;
    if (s->p == start)
        return fail(s, "no key", "a name of letters, digits, - and _, or a string");
    return copy(s, start, (size_t)(s->p - start), key);
}

/* Takes a dot between the parts of a key. */
static bool take_dot(struct parser *s)
{
    skip_blanks(s);
    if (*s->p != '.')
        return false;
    s->p++;
    return true;
}

static enum isg_status duplicate(struct parser *s, const struct isg_toml *first)
{
    char found[160];
    snprintf(found, sizeof found, "\"%.80s\" a second time (first on line %llu)", first->key,
        (unsigned long long)first->line);
    return fail(s, found, NULL);
}

static enum isg_status new_member(
    struct parser *s, struct isg_toml *table, const char *key, enum isg_toml_kind kind, struct isg_toml **out)
{
    if (table->n_items >= MAX_KEYS)
        return fail(s, "more than 4096 keys in one table", NULL);
    *out = add(s, table, key, kind);
    return *out ? ISG_OK : nomem(s);
}

/* Number without underscores; dates and words end up here too. */
static enum isg_status parse_number(struct parser *s, struct isg_toml *v)
{
    const size_t n = strcspn(s->p, " \t\r\n,#]");
    ISG_TRY(copy(s, s->p, n, &v->text));
    char digits[64];
    size_t k = 0;
    bool good = n > 0 && n < sizeof digits, real = false;
    const size_t sign = v->text[0] == '+' || v->text[0] == '-';
    const bool based = !sign && v->text[0] == '0' && v->text[1] && strchr("xob", v->text[1]);
    for (size_t i = 0; good && i < n; i++) {
        const char c = v->text[i];
        const bool digit = based && v->text[1] == 'x' ? strchr("0123456789abcdefABCDEF", c) != NULL
                                                      : c >= '0' && c <= '9';
        if (c == '_') /* between two digits alone */
            good = i > sign && i + 1 < n && is_bare(v->text[i - 1]) && is_bare(v->text[i + 1]) &&
                   v->text[i - 1] != '_' && v->text[i + 1] != '_' && !(based && i == 2);
        else if (!digit && !based && strchr(".eE", c))
            real = true;
        else if (!digit)
            good = (i == 0 && sign) || (based && i == 1) || (real && strchr("+-", c) && strchr("eE", v->text[i - 1]));
        if (c != '_' && !(based && i < 2))
            digits[k++] = c;
    }
    digits[good ? k : 0] = 0;
    const char *first = digits + sign;
    /* no "01", ".5" or "5." */
    if (!good || *first < '0' || (!based && (*first > '9' || (*first == '0' && first[1] >= '0' && first[1] <= '9'))))
        good = false;
    const char *dot = real ? strchr(digits, '.') : NULL;
    if (dot && (dot[1] < '0' || dot[1] > '9'))
        good = false;
    if (!good) {
        char found[96];
        snprintf(found, sizeof found, "%.40s, which is no value", n ? v->text : "nothing");
        return fail(s, found, "a string in quotes, a number, true, false or [an array]");
    }
    char *end;
    errno = 0;
    if (real) {
        v->kind = ISG_TOML_FLOAT;
        v->number = strtod(digits, &end);
        if (!isfinite(v->number))
            errno = ERANGE;
        else
            errno = 0; /* a number too small for a double is 0 */
    } else {
        v->kind = ISG_TOML_INTEGER;
        v->integer = strtoll(digits, &end, !based ? 10 : v->text[1] == 'x' ? 16 : v->text[1] == 'o' ? 8 : 2);
        v->number = (double)v->integer;
    }
    if (*end || errno)
        return fail(s,
            real ? "a number out of range" : "a malformed whole number, or one that does not fit into 64 bits", NULL);
    s->p += n;
    return ISG_OK;
}

static enum isg_status parse_value(struct parser *s, struct isg_toml *v, int depth);

static enum isg_status skip_lines(struct parser *s)
{
    do
        ISG_TRY(skip_comment(s));
    while (take_newline(s));
    return ISG_OK;
}

static enum isg_status parse_array(struct parser *s, struct isg_toml *v, int depth)
{
    v->kind = ISG_TOML_ARRAY;
    if (depth >= MAX_DEPTH)
        return fail(s, "arrays nested more than 32 deep", NULL);
    s->p++;
    for (;;) {
        ISG_TRY(skip_lines(s));
        if (*s->p == ']')
            break;
        struct isg_toml *item = add(s, v, NULL, ISG_TOML_STRING);
        if (!item)
            return nomem(s);
        ISG_TRY(parse_value(s, item, depth + 1));
        ISG_TRY(skip_lines(s));
        if (*s->p == ',')
            s->p++;
        else if (*s->p != ']')
            return fail(
                s, s->p < s->end ? "an array that goes on without a comma" : "an array without its end", ", or ]");
    }
    s->p++;
    return ISG_OK;
}

static enum isg_status parse_value(struct parser *s, struct isg_toml *v, int depth)
{
    v->line = s->line;
    if (*s->p == '"' || *s->p == '\'') {
        v->kind = ISG_TOML_STRING;
        return parse_string(s, &v->text);
    }
    if (*s->p == '[')
        return parse_array(s, v, depth);
    if (*s->p == '{')
        return fail(s, "an inline table, which project files do not have", "a [table] of its own");
    const size_t n = strcspn(s->p, " \t\r\n,#]");
    const bool yes = n == 4 && strncmp(s->p, "true", 4) == 0;
    if (!yes && !(n == 5 && strncmp(s->p, "false", 5) == 0))
        return parse_number(s, v);
    v->kind = ISG_TOML_BOOL;
    v->boolean = yes;
    v->text = yes ? "true" : "false";
    s->p += n;
    return ISG_OK;
}

/* key = value, or a.b.key = value */
static enum isg_status parse_member(struct parser *s, struct isg_toml *table)
{
    const char *key;
    ISG_TRY(parse_key(s, &key));
    struct isg_toml *item;
    while (take_dot(s)) {
        item = find(table, key);
        if (item && !(item->kind == ISG_TOML_TABLE && (item->flags & DOTTED)))
            return duplicate(s, item);
        if (!item) {
            ISG_TRY(new_member(s, table, key, ISG_TOML_TABLE, &item));
            item->flags = DEFINED | DOTTED;
        }
        table = item;
        ISG_TRY(parse_key(s, &key));
    }
    if (*s->p != '=')
        return fail(s, "a key without a value", "key = value");
    s->p++;
    skip_blanks(s);
    item = find(table, key);
    if (item)
        return duplicate(s, item);
    ISG_TRY(new_member(s, table, key, ISG_TOML_STRING, &item));
    ISG_TRY(parse_value(s, item, 0));
    return expect_line_end(s, "the value");
}

/* [a.b] or [[a.b]]; *current becomes the table that the next lines fill. */
static enum isg_status parse_header(struct parser *s, struct isg_toml *root, struct isg_toml **current)
{
    s->p++;
    const bool element = *s->p == '[';
    s->p += element;
    struct isg_toml *table = root, *item;
    const char *key;
    ISG_TRY(parse_key(s, &key));
    while (take_dot(s)) {
        item = find(table, key);
        if (!item)
            ISG_TRY(new_member(s, table, key, ISG_TOML_TABLE, &item));
        if (item->kind == ISG_TOML_ARRAY && (item->flags & OF_TABLES))
            item = &item->items[item->n_items - 1];
        else if (item->kind != ISG_TOML_TABLE)
            return duplicate(s, item);
        table = item;
        ISG_TRY(parse_key(s, &key));
    }
    if (s->p[0] != ']' || (element && s->p[1] != ']'))
        return fail(s, "a table's name without its end", element ? "]]" : "]");
    s->p += 1 + element;
    item = find(table, key);
    if (element) {
        if (item && !(item->kind == ISG_TOML_ARRAY && (item->flags & OF_TABLES)))
            return duplicate(s, item);
        if (!item)
            ISG_TRY(new_member(s, table, key, ISG_TOML_ARRAY, &item));
        item->flags = OF_TABLES;
        item = add(s, item, NULL, ISG_TOML_TABLE);
        if (!item)
            return nomem(s);
    } else if (!item) {
        ISG_TRY(new_member(s, table, key, ISG_TOML_TABLE, &item));
    } else if (item->kind != ISG_TOML_TABLE || (item->flags & DEFINED)) {
        return duplicate(s, item);
    }
    item->line = s->line;
    item->flags |= DEFINED;
    *current = item;
    return expect_line_end(s, "the table's name");
}

static enum isg_status parse(struct parser *s, struct isg_toml *root)
{
    struct isg_toml *current = root;
    while (s->p < s->end) {
        ISG_TRY(skip_comment(s));
        if (s->p == s->end || take_newline(s))
            continue;
        if (*s->p == '[')
            ISG_TRY(parse_header(s, root, &current));
        else
            ISG_TRY(parse_member(s, current));
    }
    return ISG_OK;
}

/* The whole file, with a final 0, in the arena. */
static enum isg_status read_all(
    const char *path, struct isg_arena *arena, char **data, size_t *n, struct isg_error *err)
{
    struct isg_reader *reader = NULL;
    ISG_TRY(isg_reader_open(&reader, path, err));
    enum isg_status status = ISG_OK;
    *data = isg_arena_alloc(arena, MAX_BYTES + 2, 1);
    if (!*data)
        status = isg_error_nomem(err, "the project file");
    else
        status = isg_reader_read(reader, *data, MAX_BYTES + 1, n, err);
    isg_reader_close(reader);
    if (status != ISG_OK)
        return status;
    if (*n > MAX_BYTES)
        return isg_error_set(err, ISG_EDATA, path, 0, "more than 1 MiB, which no project file has");
    (*data)[*n] = 0;
    const size_t valid = isg_utf8_valid(*data, *n);
    const char *zero = memchr(*data, 0, *n);
    if (valid == *n && !zero)
        return ISG_OK;
    uint64_t line = 1;
    const char *bad = zero && (size_t)(zero - *data) < valid ? zero : *data + valid;
    for (const char *p = *data; p < bad; p++)
        line += *p == '\n';
    return isg_error_set(err, ISG_EDATA, path, line, bad == zero ? "a zero byte" : "bytes that are not UTF-8");
}

enum isg_status isg_toml_load(struct isg_toml_file *out, const char *path, struct isg_error *err)
{
    *out = (struct isg_toml_file){.root = {.kind = ISG_TOML_TABLE, .text = "", .flags = DEFINED}};
    struct isg_arena *arena = isg_calloc(1, sizeof *arena);
    if (!arena)
        return isg_error_nomem(err, "the project file");
    out->owner = arena;
    char *data;
    size_t n;
    enum isg_status status;
    const char *name = NULL;
    struct parser s = {.path = path, .line = 1, .arena = arena, .err = err};
    ISG_GOTO(copy(&s, path, strlen(path), &name));
    out->path = name;
    ISG_GOTO(read_all(path, arena, &data, &n, err));
    s.p = data;
    s.end = data + n;
    if (n >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0)
        s.p += 3;
    ISG_GOTO(parse(&s, &out->root));
    return ISG_OK;
out:
    isg_toml_fini(out);
    return status;
}

void isg_toml_fini(struct isg_toml_file *f)
{
    if (f->owner)
        isg_arena_fini(f->owner);
    isg_free(f->owner);
    *f = (struct isg_toml_file){0};
}

const struct isg_toml *isg_toml_find(const struct isg_toml *table, const char *key)
{
    for (size_t i = 0; table && table->kind == ISG_TOML_TABLE && i < table->n_items; i++)
        if (strcmp(table->items[i].key, key) == 0)
            return &table->items[i];
    return NULL;
}
