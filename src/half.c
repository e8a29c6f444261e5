/* IEEE 754 half precision, by bits: no instruction set is taken for granted. */
#include "src/half.h"

#include <string.h>

uint16_t isg_half_from_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    const uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000)
        return sign | 0x7e00;
    if (magnitude >= 0x477ff000) /* 65520 and above round to infinity */
        return sign | 0x7c00;
    if (magnitude < 0x33000001) /* 2^-25 and below round to zero */
        return sign;
    uint32_t exponent = magnitude >> 23, mantissa = (magnitude & 0x7fffff) | 0x800000;
    uint32_t shift = 13;
    if (exponent < 113) { /* subnormal */
        shift += 113 - exponent;
        exponent = 112;
    }
    uint32_t half = mantissa >> shift;
    const uint32_t rest = mantissa & ((1u << shift) - 1), middle = 1u << (shift - 1);
    half += rest > middle || (rest == middle && (half & 1));
    /* the implicit bit, where there is one, and a carry of the rounding both add to the exponent */
    return (uint16_t)(sign | (((exponent - 112) << 10) + half - (exponent == 112 ? 0 : 0x400)));
}

float isg_half_to_float(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, mantissa = h & 1023;
    uint32_t bits;
    if (exponent == 0) {
        const float small = (float)mantissa * 0x1p-24f;
        memcpy(&bits, &small, sizeof bits);
        bits |= sign;
    } else {
        bits = sign | (exponent == 31 ? 0x7f800000u : (exponent + 112) << 23) | mantissa << 13;
    }
    float out;
    memcpy(&out, &bits, sizeof out);
    return out;
}
