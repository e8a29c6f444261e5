/* The parts of the network. Each reads its sizes from the configuration once, when it is added. */
#include "ner/network.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum isg_status add(struct isg_params *params, struct isg_param **out, const char *prefix,
    const char *name, uint32_t rows, uint32_t cols, bool sparse, struct isg_error *err)
{
    char full[128];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    return isg_params_add(params, out, full, rows, cols, sparse, err);
}

/* ---- input ---- */

enum isg_status isg_ner_input_add(struct isg_ner_input *in, struct isg_params *params, const char *prefix,
    const struct isg_ner_config *c, const struct isg_ner_sizes *sizes, const struct isg_ner_input *shared,
    bool words, struct isg_error *err)
{
    memset(in, 0, sizeof *in);
    snprintf(in->name, sizeof in->name, "%s", prefix);
    in->n_table = sizes->n_table;
    if (shared && words) {
        in->word = shared->word;
        in->table = shared->table;
        in->borrowed = true;
    } else {
        ISG_TRY(add(params, &in->word, prefix, "word.weight", sizes->n_learnt, sizes->word_dim, true, err));
        if (in->n_table &&
            !(in->table = isg_calloc((size_t)in->n_table * sizes->word_dim, sizeof *in->table)))
            return isg_error_nomem(err, "the table of word vectors");
    }
    in->dim = sizes->word_dim;
    if (c->shape_dim) {
        ISG_TRY(add(
            params, &in->shape, prefix, "shape.weight", ISG_NER_N_SHAPES, (uint32_t)c->shape_dim, true, err));
        in->dim += (uint32_t)c->shape_dim;
    }
    in->n_features = sizes->features ? isg_ner_features_count(sizes->features) : 0;
    for (uint32_t k = 0; k < in->n_features; k++) {
        char name[32];
        snprintf(name, sizeof name, "feature.%u.weight", k);
        ISG_TRY(add(params, &in->feature[k], prefix, name, isg_ner_features_rows(sizes->features, k),
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
    ISG_TRY(add(params, &in->chars, prefix, "char.weight", sizes->n_chars, d, true, err));
    if (c->chars == ISG_CHAR_CNN || c->chars == ISG_CHAR_BOTH) {
        const uint32_t f = (uint32_t)c->char_filters;
        ISG_TRY(add(params, &in->conv_w, prefix, "char.conv.w", (uint32_t)c->char_width * d, f, false, err));
        ISG_TRY(add(params, &in->conv_b, prefix, "char.conv.b", 1, f, false, err));
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

struct isg_node *isg_ner_input_chars(
    const struct isg_ner_input *in, struct isg_tape *t, const struct isg_ner_batch *b)
{
    if (!in->chars)
        return NULL;
    return isg_lookup(t, in->chars, b->chars, b->char_offset[b->n_kinds]);
}

struct isg_node *isg_ner_input_words(
    const struct isg_ner_input *in, struct isg_tape *t, const struct isg_ner_batch *b)
{
    bool beyond = false;
    for (uint32_t i = 0; i < b->n_tokens && !beyond; i++)
        beyond = b->word[i] >= in->word->rows;
    if (!beyond)
        return isg_lookup(t, in->word, b->word, b->n_tokens);
    /* each token has its row in one of the two tables, and zeros come from the other */
    uint32_t *ids = isg_tape_alloc(t, 2 * (size_t)b->n_tokens, sizeof *ids);
    if (!ids)
        return NULL;
    uint32_t *rest = ids + b->n_tokens;
    for (uint32_t i = 0; i < b->n_tokens; i++) {
        const bool learnt = b->word[i] < in->word->rows;
        ids[i] = learnt ? b->word[i] : ISG_NO_ID;
        rest[i] = learnt ? ISG_NO_ID : b->word[i] - in->word->rows;
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

/* Names of dropout masks: the part's prefix and the place in it. */
static const char *mask(char out[80], const char *name, const char *place)
{
    snprintf(out, 80, "%s.%s", name, place);
    return out;
}

struct isg_node *isg_ner_input_spell(const struct isg_ner_input *in, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_ner_batch *b, struct isg_node *chars)
{
    char name[80];
    struct isg_node *parts[2];
    uint32_t n = 0;
    struct isg_node *x = isg_dropout(t, chars, ISG_R(c->dropout_char), mask(name, in->name, "char"));
    if (in->conv_w)
        parts[n++] = isg_char_cnn(t, x, &b->kind_chars, (uint32_t)c->char_width, in->conv_w, in->conv_b);
    if (in->char_lstm.fw.wx)
        parts[n++] = isg_bilstm_ends(t, isg_bilstm(t, x, &b->kind_chars, &in->char_lstm), &b->kind_chars);
    return n == 1 ? parts[0] : isg_concat(t, parts, n);
}

struct isg_node *isg_ner_input_join(const struct isg_ner_input *in, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_ner_batch *b, struct isg_node *words,
    struct isg_node *spelling)
{
    char name[80];
    struct isg_node *parts[3 + ISG_MAX_FEATURES + 1];
    uint32_t n = 0;
    parts[n++] = words;
    if (in->chars)
        parts[n++] = isg_rows(t, spelling, b->kind, b->n_tokens);
    if (in->shape)
        parts[n++] = isg_lookup(t, in->shape, b->shape, b->n_tokens);
    for (uint32_t k = 0; k < in->n_features; k++)
        parts[n++] = isg_lookup(t, in->feature[k], b->feature + (size_t)k * b->n_tokens, b->n_tokens);
    struct isg_node *x = n == 1 ? parts[0] : isg_concat(t, parts, n);
    x = isg_dropout_row(t, x, ISG_R(c->word_dropout), mask(name, in->name, "token"));
    mask(name, in->name, "in");
    return c->variational ? isg_dropout_seq(t, x, &b->sentences, ISG_R(c->dropout_in), name)
                          : isg_dropout(t, x, ISG_R(c->dropout_in), name);
}

struct isg_node *isg_ner_input_run(const struct isg_ner_input *in, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_ner_batch *b)
{
    struct isg_node *spelling = NULL;
    if (in->chars)
        spelling = isg_ner_input_spell(in, t, c, b, isg_ner_input_chars(in, t, b));
    return isg_ner_input_join(in, t, c, b, isg_ner_input_words(in, t, b), spelling);
}

/* ---- encoder ---- */

enum isg_status isg_ner_encoder_add(struct isg_ner_encoder *e, struct isg_params *params, const char *name,
    uint32_t in, uint32_t hidden, uint32_t layers, struct isg_error *err)
{
    memset(e, 0, sizeof *e);
    snprintf(e->name, sizeof e->name, "%s", name);
    e->in = in;
    e->out = 2 * hidden;
    e->n_layers = layers;
    for (uint32_t i = 0; i < layers; i++) {
        char prefix[112];
        snprintf(prefix, sizeof prefix, "%s.%u", name, i);
        ISG_TRY(isg_bilstm_add(params, &e->layer[i], prefix, i ? e->out : in, hidden, err));
    }
    return ISG_OK;
}

void isg_ner_encoder_init(
    const struct isg_ner_encoder *e, struct isg_params *params, const struct isg_ner_config *c, uint64_t seed)
{
    for (uint32_t i = 0; i < e->n_layers; i++)
        isg_bilstm_init(params, &e->layer[i], ISG_R(c->forget_bias), seed);
}

struct isg_node *isg_ner_encoder_run(const struct isg_ner_encoder *e, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_seqs *sentences, struct isg_node *x)
{
    for (uint32_t i = 0; i < e->n_layers; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s.%u.out", e->name, i);
        x = isg_bilstm(t, x, sentences, &e->layer[i]);
        x = c->variational ? isg_dropout_seq(t, x, sentences, ISG_R(c->dropout_out), name)
                           : isg_dropout(t, x, ISG_R(c->dropout_out), name);
    }
    return x;
}

/* ---- attention ---- */

enum isg_status isg_ner_attend_add(struct isg_ner_attend *a, struct isg_params *params, const char *name,
    uint32_t in, const struct isg_ner_config *c, struct isg_error *err)
{
    memset(a, 0, sizeof *a);
    snprintf(a->name, sizeof a->name, "%s", name);
    a->in = in;
    a->out = c->attention == ISG_ATTENTION_NONE ? in : 2 * in;
    if (c->attention == ISG_ATTENTION_XIE) {
        ISG_TRY(add(params, &a->w, name, ".w", in, in, false, err));
        ISG_TRY(add(params, &a->b, name, ".b", 1, in, false, err));
    } else if (c->attention == ISG_ATTENTION_HEADS) {
        if (in % (uint32_t)c->attention_heads != 0)
            return isg_error_set(err, ISG_EUSAGE, NULL, 0,
                "attention_heads=%lld does not divide %u, the encoder's size", (long long)c->attention_heads,
                in);
        ISG_TRY(add(params, &a->q, name, ".q", in, in, false, err));
        ISG_TRY(add(params, &a->k, name, ".k", in, in, false, err));
        ISG_TRY(add(params, &a->v, name, ".v", in, in, false, err));
        ISG_TRY(add(params, &a->o, name, ".o", in, in, false, err));
    }
    return ISG_OK;
}

void isg_ner_attend_init(const struct isg_ner_attend *a, uint64_t seed)
{
    struct isg_param *const all[] = {a->w, a->q, a->k, a->v, a->o};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i])
            isg_param_xavier(all[i], seed);
    if (a->b)
        isg_param_fill(a->b, 0);
}

struct isg_node *isg_ner_attend_run(const struct isg_ner_attend *a, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_seqs *sentences, struct isg_node *h)
{
    struct isg_node *context;
    if (a->w) {
        context = isg_self_attention(t, h, sentences, a->w, a->b, (enum isg_mask_self)c->attention_mask);
    } else if (a->q) {
        context = isg_attention(t, isg_linear(t, h, a->q, NULL), isg_linear(t, h, a->k, NULL),
            isg_linear(t, h, a->v, NULL), sentences, (uint32_t)c->attention_heads, 0);
        context = isg_linear(t, context, a->o, NULL);
    } else {
        return h;
    }
    char name[80];
    context = isg_dropout(t, context, ISG_R(c->dropout_attention), mask(name, a->name, "context"));
    return isg_concat(t, (struct isg_node *[]){h, context}, 2);
}

/* ---- head ---- */

/* What may follow what. Letters of labels: O B I (E S); in BIOES an entity has to be closed by E before
 * anything else. */
static bool may_follow(const char *a, const char *b, bool bioes)
{
    const bool same = a[0] != 'O' && b[0] != 'O' && strcmp(a + 2, b + 2) == 0;
    if (!bioes)
        return b[0] != 'I' || (same && (a[0] == 'B' || a[0] == 'I'));
    const bool open = a[0] == 'B' || a[0] == 'I', goes_on = b[0] == 'I' || b[0] == 'E';
    return open == goes_on && (!open || same);
}

static enum isg_status make_legal(
    struct isg_ner_head *h, const struct isg_strtab *labels, bool bioes, struct isg_error *err)
{
    const uint32_t n = h->n_labels;
    h->legal = isg_calloc((size_t)n * (n + 2), 1);
    if (!h->legal)
        return isg_error_nomem(err, "the table of legal labels");
    uint8_t *start = h->legal, *end = start + n, *trans = end + n;
    for (uint32_t i = 0; i < n; i++) {
        const char *a = isg_strtab_get(labels, i, NULL);
        start[i] = may_follow("O", a, bioes);
        end[i] = !bioes || a[0] == 'O' || a[0] == 'E' || a[0] == 'S';
        for (uint32_t j = 0; j < n; j++)
            trans[(size_t)i * n + j] = may_follow(a, isg_strtab_get(labels, j, NULL), bioes);
    }
    h->crf.legal = (struct isg_crf_legal){start, end, trans};
    return ISG_OK;
}

enum isg_status isg_ner_head_add(struct isg_ner_head *h, struct isg_params *params, const char *name,
    uint32_t in, const struct isg_strtab *labels, const struct isg_ner_config *c,
    const struct isg_crf *transitions, struct isg_error *err)
{
    memset(h, 0, sizeof *h);
    snprintf(h->name, sizeof h->name, "%s", name);
    const uint32_t n = isg_strtab_size(labels);
    h->in = in;
    h->n_labels = n;
    ISG_TRY(add(params, &h->w, name, ".w", in, n, false, err));
    ISG_TRY(add(params, &h->b, name, ".b", 1, n, false, err));
    if (c->transitions == ISG_TRANSITIONS_INPUT) {
        if (n > 46340)
            return isg_error_set(err, ISG_EUSAGE, NULL, 0, "%u labels are too many for transitions=input", n);
        ISG_TRY(add(params, &h->pair_w, name, ".pair.w", in, n * n, false, err));
        ISG_TRY(add(params, &h->pair_b, name, ".pair.b", 1, n * n, false, err));
    }
    char prefix[80];
    snprintf(prefix, sizeof prefix, "%s.crf", name);
    if (transitions)
        h->crf = *transitions;
    else
        ISG_TRY(isg_crf_add(params, &h->crf, prefix, n, err));
    if (c->legal)
        ISG_TRY(make_legal(h, labels, c->scheme == 0, err));
    return ISG_OK;
}

void isg_ner_head_init(const struct isg_ner_head *h, uint64_t seed)
{
    isg_param_xavier(h->w, seed);
    isg_param_fill(h->b, 0);
    if (h->pair_w) {
        isg_param_xavier(h->pair_w, seed);
        isg_param_fill(h->pair_b, 0);
    }
}

void isg_ner_head_fini(struct isg_ner_head *h)
{
    if (!h->borrowed)
        isg_free(h->legal);
    memset(h, 0, sizeof *h);
}

struct isg_node *isg_ner_head_run(
    const struct isg_ner_head *h, struct isg_tape *t, struct isg_node *x, struct isg_node **pair)
{
    *pair = h->pair_w ? isg_linear(t, x, h->pair_w, h->pair_b) : NULL;
    return isg_linear(t, x, h->w, h->b);
}

/* ---- the plain tagger ---- */

enum isg_status isg_ner_network_add(struct isg_ner_network *net, struct isg_params *params,
    const char *prefix, const struct isg_ner_config *c, const struct isg_ner_sizes *sizes,
    const struct isg_ner_sharing *sharing, struct isg_error *err)
{
    char name[40];
    *net = (struct isg_ner_network){.params = params, .borrowed = true};
    const struct isg_ner_network *const shared = sharing ? sharing->with : NULL;
    ISG_TRY(isg_ner_input_add(&net->input, params, prefix, c, sizes, shared ? &shared->input : NULL,
        sharing && sharing->words, err));
    uint32_t in = net->input.dim;
    if (c->sal_hidden) {
        snprintf(name, sizeof name, "%ssal", prefix);
        ISG_TRY(
            isg_ner_encoder_add(&net->sal, params, name, sizes->word_dim, (uint32_t)c->sal_hidden, 1, err));
        in += net->sal.out - sizes->word_dim;
    }
    if (shared) {
        net->encoder = shared->encoder;
        net->attend = shared->attend;
        if (net->encoder.in != in)
            return isg_error_set(
                err, ISG_EUSAGE, NULL, 0, "a shared encoder of %u inputs given %u", net->encoder.in, in);
    } else {
        snprintf(name, sizeof name, "%sencoder", prefix);
        ISG_TRY(isg_ner_encoder_add(
            &net->encoder, params, name, in, (uint32_t)c->hidden, (uint32_t)c->layers, err));
        snprintf(name, sizeof name, "%sattention", prefix);
        ISG_TRY(isg_ner_attend_add(&net->attend, params, name, net->encoder.out, c, err));
    }
    uint32_t out = net->attend.out;
    if (c->private_hidden) {
        snprintf(name, sizeof name, "%sprivate", prefix);
        ISG_TRY(isg_ner_encoder_add(
            &net->priv, params, name, in, (uint32_t)c->private_hidden, (uint32_t)c->layers, err));
        snprintf(name, sizeof name, "%sprivate.attention", prefix);
        ISG_TRY(isg_ner_attend_add(&net->priv_attend, params, name, net->priv.out, c, err));
        out += net->priv_attend.out;
    }
    if (c->oal_hidden) {
        snprintf(name, sizeof name, "%soal", prefix);
        ISG_TRY(isg_ner_encoder_add(&net->oal, params, name, out, (uint32_t)c->oal_hidden, 1, err));
        out = net->oal.out;
    }
    if (sharing && sharing->head) {
        net->head = shared->head;
        net->head.borrowed = true;
        if (net->head.in != out)
            return isg_error_set(
                err, ISG_EUSAGE, NULL, 0, "a shared head of %u inputs given %u", net->head.in, out);
        return ISG_OK;
    }
    snprintf(name, sizeof name, "%shead", prefix);
    return isg_ner_head_add(&net->head, params, name, out, sizes->labels, c,
        sharing && sharing->transitions ? &shared->head.crf : NULL, err);
}

enum isg_status isg_ner_network_new(struct isg_ner_network *net, const struct isg_ner_config *c,
    const struct isg_ner_vocab *vocab, uint32_t word_dim, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_params *params;
    const struct isg_ner_sizes sizes = {vocab->n_learnt, isg_strtab_size(vocab->words) - vocab->n_learnt,
        word_dim, isg_strtab_size(vocab->chars), vocab->labels, &vocab->features};
    memset(net, 0, sizeof *net);
    ISG_TRY(isg_params_new(&params, err));
    status = isg_ner_network_add(net, params, "", c, &sizes, NULL, err);
    net->borrowed = false;
    if (status == ISG_OK)
        status = isg_params_seal(params, err);
    if (status != ISG_OK)
        isg_ner_network_fini(net);
    return status;
}

void isg_ner_network_init(struct isg_ner_network *net, const struct isg_ner_config *c, uint64_t seed)
{
    isg_ner_input_init(&net->input, net->params, c, seed);
    isg_ner_encoder_init(&net->sal, net->params, c, seed);
    isg_ner_encoder_init(&net->encoder, net->params, c, seed);
    isg_ner_attend_init(&net->attend, seed);
    isg_ner_encoder_init(&net->priv, net->params, c, seed);
    isg_ner_attend_init(&net->priv_attend, seed);
    isg_ner_encoder_init(&net->oal, net->params, c, seed);
    isg_ner_head_init(&net->head, seed);
}

void isg_ner_network_configure(struct isg_ner_network *net, const struct isg_ner_config *c)
{
    for (uint32_t i = 0; i < isg_params_count(net->params); i++) {
        struct isg_param *p = isg_params_at(net->params, i);
        p->l2 = ISG_R(c->l2);
    }
    net->input.word->lr_scale = ISG_R(c->word_lr);
    net->input.word->frozen = c->word_lr == 0;
}

void isg_ner_network_fini(struct isg_ner_network *net)
{
    isg_ner_input_fini(&net->input);
    isg_ner_head_fini(&net->head);
    if (!net->borrowed)
        isg_params_free(net->params);
    memset(net, 0, sizeof *net);
}

void isg_ner_network_pass(const struct isg_ner_network *net, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_ner_batch *b, struct isg_ner_pass *pass)
{
    const struct isg_seqs *const s = &b->sentences;
    if (!pass->words)
        pass->words = isg_ner_input_words(&net->input, t, b);
    if (!pass->spelling && net->input.chars) {
        if (!pass->chars)
            pass->chars = isg_ner_input_chars(&net->input, t, b);
        pass->spelling = isg_ner_input_spell(&net->input, t, c, b, pass->chars);
    }
    struct isg_node *words = pass->words;
    if (net->sal.n_layers)
        words = isg_ner_encoder_run(&net->sal, t, c, s, words);
    struct isg_node *const x = isg_ner_input_join(&net->input, t, c, b, words, pass->spelling);
    pass->shared = isg_ner_attend_run(&net->attend, t, c, s, isg_ner_encoder_run(&net->encoder, t, c, s, x));
    struct isg_node *h = pass->shared;
    if (net->priv.n_layers) {
        struct isg_node *const own =
            isg_ner_attend_run(&net->priv_attend, t, c, s, isg_ner_encoder_run(&net->priv, t, c, s, x));
        h = isg_concat(t, (struct isg_node *const[]){own, pass->shared}, 2);
    }
    if (net->oal.n_layers)
        h = isg_ner_encoder_run(&net->oal, t, c, s, h);
    pass->emit = isg_ner_head_run(&net->head, t, h, &pass->pair);
}

struct isg_node *isg_ner_network_run_from(const struct isg_ner_network *net, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_ner_batch *b, struct isg_node *spelling,
    struct isg_node **pair)
{
    struct isg_ner_pass pass = {.spelling = spelling};
    isg_ner_network_pass(net, t, c, b, &pass);
    *pair = pass.pair;
    return pass.emit;
}

struct isg_node *isg_ner_network_run(const struct isg_ner_network *net, struct isg_tape *t,
    const struct isg_ner_config *c, const struct isg_ner_batch *b, struct isg_node **pair)
{
    return isg_ner_network_run_from(net, t, c, b, NULL, pair);
}
