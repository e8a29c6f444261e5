/* IEEE 754 half precision, by bits: no instruction set is taken for granted. */
#include "src/half.h"

#include <string.h>

uint16_t isg_half_from_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    bits &= 0x7fffffff;
    if (bits > 0x7f800000)
        return sign | 0x7e00;
    if (bits >= 0x477ff000) /* 65520 and above */
        return sign | 0x7c00;
    if (bits < 0x38800000) { /* below 2^-14: adding 2^-1 rounds to a multiple of 2^-24 */
        float a;
        memcpy(&a, &bits, sizeof a);
        a += 0.5f;
        memcpy(&bits, &a, sizeof bits);
        return sign | (uint16_t)(bits - 0x3f000000);
    }
    bits += 0xfff + (bits >> 13 & 1) - 0x38000000;
    return sign | (uint16_t)(bits >> 13);
}

/* Without a branch, which would keep the compiler from using vector instructions. */
static inline float widen(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000) << 16, rest = h & 0x7fff;
    /* shift into place, then move the exponent by a multiplication, which gets subnormal numbers right too */
    const uint32_t bits = rest << 13;
    float f;
    memcpy(&f, &bits, sizeof f);
    f *= 0x1p112f;
    uint32_t out;
    memcpy(&out, &f, sizeof out);
    out |= rest >= 0x7c00 ? 0x7f800000 : 0; /* infinity and NaN stay what they are */
    out |= sign;
    memcpy(&f, &out, sizeof f);
    return f;
}

float isg_half_to_float(uint16_t h)
{
    return widen(h);
}

void isg_half_widen(const uint16_t *from, size_t n, float *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = widen(from[i]);
}
