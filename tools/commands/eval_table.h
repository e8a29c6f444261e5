/** @file tools/commands/eval_table.h  Scores of several systems in one table, for papers and spreadsheets. */
#ifndef ISG_TOOLS_COMMANDS_EVAL_TABLE_H
#define ISG_TOOLS_COMMANDS_EVAL_TABLE_H
#include "ner/ner.h"

enum isg_table { ISG_TABLE_MARKDOWN, ISG_TABLE_LATEX, ISG_TABLE_CSV };
/** A row for each system: conlleval's precision, recall and F1, seqeval's strict F1, F1 by nervaluate's exact, partial and
 * type schemes, in per cent with two digits. @param names  of the systems, escaped as the form needs it */
void isg_eval_table(FILE *to, enum isg_table form, const char *const *names, const struct isg_ner_score *scores,
    const struct isg_ner_schemes *schemes, size_t n);

#endif
