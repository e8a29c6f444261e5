/* Packs sentences: words, shapes and features of each token, characters of each distinct form once. */
#include "ner/data/batch.h"

#include <string.h>

void isg_ner_batch_fini(struct isg_ner_batch *b)
{
    isg_free(b->offset);
    isg_free(b->word);
    isg_free(b->shape);
    isg_free(b->kind);
    isg_free(b->feature);
    isg_free(b->char_offset);
    isg_free(b->chars);
    isg_free(b->kind_form);
    isg_free(b->seen);
    memset(b, 0, sizeof *b);
}

enum isg_status isg_ner_batch_build(struct isg_ner_batch *b, const struct isg_ner_forms *forms,
    const uint32_t *const *tokens, const uint32_t *n_tokens, const uint32_t *const *features, uint32_t n,
    struct isg_error *err)
{
    const uint32_t n_features = isg_ner_features_count(&forms->vocab->features);
    size_t total = 0;
    for (uint32_t i = 0; i < n; i++)
        total += n_tokens[i];
    if (total > UINT32_MAX)
        return isg_error_nomem(err, "a batch");
    const size_t n_forms = isg_strtab_size(forms->index), had = b->cap_seen;
    if (!ISG_GROW(b->offset, b->cap[0], (size_t)n + 1) || !ISG_GROW(b->word, b->cap[1], total + 1) ||
        !ISG_GROW(b->shape, b->cap[2], total + 1) || !ISG_GROW(b->kind, b->cap[3], total + 1) ||
        !ISG_GROW(b->char_offset, b->cap[4], total + 1) || !ISG_GROW(b->kind_form, b->cap[5], total + 1) ||
        !ISG_GROW(b->feature, b->cap[7], n_features * (total + 1)) || !ISG_GROW(b->seen, b->cap_seen, n_forms + 1))
        return isg_error_nomem(err, "a batch");
    memset(b->seen + had, 0, (b->cap_seen - had) * sizeof *b->seen);
    b->offset[0] = b->char_offset[0] = 0;
    b->n_kinds = 0;
    uint32_t t = 0;
    size_t n_chars = 0;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n_tokens[i]; k++, t++) {
            const uint32_t form = tokens[i][k];
            b->word[t] = forms->word[form];
            b->shape[t] = forms->shape[form];
            for (uint32_t f = 0; f < n_features; f++)
                b->feature[f * total + t] = features ? features[i][(size_t)k * n_features + f] : 0;
            if (!b->seen[form]) {
                n_chars += forms->char_offset[form + 1] - forms->char_offset[form];
                b->kind_form[b->n_kinds] = form;
                b->seen[form] = ++b->n_kinds;
            }
            b->kind[t] = b->seen[form] - 1;
        }
        b->offset[i + 1] = t;
    }
    for (uint32_t k = 0; k < b->n_kinds; k++)
        b->seen[b->kind_form[k]] = 0;
    if (n_chars > UINT32_MAX || !ISG_GROW(b->chars, b->cap[6], n_chars + 1))
        return isg_error_nomem(err, "a batch");
    uint32_t c = 0;
    for (uint32_t k = 0; k < b->n_kinds; k++) {
        const uint32_t from = forms->char_offset[b->kind_form[k]];
        const uint32_t len = forms->char_offset[b->kind_form[k] + 1] - from;
        memcpy(b->chars + c, forms->chars + from, len * sizeof *b->chars);
        c += len;
        b->char_offset[k + 1] = c;
    }
    b->n_tokens = t;
    b->sentences = (struct isg_seqs){n, b->offset};
    b->kind_chars = (struct isg_seqs){b->n_kinds, b->char_offset};
    return ISG_OK;
}
