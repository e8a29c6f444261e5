/* BLAS and LAPACK by OpenBLAS. LAPACK is Fortran's, column-major: what it calls A^T is our row-major A. */
#include "src/blas.h"
#include "src/mem.h"
#include "src/pool.h"

#include <cblas.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

/* Debian's OpenBLAS has LAPACK but not LAPACKE. Fortran passes the lengths of character arguments behind the
 * others. */
void dgesdd_(const char *job, const blasint *m, const blasint *n, double *a, const blasint *lda, double *s, double *u,
    const blasint *ldu, double *vt, const blasint *ldvt, double *work, const blasint *lwork, blasint *iwork,
    blasint *info, size_t job_n);
void dsyevd_(const char *job, const char *uplo, const blasint *n, double *a, const blasint *lda, double *w,
    double *work, const blasint *lwork, blasint *iwork, const blasint *liwork, blasint *info, size_t job_n,
    size_t uplo_n);
void dposv_(const char *uplo, const blasint *n, const blasint *nrhs, double *a, const blasint *lda, double *b,
    const blasint *ldb, blasint *info, size_t uplo_n);

static void set_one_thread(void)
{
    openblas_set_num_threads(1);
}

/* Once, since OpenBLAS takes no lock when it changes its number of threads. */
static void one_thread(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_one_thread);
}

static enum CBLAS_TRANSPOSE trans(enum isg_trans t)
{
    return t == ISG_T ? CblasTrans : CblasNoTrans;
}

void isg_sgemm(enum isg_trans ta, enum isg_trans tb, size_t m, size_t n, size_t k, float alpha, const float *a,
    size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    if (m == 0 || n == 0)
        return;
    one_thread();
    cblas_sgemm(CblasRowMajor, trans(ta), trans(tb), (blasint)m, (blasint)n, (blasint)k, alpha, a, (blasint)lda, b,
        (blasint)ldb, beta, c, (blasint)ldc);
}

