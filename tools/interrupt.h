/** @file tools/interrupt.h  SIGINT and SIGTERM: the first asks the work to stop and save, the second ends the
 * process. Work that does not ask within half a second is ended with exit status 130, unless it has something to save. */
#ifndef ISG_TOOLS_INTERRUPT_H
#define ISG_TOOLS_INTERRUPT_H
#include <stdbool.h>

void isg_interrupt_catch(void);
void isg_interrupt_saves(bool yes); /**< does the work that runs now save when it is stopped? false at first */
void isg_interrupt_json(bool yes);  /**< does that end, too, owe standard output a JSON object? false at first */
int isg_interrupted(void);          /**< non-zero once a signal has come */

#endif
