/* Lists of names by type: one text of canonical lines, and where each name is in it. */
#include "src/names.h"
#include "src/array.h"
#include "src/reader.h"
#include "src/strtab.h"
#include "src/utf8.h"

static const char no_type[] = "NAME", form[] = "a name, a tab and its type, as in New York<TAB>LOC";

struct name {
    size_t at; /* in the text */
    uint32_t n, type;
};
struct isg_names {
    ISG_ARRAY(char) text;
    ISG_ARRAY(struct name) names;
    struct isg_strtab *types;
    uint32_t *by_type; /* numbers of names, grouped by type */
    uint32_t *first;   /* of each type in by_type, and one past the last */
};

void isg_names_free(struct isg_names *names)
{
    if (!names)
        return;
    ISG_ARRAY_FREE(names->text);
    ISG_ARRAY_FREE(names->names);
    isg_strtab_free(names->types);
    isg_free(names->by_type);
    isg_free(names->first);
    isg_free(names);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Appends s with its words separated by single spaces, and `after`. *n = bytes before `after`. */
static bool put_words(struct isg_names *names, const char *s, size_t len, char after, size_t *n)
{
    const size_t start = names->text.n;
    for (size_t i = 0; i < len;) {
        while (i < len && is_blank(s[i]))
            i++;
        const size_t word = i;
        while (i < len && !is_blank(s[i]))
            i++;
        if (i == word)
            break;
        if ((names->text.n > start && !ISG_PUSH(names->text, ' ')) || !ISG_APPEND(names->text, s + word, i - word))
            return false;
    }
    *n = names->text.n - start;
    return ISG_PUSH(names->text, after);
}

static enum isg_status add_line(struct isg_names *names, const char *line, size_t n, bool typed, const char *path,
    uint64_t number, struct isg_error *err)
{
    if (n > UINT32_MAX || isg_utf8_valid(line, n) != n)
        return isg_error_set(err, ISG_EDATA, path, number, n > UINT32_MAX ? "a line of over 4 GiB" : "invalid UTF-8");
    const char *const tab = memchr(line, '\t', n);
    const size_t start = names->text.n, name_n = tab ? (size_t)(tab - line) : n;
    if (!tab && n > 0 && line[0] == '#')
        return ISG_OK;
    size_t kept, type_n;
    if (!put_words(names, line, name_n, '\t', &kept))
        return isg_error_nomem(err, "a list of names");
    const char *const type = tab ? tab + 1 : kept ? no_type : "";
    const bool second = tab && memchr(type, '\t', n - name_n - 1);
    if (!put_words(names, type, tab ? n - name_n - 1 : strlen(type), '\n', &type_n))
        return isg_error_nomem(err, "a list of names");
    if (kept == 0 && type_n == 0) { /* a blank line */
        names->text.n = start;
        return ISG_OK;
    }
    const char *const wrong = kept == 0       ? "a type without a name"
                              : second        ? "a second tab"
                              : type_n == 0   ? "a name without a type"
                              : typed && !tab ? "a name without a type"
                                              : NULL;
    if (wrong) {
        (void)isg_error_set(err, ISG_EDATA, path, number, "\"%.*s\": %s", (int)(n < 60 ? n : 60), line, wrong);
        return isg_error_expected(err, "%s", form);
    }
    struct name name = {start, (uint32_t)kept, 0};
    ISG_TRY(isg_strtab_add(names->types, names->text.v + start + kept + 1, type_n, &name.type, NULL, err));
    if (names->names.n == UINT32_MAX || !ISG_PUSH(names->names, name))
        return isg_error_nomem(err, "a list of names");
    return ISG_OK;
}

static bool looks_like_type(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!((s[i] >= 'A' && s[i] <= 'Z') || (i > 0 && (s[i] == '_' || s[i] == '-' || (s[i] >= '0' && s[i] <= '9')))))
            return false;
    return n > 0;
}

static enum isg_status check_order(const struct isg_names *names, const char *path, struct isg_error *err)
{
    struct isg_strtab *const firsts = isg_strtab_new();
    if (!firsts)
        return isg_error_nomem(err, "a list of names");
    enum isg_status status = ISG_OK;
    const size_t n = names->names.n;
    size_t first_caps = 0, second_caps = 0;
    for (size_t i = 0; i < n; i++) {
        const struct name *const k = &names->names.v[i];
        const char *const s = names->text.v + k->at;
        size_t type_n;
        const char *const type = isg_strtab_get(names->types, k->type, &type_n);
        uint32_t id;
        ISG_GOTO(isg_strtab_add(firsts, s, k->n, &id, NULL, err));
        first_caps += looks_like_type(s, k->n);
        second_caps += looks_like_type(type, type_n);
    }
    const uint32_t n_first = isg_strtab_size(firsts), n_second = isg_strtab_size(names->types);
    if ((n_first < n_second && first_caps >= second_caps) ||
        (n_first == n_second && first_caps == n && second_caps == 0)) {
        size_t len;
        const char *const type = isg_strtab_get(names->types, names->names.v[0].type, &len);
        (void)isg_error_set(err, ISG_EDATA, path, 0,
            "types before names: %u different values in the first column, %u "
            "in the second",
            n_first, n_second);
        (void)isg_error_expected(err, "%s", form);
        status = isg_error_advice(err, "swap the columns: \"%.*s<TAB>%.*s\"", (int)(len < 60 ? len : 60), type,
            (int)(names->names.v[0].n < 60 ? names->names.v[0].n : 60), names->text.v + names->names.v[0].at);
    }
out:
    isg_strtab_free(firsts);
    return status;
}

