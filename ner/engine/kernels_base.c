/** @file ner/engine/kernels_base.c  Kernels for any processor: SSE2 on x86-64, NEON on arm64. */
#define KERNELS isg_kernels_base
#define KERNELS_ISA ISG_ISA_BASE
#ifdef ISG_DOUBLE
#define VB 32
#else
#define VB 16
#endif
#if defined(__aarch64__) && !defined(ISG_DOUBLE)
#include <arm_neon.h>
#define MR 6 /* 32 registers */
#define V_FMA(a, b, c) ((vec)vfmaq_f32((float32x4_t)(c), (float32x4_t)(a), (float32x4_t)(b)))
#else
#define MR 3
#define V_FMA(a, b, c) ((a) * (b) + (c))
#endif
#include "ner/engine/kernels.inc"
