/* Seed pairs from the vocabularies alone: words spelt alike, numerals. */
#include "align/align.h"

#include <string.h>

/* Digits of any script, with signs and separators between them. */
static bool is_numeral(const char *s, size_t n)
{
    bool digit = false;
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        i += isg_utf8_decode(s + i, n - i, &cp);
        if (isg_utf8_is_digit(cp))
            digit = true;
        else if (cp > 127 || !strchr(".,:-+/%$", (int)cp))
            return false;
    }
    return digit;
}

/* Case-folded, each digit as 0 (some vectors are trained on text normalised so); NULL = no memory. */
static char *loose_key(const char *s, size_t n, size_t *out_n)
{
    char *const key = isg_utf8_fold(s, n, out_n);
    for (size_t i = 0; key && i < *out_n; i++)
        if ((key[i] >= '1' && key[i] <= '9') || key[i] == '#')
            key[i] = '0';
    return key;
}

static enum isg_status add_exact(struct isg_align_pairs *pairs, bool numerals, const struct isg_vectors *src,
    const struct isg_vectors *tgt, bool *used[2], struct isg_error *err)
{
    for (uint32_t i = 0; i < isg_strtab_size(src->words); i++) {
        size_t n;
        const char *const word = isg_strtab_get(src->words, i, &n);
        const uint32_t to = isg_strtab_find(tgt->words, word, n);
        if (to == ISG_NO_ID || (numerals && !is_numeral(word, n)))
            continue;
        ISG_TRY(isg_align_pairs_add(pairs, i, to, err));
        used[0][i] = used[1][to] = true;
    }
    return ISG_OK;
}

/* The most frequent unused word of each loose key on the target side meets that on the source side. */
static enum isg_status add_loose(struct isg_align_pairs *pairs, bool numerals, const struct isg_vectors *src,
    const struct isg_vectors *tgt, bool *used[2], struct isg_strtab *keys, uint32_t *first, struct isg_error *err)
{
    const struct isg_vectors *const v[2] = {src, tgt};
    for (int s = ISG_TARGET; s >= ISG_SOURCE; s--)
        for (uint32_t i = 0; i < isg_strtab_size(v[s]->words); i++) {
            size_t n, key_n;
            const char *const word = isg_strtab_get(v[s]->words, i, &n);
            if (used[s][i] || (numerals && !is_numeral(word, n)))
                continue;
            char *const key = loose_key(word, n, &key_n);
            if (!key)
                return isg_error_nomem(err, "seed pairs");
            uint32_t id = isg_strtab_find(keys, key, key_n);
            enum isg_status status = ISG_OK;
            if (s == ISG_TARGET && id == ISG_NO_ID) {
                status = isg_strtab_add(keys, key, key_n, &id, NULL, err);
                if (status == ISG_OK)
                    first[id] = i;
            } else if (s == ISG_SOURCE && id != ISG_NO_ID && first[id] != ISG_NO_ID) {
                status = isg_align_pairs_add(pairs, i, first[id], err);
                first[id] = ISG_NO_ID;
            }
            isg_free(key);
            ISG_TRY(status);
        }
    return ISG_OK;
}

enum isg_status isg_align_pairs_from_words(struct isg_align_pairs *out, enum isg_align_seed_from from,
    const struct isg_vectors *src, const struct isg_vectors *tgt, struct isg_error *err)
{
    enum isg_status status;
    struct isg_align_pairs pairs = {0};
    const bool numerals = from == ISG_SEED_NUMERALS;
    struct isg_strtab *const keys = isg_strtab_new();
    bool *used[2] = {isg_calloc(isg_strtab_size(src->words), sizeof *used[0]),
        isg_calloc(isg_strtab_size(tgt->words), sizeof *used[0])};
    uint32_t *const first = isg_malloc(isg_strtab_size(tgt->words), sizeof *first);
    if (!keys || !used[0] || !used[1] || !first) {
        status = isg_error_nomem(err, "seed pairs");
        goto out;
    }
    ISG_GOTO(add_exact(&pairs, numerals, src, tgt, used, err));
    ISG_GOTO(add_loose(&pairs, numerals, src, tgt, used, keys, first, err));
    *out = pairs;
    pairs = (struct isg_align_pairs){0};
out:
    isg_align_pairs_fini(&pairs);
    isg_strtab_free(keys);
    isg_free(used[0]);
    isg_free(used[1]);
    isg_free(first);
    return status;
}
