/* Decimal text to float and back: what the inline parser leaves over, and the formatter. No locale has a say
 * here. */
#include "src/vectors/decimal.h"

#include <math.h>

const double isg_pow10[23] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* x * 10^e10 in steps that are exact powers: a few roundings of double, far below one of float. */
static double scale(double x, int e10)
{
    for (; e10 > 0 && x != 0.0 && isfinite(x); e10 -= e10 < 22 ? e10 : 22)
        x *= isg_pow10[e10 < 22 ? e10 : 22];
    for (; e10 < 0 && x != 0.0; e10 += e10 > -22 ? -e10 : 22)
        x /= isg_pow10[e10 > -22 ? -e10 : 22];
    return x;
}

float isg_decimal_scale(uint64_t m, int e10, bool negative)
{
    const float f = (float)scale((double)m, e10);
    return negative ? -f : f;
}

const char *isg_decimal_parse_slow(const char *s, const char *end, float *out)
{
    const char *p = s;
    const bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    uint64_t m = 0;
    int kept = 0, e10 = 0;
    bool any = false, point = false;
    for (; p < end; p++) {
        if (*p == '.' && !point) {
            point = true;
            continue;
        }
        if (*p < '0' || *p > '9')
            break;
        any = true;
        if (kept < 19) { /* later digits are below the precision of m */
            m = m * 10 + (uint64_t)(*p - '0');
            kept += m > 0;
            e10 -= point;
        } else if (!point && e10 < 100000) {
            e10++;
        }
        if (e10 < -100000)
            e10 = -100000;
    }
    if (!any)
        return s;
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *q = p + 1;
        const bool minus = q < end && *q == '-';
        if (q < end && (*q == '-' || *q == '+'))
            q++;
        int e = 0;
        const char *const first = q;
        for (; q < end && *q >= '0' && *q <= '9'; q++)
            e = e < 100000 ? e * 10 + (*q - '0') : e;
        if (q > first) {
            e10 += minus ? -e : e;
            p = q;
        }
    }
    *out = isg_decimal_scale(m, e10, negative);
    return p;
}

const char *isg_parse_float(const char *s, const char *end, float *out)
{
    if (s >= end)
        return s;
    if (end - s >= ISG_DECIMAL_PAD)
        return isg_decimal_parse(s, end, out);
    char padded[2 * ISG_DECIMAL_PAD] = {0};
    memcpy(padded, s, (size_t)(end - s));
    return s + (isg_decimal_parse(padded, padded + (end - s), out) - padded);
}

/* The seven digits of d, and how many are left without zeroes at the end. */
static int seven_digits(uint32_t d, char digits[7])
{
    for (int i = 6; i >= 0; i--) {
        digits[i] = (char)('0' + d % 10);
        d /= 10;
    }
    int n = 7;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return n;
}

char *isg_decimal_format(float x, char *out)
{
    if (x == 0.0f) {
        *out++ = '0';
        return out;
    }
    if (x < 0.0f)
        *out++ = '-';
    double a = fabs((double)x);
    int e = 0; /* a = 10^e * [1, 10) */
    if (a < 1e-5 || a >= 1e7)
        e = (int)floor(log10(a));
    else if (a >= 1.0)
        while (a >= isg_pow10[e + 1])
            e++;
    else
        for (e = -1; a * isg_pow10[-e] < 1.0;)
            e--;
    double y = scale(a, 6 - e);
    if (y >= 9999999.5) { /* rounds up to the next power, or log10 was a hair off */
        y = scale(a, 6 - ++e);
    } else if (y < 999999.5) {
        y = scale(a, 6 - --e);
    }
    uint32_t d = (uint32_t)(y + 0.5);
    const uint32_t six = (uint32_t)(y * 0.1 + 0.5) * 10;
    if (fabs((double)six - y) <= 9e-7 * y && six < 10000000)
        d = six;
    char digits[7];
    const int n = seven_digits(d, digits);
    if (e < -5 || e >= 7) {
        *out++ = digits[0];
        if (n > 1)
            *out++ = '.';
        memcpy(out, digits + 1, 6);
        out += n - 1;
        *out++ = 'e';
        *out++ = e < 0 ? '-' : '+';
        const int magnitude = e < 0 ? -e : e;
        *out++ = (char)('0' + magnitude / 10);
        *out++ = (char)('0' + magnitude % 10);
        return out;
    }
    if (e < 0) {
        memcpy(out, "0.0000", 6);
        out += 1 - e;
        memcpy(out, digits, 7);
        return out + n;
    }
    memcpy(out, digits, 7);
    if (n <= e + 1)
        return out + e + 1;
    memmove(out + e + 2, out + e + 1, (size_t)(7 - e - 1));
    out[e + 1] = '.';
    return out + n + 1;
}
