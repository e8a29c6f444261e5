/* Several taggers as one. */
#include "ner/decode/ensemble.h"

#include <string.h>

struct member {
    const struct isg_ner_model *model;
    struct isg_ner_decoder *decoder;
    struct isg_ner_forms forms;
};
struct isg_ner_ensemble {
    struct member *members;
    size_t n;
    double temperature;
    bool pairs;                /* a member has transitions that depend on the input */
    struct isg_params *params; /* the mean transitions; NULL where there is one member */
    struct isg_ner_scores scores;
    size_t cap_emit, cap_pair;
};

void isg_ner_ensemble_free(struct isg_ner_ensemble *e)
{
    if (!e)
        return;
    for (size_t i = 0; e->members && i < e->n; i++) {
        isg_ner_decoder_free(e->members[i].decoder);
        isg_ner_forms_fini(&e->members[i].forms);
    }
    isg_free(e->members);
    isg_params_free(e->params);
    isg_free(e->scores.emit);
    isg_free(e->scores.pair);
    isg_free(e);
}

static bool same_strings(const struct isg_strtab *a, const struct isg_strtab *b)
{
    bool same = isg_strtab_size(a) == isg_strtab_size(b);
    for (uint32_t i = 0; same && i < isg_strtab_size(a); i++) {
        size_t n, m;
        const char *const s = isg_strtab_get(a, i, &n), *const t = isg_strtab_get(b, i, &m);
        same = n == m && memcmp(s, t, n) == 0;
    }
    return same;
}

static bool same_features(const struct isg_ner_features *a, const struct isg_ner_features *b)
{
    size_t n = 0, m = 0;
    bool same = a->n_columns == b->n_columns && !a->gazetteer == !b->gazetteer;
    for (uint32_t k = 0; same && k < a->n_columns; k++)
        same = a->column[k] == b->column[k] && same_strings(a->values[k], b->values[k]);
    if (!same || !a->gazetteer)
        return same;
    const char *const s = isg_ner_gazetteer_text(a->gazetteer, &n), *const t = isg_ner_gazetteer_text(b->gazetteer, &m);
    return n == m && memcmp(s, t, n) == 0;
}

static void add_mean(const struct isg_param *to, const struct isg_param *from, isg_real weight)
{
    for (size_t i = 0; from && i < isg_param_size(to); i++)
        to->value[i] += weight * from->value[i];
}

static enum isg_status mean_transitions(struct isg_ner_ensemble *e, struct isg_error *err)
{
    const struct isg_crf *const first = &e->members[0].model->net.head.crf;
    struct isg_crf *const mean = &e->scores.crf;
    ISG_TRY(isg_params_new(&e->params, err));
    ISG_TRY(isg_crf_add(e->params, mean, "mean", first->n_tags, err));
    ISG_TRY(isg_params_seal(e->params, err));
    mean->legal = first->legal;
    for (size_t i = 0; i < e->n; i++) {
        const struct isg_crf *const one = &e->members[i].model->net.head.crf;
        add_mean(mean->trans, one->trans, ISG_R(1.0 / (double)e->n));
        add_mean(mean->start, one->start, ISG_R(1.0 / (double)e->n));
        add_mean(mean->end, one->end, ISG_R(1.0 / (double)e->n));
    }
    return ISG_OK;
}

