/** @file ner/tag/read.h  Reads columns, raw text and JSON lines into batches. */
#ifndef ISG_NER_TAG_READ_H
#define ISG_NER_TAG_READ_H
#include "ner/tag/batch.h"

/**
 * Reads a file to its end (or t->max_sentences), flushing the batch when it is full, at the end, and, in text and JSON
 * lines, when a pipe or terminal has nothing to read at the moment. A file without a token is no error.
 * @param format   not AUTO
 * @param columns  for columns
 */
ISG_MUST_CHECK enum isg_status isg_tag_read(struct isg_tagger *t, const char *path, enum isg_ner_format format,
    struct isg_columns columns, struct isg_error *err);

/** The tokens of a text of n bytes of valid UTF-8, as sentences, into the batch. @param n_tokens  how many there were */
ISG_MUST_CHECK enum isg_status isg_tag_add_text(struct isg_tagger *t, const char *path, uint64_t line, const char *text,
    size_t n, size_t *n_tokens, struct isg_error *err);
/** A sentence of n words into the batch. An empty word or invalid UTF-8: ISG_EDATA, which names it by `sentence`. */
ISG_MUST_CHECK enum isg_status isg_tag_add_tokens(
    struct isg_tagger *t, const char *const *words, size_t n, uint64_t sentence, struct isg_error *err);

#endif