/* Counting sort by type. */
static enum isg_status group(struct isg_names *names, struct isg_error *err)
{
    const uint32_t n_types = isg_strtab_size(names->types);
    names->by_type = isg_malloc(names->names.n, sizeof *names->by_type);
    names->first = isg_calloc((size_t)n_types + 2, sizeof *names->first);
    if (!names->by_type || !names->first)
        return isg_error_nomem(err, "a list of names");
    uint32_t *const next = names->first + 1; /* shifted by one while filling */
    for (size_t i = 0; i < names->names.n; i++)
        next[names->names.v[i].type + 1]++;
    for (uint32_t t = 0; t < n_types; t++)
        next[t + 1] += next[t];
    for (size_t i = 0; i < names->names.n; i++)
        names->by_type[next[names->names.v[i].type]++] = (uint32_t)i;
    return ISG_OK;
}

static enum isg_status finish(
    struct isg_names *names, bool check, const char *path, struct isg_names **out, struct isg_error *err)
{
    if (names->names.n == 0) {
        (void)isg_error_set(err, ISG_EDATA, path, 0, "a list without a name");
        return isg_error_expected(err, "%s on each line", form);
    }
    if (check)
        ISG_TRY(check_order(names, path, err));
    ISG_TRY(group(names, err));
    *out = names;
    return ISG_OK;
}

static enum isg_status new_names(struct isg_names **out, struct isg_error *err)
{
    struct isg_names *const names = isg_calloc(1, sizeof *names);
    *out = names;
    return names && (names->types = isg_strtab_new()) ? ISG_OK : isg_error_nomem(err, "a list of names");
}

enum isg_status isg_names_load(
    struct isg_names **out, const char *path, bool typed, const struct isg_env *env, struct isg_error *err)
{
    *out = NULL;
    struct isg_reader *in = NULL;
    struct isg_names *names;
    enum isg_status status = ISG_OK;
    ISG_GOTO(new_names(&names, err));
    ISG_GOTO(isg_reader_open(&in, path, err));
    isg_reader_watch(in, env, "reading names");
    for (;;) {
        char *line;
        size_t n;
        ISG_GOTO(isg_reader_line(in, &line, &n, err));
        if (!line)
            break;
        ISG_GOTO(add_line(names, line, n, typed, path, isg_reader_lineno(in), err));
    }
    status = finish(names, true, path, out, err);
out:
    isg_reader_close(in);
    if (status != ISG_OK)
        isg_names_free(names);
    return status;
}

enum isg_status isg_names_parse(
    struct isg_names **out, const char *text, size_t n, const char *path, struct isg_error *err)
{
    *out = NULL;
    struct isg_names *names;
    enum isg_status status = new_names(&names, err);
    uint64_t number = 0;
    for (size_t at = 0; at < n && status == ISG_OK;) {
        const char *const end = memchr(text + at, '\n', n - at);
        const size_t len = end ? (size_t)(end - text) - at : n - at;
        status = add_line(names, text + at, len, false, path, ++number, err);
        at += len + 1;
    }
    if (status == ISG_OK)
        status = finish(names, false, path, out, err);
    if (status != ISG_OK)
        isg_names_free(names);
    return status;
}

size_t isg_names_count(const struct isg_names *names)
{
    return names->names.n;
}

const char *isg_names_get(const struct isg_names *names, size_t i, size_t *n, uint32_t *type)
{
    const struct name k = names->names.v[i];
    *n = k.n;
    *type = k.type;
    return names->text.v + k.at;
}

uint32_t isg_names_types(const struct isg_names *names)
{
    return isg_strtab_size(names->types);
}

const uint32_t *isg_names_of_type(const struct isg_names *names, const char *type, size_t type_n, size_t *n)
{
    const uint32_t id = isg_strtab_find(names->types, type, type_n);
    *n = id == ISG_NO_ID ? 0 : names->first[id + 1] - names->first[id];
    return id == ISG_NO_ID ? NULL : names->by_type + names->first[id];
}

const char *isg_names_text(const struct isg_names *names, size_t *n)
{
    *n = names->text.n;
    return names->text.v;
}
