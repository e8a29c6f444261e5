/* Names of the target language by type. */
#include "translate/gazetteer.h"
#include <string.h>

struct isg_gazetteer {
    struct isg_strtab *types, *names;
    uint32_t *type_of; /* by position in the file */
    uint32_t *name_of;
    size_t n, cap_type, cap_name;
};

void isg_gazetteer_free(struct isg_gazetteer *g)
{
    if (!g)
        return;
    isg_strtab_free(g->types);
    isg_strtab_free(g->names);
    isg_free(g->type_of);
    isg_free(g->name_of);
    isg_free(g);
}

static enum isg_status read_lines(
    struct isg_gazetteer *g, struct isg_reader *r, const char *path, struct isg_error *err)
{
    for (;;) {
        char *line;
        size_t n;
        ISG_TRY(isg_reader_line(r, &line, &n, err));
        if (!line)
            break;
        const char *tab = memchr(line, '\t', n);
        if (n == 0 || (line[0] == '#' && !tab))
            continue;
        if (!tab || tab == line || tab + 1 == line + n || isg_utf8_valid(line, n) != n) {
            (void)isg_error_set(err, ISG_EDATA, path, isg_reader_lineno(r), "\"%.*s\"", (int)(n < 60 ? n : 60), line);
            return isg_error_expected(err, "a type, a tab and a name, as in LOC<TAB>Madrid");
        }
        if (!ISG_GROW(g->type_of, g->cap_type, g->n + 1) || !ISG_GROW(g->name_of, g->cap_name, g->n + 1))
            return isg_error_nomem(err, "a gazetteer");
        ISG_TRY(isg_strtab_add(g->types, line, (size_t)(tab - line), &g->type_of[g->n], NULL, err));
        ISG_TRY(isg_strtab_add(g->names, tab + 1, n - (size_t)(tab + 1 - line), &g->name_of[g->n], NULL, err));
        g->n++;
    }
    return g->n > 0 ? ISG_OK : isg_error_set(err, ISG_EDATA, path, 0, "a gazetteer without a name");
}

enum isg_status isg_gazetteer_load(struct isg_gazetteer **out, const char *path, struct isg_error *err)
{
    *out = NULL;
    struct isg_reader *r;
    ISG_TRY(isg_reader_open(&r, path, err));
    struct isg_gazetteer *g = isg_calloc(1, sizeof *g);
    enum isg_status status = ISG_OK;
    if (!g || !(g->types = isg_strtab_new()) || !(g->names = isg_strtab_new()))
        status = isg_error_nomem(err, "a gazetteer");
    if (status == ISG_OK)
        status = read_lines(g, r, path, err);
    isg_reader_close(r);
    if (status != ISG_OK) {
        isg_gazetteer_free(g);
        return status;
    }
    *out = g;
    return ISG_OK;
}

const char *isg_gazetteer_name(
    const struct isg_gazetteer *g, const char *type, size_t type_n, size_t k, size_t *n, size_t *length)
{
    const uint32_t id = isg_strtab_find(g->types, type, type_n);
    const char *name = NULL;
    *n = 0;
    for (size_t i = 0; id != ISG_NO_ID && i < g->n; i++)
        if (g->type_of[i] == id && (*n)++ == k)
            name = isg_strtab_get(g->names, g->name_of[i], length);
    return name;
}
