/** @file ner/tag/session.h  Tagging of texts and tokens in memory. */
#ifndef ISG_NER_TAG_SESSION_H
#define ISG_NER_TAG_SESSION_H
#include "ner/model/model.h"

/** An entity: of text `text` (0-based, in the order given), the tokens first .. first + n - 1 of the results. */
struct isg_ner_entity {
    size_t text, first, n;
    uint32_t type;                 /**< of the model (isg_ner_model_type) */
    float probability;             /**< calibrated, of exactly these tokens with this type */
    uint32_t start, end;           /**< code points of the text, end exclusive; 0 where tokens were given */
    uint32_t byte_start, byte_end; /**< the same in bytes */
};
struct isg_ner_token {
    uint32_t start, end, byte_start, byte_end; /**< as of entities */
    char letter;                               /**< of its tag, in the scheme asked for; 'O' outside entities */
    uint32_t type;                             /**< ISG_NO_ID outside entities */
    float probability;                         /**< of its label given the sentence */
};
/** What was found in all texts of a run. A zeroed struct is empty. */
struct isg_ner_results {
    struct isg_ner_entity *entities;
    struct isg_ner_token *tokens;
    size_t *first_token; /**< n_texts + 1: where the tokens of each text start */
    size_t n_entities, n_tokens, n_texts;
    size_t cap_entities, cap_tokens, cap_texts;
};
void isg_ner_results_fini(struct isg_ner_results *r);

/** The buffers of tagging with a model or several as one, kept from run to run. For one thread; several sessions may share
 * their models. */
struct isg_ner_session;
/**
 * @param models  borrowed; n_models >= 1
 * @param pool    borrowed by the session; NULL = one thread
 * Errors: those of isg_ner_ensemble_new; ISG_EUSAGE for models that read feature columns.
 */
ISG_MUST_CHECK enum isg_status isg_ner_session_new(struct isg_ner_session **out,
    const struct isg_ner_model *const *models, size_t n_models, const char *const *paths, struct isg_pool *pool,
    struct isg_error *err);
void isg_ner_session_free(struct isg_ner_session *s); /**< NULL is fine */

struct isg_ner_run {
    const char *const *texts;  /**< n_texts raw texts of valid UTF-8, or NULL */
    const char *const *tokens; /**< or the tokens of n_texts sentences, one after another */
    const size_t *lengths;     /**< n_texts: bytes of each text (NULL: they end in 0), or tokens of each sentence */
    size_t n_texts;
    bool capitals;          /**< treat mid-sentence capitalised words as part of a name (ner/decode/capitals.h) */
    const char *patterns;   /**< of the tokeniser; NULL = the built-in ones */
    enum isg_scheme scheme; /**< of the tags; ISG_SCHEME_UNKNOWN = that of the model's training text */
    double min_probability; /**< [0, 1]: leave out less probable entities; 0 = keep all */
};
/** Tags texts, with the results that isg_ner_tag writes for them. A text of 16 MiB or more: ISG_EDATA. */
ISG_MUST_CHECK enum isg_status isg_ner_session_run(struct isg_ner_session *s, const struct isg_ner_run *run,
    struct isg_ner_results *out, const struct isg_env *env, struct isg_error *err);

/** Name of a type of the model; *n gets its length. */
const char *isg_ner_model_type(const struct isg_ner_model *m, uint32_t type, size_t *n);
uint32_t isg_ner_model_types(const struct isg_ner_model *m); /**< how many there are */

#endif
