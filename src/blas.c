/* BLAS and LAPACK by OpenBLAS. LAPACK is Fortran's, column-major: what it calls A^T is our row-major A. */
#include "src/blas.h"
#include "src/mem.h"
#include "src/openblas.h"
#include "src/pool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum CBLAS_TRANSPOSE trans(enum isg_trans t)
{
    return t == ISG_T ? CblasTrans : CblasNoTrans;
}

/* For callers that did not ask isg_blas_reserve, when OpenBLAS cannot be had: slow, but a product. */
#define PLAIN_GEMM(real)                                                                                               \
    for (size_t i = 0; i < m; i++)                                                                                     \
        for (size_t j = 0; j < n; j++) {                                                                               \
            real sum = 0;                                                                                              \
            for (size_t l = 0; l < k; l++)                                                                             \
                sum += (ta == ISG_T ? a[l * lda + i] : a[i * lda + l]) *                                               \
                       (tb == ISG_T ? b[j * ldb + l] : b[l * ldb + j]);                                                \
            c[i * ldc + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * ldc + j]);                                    \
        }

void isg_sgemm(enum isg_trans ta, enum isg_trans tb, size_t m, size_t n, size_t k, float alpha, const float *a,
    size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    if (m == 0 || n == 0)
        return;
    struct isg_error err = {0};
    const struct isg_openblas *const blas = isg_openblas_open(&err);
    if (blas)
        blas->sgemm(CblasRowMajor, trans(ta), trans(tb), (blasint)m, (blasint)n, (blasint)k, alpha, a, (blasint)lda, b,
            (blasint)ldb, beta, c, (blasint)ldc);
    else
        PLAIN_GEMM(float);
}

void isg_dgemm(enum isg_trans ta, enum isg_trans tb, size_t m, size_t n, size_t k, double alpha, const double *a,
    size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc)
{
    if (m == 0 || n == 0)
        return;
    struct isg_error err = {0};
    const struct isg_openblas *const blas = isg_openblas_open(&err);
    if (blas)
        blas->dgemm(CblasRowMajor, trans(ta), trans(tb), (blasint)m, (blasint)n, (blasint)k, alpha, a, (blasint)lda, b,
            (blasint)ldb, beta, c, (blasint)ldc);
    else
        PLAIN_GEMM(double);
}

enum { GEMM_ROWS = 256 };

struct gemm_job {
    enum isg_trans ta, tb;
    size_t m, n, k, lda, ldb, ldc;
    float alpha, beta;
    const float *a, *b;
    float *c;
};

static void gemm_block(void *cookie, size_t i, unsigned worker)
{
    (void)worker;
    const struct gemm_job *const j = cookie;
    const size_t first = i * GEMM_ROWS, rows = j->m - first < GEMM_ROWS ? j->m - first : GEMM_ROWS;
    const float *const a = j->a + (j->ta == ISG_T ? first : first * j->lda);
    isg_sgemm(
        j->ta, j->tb, rows, j->n, j->k, j->alpha, a, j->lda, j->b, j->ldb, j->beta, j->c + first * j->ldc, j->ldc);
}

void isg_sgemm_pool(struct isg_pool *pool, enum isg_trans ta, enum isg_trans tb, size_t m, size_t n, size_t k,
    float alpha, const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    struct gemm_job job = {ta, tb, m, n, k, lda, ldb, ldc, alpha, beta, a, b, c};
    isg_pool_run(pool, (m + GEMM_ROWS - 1) / GEMM_ROWS, gemm_block, &job);
}

enum isg_status isg_blas_reserve(unsigned n_threads, struct isg_error *err)
{
    return isg_openblas_reserve(n_threads, err);
}

