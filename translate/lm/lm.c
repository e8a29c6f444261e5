/* The language model: its words, and p(word | context). */
#include "translate/lm/private.h"
#include <string.h>

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
        isg_free(lm->unigrams.v);
        for (int n = 2; n <= ISG_LM_MAX_ORDER; n++) {
            isg_free(lm->tables[n].keys);
            isg_free(lm->tables[n].values);
        }
    }
    for (int n = 0; n <= ISG_LM_MAX_ORDER; n++)
        isg_free(lm->grams[n].words.v);
    isg_strtab_free(lm->words);
    isg_free(lm);
}

enum isg_status isg_lm_add_word(struct isg_lm *lm, const char *s, size_t n, uint32_t *id, struct isg_error *err)
{
    bool fresh;
    ISG_TRY(isg_strtab_add(lm->words, s, n, id, &fresh, err));
    if (!fresh)
        return ISG_OK;
    if (!ISG_RESERVE(lm->unigrams, (size_t)*id + 1))
        return isg_error_nomem(err, "the words of a language model");
    lm->unigrams.v[*id] = (struct isg_lm_value){ISG_LM_NEVER, 0.0F};
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

uint64_t isg_lm_hash_word(const char *s, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
    return isg_mix64(h) | 1;
}

uint32_t isg_lm_word(const struct isg_lm *lm, const char *s, size_t n)
{
    if (lm->words) {
        const uint32_t id = isg_strtab_find(lm->words, s, n);
        return id == ISG_NO_ID ? ISG_LM_UNK : id;
    }
    char *made;
    s = isg_utf8_nfc(s, n, &n, &made);
    const struct isg_lm_value *v = s ? isg_lm_table_find(&lm->vocabulary, isg_lm_hash_word(s, n)) : NULL;
    isg_free(made);
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
        .n = lm->order > 1, .words = {ISG_LM_START}, .backoff = {lm->unigrams.v[ISG_LM_START].backoff}};
}

float isg_lm_score(const struct isg_lm *lm, const struct isg_lm_state *in, uint32_t word, struct isg_lm_state *out)
{
    struct isg_lm_state next = {.n = 0};
    uint64_t key = isg_lm_key(word);
    const struct isg_lm_value *v = &lm->unigrams.v[word];
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
