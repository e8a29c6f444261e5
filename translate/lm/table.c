/* Tables of n-grams. */
#include "translate/lm/table.h"

struct isg_lm_value *isg_lm_table_find(const struct isg_keytab *t, uint64_t key)
{
    return isg_keytab_find(t, key, sizeof(struct isg_lm_value));
}

enum isg_status isg_lm_table_put(struct isg_keytab *t, uint64_t key, struct isg_lm_value **out, struct isg_error *err)
{
    *out = isg_keytab_put(t, key, sizeof **out);
    return *out ? ISG_OK : isg_error_nomem(err, "the n-grams of a language model");
}
