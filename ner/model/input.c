/* The input of the network: word and character embeddings, spellings, features. */
#include "ner/model/parts.h"
#include "ner/engine/charcnn.h"
#include "ner/engine/dropout.h"
#include "ner/engine/elementwise.h"
#include "ner/engine/lookup.h"
#include "ner/engine/pooling.h"

#include <stdio.h>
#include <string.h>

enum isg_status isg_ner_input_add(struct isg_ner_input *in, struct isg_params *params, const char *prefix,
    const struct isg_ner_config *c, const struct isg_ner_sizes *sizes, const struct isg_ner_input *shared, bool words,
    struct isg_error *err)
{
    memset(in, 0, sizeof *in);
    snprintf(in->name, sizeof in->name, "%s", prefix);
    in->n_table = sizes->n_table;
    if (shared && words) {
        in->word = shared->word;
        in->table = shared->table;
        in->borrowed = true;
    } else {
        ISG_TRY(
            isg_ner_part_param(params, &in->word, prefix, "word.weight", sizes->n_learnt, sizes->word_dim, true, err));
        if (in->n_table && !(in->table = isg_calloc((size_t)in->n_table * sizes->word_dim, sizeof *in->table)))
            return isg_error_nomem(err, "the table of word vectors");
    }
    in->dim = sizes->word_dim;
    if (c->shape_dim) {
        ISG_TRY(isg_ner_part_param(
            params, &in->shape, prefix, "shape.weight", ISG_NER_N_SHAPES, (uint32_t)c->shape_dim, true, err));
        in->dim += (uint32_t)c->shape_dim;
    }
    in->n_features = sizes->features ? isg_ner_features_count(sizes->features) : 0;
    for (uint32_t k = 0; k < in->n_features; k++) {
        char name[32];
        snprintf(name, sizeof name, "feature.%u.weight", k);
        if (shared) /* the same values mean the same in both languages */
            in->feature[k] = shared->feature[k];
        else
            ISG_TRY(isg_ner_part_param(params, &in->feature[k], prefix, name, isg_ner_features_rows(sizes->features, k),
                (uint32_t)c->feature_dim, true, err));
        in->dim += (uint32_t)c->feature_dim;
    }
    if (c->chars == ISG_CHAR_NONE)
        return ISG_OK;
    if (shared) { /* the same characters and filters read both languages */
        in->chars = shared->chars;
        in->conv_w = shared->conv_w;
        in->conv_b = shared->conv_b;
        in->char_lstm = shared->char_lstm;
        in->dim += in->conv_w ? in->conv_w->cols : 0;
        in->dim += in->char_lstm.fw.wh ? 2 * in->char_lstm.fw.wh->rows : 0;
        return ISG_OK;
    }
    const uint32_t d = (uint32_t)c->char_dim;
    ISG_TRY(isg_ner_part_param(params, &in->chars, prefix, "char.weight", sizes->n_chars, d, true, err));
    if (c->chars == ISG_CHAR_CNN || c->chars == ISG_CHAR_BOTH) {
        const uint32_t f = (uint32_t)c->char_filters;
        ISG_TRY(
            isg_ner_part_param(params, &in->conv_w, prefix, "char.conv.w", (uint32_t)c->char_width * d, f, false, err));
        ISG_TRY(isg_ner_part_param(params, &in->conv_b, prefix, "char.conv.b", 1, f, false, err));
        in->dim += f;
    }
    if (c->chars == ISG_CHAR_LSTM || c->chars == ISG_CHAR_BOTH) {
        char name[96];
        snprintf(name, sizeof name, "%schar.lstm", prefix);
        ISG_TRY(isg_bilstm_add(params, &in->char_lstm, name, d, (uint32_t)c->char_hidden, err));
        in->dim += 2 * (uint32_t)c->char_hidden;
    }
    return ISG_OK;
}

void isg_ner_input_init(
    const struct isg_ner_input *in, struct isg_params *params, const struct isg_ner_config *c, uint64_t seed)
{
    isg_param_uniform(in->word, ISG_SQRT(ISG_R(3) / (isg_real)in->word->cols), seed);
    if (in->shape)
        isg_param_uniform(in->shape, ISG_SQRT(ISG_R(3) / (isg_real)in->shape->cols), seed);
    for (uint32_t k = 0; k < in->n_features; k++)
        isg_param_uniform(in->feature[k], ISG_SQRT(ISG_R(3) / (isg_real)in->feature[k]->cols), seed);
    if (in->chars)
        isg_param_uniform(in->chars, ISG_SQRT(ISG_R(3) / (isg_real)in->chars->cols), seed);
    if (in->conv_w) {
        isg_param_uniform(in->conv_w, ISG_R(1) / ISG_SQRT((isg_real)in->conv_w->rows), seed);
        isg_param_fill(in->conv_b, 0);
    }
    if (in->char_lstm.fw.wx)
        isg_bilstm_init(params, &in->char_lstm, ISG_R(c->forget_bias), seed);
}

