/* Evaluation on a gold list. */
#include "align/align.h"

#include <string.h>

enum { MRR_DEPTH = 100 };

void isg_align_eval_opts_default(struct isg_align_eval_opts *opts)
{
    *opts = (struct isg_align_eval_opts){.retrieval = ISG_RETRIEVE_CSLS, .topk = {1, 5, 10}, .n_topk = 3};
}

/* Queries of the list: a row each, with the range of its gold pairs (pairs come sorted by source row). */
static size_t collect(const struct isg_align_pairs *pairs, uint32_t *rows, size_t *first)
{
    size_t n = 0;
    for (size_t i = 0; i < pairs->n; i++)
        if (i == 0 || pairs->row[0][i] != pairs->row[0][i - 1]) {
            rows[n] = pairs->row[0][i];
            first[n++] = i;
        }
    first[n] = pairs->n;
    return n;
}

/* Place of the best gold translation, 1 = first; 0 = none of them is there. */
static uint32_t rank_of_gold(const struct isg_near *near, uint32_t k, const uint32_t *gold, size_t n_gold)
{
    for (uint32_t r = 0; r < k && near[r].row != ISG_NO_ID; r++)
        for (size_t g = 0; g < n_gold; g++)
            if (near[r].row == gold[g])
                return r + 1;
    return 0;
}

const uint64_t isg_align_band_end[ISG_ALIGN_BANDS] = {1000, 5000, 20000, 50000, UINT64_MAX};

static void add(struct isg_align_part *part, uint32_t rank, const struct isg_align_eval_opts *opts)
{
    part->queries++;
    for (uint32_t i = 0; i < opts->n_topk; i++)
        part->p_at[i] += rank && rank <= opts->topk[i];
    part->mrr += rank && rank <= MRR_DEPTH ? 1.0 / rank : 0;
}

/* Sums to means. */
static void finish(struct isg_align_part *part, const struct isg_align_eval_opts *opts)
{
    const double n = part->queries ? (double)part->queries : 1;
    for (uint32_t i = 0; i < opts->n_topk; i++)
        part->p_at[i] *= 100 / n;
    part->mrr /= n;
}

static bool same_folded(const char *a, const char *b)
{
    size_t n[2];
    char *const x = isg_utf8_fold(a, strlen(a), &n[0]), *const y = isg_utf8_fold(b, strlen(b), &n[1]);
    const bool same = x && y && n[0] == n[1] && memcmp(x, y, n[0]) == 0;
    isg_free(x);
    isg_free(y);
    return same;
}

/* How many source words are not covered, but listed as their own translation. */
static enum isg_status count_copies(const struct isg_dict *gold, const struct isg_vectors *src,
    const struct isg_vectors *tgt, enum isg_dict_case rule, uint64_t *copies, struct isg_error *err)
{
    enum { COVERED = 1, COPY = 2 };
    enum isg_status status = ISG_OK;
    struct isg_strtab *const sources = isg_strtab_new();
    uint8_t *const what = isg_calloc(gold->n, sizeof *what);
    if (!sources || !what) {
        status = isg_error_nomem(err, "evaluation");
        goto out;
    }
    for (size_t i = 0; i < gold->n; i++) {
        const char *const a = gold->entries[i].word[0], *const b = gold->entries[i].word[1];
        uint32_t id;
        ISG_GOTO(isg_strtab_add(sources, a, strlen(a), &id, NULL, err));
        if (isg_align_find(src, a, strlen(a), rule) != ISG_NO_ID &&
            isg_align_find(tgt, b, strlen(b), rule) != ISG_NO_ID)
            what[id] |= COVERED;
        if (same_folded(a, b))
            what[id] |= COPY;
    }
    for (uint32_t id = 0; id < isg_strtab_size(sources); id++)
        *copies += what[id] == COPY;
out:
    isg_strtab_free(sources);
    isg_free(what);
    return status;
}

static size_t band_of(uint32_t row)
{
    size_t band = 0;
    while (row >= isg_align_band_end[band])
        band++;
    return band;
}

