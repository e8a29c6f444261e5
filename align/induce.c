/* Inducing a dictionary: CSLS neighbours among the frequent words, mutual ones or a random part of all. */
#include "align/induce.h"
#include "align/topk.h"

#include <math.h>
#include <string.h>

static bool has_vector(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] != 0.0F)
            return true;
    return false;
}

/* Half the mean similarity to the k nearest of each row's list. Rows of zeroes stay out. */
static void penalties(struct isg_mat v, const struct isg_near *list, uint32_t length, uint32_t k, float *out)
{
    for (size_t i = 0; i < v.rows; i++) {
        isg_topk_means(list + i * length, 1, k, &out[i]);
        out[i] = has_vector(isg_mat_row(v, i), v.cols) ? out[i] / 2 : INFINITY;
    }
}

/* The depth best of each row's list by cos - r/2, ties by the lower row. */
static void rank_by_csls(const struct isg_near *list, size_t rows, uint32_t length, const float *penalty,
    uint32_t depth, struct isg_near *best)
{
    for (size_t i = 0; i < rows; i++) {
        struct isg_near *const out = best + i * depth;
        uint32_t found = 0;
        for (uint32_t j = 0; j < length && list[i * length + j].row != ISG_NO_ID; j++) {
            const uint32_t row = list[i * length + j].row;
            const float score = list[i * length + j].score - penalty[row];
            if (penalty[row] == INFINITY)
                continue;
            uint32_t at = found < depth ? found++ : depth;
            for (; at > 0 && (score > out[at - 1].score || (score == out[at - 1].score && row < out[at - 1].row)); at--)
                if (at < depth)
                    out[at] = out[at - 1];
            if (at < depth)
                out[at] = (struct isg_near){row, score};
        }
        for (; found < depth; found++)
            out[found] = (struct isg_near){ISG_NO_ID, -INFINITY};
    }
}

/* The `depth` best by CSLS of each row, both ways, with half their r in penalty. */
struct both_ways {
    struct isg_near *best[2]; /* n x depth */
    float *penalty[2];
    uint32_t depth;
};

static void both_ways_fini(struct both_ways *b)
{
    for (int s = 0; s < 2; s++) {
        isg_free(b->best[s]);
        isg_free(b->penalty[s]);
    }
}

/* The best by CSLS are looked for among the k nearest by cosine and a few more, so that one pass over all
 * products serves for both. That loses two mutual neighbours in a hundred, and none of the precision of what
 * is learnt from them. */
enum { BEYOND = 2 };

enum isg_status isg_csls_both_ways(struct isg_mat v[2], uint32_t k, uint32_t depth, struct isg_near *best[2],
    float *penalty[2], const struct isg_env *env, struct isg_error *err)
{
    enum isg_status status;
    const uint32_t length = (k > depth ? k : depth) + BEYOND;
    struct isg_near *list[2] = {
        isg_malloc(v[0].rows, length * sizeof *list[0]), isg_malloc(v[1].rows, length * sizeof *list[1])};
    if (!list[0] || !list[1]) {
        status = isg_error_nomem(err, "inducing a dictionary");
        goto out;
    }
    const struct isg_topk wanted[2] = {{.k = length, .out = list[0]}, {.k = length, .out = list[1]}};
    ISG_GOTO(isg_topk_both(v[0], v[1], &wanted[0], &wanted[1], "dictionary", env, err));
    for (int s = 0; s < 2; s++)
        penalties(v[s], list[s], length, k, penalty[s]);
    for (int s = 0; s < 2; s++)
        rank_by_csls(list[s], v[s].rows, length, penalty[1 - s], depth, best[s]);
out:
    isg_free(list[0]);
    isg_free(list[1]);
    return status;
}