void isg_dgemm(enum isg_trans ta, enum isg_trans tb, size_t m, size_t n, size_t k, double alpha, const double *a,
    size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc)
{
    if (m == 0 || n == 0)
        return;
    one_thread();
    cblas_dgemm(CblasRowMajor, trans(ta), trans(tb), (blasint)m, (blasint)n, (blasint)k, alpha, a, (blasint)lda, b,
        (blasint)ldb, beta, c, (blasint)ldc);
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

/* OpenBLAS's own, in every build of it; not in its headers. */
__attribute__((weak)) void *blas_memory_alloc(int position);
__attribute__((weak)) void blas_memory_free(void *buffer);

/* Would OpenBLAS get a buffer? It asks the system in this way, too. */
static bool room_for_buffer(void)
{
    const size_t bytes = (size_t)132 << 20;
    void *const p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED && munmap(p, bytes) == 0;
}

enum isg_status isg_blas_reserve(unsigned n_threads, struct isg_error *err)
{
    enum { MOST = 128 }; /* buffers; OpenBLAS has twice as many as cores it was built for */
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static unsigned reserved;
    void *held[MOST];
    const unsigned n = n_threads < MOST ? n_threads : MOST;
    one_thread();
    pthread_mutex_lock(&lock);
    /* those already there are handed out first, so that all have to be held at once to get more */
    unsigned k = 0;
    bool room = true;
    while (k < n && reserved < n && room) {
        room = k < reserved || room_for_buffer();
        if (room)
            held[k++] = blas_memory_alloc ? blas_memory_alloc(0) : NULL;
    }
    reserved = k > reserved ? k : reserved;
    while (k > 0)
        if (held[--k])
            blas_memory_free(held[k]);
    pthread_mutex_unlock(&lock);
    if (room)
        return ISG_OK;
    (void)isg_error_set(err, ISG_ENOMEM, NULL, 0, "no memory for matrix products (128 MiB of address space a thread)");
    return isg_error_advice(err, "use fewer --threads, or raise the limit (ulimit -v)");
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
static enum isg_status prepare(size_t m, size_t n, struct isg_error *err)
{
    enum { MAX = 16384 };
    if ((m > n ? n : m) > MAX || (m > n ? m : n) > INT32_MAX / 8)
        return isg_error_set(err, ISG_ENOMEM, NULL, 0, "a matrix of %zu x %zu is too large for LAPACK", m, n);
    return isg_blas_reserve(1, err);
}

enum isg_status isg_svd(size_t m, size_t n, double *a, double *u, double *s, double *vt, struct isg_error *err)
{
    if (m == 0 || n == 0)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "singular values of an empty matrix");
    ISG_TRY(prepare(m, n, err));
    if (!all_finite(a, m * n))
        return isg_error_set(err, ISG_ENUMERIC, NULL, 0, "NaN or infinity in a matrix of %zu x %zu", m, n);
    one_thread();
    /* Row-major A is column-major A^T = V S U^T: LAPACK's U is our V^T and the other way round. */
    const blasint rows = (blasint)n, cols = (blasint)m, r = rows < cols ? rows : cols, query = -1;
    blasint info = 0;
    double wanted = 0;
    blasint *const iwork = isg_malloc(8 * (size_t)r, sizeof *iwork);
    if (!iwork)
        return isg_error_nomem(err, "singular values");
    dgesdd_("S", &rows, &cols, a, &rows, s, vt, &rows, u, &r, &wanted, &query, iwork, &info, 1);
    const blasint lwork = (blasint)wanted + 1;
    double *const work = isg_malloc((size_t)lwork, sizeof *work);
    if (!work) {
        isg_free(iwork);
        return isg_error_nomem(err, "singular values");
    }
    dgesdd_("S", &rows, &cols, a, &rows, s, vt, &rows, u, &r, work, &lwork, iwork, &info, 1);
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
    ISG_TRY(prepare(n, n, err));
    if (!all_finite(a, n * n))
        return isg_error_set(err, ISG_ENUMERIC, NULL, 0, "NaN or infinity in a matrix of %zu x %zu", n, n);
    one_thread();
    const blasint size = (blasint)n, query = -1;
    blasint info = 0, iwanted = 0;
    double wanted = 0;
    dsyevd_("V", "U", &size, a, &size, w, &wanted, &query, &iwanted, &query, &info, 1, 1);
    const blasint lwork = (blasint)wanted + 1, liwork = iwanted + 1;
    double *const work = isg_malloc((size_t)lwork, sizeof *work);
    blasint *const iwork = isg_malloc((size_t)liwork, sizeof *iwork);
    if (work && iwork)
        dsyevd_("V", "U", &size, a, &size, w, work, &lwork, iwork, &liwork, &info, 1, 1);
    const bool memory = work && iwork;
    isg_free(work);
    isg_free(iwork);
    if (!memory)
        return isg_error_nomem(err, "eigenvalues");
    if (info != 0)
        return isg_error_set(
            err, ISG_ENUMERIC, NULL, 0, "the eigenvalues of a %zu x %zu matrix did not converge", n, n);
    /* LAPACK's columns are our rows: transpose, so that eigenvectors stand in columns as the header says. */
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
    ISG_TRY(prepare(n, m, err));
    if (!all_finite(a, n * n) || !all_finite(b, n * m))
        return isg_error_set(err, ISG_ENUMERIC, NULL, 0, "NaN or infinity in a system of %zu equations", n);
    double *const bt = isg_malloc(n * m, sizeof *bt);
    if (!bt)
        return isg_error_nomem(err, "a linear system");
    one_thread();
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            bt[j * n + i] = b[i * m + j];
    const blasint size = (blasint)n, nrhs = (blasint)m;
    blasint info = 0;
    dposv_("U", &size, &nrhs, a, &size, bt, &size, &info, 1);
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

const char *isg_blas_better_core(void)
{
#if defined(__x86_64__)
    /* Only kernels that are far slower than the processor deserves count; between Haswell and Zen nothing is
     * lost. */
    static const char *const slow[] = {"Prescott", "Core2", "Nehalem", "Penryn", "Atom", "Nano", "Generic", "Unknown"};
    const char *const core = openblas_get_corename();
    bool is_slow = false;
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++)
        is_slow |= strcasecmp(core, slow[i]) == 0;
    __builtin_cpu_init();
    if (is_slow && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return "SkylakeX";
    if (is_slow && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return "Haswell";
#endif
    return NULL;
}

const char *isg_blas_describe(void)
{
    return openblas_get_config();
}