/* Is a source word spelt like one of its n translations? */
static bool spelt_alike(
    const struct isg_vectors *src, const struct isg_vectors *tgt, uint32_t row, const uint32_t *translations, size_t n)
{
    const char *const word = isg_strtab_get(src->words, row, NULL);
    bool alike = false;
    for (size_t g = 0; g < n; g++)
        alike |= same_folded(word, isg_strtab_get(tgt->words, translations[g], NULL));
    return alike;
}

/* From counts to percentages; whole = the counts over all covered queries. */
static void summarise(struct isg_align_scores *scores, struct isg_align_part *whole, uint64_t queries, uint64_t covered,
    uint64_t copies, const struct isg_align_eval_opts *opts)
{
    scores->queries = queries;
    scores->covered = covered;
    scores->coverage = (double)covered / (double)queries;
    for (uint32_t i = 0; i < opts->n_topk; i++) {
        scores->p_at_all[i] = 100 * whole->p_at[i] / (double)queries;
        scores->p_at_copied[i] = 100 * (whole->p_at[i] + (double)copies) / (double)queries;
    }
    finish(whole, opts);
    memcpy(scores->p_at, whole->p_at, sizeof scores->p_at);
    scores->mrr = whole->mrr;
    for (size_t b = 0; b < ISG_ALIGN_BANDS; b++)
        finish(&scores->band[b], opts);
    finish(&scores->not_identical, opts);
}

enum isg_status isg_align_eval(struct isg_align_space *space, const struct isg_dict *gold,
    const struct isg_vectors *src, const struct isg_vectors *tgt, const struct isg_align_eval_opts *opts,
    struct isg_align_scores *out, const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status;
    struct isg_align_scores scores = {0};
    struct isg_align_pairs pairs = {0};
    struct isg_align_pairs_report report;
    uint32_t k = MRR_DEPTH;
    for (uint32_t i = 0; i < opts->n_topk; i++)
        k = opts->topk[i] > k ? opts->topk[i] : k;
    ISG_TRY(isg_align_pairs_from_dict(&pairs, gold, src, tgt, opts->rule, &report, err));
    uint32_t *const rows = isg_malloc(pairs.n, sizeof *rows);
    size_t *const first = isg_malloc(pairs.n + 1, sizeof *first);
    struct isg_near *near = NULL;
    if (!rows || !first) {
        status = isg_error_nomem(err, "evaluation");
        goto out;
    }
    const size_t n = collect(&pairs, rows, first);
    if (n == 0) {
        isg_error_set(err, ISG_EDATA, NULL, 0,
            "not evaluated: none of the list's %llu source words has a vector and a "
            "translation with a vector",
            (unsigned long long)report.distinct_sources);
        status = isg_error_advice(err, "check that the list's languages and casing are those of the vectors");
        goto out;
    }
    near = isg_malloc(n, k * sizeof *near);
    if (!near) {
        status = isg_error_nomem(err, "evaluation");
        goto out;
    }
    ISG_GOTO(isg_align_knn(space, ISG_SOURCE, rows, n, opts->retrieval, k, near, env, err));
    struct isg_align_part whole = {0};
    for (size_t q = 0; q < n; q++) {
        const uint32_t *const translations = pairs.row[1] + first[q];
        const size_t n_gold = first[q + 1] - first[q];
        const uint32_t rank = rank_of_gold(near + q * k, k, translations, n_gold);
        add(&whole, rank, opts);
        add(&scores.band[band_of(rows[q])], rank, opts);
        if (!spelt_alike(src, tgt, rows[q], translations, n_gold))
            add(&scores.not_identical, rank, opts);
    }
    uint64_t copies = 0;
    ISG_GOTO(count_copies(gold, src, tgt, opts->rule, &copies, err));
    summarise(&scores, &whole, report.distinct_sources, n, copies, opts);
    *out = scores;
out:
    isg_align_pairs_fini(&pairs);
    isg_free(rows);
    isg_free(first);
    isg_free(near);
    return status;
}
