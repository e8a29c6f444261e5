/** @file ner/engine/kernels.c  Which kernels this processor runs. */
#include "ner/engine/kernels.h"

const char *isg_isa_name(enum isg_level_isa isa)
{
    switch (isa) {
    case ISG_ISA_AUTO:
        return "auto";
    case ISG_ISA_BASE:
        return "base";
    case ISG_ISA_AVX2:
        return "avx2";
    case ISG_ISA_AVX512:
        return "avx512";
    }
    return "?";
}

enum isg_level_isa isg_isa_best(void)
{
#if defined(__x86_64__) && !defined(ISG_DOUBLE)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return ISG_ISA_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return ISG_ISA_AVX2;
#endif
    return ISG_ISA_BASE;
}

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
