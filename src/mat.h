/** @file src/mat.h  View of a row-major float matrix; owns nothing. */
#ifndef ISG_SRC_MAT_H
#define ISG_SRC_MAT_H
#include <stddef.h>

struct isg_mat {
    float *x;
    size_t rows, cols;
    size_t stride; /**< floats from one row to the next, >= cols */
};
static inline struct isg_mat isg_mat(float *x, size_t rows, size_t cols)
{
    return (struct isg_mat){x, rows, cols, cols};
}
static inline float *isg_mat_row(struct isg_mat m, size_t i)
{
    return m.x + i * m.stride;
}
static inline struct isg_mat isg_mat_rows(struct isg_mat m, size_t first, size_t n)
{
    return (struct isg_mat){m.x + first * m.stride, n, m.cols, m.stride};
}

#endif
