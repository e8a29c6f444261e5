/** @file src/vectors/private.h  Private: what the readers of the vector formats share. */
#ifndef ISG_SRC_VECTORS_PRIVATE_H
#define ISG_SRC_VECTORS_PRIVATE_H
#include "src/io.h"
#include "src/vectors/vectors.h"

struct isg_safetensors;

/** A file being read into out; words go in one by one, rows grow in place. */
struct isg_vectors_build {
    struct isg_vectors *v;
    const char *path;
    struct isg_vectors_opts opts;
    struct isg_vectors_report *report;
    const struct isg_env *env;
};

/** Room for `rows` rows in all (v->m.cols columns); rows already there stay. Sizes are checked. */
ISG_MUST_CHECK enum isg_status isg_vectors_reserve(
    struct isg_vectors *v, size_t rows, const char *path, struct isg_error *err);
/** Adds a word under the duplicate and UTF-8 rules; *keep = its row stays. `line` is a line, or a row of binary files. */
ISG_MUST_CHECK enum isg_status isg_vectors_add_word(
    struct isg_vectors_build *b, const char *word, size_t n, uint64_t line, bool *keep, struct isg_error *err);
/** False where a value is NaN or infinite; *zero = all are 0. */
bool isg_row_is_finite(const float *x, size_t n, bool *zero);

/** Each takes a build with a fresh isg_vectors and a reader (or none) at the start of the file's bytes in `head`. */
ISG_MUST_CHECK enum isg_status isg_vectors_load_text(
    struct isg_vectors_build *b, struct isg_reader *r, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_vectors_load_word2vec(
    struct isg_vectors_build *b, struct isg_reader *r, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_vectors_load_cache(struct isg_vectors_build *b, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_vectors_load_fasttext(struct isg_vectors_build *b, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_vectors_save_cache(
    const struct isg_vectors *v, const char *path, bool force, bool half, struct isg_error *err);
/** Lets v read its rows from an open file, which it closes in the end. */
ISG_MUST_CHECK enum isg_status isg_vectors_adopt(
    struct isg_vectors *v, struct isg_safetensors *st, struct isg_error *err);

/** "n dim" and nothing else in a line of n bytes. */
bool isg_vectors_header(const char *line, size_t n, uint64_t *rows, uint64_t *dim);

#endif
