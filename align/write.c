/* Writing bilingual dictionaries. */
#include "align/align.h"

#include <string.h>

enum { BATCH = 4096 };

void isg_dict_write_opts_default(struct isg_dict_write_opts *opts)
{
    *opts = (struct isg_dict_write_opts){.retrieval = ISG_RETRIEVE_CSLS, .k = 5, .format = ISG_DICT_TSV};
}

/* A word with a tab or a line end would break the table; no text format of vectors holds such words, a hostile file may. */
static bool writable(const char *word)
{
    return word[0] && !strpbrk(word, "\t\r\n");
}

/* mutual[i] = the source word rows[i / k] is the best translation of near[i]. */
static enum isg_status find_mutual(struct isg_align_space *space, const struct isg_dict_write_opts *opts,
    const uint32_t *rows, size_t n, const struct isg_near *near, bool *mutual, const struct isg_env *env,
    struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t all = n * opts->k;
    uint32_t *const targets = isg_malloc(all, sizeof *targets);
    struct isg_near *const back = isg_malloc(all, sizeof *back);
    size_t used = 0;
    if (!targets || !back) {
        status = isg_error_nomem(err, "a dictionary");
        goto out;
    }
    for (size_t i = 0; i < all; i++)
        if (near[i].row != ISG_NO_ID)
            targets[used++] = near[i].row;
    ISG_GOTO(isg_align_knn(space, ISG_TARGET, targets, used, opts->retrieval, 1, back, env, err));
    used = 0;
    for (size_t i = 0; i < all; i++)
        mutual[i] = near[i].row != ISG_NO_ID && back[used++].row == rows[i / opts->k];
out:
    isg_free(targets);
    isg_free(back);
    return status;
}

enum isg_status isg_dict_write(struct isg_align_space *space, const struct isg_vectors *src,
    const struct isg_vectors *tgt, const struct isg_dict_write_opts *opts, const char *path, bool force,
    const struct isg_env *env, struct isg_error *err)
{
    if (opts->format == ISG_DICT_STARDICT)
        return isg_dict_write_stardict(space, src, tgt, opts, path, force, env, err);
    enum isg_status status;
    const size_t n = opts->max_words && opts->max_words < src->m.rows ? opts->max_words : src->m.rows;
    struct isg_writer *w = NULL;
    uint32_t *const rows = isg_malloc(BATCH, sizeof *rows);
    struct isg_near *const near = isg_malloc(BATCH, opts->k * sizeof *near);
    bool *const mutual = isg_malloc(BATCH, opts->k * sizeof *mutual);
    if (!rows || !near || !mutual) {
        status = isg_error_nomem(err, "a dictionary");
        goto out;
    }
    ISG_GOTO(isg_writer_open(&w, path, force, err));
    struct isg_dictfile file = {
        .w = w, .format = opts->format, .languages = opts->languages[0] ? opts->languages : NULL};
    isg_dictfile_begin(&file, opts->probability, opts->mutual);
    for (size_t first = 0; first < n; first += BATCH) {
        const size_t batch = n - first < BATCH ? n - first : BATCH;
        for (size_t i = 0; i < batch; i++)
            rows[i] = (uint32_t)(first + i);
        ISG_GOTO(isg_align_knn(space, ISG_SOURCE, rows, batch, opts->retrieval, opts->k, near, env, err));
        if (opts->mutual)
            ISG_GOTO(find_mutual(space, opts, rows, batch, near, mutual, env, err));
        for (size_t i = 0; i < batch; i++) {
            const char *const source = isg_strtab_get(src->words, rows[i], NULL);
            uint32_t rank = 0;
            for (uint32_t r = 0; r < opts->k && near[i * opts->k + r].row != ISG_NO_ID && writable(source); r++) {
                const struct isg_near *const to = &near[i * opts->k + r];
                const char *const target = isg_strtab_get(tgt->words, to->row, NULL);
                if (!writable(target))
                    continue;
                const double probability = isg_dict_probability(opts, (double)to->score, rank + 1);
                if (probability < opts->min_probability)
                    continue;
                struct isg_dict_line line = {source, target, ++rank, (double)to->score, NULL, NULL};
                if (opts->probability)
                    line.probability = &probability;
                if (opts->mutual)
                    line.mutual = &mutual[i * opts->k + r];
                ISG_GOTO(isg_dictfile_line(&file, &line, err));
            }
        }
    }
    isg_dictfile_end(&file);
    status = isg_writer_commit(w, err);
    w = NULL;
out:
    isg_writer_abort(w);
    isg_free(rows);
    isg_free(near);
    isg_free(mutual);
    return status;
}
