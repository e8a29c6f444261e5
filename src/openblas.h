/** @file src/openblas.h  OpenBLAS, opened when it is first needed. Private to src/blas.c and to FAISS's products.
 *
 * It is not linked, for what happens while it is loaded cannot be mended afterwards: it chooses its kernels (old releases
 * take a new processor for a Prescott, five times slower), starts threads, and takes a buffer of 128 MiB of address
 * space, for which it tries for ever. Opened here, it finds room, one thread and the right kernels, or there is an error. */
#ifndef ISG_SRC_OPENBLAS_H
#define ISG_SRC_OPENBLAS_H
#include "src/error.h"

#include <cblas.h>

/** Its functions. LAPACK is Fortran's: the lengths of character arguments come behind the others. Debian's OpenBLAS has
 * LAPACK but not LAPACKE. */
struct isg_openblas {
    void (*sgemm)(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, enum CBLAS_TRANSPOSE, blasint m, blasint n, blasint k,
        float alpha, const float *a, blasint lda, const float *b, blasint ldb, float beta, float *c, blasint ldc);
    void (*dgemm)(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, enum CBLAS_TRANSPOSE, blasint m, blasint n, blasint k,
        double alpha, const double *a, blasint lda, const double *b, blasint ldb, double beta, double *c, blasint ldc);
    void (*dgesdd)(const char *job, const blasint *m, const blasint *n, double *a, const blasint *lda, double *s,
        double *u, const blasint *ldu, double *vt, const blasint *ldvt, double *work, const blasint *lwork,
        blasint *iwork, blasint *info, size_t job_n);
    void (*dsyevd)(const char *job, const char *uplo, const blasint *n, double *a, const blasint *lda, double *w,
        double *work, const blasint *lwork, blasint *iwork, const blasint *liwork, blasint *info, size_t job_n,
        size_t uplo_n);
    void (*dposv)(const char *uplo, const blasint *n, const blasint *nrhs, double *a, const blasint *lda, double *b,
        const blasint *ldb, blasint *info, size_t uplo_n);
    char *(*config)(void);
    /** Its own allocator of buffers, in every build of it but not in its headers; may be NULL. */
    void *(*memory_alloc)(int position);
    void (*memory_free)(void *buffer);
};

/**
 * OpenBLAS, opened by the first call that succeeds and never closed; thread-safe. It runs on one thread, with the
 * environment's OPENBLAS_CORETYPE or else with the best kernels that the processor has. Where the process has loaded it
 * already (NumPy), that one is used as it is, but for one thread. Sets and restores OPENBLAS_* in the environment: other
 * threads must not change the environment meanwhile.
 * @return NULL and an error: ISG_ENOMEM without room for it, ISG_EIO where it is not installed.
 */
const struct isg_openblas *isg_openblas_open(struct isg_error *err);
/** Opens it and has it allocate its buffers for n_threads calls at a time, 128 MiB of address space each. Without room for
 * one, OpenBLAS itself tries for ever. Buffers that it already has are not allocated again. */
ISG_MUST_CHECK enum isg_status isg_openblas_reserve(unsigned n_threads, struct isg_error *err);
/** Any of its functions by name, or NULL; opens it. */
void *isg_openblas_symbol(const char *name);

#endif
