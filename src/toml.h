/** @file src/toml.h  The part of TOML 1.0 that project files use: tables, arrays of tables, strings, numbers,
 * booleans, arrays of one line or several. No dates, no inline tables. (Debian has no C library for TOML.) */
#ifndef ISG_SRC_TOML_H
#define ISG_SRC_TOML_H
#include "src/error.h"

enum isg_toml_kind { ISG_TOML_STRING, ISG_TOML_INTEGER, ISG_TOML_FLOAT, ISG_TOML_BOOL, ISG_TOML_ARRAY, ISG_TOML_TABLE };
struct isg_toml {
    enum isg_toml_kind kind;
    const char *key; /**< NULL for elements of arrays and the root */
    uint64_t line;
    const char *text; /**< of a string; for the others, as it was written */
    int64_t integer;
    double number; /**< also of an integer */
    bool boolean;
    struct isg_toml *items; /**< elements or members, in file order */
    size_t n_items;
    unsigned flags; /**< private to toml.c */
};
struct isg_toml_file {
    const char *path;
    struct isg_toml root;
    void *owner; /**< private */
};
/** Duplicate keys, unterminated strings, bad UTF-8, junk after a value: ISG_EDATA with the line. */
ISG_MUST_CHECK enum isg_status isg_toml_load(struct isg_toml_file *out, const char *path, struct isg_error *err);
void isg_toml_fini(struct isg_toml_file *f);
const struct isg_toml *isg_toml_find(const struct isg_toml *table, const char *key); /**< or NULL */

#endif
