/** @file align/faiss_blas.h  The products of FAISS, computed by the program's OpenBLAS. Private to align. */
#ifndef ISG_ALIGN_FAISS_BLAS_H
#define ISG_ALIGN_FAISS_BLAS_H
#include "src/isg.h"

/** Makes OpenBLAS ready for n_threads calls of FAISS at a time; to be called before FAISS. @return as isg_blas_reserve */
ISG_MUST_CHECK enum isg_status isg_faiss_blas_reserve(unsigned n_threads, struct isg_error *err);
#endif
