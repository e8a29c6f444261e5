/** @file src/safetensors.h  safetensors container: u64 (little-endian) length of the header |
 * JSON header | data (64-aligned). */
#ifndef ISG_SRC_SAFETENSORS_H
#define ISG_SRC_SAFETENSORS_H
#include "src/error.h"

enum isg_dtype { ISG_U8, ISG_I32, ISG_I64, ISG_F16, ISG_F32, ISG_F64 };
struct isg_tensor {
    const char *name;
    enum isg_dtype dtype;
    uint32_t ndim; /**< 0 .. 4 */
    uint64_t shape[4];
    const void *data; /**< row-major, little-endian */
};
uint64_t isg_tensor_elements(const struct isg_tensor *t);

struct isg_safetensors; /**< An open, memory-mapped, checked file. Safe to share between threads. */
/** Every offset, shape and type is checked against the file's size before anything is handed out; else ISG_EDATA. */
ISG_MUST_CHECK enum isg_status isg_safetensors_open(
    struct isg_safetensors **out, const char *path, struct isg_error *err);
void isg_safetensors_close(struct isg_safetensors *st); /**< NULL is fine */
const char *isg_safetensors_path(const struct isg_safetensors *st);
size_t isg_safetensors_count(const struct isg_safetensors *st);
const struct isg_tensor *isg_safetensors_at(const struct isg_safetensors *st, size_t i);           /**< in file order */
const struct isg_tensor *isg_safetensors_find(const struct isg_safetensors *st, const char *name); /**< or NULL */
/** The same, but an absent tensor, or one of another type or shape (0 in `shape` = any), is ISG_EDATA. */
ISG_MUST_CHECK enum isg_status isg_safetensors_want(const struct isg_safetensors *st, const char *name,
    enum isg_dtype dtype, uint32_t ndim, const uint64_t *shape, const struct isg_tensor **out, struct isg_error *err);
/** Value of a key of __metadata__, or NULL; lives as long as st. */
const char *isg_safetensors_meta(const struct isg_safetensors *st, const char *key);
/** The i-th key and value of __metadata__; false past the end. */
bool isg_safetensors_meta_at(const struct isg_safetensors *st, size_t i, const char **key, const char **value);

struct isg_meta {
    const char *key, *value;
};
/** Writes metadata and tensors atomically (writer.h), in the order given but larger element types first: the format
 * allows no holes, and so each tensor is aligned to its type and the first to 64 bytes. */
ISG_MUST_CHECK enum isg_status isg_safetensors_save(const char *path, bool force, const struct isg_tensor *tensors,
    size_t n, const struct isg_meta *meta, size_t n_meta, struct isg_error *err);

#endif
