/** @file ner/engine/private.h  What the operations of a tape share: memory, gradients, packed weights, dropout keys.
 * Private to the engine. */
#ifndef ISG_NER_ENGINE_PRIVATE_H
#define ISG_NER_ENGINE_PRIVATE_H
#include "ner/engine/kernels.h"
#include "ner/engine/tape.h"
#include <string.h>

/** An operation on the tape: its output, then (in structs that begin with this one) what going back needs. */
struct isg_op {
    struct isg_node y;
    void (*back)(struct isg_tape *t, struct isg_op *op); /**< adds to the dx of its inputs, from y.dx */
    struct isg_op *before;
};

/** Gradient of a row of a sparse parameter: it points into a node's dx. */
struct isg_row_grad {
    uint32_t row;
    const isg_real *g;
};
struct isg_param_grad {
    isg_real *g; /**< dense: rows * cols, kept from step to step; NULL until the first gradient */
    bool touched;
    ISG_ARRAY(struct isg_row_grad) rows;
};
struct isg_tape {
    const struct isg_params *params;
    const struct isg_kernels *k;
    struct isg_arena arena;
    struct isg_op *last, *done; /**< done: newest operation already walked back */
    struct isg_run run;
    struct isg_error err; /**< first error, status ISG_OK = none */
    uint32_t n_params;
    struct isg_param_grad *grads; /**< by param->index */
};

/** Which copies of a parameter the kernels use. */
enum isg_pack_kind {
    ISG_PACK_B,     /**< as the right factor of x W */
    ISG_PACK_T,     /**< as the right factor of y W^T */
    ISG_PACK_GATES, /**< D x 4H by gates */
    ISG_PACK_FLIP,  /**< W^T, row-major, not packed */
    ISG_PACK_KINDS
};
struct isg_packed {
    uint32_t wanted; /**< bit of each kind some operation asked for; set atomically */
    uint32_t isa;    /**< level it was asked for; set atomically */
    struct {
        isg_real *x;
        size_t n;
        uint64_t version;
        uint32_t isa;
    } copy[ISG_PACK_KINDS];
};
/** The copy of p, from the table where it is up to date, else made in the tape. NULL = no memory. */
const isg_real *isg_tape_pack(struct isg_tape *t, const struct isg_param *p, enum isg_pack_kind kind);

/** Keeps the error (the first one wins) and returns NULL. */
void *isg_tape_fail(struct isg_tape *t, enum isg_status status, const char *fmt, ...) ISG_PRINTF(3, 4);
/** n elements, 64-byte aligned, with room for a vector's overrun at the end; NULL with the error kept. */
isg_real *isg_tape_reals(struct isg_tape *t, size_t n);
isg_real *isg_tape_zeros(struct isg_tape *t, size_t n);
/** Makes an operation of `size` bytes (its struct begins with struct isg_op); the rest of the struct is zero. */
void *isg_op_new(struct isg_tape *t, size_t size, uint32_t rows, uint32_t cols, bool wants,
    void (*back)(struct isg_tape *, struct isg_op *));
/** dx of an input, allocated at its first use; *fresh = overwrite it, do not add to it. NULL = no memory. */
isg_real *isg_dx(struct isg_tape *t, struct isg_node *n, bool *fresh);
/** The same, zeroed when fresh. */
isg_real *isg_dx_zero(struct isg_tape *t, struct isg_node *n);
/** Does a gradient have to be computed for p here? */
static inline bool isg_param_wants(const struct isg_tape *t, const struct isg_param *p)
{
    return t->run.training && !p->frozen;
}
/** Gradient buffer of a dense parameter, as isg_dx. */
isg_real *isg_dparam(struct isg_tape *t, const struct isg_param *p, bool *fresh);
isg_real *isg_dparam_zero(struct isg_tape *t, const struct isg_param *p);

/** C = [C +] A B with B element (l, j) = b[l * rsb + j * csb] packed on the way (one of rsb, csb is 1). */
void isg_tape_gemm(struct isg_tape *t, size_t m, size_t n, size_t k, const isg_real *a, size_t rsa, size_t csa,
    const isg_real *b, size_t rsb, size_t csb, isg_real *c, size_t ldc, bool accumulate);
/** out[j] += sum of column j of x (rows x cols). */
void isg_add_columns(const isg_real *x, size_t rows, size_t cols, isg_real *out);

/** Two key words for the dropout of a row: a function of the run, the layer's name and the row. */
struct isg_drop_key {
    uint32_t key[2], step[2], shard;
};
struct isg_drop_key isg_drop_key(const struct isg_run *run, const char *name);
void isg_drop_row(const struct isg_drop_key *k, uint32_t row, uint32_t out[2]);

#endif
