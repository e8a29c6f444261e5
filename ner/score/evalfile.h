/** @file ner/score/evalfile.h  Gold and predicted tags of files, token by token. Private to scoring. */
#ifndef ISG_NER_SCORE_EVALFILE_H
#define ISG_NER_SCORE_EVALFILE_H
#include "ner/score/score.h"

/** What takes the tokens. */
struct isg_ner_pairs {
    void *cookie;
    enum isg_status (*token)(void *cookie, const char *word, size_t word_n, const char *gold, size_t gold_n,
        const char *predicted, size_t predicted_n, struct isg_error *err);
    void (*sentence)(void *cookie); /**< a sentence's end; may come twice */
};
/** Reads the files as isg_ner_eval_files does, and gives each token on. */
ISG_MUST_CHECK enum isg_status isg_ner_eval_read(
    const struct isg_ner_eval_opts *opts, const struct isg_ner_pairs *to, struct isg_error *err);

#endif
