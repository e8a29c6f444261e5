/** @file tools/interrupt.h  SIGINT and SIGTERM: the first asks the work to stop and save, the second ends the
 * process. */
#ifndef ISG_TOOLS_INTERRUPT_H
#define ISG_TOOLS_INTERRUPT_H

void isg_interrupt_catch(void);
int isg_interrupted(void); /**< non-zero once a signal has come */

#endif
