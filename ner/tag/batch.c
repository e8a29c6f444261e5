/* Decodes a batch of sentences together. */
#include "ner/tag/batch.h"
#include "ner/decode/capitals.h"

#include <string.h>

#define MAX_FORMS 1000000 /* cached encodings of words; then the cache is emptied */

/* Is decoding constrained? */
static bool is_constrained(const struct isg_tagger *t)
{
    return t->opts->given || t->opts->capitals;
}

void isg_tag_clear(struct isg_tagger *t)
{
    for (size_t i = 0; i < t->records.n; i++)
        json_decref(t->records.v[i].json);
    t->records.n = t->text.n = t->n_tokens = t->n_sentences = 0;
}

void isg_tag_fini(struct isg_tagger *t)
{
    isg_tag_clear(t);
    isg_ner_ensemble_free(t->ensemble);
    isg_tokeniser_free(t->tokeniser);
    isg_ner_given_fini(&t->given);
    void *const all[] = {t->records.v, t->text.v, t->form.v, t->place.v, t->offset.v, t->length.v, (void *)t->tokens.v,
        t->labels.v, t->labels_n.v, t->confidence.v, t->span_probability.v, t->probability_n.v, t->sentence_of.v,
        t->feature.v, (void *)t->features.v, t->words.v, t->allowed.v, (void *)t->allowed_of.v};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        isg_free(all[i]);
}

static enum isg_status grow_results(struct isg_tagger *t, struct isg_error *err)
{
    const size_t n = t->n_tokens + 1, k = t->opts->nbest > 1 ? t->opts->nbest : 1;
    const bool good = ISG_RESERVE(t->tokens, t->n_sentences + 1) && ISG_RESERVE(t->features, t->n_sentences + 1) &&
                      ISG_RESERVE(t->labels, n) && ISG_RESERVE(t->labels_n, n * k) && ISG_RESERVE(t->confidence, n) &&
                      ISG_RESERVE(t->span_probability, n) && ISG_RESERVE(t->probability_n, (t->n_sentences + 1) * k) &&
                      ISG_RESERVE(t->sentence_of, n) &&
                      (!is_constrained(t) || ISG_RESERVE(t->allowed_of, t->n_sentences + 1));
    return good ? ISG_OK : isg_error_nomem(err, "results of a batch");
}

enum isg_status isg_tag_flush(struct isg_tagger *t, struct isg_error *err)
{
    ISG_TRY(grow_results(t, err));
    const uint32_t n_labels = isg_strtab_size(t->model->vocab.labels);
    if (t->opts->capitals && !t->opts->given) {
        if (!ISG_RESERVE(t->allowed, t->n_tokens * n_labels + 1))
            return isg_error_nomem(err, "allowed labels");
        memset(t->allowed.v, 1, t->n_tokens * n_labels);
    }
    for (size_t s = 0; s < t->n_sentences; s++) {
        t->tokens.v[s] = t->form.v + t->offset.v[s];
        t->features.v[s] = t->feature.v + t->offset.v[s] * t->n_features;
        for (uint32_t i = 0; i < t->length.v[s]; i++)
            t->sentence_of.v[t->offset.v[s] + i] = (uint32_t)s;
        if (is_constrained(t))
            t->allowed_of.v[s] = t->allowed.v + t->offset.v[s] * n_labels;
        if (t->opts->capitals)
            isg_ner_capitals(
                t->ensemble, t->tokens.v[s], t->length.v[s], n_labels, t->allowed.v + t->offset.v[s] * n_labels);
    }
    const bool nbest = t->opts->nbest > 1;
    const struct isg_ner_decode job = {.n = (uint32_t)t->n_sentences,
        .tokens = t->tokens.v,
        .n_tokens = t->length.v,
        .features = t->n_features ? t->features.v : NULL,
        .offset = t->offset.v,
        .allowed = is_constrained(t) ? t->allowed_of.v : NULL,
        .labels = t->labels.v,
        .confidence = t->opts->confidence ? t->confidence.v : NULL,
        .span_probability = t->want_spans ? t->span_probability.v : NULL,
        .nbest = nbest ? t->opts->nbest : 0,
        .labels_n = nbest ? t->labels_n.v : NULL,
        .probability_n = nbest && t->opts->confidence ? t->probability_n.v : NULL};
    ISG_TRY(isg_ner_ensemble_run(t->ensemble, &job, err));
    ISG_TRY(t->write(t, err));
    t->totals->tokens += t->n_tokens;
    t->totals->sentences += t->n_sentences;
    isg_tag_clear(t);
    return isg_ner_ensemble_forms(t->ensemble) > MAX_FORMS ? isg_ner_ensemble_forget(t->ensemble, err) : ISG_OK;
}

enum isg_status isg_tag_flush_if_full(struct isg_tagger *t, struct isg_error *err)
{
    const size_t limit = t->opts->batch_tokens ? t->opts->batch_tokens : 8192;
    return t->n_tokens >= limit || t->records.n >= 4 * limit ? isg_tag_flush(t, err) : ISG_OK;
}
