/** @file translate/lexicon/pairset.h  Pairs of ids, each with a number. */
#ifndef ISG_TRANSLATE_LEXICON_PAIRSET_H
#define ISG_TRANSLATE_LEXICON_PAIRSET_H
#include "src/isg.h"

/** A zeroed struct is an empty set. */
struct isg_pairset {
    struct isg_keytab table; /**< key: a << 32 | b, plus one, mixed */
};
/** The pair's number, or NULL. */
const double *isg_pairset_find(const struct isg_pairset *p, uint32_t a, uint32_t b);
/** The pair's number, 0 where it is new; valid until the next call. Returns ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_pairset_put(
    struct isg_pairset *p, uint32_t a, uint32_t b, double **n, bool *fresh, struct isg_error *err);
void isg_pairset_fini(struct isg_pairset *p);

#endif
