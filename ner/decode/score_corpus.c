/* Entity counts of a network on a labelled corpus. */
#include "ner/decode/score_corpus.h"
#include "ner/data/labels.h"
#include "ner/score/match.h"

#include <string.h>

static bool same_type(const struct isg_strtab *types, const struct isg_span *gold, const struct isg_ner_vocab *v,
    const struct isg_span *found)
{
    size_t n, m;
    const char *const a = isg_strtab_get(types, gold->type, &n), *const b = isg_ner_type_name(v, found->type, &m);
    return n == m && memcmp(a, b, n) == 0;
}

/* Counts of each type of the corpus (gold), then of each type of the vocabulary (predicted, correct): *out, to be
 * freed. */
static enum isg_status count(struct isg_ner_counts **out, struct isg_ner_decoder *decoder,
    const struct isg_ner_forms *forms, const struct isg_ner_vocab *v, const struct isg_ner_encoded *e,
    struct isg_error *err)
{
    const struct isg_ner_corpus *const c = &e->corpus;
    const uint32_t n_types = isg_strtab_size(c->types);
    enum isg_status status = ISG_OK;
    uint32_t longest = 0;
    for (uint32_t s = 0; s < c->n_sentences; s++)
        longest = e->n_tokens[s] > longest ? e->n_tokens[s] : longest;
    uint32_t *const labels = isg_malloc((size_t)c->n_tokens + 1, sizeof *labels);
    size_t *const offset = isg_malloc((size_t)c->n_sentences + 1, sizeof *offset);
    struct isg_span *const found = isg_malloc((size_t)longest + 1, sizeof *found);
    struct isg_ner_counts *const counts = *out = isg_calloc((size_t)n_types + v->n_types + 1, sizeof *counts);
    if (!labels || !offset || !found || !counts) {
        status = isg_error_nomem(err, "the score of a corpus");
        goto out;
    }
    for (uint32_t s = 0; s < c->n_sentences; s++)
        offset[s] = c->offset.v[s];
    const struct isg_ner_decode job = {.n = c->n_sentences,
        .tokens = e->tokens,
        .n_tokens = e->n_tokens,
        .features = e->features,
        .offset = offset,
        .labels = labels};
    ISG_GOTO(isg_ner_decode_run(decoder, forms, v, &job, err));
    for (uint32_t s = 0; s < c->n_sentences; s++) {
        const size_t n_gold = c->span_offset.v[s + 1] - c->span_offset.v[s];
        const size_t n = isg_ner_spans_from_labels(v, labels + c->offset.v[s], e->n_tokens[s], found);
        struct isg_ner_match m = {c->spans.v + c->span_offset.v[s], n_gold, found, n};
        for (const struct isg_span *a, *b; isg_ner_match_next(&m, &a, &b);) {
            if (a)
                counts[a->type].gold++;
            if (b)
                counts[n_types + b->type].predicted++;
            if (a && b)
                counts[n_types + b->type].correct += same_type(c->types, a, v, b);
        }
    }
out:
    isg_free(labels);
    isg_free(offset);
    isg_free(found);
    return status;
}

static void add(struct isg_ner_counts *to, const struct isg_ner_counts *c)
{
    to->gold += c->gold;
    to->predicted += c->predicted;
    to->correct += c->correct;
}

enum isg_status isg_ner_score_corpus(struct isg_ner_counts *out, struct isg_ner_decoder *decoder,
    const struct isg_ner_forms *forms, const struct isg_ner_vocab *v, const struct isg_ner_encoded *e,
    struct isg_error *err)
{
    struct isg_ner_counts *counts = NULL;
    const enum isg_status status = count(&counts, decoder, forms, v, e, err);
    memset(out, 0, sizeof *out);
    for (uint32_t t = 0; status == ISG_OK && t < isg_strtab_size(e->corpus.types) + v->n_types; t++)
        add(out, &counts[t]);
    isg_free(counts);
    return status;
}

enum isg_status isg_ner_score_types(struct isg_ner_counts *out, struct isg_ner_provenance *p,
    struct isg_ner_decoder *decoder, const struct isg_ner_forms *forms, const struct isg_ner_vocab *v,
    const struct isg_ner_encoded *e, struct isg_error *err)
{
    const uint32_t n_gold = isg_strtab_size(e->corpus.types);
    struct isg_ner_counts *counts = NULL;
    enum isg_status status = count(&counts, decoder, forms, v, e, err);
    memset(out, 0, sizeof *out);
    for (uint32_t t = 0; status == ISG_OK && t < n_gold + v->n_types; t++) {
        size_t n;
        const char *const name = t < n_gold ? isg_strtab_get(e->corpus.types, t, &n)
                                            : isg_ner_type_name(v, t - n_gold, &n);
        struct isg_ner_type_record *const type = isg_ner_provenance_type(p, name, n);
        if (type)
            add(&type->dev, &counts[t]);
        else
            status = isg_error_nomem(err, "the score of a corpus");
        add(out, &counts[t]);
    }
    isg_free(counts);
    if (status == ISG_OK)
        isg_ner_provenance_scored(p);
    return status;
}
