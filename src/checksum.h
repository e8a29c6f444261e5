/** @file src/checksum.h  Checksums of files. */
#ifndef ISG_SRC_CHECKSUM_H
#define ISG_SRC_CHECKSUM_H
#include "src/error.h"

/** 64-bit XXH3 of the file's bytes as 16 hex digits and a 0. */
ISG_MUST_CHECK enum isg_status isg_file_checksum(const char *path, char out[17], struct isg_error *err);

#endif
