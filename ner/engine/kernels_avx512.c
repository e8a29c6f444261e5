/** @file ner/engine/kernels_avx512.c  Kernels for x86-64 with AVX-512 F, DQ, BW and VL (Skylake-SP, Zen 4 and
 * later). */
#include <immintrin.h>
#define KERNELS isg_kernels_avx512
#define KERNELS_ISA ISG_ISA_AVX512
#define VB 64
#define MR 6 /* 24 sums, 4 vectors of B and a broadcast in 32 registers */
#define V_FMA(a, b, c) ((vec)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
/* max and min give their second operand where one is NaN */
#define V_MAX(c, x) ((vec)_mm512_max_ps((__m512)(c), (__m512)(x)))
#define V_MIN(c, x) ((vec)_mm512_min_ps((__m512)(c), (__m512)(x)))
#define V_LOAD_PART(p, n) ((vec)_mm512_maskz_loadu_ps((__mmask16)((1u << (n)) - 1), (p)))
#define V_STORE_PART(p, v, n) _mm512_mask_storeu_ps((p), (__mmask16)((1u << (n)) - 1), (__m512)(v))
#include "ner/engine/kernels.inc"
