/* Entity counts of a network on a labelled corpus. */
#include "ner/decode/score_corpus.h"
#include "ner/data/labels.h"

#include <string.h>

static bool same_type(const struct isg_strtab *types, const struct isg_span *gold, const struct isg_ner_vocab *v,
    const struct isg_span *found)
{
    size_t n, m;
    const char *const a = isg_strtab_get(types, gold->type, &n), *const b = isg_ner_type_name(v, found->type, &m);
    return n == m && memcmp(a, b, n) == 0;
}

enum isg_status isg_ner_score_corpus(struct isg_ner_counts *out, struct isg_ner_decoder *decoder,
    const struct isg_ner_forms *forms, const struct isg_ner_vocab *v, const struct isg_ner_encoded *e,
    struct isg_error *err)
{
    const struct isg_ner_corpus *const c = &e->corpus;
    enum isg_status status = ISG_OK;
    uint32_t longest = 0;
    for (uint32_t s = 0; s < c->n_sentences; s++)
        longest = e->n_tokens[s] > longest ? e->n_tokens[s] : longest;
    uint32_t *const labels = isg_malloc((size_t)c->n_tokens + 1, sizeof *labels);
    size_t *const offset = isg_malloc((size_t)c->n_sentences + 1, sizeof *offset);
    struct isg_span *const found = isg_malloc((size_t)longest + 1, sizeof *found);
    memset(out, 0, sizeof *out);
    if (!labels || !offset || !found) {
        status = isg_error_nomem(err, "the score of a corpus");
        goto out;
    }
    for (uint32_t s = 0; s < c->n_sentences; s++)
        offset[s] = c->offset[s];
    const struct isg_ner_decode job = {.n = c->n_sentences,
        .tokens = e->tokens,
        .n_tokens = e->n_tokens,
        .features = e->features,
        .offset = offset,
        .labels = labels};
    ISG_GOTO(isg_ner_decode_run(decoder, forms, v, &job, err));
    for (uint32_t s = 0; s < c->n_sentences; s++) {
        const struct isg_span *const gold = c->spans + c->span_offset[s];
        const size_t n_gold = c->span_offset[s + 1] - c->span_offset[s];
        const size_t n = isg_ner_spans_from_labels(v, labels + c->offset[s], e->n_tokens[s], found);
        out->gold += n_gold;
        out->predicted += n;
        for (size_t g = 0, f = 0; g < n_gold && f < n;) { /* both in order of their first token */
            if (gold[g].first == found[f].first) {
                out->correct += gold[g].n == found[f].n && same_type(c->types, &gold[g], v, &found[f]);
                g++;
                f++;
            } else if (gold[g].first < found[f].first) {
                g++;
            } else {
                f++;
            }
        }
    }
out:
    isg_free(labels);
    isg_free(offset);
    isg_free(found);
    return status;
}
