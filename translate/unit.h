/** @file translate/unit.h  Units: consecutive source words that are translated together. */
#ifndef ISG_TRANSLATE_UNIT_H
#define ISG_TRANSLATE_UNIT_H
#include "translate/types.h"

/** Appends words first .. first + n - 1, translated by the option, to s->units. Returns ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_tr_push_unit(
    struct isg_tr_sentence *s, uint32_t first, uint32_t n, const struct isg_tr_option *option, struct isg_error *err);
/** Number of words from `first` on, 1 to max, that may share a unit: all of one entity, or all outside entities. */
uint32_t isg_tr_reach(const struct isg_tr_sentence *s, uint32_t first, uint32_t max);

#endif
