/* The language model: queries, the binary file. */
#include "translate/lm/lm.h"
#include <math.h>
#include <string.h>

/* ---- tables ---- */

struct isg_lm_value *isg_lm_table_find(const struct isg_lm_table *t, uint64_t key)
{
    if (t->slots == 0)
        return NULL;
    for (uint64_t i = key & (t->slots - 1); t->keys[i]; i = (i + 1) & (t->slots - 1))
        if (t->keys[i] == key)
            return &t->values[i];
    return NULL;
}

static enum isg_status grow(struct isg_lm_table *t, struct isg_error *err)
{
    struct isg_lm_table big = {.slots = t->slots ? 2 * t->slots : 1024, .used = t->used};
    big.keys = isg_calloc(big.slots, sizeof *big.keys);
    big.values = isg_calloc(big.slots, sizeof *big.values);
    if (!big.keys || !big.values) {
        isg_free(big.keys);
        isg_free(big.values);
        return isg_error_nomem(err, "the n-grams of a language model");
    }
    for (uint64_t i = 0; i < t->slots; i++) {
        if (!t->keys[i])
            continue;
        uint64_t j = t->keys[i] & (big.slots - 1);
        while (big.keys[j])
            j = (j + 1) & (big.slots - 1);
        big.keys[j] = t->keys[i];
        big.values[j] = t->values[i];
    }
    isg_free(t->keys);
    isg_free(t->values);
    *t = big;
    return ISG_OK;
}

enum isg_status isg_lm_table_put(struct isg_lm_table *t, uint64_t key, struct isg_lm_value **out, struct isg_error *err)
{
    *out = isg_lm_table_find(t, key);
    if (*out)
        return ISG_OK;
    if (t->used + t->used / 3 >= t->slots)
        ISG_TRY(grow(t, err));
    uint64_t i = key & (t->slots - 1);
    while (t->keys[i])
        i = (i + 1) & (t->slots - 1);
    t->keys[i] = key;
    t->used++;
    *out = &t->values[i];
    return ISG_OK;
}

/* ---- the model ---- */

struct isg_lm *isg_lm_new(int order)
{
    static const char *const marks[] = {"<unk>", "<s>", "</s>"};
    struct isg_lm *lm = isg_calloc(1, sizeof *lm);
    if (!lm)
        return NULL;
    lm->order = order;
    lm->closed = true;
    lm->words = isg_strtab_new();
    struct isg_error ignored;
    for (int i = 0; i < 3; i++) {
        uint32_t id;
        if (!lm->words || isg_lm_add_word(lm, marks[i], strlen(marks[i]), &id, &ignored) != ISG_OK) {
            isg_lm_free(lm);
            return NULL;
        }
    }
    return lm;
}

void isg_lm_free(struct isg_lm *lm)
{
    if (!lm)
        return;
    if (lm->file) {
        isg_safetensors_close(lm->file);
    } else {
        isg_free(lm->unigrams);
        for (int n = 2; n <= ISG_LM_MAX_ORDER; n++) {
            isg_free(lm->tables[n].keys);
            isg_free(lm->tables[n].values);
        }
    }
    for (int n = 0; n <= ISG_LM_MAX_ORDER; n++)
        isg_free(lm->grams[n].words);
    isg_strtab_free(lm->words);
    isg_free(lm);
}

enum isg_status isg_lm_add_word(struct isg_lm *lm, const char *s, size_t n, uint32_t *id, struct isg_error *err)
{
    bool fresh;
    ISG_TRY(isg_strtab_add(lm->words, s, n, id, &fresh, err));
    if (!fresh)
        return ISG_OK;
    if (!ISG_GROW(lm->unigrams, lm->cap_unigrams, (size_t)*id + 1))
        return isg_error_nomem(err, "the words of a language model");
    lm->unigrams[*id] = (struct isg_lm_value){ISG_LM_NEVER, 0.0F};
    lm->n_words = (uint64_t)*id + 1;
    return ISG_OK;
}

int isg_lm_order(const struct isg_lm *lm)
{
    return lm->order;
}

bool isg_lm_lower(const struct isg_lm *lm)
{
    return lm->lower;
}

uint64_t isg_lm_count(const struct isg_lm *lm, int order)
{
    return order == 1 ? lm->n_words : order >= 2 && order <= lm->order ? lm->tables[order].used : 0;
}

/** FNV-1a over the bytes, mixed (never 0). */
static uint64_t hash_word(const char *s, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
    return isg_lm_mix(h) | 1;
}

uint32_t isg_lm_word(const struct isg_lm *lm, const char *s, size_t n)
{
    if (lm->words) {
        const uint32_t id = isg_strtab_find(lm->words, s, n);
        return id == ISG_NO_ID ? ISG_LM_UNK : id;
    }
    const struct isg_lm_value *v = isg_lm_table_find(&lm->vocabulary, hash_word(s, n));
    uint32_t id;
    if (!v)
        return ISG_LM_UNK;
    memcpy(&id, &v->p, sizeof id);
    return id < lm->n_words ? id : ISG_LM_UNK;
}

