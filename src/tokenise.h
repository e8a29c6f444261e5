/** @file src/tokenise.h  Raw text to tokens and sentences by the patterns of resources/tokens.tsv. */
#ifndef ISG_SRC_TOKENISE_H
#define ISG_SRC_TOKENISE_H
#include "src/error.h"

struct isg_token {
    uint32_t start, n;         /**< bytes */
    uint32_t cp_start, cp_end; /**< code points; end is one past the last */
    bool ends;                 /**< the last token of a sentence */
};
struct isg_tokeniser; /**< For one thread. */
/** @param path  patterns in a file of the same form, NULL = those built in */
ISG_MUST_CHECK enum isg_status isg_tokeniser_new(struct isg_tokeniser **out, const char *path, struct isg_error *err);
void isg_tokeniser_free(struct isg_tokeniser *t); /**< NULL is fine */
/** Tokens of a line of valid UTF-8; nothing but blanks is left out. *tokens grows by ISG_GROW. */
ISG_MUST_CHECK enum isg_status isg_tokenise(struct isg_tokeniser *t, const char *s, size_t n, struct isg_token **tokens,
    size_t *cap, size_t *n_tokens, struct isg_error *err);

#endif
