/* Turns the tags of the input into the labels allowed on each token. */
#include "ner/decode/given.h"

#include <stdio.h>
#include <string.h>

void isg_ner_given_fini(struct isg_ner_given *g)
{
    isg_strtab_free(g->types);
    isg_free(g->letters.v);
    isg_free(g->type.v);
    isg_free(g->labels.v);
    isg_free(g->doubt.v);
    isg_free(g->spans.v);
    memset(g, 0, sizeof *g);
}

enum isg_status isg_ner_given_read(struct isg_ner_given *g, const struct isg_columns_reader *r,
    const struct isg_block *b, const struct isg_ner_vocab *v, bool bioes, const char *path, uint8_t *allowed,
    struct isg_error *err)
{
    const size_t n = b->tokens.n;
    const uint32_t n_labels = isg_strtab_size(v->labels);
    if (!g->types)
        g->types = isg_strtab_new();
    if (!g->types || !ISG_RESERVE(g->letters, n) || !ISG_RESERVE(g->type, n) || !ISG_RESERVE(g->labels, n) ||
        !ISG_RESERVE(g->doubt, n))
        return isg_error_nomem(err, "given tags");
    for (size_t i = 0; i < n; i++) {
        size_t len, type_n;
        const char *const tag = isg_block_tag(r, b, i, &len), *type;
        g->letters.v[i] = isg_tag_split(tag, len, &type, &type_n); /* 0: "?" */
        g->type.v[i] = ISG_NO_ID;
        if (!g->letters.v[i] || g->letters.v[i] == 'O')
            continue;
        bool is_new;
        ISG_TRY(isg_strtab_add(g->types, type, type_n, &g->type.v[i], &is_new, err));
        if (is_new && isg_ner_type_find(v, type, type_n) == ISG_NO_ID) {
            (void)isg_error_set(err, ISG_EDATA, path, b->lines.v[b->tokens.v[i]].number,
                "the tag \"%.*s\", whose type the model does not know", (int)(len < 80 ? len : 80), tag);
            return isg_error_advice(err, "`isogloss info MODEL` lists its labels; ? lets the tagger decide");
        }
    }
    ISG_TRY(isg_spans_from_tags(g->letters.v, g->type.v, n, &g->spans, err));
    (void)isg_ner_doubts(g->letters.v, n, g->spans.v, g->spans.n, g->doubt.v);
    isg_ner_labels_from_spans(v, bioes, g->types, g->spans.v, g->spans.n, (uint32_t)n, g->labels.v);
    for (size_t i = 0; i < n; i++)
        isg_ner_possible_labels(v, g->labels.v[i], g->doubt.v[i], allowed + i * n_labels);
    return ISG_OK;
}
