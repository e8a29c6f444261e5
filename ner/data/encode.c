/* Corpora as the network reads them: form numbers, features, gold labels, targets of the loss. */
#include "ner/data/encode.h"
#include "ner/data/labels.h"

#include <string.h>

void isg_ner_encoded_fini(struct isg_ner_encoded *e)
{
    isg_ner_corpus_fini(&e->corpus);
    isg_free(e->form);
    isg_free(e->tokens);
    isg_free(e->n_tokens);
    isg_free(e->labels);
    isg_free(e->feature);
    isg_free((void *)e->features);
    memset(e, 0, sizeof *e);
}

/* Features of each token, by column and by gazetteer. */
static enum isg_status encode_features(
    struct isg_ner_encoded *e, const struct isg_ner_features *f, struct isg_error *err)
{
    const struct isg_ner_corpus *const c = &e->corpus;
    const size_t n = isg_ner_features_count(f);
    if (!n)
        return ISG_OK;
    if (c->n_features != f->n_columns)
        return isg_error_set(
            err, ISG_EUSAGE, NULL, 0, "a text of %u feature columns for a model of %u", c->n_features, f->n_columns);
    uint32_t longest = 0;
    for (uint32_t s = 0; s < c->n_sentences; s++)
        longest = e->n_tokens[s] > longest ? e->n_tokens[s] : longest;
    struct isg_ner_word *const words = isg_malloc((size_t)longest + 1, sizeof *words);
    e->feature = isg_malloc((size_t)c->n_tokens * n + 1, sizeof *e->feature);
    e->features = isg_malloc((size_t)c->n_sentences + 1, sizeof *e->features);
    enum isg_status status = words && e->feature && e->features ? ISG_OK : isg_error_nomem(err, "features");
    for (size_t i = 0; status == ISG_OK && i < c->n_tokens; i++)
        for (uint32_t k = 0; k < f->n_columns; k++) {
            size_t len;
            const char *const value = isg_strtab_get(c->values[k], c->feature.v[i * f->n_columns + k], &len);
            const uint32_t id = isg_strtab_find(f->values[k], value, len);
            e->feature[i * n + k] = id == ISG_NO_ID ? 0 : id;
        }
    for (uint32_t s = 0; status == ISG_OK && s < c->n_sentences; s++) {
        uint32_t *const at = e->feature + c->offset.v[s] * n;
        e->features[s] = at;
        if (!f->gazetteer)
            continue;
        for (uint32_t i = 0; i < e->n_tokens[s]; i++)
            words[i].s = isg_strtab_get(c->forms, c->form.v[c->offset.v[s] + i], &words[i].n);
        status = isg_ner_gazetteer_match(f->gazetteer, words, e->n_tokens[s], at + f->n_columns, n, err);
    }
    isg_free(words);
    return status;
}

enum isg_status isg_ner_encode(struct isg_ner_encoded *e, struct isg_ner_forms *forms, struct isg_error *err)
{
    const struct isg_ner_corpus *const c = &e->corpus;
    uint32_t *map;
    ISG_TRY(isg_ner_forms_of_corpus(forms, c, &map, err));
    e->form = isg_malloc((size_t)c->n_tokens + 1, sizeof *e->form);
    e->tokens = isg_malloc((size_t)c->n_sentences + 1, sizeof *e->tokens);
    e->n_tokens = isg_malloc((size_t)c->n_sentences + 1, sizeof *e->n_tokens);
    const bool good = e->form && e->tokens && e->n_tokens;
    for (uint32_t i = 0; good && i < c->n_tokens; i++)
        e->form[i] = map[c->form.v[i]];
    for (uint32_t s = 0; good && s < c->n_sentences; s++) {
        e->tokens[s] = e->form + c->offset.v[s];
        e->n_tokens[s] = c->offset.v[s + 1] - c->offset.v[s];
    }
    isg_free(map);
    return good ? encode_features(e, &forms->vocab->features, err) : isg_error_nomem(err, "an encoded corpus");
}

enum isg_status isg_ner_encode_labels(
    struct isg_ner_encoded *e, const struct isg_ner_vocab *v, bool bioes, struct isg_error *err)
{
    const struct isg_ner_corpus *const c = &e->corpus;
    e->labels = isg_malloc((size_t)c->n_tokens + 1, sizeof *e->labels);
    if (!e->labels)
        return isg_error_nomem(err, "labels");
    for (uint32_t s = 0; s < c->n_sentences; s++)
        isg_ner_labels_from_spans(v, bioes, c->types, c->spans.v + c->span_offset.v[s],
            c->span_offset.v[s + 1] - c->span_offset.v[s], e->n_tokens[s], e->labels + c->offset.v[s]);
    return ISG_OK;
}

void isg_ner_target_fini(struct isg_ner_target *t)
{
    isg_free(t->tags.v);
    isg_free(t->allowed.v);
    isg_free(t->weights.v);
    memset(t, 0, sizeof *t);
}

enum isg_status isg_ner_target_build(struct isg_ner_target *t, const struct isg_ner_encoded *e,
    const struct isg_ner_vocab *v, const uint32_t *sentences, uint32_t n, struct isg_crf_target *out,
    struct isg_error *err)
{
    const struct isg_ner_corpus *const c = &e->corpus;
    const uint32_t n_labels = isg_strtab_size(v->labels);
    size_t total = 0;
    for (uint32_t i = 0; i < n; i++)
        total += e->n_tokens[sentences[i]];
    if (!ISG_RESERVE(t->tags, total + 1) || (c->n_doubts && !ISG_RESERVE(t->allowed, (total + 1) * n_labels)) ||
        !ISG_RESERVE(t->weights, (size_t)n + 1))
        return isg_error_nomem(err, "a batch");
    size_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        t->weights.v[i] = (isg_real)c->weight.v[sentences[i]];
        for (uint32_t k = c->offset.v[sentences[i]]; k < c->offset.v[sentences[i] + 1]; k++, at++) {
            t->tags.v[at] = c->doubt.v[k] ? ISG_NO_ID : e->labels[k];
            if (c->n_doubts)
                isg_ner_possible_labels(v, e->labels[k], c->doubt.v[k], t->allowed.v + at * n_labels);
        }
    }
    *out = (struct isg_crf_target){
        .tags = t->tags.v, .allowed = c->n_doubts ? t->allowed.v : NULL, .weights = c->n_weights ? t->weights.v : NULL};
    return ISG_OK;
}
