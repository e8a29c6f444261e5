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

enum isg_status isg_lexicon_from_map(struct isg_lexicon *lex, const struct isg_align_map *map,
    const struct isg_vectors *src, const struct isg_vectors *tgt, const struct isg_strtab *words, uint32_t k,
    const struct isg_env *env, struct isg_error *err)
{
    struct isg_align_space *space = NULL;
    struct isg_near *near = NULL;
    uint32_t *rows = NULL;
    size_t n = 0;
    enum isg_status status = pick_rows(src, words, &rows, &n, err);
    if (status != ISG_OK)
        goto out;
    near = isg_malloc(n * k, sizeof *near);
    if (!near) {
        status = isg_error_nomem(err, "the map's translations");
        goto out;
    }
    ISG_GOTO(isg_align_space_new(&space, map, src, tgt, 0, env, err));
    ISG_GOTO(isg_align_knn(space, ISG_SOURCE, rows, n, ISG_RETRIEVE_CSLS, k, near, env, err));
    for (size_t i = 0; i < n; i++) {
        size_t len, m;
        const char *s = isg_strtab_get(src->words, rows[i], &len);
        for (uint32_t j = 0; j < k && near[i * k + j].row != ISG_NO_ID; j++) {
            const char *t = isg_strtab_get(tgt->words, near[i * k + j].row, &m);
            ISG_GOTO(isg_lexicon_add(lex, s, len, t, m, near[i * k + j].score, err));
        }
    }
out:
    isg_align_space_free(space);
    isg_free(near);
    isg_free(rows);
    return status;
}