void isg_lm_empty(struct isg_lm_state *s)
{
    *s = (struct isg_lm_state){0};
}

void isg_lm_begin(const struct isg_lm *lm, struct isg_lm_state *s)
{
    *s = (struct isg_lm_state){
        .n = lm->order > 1, .words = {ISG_LM_START}, .backoff = {lm->unigrams[ISG_LM_START].backoff}};
}

float isg_lm_score(const struct isg_lm *lm, const struct isg_lm_state *in, uint32_t word, struct isg_lm_state *out)
{
    struct isg_lm_state next = {.n = 0};
    uint64_t key = isg_lm_key(word);
    const struct isg_lm_value *v = &lm->unigrams[word];
    float p = v->p;
    uint32_t matched = 1;
    next.words[0] = word;
    next.backoff[0] = v->backoff;
    for (uint32_t i = 0; i < in->n && (int)i + 2 <= lm->order; i++) {
        key = isg_lm_key_add(key, in->words[i]);
        v = isg_lm_table_find(&lm->tables[i + 2], key);
        if (!v && lm->closed)
            break;
        if (v) {
            matched = i + 2;
            p = v->p;
        }
        if ((int)i + 2 < lm->order) {
            next.words[i + 1] = in->words[i];
            next.backoff[i + 1] = v ? v->backoff : 0.0F;
        }
    }
    for (uint32_t i = matched - 1; i < in->n; i++)
        p += in->backoff[i];
    next.n = matched < (uint32_t)lm->order ? matched : (uint32_t)lm->order - 1;
    *out = next;
    return p;
}

/* ---- text ---- */

enum isg_status isg_lm_sentences(const char *path, struct isg_lm_text how, isg_lm_each *each, void *cookie,
    const struct isg_env *env, struct isg_error *err)
{
    struct isg_reader *r;
    ISG_TRY(isg_reader_open(&r, path, err));
    struct isg_tr_token *tokens = NULL;
    size_t cap = 0, n_tokens;
    char *low = NULL;
    enum isg_status status = ISG_OK;
    for (;;) {
        char *line;
        size_t n;
        ISG_GOTO(isg_reader_line(r, &line, &n, err));
        if (!line)
            break;
        if (isg_utf8_valid(line, n) != n) {
            status = isg_error_set(err, ISG_EDATA, path, isg_reader_lineno(r), "invalid UTF-8");
            goto out;
        }
        if (env && isg_reader_lineno(r) % 4096 == 0) {
            uint64_t done, total;
            isg_reader_position(r, &done, &total);
            ISG_GOTO(isg_progress(env, "reading text", done, total, err));
        }
        const char *s = line;
        /* sentences are found by their capitals, so the text is lower-cased after it was cut */
        if (how.tokenised) {
            n_tokens = 0;
            for (size_t i = 0; i < n;) {
                while (i < n && (s[i] == ' ' || s[i] == '\t'))
                    i++;
                const size_t start = i;
                while (i < n && s[i] != ' ' && s[i] != '\t')
                    i++;
                if (i == start)
                    break;
                if (!ISG_GROW(tokens, cap, n_tokens + 1)) {
                    status = isg_error_nomem(err, "the words of a line");
                    goto out;
                }
                tokens[n_tokens++] = (struct isg_tr_token){.s = s + start, .n = (uint32_t)(i - start)};
            }
            if (n_tokens > 0)
                tokens[n_tokens - 1].ends = true;
        } else {
            ISG_GOTO(isg_split_text(s, n, &tokens, &cap, &n_tokens, err));
        }
        if (how.lower) {
            isg_free(low);
            /* each word becomes as many bytes or others: lower the whole line word by word into one buffer */
            size_t size = 0, cap_low = 0;
            low = NULL;
            for (size_t i = 0; i < n_tokens; i++) {
                size_t m;
                char *w = isg_utf8_lower(tokens[i].s, tokens[i].n, &m);
                if (!w || !ISG_GROW(low, cap_low, size + m + 1)) {
                    isg_free(w);
                    status = isg_error_nomem(err, "the words of a line");
                    goto out;
                }
                memcpy(low + size, w, m);
                isg_free(w);
                tokens[i].n = (uint32_t)m;
                size += m;
            }
            size = 0;
            for (size_t i = 0; i < n_tokens; i++) {
                tokens[i].s = low + size;
                size += tokens[i].n;
            }
        }
        for (size_t i = 0, start = 0; i < n_tokens; i++)
            if (tokens[i].ends) {
                ISG_GOTO(each(cookie, tokens + start, i + 1 - start, err));
                start = i + 1;
            }
    }
out:
    isg_free(low);
    isg_free(tokens);
    isg_reader_close(r);
    return status;
}