static enum isg_status search(const struct isg_learn *learn, const struct isg_linear *lin, const size_t n[2],
    uint32_t depth, struct both_ways *out, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const uint32_t k = learn->opts->csls_k;
    struct isg_mat v[2] = {0};
    *out = (struct both_ways){.depth = depth};
    for (int s = 0; s < 2; s++) {
        out->best[s] = isg_malloc(n[s], depth * sizeof *out->best[s]);
        out->penalty[s] = isg_malloc(n[s], sizeof *out->penalty[s]);
        if (!out->best[s] || !out->penalty[s]) {
            status = isg_error_nomem(err, "inducing a dictionary");
            goto out;
        }
        ISG_GOTO(isg_linear_project(learn, lin, (enum isg_side)s, n[s], &v[s], err));
    }
    ISG_GOTO(isg_csls_both_ways(v, k, depth, out->best, out->penalty, learn->env, err));
out:
    isg_free(v[0].x);
    isg_free(v[1].x);
    return status;
}

/* Mean CSLS of the best translations, and how many of them are mutual. */
static void measure(const struct both_ways *b, size_t n, struct isg_induced *result)
{
    double sum = 0;
    size_t scored = 0, mutual = 0;
    for (size_t i = 0; i < n; i++) {
        const struct isg_near to = b->best[0][i * b->depth];
        if (b->penalty[0][i] == INFINITY || to.row == ISG_NO_ID)
            continue;
        sum += 2 * ((double)to.score - (double)b->penalty[0][i]);
        scored++;
        mutual += b->best[1][to.row * b->depth].row == i;
    }
    result->mean_csls = scored ? sum / (double)scored : 0;
    result->mutual = scored ? (double)mutual / (double)scored : 0;
}

enum isg_status isg_induce_mutual(
    const struct isg_learn *learn, const struct isg_linear *lin, struct isg_induced *out, struct isg_error *err)
{
    enum isg_status status;
    struct isg_induced result = {0};
    struct both_ways b = {0};
    ISG_GOTO(search(learn, lin, learn->frequent, 1, &b, err));
    measure(&b, learn->frequent[0], &result);
    for (size_t i = 0; i < learn->frequent[0]; i++)
        if (b.penalty[0][i] < INFINITY && b.best[0][i].row != ISG_NO_ID && b.best[1][b.best[0][i].row].row == i)
            ISG_GOTO(isg_align_pairs_add(&result.pairs, (uint32_t)i, b.best[0][i].row, err));
    *out = result;
    result = (struct isg_induced){0};
out:
    both_ways_fini(&b);
    isg_align_pairs_fini(&result.pairs);
    return status;
}

/* With twelve candidates and keep = 0.1, three words in ten go without a translation in a round: that, too,
 * is random. */
enum { CANDIDATES = 12 };

enum isg_status isg_induce_stochastic(const struct isg_learn *learn, const struct isg_linear *lin, const size_t n[2],
    double keep, uint64_t round, struct isg_induced *out, struct isg_error *err)
{
    enum isg_status status;
    struct isg_induced result = {0};
    struct both_ways b = {0};
    struct isg_rng rng = isg_rng_stream(learn->opts->seed, "induction", round);
    ISG_GOTO(search(learn, lin, n, keep < 1 ? CANDIDATES : 1, &b, err));
    measure(&b, n[0], &result);
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < n[s]; i++) {
            if (b.penalty[s][i] == INFINITY)
                continue;
            for (uint32_t c = 0; c < b.depth; c++) {
                const uint32_t to = b.best[s][i * b.depth + c].row;
                if (to == ISG_NO_ID)
                    break;
                if (keep < 1 && isg_rng_double(&rng) >= keep)
                    continue;
                ISG_GOTO(isg_align_pairs_add(&result.pairs, s ? to : (uint32_t)i, s ? (uint32_t)i : to, err));
                break;
            }
        }
    *out = result;
    result = (struct isg_induced){0};
out:
    both_ways_fini(&b);
    isg_align_pairs_fini(&result.pairs);
    return status;
}
