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
    for (size_t q = 0; q < n; q++) {
        const uint32_t rank = rank_of_gold(near + q * k, k, pairs.row[1] + first[q], first[q + 1] - first[q]);
        if (rank == 0)
            continue;
        for (uint32_t i = 0; i < opts->n_topk; i++)
            scores.p_at[i] += rank <= opts->topk[i];
        scores.mrr += rank <= MRR_DEPTH ? 1.0 / rank : 0;
    }
    scores.queries = report.distinct_sources;
    scores.covered = n;
    scores.coverage = (double)n / (double)scores.queries;
    for (uint32_t i = 0; i < opts->n_topk; i++) {
        scores.p_at_all[i] = 100 * scores.p_at[i] / (double)scores.queries;
        scores.p_at[i] *= 100 / (double)n;
    }
    scores.mrr /= (double)n;
    *out = scores;
out:
    isg_align_pairs_fini(&pairs);
    isg_free(rows);
    isg_free(first);
    isg_free(near);
    return status;
}
