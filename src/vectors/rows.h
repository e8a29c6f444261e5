/** @file src/vectors/rows.h  A table of word vectors: words, and a row of floats for each. */
#ifndef ISG_SRC_VECTORS_ROWS_H
#define ISG_SRC_VECTORS_ROWS_H
#include "src/error.h"
#include "src/mat.h"
#include "src/strtab.h"

struct isg_safetensors;

/** n words, most frequent first as files have them, with a row of `dim` floats each. */
struct isg_vectors {
    struct isg_strtab *words; /**< id = row */
    struct isg_mat m;         /**< n x dim */
    void *owner;              /**< private: the memory behind m.x (anonymous pages or a mapped file) */
};
void isg_vectors_fini(struct isg_vectors *v); /**< a zeroed struct is fine */
/** Row of a word, else of its lower-cased form; ISG_NO_ID if the table has neither. */
uint32_t isg_vectors_find(const struct isg_vectors *v, const char *word, size_t n);
/** Returns the memory of rows first .. first+n-1 to the system; their values are lost. Rows in a file stay there. */
void isg_vectors_give_back(struct isg_vectors *v, size_t first, size_t n);
/**
 * Rows that take more than `limit` bytes lie in a file without a name in `folder` (NULL = /var/tmp; borrowed until the rows
 * are there), not in memory. To be called before the first row. ISG_ENOMEM.
 */
ISG_MUST_CHECK enum isg_status isg_vectors_limit(
    struct isg_vectors *v, uint64_t limit, const char *folder, struct isg_error *err);
/** Where rows lie in a file: what of them is in memory is given back, and read again when it is wanted. */
void isg_vectors_rest(const struct isg_vectors *v);
/** Makes room for `rows` rows of v->m.cols values in all and keeps those already there. ISG_ENOMEM, also where the
 * size overflows; `path` is for the message. */
ISG_MUST_CHECK enum isg_status isg_vectors_reserve(
    struct isg_vectors *v, size_t rows, const char *path, struct isg_error *err);
/** Hands v an open file that its rows lie in; isg_vectors_fini closes it. */
ISG_MUST_CHECK enum isg_status isg_vectors_adopt(
    struct isg_vectors *v, struct isg_safetensors *st, struct isg_error *err);

#endif
