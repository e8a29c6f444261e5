/** @file ner/engine/params.c  The parameter table. */
#include "ner/engine/private.h"

struct isg_params {
    struct isg_strtab *names;
    struct isg_param **items;
    size_t n, cap;
    isg_real *block; /**< all values, once sealed */
};
enum { ALIGN = 64 / sizeof(isg_real) };

enum isg_status isg_params_new(struct isg_params **out, struct isg_error *err)
{
    struct isg_params *const p = isg_calloc(1, sizeof *p);
    *out = NULL;
    if (p)
        p->names = isg_strtab_new();
    if (!p || !p->names) {
        isg_free(p);
        return isg_error_nomem(err, "a parameter table");
    }
    *out = p;
    return ISG_OK;
}

void isg_params_free(struct isg_params *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n; i++) {
        struct isg_param *const x = p->items[i];
        isg_free(x->start);
        isg_free(x->state[0]);
        isg_free(x->state[1]);
        isg_free(x->average);
        for (int k = 0; k < ISG_PACK_KINDS; k++)
            isg_free(x->packed->copy[k].x);
        isg_free(x->packed);
        isg_free(x);
    }
    isg_free(p->items);
    isg_free(p->block);
    isg_strtab_free(p->names);
    isg_free(p);
}

enum isg_status isg_params_add(struct isg_params *p, struct isg_param **out, const char *name, uint32_t rows,
    uint32_t cols, bool sparse, struct isg_error *err)
{
    if (p->block)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "parameter %s added to a sealed table", name);
    if (rows == 0 || cols == 0 || (uint64_t)rows * cols > (UINT64_C(1) << 31))
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "parameter %s of %u x %u numbers", name, rows, cols);
    uint32_t id;
    bool is_new;
    if (isg_strtab_find(p->names, name, strlen(name)) != ISG_NO_ID)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "parameter %s added twice", name);
    if (!ISG_GROW(p->items, p->cap, p->n + 1))
        return isg_error_nomem(err, "a parameter");
    ISG_TRY(isg_strtab_add(p->names, name, strlen(name), &id, &is_new, err));
    struct isg_param *const x = isg_calloc(1, sizeof *x);
    if (x)
        x->packed = isg_calloc(1, sizeof *x->packed);
    if (!x || !x->packed) {
        isg_free(x);
        return isg_error_nomem(err, "a parameter");
    }
    x->index = (uint32_t)p->n;
    x->rows = rows;
    x->cols = cols;
    x->sparse = sparse;
    x->lr_scale = 1;
    x->version = 1;
    p->items[p->n++] = x;
    if (out)
        *out = x;
    return ISG_OK;
}

static size_t padded(const struct isg_param *p)
{
    return (isg_param_size(p) + ALIGN - 1) / ALIGN * ALIGN;
}

enum isg_status isg_params_seal(struct isg_params *p, struct isg_error *err)
{
    if (p->block)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "parameter table sealed twice");
    size_t total = ALIGN; /* kernels may read a vector past a bias */
    for (size_t i = 0; i < p->n; i++)
        total += padded(p->items[i]);
    p->block = isg_calloc(total, sizeof *p->block);
    if (!p->block)
        return isg_error_nomem(err, "the parameters of a model");
    size_t at = 0;
    for (size_t i = 0; i < p->n; i++) {
        p->items[i]->value = p->block + at;
        p->items[i]->name = isg_strtab_get(p->names, (uint32_t)i, NULL); /* the table no longer moves */
        at += padded(p->items[i]);
    }
    return ISG_OK;
}

uint32_t isg_params_count(const struct isg_params *p)
{
    return (uint32_t)p->n;
}

struct isg_param *isg_params_at(const struct isg_params *p, uint32_t i)
{
    return p->items[i];
}

struct isg_param *isg_params_find(const struct isg_params *p, const char *name)
{
    const uint32_t id = isg_strtab_find(p->names, name, strlen(name));
    return id == ISG_NO_ID ? NULL : p->items[id];
}

uint64_t isg_params_size(const struct isg_params *p)
{
    uint64_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += isg_param_size(p->items[i]);
    return n;
}

/** One alternative, pattern[0 .. n), against all of name; '*' by backtracking to the last star. */
static bool glob_one(const char *pattern, size_t n, const char *name)
{
    size_t i = 0, star = SIZE_MAX;
    const char *s = name, *mark = NULL;
    while (*s) {
        if (i < n && pattern[i] == '*') {
            star = i++;
            mark = s;
        } else if (i < n && (pattern[i] == '?' || pattern[i] == *s)) {
            i++;
            s++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            s = ++mark;
        } else {
            return false;
        }
    }
    while (i < n && pattern[i] == '*')
        i++;
    return i == n;
}

bool isg_glob(const char *pattern, const char *name)
{
    for (;;) {
        const size_t n = strcspn(pattern, "|");
        if (glob_one(pattern, n, name))
            return true;
        if (!pattern[n])
            return false;
        pattern += n + 1;
    }
}

uint32_t isg_params_each(
    struct isg_params *p, const char *pattern, void (*fn)(void *cookie, struct isg_param *param), void *cookie)
{
    uint32_t found = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (isg_glob(pattern, isg_strtab_get(p->names, (uint32_t)i, NULL))) {
            fn(cookie, p->items[i]);
            found++;
        }
    }
    return found;
}

void isg_param_changed(struct isg_param *p)
{
    p->version++;
}

void isg_param_uniform(struct isg_param *p, isg_real a, uint64_t seed)
{
    struct isg_rng r = isg_rng_stream(seed, p->name, 0);
    for (size_t i = 0; i < isg_param_size(p); i++)
        p->value[i] = a * (2 * (isg_real)isg_rng_float(&r) - 1);
    isg_param_changed(p);
}

void isg_param_xavier(struct isg_param *p, uint64_t seed)
{
    isg_param_uniform(p, ISG_SQRT(ISG_R(6) / (isg_real)(p->rows + p->cols)), seed);
}

void isg_param_fill(struct isg_param *p, isg_real value)
{
    for (size_t i = 0; i < isg_param_size(p); i++)
        p->value[i] = value;
    isg_param_changed(p);
}

enum isg_status isg_param_mark_start(struct isg_params *t, struct isg_param *p, struct isg_error *err)
{
    (void)t;
    if (!p->start) {
        p->start = isg_malloc(isg_param_size(p), sizeof *p->start);
        if (!p->start)
            return isg_error_nomem(err, "the starting point of a parameter");
    }
    memcpy(p->start, p->value, isg_param_size(p) * sizeof *p->start);
    return ISG_OK;
}

void isg_params_swap_average(struct isg_params *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct isg_param *const x = p->items[i];
        if (!x->average)
            continue;
        for (size_t j = 0; j < isg_param_size(x); j++) {
            const isg_real w = x->value[j];
            x->value[j] = x->average[j];
            x->average[j] = w;
        }
        isg_param_changed(x);
    }
}

enum isg_status isg_params_check(const struct isg_params *p, struct isg_error *err)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct isg_param *const x = p->items[i];
        for (size_t j = 0; j < isg_param_size(x); j++)
            if (!isfinite(x->value[j]))
                return isg_error_set(err, ISG_ENUMERIC, NULL, 0, "parameter %s holds %f at row %zu, column %zu",
                    x->name, (double)x->value[j], j / x->cols, j % x->cols);
    }
    return ISG_OK;
}
