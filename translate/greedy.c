/* Mayhew et al. 2017: left to right, the longest phrase of the table first; its options are ranked by
 * log10 p_lm(first word | context) + ln(prominence + 1e-7), mixed bases as in their code. */
#include "translate/greedy.h"
#include "translate/options.h"
#include "translate/unit.h"

/** The best option under the language model. */
static enum isg_status pick(struct isg_translator *t, const struct isg_lm_state *context, struct isg_tr_option *o,
    size_t n, size_t *best, struct isg_error *err)
{
    float top = 0.0F;
    *best = 0;
    for (size_t i = 0; t->parts.lm && i < n; i++) {
        struct isg_lm_state ignored;
        ISG_TRY(isg_tr_lm_words(t, &o[i], err));
        const float score = isg_lm_score(t->parts.lm, context, o[i].lm_words[0], &ignored) + o[i].logp;
        if (i == 0 || score > top) {
            top = score;
            *best = i;
        }
    }
    return ISG_OK;
}

enum isg_status isg_tr_greedy(struct isg_translator *t, struct isg_tr_sentence *s, struct isg_error *err)
{
    struct isg_tr_option o[ISG_TR_MAX_OPTIONS];
    struct isg_lm_state context;
    isg_lm_empty(&context); /* cleared at the break before the sentence */
    for (uint32_t i = 0; i < s->n;) {
        size_t n = 0, best = 0;
        uint32_t length = isg_tr_reach(s, i, (uint32_t)t->opts.window);
        for (; length > 0; length--) {
            ISG_TRY(isg_tr_options(t, s, i, length, o, ISG_TR_MAX_OPTIONS, &n, err));
            if (n > 0)
                break;
        }
        const uint32_t entity = s->words[i].entity;
        if (length == 1 && n == 1 && o[0].method == ISG_BY_UNKNOWN && entity != ISG_NO_ID &&
            (i == 0 || s->words[i - 1].entity != entity)) {
            /* the first word of a name is not in the table: another name of its type replaces the whole */
            bool found;
            const uint32_t all = isg_tr_reach(s, i, UINT32_MAX);
            isg_tr_name_option(t, s, i, &o[0], &found);
            length = found ? all : 1;
        }
        ISG_TRY(pick(t, &context, o, n, &best, err));
        ISG_TRY(isg_tr_push_unit(s, i, length, &o[best], err));
        if (t->parts.lm) {
            ISG_TRY(isg_tr_lm_words(t, &o[best], err));
            for (uint32_t k = 0; k < o[best].n_words; k++)
                (void)isg_lm_score(t->parts.lm, &context, o[best].lm_words[k], &context);
        }
        i += length;
    }
    return ISG_OK;
}
