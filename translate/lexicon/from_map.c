/* A lexicon from a map: the best translations of words by CSLS. */
#include "translate/lexicon/lexicon.h"
#include <string.h>

/** Rows of the source vocabulary that are wanted, in row order. */
static enum isg_status pick_rows(const struct isg_vectors *src, const struct isg_strtab *words, uint32_t **rows,
    size_t *n_rows, struct isg_error *err)
{
    const uint32_t n = words ? isg_strtab_size(words) : (uint32_t)src->m.rows;
    *rows = isg_malloc(n, sizeof **rows);
    if (!*rows)
        return isg_error_nomem(err, "the words to translate");
    *n_rows = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = i;
        if (words) {
            size_t len;
            const char *s = isg_strtab_get(words, i, &len);
            row = isg_vectors_find(src, s, len);
        }
        if (row != ISG_NO_ID)
            (*rows)[(*n_rows)++] = row;
    }
    return ISG_OK;
}

static enum isg_status add_candidates(struct isg_lexicon *lex, const struct isg_map_source *from, const char *word,
    size_t n, const struct isg_near *near, uint32_t k, struct isg_error *err)
{
    for (uint32_t j = 0; j < k && near[j].row != ISG_NO_ID; j++) {
        size_t m;
        const char *const t = isg_strtab_get(from->tgt->words, near[j].row, &m);
        ISG_TRY(isg_lexicon_add(lex, word, n, t, m, near[j].score, err));
    }
    return ISG_OK;
}

/** Words without a vector: that of their n-grams, in blocks. */
static enum isg_status add_unknown(struct isg_lexicon *lex, const struct isg_map_source *from,
    const struct isg_strtab *words, uint32_t k, uint64_t *count, const struct isg_env *env, struct isg_error *err)
{
    enum { BLOCK = 4096 };
    const size_t dim = isg_align_space_rows(from->space, ISG_SOURCE).cols;
    float *const x = isg_malloc(BLOCK, dim * sizeof *x);
    struct isg_near *const near = isg_malloc(BLOCK, k * sizeof *near);
    uint32_t *const ids = isg_malloc(BLOCK, sizeof *ids);
    enum isg_status status = x && near && ids ? ISG_OK : isg_error_nomem(err, "the map's translations");
    size_t used = 0, len;
    for (uint32_t i = 0; status == ISG_OK && i < isg_strtab_size(words); i++) {
        size_t found = 0;
        const char *const s = isg_strtab_get(words, i, &len);
        if (isg_vectors_find(from->src, s, len) == ISG_NO_ID)
            ISG_GOTO(isg_align_phrase(
                from->space, ISG_SOURCE, from->src, from->subwords, s, x + used * dim, &found, env, err));
        if (found > 0)
            ids[used++] = i;
        if (used < BLOCK && i + 1 < isg_strtab_size(words))
            continue;
        ISG_GOTO(isg_align_knn_vectors(
            from->space, ISG_SOURCE, isg_mat(x, used, dim), ISG_RETRIEVE_CSLS, k, near, env, err));
        for (size_t u = 0; u < used; u++) {
            const char *const word = isg_strtab_get(words, ids[u], &len);
            ISG_GOTO(add_candidates(lex, from, word, len, near + u * k, k, err));
        }
        *count += used;
        used = 0;
    }
out:
    isg_free(x);
    isg_free(near);
    isg_free(ids);
    return status;
}

enum isg_status isg_lexicon_from_map(struct isg_lexicon *lex, const struct isg_map_source *from,
    const struct isg_strtab *words, uint32_t k, uint64_t *by_subwords, const struct isg_env *env, struct isg_error *err)
{
    struct isg_near *near = NULL;
    uint32_t *rows = NULL;
    uint64_t count = 0;
    size_t n = 0, len;
    enum isg_status status = pick_rows(from->src, words, &rows, &n, err);
    if (status != ISG_OK)
        goto out;
    near = isg_malloc(n * k, sizeof *near);
    if (!near) {
        status = isg_error_nomem(err, "the map's translations");
        goto out;
    }
    ISG_GOTO(isg_align_knn(from->space, ISG_SOURCE, rows, n, ISG_RETRIEVE_CSLS, k, near, env, err));
    for (size_t i = 0; i < n; i++) {
        const char *const s = isg_strtab_get(from->src->words, rows[i], &len);
        ISG_GOTO(add_candidates(lex, from, s, len, near + i * k, k, err));
    }
    if (words && from->subwords)
        ISG_GOTO(add_unknown(lex, from, words, k, &count, env, err));
    if (by_subwords)
        *by_subwords = count;
out:
    isg_free(near);
    isg_free(rows);
    return status;
}
