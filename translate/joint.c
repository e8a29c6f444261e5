/* Vectors with which a tagger trained on source text can read target text: the two alternatives to
 * translation of Xie et al. 2018, section 3. */
#include "translate/translate.h"
#include <string.h>

/** Rows of the source words that are not target words too, and their number. */
static enum isg_status own_words(
    const struct isg_vectors *src, const struct isg_vectors *tgt, uint32_t **rows, size_t *n, struct isg_error *err)
{
    *n = 0;
    *rows = isg_malloc(src->m.rows, sizeof **rows);
    if (!*rows)
        return isg_error_nomem(err, "the words of two languages");
    for (uint32_t i = 0; i < src->m.rows; i++) {
        size_t len;
        const char *s = isg_strtab_get(src->words, i, &len);
        if (isg_strtab_find(tgt->words, s, len) == ISG_NO_ID)
            (*rows)[(*n)++] = i;
    }
    return ISG_OK;
}

/** Vectors of the source rows in the joint file: mapped (common), or those of their nearest target word
 * (replace). */
static enum isg_status source_rows(enum isg_joint_mode mode, const struct isg_align_map *map,
    const struct isg_vectors *src, const struct isg_vectors *tgt, const uint32_t *rows, size_t n, struct isg_mat out,
    const struct isg_env *env, struct isg_error *err)
{
    if (mode == ISG_JOINT_COMMON) {
        float *picked = isg_malloc(n * src->m.cols, sizeof *picked);
        if (!picked)
            return isg_error_nomem(err, "the joint vectors");
        for (size_t i = 0; i < n; i++)
            memcpy(picked + i * src->m.cols, isg_mat_row(src->m, rows[i]), src->m.cols * sizeof *picked);
        const enum isg_status status = isg_align_project(
            map, ISG_SOURCE, isg_mat(picked, n, src->m.cols), out, env, err);
        isg_free(picked);
        return status;
    }
    struct isg_align_space *space = NULL;
    struct isg_near *near = isg_malloc(n, sizeof *near);
    enum isg_status status = near ? isg_align_space_new(&space, map, src, tgt, 0, env, err)
                                  : isg_error_nomem(err, "the joint vectors");
    if (status == ISG_OK)
        status = isg_align_knn(space, ISG_SOURCE, rows, n, ISG_RETRIEVE_CSLS, 1, near, env, err);
    for (size_t i = 0; status == ISG_OK && i < n; i++)
        if (near[i].row == ISG_NO_ID)
            memset(isg_mat_row(out, i), 0, out.cols * sizeof(float));
        else
            memcpy(isg_mat_row(out, i), isg_mat_row(tgt->m, near[i].row), out.cols * sizeof(float));
    isg_align_space_free(space);
    isg_free(near);
    return status;
}

enum isg_status isg_translate_vectors(enum isg_joint_mode mode, const struct isg_align_map *map,
    const struct isg_vectors *src, const struct isg_vectors *tgt, const char *path, bool force,
    const struct isg_env *env, struct isg_error *err)
{
    const size_t dim = mode == ISG_JOINT_COMMON ? isg_align_map_dim(map) : tgt->m.cols;
    struct isg_vectors out = {.words = isg_strtab_new()};
    uint32_t *rows = NULL, id;
    size_t n, len;
    enum isg_status status = ISG_OK;
    if (!out.words) {
        status = isg_error_nomem(err, "the joint vectors");
        goto out;
    }
    ISG_GOTO(own_words(src, tgt, &rows, &n, err));
    out.m = isg_mat(isg_calloc((tgt->m.rows + n) * dim, sizeof(float)), tgt->m.rows + n, dim);
    if (!out.m.x) {
        status = isg_error_nomem(err, "the joint vectors");
        goto out;
    }
    const struct isg_mat top = isg_mat_rows(out.m, 0, tgt->m.rows);
    if (mode == ISG_JOINT_COMMON)
        ISG_GOTO(isg_align_project(map, ISG_TARGET, tgt->m, top, env, err));
    else
        for (size_t i = 0; i < tgt->m.rows; i++)
            memcpy(isg_mat_row(top, i), isg_mat_row(tgt->m, i), dim * sizeof(float));
    ISG_GOTO(source_rows(mode, map, src, tgt, rows, n, isg_mat_rows(out.m, tgt->m.rows, n), env, err));
    for (uint32_t i = 0; i < tgt->m.rows; i++) {
        const char *s = isg_strtab_get(tgt->words, i, &len);
        ISG_GOTO(isg_strtab_add_spelling(out.words, s, len, &id, NULL, err));
    }
    for (size_t i = 0; i < n; i++) {
        const char *s = isg_strtab_get(src->words, rows[i], &len);
        ISG_GOTO(isg_strtab_add_spelling(out.words, s, len, &id, NULL, err));
    }
    status = isg_vectors_save(&out, path, force, err);
out:
    isg_free(rows);
    isg_free(out.m.x);
    isg_strtab_free(out.words);
    return status;
}
