/** @file ner/score/schemes.h  Scores by the rules of other tools: seqeval's two modes, nervaluate's four schemes.
 *
 * Sources: documentation of seqeval (entities of its default mode, and of mode "strict" with IOB1, IOB2, IOBES, BILOU) and of
 * nervaluate (Batista 2018, "Named-Entity evaluation metrics based on entity-level"; Segura-Bedmar et al. 2013, SemEval task 9;
 * Chinchor, Sundheim 1993, MUC-5). Figures are theirs over all types ("micro avg"). */
#ifndef ISG_NER_SCORE_SCHEMES_H
#define ISG_NER_SCORE_SCHEMES_H
#include "ner/score/score.h"

/**
 * What became of entities by one of nervaluate's schemes. Each predicted entity is compared with the gold entity that it
 * equals, else with the first one that has a token of its; several may meet the same. A gold entity that none met is missed.
 *   strict   correct: same tokens, same type                 else incorrect
 *   exact    correct: same tokens                            else incorrect
 *   partial  correct: same tokens                            else partial
 *   type     correct: same type                              else incorrect
 */
struct isg_ner_overlap {
    uint64_t correct, incorrect, partial, missed, spurious;
};
/** Percentages, 0-100: (correct + partial / 2) over all predicted, over all gold that were met or missed; 0 without any. */
double isg_ner_overlap_precision(const struct isg_ner_overlap *o);
double isg_ner_overlap_recall(const struct isg_ner_overlap *o);
double isg_ner_overlap_f1(const struct isg_ner_overlap *o);

enum isg_ner_overlap_kind {
    ISG_OVERLAP_STRICT,
    ISG_OVERLAP_EXACT,
    ISG_OVERLAP_PARTIAL,
    ISG_OVERLAP_TYPE,
    ISG_OVERLAP_KINDS
};
struct isg_ner_schemes {
    struct isg_ner_overlap overlap[ISG_OVERLAP_KINDS];
    struct isg_ner_counts seqeval;        /**< default mode; nervaluate's entities are these, too */
    struct isg_ner_counts seqeval_strict; /**< mode "strict" with `scheme` */
    enum isg_scheme
        scheme;       /**< of the gold tags: IOB1, BIO (seqeval's IOB2) or BIOES (IOBES and BILOU; BMES as if it were);
                                 UNKNOWN and IO are read as BIO */
    uint64_t foreign; /**< tags that this scheme lacks, which seqeval would refuse; taken for O */
};
const char *isg_ner_overlap_name(enum isg_ner_overlap_kind kind); /**< "strict", "exact", "partial", "type" */

/** Collects entities token by token. */
struct isg_ner_schemer;
struct isg_ner_schemer *isg_ner_schemer_new(void);    /**< NULL = no memory */
void isg_ner_schemer_free(struct isg_ner_schemer *s); /**< NULL is fine */
/** One token's tags. ISG_ENOMEM only. */
ISG_MUST_CHECK enum isg_status isg_ner_schemer_token(struct isg_ner_schemer *s, const char *gold, size_t gold_n,
    const char *predicted, size_t predicted_n, struct isg_error *err);
/** A sentence boundary; several in a row count once. */
ISG_MUST_CHECK enum isg_status isg_ner_schemer_break(struct isg_ner_schemer *s, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_ner_schemer_finish(
    struct isg_ner_schemer *s, struct isg_ner_schemes *out, struct isg_error *err);

#endif
