/* What goes from the source tasks to the target task between the phases. */
#include "ner/transfer/carry.h"

#include <string.h>

static void copy_rows(struct isg_param *to, uint32_t to_row, const struct isg_param *from, uint32_t from_row)
{
    memcpy(to->value + (size_t)to_row * to->cols, from->value + (size_t)from_row * from->cols,
        to->cols * sizeof *to->value);
    isg_param_changed(to);
}

/* Columns of the head's projection and entries of its transitions for labels that both tasks have. */
static void copy_labels(struct isg_transfer *t)
{
    const struct isg_ner_task *const s = &t->trainer.tasks[ISG_TASK_SOURCE];
    struct isg_ner_task *const g = &t->trainer.tasks[ISG_TASK_TARGET];
    const uint32_t n = isg_strtab_size(g->vocab.labels), m = isg_strtab_size(s->vocab.labels);
    struct isg_ner_head *const to = &g->net.head;
    const struct isg_ner_head *const from = &s->net.head;
    if (to->w->rows != from->w->rows)
        return; /* features of another size (adaptation layers): nothing that could be copied */
    for (uint32_t i = 0; i < n; i++) {
        size_t len;
        const char *const label = isg_strtab_get(g->vocab.labels, i, &len);
        const uint32_t j = isg_strtab_find(s->vocab.labels, label, len);
        if (j == ISG_NO_ID)
            continue;
        for (uint32_t r = 0; r < to->w->rows; r++)
            to->w->value[(size_t)r * n + i] = from->w->value[(size_t)r * m + j];
        to->b->value[i] = from->b->value[j];
        for (uint32_t k = 0; k < n; k++) {
            const char *const other = isg_strtab_get(g->vocab.labels, k, &len);
            const uint32_t l = isg_strtab_find(s->vocab.labels, other, len);
            if (l != ISG_NO_ID)
                to->crf.trans->value[(size_t)i * n + k] = from->crf.trans->value[(size_t)j * m + l];
        }
    }
    isg_param_changed(to->w);
    isg_param_changed(to->b);
    isg_param_changed(isg_params_find(t->trainer.params, to->crf.trans->name));
}

enum isg_status isg_transfer_carry_over(struct isg_transfer *t, struct isg_error *err)
{
    const struct isg_ner_transfer_config *const x = t->x;
    const struct isg_ner_task *const s = &t->trainer.tasks[ISG_TASK_SOURCE];
    struct isg_ner_task *const g = &t->trainer.tasks[ISG_TASK_TARGET];
    if (x->copy_words)
        for (uint32_t r = 1; r < g->net.input.word->rows; r++) {
            size_t n;
            const char *const word = isg_strtab_get(g->vocab.words, r, &n);
            const uint32_t from = isg_strtab_find(s->vocab.words, word, n);
            if (from != ISG_NO_ID && from < s->vocab.n_learnt)
                copy_rows(g->net.input.word, r, s->net.input.word, from);
        }
    if (x->copy_labels)
        copy_labels(t);
    if (!x->keep_encoder) {
        isg_ner_encoder_init(&g->net.encoder, t->trainer.params, &g->config, t->opts->seed + 1);
        isg_ner_attend_init(&g->net.attend, t->opts->seed + 1);
    }
    for (uint32_t i = 0; i < isg_params_count(t->trainer.params); i++) {
        struct isg_param *const p = isg_params_at(t->trainer.params, i);
        const bool chars = isg_glob("char.*|feature.*", p->name), encoder = isg_glob("encoder.*|attention.*", p->name);
        if (!chars && !encoder)
            continue;
        if (chars && !x->keep_chars)
            isg_param_uniform(p, ISG_SQRT(ISG_R(3) / (isg_real)p->cols), t->opts->seed + 1);
        if (chars ? !x->keep_chars : !x->keep_encoder)
            continue; /* reinitialised, so it learns at the full rate */
        p->lr_scale *= ISG_R(x->psi);
        p->frozen = p->frozen || x->psi == 0;
        if (x->l2_start > 0) {
            p->l2_start = ISG_R(x->l2_start);
            ISG_TRY(isg_param_mark_start(t->trainer.params, p, err));
        }
    }
    return ISG_OK;
}

static void scale_rate(void *cookie, struct isg_param *p)
{
    const double rate = *(const double *)cookie;
    p->lr_scale *= ISG_R(rate);
    p->frozen = p->frozen || rate == 0;
}

enum isg_status isg_transfer_set_rates(struct isg_transfer *t, struct isg_error *err)
{
    for (size_t i = 0; i < t->opts->n_rates; i++) {
        struct isg_ner_rate r = t->opts->rates[i];
        if (isg_params_each(t->trainer.params, r.pattern, scale_rate, &r.rate))
            continue;
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "no parameter's name matches \"%s\"", r.pattern);
        return isg_error_expected(err, "a pattern such as word.*, char.*, encoder.*, head.*");
    }
    return ISG_OK;
}

void isg_transfer_hand_over(struct isg_transfer *t)
{
    for (uint32_t i = 0; i < isg_params_count(t->trainer.params); i++) {
        const struct isg_param *const from = isg_params_at(t->trainer.params, i);
        if (strncmp(from->name, "source.", 7) != 0 || from == t->trainer.tasks[ISG_TASK_SOURCE].net.input.word)
            continue; /* other vectors, of a common space: the target keeps its own */
        struct isg_param *const to = isg_params_find(t->trainer.params, from->name + 7);
        if (to && isg_param_size(to) == isg_param_size(from)) {
            memcpy(to->value, from->value, isg_param_size(to) * sizeof *to->value);
            isg_param_changed(to);
        }
    }
}
