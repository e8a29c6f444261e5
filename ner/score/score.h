/** @file ner/score/score.h  Entity scores by conlleval's rules (Tjong Kim Sang, CoNLL shared tasks 2000-2003). */
#ifndef ISG_NER_SCORE_SCORE_H
#define ISG_NER_SCORE_SCORE_H
#include "src/isg.h"

struct isg_ner_counts {
    uint64_t gold, predicted, correct;
};
/** Percentages, 0-100; 0 where the denominator is 0, as conlleval prints them. */
double isg_ner_precision(const struct isg_ner_counts *c);
double isg_ner_recall(const struct isg_ner_counts *c);
double isg_ner_f1(const struct isg_ner_counts *c);

struct isg_ner_type_score {
    char *name;
    struct isg_ner_counts counts;
};
struct isg_ner_score {
    uint64_t tokens, correct_tags;
    struct isg_ner_counts overall;
    struct isg_ner_type_score *types; /**< sorted by name, bytewise */
    size_t n_types;
    /** Counts if B and S always start an entity, E and S always end one (L as E, U and W as S). They differ from
     * `overall` in BIOES, BMES and BILOU only, where conlleval reads S-X S-X, E-X B-X and the like as one entity. */
    struct isg_ner_counts strict;
    struct isg_ner_counts *sentences; /**< counts of each sentence, as conlleval reads it */
    size_t n_sentences;
};
void isg_ner_score_fini(struct isg_ner_score *s); /**< a zeroed struct is fine */

/** Scores a text token by token; memory grows by three numbers a sentence. */
struct isg_ner_scorer;
struct isg_ner_scorer *isg_ner_scorer_new(void);    /**< NULL = no memory */
void isg_ner_scorer_free(struct isg_ner_scorer *s); /**< NULL is fine */
/** One token: gold and predicted tag, each a letter, or a letter, '-' and a type. */
ISG_MUST_CHECK enum isg_status isg_ner_scorer_token(struct isg_ner_scorer *s, const char *gold, size_t gold_n,
    const char *predicted, size_t predicted_n, struct isg_error *err);
/** A sentence boundary. */
void isg_ner_scorer_break(struct isg_ner_scorer *s);
/** Closes open entities and hands the result out; isg_ner_score_fini frees it. */
ISG_MUST_CHECK enum isg_status isg_ner_scorer_finish(
    struct isg_ner_scorer *s, struct isg_ner_score *out, struct isg_error *err);

/** conlleval's report, to the character; latex = the same table as a LaTeX tabular (its -l does not compile). Control
 * characters in names of types are escaped. isg_free it; NULL = no memory. */
char *isg_ner_score_report(const struct isg_ner_score *s, bool latex);

#endif
