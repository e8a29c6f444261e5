/** @file src/half.h  IEEE 754 binary16 (half precision). */
#ifndef ISG_SRC_HALF_H
#define ISG_SRC_HALF_H
#include <stddef.h>
#include <stdint.h>

/** Rounds to nearest even; magnitudes of 65520 and above become infinity, NaN stays NaN. */
uint16_t isg_half_from_float(float x);
float isg_half_to_float(uint16_t h); /**< exact */
/** n halves to floats, exactly. */
void isg_half_widen(const uint16_t *from, size_t n, float *to);

#endif
