/* Encoders, attention and heads. Each part reads its sizes from the configuration once, when it is added. */
#include "ner/model/parts.h"
#include "ner/engine/attention.h"
#include "ner/engine/dropout.h"
#include "ner/engine/elementwise.h"
#include "ner/engine/linear.h"

#include <stdio.h>
#include <string.h>

enum isg_status isg_ner_part_param(struct isg_params *params, struct isg_param **out, const char *prefix,
    const char *name, uint32_t rows, uint32_t cols, bool sparse, struct isg_error *err)
{
    char full[128];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    return isg_params_add(params, out, full, rows, cols, sparse, err);
}

const char *isg_ner_part_mask(char out[80], const char *name, const char *place)
{
    snprintf(out, 80, "%s.%s", name, place);
    return out;
}

/* ---- encoder ---- */

enum isg_status isg_ner_encoder_add(struct isg_ner_encoder *e, struct isg_params *params, const char *name, uint32_t in,
    uint32_t hidden, uint32_t layers, struct isg_error *err)
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
    const struct isg_ner_config *c, const struct isg_seqs *sentences, struct isg_node *x, double dropout)
{
    for (uint32_t i = 0; i < e->n_layers; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s.%u.out", e->name, i);
        x = isg_bilstm(t, x, sentences, &e->layer[i]);
        x = c->variational ? isg_dropout_seq(t, x, sentences, ISG_R(dropout), name)
                           : isg_dropout(t, x, ISG_R(dropout), name);
    }
    return x;
}

/* ---- attention ---- */

uint32_t isg_ner_attend_size(const struct isg_ner_config *c, uint32_t in)
{
    return c->attention != ISG_ATTENTION_NONE && c->attention_join == ISG_JOIN_CONCAT ? 2 * in : in;
}

enum isg_status isg_ner_attend_add(struct isg_ner_attend *a, struct isg_params *params, const char *name, uint32_t in,
    const struct isg_ner_config *c, struct isg_error *err)
{
    memset(a, 0, sizeof *a);
    snprintf(a->name, sizeof a->name, "%s", name);
    a->in = in;
    a->out = isg_ner_attend_size(c, in);
    if (c->attention == ISG_ATTENTION_XIE) {
        ISG_TRY(isg_ner_part_param(params, &a->w, name, ".w", in, in, false, err));
        ISG_TRY(isg_ner_part_param(params, &a->b, name, ".b", 1, in, false, err));
    } else if (c->attention == ISG_ATTENTION_HEADS) {
        if (in % (uint32_t)c->attention_heads != 0)
            return isg_error_set(err, ISG_EUSAGE, NULL, 0,
                "attention_heads=%lld does not divide %u, the encoder's size", (long long)c->attention_heads, in);
        ISG_TRY(isg_ner_part_param(params, &a->q, name, ".q", in, in, false, err));
        ISG_TRY(isg_ner_part_param(params, &a->k, name, ".k", in, in, false, err));
        ISG_TRY(isg_ner_part_param(params, &a->v, name, ".v", in, in, false, err));
        ISG_TRY(isg_ner_part_param(params, &a->o, name, ".o", in, in, false, err));
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

struct isg_node *isg_ner_attend_run(const struct isg_ner_attend *a, struct isg_tape *t, const struct isg_ner_config *c,
    const struct isg_seqs *sentences, struct isg_node *h)
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
    context = isg_dropout(t, context, ISG_R(c->dropout_attention), isg_ner_part_mask(name, a->name, "context"));
    if (c->attention_join == ISG_JOIN_REPLACE)
        return context;
    return c->attention_join == ISG_JOIN_ADD ? isg_add(t, h, context)
                                             : isg_concat(t, (struct isg_node *[]){h, context}, 2);
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

enum isg_status isg_ner_head_add(struct isg_ner_head *h, struct isg_params *params, const char *name, uint32_t in,
    const struct isg_strtab *labels, const struct isg_ner_config *c, const struct isg_crf *transitions,
    struct isg_error *err)
{
    memset(h, 0, sizeof *h);
    snprintf(h->name, sizeof h->name, "%s", name);
    const uint32_t n = isg_strtab_size(labels);
    h->in = in;
    h->n_labels = n;
    ISG_TRY(isg_ner_part_param(params, &h->w, name, ".w", in, n, false, err));
    ISG_TRY(isg_ner_part_param(params, &h->b, name, ".b", 1, n, false, err));
    if (c->transitions == ISG_TRANSITIONS_INPUT) {
        if (n > 46340)
            return isg_error_set(err, ISG_EUSAGE, NULL, 0, "%u labels are too many for transitions=input", n);
        ISG_TRY(isg_ner_part_param(params, &h->pair_w, name, ".pair.w", in, n * n, false, err));
        ISG_TRY(isg_ner_part_param(params, &h->pair_b, name, ".pair.b", 1, n * n, false, err));
    }
    char prefix[80];
    snprintf(prefix, sizeof prefix, "%s.crf", name);
    if (transitions)
        h->crf = *transitions;
    else
        ISG_TRY(isg_crf_add(params, &h->crf, prefix, n, err));
    if (c->legal)
        ISG_TRY(make_legal(h, labels, c->scheme == ISG_LABELS_BIOES, err));
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
