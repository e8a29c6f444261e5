/* Units: consecutive source words that are translated together. */
#include "translate/unit.h"

enum isg_status isg_tr_push_unit(
    struct isg_tr_sentence *s, uint32_t first, uint32_t n, const struct isg_tr_option *option, struct isg_error *err)
{
    return ISG_PUSH(s->units, (struct isg_tr_unit){first, n, *option}) ? ISG_OK
                                                                       : isg_error_nomem(err, "a translated sentence");
}

uint32_t isg_tr_reach(const struct isg_tr_sentence *s, uint32_t first, uint32_t max)
{
    uint32_t n = 1;
    while (n < max && first + n < s->n && s->words[first + n].entity == s->words[first].entity)
        n++;
    return n;
}
