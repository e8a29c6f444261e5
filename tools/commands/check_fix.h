/** @file tools/commands/check_fix.h  A repaired copy of labelled text. */
#ifndef ISG_TOOLS_COMMANDS_CHECK_FIX_H
#define ISG_TOOLS_COMMANDS_CHECK_FIX_H
#include "tools/commands/findings.h"

/**
 * Copies a labelled file, line for line, and repairs what has one right answer; each change is recorded by isg_fixed:
 *   words not in NFC                   put into NFC
 *   whitespace in a word (U+00A0, ...) "_", which no reader takes for the end of the word
 *   B_PER, PER-B, b-PER                B-PER
 *   tags that may not follow each other in the file's scheme, in sentences of well-formed tags: as the entities that
 *                                      conlleval would read are written in that scheme
 * Repeated sentences, other malformed tags and types are the user's to decide.
 * @param scheme  of the file; UNKNOWN and IO: transitions stay
 * @param out     opened and committed by the caller
 */
ISG_MUST_CHECK enum isg_status isg_fix_labelled(struct isg_findings *f, const char *path, struct isg_columns columns,
    enum isg_scheme scheme, struct isg_writer *out, struct isg_error *err);

#endif
