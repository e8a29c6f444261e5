/* Gazetteers, and the list of a model's features. */
#include "ner/data/feature.h"

#include <string.h>

struct isg_ner_gazetteer {
    struct isg_names *names;
    struct isg_strtab *starts; /* every beginning of a name, words separated by a space */
    ISG_ARRAY(uint32_t) type;  /* of each beginning; ISG_NO_ID = not a whole name */
    uint32_t n_names;          /* different ones */
};

void isg_ner_gazetteer_free(struct isg_ner_gazetteer *g)
{
    if (!g)
        return;
    isg_names_free(g->names);
    isg_strtab_free(g->starts);
    ISG_ARRAY_FREE(g->type);
    isg_free(g);
}

static enum isg_status add_name(
    struct isg_ner_gazetteer *g, const char *name, size_t n, uint32_t type, struct isg_error *err)
{
    uint32_t id = 0;
    bool is_new;
    for (size_t at = 0; at < n; at++) {
        if (at + 1 < n && name[at + 1] != ' ')
            continue;
        ISG_TRY(isg_strtab_add(g->starts, name, at + 1, &id, &is_new, err));
        if (is_new && !ISG_PUSH(g->type, ISG_NO_ID))
            return isg_error_nomem(err, "a gazetteer");
    }
    if (g->type.v[id] == ISG_NO_ID) {
        g->type.v[id] = type;
        g->n_names++;
    }
    return ISG_OK;
}

/* Takes `names`, in any case. */
static enum isg_status build(struct isg_ner_gazetteer **out, struct isg_names *names, struct isg_error *err)
{
    struct isg_ner_gazetteer *const g = isg_calloc(1, sizeof *g);
    *out = NULL;
    if (!g) {
        isg_names_free(names);
        return isg_error_nomem(err, "a gazetteer");
    }
    g->names = names;
    g->starts = isg_strtab_new();
    enum isg_status status = g->starts ? ISG_OK : isg_error_nomem(err, "a gazetteer");
    for (size_t i = 0; i < isg_names_count(names) && status == ISG_OK; i++) {
        size_t n;
        uint32_t type;
        const char *const name = isg_names_get(names, i, &n, &type);
        status = add_name(g, name, n, type, err);
    }
    if (status == ISG_OK)
        *out = g;
    else
        isg_ner_gazetteer_free(g);
    return status;
}

enum isg_status isg_ner_gazetteer_load(
    struct isg_ner_gazetteer **out, const char *path, const struct isg_env *env, struct isg_error *err)
{
    struct isg_names *names;
    *out = NULL;
    ISG_TRY(isg_names_load(&names, path, false, env, err));
    return build(out, names, err);
}

enum isg_status isg_ner_gazetteer_parse(
    struct isg_ner_gazetteer **out, const char *text, size_t n, const char *path, struct isg_error *err)
{
    struct isg_names *names;
    *out = NULL;
    ISG_TRY(isg_names_parse(&names, text, n, path, err));
    return build(out, names, err);
}

const char *isg_ner_gazetteer_text(const struct isg_ner_gazetteer *g, size_t *n)
{
    return isg_names_text(g->names, n);
}

uint32_t isg_ner_gazetteer_size(const struct isg_ner_gazetteer *g)
{
    return g->n_names;
}

uint32_t isg_ner_gazetteer_types(const struct isg_ner_gazetteer *g)
{
    return isg_names_types(g->names);
}

enum isg_status isg_ner_gazetteer_match(const struct isg_ner_gazetteer *g, const struct isg_ner_word *words, uint32_t n,
    uint32_t *out, size_t stride, struct isg_error *err)
{
    ISG_ARRAY(char) key = {0};
    enum isg_status status = ISG_OK;
    for (uint32_t i = 0; i < n;) {
        uint32_t length = 0, type = 0;
        key.n = 0;
        for (uint32_t j = i; j < n; j++) {
            if ((j > i && !ISG_PUSH(key, ' ')) || !ISG_APPEND(key, words[j].s, words[j].n)) {
                status = isg_error_nomem(err, "a name");
                goto out;
            }
            const uint32_t id = isg_strtab_find(g->starts, key.v, key.n);
            if (id == ISG_NO_ID)
                break;
            if (g->type.v[id] != ISG_NO_ID) {
                length = j - i + 1;
                type = g->type.v[id];
            }
        }
        for (uint32_t k = 0; k < length; k++)
            out[(i + k) * stride] = 1 + 2 * type + (k > 0);
        if (!length)
            out[i * stride] = 0;
        i += length ? length : 1;
    }
out:
    ISG_ARRAY_FREE(key);
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
