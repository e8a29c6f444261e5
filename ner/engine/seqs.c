/** @file ner/engine/seqs.c  Splitting a batch into shards of about equal cost. */
#include "ner/engine/seqs.h"
#include <stdlib.h>

struct item {
    uint32_t length, index;
};
static int longer_first(const void *a, const void *b)
{
    const struct item *const x = a, *const y = b;
    if (x->length != y->length)
        return x->length > y->length ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

enum isg_status isg_seqs_shard(
    const uint32_t *lengths, uint32_t n, uint32_t n_shards, uint32_t *shard, struct isg_error *err)
{
    if (n_shards == 0)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "a batch split into 0 shards");
    struct item *const items = isg_malloc(n, sizeof *items);
    uint64_t *const load = isg_calloc(n_shards, sizeof *load);
    if (!items || !load) {
        isg_free(items);
        isg_free(load);
        return isg_error_nomem(err, "the shards of a batch");
    }
    for (uint32_t i = 0; i < n; i++)
        items[i] = (struct item){lengths[i], i};
    qsort(items, n, sizeof *items, longer_first);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t lightest = 0;
        for (uint32_t s = 1; s < n_shards; s++)
            if (load[s] < load[lightest])
                lightest = s;
        shard[items[i].index] = lightest;
        load[lightest] += (uint64_t)items[i].length + 1; /* a sequence costs something even when it is empty */
    }
    isg_free(items);
    isg_free(load);
    return ISG_OK;
}
