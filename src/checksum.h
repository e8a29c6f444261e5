/** @file src/checksum.h  Checksums of files, and the one hash of bytes. */
#ifndef ISG_SRC_CHECKSUM_H
#define ISG_SRC_CHECKSUM_H
#include "src/error.h"
#include <stddef.h>

/** 64-bit XXH3 of the file's bytes as 16 hex digits and a 0. */
ISG_MUST_CHECK enum isg_status isg_file_checksum(const char *path, char out[17], struct isg_error *err);
/** 64-bit XXH3 of n bytes with a seed: 0, or the checksum of the bytes before them. */
uint64_t isg_checksum(const void *data, size_t n, uint64_t seed);

#endif
