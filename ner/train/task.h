/** @file ner/train/task.h  A labelled corpus to learn from, and the network that learns it. */
#ifndef ISG_NER_TRAIN_TASK_H
#define ISG_NER_TRAIN_TASK_H
#include "ner/data/encode.h"
#include "ner/decode/decode.h"
#include "ner/model/network.h"

/** Labels of a tagger, at most: BIOES has four a type, and O. Memory goes with their square (2,000: about 300 MB). */
#define ISG_NER_MAX_LABELS 4096

/** Where a task's texts are. */
struct isg_ner_texts {
    const char *const *train; /**< n_train files, together the training text; none = the task is not trained itself */
    size_t n_train;
    const char *dev; /**< NULL = none */
};
struct isg_ner_task {
    struct isg_ner_config config; /**< of its network */
    struct isg_ner_vocab vocab;   /**< not freed with the task, whose words and characters may be another's */
    struct isg_ner_forms *forms;  /**< borrowed: the word forms of its texts */
    const bool *rare;             /**< borrowed: forms that training replaces by the unknown word now and then */
    struct isg_ner_encoded train, dev;
    bool has_train, has_dev;
    struct isg_ner_network net;
    struct isg_ner_decoder *decoder;
    uint32_t *order; /**< sentences of this round over the training text */
    uint32_t at;     /**< sentences of the round done */
    uint64_t rounds; /**< begun */
};
/**
 * Reads the texts and logs what they hold. Training text may have "?" tags and weights (ner/data/corpus.h).
 * ISG_EDATA: those of the reader; more entity types than ISG_NER_MAX_LABELS allows.
 */
ISG_MUST_CHECK enum isg_status isg_ner_task_load(struct isg_ner_task *k, const struct isg_ner_texts *texts,
    const struct isg_columns *columns, const struct isg_env *env, struct isg_error *err);
/** Encodes the texts and makes the decoder; vocab, forms and net are ready. */
ISG_MUST_CHECK enum isg_status isg_ner_task_ready(struct isg_ner_task *k, struct isg_pool *pool, struct isg_error *err);
/** Begins a round in an order drawn from (seed, stream, which << 32 | number of the round). */
void isg_ner_task_shuffle(struct isg_ner_task *k, uint64_t seed, const char *stream, uint32_t which);
/** Batches of a round. */
uint32_t isg_ner_task_batches(const struct isg_ner_task *k, int64_t batch);
void isg_ner_task_fini(struct isg_ner_task *k);

/** Reads word vectors, logs what they are, and scales them to a mean norm of `norm` (0 = as they are). */
ISG_MUST_CHECK enum isg_status isg_ner_load_vectors(
    struct isg_vectors *out, const char *path, double norm, const struct isg_env *env, struct isg_error *err);
/** The different words of a file; words NULL = no such file. */
struct isg_ner_words_of {
    const char *path;
    const struct isg_strtab *words;
};
/** Warns, once, if over a hundredth of one file's words are not in NFC, and of another's are not so many: they are
 * compared in NFC, but other programs that read the same files will not find one's words in the other. */
void isg_ner_warn_forms(const struct isg_ner_words_of *files, size_t n, const struct isg_env *env);
/** Reads a gazetteer and logs its size. */
ISG_MUST_CHECK enum isg_status isg_ner_load_gazetteer(
    struct isg_ner_gazetteer **out, const char *path, const struct isg_env *env, struct isg_error *err);

#endif
