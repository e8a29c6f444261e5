/** @file ner/model/model.h  A trained tagger, and its file. */
#ifndef ISG_NER_MODEL_MODEL_H
#define ISG_NER_MODEL_MODEL_H
#include "ner/model/network.h"
#include "ner/model/provenance.h"

struct isg_ner_model {
    struct isg_ner_config config;
    struct isg_ner_vocab vocab;
    struct isg_ner_network net;
    uint64_t seed;
    double temperature; /**< scores are divided by it for probabilities; 1 = not calibrated */
    char *version;      /**< of isogloss that wrote the file; NULL = not from a file */
    struct isg_ner_provenance provenance;
};
void isg_ner_model_fini(struct isg_ner_model *m); /**< a zeroed struct is fine */

/**
 * One safetensors file: each parameter under its name; the word table in two, "word.weight" (learnt rows,
 * F32) and "word.table" (the others, F16: they have never been trained, and are rounded to F16 before
 * training so that the file holds them exactly); "vocab.words", "vocab.chars", "vocab.labels" and the features'
 * "vocab.feature.K" and "gazetteer" as text, one a line; metadata "format", "version", "config", "seed", "features" (their
 * columns), "provenance".
 */
ISG_MUST_CHECK enum isg_status isg_ner_model_save(
    const struct isg_ner_model *m, const char *path, bool force, struct isg_error *err);
/** Reads a model; everything is checked: sizes, labels, NaN. */
ISG_MUST_CHECK enum isg_status isg_ner_model_open(struct isg_ner_model **out, const char *path, struct isg_error *err);
void isg_ner_model_close(struct isg_ner_model *m); /**< NULL is fine */
/** Several of them, by isg_ner_model_open. */
struct isg_ner_models {
    const struct isg_ner_model **items;
    size_t n;
};
ISG_MUST_CHECK enum isg_status isg_ner_models_open(
    struct isg_ner_models *out, const char *const *paths, size_t n, struct isg_error *err);
void isg_ner_models_close(struct isg_ner_models *m); /**< a zeroed struct is fine */
/** What the file says of itself, as a JSON object: version, config, labels, sizes, provenance; isg_free it;
 * NULL = no memory. */
char *isg_ner_model_describe(const struct isg_ner_model *m);

#endif