static bool all_finite(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* LAPACK counts elements and workspace in 32-bit numbers: 8 m n has to fit for its divide and conquer. And it takes a
 * buffer. */
static enum isg_status prepare(size_t m, size_t n, const struct isg_openblas **blas, struct isg_error *err)
{
    enum { MAX = 16384 };
    if ((m > n ? n : m) > MAX || (m > n ? m : n) > INT32_MAX / 8)
        return isg_error_set(err, ISG_ENOMEM, NULL, 0, "a matrix of %zu x %zu is too large for LAPACK", m, n);
    ISG_TRY(isg_blas_reserve(1, err));
    *blas = isg_openblas_open(err);
    return ISG_OK;
}

enum isg_status isg_svd(size_t m, size_t n, double *a, double *u, double *s, double *vt, struct isg_error *err)
{
    if (m == 0 || n == 0)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "singular values of an empty matrix");
    const struct isg_openblas *blas = NULL;
    ISG_TRY(prepare(m, n, &blas, err));
    if (!all_finite(a, m * n))
        return isg_error_set(err, ISG_ENUMERIC, NULL, 0, "NaN or infinity in a matrix of %zu x %zu", m, n);
    /* Row-major A is column-major A^T = V S U^T: LAPACK's U is our V^T and the other way round. */
    const blasint rows = (blasint)n, cols = (blasint)m, r = rows < cols ? rows : cols, query = -1;
    blasint info = 0;
    double wanted = 0;
    blasint *const iwork = isg_malloc(8 * (size_t)r, sizeof *iwork);
    if (!iwork)
        return isg_error_nomem(err, "singular values");
    blas->dgesdd("S", &rows, &cols, a, &rows, s, vt, &rows, u, &r, &wanted, &query, iwork, &info, 1);
    const blasint lwork = (blasint)wanted + 1;
    double *const work = isg_malloc((size_t)lwork, sizeof *work);
    if (!work) {
        isg_free(iwork);
        return isg_error_nomem(err, "singular values");
    }
    blas->dgesdd("S", &rows, &cols, a, &rows, s, vt, &rows, u, &r, work, &lwork, iwork, &info, 1);
    isg_free(work);
    isg_free(iwork);
    if (info != 0)
        return isg_error_set(err, ISG_ENUMERIC, NULL, 0, "the SVD of a %zu x %zu matrix did not converge", m, n);
    return ISG_OK;
}

enum isg_status isg_eigh(size_t n, double *a, double *w, struct isg_error *err)
{
    if (n == 0)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "eigenvalues of an empty matrix");
    const struct isg_openblas *blas = NULL;
    ISG_TRY(prepare(n, n, &blas, err));
    if (!all_finite(a, n * n))
        return isg_error_set(err, ISG_ENUMERIC, NULL, 0, "NaN or infinity in a matrix of %zu x %zu", n, n);
    const blasint size = (blasint)n, query = -1;
    blasint info = 0, iwanted = 0;
    double wanted = 0;
    blas->dsyevd("V", "U", &size, a, &size, w, &wanted, &query, &iwanted, &query, &info, 1, 1);
    const blasint lwork = (blasint)wanted + 1, liwork = iwanted + 1;
    double *const work = isg_malloc((size_t)lwork, sizeof *work);
    blasint *const iwork = isg_malloc((size_t)liwork, sizeof *iwork);
    if (work && iwork)
        blas->dsyevd("V", "U", &size, a, &size, w, work, &lwork, iwork, &liwork, &info, 1, 1);
    const bool memory = work && iwork;
    isg_free(work);
    isg_free(iwork);
    if (!memory)
        return isg_error_nomem(err, "eigenvalues");
    if (info != 0)
        return isg_error_set(
            err, ISG_ENUMERIC, NULL, 0, "the eigenvalues of a %zu x %zu matrix did not converge", n, n);
    /* LAPACK's columns are our rows: transpose, so that eigenvectors are columns, as the header says. */
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const double t = a[i * n + j];
            a[i * n + j] = a[j * n + i];
            a[j * n + i] = t;
        }
    return ISG_OK;
}

enum isg_status isg_solve_spd(size_t n, size_t m, double *a, double *b, struct isg_error *err)
{
    if (n == 0 || m == 0)
        return ISG_OK;
    const struct isg_openblas *blas = NULL;
    ISG_TRY(prepare(n, m, &blas, err));
    if (!all_finite(a, n * n) || !all_finite(b, n * m))
        return isg_error_set(err, ISG_ENUMERIC, NULL, 0, "NaN or infinity in a system of %zu equations", n);
    double *const bt = isg_malloc(n * m, sizeof *bt);
    if (!bt)
        return isg_error_nomem(err, "a linear system");
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            bt[j * n + i] = b[i * m + j];
    const blasint size = (blasint)n, nrhs = (blasint)m;
    blasint info = 0;
    blas->dposv("U", &size, &nrhs, a, &size, bt, &size, &info, 1);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            b[i * m + j] = bt[j * n + i];
    isg_free(bt);
    if (info != 0)
        return isg_error_advice(
            (isg_error_set(err, ISG_ENUMERIC, NULL, 0, "a matrix of %zu x %zu is not positive definite", n, n), err),
            "add a ridge to its diagonal");
    return ISG_OK;
}

void *isg_blas_symbol(const char *name)
{
    return isg_openblas_symbol(name);
}

const char *isg_blas_describe(void)
{
    struct isg_error err = {0};
    const struct isg_openblas *const blas = isg_openblas_open(&err);
    return blas ? blas->config() : "OpenBLAS cannot be opened";
}
