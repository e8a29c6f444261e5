/** @file src/blas.h  BLAS and LAPACK (OpenBLAS, see src/openblas.h). All matrices are row-major.
 *
 * OpenBLAS itself always runs on one thread here: its results change with its number of threads, ours must
 * not. isg_gemm_pool splits rows into blocks of a fixed size instead. */
#ifndef ISG_SRC_BLAS_H
#define ISG_SRC_BLAS_H
#include "src/error.h"
#include "src/mat.h"

enum isg_trans { ISG_N = 0, ISG_T = 1 };

/** C = alpha * op(A) op(B) + beta * C, with op(A) m x k, op(B) k x n; ld* = row strides. Safe from several
 * threads. */
void isg_sgemm(enum isg_trans ta, enum isg_trans tb, size_t m, size_t n, size_t k, float alpha, const float *a,
    size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);
void isg_dgemm(enum isg_trans ta, enum isg_trans tb, size_t m, size_t n, size_t k, double alpha, const double *a,
    size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc);
/** isg_sgemm with the rows of C shared out in blocks of 256: the same bytes for any number of threads. */
void isg_sgemm_pool(struct isg_pool *pool, enum isg_trans ta, enum isg_trans tb, size_t m, size_t n, size_t k,
    float alpha, const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);

/** A (m x n, overwritten) = U diag(s) Vt with U m x r, s r falling, Vt r x n, r = min(m, n). NaN or no
 * convergence: ISG_ENUMERIC. */
ISG_MUST_CHECK enum isg_status isg_svd(
    size_t m, size_t n, double *a, double *u, double *s, double *vt, struct isg_error *err);
/** Symmetric A (n x n) = V diag(w) V^T, w rising; A is overwritten by V, eigenvectors in its COLUMNS. */
ISG_MUST_CHECK enum isg_status isg_eigh(size_t n, double *a, double *w, struct isg_error *err);
/** Solves A X = B for symmetric positive definite A (n x n, overwritten), B n x m overwritten by X. */
ISG_MUST_CHECK enum isg_status isg_solve_spd(size_t n, size_t m, double *a, double *b, struct isg_error *err);

/**
 * Opens OpenBLAS and allocates its buffers for n_threads calls at a time, 128 MiB of address space each: without room for one,
 * OpenBLAS itself retries for ever. Call it before the first product; buffers it already has are not allocated again.
 * Without this call the first product opens it; where that fails, products are computed by plain loops. ISG_ENOMEM if
 * there is no room, ISG_EIO if OpenBLAS is not installed.
 */
ISG_MUST_CHECK enum isg_status isg_blas_reserve(unsigned n_threads, struct isg_error *err);

/** A function of OpenBLAS by its name, for those who hand calls on to it (FAISS); NULL where there is none. */
void *isg_blas_symbol(const char *name);
/** OpenBLAS's own words, e.g. "OpenBLAS 0.3.21 DYNAMIC_ARCH NO_AFFINITY SkylakeX MAX_THREADS=64"; static
 * storage. "OpenBLAS cannot be opened" where it cannot be opened. */
const char *isg_blas_describe(void);

#endif
