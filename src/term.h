/** @file src/term.h  What people see while they wait: a progress bar on a terminal, nothing anywhere else. */
#ifndef ISG_SRC_TERM_H
#define ISG_SRC_TERM_H
#include "src/error.h"
#include <stdio.h>

struct isg_bar {
    FILE *to;
    bool enabled; /**< set by isg_bar_init: `to` is a terminal (TERM is not "dumb") and the user did not ask
                     for quiet */
    bool colour;  /**< enabled, and NO_COLOR is unset or empty */
    double started, drawn;
    char stage[48];
};
void isg_bar_init(struct isg_bar *bar, FILE *to, bool quiet);
/** Redraws at most five times a second: stage, bar, percentage, time left. total 0 = only a count. */
void isg_bar_draw(struct isg_bar *bar, const char *stage, uint64_t done, uint64_t total);
void isg_bar_clear(struct isg_bar *bar); /**< wipes the line, before other output */
double isg_now(void);                    /**< seconds of a monotonic clock */
uint64_t isg_peak_memory(void);          /**< peak resident bytes of this process; 0 = unknown */

#endif
