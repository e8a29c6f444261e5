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
    for (size_t i = 0; i < t->n_records; i++)
        json_decref(t->records[i].json);
    t->n_records = t->n_text = t->n_tokens = t->n_sentences = 0;
}

void isg_tag_fini(struct isg_tagger *t)
{
    isg_tag_clear(t);
    isg_ner_ensemble_free(t->ensemble);
    isg_tokeniser_free(t->tokeniser);
    isg_ner_given_fini(&t->given);
    void *const all[] = {t->records, t->text, t->form, t->place, t->offset, t->length, (void *)t->tokens, t->labels,
        t->labels_n, t->confidence, t->span_probability, t->probability_n, t->sentence_of, t->feature,
        (void *)t->features, t->words, t->allowed, (void *)t->allowed_of};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        isg_free(all[i]);
}

static enum isg_status grow_results(struct isg_tagger *t, struct isg_error *err)
{
    const size_t n = t->n_tokens + 1, k = t->opts->nbest > 1 ? t->opts->nbest : 1;
    const bool good = ISG_GROW(t->tokens, t->cap_tokens, t->n_sentences + 1) &&
                      ISG_GROW(t->features, t->cap_features, t->n_sentences + 1) &&
                      ISG_GROW(t->labels, t->cap_labels, n) && ISG_GROW(t->labels_n, t->cap_labels_n, n * k) &&
                      ISG_GROW(t->confidence, t->cap_confidence, n) && ISG_GROW(t->span_probability, t->cap_span, n) &&
                      ISG_GROW(t->probability_n, t->cap_probability_n, (t->n_sentences + 1) * k) &&
                      ISG_GROW(t->sentence_of, t->cap_sentence_of, n) &&
                      (!is_constrained(t) || ISG_GROW(t->allowed_of, t->cap_allowed_of, t->n_sentences + 1));
    return good ? ISG_OK : isg_error_nomem(err, "results of a batch");
}

enum isg_status isg_tag_flush(struct isg_tagger *t, struct isg_error *err)
{
    ISG_TRY(grow_results(t, err));
    const uint32_t n_labels = isg_strtab_size(t->model->vocab.labels);
    if (t->opts->capitals && !t->opts->given) {
        if (!ISG_GROW(t->allowed, t->cap_allowed, t->n_tokens * n_labels + 1))
            return isg_error_nomem(err, "allowed labels");
        memset(t->allowed, 1, t->n_tokens * n_labels);
    }
    for (size_t s = 0; s < t->n_sentences; s++) {
        t->tokens[s] = t->form + t->offset[s];
        t->features[s] = t->feature + t->offset[s] * t->n_features;
        for (uint32_t i = 0; i < t->length[s]; i++)
            t->sentence_of[t->offset[s] + i] = (uint32_t)s;
        if (is_constrained(t))
            t->allowed_of[s] = t->allowed + t->offset[s] * n_labels;
        if (t->opts->capitals)
            isg_ner_capitals(t->ensemble, t->tokens[s], t->length[s], n_labels, t->allowed + t->offset[s] * n_labels);
    }
    const bool nbest = t->opts->nbest > 1;
    const struct isg_ner_decode job = {.n = (uint32_t)t->n_sentences,
        .tokens = t->tokens,
        .n_tokens = t->length,
        .features = t->n_features ? t->features : NULL,
        .offset = t->offset,
        .allowed = is_constrained(t) ? t->allowed_of : NULL,
        .labels = t->labels,
        .confidence = t->opts->confidence ? t->confidence : NULL,
        .span_probability = t->want_spans ? t->span_probability : NULL,
        .nbest = nbest ? t->opts->nbest : 0,
        .labels_n = nbest ? t->labels_n : NULL,
        .probability_n = nbest && t->opts->confidence ? t->probability_n : NULL};
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
    return t->n_tokens >= limit || t->n_records >= 4 * limit ? isg_tag_flush(t, err) : ISG_OK;
}
