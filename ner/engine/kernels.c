/** @file ner/engine/kernels.c  The kernels of an instruction set. */
#include "ner/engine/kernels.h"

const struct isg_kernels *isg_kernels_get(enum isg_level_isa isa)
{
    const enum isg_level_isa best = isg_isa_best();
    if (isa == ISG_ISA_AUTO)
        isa = best;
    if (isa > best)
        return NULL;
#if defined(__x86_64__) && !defined(ISG_DOUBLE)
    if (isa == ISG_ISA_AVX512)
        return &isg_kernels_avx512;
    if (isa == ISG_ISA_AVX2)
        return &isg_kernels_avx2;
#endif
    return &isg_kernels_base;
}
