/* Self-learning from weak pairs, and the start that needs no pairs at all (Artetxe, Labaka & Agirre 2018,
 * ACL, "A robust self-learning method for fully unsupervised cross-lingual mappings of word embeddings"). */
#include "align/selflearn.h"
#include "align/procrustes.h"
#include "align/induce.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rounds on the most frequent words alone are cheap and find the coarse map; the last ones use all frequent
 * words. */
enum { COARSE_WORDS = 5000, PATIENCE = 2, MOST_ROUNDS = 60 };
#define FIRST_KEEP 0.1
#define IMPROVEMENT 5e-4

enum isg_status isg_self_learn(const struct isg_learn *learn, const struct isg_align_pairs *start, bool coarse,
    uint64_t restart, struct isg_linear *lin, struct isg_induced *last, int *rounds, struct isg_error *err)
{
    enum isg_status status;
    struct isg_induced induced = {0};
    const struct isg_training first = {.pairs = *start};
    double keep = coarse ? FIRST_KEEP : 1, best = -HUGE_VAL;
    int stale = 0, round = 0;
    ISG_TRY(isg_solve_procrustes(learn, &first, lin, err));
    for (; round < MOST_ROUNDS; round++) {
        const bool fine = keep >= 1;
        size_t n[2];
        for (int s = 0; s < 2; s++)
            n[s] = !fine && learn->frequent[s] > COARSE_WORDS ? COARSE_WORDS : learn->frequent[s];
        isg_align_pairs_fini(&induced.pairs);
        ISG_GOTO(isg_induce_stochastic(learn, lin, n, keep, restart << 32 | (uint64_t)round, &induced, err));
        if (induced.pairs.n == 0)
            break;
        const struct isg_training training = {.pairs = induced.pairs};
        ISG_GOTO(isg_solve_procrustes(learn, &training, lin, err));
        isg_log(learn->env, ISG_LOG_DEBUG, "self-learning %d: keep %.2f, mean CSLS %.4f, mutual %.3f", round + 1, keep,
            induced.mean_csls, induced.mutual);
        if (induced.mean_csls > best + IMPROVEMENT) {
            best = induced.mean_csls;
            stale = 0;
        } else if (++stale >= PATIENCE || fine) {
            if (fine)
                break;
            keep = 2.2 * keep < 1 ? 2.2 * keep : 1;
            stale = 0;
            best = keep < 1 ? best : -HUGE_VAL; /* the last stage measures on more words */
        }
    }
    *rounds = round;
    isg_align_pairs_fini(&induced.pairs);
    ISG_GOTO(isg_induce_mutual(learn, lin, last, err));
out:
    isg_align_pairs_fini(&induced.pairs);
    return status;
}

/* ---- similarity distributions ---- */

static int ascending(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void sort_row(void *cookie, size_t i, unsigned worker)
{
    (void)worker;
    const struct isg_mat *const m = cookie;
    qsort(isg_mat_row(*m, i), m->cols, sizeof(float), ascending);
}

/* out (n x n): the rows of (X X^T)^(1/2), each sorted. With X = U S V^T that root is U S U^T = X (X^T
 * X)^(-1/2) X^T. */
static enum isg_status distributions(
    const struct isg_learn *learn, enum isg_side side, size_t n, struct isg_mat *out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const struct isg_mat x = isg_mat_rows(learn->v[side], 0, n);
    const size_t d = x.cols;
    double *const c = isg_calloc(d, d * sizeof *c), *const w = isg_malloc(d, sizeof *w);
    float *const root = isg_calloc(d, d * sizeof *root), *const half = isg_malloc(n, d * sizeof *half);
    float *const sim = isg_malloc(n, n * sizeof *sim);
    if (!c || !w || !root || !half || !sim) {
        status = isg_error_nomem(err, "similarity distributions");
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t a = 0; a < d; a++)
            for (size_t b = 0; b < d; b++)
                c[a * d + b] += (double)isg_mat_row(x, i)[a] * (double)isg_mat_row(x, i)[b];
    ISG_GOTO(isg_eigh(d, c, w, err));
    for (size_t j = 0; j < d; j++) {
        if (w[j] < 1e-9 * w[d - 1])
            continue; /* a direction without content: left out, as the pseudo-inverse does */
        for (size_t a = 0; a < d; a++)
            for (size_t b = 0; b < d; b++)
                root[a * d + b] += (float)(c[a * d + j] * c[b * d + j] / sqrt(w[j]));
    }
    isg_sgemm_pool(learn->env->pool, ISG_N, ISG_N, n, d, d, 1.0F, x.x, x.stride, root, d, 0.0F, half, d);
    isg_sgemm_pool(learn->env->pool, ISG_N, ISG_T, n, n, d, 1.0F, half, d, x.x, x.stride, 0.0F, sim, n);
    *out = isg_mat(sim, n, n);
    isg_pool_run(learn->env->pool, n, sort_row, out);
out:
    isg_free(c);
    isg_free(w);
    isg_free(root);
    isg_free(half);
    if (status != ISG_OK)
        isg_free(sim);
    return status;
}

enum isg_status isg_seed_unsupervised(
    const struct isg_learn *learn, size_t words, struct isg_align_pairs *out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    struct isg_mat v[2] = {0};
    struct isg_near *best[2] = {0};
    float *penalty[2] = {0};
    size_t n = words;
    for (int s = 0; s < 2; s++)
        n = learn->frequent[s] < n ? learn->frequent[s] : n;
    const uint32_t k = learn->opts->csls_k;
    for (int s = 0; s < 2; s++) {
        best[s] = isg_malloc(n, sizeof *best[s]);
        penalty[s] = isg_malloc(n, sizeof *penalty[s]);
        if (!best[s] || !penalty[s]) {
            status = isg_error_nomem(err, "similarity distributions");
            goto out;
        }
        ISG_GOTO(distributions(learn, (enum isg_side)s, n, &v[s], err));
        struct isg_norm norm = {.step = {ISG_NORM_UNIT}, .n = 1, .dim = (uint32_t)n};
        isg_norm_apply(&norm, v[s], NULL, v[s], learn->env);
        for (size_t j = 0; j < n; j++) {
            double mean = 0;
            for (size_t i = 0; i < n; i++)
                mean += (double)isg_mat_row(v[s], i)[j];
            for (size_t i = 0; i < n; i++)
                isg_mat_row(v[s], i)[j] -= (float)(mean / (double)n);
        }
        isg_norm_apply(&norm, v[s], NULL, v[s], learn->env);
    }
    ISG_GOTO(isg_csls_both_ways(v, k, 1, best, penalty, learn->env, err));
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < n; i++)
            if (best[s][i].row != ISG_NO_ID && penalty[s][i] < INFINITY)
                ISG_GOTO(
                    isg_align_pairs_add(out, s ? best[s][i].row : (uint32_t)i, s ? (uint32_t)i : best[s][i].row, err));
out:
    for (int s = 0; s < 2; s++) {
        isg_free(v[s].x);
        isg_free(best[s]);
        isg_free(penalty[s]);
    }
    return status;
}
