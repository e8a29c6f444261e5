/** @file ner/engine/kernels.h  The inner loops, compiled once per instruction set and chosen when a tape is made. Private to
 * the engine.
 *
 * VW = elements of a vector register. A panel is up to 4 VW columns of a matrix, stored row after row. A packed matrix
 * k x n is its panels one after another, each k x (4 VW) but for the last, which has as many whole vectors as it needs;
 * missing columns are zero. Gates of an LSTM are packed so that a panel holds i, f, g and o of the same VW hidden units:
 * [block][k][gate][VW], with the hidden size padded to whole vectors.
 *
 * Results of one instruction set depend on the arguments alone; sets differ in the last bits (FMA, order of sums). exp has
 * a relative error of 2e-7 on [-87, 88] and is exactly 0 below; sigmoid and tanh have an absolute error of 3e-7
 * (tests/unit/test_kernels.c measures this). NaN in, NaN out.
 */
#ifndef ISG_NER_ENGINE_KERNELS_H
#define ISG_NER_ENGINE_KERNELS_H
#include "ner/engine/isa.h"
#include "ner/engine/real.h"

/** Buffers of one LSTM direction, rows = tokens. Hp = hidden padded to whole vectors. */
struct isg_lstm_fwd {
    uint32_t hidden;
    const isg_real *wh; /**< packed gates, hidden rows */
    isg_real *z;        /**< T x 4Hp in panel order: in x Wx + b, out the gates i f g o after their functions */
    isg_real *c, *tc;   /**< T x Hp: cell, tanh of the cell */
    isg_real *h;        /**< T rows ldh apart: hidden units */
    size_t ldh;
    ptrdiff_t prev; /**< row of the previous step, relative: -1 forward, 1 backward */
};
struct isg_lstm_bwd {
    uint32_t hidden;
    const isg_real *z, *c, *tc; /**< as the forward pass left them */
    const isg_real *dy;         /**< T rows lddy apart: gradient of h from above */
    size_t lddy;
    const isg_real *dh; /**< n x Hp: gradient of h from the step after */
    isg_real *dc;       /**< n x Hp: gradient of c; in from the step after, out for the step before */
    isg_real *dz;       /**< T x 4H, columns i f g o */
    ptrdiff_t prev;
};
struct isg_update {
    size_t n;
    isg_real *w, *g, *m, *v;
    const isg_real *start;
    isg_real lr, scale; /**< scale: of the gradient, by clipping */
    isg_real beta1, beta2, epsilon, correct1, correct2, decay;
};

struct isg_kernels {
    enum isg_level_isa isa;
    uint32_t vw;
    /** Elements of a packed k x n matrix. */
    size_t (*packed_size)(size_t k, size_t n);
    /** Packs element (i, j) = b[i * rs + j * cs]; one of rs, cs is 1. */
    void (*pack)(size_t k, size_t n, const isg_real *b, size_t rs, size_t cs, isg_real *out);
    /** Packs w, k x 4H with columns i f g o, gate by gate: size k * 4 * Hp. */
    void (*pack_gates)(size_t k, size_t hidden, const isg_real *w, isg_real *out);
    /**
     * C (m x n, ldc apart) = [C +] [bias +] A B. Element (i, l) of A = a[i * rs + l * cs]; B packed, k x n;
     * bias n numbers padded to whole vectors, or NULL. With rows: row i of A is at a + rows[i] * rs.
     */
    void (*gemm)(size_t m, size_t n, size_t k, const isg_real *a, size_t rs, size_t cs, const uint32_t *rows,
        const isg_real *b, const isg_real *bias, isg_real *c, size_t ldc, bool accumulate);
    /** One time step of n sequences, sequence r at row rows[r]. first: the step has no predecessor. */
    void (*lstm_step)(const struct isg_lstm_fwd *l, const uint32_t *rows, uint32_t n, bool first);
    /** Its backward pass: dz and dc from dy, dh, dc. */
    void (*lstm_back)(const struct isg_lstm_bwd *l, const uint32_t *rows, uint32_t n, bool first);

    void (*exp)(size_t n, const isg_real *x, isg_real *y);
    void (*tanh)(size_t n, const isg_real *x, isg_real *y);
    void (*sigmoid)(size_t n, const isg_real *x, isg_real *y); /**< the gates' function, for the test of its bound */
    /** x <- exp(x - max); returns the sum. n > 0; all -inf: zeros and 0. */
    isg_real (*softmax_row)(size_t n, isg_real *x);
    /** y[j] = largest of column j of x (rows x n), best[j] = base + its first row. rows > 0. */
    void (*max_rows)(size_t rows, size_t n, const isg_real *x, uint32_t base, isg_real *y, uint32_t *best);
    isg_real (*dot)(size_t n, const isg_real *x, const isg_real *y);
    void (*axpy)(size_t n, isg_real a, const isg_real *x, isg_real *y); /**< y += a x */
    /** y = x or 0 by 16 bits of a hash of (key, column) against `limit`; kept ones times scale. limit:
     * P(drop) * 65536 */
    void (*dropout)(size_t n, const uint32_t key[2], uint32_t limit, isg_real scale, const isg_real *x, isg_real *y,
        bool accumulate);
    /** out[j] = log sum_i exp(v[i] + t[i * ld + j]), i < n, j < ld (whole vectors). */
    void (*crf_step)(uint32_t n, uint32_t ld, const isg_real *v, const isg_real *t, isg_real *out);
    /** acc[i * ld + j] += w exp(a[i] + t[i * ld + j] + v[j] - norm). v has ld numbers. */
    void (*crf_pairs)(uint32_t n, uint32_t ld, const isg_real *a, const isg_real *t, const isg_real *v, isg_real norm,
        isg_real w, isg_real *acc);
    /** g = sum of n_src sources (in order) + l2 w + l2_start (w - start); returns the sum of g^2 in double. */
    double (*gather)(size_t n, isg_real *g, const isg_real *const *src, uint32_t n_src, const isg_real *w, isg_real l2,
        const isg_real *start, isg_real l2_start);
    void (*sgd)(const struct isg_update *u);  /**< m = beta1 m + scale g; w -= lr m (m NULL: plain) */
    void (*adam)(const struct isg_update *u); /**< also AdamW by decay */
};

/** Kernels of an instruction set; NULL if this processor lacks it. */
const struct isg_kernels *isg_kernels_get(enum isg_level_isa isa);

extern const struct isg_kernels isg_kernels_base;
#if defined(__x86_64__) && !defined(ISG_DOUBLE)
extern const struct isg_kernels isg_kernels_avx2, isg_kernels_avx512;
#endif

#endif