struct isg_node *isg_ner_input_chars(const struct isg_ner_input *in, struct isg_tape *t, const struct isg_ner_batch *b)
{
    if (!in->chars)
        return NULL;
    return isg_lookup(t, in->chars, b->chars.v, b->char_offset.v[b->n_kinds]);
}

struct isg_node *isg_ner_input_words(const struct isg_ner_input *in, struct isg_tape *t, const struct isg_ner_batch *b)
{
    bool beyond = false;
    for (uint32_t i = 0; i < b->n_tokens && !beyond; i++)
        beyond = b->word.v[i] >= in->word->rows;
    if (!beyond)
        return isg_lookup(t, in->word, b->word.v, b->n_tokens);
    /* each token has its row in one of the two tables, and zeros come from the other */
    uint32_t *ids = isg_tape_alloc(t, 2 * (size_t)b->n_tokens, sizeof *ids);
    if (!ids)
        return NULL;
    uint32_t *rest = ids + b->n_tokens;
    for (uint32_t i = 0; i < b->n_tokens; i++) {
        const bool learnt = b->word.v[i] < in->word->rows;
        ids[i] = learnt ? b->word.v[i] : ISG_NO_ID;
        rest[i] = learnt ? ISG_NO_ID : b->word.v[i] - in->word->rows;
    }
    return isg_add(t, isg_lookup(t, in->word, ids, b->n_tokens),
        isg_lookup_const(t, in->table, in->n_table, in->word->cols, rest, b->n_tokens));
}

void isg_ner_input_fini(struct isg_ner_input *in)
{
    if (!in->borrowed)
        isg_free(in->table);
    memset(in, 0, sizeof *in);
}

struct isg_node *isg_ner_input_spell(const struct isg_ner_input *in, struct isg_tape *t, const struct isg_ner_config *c,
    const struct isg_ner_batch *b, struct isg_node *chars)
{
    char name[80];
    struct isg_node *parts[2];
    uint32_t n = 0;
    struct isg_node *x = isg_dropout(t, chars, ISG_R(c->dropout_char), isg_ner_part_mask(name, in->name, "char"));
    if (in->conv_w)
        parts[n++] = isg_char_cnn(t, x, &b->kind_chars, (uint32_t)c->char_width, in->conv_w, in->conv_b);
    if (in->char_lstm.fw.wx)
        parts[n++] = isg_bilstm_ends(t, isg_bilstm(t, x, &b->kind_chars, &in->char_lstm), &b->kind_chars);
    return n == 1 ? parts[0] : isg_concat(t, parts, n);
}

struct isg_node *isg_ner_input_join(const struct isg_ner_input *in, struct isg_tape *t, const struct isg_ner_config *c,
    const struct isg_ner_batch *b, struct isg_node *words, struct isg_node *spelling)
{
    char name[80];
    struct isg_node *parts[3 + ISG_MAX_FEATURES + 1];
    uint32_t n = 0;
    parts[n++] = words;
    if (in->chars)
        parts[n++] = isg_rows(t, spelling, b->kind.v, b->n_tokens);
    if (in->shape)
        parts[n++] = isg_lookup(t, in->shape, b->shape.v, b->n_tokens);
    for (uint32_t k = 0; k < in->n_features; k++)
        parts[n++] = isg_lookup(t, in->feature[k], b->feature.v + (size_t)k * b->n_tokens, b->n_tokens);
    struct isg_node *x = n == 1 ? parts[0] : isg_concat(t, parts, n);
    x = isg_dropout_row(t, x, ISG_R(c->word_dropout), isg_ner_part_mask(name, in->name, "token"));
    isg_ner_part_mask(name, in->name, "in");
    return c->variational ? isg_dropout_seq(t, x, &b->sentences, ISG_R(c->dropout_in), name)
                          : isg_dropout(t, x, ISG_R(c->dropout_in), name);
}
