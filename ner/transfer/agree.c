/* Selection without labels: how far an epoch's output is that of the epoch before it. */
#include "ner/transfer/agree.h"
#include "ner/data/labels.h"
#include "ner/score/match.h"

#include <string.h>

/* Adds a sentence's entities by two outputs. */
static void compare(const struct isg_ner_vocab *v, const uint32_t *before, const uint32_t *now, uint32_t n,
    struct isg_span *spans, struct isg_ner_counts *out)
{
    struct isg_span *const a = spans, *const b = spans + n;
    const size_t n_a = before ? isg_ner_spans_from_labels(v, before, n, a) : 0;
    const size_t n_b = isg_ner_spans_from_labels(v, now, n, b);
    out->gold += n_a;
    out->predicted += n_b;
    struct isg_ner_match m = {a, n_a, b, n_b};
    for (const struct isg_span *x, *y; isg_ner_match_next(&m, &x, &y);)
        out->correct += x && y && x->type == y->type;
}

enum isg_status isg_transfer_agreement(struct isg_transfer *t, struct isg_ner_counts *out, struct isg_error *err)
{
    const struct isg_ner_encoded *const e = &t->unlabelled;
    const struct isg_ner_task *const g = &t->trainer.tasks[ISG_TASK_TARGET];
    const struct isg_ner_corpus *const c = &e->corpus;
    enum isg_status status = ISG_OK;
    uint32_t longest = 0, *const now = isg_malloc((size_t)c->n_tokens + 1, sizeof *now);
    size_t *const offset = isg_malloc((size_t)c->n_sentences + 1, sizeof *offset);
    for (uint32_t s = 0; s < c->n_sentences; s++)
        longest = e->n_tokens[s] > longest ? e->n_tokens[s] : longest;
    struct isg_span *const spans = isg_malloc(2 * (size_t)longest + 1, sizeof *spans);
    if (!now || !offset || !spans) {
        isg_free(now);
        status = isg_error_nomem(err, "the agreement of two epochs");
        goto out;
    }
    for (uint32_t s = 0; s < c->n_sentences; s++)
        offset[s] = c->offset.v[s];
    const struct isg_ner_decode job = {.n = c->n_sentences,
        .tokens = e->tokens,
        .n_tokens = e->n_tokens,
        .features = e->features,
        .offset = offset,
        .labels = now};
    status = isg_ner_decode_run(g->decoder, g->forms, &g->vocab, &job, err);
    memset(out, 0, sizeof *out);
    const uint32_t *const before = t->trainer.n_kept == c->n_tokens ? t->trainer.kept : NULL;
    for (uint32_t s = 0; s < c->n_sentences && status == ISG_OK; s++)
        compare(&g->vocab, before ? before + offset[s] : NULL, now + offset[s], e->n_tokens[s], spans, out);
    isg_free(t->trainer.kept);
    t->trainer.kept = now;
    t->trainer.n_kept = c->n_tokens;
out:
    isg_free(offset);
    isg_free(spans);
    return status;
}
