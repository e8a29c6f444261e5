/** @file src/vectors/build.h  Private: what the readers of the vector formats share. */
#ifndef ISG_SRC_VECTORS_BUILD_H
#define ISG_SRC_VECTORS_BUILD_H
#include "src/vectors/vectors.h"

/** A file on its way into v: words are added one by one, rows grow in place. */
struct isg_vectors_build {
    struct isg_vectors *v;
    const char *path;
    struct isg_vectors_opts opts;
    struct isg_vectors_report *report;
    const struct isg_env *env;
};

/** Adds a word under the rules for duplicates and invalid UTF-8; *keep says whether its row stays. `line` is the line,
 * or the row of a binary file, for messages. */
ISG_MUST_CHECK enum isg_status isg_vectors_add_word(
    struct isg_vectors_build *b, const char *word, size_t n, uint64_t line, bool *keep, struct isg_error *err);
/** False if a value is NaN or infinite; *zero = all values are 0. */
bool isg_row_is_finite(const float *x, size_t n, bool *zero);
/** Is the line of n bytes a header, "n dim" and nothing else? */
bool isg_vectors_header(const char *line, size_t n, uint64_t *rows, uint64_t *dim);

#endif
