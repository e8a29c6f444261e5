/* StarDict: NAME.ifo, NAME.idx, NAME.dict (format 2.4.2, https://github.com/huzheng001/stardict-3,
 * doc/StarDictFileFormat). */
#include "align/align.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct entry {
    const char *word;
    char *text; /* translations, one a line */
    size_t n;
};

/* StarDict's order: ASCII letters without case, then bytes. Readers search the index by halves, so it must be
 * this. */
static int by_word(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    const unsigned char *p = (const unsigned char *)x->word, *q = (const unsigned char *)y->word;
    for (;; p++, q++) {
        const int c = *p >= 'A' && *p <= 'Z' ? *p + 32 : *p, d = *q >= 'A' && *q <= 'Z' ? *q + 32 : *q;
        if (c != d)
            return c - d;
        if (!c)
            return strcmp(x->word, y->word);
    }
}

static void big_endian(struct isg_writer *w, uint32_t x)
{
    const unsigned char bytes[4] = {
        (unsigned char)(x >> 24), (unsigned char)(x >> 16), (unsigned char)(x >> 8), (unsigned char)x};
    isg_writer_write(w, bytes, 4);
}

static char *translations(const struct isg_near *near, uint32_t k, const struct isg_vectors *tgt, size_t *n)
{
    size_t size = 1;
    for (uint32_t r = 0; r < k && near[r].row != ISG_NO_ID; r++)
        size += strlen(isg_strtab_get(tgt->words, near[r].row, NULL)) + 24;
    char *const text = isg_malloc(size, 1);
    *n = 0;
    if (text)
        text[0] = '\0';
    for (uint32_t r = 0; text && r < k && near[r].row != ISG_NO_ID; r++)
        *n += (size_t)snprintf(text + *n, size - *n, "%s%s  (%.3f)", r ? "\n" : "",
            isg_strtab_get(tgt->words, near[r].row, NULL), (double)near[r].score);
    return text;
}

static void drop_improbable(const struct isg_dict_write_opts *opts, struct isg_near *near)
{
    uint32_t kept = 0;
    for (uint32_t r = 0; r < opts->k && near[r].row != ISG_NO_ID; r++)
        if (isg_dict_probability(opts, (double)near[r].score, kept + 1) >= opts->min_probability)
            near[kept++] = near[r];
    if (kept < opts->k)
        near[kept].row = ISG_NO_ID;
}

static enum isg_status write_files(
    const char *stem, bool force, const struct entry *entries, size_t n, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    char path[3][4096];
    static const char *const ends[3] = {".idx", ".dict", ".ifo"};
    struct isg_writer *w[3] = {0};
    uint32_t at = 0, index_size = 0;
    for (int i = 0; i < 3; i++) {
        if ((size_t)snprintf(path[i], sizeof path[i], "%s%s", stem, ends[i]) >= sizeof path[i]) {
            status = isg_error_set(err, ISG_EUSAGE, NULL, 0, "a path of %zu bytes", strlen(stem));
            goto out;
        }
        ISG_GOTO(isg_writer_open(&w[i], path[i], force, err));
    }
    for (size_t i = 0; i < n; i++) {
        isg_writer_write(w[0], entries[i].word, strlen(entries[i].word) + 1);
        big_endian(w[0], at);
        big_endian(w[0], (uint32_t)entries[i].n);
        isg_writer_write(w[1], entries[i].text, entries[i].n);
        index_size += (uint32_t)strlen(entries[i].word) + 9;
        if (entries[i].n > UINT32_MAX - at) {
            status = isg_error_set(err, ISG_EFAILED, stem, 0, "more than 4 GB of translations");
            goto out;
        }
        at += (uint32_t)entries[i].n;
    }
    const char *const slash = strrchr(stem, '/');
    isg_writer_printf(w[2],
        "StarDict's dict ifo "
        "file\nversion=2.4.2\nwordcount=%zu\nidxfilesize=%u\nbookname=%s\nsametypesequence=m\n",
        n, (unsigned)index_size, slash ? slash + 1 : stem);
    status = isg_writer_commit_all(w, 3, err);
out:
    for (int i = 0; i < 3; i++)
        isg_writer_abort(w[i]);
    return status;
}

enum isg_status isg_dict_write_stardict(struct isg_align_space *space, const struct isg_vectors *src,
    const struct isg_vectors *tgt, const struct isg_dict_write_opts *opts, const char *path, bool force,
    const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t n = opts->max_words && opts->max_words < src->m.rows ? opts->max_words : src->m.rows;
    const size_t len = strlen(path);
    char *const stem = isg_strndup(path, len > 4 && strcmp(path + len - 4, ".ifo") == 0 ? len - 4 : len);
    struct entry *const entries = isg_calloc(n, sizeof *entries);
    struct isg_near *const near = isg_malloc(n, opts->k * sizeof *near);
    size_t used = 0;
    if (!stem || !entries || !near) {
        status = isg_error_nomem(err, "a dictionary");
        goto out;
    }
    ISG_GOTO(isg_align_knn(space, ISG_SOURCE, NULL, n, opts->retrieval, opts->k, near, env, err));
    for (size_t i = 0; i < n; i++) {
        size_t word_n;
        const char *const word = isg_strtab_get(src->words, (uint32_t)i, &word_n);
        drop_improbable(opts, near + i * opts->k);
        if (word_n == 0 || word_n > 255 || near[i * opts->k].row == ISG_NO_ID)
            continue; /* the format's longest word has 255 bytes */
        entries[used].word = word;
        entries[used].text = translations(near + i * opts->k, opts->k, tgt, &entries[used].n);
        if (!entries[used++].text) {
            status = isg_error_nomem(err, "a dictionary");
            goto out;
        }
    }
    qsort(entries, used, sizeof *entries, by_word);
    status = write_files(stem, force, entries, used, err);
out:
    for (size_t i = 0; entries && i < used; i++)
        isg_free(entries[i].text);
    isg_free(entries);
    isg_free(near);
    isg_free(stem);
    return status;
}
