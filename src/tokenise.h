/** @file src/tokenise.h  Raw text to tokens and sentences by the patterns of resources/tokens.tsv. Whatever reads raw text
 * uses it: tagging, language models, case tables. */
#ifndef ISG_SRC_TOKENISE_H
#define ISG_SRC_TOKENISE_H
#include "src/error.h"

struct isg_token {
    uint32_t start, n;         /**< bytes */
    uint32_t cp_start, cp_end; /**< code points; end is one past the last */
    bool starts;               /**< first word of a sentence, or a mark before it: its capital says nothing */
    bool ends;                 /**< the last token of a sentence */
};
/** A growing array of them (src/array.h). */
struct isg_tokens {
    struct isg_token *v;
    size_t n, cap;
};
struct isg_tokeniser; /**< For one thread. */
/** @param path  pattern file, NULL = the built-in patterns. Errors: those of isg_patterns_load. */
ISG_MUST_CHECK enum isg_status isg_tokeniser_new(struct isg_tokeniser **out, const char *path, struct isg_error *err);
void isg_tokeniser_free(struct isg_tokeniser *t); /**< NULL is fine */
/**
 * Replaces *tokens by those of a line of valid UTF-8: whitespace separates; elsewhere the first pattern that matches
 * gives the next token, a single character where none does. In a token of the pattern "word", runs of a script that puts
 * no spaces between words (isg_utf8_is_unspaced) are tokens apart and cut by ICU's dictionaries; without ICU a run is one
 * token. A sentence ends after a token of the pattern "end" and
 * closing quotes or brackets, unless a lower-case word follows, and at the end of the line. Time is linear in n for the
 * patterns built in. ISG_ENOMEM, or ISG_EDATA from isg_patterns_find; a line of 4 GiB or more is ISG_EDATA.
 */
ISG_MUST_CHECK enum isg_status isg_tokenise(
    struct isg_tokeniser *t, const char *s, size_t n, struct isg_tokens *tokens, struct isg_error *err);
/** Sets `starts` of tokens of the text at s whose `ends` are set. isg_tokenise does so itself. */
void isg_tokens_mark_starts(const char *s, struct isg_tokens *tokens);

#endif
