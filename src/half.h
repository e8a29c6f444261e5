/** @file src/half.h  IEEE 754 binary16 (half precision). */
#ifndef ISG_SRC_HALF_H
#define ISG_SRC_HALF_H
#include <stdint.h>

/** Rounds to nearest even; magnitudes above 65504 become infinity. */
uint16_t isg_half_from_float(float x);
float isg_half_to_float(uint16_t h); /**< exact */

#endif
