/** @file ner/engine/kernels_avx2.c  Kernels for x86-64 with AVX2 and FMA (compiled with -mavx2 -mfma). */
#include <immintrin.h>
#define KERNELS isg_kernels_avx2
#define KERNELS_ISA ISG_ISA_AVX2
#define VB 32
#define MR 3 /* 12 sums, 3 broadcasts and a row of B fill the 16 registers */
#define V_FMA(a, b, c) ((vec)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
/* max and min give their second operand where one is NaN */
#define V_MAX(c, x) ((vec)_mm256_max_ps((__m256)(c), (__m256)(x)))
#define V_MIN(c, x) ((vec)_mm256_min_ps((__m256)(c), (__m256)(x)))
static const int first_lanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
#define MASK(n) _mm256_loadu_si256((const __m256i *)(const void *)(first_lanes + 8 - (n)))
#define V_LOAD_PART(p, n) ((vec)_mm256_maskload_ps((p), MASK(n)))
#define V_STORE_PART(p, v, n) _mm256_maskstore_ps((p), MASK(n), (__m256)(v))
#include "ner/engine/kernels.inc"
