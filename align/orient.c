/* Which way round a list of pairs is: by the words' places in the two vocabularies. */
#include "align/align.h"

#include <math.h>
#include <string.h>

/* Log of a word's place, 0 for one past the end: what is not there, or hardly there, is the other language's. */
static double place(const struct isg_vectors *v, const char *word, enum isg_dict_case rule)
{
    enum { SMOOTH = 10 };
    const uint32_t row = isg_align_find(v, word, strlen(word), rule);
    return row == ISG_NO_ID ? 0 : log((double)row + SMOOTH) - log((double)v->m.rows + SMOOTH);
}

void isg_dict_orientation(const struct isg_dict *dict, const struct isg_vectors *src, const struct isg_vectors *tgt,
    enum isg_dict_case rule, struct isg_dict_orientation *out)
{
    *out = (struct isg_dict_orientation){0};
    for (size_t i = 0; i < dict->n; i++) {
        const char *const *const word = dict->entries[i].word;
        const double straight = place(src, word[0], rule) + place(tgt, word[1], rule);
        const double swapped = place(src, word[1], rule) + place(tgt, word[0], rule);
        out->straight += straight < swapped;
        out->swapped += swapped < straight;
    }
}

void isg_dict_swap(struct isg_dict *dict)
{
    for (size_t i = 0; i < dict->n; i++) {
        const char *const first = dict->entries[i].word[0];
        dict->entries[i].word[0] = dict->entries[i].word[1];
        dict->entries[i].word[1] = first;
    }
}

enum isg_status isg_dict_check_orientation(const struct isg_dict *dict, const char *path, const struct isg_vectors *src,
    const struct isg_vectors *tgt, enum isg_dict_case rule, const char *advice, struct isg_error *err)
{
    enum { ENOUGH = 10 };
    struct isg_dict_orientation o;
    isg_dict_orientation(dict, src, tgt, rule, &o);
    if (o.swapped < ENOUGH || o.swapped <= 2 * o.straight)
        return ISG_OK;
    isg_error_set(err, ISG_EDATA, path, 0,
        "the wrong way round: the target word comes first in %llu pairs, the source word in %llu",
        (unsigned long long)o.swapped, (unsigned long long)o.straight);
    return isg_error_advice(err, "%s", advice);
}
