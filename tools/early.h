/** @file tools/early.h  What goes wrong before main(): handlers set by the first code that runs in the process. */
#ifndef ISG_TOOLS_EARLY_H
#define ISG_TOOLS_EARLY_H

/** main() has begun: a crash is a crash again. An exception that leaves a thread still ends with one line and exit 1. */
void isg_early_end(void);

#endif