enum isg_status isg_ner_ensemble_new(struct isg_ner_ensemble **out, const struct isg_ner_model *const *models, size_t n,
    const char *const *paths, struct isg_pool *pool, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_ner_ensemble *const e = isg_calloc(1, sizeof *e);
    *out = NULL;
    if (e)
        e->members = isg_calloc(n, sizeof *e->members);
    if (!e || !e->members) {
        status = isg_error_nomem(err, "an ensemble");
        goto out;
    }
    e->n = n;
    for (size_t i = 0; i < n; i++) {
        struct member *const m = &e->members[i];
        m->model = models[i];
        e->temperature += models[i]->temperature / (double)n;
        e->pairs |= models[i]->net.head.pair_w != NULL;
        if (!same_strings(models[0]->vocab.labels, models[i]->vocab.labels)) {
            (void)isg_error_set(err, ISG_EDATA, paths ? paths[i] : NULL, 0, "labels differ from those of %s",
                paths ? paths[0] : "the first model");
            status = isg_error_expected(err, "models of one set of labels, in one scheme");
            goto out;
        }
        if (!same_features(&models[0]->vocab.features, &models[i]->vocab.features)) {
            (void)isg_error_set(err, ISG_EDATA, paths ? paths[i] : NULL, 0, "features differ from those of %s",
                paths ? paths[0] : "the first model");
            status = isg_error_expected(err, "models that read the same feature columns and names");
            goto out;
        }
        ISG_GOTO(isg_ner_forms_init(&m->forms, &m->model->vocab, err));
        ISG_GOTO(isg_ner_decoder_new(&m->decoder, &m->model->net, &m->model->config, pool, err));
    }
    if (n > 1)
        ISG_GOTO(mean_transitions(e, err));
    *out = e;
    return ISG_OK;
out:
    isg_ner_ensemble_free(e);
    return status;
}

/* All members meet the forms in one order, and so number them alike. */
enum isg_status isg_ner_ensemble_form(
    struct isg_ner_ensemble *e, const char *form, size_t n, uint32_t *id, struct isg_error *err)
{
    for (size_t i = 0; i < e->n; i++)
        ISG_TRY(isg_ner_forms_add(&e->members[i].forms, form, n, id, err));
    return ISG_OK;
}

const char *isg_ner_ensemble_word(const struct isg_ner_ensemble *e, uint32_t id, size_t *n)
{
    return isg_strtab_get(e->members[0].forms.index, id, n);
}

size_t isg_ner_ensemble_forms(const struct isg_ner_ensemble *e)
{
    return isg_strtab_size(e->members[0].forms.index);
}

enum isg_status isg_ner_ensemble_forget(struct isg_ner_ensemble *e, struct isg_error *err)
{
    for (size_t i = 0; i < e->n; i++) {
        struct member *const m = &e->members[i];
        isg_ner_forms_fini(&m->forms);
        isg_ner_decoder_forget(m->decoder);
        ISG_TRY(isg_ner_forms_init(&m->forms, &m->model->vocab, err));
    }
    return ISG_OK;
}

static void scale(isg_real *x, size_t n, isg_real by)
{
    for (size_t i = 0; i < n; i++)
        x[i] *= by;
}

enum isg_status isg_ner_ensemble_run(
    struct isg_ner_ensemble *e, const struct isg_ner_decode *job, struct isg_error *err)
{
    struct member *const first = &e->members[0];
    struct isg_ner_decode mine = *job;
    if (!(mine.temperature > 0))
        mine.temperature = e->temperature;
    if (e->n == 1)
        return isg_ner_decode_run(first->decoder, &first->forms, &first->model->vocab, &mine, err);
    const size_t L = isg_strtab_size(first->model->vocab.labels);
    size_t total = 0;
    for (uint32_t s = 0; s < job->n; s++)
        if (job->offset[s] + job->n_tokens[s] > total)
            total = job->offset[s] + job->n_tokens[s];
    if (!ISG_GROW(e->scores.emit, e->cap_emit, total * L + 1) ||
        (e->pairs && !ISG_GROW(e->scores.pair, e->cap_pair, total * L * L + 1)))
        return isg_error_nomem(err, "the scores of an ensemble");
    memset(e->scores.emit, 0, total * L * sizeof *e->scores.emit);
    if (e->pairs)
        memset(e->scores.pair, 0, total * L * L * sizeof *e->scores.pair);
    for (size_t i = 0; i < e->n; i++) {
        struct isg_ner_decode gather = mine;
        gather.add_to = &e->scores;
        ISG_TRY(
            isg_ner_decode_run(e->members[i].decoder, &e->members[i].forms, &e->members[i].model->vocab, &gather, err));
    }
    scale(e->scores.emit, total * L, ISG_R(1.0 / (double)e->n));
    if (e->pairs)
        scale(e->scores.pair, total * L * L, ISG_R(1.0 / (double)e->n));
    mine.scores = &e->scores;
    return isg_ner_decode_run(first->decoder, &first->forms, &first->model->vocab, &mine, err);
}
