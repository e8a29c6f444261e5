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
    /** The same entities read with B and S always starting, E and S always ending one: differs from `overall`
     * only in BIOES files, where conlleval takes S-X S-X, E-X B-X and the like for one entity. */
    struct isg_ner_counts strict;
    struct isg_ner_counts *sentences; /**< of each sentence, by conlleval's reading */
    size_t n_sentences;
};
void isg_ner_score_fini(struct isg_ner_score *s); /**< a zeroed struct is fine */

/** Takes a file token by token; memory grows by three numbers a sentence. */
struct isg_ner_scorer;
struct isg_ner_scorer *isg_ner_scorer_new(void); /**< NULL = no memory */
void isg_ner_scorer_free(struct isg_ner_scorer *s);
/** One token: gold and predicted tag. The letter is what stands before the first '-', the type what stands
 * after. */
ISG_MUST_CHECK enum isg_status isg_ner_scorer_token(struct isg_ner_scorer *s, const char *gold, size_t gold_n,
    const char *predicted, size_t predicted_n, struct isg_error *err);
/** A sentence boundary. */
void isg_ner_scorer_break(struct isg_ner_scorer *s);
/** Closes what is open and copies the result out; *out is freed by isg_ner_score_fini. */
ISG_MUST_CHECK enum isg_status isg_ner_scorer_finish(
    struct isg_ner_scorer *s, struct isg_ner_score *out, struct isg_error *err);

/** conlleval's report, to the character; latex = its -l. Free with isg_free; NULL = no memory. */
char *isg_ner_score_report(const struct isg_ner_score *s, bool latex);

struct isg_ner_eval_opts {
    const char *gold;      /**< path; alone, its last two columns are gold and prediction */
    const char *predicted; /**< path or NULL; its tag column is the prediction for the same words */
    char delimiter;        /**< 0 = tabs where the first token line has one, else runs of blanks */
    bool raw;              /**< tags are bare types: conlleval's -r */
    const char *outside;   /**< with raw: the tag of other tokens, default "O" (conlleval's -o) */
    int gold_column;       /**< 0-based, negative from the end; 0 = the default: -1, or -2 in a single file */
    int predicted_column;  /**< the same; default -1 */
};
/**
 * Scores files. Like conlleval, document marks that have the columns count as tokens. Files whose words or
 * sentence breaks differ, lines of too few (or, in a single file, of different numbers of) columns, bad
 * UTF-8: ISG_EDATA with the line.
 */
ISG_MUST_CHECK enum isg_status isg_ner_eval_files(
    struct isg_ner_score *out, const struct isg_ner_eval_opts *opts, struct isg_error *err);

/** Which entities a prediction gets wrong, and how it does on those that training had shown. */
struct isg_ner_detail {
    size_t n_types;
    char **types; /**< sorted bytewise */
    /** (n_types + 1) x (n_types + 1) entities, [gold * (n_types + 1) + predicted]: those of the same tokens;
     * last column: gold ones whose tokens were not found as an entity; last row: predicted ones whose tokens
     * are none. */
    uint64_t *confusion;
    bool has_seen;
    /** n_types + 1, the last = all types: of the entities whose words stood in the training text as an entity
     * of that type, and of the others. Gold, predicted and correct ones are sorted so each by themselves. */
    struct isg_ner_counts *seen, *unseen;
};
/**
 * @param train  the labelled training text, for seen and unseen; NULL = not wanted
 * Entities as conlleval reads them (its bracket tags aside). Errors: as isg_ner_eval_files, and those of
 * columns.h for train.
 */
ISG_MUST_CHECK enum isg_status isg_ner_eval_detail(
    struct isg_ner_detail *out, const char *train, const struct isg_ner_eval_opts *opts, struct isg_error *err);
void isg_ner_detail_fini(struct isg_ner_detail *d); /**< a zeroed struct is fine */
/** The table of seen and unseen for people; isg_free it; NULL = no memory. */
char *isg_ner_seen_report(const struct isg_ner_detail *d);
/** The confusion matrix as SVG, cells shaded by their share of the row; isg_free it; NULL = no memory. */
char *isg_ner_confusion_svg(const struct isg_ner_detail *d);

struct isg_ner_interval {
    double f1, low, high, deviation; /**< 0-100; low and high hold 95 % of the resampled scores */
};
/** Percentile bootstrap (Efron 1979) over sentences. samples >= 2. */
ISG_MUST_CHECK enum isg_status isg_ner_bootstrap(struct isg_ner_interval *out, const struct isg_ner_score *s,
    uint32_t samples, uint64_t seed, struct isg_error *err);

struct isg_ner_comparison {
    double f1_a, f1_b;
    double p; /**< probability of a difference at least as large, either way, were both outputs alike */
    uint32_t rounds;
};
/**
 * Approximate randomisation (Noreen 1989; Yeh 2000): in each round the two outputs of each sentence change
 * places with probability 1/2; p = (rounds with |difference of F1| >= the one seen, + 1) / (rounds + 1).
 * Scores of other gold sentences: ISG_EDATA.
 */
ISG_MUST_CHECK enum isg_status isg_ner_compare(struct isg_ner_comparison *out, const struct isg_ner_score *a,
    const struct isg_ner_score *b, uint32_t rounds, uint64_t seed, struct isg_error *err);

#endif