struct measure {
    const struct isg_lm *lm;
    struct isg_lm_perplexity *out;
};

static enum isg_status measure_sentence(void *cookie, const struct isg_tr_token *words, size_t n, struct isg_error *err)
{
    (void)err;
    struct measure *m = cookie;
    struct isg_lm_state s;
    isg_lm_begin(m->lm, &s);
    for (size_t i = 0; i <= n; i++) {
        const uint32_t id = i < n ? isg_lm_word(m->lm, words[i].s, words[i].n) : ISG_LM_END;
        const double p = (double)isg_lm_score(m->lm, &s, id, &s);
        m->out->tokens++;
        m->out->log10_all += p;
        if (id == ISG_LM_UNK)
            m->out->oov++;
        else
            m->out->log10_known += p;
    }
    m->out->sentences++;
    return ISG_OK;
}

enum isg_status isg_lm_measure(
    const struct isg_lm *lm, const char *path, bool tokenised, struct isg_lm_perplexity *out, struct isg_error *err)
{
    struct measure m = {lm, out};
    *out = (struct isg_lm_perplexity){0};
    ISG_TRY(isg_lm_sentences(path, (struct isg_lm_text){tokenised, lm->lower}, measure_sentence, &m, NULL, err));
    if (out->tokens == 0)
        return isg_error_set(err, ISG_EDATA, path, 0, "a text without a word");
    out->all = pow(10.0, -out->log10_all / (double)out->tokens);
    out->known = pow(10.0, -out->log10_known / (double)(out->tokens - out->oov));
    return ISG_OK;
}

/* ---- binary file: a safetensors container, so that it is checked and mapped as a whole ---- */

static enum isg_status make_vocabulary(
    const struct isg_lm *lm, struct isg_lm_table *t, char **text, size_t *text_n, struct isg_error *err)
{
    size_t cap = 0;
    *text = NULL;
    *text_n = 0;
    for (uint32_t id = 0; id < lm->n_words; id++) {
        size_t n;
        const char *s = isg_strtab_get(lm->words, id, &n);
        struct isg_lm_value *v;
        ISG_TRY(isg_lm_table_put(t, hash_word(s, n), &v, err));
        memcpy(&v->p, &id, sizeof id);
        if (!ISG_GROW(*text, cap, *text_n + n + 1))
            return isg_error_nomem(err, "the words of a language model");
        memcpy(*text + *text_n, s, n + 1);
        *text_n += n + 1;
    }
    return ISG_OK;
}

static enum isg_status save_binary(const struct isg_lm *lm, const char *path, bool force, struct isg_error *err)
{
    if (!lm->words)
        return isg_error_set(err, ISG_EUSAGE, path, 0, "the model is a binary file already");
    struct isg_lm_table vocabulary = {0};
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
        t[k++] = (struct isg_tensor){"unigrams", ISG_F32, 2, {lm->n_words, 2}, lm->unigrams};
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
    struct isg_lm *lm, const char *keys, const char *values, struct isg_lm_table *t, struct isg_error *err)
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
    *t = (struct isg_lm_table){.keys = a.keys, .values = b.values, .slots = k->shape[0]};
    bool empty = t->slots == 0;
    for (uint64_t i = 0; i < t->slots; i++) {
        t->used += t->keys[i] != 0;
        empty |= t->keys[i] == 0;
    }
    if ((t->slots & (t->slots - 1)) != 0 || !empty)
        return isg_error_set(err, ISG_EDATA, isg_safetensors_path(lm->file), 0, "a damaged table \"%s\"", keys);
    return ISG_OK;
}

static enum isg_status load_binary(struct isg_lm *lm, const char *path, struct isg_error *err)
{
    ISG_TRY(isg_safetensors_open(&lm->file, path, err));
    const char *kind = isg_safetensors_meta(lm->file, "kind"), *order = isg_safetensors_meta(lm->file, "order");
    const char *lower = isg_safetensors_meta(lm->file, "lower"), *closed = isg_safetensors_meta(lm->file, "closed");
    if (!kind || strcmp(kind, "language-model") != 0 || !order || order[0] < '1' || order[0] > '0' + ISG_LM_MAX_ORDER ||
        order[1]) {
        (void)isg_error_set(err, ISG_EDATA, path, 0, "no language model");
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
    lm->unigrams = u.values;
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
    char head[16];
    size_t got;
    ISG_TRY(isg_reader_open(&r, path, err));
    const enum isg_status read = isg_reader_read(r, head, sizeof head, &got, err);
    isg_reader_close(r);
    ISG_TRY(read);
    /* safetensors: a header's length in eight bytes, and the { of its JSON */
    if (got < 9 || head[8] != '{' || head[7] != 0)
        return isg_lm_read_arpa(out, path, env, err);
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
