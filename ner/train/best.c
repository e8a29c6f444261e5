/* The weights of the best epoch. */
#include "ner/train/best.h"

#include <string.h>

enum isg_status isg_ner_best_alloc(struct isg_ner_trainer *t, struct isg_error *err)
{
    const uint32_t n = isg_params_count(t->params);
    if (t->best)
        return ISG_OK;
    t->best = isg_calloc((size_t)n + 1, sizeof *t->best);
    for (uint32_t i = 0; t->best && i < n; i++) {
        t->best[i] = isg_malloc(isg_param_size(isg_params_at(t->params, i)), sizeof **t->best);
        if (!t->best[i])
            return isg_error_nomem(err, "the best weights");
    }
    return t->best ? ISG_OK : isg_error_nomem(err, "the best weights");
}

enum isg_status isg_ner_best_keep(struct isg_ner_trainer *t, struct isg_error *err)
{
    const bool again = t->best != NULL;
    ISG_TRY(isg_ner_best_alloc(t, err));
    for (uint32_t i = 0; i < isg_params_count(t->params); i++) {
        const struct isg_param *const p = isg_params_at(t->params, i);
        if (!p->frozen || !again)
            memcpy(t->best[i], p->value, isg_param_size(p) * sizeof *p->value);
    }
    return ISG_OK;
}

void isg_ner_best_take(struct isg_ner_trainer *t)
{
    for (uint32_t i = 0; t->best && i < isg_params_count(t->params); i++) {
        struct isg_param *const p = isg_params_at(t->params, i);
        memcpy(p->value, t->best[i], isg_param_size(p) * sizeof *p->value);
        isg_param_changed(p);
    }
}

void isg_ner_best_free(struct isg_ner_trainer *t)
{
    for (uint32_t i = 0; t->best && i < isg_params_count(t->params); i++)
        isg_free(t->best[i]);
    isg_free((void *)t->best);
    t->best = NULL;
}
