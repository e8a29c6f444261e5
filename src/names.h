/** @file src/names.h  Lists of names by type (gazetteers).
 *
 * One name a line: the name, a tab, its type, as in "New York<TAB>LOC". The name comes first and the label last, as in
 * labelled text, and as models keep their lists. Runs of whitespace inside a name count as one space; whitespace around
 * name and type is dropped. Blank lines, and lines that start with '#' and hold no tab, are skipped. A line without a
 * tab is a name of type "NAME", unless types are required. */
#ifndef ISG_SRC_NAMES_H
#define ISG_SRC_NAMES_H
#include "src/error.h"

struct isg_names; /**< In file order, repeated names included. Reading is safe from several threads. */

/**
 * Reads a list from a file ("-" = standard input).
 * @param typed  a name without a type is an error
 * ISG_EDATA, with the line: invalid UTF-8, an empty name or type, a second tab; without a line: no name at all, or the
 * columns in the other order. They are taken for swapped where the first column has fewer different values than the
 * second (types repeat, names do not) and does not look less like types (capitals without whitespace: PER, B_ORG); and,
 * where both have as many, if every first value looks like a type and no second one does.
 */
ISG_MUST_CHECK enum isg_status isg_names_load(
    struct isg_names **out, const char *path, bool typed, const struct isg_env *env, struct isg_error *err);
/** The same from n bytes in memory, as isg_names_text gives them, without the test of the order; path is for errors. */
ISG_MUST_CHECK enum isg_status isg_names_parse(
    struct isg_names **out, const char *text, size_t n, const char *path, struct isg_error *err);
void isg_names_free(struct isg_names *names); /**< NULL is fine */

size_t isg_names_count(const struct isg_names *names); /**< at least 1 */
/** Name i < count as *n bytes, and the id of its type; borrowed, not terminated. */
const char *isg_names_get(const struct isg_names *names, size_t i, size_t *n, uint32_t *type);
uint32_t isg_names_types(const struct isg_names *names); /**< number of types; ids are dense, in order of appearance */
/** The names of a type: their numbers in file order, *n of them (0 = unknown type). Borrowed. */
const uint32_t *isg_names_of_type(const struct isg_names *names, const char *type, size_t type_n, size_t *n);
/** All names as "name<TAB>TYPE<LF>" lines, *n bytes; borrowed. */
const char *isg_names_text(const struct isg_names *names, size_t *n);

#endif
