/* Pairs of ids, each with a number. */
#include "translate/lexicon/pairset.h"

static uint64_t key_of(uint32_t a, uint32_t b)
{
    return isg_mix64(((uint64_t)a << 32 | b) + 1);
}

const double *isg_pairset_find(const struct isg_pairset *p, uint32_t a, uint32_t b)
{
    return isg_keytab_find(&p->table, key_of(a, b), sizeof(double));
}

enum isg_status isg_pairset_put(
    struct isg_pairset *p, uint32_t a, uint32_t b, double **n, bool *fresh, struct isg_error *err)
{
    const uint64_t used = p->table.used;
    *n = isg_keytab_put(&p->table, key_of(a, b), sizeof **n);
    *fresh = p->table.used > used;
    return *n ? ISG_OK : isg_error_nomem(err, "the pairs of a lexicon");
}

void isg_pairset_fini(struct isg_pairset *p)
{
    isg_keytab_fini(&p->table);
}
