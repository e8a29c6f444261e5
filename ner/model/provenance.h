/** @file ner/model/provenance.h  How a model was made: one record for plain training and transfer, kept as JSON in the
 * model file's metadata under "provenance". */
#ifndef ISG_NER_MODEL_PROVENANCE_H
#define ISG_NER_MODEL_PROVENANCE_H
#include "ner/data/corpus.h"
#include "ner/score/score.h"
#include <jansson.h>

/** What selected the epoch that was kept. */
enum isg_ner_selection {
    ISG_SELECT_LAST,       /**< nothing: the last epoch was kept */
    ISG_SELECT_SOURCE_DEV, /**< F1 on the sources' dev texts */
    ISG_SELECT_AGREEMENT,  /**< agreement with the epoch before on unlabelled target text */
    ISG_SELECT_DEV         /**< F1 on (target) dev text */
};
/** An input file. */
struct isg_ner_input_file {
    char *role;    /**< "train", "train 2", "dev", "vectors", "gazetteer", "source", "source dev 2", "unlabelled" ... */
    char *file;    /**< its name without folders */
    char xxh3[17]; /**< checksum of its bytes, in hexadecimal */
};
/** What the record says of an entity type. */
struct isg_ner_type_record {
    char *name;
    uint64_t train, source;    /**< entities in the training text, and in the sources' */
    struct isg_ner_counts dev; /**< entities of the kept model on the dev text; all 0 where nothing was scored */
};
/** Temperature scaling of the kept model's probabilities. */
struct isg_ner_calibration {
    double temperature;
    /** Mean negative log-likelihood of a gold label, at temperature 1 and at this one. */
    double nll_before, nll_after;
    /** Expected calibration error, 0-100: sum over 15 bins of equal width of the share of predictions in the bin times
     * |share that is right - mean probability|, for tokens' labels and for entities. */
    double token_ece_before, token_ece_after, entity_ece_before, entity_ece_after;
    /** That of entities, cross-validated: each fifth of the text at the temperature fitted to the rest. */
    double entity_ece_held_out;
};
struct isg_ner_text_size {
    uint64_t sentences, tokens; /**< tokens 0 = not recorded (transfer models of version 0.1) */
};

/** All of it is owned; a zeroed struct is an empty record. */
struct isg_ner_provenance {
    ISG_ARRAY(struct isg_ner_input_file) inputs;
    ISG_ARRAY(struct isg_ner_type_record) types; /**< sorted by name, bytewise; none in models of version 0.1 */
    struct isg_ner_text_size train, source;      /**< source: of all sources together */
    enum isg_scheme scheme;         /**< tag scheme of the training text; ISG_SCHEME_UNKNOWN = not recorded */
    uint32_t source_epochs, epochs; /**< of the phase on the sources alone, and of the last phase */
    uint32_t best_epoch;            /**< the one kept, of the last phase run, from 1 */
    enum isg_ner_selection selection;
    bool has_dev;                 /**< the kept model was scored on dev text (`selection` says whose) */
    double precision, recall, f1; /**< that score, 0-100; NaN = not recorded */
    bool calibrated;
    struct isg_ner_calibration calibration;
    char *mode;       /**< transfer mode; NULL = plain training */
    json_t *settings; /**< object: the transfer settings; NULL = plain training */
    json_t *history; /**< array: an object an epoch, with "epoch", "loss", and as they apply "phase", "lr", "grad_norm",
                           "dev_precision", "dev_recall", "dev_f1", "agreement_f1" */
};
void isg_ner_provenance_fini(struct isg_ner_provenance *p);

/** Records an input file and its checksum. Role number `which` > 1 is written behind the role. path NULL: nothing. */
ISG_MUST_CHECK enum isg_status isg_ner_provenance_input(
    struct isg_ner_provenance *p, const char *role, uint32_t which, const char *path, struct isg_error *err);
/** Adds a text's sentences, tokens and entities to `train` or `source`. */
ISG_MUST_CHECK enum isg_status isg_ner_provenance_text(
    struct isg_ner_provenance *p, const struct isg_ner_corpus *c, bool source, struct isg_error *err);
/** The record of the entity type of that name, made where there is none yet; NULL = no memory. Valid until the next
 * call. */
struct isg_ner_type_record *isg_ner_provenance_type(struct isg_ner_provenance *p, const char *name, size_t n);
/** Sets precision, recall and F1 from the types' dev counts, and has_dev. */
void isg_ner_provenance_scored(struct isg_ner_provenance *p);

/** The inputs as a JSON object: {"role": {"file": ..., "xxh3": ...}}; isg_free it; NULL = no memory. The same bytes
 * mean the same files. */
char *isg_ner_provenance_inputs(const struct isg_ner_provenance *p);
/** The whole record as a JSON object; isg_free it; NULL = no memory. */
char *isg_ner_provenance_json(const struct isg_ner_provenance *p);
/** Reads it back, also as version 0.1 wrote it. Malformed: ISG_EDATA for the file at `path`. */
ISG_MUST_CHECK enum isg_status isg_ner_provenance_read(
    struct isg_ner_provenance *out, const char *json, const char *path, struct isg_error *err);

#endif
