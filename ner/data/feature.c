/* Gazetteers, and the list of a model's features. */
#include "ner/data/feature.h"

#include <string.h>

struct isg_ner_gazetteer {
    struct isg_strtab *starts; /* every beginning of a name, words joined by a blank */
    uint32_t *type;            /* of each beginning; ISG_NO_ID = not a whole name */
    size_t cap_type;
    struct isg_strtab *types;
    uint32_t n_names;
    char *text;
    size_t n_text, cap_text;
};

void isg_ner_gazetteer_free(struct isg_ner_gazetteer *g)
{
    if (!g)
        return;
    isg_strtab_free(g->starts);
    isg_strtab_free(g->types);
    isg_free(g->type);
    isg_free(g->text);
    isg_free(g);
}

static struct isg_ner_gazetteer *gazetteer_new(void)
{
    struct isg_ner_gazetteer *const g = isg_calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->starts = isg_strtab_new();
    g->types = isg_strtab_new();
    if (g->starts && g->types)
        return g;
    isg_ner_gazetteer_free(g);
    return NULL;
}

static enum isg_status keep_text(
    struct isg_ner_gazetteer *g, const char *s, size_t n, char after, struct isg_error *err)
{
    if (!ISG_GROW(g->text, g->cap_text, g->n_text + n + 1))
        return isg_error_nomem(err, "a gazetteer");
    memcpy(g->text + g->n_text, s, n);
    g->text[g->n_text + n] = after;
    g->n_text += n + 1;
    return ISG_OK;
}

/* A name of words with one blank between them; the text's last line has them so. */
static enum isg_status add_name(
    struct isg_ner_gazetteer *g, const char *name, size_t n, const char *type, size_t type_n, struct isg_error *err)
{
    uint32_t id = 0, type_id;
    bool is_new;
    ISG_TRY(isg_strtab_add(g->types, type, type_n, &type_id, NULL, err));
    for (size_t at = 0; at < n; at++) {
        if (at + 1 < n && name[at + 1] != ' ')
            continue;
        ISG_TRY(isg_strtab_add(g->starts, name, at + 1, &id, &is_new, err));
        if (is_new) {
            if (!ISG_GROW(g->type, g->cap_type, (size_t)id + 1))
                return isg_error_nomem(err, "a gazetteer");
            g->type[id] = ISG_NO_ID;
        }
    }
    if (g->type[id] == ISG_NO_ID) {
        g->type[id] = type_id;
        g->n_names++;
    }
    return ISG_OK;
}

static enum isg_status add_line(
    struct isg_ner_gazetteer *g, const char *line, size_t n, const char *path, uint64_t number, struct isg_error *err)
{
    static const char otherwise[] = "NAME";
    if (isg_utf8_valid(line, n) != n)
        return isg_error_set(err, ISG_EDATA, path, number, "bytes that are no UTF-8");
    const char *const tab = memchr(line, '\t', n);
    const size_t name_n = tab ? (size_t)(tab - line) : n, start = g->n_text;
    for (size_t i = 0; i < name_n;) { /* word by word, so that one blank stands between two */
        while (i < name_n && line[i] == ' ')
            i++;
        size_t end = i;
        while (end < name_n && line[end] != ' ')
            end++;
        if (end > i)
            ISG_TRY(keep_text(g, line + i, end - i, ' ', err));
        i = end;
    }
    if (g->n_text == start) {
        if (!tab)
            return ISG_OK; /* a blank line */
        isg_error_set(err, ISG_EDATA, path, number, "a type without a name");
        return isg_error_expected(err, "a name, a tab and its type, as in New York<TAB>LOC");
    }
    const char *type = tab ? tab + 1 : otherwise;
    const size_t type_n = tab ? n - name_n - 1 : sizeof otherwise - 1;
    if (type_n == 0 || memchr(type, '\t', type_n)) {
        isg_error_set(err, ISG_EDATA, path, number, type_n ? "a second tab" : "a tab without a type after it");
        return isg_error_expected(err, "a name, a tab and its type, as in New York<TAB>LOC");
    }
    g->text[g->n_text - 1] = '\t';
    const size_t kept = g->n_text - 1 - start;
    ISG_TRY(keep_text(g, type, type_n, '\n', err));
    return add_name(g, g->text + start, kept, g->text + start + kept + 1, type_n, err);
}

