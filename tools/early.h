/** @file tools/early.h  Crashes while libraries start for lack of memory: one line and exit 1. */
#ifndef ISG_TOOLS_EARLY_H
#define ISG_TOOLS_EARLY_H
#include "src/isg.h"

/** main() has begun: a crash is a crash again. An exception that leaves a thread still ends with one line and exit 1. */
void isg_early_end(void);
/** Opens OpenBLAS under the same care, before a command needs it. @return as isg_blas_reserve */
ISG_MUST_CHECK enum isg_status isg_early_blas(struct isg_error *err);

#endif
