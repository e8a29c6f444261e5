/* Units: consecutive source words that are translated together. */
#include "translate/unit.h"

enum isg_status isg_tr_push_unit(
    struct isg_tr_sentence *s, uint32_t first, uint32_t n, const struct isg_tr_option *option, struct isg_error *err)
{
    if (!ISG_GROW(s->units, s->cap_units, s->n_units + 1))
        return isg_error_nomem(err, "a translated sentence");
    s->units[s->n_units++] = (struct isg_tr_unit){first, n, *option};
    return ISG_OK;
}

uint32_t isg_tr_reach(const struct isg_tr_sentence *s, uint32_t first, uint32_t max)
{
    uint32_t n = 1;
    while (n < max && first + n < s->n && s->words[first + n].entity == s->words[first].entity)
        n++;
    return n;
}