enum isg_status isg_ner_gazetteer_load(struct isg_ner_gazetteer **out, const char *path, struct isg_error *err)
{
    *out = NULL;
    struct isg_reader *in = NULL;
    struct isg_ner_gazetteer *g = gazetteer_new();
    enum isg_status status = g ? ISG_OK : isg_error_nomem(err, "a gazetteer");
    if (status == ISG_OK)
        status = isg_reader_open(&in, path, err);
    while (status == ISG_OK) {
        char *line;
        size_t n;
        status = isg_reader_line(in, &line, &n, err);
        if (status != ISG_OK || !line)
            break;
        status = add_line(g, line, n, path, isg_reader_lineno(in), err);
    }
    if (status == ISG_OK && g->n_names == 0) {
        isg_error_set(err, ISG_EDATA, path, 0, "no name in the whole file");
        status = isg_error_expected(err, "a name, a tab and its type a line, as in New York<TAB>LOC");
    }
    isg_reader_close(in);
    if (status == ISG_OK)
        *out = g;
    else
        isg_ner_gazetteer_free(g);
    return status;
}

enum isg_status isg_ner_gazetteer_parse(
    struct isg_ner_gazetteer **out, const char *text, size_t n, const char *path, struct isg_error *err)
{
    *out = NULL;
    struct isg_ner_gazetteer *g = gazetteer_new();
    enum isg_status status = g ? ISG_OK : isg_error_nomem(err, "a gazetteer");
    uint64_t number = 0;
    for (size_t at = 0; at < n && status == ISG_OK;) {
        const char *const end = memchr(text + at, '\n', n - at);
        const size_t len = end ? (size_t)(end - text) - at : n - at;
        status = add_line(g, text + at, len, path, ++number, err);
        at += len + 1;
    }
    if (status == ISG_OK && g->n_names == 0)
        status = isg_error_set(err, ISG_EDATA, path, 0, "a gazetteer without a name");
    if (status == ISG_OK)
        *out = g;
    else
        isg_ner_gazetteer_free(g);
    return status;
}

const char *isg_ner_gazetteer_text(const struct isg_ner_gazetteer *g, size_t *n)
{
    *n = g->n_text;
    return g->text;
}

uint32_t isg_ner_gazetteer_size(const struct isg_ner_gazetteer *g)
{
    return g->n_names;
}

uint32_t isg_ner_gazetteer_types(const struct isg_ner_gazetteer *g)
{
    return isg_strtab_size(g->types);
}

enum isg_status isg_ner_gazetteer_match(const struct isg_ner_gazetteer *g, const struct isg_ner_word *words, uint32_t n,
    uint32_t *out, size_t stride, struct isg_error *err)
{
    char *key = NULL;
    size_t cap = 0;
    enum isg_status status = ISG_OK;
    for (uint32_t i = 0; i < n;) {
        uint32_t length = 0, type = 0;
        size_t at = 0;
        for (uint32_t j = i; j < n; j++) {
            if (!ISG_GROW(key, cap, at + words[j].n + 1)) {
                status = isg_error_nomem(err, "a name");
                goto out;
            }
            if (j > i)
                key[at++] = ' ';
            memcpy(key + at, words[j].s, words[j].n);
            at += words[j].n;
            const uint32_t id = isg_strtab_find(g->starts, key, at);
            if (id == ISG_NO_ID)
                break;
            if (g->type[id] != ISG_NO_ID) {
                length = j - i + 1;
                type = g->type[id];
            }
        }
        for (uint32_t k = 0; k < length; k++)
            out[(i + k) * stride] = 1 + 2 * type + (k > 0);
        if (!length)
            out[i * stride] = 0;
        i += length ? length : 1;
    }
out:
    isg_free(key);
    return status;
}

void isg_ner_features_fini(struct isg_ner_features *f)
{
    for (uint32_t k = 0; k < ISG_MAX_FEATURES; k++)
        isg_strtab_free(f->values[k]);
    isg_ner_gazetteer_free(f->gazetteer);
    memset(f, 0, sizeof *f);
}

uint32_t isg_ner_features_rows(const struct isg_ner_features *f, uint32_t k)
{
    return k < f->n_columns ? isg_strtab_size(f->values[k]) : 1 + 2 * isg_ner_gazetteer_types(f->gazetteer);
}
