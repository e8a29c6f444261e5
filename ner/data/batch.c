/* Packs sentences: words, shapes and features of each token, characters of each distinct form once. */
#include "ner/data/batch.h"

#include <string.h>

void isg_ner_batch_fini(struct isg_ner_batch *b)
{
    isg_free(b->offset.v);
    isg_free(b->word.v);
    isg_free(b->shape.v);
    isg_free(b->kind.v);
    isg_free(b->feature.v);
    isg_free(b->char_offset.v);
    isg_free(b->chars.v);
    isg_free(b->kind_form.v);
    isg_free(b->seen.v);
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
    const size_t n_forms = isg_strtab_size(forms->index), had = b->seen.cap;
    if (!ISG_RESERVE(b->offset, (size_t)n + 1) || !ISG_RESERVE(b->word, total + 1) ||
        !ISG_RESERVE(b->shape, total + 1) || !ISG_RESERVE(b->kind, total + 1) ||
        !ISG_RESERVE(b->char_offset, total + 1) || !ISG_RESERVE(b->kind_form, total + 1) ||
        !ISG_RESERVE(b->feature, n_features * (total + 1)) || !ISG_RESERVE(b->seen, n_forms + 1))
        return isg_error_nomem(err, "a batch");
    memset(b->seen.v + had, 0, (b->seen.cap - had) * sizeof *b->seen.v);
    b->offset.v[0] = b->char_offset.v[0] = 0;
    b->n_kinds = 0;
    uint32_t t = 0;
    size_t n_chars = 0;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n_tokens[i]; k++, t++) {
            const uint32_t form = tokens[i][k];
            b->word.v[t] = forms->word.v[form];
            b->shape.v[t] = forms->shape.v[form];
            for (uint32_t f = 0; f < n_features; f++)
                b->feature.v[f * total + t] = features ? features[i][(size_t)k * n_features + f] : 0;
            if (!b->seen.v[form]) {
                n_chars += forms->char_offset.v[form + 1] - forms->char_offset.v[form];
                b->kind_form.v[b->n_kinds] = form;
                b->seen.v[form] = ++b->n_kinds;
            }
            b->kind.v[t] = b->seen.v[form] - 1;
        }
        b->offset.v[i + 1] = t;
    }
    for (uint32_t k = 0; k < b->n_kinds; k++)
        b->seen.v[b->kind_form.v[k]] = 0;
    if (n_chars > UINT32_MAX || !ISG_RESERVE(b->chars, n_chars + 1))
        return isg_error_nomem(err, "a batch");
    uint32_t c = 0;
    for (uint32_t k = 0; k < b->n_kinds; k++) {
        const uint32_t from = forms->char_offset.v[b->kind_form.v[k]];
        const uint32_t len = forms->char_offset.v[b->kind_form.v[k] + 1] - from;
        memcpy(b->chars.v + c, forms->chars.v + from, len * sizeof *b->chars.v);
        c += len;
        b->char_offset.v[k + 1] = c;
    }
    b->n_tokens = t;
    b->sentences = (struct isg_seqs){n, b->offset.v};
    b->kind_chars = (struct isg_seqs){b->n_kinds, b->char_offset.v};
    return ISG_OK;
}
