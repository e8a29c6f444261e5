/** @file src/vectors/decimal.h  Private: decimal text to float and back, the inner loops of vector files. */
#ifndef ISG_SRC_VECTORS_DECIMAL_H
#define ISG_SRC_VECTORS_DECIMAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Bytes that must be readable behind the start of a number given to isg_decimal_parse. */
#define ISG_DECIMAL_PAD 48

/** m * 10^e10 rounded to float; e10 of any size (overflow gives infinity, underflow 0). */
float isg_decimal_scale(uint64_t m, int e10, bool negative);
/** The careful way: any number of digits, an exponent, nothing read at or behind `end`. */
const char *isg_decimal_parse_slow(const char *s, const char *end, float *out);
/** Writes x, the shorter of 6 or 7 significant digits that reads back within 1e-6, in at most 16 bytes; returns the
 * end. */
char *isg_decimal_format(float x, char *out);

/** One decimal number at s as vector files have them; returns its end, or s if there is none. Exact to 1 ulp of float,
 * independent of the locale. */
const char *isg_parse_float(const char *s, const char *end, float *out);

/** 10^0 .. 10^22: exact in double. */
extern const double isg_pow10[23];

/* Eight ASCII digits less '0', first digit in the lowest byte: pairs, then fours, then eight, by multiplication. */
static inline uint64_t isg_decimal_eight(uint64_t t)
{
    t = t * 10 + (t >> 8);
    return ((t & 0x000000ff000000ff) * 0x000f424000000064 + ((t >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >>
           32;
}

/**
 * One number at s: [+-]digits[.digits][e[+-]digits]; returns its end, or s if there is none. Digits are taken eight
 * at a time behind the point; numbers of up to 18 digits without exponent never leave this function.
 */
static inline const char *isg_decimal_parse(const char *s, const char *end, float *out)
{
    static const uint32_t small[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    const uint32_t negative = *s == '-';
    const char *const digits = s + (negative | (*s == '+'));
    const char *p = digits;
    uint64_t m = 0;
    unsigned c;
    while ((c = (unsigned)(unsigned char)*p - '0') < 10 && p - digits < 19) {
        m = m * 10 + c;
        p++;
    }
    size_t n_digits = (size_t)(p - digits), n_fraction = 0;
    if (*p == '.') {
        p++;
        for (size_t k = 8; k == 8 && n_digits + n_fraction < 19; n_fraction += k) {
            uint64_t v;
            memcpy(&v, p, sizeof v);
            v ^= 0x3030303030303030;
            const uint64_t other = ((v + 0x7676767676767676) | v) & 0x8080808080808080; /* lowest set: no digit */
            k = other ? (size_t)__builtin_ctzll(other) / 8 : 8;
            if (k == 0)
                break;
            m = m * small[k] + isg_decimal_eight(v << (64 - 8 * k));
            p += k;
        }
        n_digits += n_fraction;
    }
    if (n_digits - 1 >= 18 || (*p | 0x20) == 'e')
        return n_digits == 0 ? s : isg_decimal_parse_slow(s, end, out);
    const float f = (float)((double)(int64_t)m / isg_pow10[n_fraction]);
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    bits |= negative << 31;
    memcpy(out, &bits, sizeof bits);
    return p;
}

#endif
