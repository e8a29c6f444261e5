/* Word by word: the best option of each. */
#include "translate/decode_word.h"
#include "translate/options.h"
#include "translate/unit.h"

enum isg_status isg_tr_decode_word(struct isg_translator *t, struct isg_tr_sentence *s, struct isg_error *err)
{
    for (uint32_t i = 0; i < s->n; i++) {
        struct isg_tr_option o[ISG_TR_MAX_OPTIONS];
        size_t n;
        const uint32_t entity = s->words[i].entity;
        if (entity != ISG_NO_ID && (i == 0 || s->words[i - 1].entity != entity)) {
            bool found;
            const uint32_t whole = isg_tr_reach(s, i, UINT32_MAX);
            isg_tr_name_option(t, s, i, o, &found);
            if (found) {
                ISG_TRY(isg_tr_push_unit(s, i, whole, o, err));
                i += whole - 1;
                continue;
            }
        }
        ISG_TRY(isg_tr_options(t, s, i, 1, o, (size_t)t->opts.candidates, &n, err));
        ISG_TRY(isg_tr_push_unit(s, i, 1, o, err));
    }
    return ISG_OK;
}
