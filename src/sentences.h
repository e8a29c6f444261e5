/** @file src/sentences.h  Plain text as words: each line of a file cut, put into NFC and lower-cased as its reader asks. What
 * reads plain text reads it here: language models, case tables, profiles, word pairs, word vectors. */
#ifndef ISG_SRC_SENTENCES_H
#define ISG_SRC_SENTENCES_H
#include "src/tokenise.h"

struct isg_text_rule {
    bool tokenised; /**< one sentence a line, words separated by spaces and tabs; else isg_tokenise cuts the text */
    bool nfc;       /**< put the text into Unicode normal form C before anything else */
    bool lower;     /**< lower-case each word; sentences are found before that */
    const char *patterns; /**< of isg_tokeniser_new; borrowed during isg_sentences_open */
};
struct isg_word {
    const char *s; /**< not terminated */
    uint32_t n;    /**< bytes, at least one */
    bool starts;   /**< as in struct isg_token */
    bool ends;     /**< the last word of a sentence, and always that of a line */
};
struct isg_sentences; /**< For one thread. */
/** @param path   "-" = standard input
 *  @param env    for progress under the name `stage`; both borrowed; NULL = none */
ISG_MUST_CHECK enum isg_status isg_sentences_open(struct isg_sentences **out, const char *path,
    struct isg_text_rule rule, const struct isg_env *env, const char *stage, struct isg_error *err);
void isg_sentences_close(struct isg_sentences *s); /**< NULL is fine */
/**
 * The words of the next line, of which there may be none, valid until the next call; *words = NULL at the end. ISG_EDATA,
 * with the line, for invalid UTF-8, and a line of 4 GiB or more.
 */
ISG_MUST_CHECK enum isg_status isg_sentences_line(
    struct isg_sentences *s, const struct isg_word **words, size_t *n, struct isg_error *err);
/** The line just read as it is in the file, or in NFC where the rule says so; valid as long as its words. */
const char *isg_sentences_text(const struct isg_sentences *s, size_t *n);
uint64_t isg_sentences_lineno(const struct isg_sentences *s);
/** Would isg_sentences_line wait for input now? */
bool isg_sentences_wait(const struct isg_sentences *s);

#endif
