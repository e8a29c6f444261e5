/** @file ner/engine/seqs.h  Sequences packed without padding: tokens of sentences, characters of words. */
#ifndef ISG_NER_ENGINE_SEQS_H
#define ISG_NER_ENGINE_SEQS_H
#include "ner/engine/real.h"

/**
 * n sequences of offset[n] rows in all; sequence s is rows offset[s] .. offset[s + 1] - 1. Length 0 is legal.
 * Any order: operations that work step by step over all sequences at once sort by length inside.
 */
struct isg_seqs {
    uint32_t n;
    /** n + 1 entries, offset[0] = 0, never falling; borrowed (by a tape until its reset; the struct itself is copied) */
    const uint32_t *offset;
};
static inline uint32_t isg_seqs_rows(const struct isg_seqs *s)
{
    return s->n ? s->offset[s->n] : 0;
}
static inline uint32_t isg_seqs_len(const struct isg_seqs *s, uint32_t i)
{
    return s->offset[i + 1] - s->offset[i];
}

/**
 * Splits n sequences into n_shards shards of about equal cost for data-parallel work, by length alone
 * (longest first, each to the lightest shard; ties to the lower number), so that the split is the same for
 * any number of threads.
 * @param lengths  n lengths
 * @param shard    out: n shard numbers
 */
ISG_MUST_CHECK enum isg_status isg_seqs_shard(
    const uint32_t *lengths, uint32_t n, uint32_t n_shards, uint32_t *shard, struct isg_error *err);

#endif
