/* Inputs of a training run, ready for the network. */
#include "ner/data/encode.h"
#include "ner/data/labels.h"

#include <math.h>
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
            const char *const value = isg_strtab_get(c->values[k], c->feature[i * f->n_columns + k], &len);
            const uint32_t id = isg_strtab_find(f->values[k], value, len);
            e->feature[i * n + k] = id == ISG_NO_ID ? 0 : id;
        }
    for (uint32_t s = 0; status == ISG_OK && s < c->n_sentences; s++) {
        uint32_t *const at = e->feature + c->offset[s] * n;
        e->features[s] = at;
        if (!f->gazetteer)
            continue;
        for (uint32_t i = 0; i < e->n_tokens[s]; i++)
            words[i].s = isg_strtab_get(c->forms, c->form[c->offset[s] + i], &words[i].n);
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
        e->form[i] = map[c->form[i]];
    for (uint32_t s = 0; good && s < c->n_sentences; s++) {
        e->tokens[s] = e->form + c->offset[s];
        e->n_tokens[s] = c->offset[s + 1] - c->offset[s];
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
        isg_ner_labels_from_spans(v, bioes, c->types, c->spans + c->span_offset[s],
            c->span_offset[s + 1] - c->span_offset[s], e->n_tokens[s], e->labels + c->offset[s]);
    return ISG_OK;
}

void isg_ner_target_fini(struct isg_ner_target *t)
{
    isg_free(t->tags);
    isg_free(t->allowed);
    isg_free(t->weights);
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
    if (!ISG_GROW(t->tags, t->cap[0], total + 1) ||
        (c->n_doubts && !ISG_GROW(t->allowed, t->cap[1], (total + 1) * n_labels)) ||
        !ISG_GROW(t->weights, t->cap[2], (size_t)n + 1))
        return isg_error_nomem(err, "a batch");
    size_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        t->weights[i] = (isg_real)c->weight[sentences[i]];
        for (uint32_t k = c->offset[sentences[i]]; k < c->offset[sentences[i] + 1]; k++, at++) {
            t->tags[at] = c->doubt[k] ? ISG_NO_ID : e->labels[k];
            if (c->n_doubts)
                isg_ner_may_stand(v, e->labels[k], c->doubt[k], t->allowed + at * n_labels);
        }
    }
    *out = (struct isg_crf_target){
        .tags = t->tags, .allowed = c->n_doubts ? t->allowed : NULL, .weights = c->n_weights ? t->weights : NULL};
    return ISG_OK;
}

double isg_ner_mean_norm(struct isg_mat vectors)
{
    double sum = 0;
    for (size_t r = 0; r < vectors.rows; r++) {
        const float *const x = isg_mat_row(vectors, r);
        double square = 0;
        for (size_t d = 0; d < vectors.cols; d++)
            square += (double)x[d] * (double)x[d];
        sum += sqrt(square);
    }
    return vectors.rows ? sum / (double)vectors.rows : 0;
}

void isg_ner_scale_vectors(struct isg_mat vectors, double norm)
{
    const double mean = isg_ner_mean_norm(vectors);
    if (!(norm > 0) || !(mean > 0))
        return;
    const float by = (float)(norm / mean);
    for (size_t r = 0; r < vectors.rows; r++)
        for (size_t d = 0; d < vectors.cols; d++)
            vectors.x[r * vectors.stride + d] *= by;
}

void isg_ner_fill_words(const struct isg_ner_input *in, struct isg_mat vectors, const uint32_t *vector_row)
{
    const uint32_t learnt = in->word->rows, n = learnt + in->n_table, cols = in->word->cols;
    for (uint32_t r = 0; vectors.x && r < n; r++) {
        if (vector_row[r] == ISG_NO_ID)
            continue;
        const float *const from = isg_mat_row(vectors, vector_row[r]);
        for (uint32_t d = 0; d < cols; d++)
            if (r < learnt)
                in->word->value[(size_t)r * cols + d] = from[d];
            else
                in->table[(size_t)(r - learnt) * cols + d] = isg_half_to_float(isg_half_from_float(from[d]));
    }
    isg_param_changed(in->word);
}

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
