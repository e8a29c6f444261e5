/** @file ner/decode/ensemble.h  Several taggers as one: their emissions and transitions, averaged. */
#ifndef ISG_NER_DECODE_ENSEMBLE_H
#define ISG_NER_DECODE_ENSEMBLE_H
#include "ner/decode/decode.h"
#include "ner/model/model.h"

/**
 * With emit_m, pair_m, trans_m, start_m, end_m the scores of model m, the ensemble's are their means over the
 * models: a CRF again, for which best paths and probabilities are computed as for one model (the normalised
 * geometric mean of the models' distributions over sequences). The models may have different words,
 * characters and parts. One model alone gives that model's results bit for bit.
 */
struct isg_ner_ensemble;
/**
 * @param models  borrowed; n >= 1; all with the same labels and features (else ISG_EDATA, which names the
 * model by `paths`)
 * @param paths   names of the models for errors; NULL = numbers
 * @param pool    borrowed; NULL = one thread
 */
ISG_MUST_CHECK enum isg_status isg_ner_ensemble_new(struct isg_ner_ensemble **out,
    const struct isg_ner_model *const *models, size_t n, const char *const *paths, struct isg_pool *pool,
    struct isg_error *err);
void isg_ner_ensemble_free(struct isg_ner_ensemble *e); /**< NULL is fine */
/** Number of a word form, for `tokens` of a decoding. */
ISG_MUST_CHECK enum isg_status isg_ner_ensemble_form(
    struct isg_ner_ensemble *e, const char *form, size_t n, uint32_t *id, struct isg_error *err);
/** A form by its number; *n gets its length. */
const char *isg_ner_ensemble_word(const struct isg_ner_ensemble *e, uint32_t id, size_t *n);
size_t isg_ner_ensemble_forms(const struct isg_ner_ensemble *e); /**< word forms it holds */
/** Forgets all word forms. */
ISG_MUST_CHECK enum isg_status isg_ner_ensemble_forget(struct isg_ner_ensemble *e, struct isg_error *err);
/** isg_ner_decode_run for the ensemble; a job's temperature 0 = the mean of the models'. */
ISG_MUST_CHECK enum isg_status isg_ner_ensemble_run(
    struct isg_ner_ensemble *e, const struct isg_ner_decode *job, struct isg_error *err);

#endif
