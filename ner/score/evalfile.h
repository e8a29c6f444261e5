/** @file ner/score/evalfile.h  Scores of files: gold and predicted tags, read side by side. */
#ifndef ISG_NER_SCORE_EVALFILE_H
#define ISG_NER_SCORE_EVALFILE_H
#include "ner/score/detail.h"
#include "ner/score/schemes.h"

#define ISG_NER_MAX_PREDICTED 16
struct isg_ner_eval_opts {
    const char *gold; /**< path; alone, its last two columns are gold and prediction */
    /** Paths: outputs for the same words, each scored by itself; their tag column is the prediction. */
    const char *predicted[ISG_NER_MAX_PREDICTED];
    size_t n_predicted;
    char delimiter;                  /**< 0 = tabs if the first token line has one, else runs of spaces and tabs */
    bool raw;                        /**< tags are bare types, each token an entity of its own: conlleval's -r */
    const char *outside;             /**< with raw: the tag of other tokens, default "O" (conlleval's -o) */
    int gold_column;                 /**< 0-based, negative from the end; 0 = the default: -1, or -2 in a single file */
    int predicted_column;            /**< likewise; default -1 */
    struct isg_ner_schemes *schemes; /**< out: max(1, n_predicted), scores by other tools' rules; NULL = not wanted */
    const char *train; /**< with detail: the training text for seen and unseen entities; NULL = not wanted */
};
/**
 * Scores files, each of which is read once. Comments and empty lines are no tokens (src/columns.h); a document mark is
 * one, as for conlleval, if it has the tag columns. Words are compared in NFC. ISG_EDATA with the line: malformed tags,
 * words or sentence breaks that differ between the files, too few columns, in a single file a number of columns that
 * differs from the first line's, and the errors of columns.h.
 * @param out     max(1, n_predicted) scores
 * @param detail  of the first prediction; NULL = not wanted
 */
ISG_MUST_CHECK enum isg_status isg_ner_eval_files(struct isg_ner_score *out, struct isg_ner_detail *detail,
    const struct isg_ner_eval_opts *opts, struct isg_error *err);

#endif
