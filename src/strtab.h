/** @file src/strtab.h  String table: strings to dense ids 0, 1, 2, ... in order of insertion. */
#ifndef ISG_SRC_STRTAB_H
#define ISG_SRC_STRTAB_H
#include "src/error.h"

#define ISG_NO_ID UINT32_MAX
struct isg_strtab; /**< Reading is safe from several threads, adding is not. */

/** Strings of valid UTF-8 that are equal in NFC (isg_utf8_nfc) are one; the first spelling added is kept. NULL where
 * memory ran out; free with isg_strtab_free. */
struct isg_strtab *isg_strtab_new(void);
/** The same for any bytes, compared as they are. */
struct isg_strtab *isg_strtab_new_exact(void);
void isg_strtab_free(struct isg_strtab *t); /**< NULL is fine */
/** Id of the n bytes at s, added where new (*is_new, may be NULL, says so). ISG_ENOMEM only. */
ISG_MUST_CHECK enum isg_status isg_strtab_add(
    struct isg_strtab *t, const char *s, size_t n, uint32_t *id, bool *is_new, struct isg_error *err);
/** The same for lists in which each spelling has a place of its own (rows of a matrix): a string that equals an earlier
 * one in NFC but not in its bytes is new; isg_strtab_find goes on giving the earlier one. */
ISG_MUST_CHECK enum isg_status isg_strtab_add_spelling(
    struct isg_strtab *t, const char *s, size_t n, uint32_t *id, bool *is_new, struct isg_error *err);
/** Id, or ISG_NO_ID. */
uint32_t isg_strtab_find(const struct isg_strtab *t, const char *s, size_t n);
/** The string in NFC (in an exact table, as it is), else as isg_strtab_get. */
const char *isg_strtab_key(const struct isg_strtab *t, uint32_t id, size_t *n);
/** The string (with a final 0), valid as long as the table; *n (may be NULL) gets its length. id <
 * isg_strtab_size. */
const char *isg_strtab_get(const struct isg_strtab *t, uint32_t id, size_t *n);
uint32_t isg_strtab_size(const struct isg_strtab *t);
uint32_t isg_strtab_not_nfc(const struct isg_strtab *t); /**< how many strings are kept in another form than NFC */

#endif
