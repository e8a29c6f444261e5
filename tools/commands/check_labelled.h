/** @file tools/commands/check_labelled.h  The checks of labelled text: tags, transitions, words, columns, normal forms,
 * repeated sentences. */
#ifndef ISG_TOOLS_COMMANDS_CHECK_LABELLED_H
#define ISG_TOOLS_COMMANDS_CHECK_LABELLED_H
#include "tools/commands/findings.h"

struct isg_check_seen;                           /**< The sentences of all files so far. */
struct isg_check_seen *isg_check_seen_new(void); /**< NULL = no memory */
void isg_check_seen_free(struct isg_check_seen *seen);
/** Whitespace that a word may hold by mistake, visible or not (U+00A0, U+200B, U+FEFF, ...). */
bool isg_check_is_blank(uint32_t cp);
/** Reads a labelled corpus once, from start to end, records its findings, and gives its scheme and its figures. Errors:
 * those of isg_columns_next, at which reading stops. */
ISG_MUST_CHECK enum isg_status isg_check_labelled(struct isg_findings *f, struct isg_check_seen *seen, const char *path,
    struct isg_columns columns, enum isg_scheme *scheme, json_t **figures, struct isg_error *err);

#endif
