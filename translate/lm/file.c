/* Language model files: a safetensors container, checked and memory-mapped as a whole, or ARPA. */
#include "translate/lm/arpa.h"
#include "translate/lm/private.h"
#include <string.h>

static enum isg_status make_vocabulary(
    const struct isg_lm *lm, struct isg_keytab *t, char **text, size_t *text_n, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    ISG_ARRAY(char) all = {0};
    for (uint32_t id = 0; id < lm->n_words; id++) {
        size_t n;
        const char *s = isg_strtab_key(lm->words, id, &n);
        struct isg_lm_value *v;
        ISG_GOTO(isg_lm_table_put(t, isg_lm_hash_word(s, n), &v, err));
        memcpy(&v->p, &id, sizeof id);
        if (!ISG_APPEND(all, s, n + 1))
            ISG_GOTO(isg_error_nomem(err, "the words of a language model"));
    }
out:
    *text = all.v; /* the caller frees it */
    *text_n = all.n;
    return status;
}

static enum isg_status save_binary(const struct isg_lm *lm, const char *path, bool force, struct isg_error *err)
{
    if (!lm->words)
        return isg_error_set(err, ISG_EUSAGE, path, 0, "the model is already a binary file");
    struct isg_keytab vocabulary = {0};
    char *text = NULL;
    size_t text_n;
    struct isg_tensor t[4 + 2 * ISG_LM_MAX_ORDER];
    char names[2 * ISG_LM_MAX_ORDER][24], order[12];
    size_t k = 0;
    enum isg_status status = make_vocabulary(lm, &vocabulary, &text, &text_n, err);
    if (status == ISG_OK) {
        t[k++] = (struct isg_tensor){"words", ISG_U8, 1, {text_n}, text};
        t[k++] = (struct isg_tensor){"vocabulary.keys", ISG_I64, 1, {vocabulary.slots}, vocabulary.keys};
        t[k++] = (struct isg_tensor){"vocabulary.ids", ISG_F32, 2, {vocabulary.slots, 2}, vocabulary.values};
        t[k++] = (struct isg_tensor){"unigrams", ISG_F32, 2, {lm->n_words, 2}, lm->unigrams.v};
        for (int n = 2; n <= lm->order; n++) {
            (void)snprintf(names[2 * n - 4], sizeof names[0], "%d.keys", n);
            (void)snprintf(names[2 * n - 3], sizeof names[0], "%d.values", n);
            t[k++] = (struct isg_tensor){names[2 * n - 4], ISG_I64, 1, {lm->tables[n].slots}, lm->tables[n].keys};
            t[k++] = (struct isg_tensor){names[2 * n - 3], ISG_F32, 2, {lm->tables[n].slots, 2}, lm->tables[n].values};
        }
        (void)snprintf(order, sizeof order, "%d", lm->order);
        const struct isg_meta meta[] = {{"isogloss", ISG_VERSION}, {"kind", "language-model"}, {"order", order},
            {"lower", lm->lower ? "yes" : "no"}, {"closed", lm->closed ? "yes" : "no"}};
        status = isg_safetensors_save(path, force, t, k, meta, sizeof meta / sizeof *meta, err);
    }
    isg_free(vocabulary.keys);
    isg_free(vocabulary.values);
    isg_free(text);
    return status;
}

/** A table of the file: a power of two of slots, one of them empty at least, or the search would never end. */
static enum isg_status want_table(
    struct isg_lm *lm, const char *keys, const char *values, struct isg_keytab *t, struct isg_error *err)
{
    const struct isg_tensor *k, *v;
    const uint64_t any_length[1] = {0};
    ISG_TRY(isg_safetensors_want(lm->file, keys, ISG_I64, 1, any_length, &k, err));
    const uint64_t shape[2] = {k->shape[0], 2};
    ISG_TRY(isg_safetensors_want(lm->file, values, ISG_F32, 2, shape, &v, err));
    union { /* the mapping is read-only, and so are these uses of it */
        const void *from;
        uint64_t *keys;
        struct isg_lm_value *values;
    } a = {.from = k->data}, b = {.from = v->data};
    *t = (struct isg_keytab){.keys = a.keys, .values = b.values, .slots = k->shape[0]};
    bool empty = t->slots == 0;
    for (uint64_t i = 0; i < t->slots; i++) {
        t->used += t->keys[i] != 0;
        empty |= t->keys[i] == 0;
    }
    if ((t->slots & (t->slots - 1)) != 0 || !empty)
        return isg_error_set(err, ISG_EDATA, isg_safetensors_path(lm->file), 0, "corrupt table \"%s\"", keys);
    return ISG_OK;
}

