/* Writing bilingual dictionaries. */
#include "align/align.h"

#include <jansson.h>
#include <string.h>

enum { BATCH = 4096 };

void isg_dict_write_opts_default(struct isg_dict_write_opts *opts)
{
    *opts = (struct isg_dict_write_opts){.retrieval = ISG_RETRIEVE_CSLS, .k = 5, .format = ISG_DICT_TSV};
}

/* A word with a tab or a line end would break the table: no text format holds such words, a hostile file
 * might. */
static bool writable(const char *word)
{
    return word[0] && !strpbrk(word, "\t\r\n");
}

static void write_json(
    struct isg_writer *w, const char *source, const char *target, uint32_t rank, float score)
{
    json_t *const row = json_pack("{s:s, s:i, s:s, s:f}", "source", source, "rank", (int)rank, "target",
        target, "score", (double)score);
    char *const text = row ? json_dumps(row, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    if (text) {
        isg_writer_text(w, text);
        isg_writer_text(w, "\n");
    }
    free(text);
    json_decref(row);
}

static void write_one(struct isg_writer *w, enum isg_dict_format format, const char *source,
    const char *target, uint32_t rank, float score)
{
    switch (format) {
    case ISG_DICT_TSV:
        isg_writer_printf(w, "%s\t%u\t%s\t%.4f\n", source, (unsigned)rank, target, (double)score);
        break;
    case ISG_DICT_MUSE: /* a blank separates; a tab where a word itself has one, as readers of both would
                           expect */
        isg_writer_printf(
            w, "%s%s%s\n", source, strchr(source, ' ') || strchr(target, ' ') ? "\t" : " ", target);
        break;
    case ISG_DICT_JSONL:
        write_json(w, source, target, rank, score);
        break;
    case ISG_DICT_STARDICT: /* has files of its own */
        break;
    }
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
    if (!rows || !near) {
        status = isg_error_nomem(err, "a dictionary");
        goto out;
    }
    ISG_GOTO(isg_writer_open(&w, path, force, err));
    for (size_t first = 0; first < n; first += BATCH) {
        const size_t batch = n - first < BATCH ? n - first : BATCH;
        for (size_t i = 0; i < batch; i++)
            rows[i] = (uint32_t)(first + i);
        ISG_GOTO(isg_align_knn(space, ISG_SOURCE, rows, batch, opts->retrieval, opts->k, near, env, err));
        for (size_t i = 0; i < batch; i++) {
            const char *const source = isg_strtab_get(src->words, rows[i], NULL);
            uint32_t rank = 0;
            for (uint32_t r = 0; r < opts->k && near[i * opts->k + r].row != ISG_NO_ID && writable(source);
                 r++) {
                const char *const target = isg_strtab_get(tgt->words, near[i * opts->k + r].row, NULL);
                if (writable(target))
                    write_one(w, opts->format, source, target, ++rank, near[i * opts->k + r].score);
            }
        }
    }
    status = isg_writer_commit(w, err);
    w = NULL;
out:
    isg_writer_abort(w);
    isg_free(rows);
    isg_free(near);
    return status;
}
