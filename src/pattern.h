/** @file src/pattern.h  Regular expressions (PCRE2 with its JIT; pattern.c alone includes pcre2.h). UTF-8 and UCP are on. */
#ifndef ISG_SRC_PATTERN_H
#define ISG_SRC_PATTERN_H
#include "src/error.h"

struct isg_pattern; /**< Compiled; each thread needs its own. */
/** file and line say where the pattern stands, for errors (NULL, 0 = nowhere). */
ISG_MUST_CHECK enum isg_status isg_pattern_new(
    struct isg_pattern **out, const char *regex, const char *file, uint64_t line, struct isg_error *err);
void isg_pattern_free(struct isg_pattern *p);
/** Does p match anywhere in s from byte `from`? *start and *end (may be NULL) get the match. Match limits count as no match. */
bool isg_pattern_find(struct isg_pattern *p, const char *s, size_t n, size_t from, size_t *start, size_t *end);

/** An ordered list of named classes, "name<TAB>regex" a line, # comments; the first whole-word match wins. */
struct isg_classes;
/** path NULL = the list built in (resources/token-classes.tsv). */
ISG_MUST_CHECK enum isg_status isg_classes_load(struct isg_classes **out, const char *path, struct isg_error *err);
void isg_classes_free(struct isg_classes *c);
/** Name of the class of a token ("number", "url", "punctuation", ...), or NULL. */
const char *isg_classes_of(struct isg_classes *c, const char *word, size_t n);

#endif