static enum isg_status load_binary(struct isg_lm *lm, const char *path, struct isg_error *err)
{
    ISG_TRY(isg_safetensors_open(&lm->file, path, err));
    const char *kind = isg_safetensors_meta(lm->file, "kind"), *order = isg_safetensors_meta(lm->file, "order");
    const char *lower = isg_safetensors_meta(lm->file, "lower"), *closed = isg_safetensors_meta(lm->file, "closed");
    if (!kind || strcmp(kind, "language-model") != 0 || !order || order[0] < '1' || order[0] > '0' + ISG_LM_MAX_ORDER ||
        order[1]) {
        (void)isg_error_set(err, ISG_EDATA, path, 0, "not a language model");
        return isg_error_expected(err, "a file made by isogloss translate lm, or ARPA");
    }
    lm->order = order[0] - '0';
    lm->lower = lower && strcmp(lower, "yes") == 0;
    lm->closed = closed && strcmp(closed, "yes") == 0;
    const struct isg_tensor *t;
    const uint64_t any[2] = {0, 2};
    ISG_TRY(isg_safetensors_want(lm->file, "unigrams", ISG_F32, 2, any, &t, err));
    if (t->shape[0] < 3 || t->shape[0] >= ISG_NO_ID)
        return isg_error_set(
            err, ISG_EDATA, path, 0, "a language model of %llu words", (unsigned long long)t->shape[0]);
    union {
        const void *from;
        struct isg_lm_value *values;
    } u = {.from = t->data};
    lm->unigrams.v = u.values;
    lm->n_words = t->shape[0];
    ISG_TRY(want_table(lm, "vocabulary.keys", "vocabulary.ids", &lm->vocabulary, err));
    for (int n = 2; n <= lm->order; n++) {
        char keys[24], values[24];
        (void)snprintf(keys, sizeof keys, "%d.keys", n);
        (void)snprintf(values, sizeof values, "%d.values", n);
        ISG_TRY(want_table(lm, keys, values, &lm->tables[n], err));
    }
    return ISG_OK;
}

static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

enum isg_status isg_lm_save(const struct isg_lm *lm, const char *path, bool force, struct isg_error *err)
{
    return ends_with(path, ".arpa") ? isg_lm_write_arpa(lm, path, force, err) : save_binary(lm, path, force, err);
}

enum isg_status isg_lm_load(struct isg_lm **out, const char *path, const struct isg_env *env, struct isg_error *err)
{
    *out = NULL;
    struct isg_reader *r;
    const char *head = NULL;
    size_t got = 0;
    ISG_TRY(isg_reader_open(&r, path, err));
    isg_reader_watch(r, env, "reading a language model");
    enum isg_status read = isg_reader_peek(r, &head, 9, &got, err);
    /* safetensors: a header's length in eight bytes, and the { of its JSON */
    const bool binary = read == ISG_OK && got >= 9 && head[8] == '{' && head[7] == 0;
    if (read == ISG_OK && !binary)
        read = isg_lm_read_arpa(out, r, env, err);
    isg_reader_close(r);
    if (read != ISG_OK || !binary)
        return read;
    struct isg_lm *lm = isg_calloc(1, sizeof *lm);
    if (!lm)
        return isg_error_nomem(err, "a language model");
    const enum isg_status status = load_binary(lm, path, err);
    if (status != ISG_OK) {
        if (!lm->file)
            isg_free(lm);
        else
            isg_lm_free(lm);
        return status;
    }
    *out = lm;
    return ISG_OK;
}
