/* The BLAS and LAPACK functions that a static libfaiss calls, handed on to OpenBLAS as src/openblas.h opened it. */
#include "align/faiss_blas.h"
#include "align/cxx.h"

enum isg_status isg_faiss_blas_reserve(unsigned n_threads, struct isg_error *err)
{
    return isg_blas_reserve(n_threads, err);
}

/* Fortran takes every argument by address; FAISS passes no lengths of character arguments, all of which are one letter. */
typedef void *P;
#define HAND_ON(name, parameters, ...) \
    int name parameters; \
    int name parameters \
    { \
        int(*call) parameters; \
        void *const found = isg_blas_symbol(#name); \
        if (!found) \
            isg_cxx_throw_no_memory(); /* not after isg_faiss_blas_reserve */ \
        memcpy(&call, &found, sizeof call); \
        return call(__VA_ARGS__); \
    }
/* clang-format off */
HAND_ON(dgetrf_, (P a, P b, P c, P d, P e, P f), a, b, c, d, e, f)
HAND_ON(sgetrf_, (P a, P b, P c, P d, P e, P f), a, b, c, d, e, f)
HAND_ON(dgetri_, (P a, P b, P c, P d, P e, P f, P g), a, b, c, d, e, f, g)
HAND_ON(sgetri_, (P a, P b, P c, P d, P e, P f, P g), a, b, c, d, e, f, g)
HAND_ON(sgeqrf_, (P a, P b, P c, P d, P e, P f, P g, P h), a, b, c, d, e, f, g, h)
HAND_ON(dsyev_, (P a, P b, P c, P d, P e, P f, P g, P h, P i), a, b, c, d, e, f, g, h, i)
HAND_ON(sorgqr_, (P a, P b, P c, P d, P e, P f, P g, P h, P i), a, b, c, d, e, f, g, h, i)
HAND_ON(ssyrk_, (P a, P b, P c, P d, P e, P f, P g, P h, P i, P j), a, b, c, d, e, f, g, h, i, j)
HAND_ON(dgemm_, (P a, P b, P c, P d, P e, P f, P g, P h, P i, P j, P k, P l, P m), a, b, c, d, e, f, g, h, i, j, k, l, m)
HAND_ON(sgemm_, (P a, P b, P c, P d, P e, P f, P g, P h, P i, P j, P k, P l, P m), a, b, c, d, e, f, g, h, i, j, k, l, m)
HAND_ON(dgesvd_, (P a, P b, P c, P d, P e, P f, P g, P h, P i, P j, P k, P l, P m, P n), a, b, c, d, e, f, g, h, i, j, k, l, m, n)
HAND_ON(sgelsd_, (P a, P b, P c, P d, P e, P f, P g, P h, P i, P j, P k, P l, P m, P n), a, b, c, d, e, f, g, h, i, j, k, l, m, n)
HAND_ON(sgesvd_, (P a, P b, P c, P d, P e, P f, P g, P h, P i, P j, P k, P l, P m, P n), a, b, c, d, e, f, g, h, i, j, k, l, m, n)
/* clang-format on */
