/** @file ner/score/detail.h  Confusion between types, and scores of entities that the training text held or not. */
#ifndef ISG_NER_SCORE_DETAIL_H
#define ISG_NER_SCORE_DETAIL_H
#include "ner/score/score.h"

struct isg_ner_detail {
    size_t n_types;
    char **types; /**< sorted bytewise */
    /** (n_types + 1) x (n_types + 1) entities, [gold * (n_types + 1) + predicted]: those of the same tokens. Last column:
     * gold entities whose tokens were not predicted as an entity; last row: predicted entities whose tokens are not a gold entity. */
    uint64_t *confusion;
    bool has_seen;
    /** n_types + 1, the last = all types: entities whose words occur in the training text as an entity of that type, and
     * the others. Gold and predicted entities are sorted independently. */
    struct isg_ner_counts *seen, *unseen;
};
void isg_ner_detail_fini(struct isg_ner_detail *d); /**< a zeroed struct is fine */

/** Collects entities token by token, as isg_spans_from_tags reads them (conlleval's rules but for its bracket tags). */
struct isg_ner_detailer;
/** @param train  labelled training text for `seen`; NULL = not wanted. Errors: those of columns.h. */
ISG_MUST_CHECK enum isg_status isg_ner_detailer_new(
    struct isg_ner_detailer **out, const char *train, struct isg_error *err);
void isg_ner_detailer_free(struct isg_ner_detailer *c); /**< NULL is fine */
ISG_MUST_CHECK enum isg_status isg_ner_detailer_token(struct isg_ner_detailer *c, const char *word, size_t word_n,
    const char *gold, size_t gold_n, const char *predicted, size_t predicted_n, struct isg_error *err);
/** A sentence boundary; several in a row count once. */
ISG_MUST_CHECK enum isg_status isg_ner_detailer_break(struct isg_ner_detailer *c, struct isg_error *err);
/** isg_ner_detail_fini frees the result. */
ISG_MUST_CHECK enum isg_status isg_ner_detailer_finish(
    struct isg_ner_detailer *c, struct isg_ner_detail *out, struct isg_error *err);

#endif
