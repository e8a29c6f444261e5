/** @file src/keytab.h  Numbers with a value each: a hash table of 64-bit keys (strings: src/strtab.h). */
#ifndef ISG_SRC_KEYTAB_H
#define ISG_SRC_KEYTAB_H
#include <stddef.h>
#include <stdint.h>

/** Open addressing with linear probing; a zeroed struct is an empty table. Key k belongs at slot k mod slots, so the low
 * bits of keys must be well mixed (isg_mix64); key 0 marks an empty slot. */
struct isg_keytab {
    uint64_t *keys;
    void *values;         /**< slots x size bytes */
    uint64_t slots, used; /**< slots: 0 or a power of two; at least a quarter of them is empty */
};
/** A one-to-one mixing of bits in which 0 stays 0 (the finaliser of splitmix64; Steele, Lea, Flood 2014). */
static inline uint64_t isg_mix64(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}
/** The key's value of `size` bytes; NULL = the table lacks it. */
void *isg_keytab_find(const struct isg_keytab *t, uint64_t key, size_t size);
/** The key's value, zero bytes where the key is new; valid until the next call. NULL = no memory. */
void *isg_keytab_put(struct isg_keytab *t, uint64_t key, size_t size);
void isg_keytab_fini(struct isg_keytab *t);

#endif
