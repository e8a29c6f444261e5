/* Preprocessing: unit length, centring, all-but-the-top (Mu & Viswanath 2018), as a list that is fitted and
 * kept. */
#include "align/norm.h"

#include <math.h>
#include <string.h>

void isg_norm_fini(struct isg_norm *norm)
{
    for (uint32_t i = 0; i < ISG_NORM_MAX; i++)
        isg_free(norm->stats[i]);
    memset(norm, 0, sizeof *norm);
}

size_t isg_norm_stats_size(const struct isg_norm *norm, uint32_t i)
{
    switch (norm->step[i]) {
    case ISG_NORM_CENTRE:
        return norm->dim;
    case ISG_NORM_ABTT:
        return (size_t)norm->dim * (1 + norm->axes);
    default:
        return 0;
    }
}

static bool is_zero(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] != 0.0F)
            return false;
    return true;
}

/* Squares are summed in double: those of large finite floats overflow a float. */
void isg_unit_row(float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    if (sum == 0)
        return;
    const double scale = 1 / sqrt(sum);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)((double)x[i] * scale);
}

static void drop_axes(const float *axes, uint32_t n_axes, float *x, size_t n)
{
    for (uint32_t a = 0; a < n_axes; a++) {
        const float *const axis = axes + a * n;
        double dot = 0;
        for (size_t i = 0; i < n; i++)
            dot += (double)x[i] * (double)axis[i];
        for (size_t i = 0; i < n; i++)
            x[i] -= (float)dot * axis[i];
    }
}

void isg_norm_row(const struct isg_norm *norm, uint32_t n_steps, const float *in, float *out)
{
    const size_t n = norm->dim;
    if (out != in)
        memcpy(out, in, n * sizeof *out);
    if (is_zero(in, n))
        return;
    for (uint32_t s = 0; s < n_steps; s++) {
        if (norm->step[s] == ISG_NORM_UNIT) {
            isg_unit_row(out, n);
            continue;
        }
        for (size_t i = 0; i < n; i++)
            out[i] -= norm->stats[s][i];
        if (norm->step[s] == ISG_NORM_ABTT)
            drop_axes(norm->stats[s] + n, norm->axes, out, n);
    }
}

/* Mean row, and where cov is wanted the centred second moments, of all rows after the first n_steps steps. */
static size_t moments(
    const struct isg_norm *norm, uint32_t n_steps, struct isg_mat in, float *row, double *mean, double *cov)
{
    const size_t d = norm->dim;
    size_t n = 0;
    memset(mean, 0, d * sizeof *mean);
    for (size_t i = 0; i < in.rows; i++) {
        if (is_zero(isg_mat_row(in, i), d))
            continue;
        isg_norm_row(norm, n_steps, isg_mat_row(in, i), row);
        for (size_t j = 0; j < d; j++)
            mean[j] += (double)row[j];
        n++;
    }
    for (size_t j = 0; j < d; j++)
        mean[j] /= n ? (double)n : 1;
    if (!cov)
        return n;
    memset(cov, 0, d * d * sizeof *cov);
    for (size_t i = 0; i < in.rows; i++) {
        if (is_zero(isg_mat_row(in, i), d))
            continue;
        isg_norm_row(norm, n_steps, isg_mat_row(in, i), row);
        for (size_t a = 0; a < d; a++)
            for (size_t b = 0; b <= a; b++)
                cov[a * d + b] += ((double)row[a] - mean[a]) * ((double)row[b] - mean[b]);
    }
    for (size_t a = 0; a < d; a++)
        for (size_t b = 0; b < a; b++)
            cov[b * d + a] = cov[a * d + b];
    return n;
}

static enum isg_status fit_step(
    struct isg_norm *norm, uint32_t s, struct isg_mat in, float *row, double *mean, double *cov, struct isg_error *err)
{
    const size_t d = norm->dim;
    const bool abtt = norm->step[s] == ISG_NORM_ABTT;
    float *const stats = isg_calloc(isg_norm_stats_size(norm, s), sizeof *stats);
    if (!stats)
        return isg_error_nomem(err, "preprocessing");
    moments(norm, s, in, row, mean, abtt ? cov : NULL);
    for (size_t j = 0; j < d; j++)
        stats[j] = (float)mean[j];
    norm->stats[s] = stats;
    if (!abtt)
        return ISG_OK;
    double *const values = mean; /* its work is done */
    ISG_TRY(isg_eigh(d, cov, values, err));
    for (uint32_t a = 0; a < norm->axes; a++)
        for (size_t j = 0; j < d; j++)
            stats[(1 + a) * d + j] = (float)cov[j * d + (d - 1 - a)];
    return ISG_OK;
}

enum isg_status isg_norm_fit(
    struct isg_norm *norm, const enum isg_align_step *steps, uint32_t axes, struct isg_mat in, struct isg_error *err)
{
    enum isg_status status = ISG_OK;
    const size_t d = in.cols;
    *norm = (struct isg_norm){.dim = (uint32_t)d, .axes = axes < d ? axes : (uint32_t)d - 1};
    float *const row = isg_malloc(d, sizeof *row);
    double *const mean = isg_malloc(d, sizeof *mean), *const cov = isg_malloc(d, d * sizeof *cov);
    if (!row || !mean || !cov) {
        status = isg_error_nomem(err, "preprocessing");
        goto out;
    }
    for (uint32_t s = 0; s < ISG_NORM_MAX && steps[s] != ISG_NORM_END; s++) {
        norm->step[s] = steps[s];
        if (steps[s] != ISG_NORM_UNIT)
            ISG_GOTO(fit_step(norm, s, in, row, mean, cov, err));
        norm->n = s + 1;
    }
out:
    if (status != ISG_OK)
        isg_norm_fini(norm);
    isg_free(row);
    isg_free(mean);
    isg_free(cov);
    return status;
}

enum { BLOCK = 1024 };
struct job {
    const struct isg_norm *norm;
    struct isg_mat in, out;
    const uint32_t *rows;
};

static void apply_block(void *cookie, size_t block, unsigned worker)
{
    (void)worker;
    const struct job *const job = cookie;
    const size_t end = (block + 1) * BLOCK < job->out.rows ? (block + 1) * BLOCK : job->out.rows;
    for (size_t i = block * BLOCK; i < end; i++)
        isg_norm_row(
            job->norm, job->norm->n, isg_mat_row(job->in, job->rows ? job->rows[i] : i), isg_mat_row(job->out, i));
}

void isg_norm_apply(
    const struct isg_norm *norm, struct isg_mat in, const uint32_t *rows, struct isg_mat out, const struct isg_env *env)
{
    struct job job = {norm, in, out, rows};
    isg_pool_run(env->pool, (out.rows + BLOCK - 1) / BLOCK, apply_block, &job);
}
