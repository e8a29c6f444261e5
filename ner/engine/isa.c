/** @file ner/engine/isa.c  Instruction sets: their names, and which this processor has. */
#include "ner/engine/isa.h"

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
