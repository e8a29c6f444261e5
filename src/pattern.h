/** @file src/pattern.h  Ordered lists of named regular expressions (PCRE2 with its JIT; pattern.c alone includes pcre2.h).
 *
 * A list has one "name<TAB>regex" a line; blank lines and lines that start with '#' are skipped. UTF and UCP are on: \d,
 * \w and (?i) follow Unicode. A match takes at most 200,000 steps back and 16 MiB, so no pattern can stall. */
#ifndef ISG_SRC_PATTERN_H
#define ISG_SRC_PATTERN_H
#include "src/error.h"

struct isg_patterns; /**< For one thread. */
enum isg_pattern_extent {
    ISG_PATTERN_WHOLE, /**< a pattern has to match all of the text from `from` on */
    ISG_PATTERN_START  /**< a pattern has to match at `from` */
};
/**
 * @param path     the list; NULL = the one built in
 * @param builtin  name of that one under resources/ ("tokens.tsv")
 * ISG_EDATA, with the line: no tab, an empty name or regex, a regex that PCRE2 rejects, invalid UTF-8; a list without a
 * pattern.
 */
ISG_MUST_CHECK enum isg_status isg_patterns_load(struct isg_patterns **out, const char *path, const char *builtin,
    enum isg_pattern_extent extent, struct isg_error *err);
void isg_patterns_free(struct isg_patterns *p); /**< NULL is fine */
/**
 * The first pattern of the list that matches the n bytes of valid UTF-8 at s from byte `from` (the start of a
 * character): *name is its name, *end (may be NULL) the byte after the match, which is never empty. *name = NULL where
 * none matches. Where a match exceeds the limits above: ISG_EDATA with the pattern's place in the user's list, no match by a
 * pattern that is built in.
 */
ISG_MUST_CHECK enum isg_status isg_patterns_find(struct isg_patterns *p, const char *s, size_t n, size_t from,
    const char **name, size_t *end, struct isg_error *err);

#endif
